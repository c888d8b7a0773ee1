"""A call as somebody intends it, read from text: ``serving_default(x: float32[1,10], mask: bool[1,10])``.

call    NAME(ARGUMENT, ...)              NAME is the key of a signature or the path of a function
ARGUMENT  VALUE | name: VALUE | name=VALUE
VALUE   float32[1,10]  float32[?,10]  float32[...]     a tensor; ``float32`` alone is a scalar
        3  0.5  true  False  "text"  none               a Python value
        (VALUE, ...)  [VALUE, ...]  {key: VALUE, ...}   tuple, list, dict
"""

from __future__ import annotations

import re
from typing import Any

from inspector.canonical.specs import Dict, Tensor, Tuple
from inspector.errors import UsageError
from inspector.model import dtypes
from inspector.model.dtypes import Shape
from inspector.named_tuple import NamedTuple

_TOKEN = re.compile(
    r"\s*(?:(?P<string>\"[^\"]*\"|'[^']*')|(?P<number>[-+]?(?:\d+\.\d*(?:e[-+]?\d+)?|\.\d+|\d+e[-+]?\d+|\d+))"
    r"|(?P<word>[A-Za-z_][\w./]*)|(?P<mark>\.\.\.|[()\[\]{}:=,?]))"
)
_WORDS = {"true": True, "false": False, "none": None}
_ALIASES = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "int": "int32",
    "long": "int64",
    "str": "string",
}


class Intent(NamedTuple):
    """What is to be called, with which positional and named arguments."""

    name: str
    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...]


def read_intent(text: str) -> Intent:
    """Read a call. Raises UsageError with the place where it is not one."""
    reader = _Reader(text)
    name = reader.take("word", "the name of a signature or function")
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    reader.mark("(")
    while not reader.accept(")"):
        word = reader.ahead_name()
        if word:
            if word in kwargs:
                raise reader.error(f"{word} is given twice")
            kwargs[word] = reader.value()
        else:
            if kwargs:
                raise reader.error("a positional argument after a named one")
            args.append(reader.value())
        if not reader.accept(","):
            reader.mark(")")
            break
    reader.end()
    return Intent(name, tuple(args), tuple(kwargs.items()))


def read_value(text: str) -> Any:
    """One value: a tensor, a literal or a nest."""
    reader = _Reader(text)
    value = reader.value()
    reader.end()
    return value


class _Reader:
    """Tokens of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise UsageError(f"{text!r}: nothing that can be read at {text[at:].strip()[:20]!r}")
            kind = str(match.lastgroup)
            self.tokens.append((kind, match[kind], match.start(kind)))
            at = match.end()
        self.at = 0

    def error(self, expected: str) -> UsageError:
        found = self.tokens[self.at][1] if self.at < len(self.tokens) else "the end"
        return UsageError(f"{self.text!r}: {expected} expected, found {found}")

    def accept(self, mark: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at][:2] == ("mark", mark):
            self.at += 1
            return True
        return False

    def mark(self, mark: str) -> None:
        if not self.accept(mark):
            raise self.error(repr(mark))

    def take(self, kind: str, what: str) -> str:
        if self.at < len(self.tokens) and self.tokens[self.at][0] == kind:
            self.at += 1
            return self.tokens[self.at - 1][1]
        raise self.error(what)

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise self.error("the end")

    def ahead_name(self) -> str:
        """The name before ``:`` or ``=``, taken; empty where none comes."""
        if self.at + 1 < len(self.tokens) and self.tokens[self.at][0] in ("word", "string"):
            kind, text, _ = self.tokens[self.at + 1]
            if kind == "mark" and text in ":=":
                self.at += 2
                return self.tokens[self.at - 2][1].strip("\"'")
        return ""

    def value(self) -> Any:
        if self.accept("("):
            return self._sequence(")")
        if self.accept("["):
            return self._sequence("]")
        if self.accept("{"):
            return self._dict()
        kind, text, _ = self.tokens[self.at] if self.at < len(self.tokens) else ("", "", 0)
        if kind == "string":
            self.at += 1
            return text[1:-1]
        if kind == "number":
            self.at += 1
            return int(text) if re.fullmatch(r"[-+]?\d+", text) else float(text)
        word = self.take("word", "a value")
        if word.lower() in _WORDS:
            return _WORDS[word.lower()]
        number = dtypes.NUMBERS.get(_ALIASES.get(word, word))
        if number is None:
            self.at -= 1
            raise self.error("a dtype")
        return Tensor(number, self._shape() if self.accept("[") else ())

    def _shape(self) -> Shape:
        if self.accept("..."):
            self.mark("]")
            return None
        dims: list[int | None] = []
        while not self.accept("]"):
            dims.append(None if self.accept("?") else self._size())
            if not self.accept(","):
                self.mark("]")
                break
        return tuple(dims)

    def _size(self) -> int:
        text = self.take("number", "a size")
        if not text.isdecimal():
            self.at -= 1
            raise self.error("a size")
        return int(text)

    def _sequence(self, end: str) -> Tuple:
        items = []
        while not self.accept(end):
            items.append(self.value())
            if not self.accept(","):
                self.mark(end)
                break
        return Tuple(tuple(items))

    def _dict(self) -> Dict:
        items: dict[str, Any] = {}
        while not self.accept("}"):
            name = self.ahead_name()
            if not name:
                raise self.error("a key")
            items[name] = self.value()
            if not self.accept(","):
                self.mark("}")
                break
        return Dict(tuple(sorted(items.items())))
