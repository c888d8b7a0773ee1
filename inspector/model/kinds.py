"""Kinds of nodes and their attrs: what equal nodes of a model have in common, decoded once.

A node's attrs stay the bytes of their map entries. Equal op, device and attr bytes are one ``Kind``. Kinds that differ
only in attrs that decide nothing about types (a Const's value, a shared_name, ``_output_shapes``) share a ``Form``: rules
that judge ops look at forms, of which a ResNet50 has about 40.

Sources: tensorflow/core/framework/{node_def,attr_value}.proto.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from inspector.named_tuple import NamedTuple
from inspector.wire.coding import varint
from inspector.wire.fields import carve
from inspector.wire.schema import DecodeError, message

# Tags of AttrValue's fields, and the name of each as TensorFlow's messages use it.
ATTR_KINDS = {
    0x0A: "list", 0x12: "string", 0x18: "int", 0x25: "float", 0x28: "bool", 0x30: "type", 0x3A: "shape",
    0x42: "tensor", 0x4A: "placeholder", 0x52: "func",
}  # fmt: skip
UNBOUND = ("", "placeholder")  # kinds of an attr that a call of the function has to fill in
_FREE = ("shared_name", "container", "config", "config_proto", "debug_name", "executor_type")
_FREE_STRINGS = {name.encode(): name for name in _FREE}


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


# A decoded map entry: name and serialized AttrValue, what a form and what a twin keep of it (None: nothing), and the
# functions that it names.
_Entry = tuple[str, bytes, "str | tuple[str, bytes] | None", "str | Attr | None", tuple[str, ...]]


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
    """An op with its device and attrs: what equal nodes share. ``functions`` are those that its attrs name.

    ``twin`` stands for all kinds that differ from it only in device, ``_class``, and strings that decide nothing.
    """

    __slots__ = ("_attrs", "_values", "device", "form", "functions", "op", "twin")

    form: Form
    twin: Kind

    def __init__(self, op: str, device: str, values: dict[str, bytes], functions: tuple[str, ...]) -> None:
        self.op = op
        self.device = device
        self.functions = functions
        self._values = values
        self._attrs: dict[str, Attr] | None = None

    @property
    def attrs(self) -> dict[str, Attr]:
        if self._attrs is None:
            self._attrs = {name: Attr(name, value) for name, value in self._values.items()}
        return self._attrs

    def raw(self, name: str) -> bytes:
        """The serialized AttrValue of one attr, empty if the node lacks it: cheaper than ``attrs`` where one is wanted."""
        return self._values.get(name, b"")


class Unusual(Exception):
    """An encoding that is left to the parsed message."""


_Key = tuple[str, str, tuple[bytes, ...]]  # op, device, map entries of the attrs


class _Kinds(dict[_Key, "Kind"]):
    """The kinds of a model by what equal nodes share. One that is not there yet is made; that may raise DecodeError."""

    def __init__(self, made: Callable[[_Key], Kind]) -> None:
        self._made = made

    def __missing__(self, key: _Key) -> Kind:
        kind = self[key] = self._made(key)
        return kind


class KindTable:
    """The kinds of one model. What equal nodes, and equal attrs, have in common is decoded once.

    ``attrs``, ``devices`` and ``functions`` are the names in any of the kinds; ``has_unbound``: some attr is a placeholder,
    or has no value.
    """

    __slots__ = ("_entries", "_forms", "_twins", "attrs", "devices", "functions", "has_unbound", "kinds")

    def __init__(self) -> None:
        self.has_unbound = False
        self.attrs: set[str] = set()
        self.devices: set[str] = set()
        self.functions: set[str] = set()
        self.kinds = _Kinds(self._made)
        self._entries: dict[bytes, _Entry] = {}
        self._forms: dict[tuple[object, ...], Form] = {}
        self._twins: dict[tuple[object, ...], Kind] = {}

    @property
    def forms(self) -> Iterable[Form]:
        return self._forms.values()

    def having(self, attr: str) -> list[Kind]:
        """The kinds with an attr that is none of the strings that decide nothing."""
        entries = {entry for entry, (name, *_) in self._entries.items() if name == attr}
        return [kind for (_, _, some), kind in self.kinds.items() if not entries.isdisjoint(some)] if entries else []

    def _made(self, key: _Key) -> Kind:
        op, device, entries = key
        known = self._entries
        values: dict[str, bytes] = {}
        tokens: list[object] = [op]
        likes: list[object] = [op]
        named: tuple[str, ...] = ()
        for entry in entries:
            name, value, token, like, functions = known.get(entry) or self._decoded(entry)
            values[name] = value
            if token is not None:
                tokens.append(token)
            if like is not None:
                likes.append(like)
            if functions:
                named += functions
                self.functions.update(functions)
        self.devices.add(device)
        kind = Kind(op, device, values, named)
        form_key = tuple(tokens)
        form = self._forms.get(form_key)
        if form is None:
            form = self._forms[form_key] = Form(op, kind)
        kind.form = form
        kind.twin = self._twins.setdefault(tuple(likes), kind)
        return kind

    def _decoded(self, entry: bytes) -> _Entry:
        token = _free_string(entry)
        if token:
            self.attrs.add(token)
            return token, entry[entry[1] + 4 :], token, token, ()  # there are as many as variables: they are not kept
        attr = _attr_of_entry(entry)
        self.attrs.add(attr.name)
        self.has_unbound |= attr.kind in UNBOUND
        brief = None if attr.name.startswith("_") else (attr.name, _brief(attr.value))
        like = None if attr.name == "_class" else attr
        made = self._entries[entry] = attr.name, attr.value, brief, like, attr.functions
        return made


def _free_string(entry: bytes) -> str:
    """The name of a string attr that decides nothing (``shared_name``), if the entry is in the usual encoding.

    A string attr is bytes: there is nothing in it to decode or to be wrong.
    """
    at = entry[1] + 2
    name = _FREE_STRINGS.get(entry[2:at], "")
    if (
        name
        and entry[at : at + 3 : 2] == b"\x12\x12"
        and entry[at + 1] == len(entry) - at - 2 == entry[at + 3] + 2 < 0x80
    ):
        return name
    return ""


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
