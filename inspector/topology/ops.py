"""What the op names of one MetaGraph mean on one release: registered ops and library functions, and their types.

Source: tensorflow/core/framework/node_def_util.cc (InOutTypesForNode, AddArgToSig), op_def_util.cc.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspector.catalogue import ArgDef, AttrDef, OpDef, Release
from inspector.findings import CAPI, TF_SERVING
from inspector.model.dtypes import NAMES, REF
from inspector.model.graph import Attr, Form, Library
from inspector.named_tuple import NamedTuple
from inspector.wire.schema import message

UNKNOWN_TYPE = 0

# What of its target an inspection's user looked at (Uses): the whole target, the release with its version, the
# definitions of the ops that the model uses, or only the dtypes that follow from them.
TARGET, RELEASE, OPS, TYPES = "target", "release", "ops", "types"


class Uses:
    """Which aspects of its target were looked at since ``seen`` was last cleared.

    ``known`` are the ops that the aspect OPS compares; who asks for another one looks at the whole release.
    """

    __slots__ = ("known", "seen")

    def __init__(self, known: frozenset[str]) -> None:
        self.known = known
        self.seen: set[str] = set()


class Output(NamedTuple):
    """One output tensor: the name of its output_arg, its place within that arg, its DataType (0: unknown)."""

    arg: str
    place: int
    dtype: int


class Resolved(NamedTuple):
    """A form's types. ``inputs`` and ``outputs`` are None where an attr that decides them is missing or unusable."""

    op_def: OpDef
    inputs: tuple[int, ...] | None
    outputs: tuple[Output, ...] | None


class OpShare:
    """What the OpSets of one MetaGraph for several releases share: OpDefs of functions, and forms by their OpDef."""

    __slots__ = ("functions", "resolved")

    def __init__(self) -> None:
        self.functions: dict[str, OpDef] = {}
        self.resolved: dict[tuple[Form, int], Resolved] = {}


class OpSet:
    """The ops that nodes of one MetaGraph can name on one release: the registry, then the function library.

    Beside the release's own, the registry holds the ops that the user ``taught``, and those of the packages that are
    imported before the load; where TensorFlow Serving is the host (``serves``), in their place those that its binary
    links. A function of the library may be an op of its own (a direct call, as V1 graphs and Defuns write it). Resolved
    forms are cached; resolving one costs some 10 µs.
    """

    __slots__ = (
        "_beside",
        "_functions",
        "_library",
        "_packages",
        "_release",
        "_resolved",
        "_resolved_by_any",
        "_taught",
        "_uses",
        "serves",
    )

    def __init__(
        self,
        release: Release,
        library: Library,
        packages: tuple[str, ...] = (),
        known: OpShare | None = None,
        uses: Uses | None = None,
        host: str = CAPI,
        taught: Mapping[str, OpDef] = {},
    ) -> None:
        share = OpShare() if known is None else known
        self._release = release
        self._packages = packages
        self.serves = host == TF_SERVING
        self._taught = taught
        self._beside: dict[str, OpDef | None] = {}
        self._library = library
        self._functions = share.functions
        self._resolved_by_any = share.resolved
        self._resolved: dict[Form, Resolved | None] = {}
        self._uses = uses

    @property
    def release(self) -> Release:
        """The release, by whose version a rule names it."""
        if self._uses is not None:
            self._uses.seen.add(RELEASE)
        return self._release

    def registered(self, name: str) -> OpDef | None:
        """The op as the release registers it, or what comes beside it; None if none does."""
        if self._uses is not None and name not in self._uses.known:
            self._uses.seen.add(TARGET)
        found = self._release.op(name)
        return self.beside(name) if found is None else found

    def beside(self, name: str) -> OpDef | None:
        """An op that the release does not register: taught by the user, or of a package that comes with the target."""
        if name not in self._beside:
            self._beside[name] = self._taught.get(name) or self._of_package(name)
        return self._beside[name]

    def knows(self, name: str) -> bool:
        """Whether the name is registered, be its definition known or not."""
        if self.op(name) is not None:
            return True
        if not self.serves:
            return False
        from inspector.catalogue.serving_host import links_unseen

        return links_unseen(name, self._release.version)

    def op(self, name: str) -> OpDef | None:
        """The OpDef of an op, of the release or of a package, or of a function that is called as one; else None."""
        found = self.registered(name)
        if found is None and name in self._library.by_name:
            found = self._functions.get(name)
            if found is None:
                found = self._functions[name] = signature_op(self._library.by_name[name].signature)
        return found

    def _of_package(self, name: str) -> OpDef | None:
        """The op as a companion package registers it, in the version that fits, or that TensorFlow Serving links."""
        if self.serves:
            from inspector.catalogue.serving_host import linked_op

            return linked_op(name, self._release.version)
        if not self._packages:
            return None
        from inspector.catalogue import companions

        for asked in self._packages:
            package = companions.package(asked)
            if package is not None:
                fitting = companions.version_for(package, self._release.version)
                found = companions.companion_op(package.name, name, fitting.version if fitting else "")
                if found is not None:
                    return found
        return None

    def resolve(self, form: Form) -> Resolved | None:
        """The types of a form; None if its op is not registered."""
        try:
            return self._resolved[form]
        except KeyError:
            op_def = self.op(form.op)
            found = None
            if op_def is not None:
                key = form, id(op_def)
                found = self._resolved_by_any.get(key)
                if found is None:
                    found = Resolved(op_def, _inputs(op_def, form), _outputs(op_def, form))
                    self._resolved_by_any[key] = found
            self._resolved[form] = found
            return found


