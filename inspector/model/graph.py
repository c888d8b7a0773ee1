"""Nodes and functions, read leanly.

A node's attrs stay the bytes of their map entries. Equal op, device and attr bytes are one ``Kind``, decoded once for
the whole model. Kinds that differ only in attrs that decide nothing about types (a Const's value, a shared_name,
``_output_shapes``) share a ``Form``: rules that judge ops look at forms, of which a ResNet50 has about 40.

Sources: tensorflow/core/framework/{node_def,attr_value,function,graph}.proto.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from inspector.named_tuple import NamedTuple
from inspector.wire.coding import varint
from inspector.wire.fields import Span, carve
from inspector.wire.schema import DecodeError, full_message, message

# Tags of AttrValue's fields, and the name of each as TensorFlow's messages use it.
ATTR_KINDS = {
    0x0A: "list", 0x12: "string", 0x18: "int", 0x25: "float", 0x28: "bool", 0x30: "type", 0x3A: "shape",
    0x42: "tensor", 0x4A: "placeholder", 0x52: "func",
}  # fmt: skip
UNBOUND = ("", "placeholder")  # kinds of an attr that a call of the function has to fill in
_FREE_STRINGS = frozenset((b"shared_name", b"container", b"config", b"config_proto", b"debug_name", b"executor_type"))


class Unusual(Exception):
    """A map entry in an encoding that is left to the parsed message."""


class Attr(NamedTuple):
    """One attr of a node: ``value`` is the serialized AttrValue."""

    name: str
    value: bytes

    @property
    def kind(self) -> str:
        """``type``, ``int``, ``list`` ...: the field of AttrValue that is set, or an empty string."""
        return ATTR_KINDS.get(self.value[0], "") if self.value else ""

    @property
    def proto(self) -> Any:
        """The AttrValue message."""
        return message("AttrValue").FromString(self.value)

    @property
    def functions(self) -> tuple[str, ...]:
        """The functions that the attr names, those among a named function's own attrs included."""
        if self.kind == "func":
            return tuple(_named(self.proto.func))
        return tuple(name for f in self.proto.list.func for name in _named(f)) if self.kind == "list" else ()


def _named(function: Any) -> Iterator[str]:
    """The names in a NameAttrList."""
    yield function.name
    for key in sorted(function.attr):
        value = function.attr[key]
        kind = value.WhichOneof("value")
        for inner in (value.func,) if kind == "func" else value.list.func if kind == "list" else ():
            yield from _named(inner)


class Form:
    """What decides an op's types and validity: the op and its type-like attrs. Shared by many kinds."""

    __slots__ = ("_sample", "op")

    def __init__(self, op: str, sample: Kind) -> None:
        self.op = op
        self._sample = sample

    @property
    def attrs(self) -> dict[str, Attr]:
        """The attrs of one of the kinds: type-like ones are those of all of them."""
        return self._sample.attrs


class Kind:
    """An op with its device and attrs: what equal nodes share. ``functions`` are those that its attrs name."""

    __slots__ = ("_attrs", "_entries", "device", "form", "functions", "op")

    form: Form

    def __init__(self, op: str, device: str, entries: tuple[bytes, ...], functions: tuple[str, ...]) -> None:
        self.op = op
        self.device = device
        self.functions = functions
        self._entries = entries
        self._attrs: dict[str, Attr] | None = None

    @property
    def attrs(self) -> dict[str, Attr]:
        if self._attrs is None:
            self._attrs = {attr.name: attr for attr in map(_attr_of_entry, self._entries)}
        return self._attrs

    def raw(self, name: str) -> bytes:
        """The serialized AttrValue of one attr, empty if the node lacks it: cheaper than ``attrs`` where one is wanted."""
        if self._attrs is None:
            start = _entry_start(name)
            for entry in self._entries:
                if entry.startswith(start) and entry[len(start)] == len(entry) - len(start) - 1 < 0x80:
                    return entry[len(start) + 1 :]
        attr = self.attrs.get(name)
        return attr.value if attr is not None else b""


@lru_cache(maxsize=256)
def _entry_start(name: str) -> bytes:
    """How the map entry of an attr begins in the usual encoding, up to the length of its value."""
    return b"\n%c%b\x12" % (len(name), name.encode())


