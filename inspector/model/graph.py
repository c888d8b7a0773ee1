"""Nodes and functions, read leanly.

A node's attrs stay the bytes of their map entries. Equal op, device and attr bytes are one ``Kind``, decoded once for
the whole model. Kinds that differ only in attrs that decide nothing about types (a Const's value, a shared_name,
``_output_shapes``) share a ``Form``: rules that judge ops look at forms, of which a ResNet50 has about 40.

Sources: tensorflow/core/framework/{node_def,attr_value,function,graph}.proto.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from inspector.wire.schema import DecodeError, full_message, message

# Tags of AttrValue's fields, and the name of each as TensorFlow's messages use it.
ATTR_KINDS = {
    0x0A: "list", 0x12: "string", 0x18: "int", 0x25: "float", 0x28: "bool", 0x30: "type", 0x3A: "shape",
    0x42: "tensor", 0x4A: "placeholder", 0x52: "func",
}  # fmt: skip
_FREE_STRINGS = ("shared_name", "container", "config", "config_proto", "debug_name", "executor_type")


class Unusual(Exception):
    """A map entry in an encoding that is left to the parsed message."""


class Attr(NamedTuple):
    """One attr of a node: ``value`` is the serialized AttrValue; ``token`` is what a form keeps of it, if anything."""

    name: str
    value: bytes
    token: tuple[str, bytes] | None
    functions: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """``type``, ``int``, ``list`` ...: the field of AttrValue that is set, or an empty string."""
        return ATTR_KINDS.get(self.value[0], "") if self.value else ""

    @property
    def proto(self) -> Any:
        """The AttrValue message."""
        return message("AttrValue").FromString(self.value)


class Form:
    """What decides an op's types and validity: the op and its type-like attrs. Shared by many kinds."""

    __slots__ = ("attrs", "op")

    def __init__(self, op: str, attrs: dict[str, Attr]) -> None:
        self.op = op
        self.attrs = attrs


class Kind:
    """An op with its device and attrs: what equal nodes share."""

    __slots__ = ("attrs", "device", "form", "functions", "op")

    def __init__(self, op: str, device: str, attrs: dict[str, Attr], form: Form, functions: tuple[str, ...]) -> None:
        self.op = op
        self.device = device
        self.attrs = attrs
        self.form = form
        self.functions = functions


class KindTable:
    """The kinds of one model, each decoded once."""

    __slots__ = ("_attrs", "_forms", "kinds")

    def __init__(self) -> None:
        self.kinds: dict[tuple[str, str, tuple[bytes, ...]], Kind] = {}
        self._forms: dict[tuple[object, ...], Form] = {}
        self._attrs: dict[bytes, Attr] = {}

    @property
    def forms(self) -> Iterable[Form]:
        return self._forms.values()

    def kind(self, key: tuple[str, str, tuple[bytes, ...]]) -> Kind:
        """The kind of a node with this op, device and attr entries. Raises DecodeError."""
        op, device, entries = key
        attrs: dict[str, Attr] = {}
        tokens: list[object] = [op]
        functions: tuple[str, ...] = ()
        known = self._attrs
        for entry in entries:
            attr = known.get(entry)
            if attr is None:
                attr = known[entry] = _attr_of_entry(entry)
            attrs[attr.name] = attr
            if attr.token is not None:
                tokens.append(attr.token)
            if attr.functions:
                functions += attr.functions
        form_key = tuple(tokens)
        form = self._forms.get(form_key)
        if form is None:
            form = self._forms[form_key] = Form(op, attrs)
        found = self.kinds[key] = Kind(op, device, attrs, form, functions)
        return found