def signature_op(signature: Any) -> OpDef:
    """An OpDef message (a function's signature) as the catalogue's OpDef."""
    attrs = tuple(AttrDef(a.name, a.type, None, None, None) for a in signature.attr)
    inputs = tuple(_arg(arg) for arg in signature.input_arg)
    outputs = tuple(_arg(arg) for arg in signature.output_arg)
    control = tuple(signature.control_output)
    stateful = bool(signature.is_stateful)
    return OpDef(signature.name, inputs, outputs, control, attrs, stateful, False, False, False, False, None)


def _arg(arg: Any) -> ArgDef:
    return ArgDef(arg.name, arg.type, arg.type_attr, arg.number_attr, arg.type_list_attr, arg.is_ref)


def _inputs(op_def: OpDef, form: Form) -> tuple[int, ...] | None:
    types: list[int] = []
    for arg in op_def.inputs:
        some = arg_types(arg, op_def, form.attrs)
        if some is None:
            return None
        types.extend(some)
    return tuple(types)


def _outputs(op_def: OpDef, form: Form) -> tuple[Output, ...] | None:
    outputs: list[Output] = []
    for arg in op_def.outputs:
        some = arg_types(arg, op_def, form.attrs)
        if some is None:
            return None
        outputs.extend(Output(arg.name, i, dtype) for i, dtype in enumerate(some))
    return tuple(outputs)


def arg_types(arg: ArgDef, op_def: OpDef, attrs: dict[str, Attr]) -> list[int] | None:
    """The DataTypes of one input_arg or output_arg of a node with ``attrs``; None if they cannot be told.

    A type that the attr may not have counts as unknown: the attr is what is wrong, not the edges.
    """
    if arg.type_list_attr:
        value = attr_value(arg.type_list_attr, op_def, attrs)
        if value is None or value.WhichOneof("value") != "list":
            return None
        numbers = list(value.list.type)
        usable = {number: _usable(number, arg.type_list_attr, op_def) for number in set(numbers)}
        return [usable[number] for number in numbers]
    count = 1
    if arg.number_attr:
        value = attr_value(arg.number_attr, op_def, attrs)
        if (
            value is None
            or value.WhichOneof("value") != "i"
            or not _least(arg.number_attr, op_def) <= value.i < 1 << 20
        ):
            return None
        count = value.i
    dtype = arg.type
    if arg.type_attr:
        value = attr_value(arg.type_attr, op_def, attrs)
        if value is None or value.WhichOneof("value") not in ("type", "placeholder"):
            return None
        dtype = _usable(value.type, arg.type_attr, op_def)
    if arg.is_ref and dtype:
        dtype += REF
    return [dtype] * count


def _usable(number: int, attr: str, op_def: OpDef) -> int:
    if number not in NAMES:
        return UNKNOWN_TYPE
    allowed = next((a.allowed for a in op_def.attrs if a.name == attr), None)
    return number if allowed is None or number in allowed else UNKNOWN_TYPE


def _least(attr: str, op_def: OpDef) -> int:
    return max(0, next((a.minimum for a in op_def.attrs if a.name == attr), None) or 0)


def attr_value(name: str, op_def: OpDef, attrs: dict[str, Attr]) -> Any | None:
    """The AttrValue message of an attr, or of its default; None if the node lacks it and it has no default."""
    attr = attrs.get(name)
    if attr is not None:
        return attr.proto
    for definition in op_def.attrs:
        if definition.name == name and definition.default is not None:
            return message("AttrValue").FromString(definition.default)
    return None