class KindTable:
    """The kinds of one model, each decoded once. ``has_unbound``: some attr is a placeholder, or has no value."""

    __slots__ = ("_entries", "_forms", "has_unbound", "kinds")

    def __init__(self) -> None:
        self.has_unbound = False
        self.kinds: dict[tuple[str, str, tuple[bytes, ...]], Kind] = {}
        self._forms: dict[tuple[object, ...], Form] = {}
        self._entries: dict[bytes, tuple[object, tuple[str, ...]]] = {}

    @property
    def forms(self) -> Iterable[Form]:
        return self._forms.values()

    def kind(self, key: tuple[str, str, tuple[bytes, ...]]) -> Kind:
        """The kind of a node with this op, device and attr entries. Raises DecodeError."""
        op, device, entries = key
        tokens: list[object] = [op]
        functions: tuple[str, ...] = ()
        known = self._entries
        for entry in entries:
            found = known.get(entry)
            if found is None:
                token = _free_string(entry)
                if token is not None:
                    tokens.append(token)
                    continue
                attr = _attr_of_entry(entry)
                self.has_unbound |= attr.kind in UNBOUND
                found = known[entry] = _judged(attr)
            if found[0] is not None:
                tokens.append(found[0])
            if found[1]:
                functions += found[1]
        kind = self.kinds[key] = Kind(op, device, entries, functions)
        form_key = tuple(tokens)
        form = self._forms.get(form_key)
        if form is None:
            form = self._forms[form_key] = Form(op, kind)
        kind.form = form
        return kind


def _free_string(entry: bytes) -> bytes | None:
    """The name of a string attr that decides nothing (``shared_name``), if the entry is in the usual encoding.

    A string attr is bytes: there is nothing in it to decode or to be wrong.
    """
    size = entry[1]
    name = entry[2 : size + 2]
    if name not in _FREE_STRINGS or len(entry) < size + 6:
        return None
    if entry[size + 2] != 0x12 or entry[size + 4] != 0x12:
        return None
    value = len(entry) - size - 4
    return name if entry[size + 3] == value and entry[size + 5] == value - 2 and value < 0x80 else None


def _attr_of_entry(entry: bytes) -> Attr:
    try:
        return _scan_attr(entry)
    except (Unusual, IndexError, ValueError):
        node = message("NodeDef")(attr=[entry]).SerializeToString()
        (item,) = full_message("NodeDef").FromString(node).attr.items()
        return _attr(item[0], item[1].SerializeToString(deterministic=True))


def _scan_attr(entry: bytes) -> Attr:
    """A map entry: key (field 1), value (field 2), in this order; anything else is Unusual."""
    if entry[0] != 0x0A:
        raise Unusual
    size = entry[1]
    if size < 0x80 and entry[size + 2] == 0x12 and entry[size + 3] == len(entry) - size - 4 < 0x80:
        return _attr(entry[2 : size + 2].decode(), entry[size + 4 :])
    size, at = varint(entry, 1, len(entry))
    name = entry[at : at + size].decode()
    at += size
    if at == len(entry):
        return _attr(name, b"")
    if entry[at] != 0x12:
        raise Unusual
    size, at = varint(entry, at + 1, len(entry))
    if at + size != len(entry):
        raise Unusual
    return _attr(name, entry[at:])


def _attr(name: str, value: bytes) -> Attr:
    """An attr with its value in the usual encoding. Decodes it, as TensorFlow does with every attr of a file."""
    if len(value) > 2 and value[0] == 0x12 and value[1] == len(value) - 2 < 0x80:  # bytes, nothing to decode
        return Attr(name, value)
    proto = message("AttrValue").FromString(value)
    if value and (value[0] not in ATTR_KINDS or proto.WhichOneof("value") != _FIELD[value[0]]):
        value = proto.SerializeToString(deterministic=True)
    return Attr(name, value)


def _judged(attr: Attr) -> tuple[object, tuple[str, ...]]:
    """What a form keeps of an attr (None: nothing), and the functions that it names."""
    token = None if attr.name.startswith("_") else (attr.name, _brief(attr.value))
    return token, attr.functions


_FIELD = {
    0x0A: "list", 0x12: "s", 0x18: "i", 0x25: "f", 0x28: "b", 0x30: "type", 0x3A: "shape", 0x42: "tensor",
    0x4A: "placeholder", 0x52: "func",
}  # fmt: skip