def _attr_of_entry(entry: bytes) -> Attr:
    try:
        return _scan_attr(entry)
    except (Unusual, IndexError, UnicodeDecodeError):
        size = len(entry)
        head = bytes((0x2A,)) + _varint(size)
        (item,) = full_message("NodeDef").FromString(head + entry).attr.items()
        return _attr(item[0], item[1].SerializeToString(deterministic=True))


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append((value & 0x7F) | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def _scan_attr(entry: bytes) -> Attr:
    """A map entry: key (field 1), value (field 2), in this order; anything else is Unusual."""
    if entry[0] != 0x0A:
        raise Unusual
    size = entry[1]
    if size < 0x80 and entry[size + 2] == 0x12 and entry[size + 3] == len(entry) - size - 4 < 0x80:
        return _attr(entry[2 : size + 2].decode(), entry[size + 4 :])
    size, at = _length(entry, 1)
    name = entry[at : at + size].decode()
    at += size
    if at == len(entry):
        return _attr(name, b"")
    if entry[at] != 0x12:
        raise Unusual
    size, at = _length(entry, at + 1)
    if at + size != len(entry):
        raise Unusual
    return _attr(name, entry[at:])


def _attr(name: str, value: bytes) -> Attr:
    if len(value) > 2 and value[0] == 0x12 and value[1] == len(value) - 2 < 0x80:  # bytes, nothing to decode
        brief = b"\x12" if name in _FREE_STRINGS else value
        return Attr(name, value, None if name.startswith("_") else (name, brief))
    proto = message("AttrValue").FromString(value)  # TensorFlow parses every attr before it looks at one
    if not value:
        return Attr(name, value, (name, b""))
    tag = value[0]
    if tag not in ATTR_KINDS or proto.WhichOneof("value") != _FIELD[tag]:
        value = proto.SerializeToString(deterministic=True)
        tag = value[0] if value else 0
    functions: tuple[str, ...] = ()
    if tag == 0x52:
        functions = (proto.func.name,)
    elif tag == 0x0A and proto.list.func:
        functions = tuple(f.name for f in proto.list.func)
    if name.startswith("_"):
        return Attr(name, value, None, functions)
    return Attr(name, value, (name, _brief(name, tag, value, proto)), functions)


_FIELD = {
    0x0A: "list", 0x12: "s", 0x18: "i", 0x25: "f", 0x28: "b", 0x30: "type", 0x3A: "shape", 0x42: "tensor",
    0x4A: "placeholder", 0x52: "func",
}  # fmt: skip


def _brief(name: str, tag: int, value: bytes, proto: Any) -> bytes:
    """What of an attr can decide about types: all of it, but the contents of tensors, shapes, functions and names."""
    if tag == 0x42:
        return b"tensor %d" % proto.tensor.dtype
    if tag == 0x0A and (proto.list.shape or proto.list.tensor or proto.list.func or proto.list.s):
        lists = proto.list
        return b"list %d %d %d %d" % (len(lists.shape), len(lists.tensor), len(lists.func), len(lists.s))
    if tag in (0x3A, 0x52) or (tag == 0x12 and name in _FREE_STRINGS):
        return bytes((tag,))
    return value


class Graph:
    """The nodes of a GraphDef or of a function's body, as parallel lists in file order.

    ``inputs`` are as written in the file: data inputs ("x", "x:1", in a function "x:out:0") and control inputs ("^x").
    """

    __slots__ = ("function", "inputs", "kinds", "meta_graph", "names")

    def __init__(self, meta_graph: int, function: str, nodes: Iterable[Any], table: KindTable) -> None:
        self.meta_graph = meta_graph
        self.function = function
        self.names: list[str] = []
        self.inputs: list[tuple[str, ...]] = []
        self.kinds: list[Kind] = []
        known = table.kinds
        for node in nodes:
            key = (node.op, node.device, tuple(node.attr))
            kind = known.get(key)
            self.names.append(node.name)
            self.inputs.append(tuple(node.input))
            self.kinds.append(table.kind(key) if kind is None else kind)

    def __len__(self) -> int:
        return len(self.names)

    def index(self) -> dict[str, int]:
        """The position of each node by name; the first one where names repeat."""
        return {name: i for i, name in reversed(list(enumerate(self.names)))}


def _length(raw: bytes, at: int) -> tuple[int, int]:
    """A varint length, and where what follows begins."""
    size, shift = 0, 0
    while True:
        byte = raw[at]
        size |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return size, at
        shift += 7
        if shift > 35:
            raise Unusual


class Function:
    """A FunctionDef: its signature (an OpDef message), its body, and how its returns are wired.

    ``ret`` and ``control_ret`` are name → tensor or node of the body. ``attr`` names the function's own attrs.
    """

    __slots__ = ("body", "name", "proto")

    def __init__(self, meta_graph: int, proto: Any, table: KindTable) -> None:
        self.proto = proto
        self.name: str = proto.signature.name
        self.body = Graph(meta_graph, self.name, proto.node_def, table)
        proto.ClearField("node_def")

    @property
    def signature(self) -> Any:
        return self.proto.signature

    @property
    def ret(self) -> dict[str, str]:
        return dict(self.proto.ret)

    @property
    def control_ret(self) -> dict[str, str]:
        return dict(self.proto.control_ret)


class Library:
    """A FunctionDefLibrary: functions in file order, and which function is the gradient of which.

    ``duplicates`` are the later functions of a name that is taken, and whether each is identical to the first.
    """

    __slots__ = ("by_name", "duplicates", "functions", "gradients")

    def __init__(self, meta_graph: int, raw: bytes, table: KindTable) -> None:
        proto = message("FunctionDefLibrary").FromString(raw)
        parse = message("FunctionDef").FromString
        self.functions = [Function(meta_graph, parse(body), table) for body in proto.function]
        self.by_name: dict[str, Function] = {}
        self.duplicates: list[tuple[str, bool]] = []
        for function in self.functions:
            self.by_name.setdefault(function.name, function)
        if len(self.by_name) < len(self.functions):
            self.duplicates = _duplicates(proto.function)
        self.gradients = tuple((g.function_name, g.gradient_func) for g in proto.gradient)


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
