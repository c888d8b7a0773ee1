"""How words, types, shapes, tensors and attr values are spelled in the text form of a model.

    word      serving_default   x:0   ^init   "with space"   a bare word, or a string in double quotes
    string    "abc\\n\\x00"                                    UTF-8 as it is, other bytes as \\xNN
    type      float32   float32_ref   invalid(777)           numpy's name, or the number that no DataType has
    shape     [?,64]   []   [...]                            ? unknown dimension, [...] unknown rank
    int       3        float  0.5  1e-05  inf  nan           a float has a point, an exponent, or is inf or nan
    bool      true     none                                  none: an AttrValue with nothing in it
    func      @name    @name{T: float32}
    tensor    float32[2] <1.0, 2.0>   int32[8] <0>           the values as they are stored: the last one fills the rest
              float32[3] content "\\x00\\x00"                  raw bytes that do not make the tensor, or make no number
              float32[64,10] <2560 bytes, sha256:0123456789abcdef>   too many to be shown
    list      [float32, int32]   ["a", "b"]   [0.5, 1.0]   [true]   [[?,64], []]   [@f]   [float32[1] <2.0>]
              list [1, 1, 1, 1]   list []                    ints and an empty list: without the word they are shapes
    other     placeholder "x"

Only spelling here; ``inspector.model.text_parser`` reads it back.
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Iterable, Mapping
from typing import Any

from inspector.model import dtypes
from inspector.named_tuple import NamedTuple

FEW = 16  # values of a tensor that are shown
SHORT = 240  # bytes of a string, or of the strings of a tensor, that are shown

WORD = re.compile(r"[A-Za-z0-9_.^/][A-Za-z0-9_./\\>~+*^:-]*")
KEY = re.compile(r"[A-Za-z0-9_.^/][A-Za-z0-9_./\\>~+^-]*")  # a word that a colon may follow


class Storage(NamedTuple):
    """How a TensorProto holds the values of one dtype: its field, and the struct code of one number in the content."""

    field: str
    code: str


STORAGES: dict[int, Storage] = {
    1: Storage("float_val", "f"), 2: Storage("double_val", "d"), 3: Storage("int_val", "i"), 4: Storage("int_val", "B"),
    5: Storage("int_val", "h"), 6: Storage("int_val", "b"), 8: Storage("scomplex_val", "f"),
    9: Storage("int64_val", "q"), 10: Storage("bool_val", "?"), 11: Storage("int_val", "b"),
    12: Storage("int_val", "B"), 13: Storage("int_val", "i"), 14: Storage("half_val", "H"),
    15: Storage("int_val", "h"), 16: Storage("int_val", "H"), 17: Storage("int_val", "H"),
    18: Storage("dcomplex_val", "d"), 19: Storage("half_val", "H"), 22: Storage("uint32_val", "I"),
    23: Storage("uint64_val", "Q"), 29: Storage("int_val", "b"), 30: Storage("int_val", "B"),
    31: Storage("int_val", "b"), 32: Storage("int_val", "B"),
}  # fmt: skip
BFLOAT16, HALF = 14, 19
_COMPLEX = (8, 18)


def quoted(raw: str | bytes) -> str:
    """A string in double quotes: printable UTF-8 as it is, everything else as ``\\xNN``."""
    text = raw if isinstance(raw, str) else raw.decode("utf-8", "surrogateescape")
    return '"' + "".join(map(_escaped, text)) + '"'


_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def _escaped(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    if char.isprintable():
        return char
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogateescape"))


def word(text: str) -> str:
    """A name, bare where that is clear."""
    return text if WORD.fullmatch(text) else quoted(text)


def key(text: str) -> str:
    """A name that a colon follows."""
    return text if KEY.fullmatch(text) else quoted(text)


def words(texts: Iterable[str]) -> str:
    """``[serve, gpu]``"""
    return "[" + ", ".join(map(word, texts)) + "]"


def shape(proto: Any) -> str:
    """A TensorShapeProto."""
    if proto.unknown_rank:
        return "[...]"
    return "[" + ",".join("?" if dim.size == -1 else str(dim.size) for dim in proto.dim) + "]"


def float_text(value: float, code: str = "d") -> str:
    """The shortest decimal that reads back as the same number of this struct code; always with a point or an e."""
    if code == "d":
        text = repr(value)
    else:
        text = next((t for digits in range(1, 18) if _same(t := f"{value:.{digits}g}", value, code)), repr(value))
    return text if any(mark in text for mark in ".en") else text + ".0"


def _same(text: str, value: float, code: str) -> bool:
    try:
        return struct.pack(code, float(text)) == struct.pack(code, value)
    except OverflowError:
        return False


def digest(raw: bytes) -> str:
    """What stands for bytes that are too many to be shown."""
    return f"<{len(raw)} bytes, sha256:{hashlib.sha256(raw).hexdigest()[:16]}>"


def string(raw: bytes) -> str:
    """A string attr, or its digest."""
    return quoted(raw) if len(raw) <= SHORT else digest(raw)


def tensor(proto: Any) -> str:
    """A TensorProto."""
    return f"{dtypes.name(proto.dtype)}{shape(proto.tensor_shape)} {_contents(proto)}"


def _contents(proto: Any) -> str:
    number = dtypes.base(proto.dtype)
    content = proto.tensor_content or proto.float8_val
    if number == dtypes.STRING and not content:
        strings = list(proto.string_val)
        if len(strings) <= FEW and sum(map(len, strings)) <= SHORT:
            return "<" + ", ".join(map(quoted, strings)) + ">"
        return digest(b"\0".join(strings))
    storage = STORAGES.get(number)
    if content:
        values = _decoded(proto, number, storage)
        if values is None:
            return f"content {string(content)}"
    else:
        values = [] if storage is None else list(getattr(proto, storage.field))
    if len(values) <= FEW:
        return "<" + ", ".join(_numbers(values, number)) + ">"
    return digest(content or proto.SerializeToString(deterministic=True))


def _decoded(proto: Any, number: int, storage: Storage | None) -> list[Any] | None:
    """The numbers in tensor_content; None where its size is not that of the tensor."""
    if storage is None or proto.tensor_shape.unknown_rank:
        return None
    count = 2 if number in _COMPLEX else 1
    for dim in proto.tensor_shape.dim:
        count *= dim.size
    content = proto.tensor_content
    if count < 0 or len(content) != count * struct.calcsize(storage.code):
        return None
    return list(struct.unpack(f"<{count}{storage.code}", content))


def _numbers(values: Iterable[Any], number: int) -> Iterable[str]:
    code = STORAGES[number].code if number in STORAGES else "d"
    for value in values:
        if number == HALF:
            yield float_text(struct.unpack("<e", struct.pack("<H", value & 0xFFFF))[0], "e")
        elif number == BFLOAT16:
            yield float_text(struct.unpack("<f", struct.pack("<I", (value & 0xFFFF) << 16))[0], "f")
        elif code == "?":
            yield _boolean(value)
        else:
            yield float_text(value, code) if code in "fd" else str(value)


def _boolean(value: bool) -> str:
    return "true" if value else "false"


def function(proto: Any) -> str:
    """A NameAttrList."""
    spelled = attrs(proto.attr) if proto.attr else ""
    return f"@{key(proto.name)}{spelled}"


def attr(proto: Any) -> str:
    """An AttrValue."""
    kind = proto.WhichOneof("value")
    if kind is None:
        return "none"
    if kind == "placeholder":
        return f"placeholder {quoted(proto.placeholder)}"
    return str(_SPELLED[kind](getattr(proto, kind)))


def _list(proto: Any) -> str:
    for kind in ("s", "i", "f", "b", "type", "shape", "tensor", "func"):
        items = getattr(proto, kind)
        if items:
            prefix = "list " if kind == "i" else ""
            return prefix + "[" + ", ".join(map(_SPELLED[kind], items)) + "]"
    return "list []"


_SPELLED: Mapping[str, Any] = {
    "s": string,
    "i": str,
    "f": lambda value: float_text(value, "f"),
    "b": _boolean,
    "type": dtypes.name,
    "shape": shape,
    "tensor": tensor,
    "func": function,
    "list": _list,
}


def attrs(values: Mapping[str, Any]) -> str:
    """``{T: float32, shape: [?,64]}``, sorted by name."""
    return "{" + ", ".join(f"{key(name)}: {attr(values[name])}" for name in sorted(values)) + "}"