def _brief(value: bytes) -> bytes:
    """What of an attr can decide about types: all of it, but the contents of tensors, shapes and functions."""
    tag = value[0] if value else 0
    if tag == 0x42:
        return b"tensor %d" % message("AttrValue").FromString(value).tensor.dtype
    if tag == 0x0A:
        lists = message("AttrValue").FromString(value).list
        if lists.shape or lists.tensor or lists.func or lists.s:
            return b"list %d %d %d %d" % (len(lists.shape), len(lists.tensor), len(lists.func), len(lists.s))
    return bytes((tag,)) if tag in (0x3A, 0x52) else value


class Graph:
    """The nodes of a GraphDef or of a function's body, as parallel lists in file order.

    ``inputs`` are as written in the file: data inputs ("x", "x:1", in a function "x:out:0") and control inputs ("^x").
    """

    __slots__ = ("function", "inputs", "kinds", "meta_graph", "names")

    def __init__(self, meta_graph: int, function: str, nodes: Iterable[Any], table: KindTable) -> None:
        self.meta_graph = meta_graph
        self.function = function
        messages = list(nodes)
        self.names: list[str] = [node.name for node in messages]
        self.inputs: list[Sequence[str]] = [node.input[:] for node in messages]
        known = table.kinds
        kinds = []
        for node in messages:
            key = (node.op, node.device, tuple(node.attr[:]))  # a slice is much faster than iterating
            kinds.append(known.get(key) or table.kind(key))
        self.kinds: list[Kind] = kinds

    def __len__(self) -> int:
        return len(self.names)

    def index(self) -> dict[str, int]:
        """The position of each node by name; the first one where names repeat."""
        return {name: i for i, name in reversed(list(enumerate(self.names)))}


class Function:
    """A FunctionDef: its signature (an OpDef message), its body, and how its returns are wired.

    ``ret`` and ``control_ret`` are name → tensor or node of the body. ``attr`` names the function's own attrs.
    """

    __slots__ = ("body", "name", "proto")

    def __init__(self, meta_graph: int, raw: bytes, table: KindTable) -> None:
        parse = message("FunctionDef").FromString
        whole = parse(raw)
        self.name: str = whole.signature.name
        self.body = Graph(meta_graph, self.name, whole.node_def, table)
        whole.ClearField("node_def")
        self.proto = parse(whole.SerializeToString())  # a message keeps the memory of all that it was parsed from

    @property
    def signature(self) -> Any:
        return self.proto.signature

    @property
    def ret(self) -> dict[str, str]:
        return dict(self.proto.ret)

    @property
    def control_ret(self) -> dict[str, str]:
        return dict(self.proto.control_ret)


_FUNCTION = 1  # the field number of FunctionDefLibrary.function


class Library:
    """A FunctionDefLibrary: functions in file order, and which function is the gradient of which.

    ``duplicates`` are the later functions of a name that is taken, and whether each is identical to the first.
    ``registered_gradients`` maps what a node's ``_gradient_op_type`` says to the function of a custom gradient.
    """

    __slots__ = ("by_name", "duplicates", "functions", "gradients", "registered_gradients")

    def __init__(self, meta_graph: int, raw: bytes, spans: Iterable[Span], table: KindTable) -> None:
        bodies: list[Span] = []
        rest = []
        for span in spans:
            (some,), more = carve(raw, span, _FUNCTION)
            bodies += some
            rest.append(more)
        proto = message("FunctionDefLibrary").FromString(b"".join(rest))
        self.functions = [Function(meta_graph, raw[start:end], table) for start, end in bodies]
        self.by_name: dict[str, Function] = {}
        self.duplicates: list[tuple[str, bool]] = []
        for function in self.functions:
            self.by_name.setdefault(function.name, function)
        if len(self.by_name) < len(self.functions):
            self.duplicates = _duplicates(raw[start:end] for start, end in bodies)
        self.gradients = tuple((g.function_name, g.gradient_func) for g in proto.gradient)
        self.registered_gradients = {g.registered_op_type: g.gradient_func for g in proto.registered_gradients}


def _duplicates(bodies: Iterable[bytes]) -> list[tuple[str, bool]]:
    parse = full_message("FunctionDef").FromString
    first: dict[str, Any] = {}
    found = []
    for proto in map(parse, bodies):
        name = proto.signature.name
        if name in first:
            found.append((name, bool(proto == first[name])))
        else:
            first[name] = proto
    return found


__all__ = ["Attr", "DecodeError", "Form", "Function", "Graph", "Kind", "KindTable", "Library"]
