"""Reads the spellings of ``inspector.model.text_values``: words, strings, types, shapes, tensors, attr values."""

from __future__ import annotations

import re
import struct
from collections.abc import Callable, Iterator
from typing import Any, NoReturn, TypeVar

from inspector.errors import FormatError
from inspector.model import dtypes
from inspector.model.text_values import BFLOAT16, HALF, KEY, STORAGES, WORD
from inspector.wire.schema import full_message

T = TypeVar("T")

LARGEST_DIGEST = 1 << 30  # bytes that are made up for one

_SPACE = re.compile(r"[ \t]*")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{2}|.)")
_PLAIN = {"n": b"\n", "t": b"\t", "r": b"\r", '"': b'"', "\\": b"\\"}
_DTYPE = re.compile(r"invalid\((-?\d+)\)(_ref)?|[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"-?(?:(?:inf|nan)\b|\d+(?:\.\d*)?(?:e[+-]?\d+)?(?![A-Za-z0-9_]))")
_IN_WORD = re.compile(r"[\w./:^*+-]")  # not what closes values, ``<true>``
_OPTION = re.compile(r"([a-z_]+)=")
_INTEGER = re.compile(r"-?\d+\b")
_DIM = re.compile(r"-?\d+|\?")
_DIGEST = re.compile(r"<(\d+) bytes, sha256:[0-9a-f]+>")
_SHAPE_AHEAD = re.compile(r"\[\s*(?:\]|\?|\.\.\.|-?\d+\s*[,\]])")


class Cursor:
    """A place in one line. Every method that takes something skips the spaces before it, and raises FormatError."""

    __slots__ = ("at", "hint", "line", "number")

    def __init__(self, line: str, number: int = 1) -> None:
        self.line = line
        self.number = number
        self.at = 0
        self.hint = ""  # what could have come instead of the end of the line

    def fail(self, expected: str) -> NoReturn:
        """FormatError with the line, the column, and what was expected there."""
        found = self.line[self.at : self.at + 20].strip()
        found = f"`{found}`" if found else "the end of the line"
        place = f"line {self.number}, column {self.at + 1}"
        raise FormatError("text", "text", f"{place}: expected {expected}, found {found}")

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Take what matches here, if it does."""
        self._skip()
        found = pattern.match(self.line, self.at)
        if found is not None:
            self.at = found.end()
        return found

    def ahead(self, text: str) -> bool:
        """Whether ``text`` comes next; takes nothing."""
        self._skip()
        return self.line.startswith(text, self.at)

    def accept(self, text: str) -> bool:
        """Take ``text`` if it comes next."""
        if not self.ahead(text):
            return False
        self.at += len(text)
        return True

    def expect(self, text: str) -> None:
        if not self.accept(text):
            self.fail(f"`{text}`")

    def keyword(self, text: str) -> bool:
        """Take the bare word ``text`` if it is the next word."""
        if not self.ahead(text) or _IN_WORD.match(self.line, self.at + len(text)):
            return False
        self.at += len(text)
        return True

    @property
    def done(self) -> bool:
        self._skip()
        return self.at == len(self.line)

    def end(self) -> None:
        if not self.done:
            self.fail(f"{self.hint}the end of the line")

    def _skip(self) -> None:
        found = _SPACE.match(self.line, self.at)
        if found is not None:
            self.at = found.end()

    def string(self) -> bytes:
        """A string in double quotes."""
        found = self.match(_STRING)
        if found is None:
            self.fail("a string in double quotes")
        out = bytearray()
        at = 0
        text = found.group(1)
        for escape in _ESCAPE.finditer(text):
            out += text[at : escape.start()].encode()
            code = escape.group(1)
            if code not in _PLAIN and len(code) != 3:
                self.at = found.start()
                self.fail('a string with the escapes \\n \\t \\r \\\\ \\" \\xNN')
            out += _PLAIN[code] if code in _PLAIN else bytes([int(code[1:], 16)])
            at = escape.end()
        return bytes(out + text[at:].encode())

    def long_text(self) -> str:
        """A string, or zeros for the digest of one."""
        zeros = self.zeros()
        return self.string().decode() if zeros is None else zeros.decode()

    def zeros(self) -> bytes | None:
        """As many zeros as a digest stands for; None if none comes next."""
        start = self.at
        found = self.match(_DIGEST)
        if found is None:
            return None
        size = int(found.group(1))
        if size > LARGEST_DIGEST:
            self.at = start
            self.fail(f"a digest of at most {LARGEST_DIGEST} bytes")
        return bytes(size)

    def _text(self, pattern: re.Pattern[str], what: str) -> str:
        if self.ahead('"'):
            start = self.at
            try:
                return self.string().decode()
            except UnicodeDecodeError:
                self.at = start
                self.fail(f"{what} in UTF-8")
        found = self.match(pattern)
        if found is None:
            self.fail(what)
        return found.group()

    def word(self, what: str = "a name") -> str:
        """A bare word, or one in double quotes."""
        return self._text(WORD, what)

    def key(self, what: str = "a name") -> str:
        """The same, but a bare one ends before a colon."""
        return self._text(KEY, what)

    def integer(self, what: str = "an int") -> int:
        found = self.match(_INTEGER)
        if found is None:
            self.fail(what)
        return int(found.group())

    def floating(self) -> float:
        found = self.match(_NUMBER)
        if found is None:
            self.fail("a number")
        return float(found.group())

    def number_text(self) -> str | None:
        """A number as it is written; None if none comes next."""
        found = self.match(_NUMBER)
        return None if found is None else found.group()

    def boolean(self) -> bool:
        value = self.keyword("true")
        if not value and not self.keyword("false"):
            self.fail("true or false")
        return value

    def items(self, opening: str, item: Callable[[], T], closing: str) -> Iterator[T]:
        """Items between brackets, with commas."""
        self.expect(opening)
        if self.accept(closing):
            return
        while True:
            yield item()
            if self.accept(closing):
                return
            if not self.accept(","):
                self.fail(f"`,` or `{closing}`")

    def options(self, **readers: Callable[[], Any]) -> Iterator[tuple[str, Any]]:
        """``name=value`` as long as they come and have a reader."""
        while True:
            start = self.at
            option = self.match(_OPTION)
            if option is None or option.group(1) not in readers:
                self.at = start
                self.hint = "".join(f"{name}= or " for name in readers)
                return
            yield option.group(1), readers[option.group(1)]()

    def words(self) -> list[str]:
        return list(self.items("[", self.word, "]"))

    def integers(self) -> list[int]:
        return list(self.items("[", self.integer, "]"))

    def dtype(self) -> int:
        """The number of a type."""
        start = self.at
        found = self.match(_DTYPE)
        number = _number(found) if found is not None else None
        if number is None:
            self.at = start
            self.fail("a type (float32, int64, string ...)")
        return number

    def shape(self, proto: Any) -> None:
        """A shape, into a TensorShapeProto."""
        self.expect("[")
        proto.SetInParent()
        if self.accept("..."):
            proto.unknown_rank = True
            self.expect("]")
            return
        self.at -= 1
        for size in self.items("[", self._dim, "]"):
            proto.dim.add().size = size

    def _dim(self) -> int:
        found = self.match(_DIM)
        if found is None:
            self.fail("a dimension or `?`")
        return -1 if found.group() == "?" else int(found.group())

    def attrs(self, proto: Any) -> None:
        """``{name: value, ...}`` into a map of AttrValues; nothing if there is no brace."""
        if self.ahead("{"):
            for _ in self.items("{", lambda: self._attr(proto), "}"):
                pass

    def _attr(self, proto: Any) -> None:
        name = self.key("the name of an attr")
        self.expect(":")
        proto[name].SetInParent()
        self.value(proto[name])

    def value(self, proto: Any) -> None:
        """An attr value, into an AttrValue."""
        if self.keyword("none"):
            return
        if self.keyword("placeholder"):
            proto.placeholder = self.string().decode()
        elif self.keyword("list"):
            self._list(proto.list)
        elif self.ahead("["):
            if _SHAPE_AHEAD.match(self.line, self.at):
                self.shape(proto.shape)
            else:
                self._list(proto.list)
        else:
            kind, item = self._item()
            _set(proto, kind, item)

    def _list(self, proto: Any) -> None:
        proto.SetInParent()
        first = ""
        for kind, item in self.items("[", self._item, "]"):
            if first and kind != first:
                self.fail("items of one kind in a list")
            first = kind
            field = getattr(proto, kind)
            if kind in ("shape", "tensor", "func"):
                field.add().CopyFrom(item)
            else:
                field.append(item)

    def _item(self) -> tuple[str, Any]:
        """One value, with the name of its field in AttrValue."""
        if self.ahead('"'):
            return "s", self.string()
        if (zeros := self.zeros()) is not None:
            return "s", zeros
        if self.ahead("["):
            shape = full_message("TensorShapeProto")()
            self.shape(shape)
            return "shape", shape
        if self.ahead("@"):
            return "func", self._function()
        if (number := self.match(_NUMBER)) is not None:
            text = number.group()
            return ("f", float(text)) if any(mark in text for mark in ".en") else ("i", int(text))
        if self.keyword("true"):
            return "b", True
        if self.keyword("false"):
            return "b", False
        start = self.at
        found = self.match(_DTYPE)
        kind = _number(found) if found is not None else None
        if kind is None:
            self.at = start
            self.fail("a type, a number, true, false, a shape or list, @function, or a string in double quotes")
        if self.line.startswith("[", self.at):
            tensor = full_message("TensorProto")(dtype=kind)
            self.tensor_after_dtype(tensor)
            return "tensor", tensor
        return "type", kind

    def _function(self) -> Any:
        self.expect("@")
        proto = full_message("NameAttrList")(name=self.key("the name of a function"))
        self.attrs(proto.attr)
        return proto

    def tensor_after_dtype(self, proto: Any) -> None:
        """Shape and values of a tensor whose dtype is known, into a TensorProto."""
        self.shape(proto.tensor_shape)
        self.contents(proto)

    def contents(self, proto: Any) -> None:
        """``<1.0, 2.0>``, ``content "..."`` or a digest, into a TensorProto that has its dtype."""
        number = dtypes.base(proto.dtype)
        if self.keyword("content"):
            zeros = self.zeros()
            proto.tensor_content = self.string() if zeros is None else zeros
        elif self.match(_DIGEST) is not None:
            _fill(proto, number)
        elif not self.ahead("<"):
            self.fail("the values of a tensor, `<1.0, 2.0>`")
        elif number == dtypes.STRING:
            proto.string_val.extend(self.items("<", self.string, ">"))
        elif number in STORAGES:
            field, code = STORAGES[number]
            getattr(proto, field).extend(self.items("<", lambda: self._scalar(number, code), ">"))
        else:
            self.expect("<")
            self.expect(">")

    def _scalar(self, number: int, code: str) -> Any:
        if number in (HALF, BFLOAT16):
            return _bits(self.floating(), number)
        if code == "?":
            return self.boolean()
        return self.floating() if code in "fd" else self.integer()


def _number(found: re.Match[str]) -> int | None:
    """The number of a type; None for a word that is no type."""
    if found.group(1) is not None:
        return int(found.group(1)) + (dtypes.REF if found.group(2) else 0)
    name = found.group()
    if name.endswith("_ref") and name[:-4] in dtypes.NUMBERS:
        return dtypes.NUMBERS[name[:-4]] + dtypes.REF
    return dtypes.NUMBERS.get(name)


def _set(proto: Any, kind: str, item: Any) -> None:
    if kind in ("shape", "tensor", "func"):
        getattr(proto, kind).CopyFrom(item)
    else:
        setattr(proto, kind, item)


def _fill(proto: Any, number: int) -> None:
    """One zero, which fills the tensor: stands for values that were not shown."""
    if number == dtypes.STRING:
        proto.string_val.append(b"")
    elif number in STORAGES:
        field, code = STORAGES[number]
        getattr(proto, field).extend([0.0 if code in "fd" else 0] * (2 if number in (8, 18) else 1))


def _bits(value: float, number: int) -> int:
    """A half or bfloat16 as the int that half_val holds."""
    if number == HALF:
        return int(struct.unpack("<H", struct.pack("<e", value))[0])
    bits = int(struct.unpack("<I", struct.pack("<f", value))[0])
    return bits >> 16 if value != value else (bits + 0x7FFF + (bits >> 16 & 1)) >> 16
