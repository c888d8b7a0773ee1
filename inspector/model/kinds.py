"""Kinds of nodes and their attrs: what equal nodes of a model have in common, decoded once.

A node's attrs stay the bytes of their map entries. Equal op, device and attr bytes are one ``Kind``. Kinds that differ
only in attrs that decide nothing about types (a Const's value, a shared_name, ``_output_shapes``) share a ``Form``: rules
that judge ops look at forms, of which a ResNet50 has about 40.

Sources: tensorflow/core/framework/{node_def,attr_value}.proto.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from inspector.named_tuple import NamedTuple
from inspector.wire.coding import varint
from inspector.wire.fields import carve
from inspector.wire.nodes import Unusual, cut_rest
from inspector.wire.schema import DecodeError, message

# Tags of AttrValue's fields, and the name of each as TensorFlow's messages use it.
ATTR_KINDS = {
    0x0A: "list", 0x12: "string", 0x18: "int", 0x25: "float", 0x28: "bool", 0x30: "type", 0x3A: "shape",
    0x42: "tensor", 0x4A: "placeholder", 0x52: "func",
}  # fmt: skip
UNBOUND = ("", "placeholder")  # kinds of an attr that a call of the function has to fill in
_FREE_STRINGS = {
    name.encode(): name
    for name in ("shared_name", "container", "config", "config_proto", "debug_name", "executor_type")
}


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

    __slots__ = ("_attrs", "_parts", "device", "form", "functions", "op")

    form: Form

    def __init__(self, op: str, device: str, parts: tuple[Attr, ...], functions: tuple[str, ...]) -> None:
        self.op = op
        self.device = device
        self.functions = functions
        self._parts = parts
        self._attrs: dict[str, Attr] | None = None

    @property
    def attrs(self) -> dict[str, Attr]:
        if self._attrs is None:
            self._attrs = {attr.name: attr for attr in self._parts}
        return self._attrs

    def raw(self, name: str) -> bytes:
        """The serialized AttrValue of one attr, empty if the node lacks it: cheaper than ``attrs`` where one is wanted."""
        value = b""
        for known, held in self._parts:
            if known == name:
                value = held
        return value


class KindTable:
    """The kinds of one model. What equal nodes, and equal attrs, have in common is decoded once.

    ``attrs``, ``devices`` and ``functions`` are the names in any of them; ``has_unbound``: some attr is a placeholder, or
    has no value.
    """

    __slots__ = ("_entries", "_forms", "attrs", "devices", "functions", "has_unbound", "kinds", "rests")

    def __init__(self) -> None:
        self.has_unbound = False
        self.attrs: set[str] = set()
        self.devices: set[str] = set()
        self.functions: set[str] = set()
        self.kinds: dict[tuple[str, str, tuple[bytes, ...]], Kind] = {}
        self.rests: dict[bytes, Kind] = {}
        self._forms: dict[tuple[object, ...], Form] = {}
        self._entries: dict[bytes, tuple[Attr, object, tuple[str, ...]]] = {}

    @property
    def forms(self) -> Iterable[Form]:
        return self._forms.values()

    def kind_of_rest(self, rest: bytes) -> Kind:
        """The kind of a node by its bytes after the name, without the inputs. Raises as ``wire.nodes``, and DecodeError."""
        op, device, entries, more = cut_rest(rest)
        if more:
            message("NodeDef").FromString(rest)  # decoded as TensorFlow does it, then of no interest
        key = op, device, entries
        kind = self.rests[rest] = self.kinds.get(key) or self.kind(key)
        return kind

    def kind(self, key: tuple[str, str, tuple[bytes, ...]]) -> Kind:
        """The kind of a node with this op, device and attr entries. Raises DecodeError."""
        op, device, entries = key
        tokens: list[object] = [op]
        parts: list[Attr] = []
        functions: tuple[str, ...] = ()
        known = self._entries
        for entry in entries:
            found = known.get(entry)
            if found is None:
                free = _free_string(entry)
                if free is not None:
                    parts.append(free)
                    tokens.append(free.name)
                    self.attrs.add(free.name)
                    continue
                attr = _attr_of_entry(entry)
                self.attrs.add(attr.name)
                self.has_unbound |= attr.kind in UNBOUND
                found = known[entry] = attr, *_judged(attr)
            parts.append(found[0])
            if found[1] is not None:
                tokens.append(found[1])
            if found[2]:
                functions += found[2]
        self.devices.add(device)
        self.functions.update(functions)
        kind = self.kinds[key] = Kind(op, device, tuple(parts), functions)
        form_key = tuple(tokens)
        form = self._forms.get(form_key)
        if form is None:
            form = self._forms[form_key] = Form(op, kind)
        kind.form = form
        return kind


def _free_string(entry: bytes) -> Attr | None:
    """A string attr that decides nothing (``shared_name``), if the entry is in the usual encoding.

    A string attr is bytes: there is nothing in it to decode or to be wrong.
    """
    size = entry[1]
    name = _FREE_STRINGS.get(entry[2 : size + 2])
    if name is None or len(entry) < size + 6 or entry[size + 2] != 0x12 or entry[size + 4] != 0x12:
        return None
    value = len(entry) - size - 4
    return Attr(name, entry[size + 4 :]) if entry[size + 3] == value and entry[size + 5] == value - 2 < 0x7E else None


def _attr_of_entry(entry: bytes) -> Attr:
    try:
        return _scan_attr(entry)
    except (Unusual, IndexError, ValueError):
        return _any_attr(entry)


def _any_attr(entry: bytes) -> Attr:
    """A map entry as C++ reads it: the last key, all values merged, and whatever else there is left out."""
    (keys, values), _ = carve(entry, (0, len(entry)), 1, 2)
    value = message("AttrValue").FromString(b"".join([entry[start:end] for start, end in values]))
    try:
        name = entry[slice(*keys[-1])].decode() if keys else ""
    except UnicodeDecodeError:
        raise DecodeError("the name of an attr is not UTF-8") from None
    return _attr(name, value.SerializeToString(deterministic=True))


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
