"""A call as somebody intends it, read from text: ``serving_default(x: float32[1,10], mask: bool[1,10])``.

call      NAME(ARGUMENT, ...)       NAME, up to the bracket, is the key of a signature or the path of a function
ARGUMENT  VALUE | name: VALUE | name=VALUE
VALUE     float32[1,10]  float32[?,10]  float32[...]    a tensor; ``float32`` alone is a scalar
          ragged float32[?,?]  sparse float32[1,10]     ``ragged(1, int32)``: another ragged rank, dtype of row splits
          3  0.5  true  False  "text"  none             a Python value
          (VALUE, ...)  [VALUE, ...]  {key: VALUE, ...}  Name(key: VALUE, ...)   tuple, list, dict, named tuple
          tf.float32                                    a dtype that is itself an argument
"""

from __future__ import annotations

import ast
import re
from typing import Any

from inspector.canonical.specs import (
    LIST,
    RAGGED,
    SPARSE,
    TUPLE,
    Composite,
    Dict,
    DType,
    Named,
    Other,
    Parameters,
    Sequence,
    Signature,
    Tensor,
)  # fmt: skip
from inspector.errors import UsageError
from inspector.model import dtypes
from inspector.model.dtypes import Shape
from inspector.named_tuple import NamedTuple

_TOKEN = re.compile(
    r"""\s*(?:(?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<number>[-+]?(?:\d+\.\d*(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|\d+e[-+]?\d+|\d+)|[-+](?:inf|nan)\b)"""
    r"""|(?P<word>[A-Za-z_][\w./-]*)|(?P<mark>\.\.\.|\*\*|[()\[\]{}:=,?*]))"""
)
_WORDS = {"true": True, "false": False, "none": None, "inf": float("inf"), "nan": float("nan")}
_ALIASES = {
    "float": "float32",
    "double": "float64",
    "half": "float16",
    "int": "int32",
    "long": "int64",
    "str": "string",
}
_DEPTH = 50  # of values within values


class Intent(NamedTuple):
    """What is to be called, with which positional and named arguments."""

    name: str
    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...]


def read_intent(text: str) -> Intent:
    """Read a call. Raises UsageError with the place where it is not one."""
    name, bracket, rest = text.partition("(")
    name = name.strip().strip("\"'")
    if not name or not bracket:
        raise UsageError(f"{text!r}: a call is expected, like serving_default(x: float32[1,10])")
    reader = _Reader(bracket + rest)
    args, kwargs = reader.arguments()
    reader.end()
    return Intent(name, args, kwargs)


def read_value(text: str) -> Any:
    """One value: a tensor, a literal or a nest."""
    reader = _Reader(text)
    value = reader.value()
    reader.end()
    return value


def read_signature(text: str) -> Signature:
    """What a concrete function takes, as ``Signature`` spells it."""
    reader = _Reader(text)
    found = Signature(*reader.arguments())
    reader.end()
    return found


def read_parameters(text: str) -> Parameters:
    """The arguments of a function, as ``Parameters`` spells them."""
    reader = _Reader(text)
    by_position: list[str] = []
    by_name: list[str] = []
    stars = {"*": "", "**": ""}
    defaults: list[tuple[str, Any]] = []
    names = by_position
    while reader.at < len(reader.tokens):
        mark = next((mark for mark in stars if reader.accept(mark)), "")
        if mark:
            names = by_name
            stars[mark] = reader.take("word", "a name") if reader.ahead("word") else ""
        else:
            names.append(reader.take("word", "the name of an argument"))
            if reader.accept("="):
                defaults.append((names[-1], reader.value()))
        if not reader.accept(","):
            reader.end()
    return Parameters(tuple(by_position), tuple(by_name), stars["*"], stars["**"], tuple(defaults))


class _Reader:
    """Tokens of a text, one after the other."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[tuple[str, str]] = []
        self.at = self._depth = 0
        at = 0
        while at < len(text.rstrip()):
            match = _TOKEN.match(text, at)
            if match is None:
                raise UsageError(f"{text!r}: nothing that can be read at {text[at:].strip()[:20]!r}")
            kind = str(match.lastgroup)
            self.tokens.append((kind, match[kind]))
            at = match.end()

    def error(self, expected: str) -> UsageError:
        found = self.tokens[self.at][1] if self.at < len(self.tokens) else "the end"
        return UsageError(f"{self.text!r}: {expected} expected, found {found}")

    def ahead(self, kind: str, after: int = 0) -> bool:
        return self.at + after < len(self.tokens) and self.tokens[self.at + after][0] == kind

    def accept(self, mark: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == ("mark", mark):
            self.at += 1
            return True
        return False

    def mark(self, mark: str) -> None:
        if not self.accept(mark):
            raise self.error(repr(mark))

    def take(self, kind: str, what: str) -> str:
        if self.ahead(kind):
            self.at += 1
            return self.tokens[self.at - 1][1]
        raise self.error(what)

    def end(self) -> None:
        if self.at < len(self.tokens):
            raise self.error("the end")

    def arguments(self) -> tuple[tuple[Any, ...], tuple[tuple[str, Any], ...]]:
        """What stands in the brackets of a call."""
        args: list[Any] = []
        kwargs: dict[str, Any] = {}
        self.mark("(")
        while not self.accept(")"):
            word = self._name()
            if word is not None:
                if word in kwargs:
                    raise UsageError(f"{self.text!r}: {word} is given twice")
                kwargs[word] = self.value()
            elif kwargs:
                raise UsageError(f"{self.text!r}: a positional argument after a named one")
            else:
                args.append(self.value())
            if not self.accept(","):
                self.mark(")")
                break
        return tuple(args), tuple(kwargs.items())

    def _name(self) -> str | None:
        """The name before ``:`` or ``=``, taken; None where none comes."""
        named = self.ahead("mark", 1) and self.tokens[self.at + 1][1] in (":", "=")
        if named and (self.ahead("word") or self.ahead("string")):
            kind, text = self.tokens[self.at]
            self.at += 2
            return self._unquoted(text) if kind == "string" else text
        return None

    def _unquoted(self, text: str) -> str:
        try:
            return str(ast.literal_eval(text))
        except (SyntaxError, ValueError):
            raise UsageError(f"{self.text!r}: {text} is no string of Python") from None

    def value(self) -> Any:
        self._depth += 1
        if self._depth > _DEPTH:
            raise UsageError(f"{self.text[:60]!r}...: more than {_DEPTH} values within each other")
        found = self._value()
        self._depth -= 1
        return found

    def _value(self) -> Any:
        if self.accept("("):
            return self._tuple()
        if self.accept("["):
            return Sequence(LIST, self._items("]")[0])
        if self.accept("{"):
            return Dict(tuple(sorted(self._pairs("}"))))
        if self.ahead("string"):
            return self._unquoted(self.take("string", ""))
        if self.ahead("number"):
            text = self.take("number", "")
            return int(text) if re.fullmatch(r"[-+]?\d{1,40}", text) else float(text)
        word = self.take("word", "a value")
        if word.lower() in _WORDS:
            return _WORDS[word.lower()]
        if word in (RAGGED, SPARSE):
            return self._composite(word)
        if word.startswith("tf."):
            return DType(self._dtype(word.removeprefix("tf.")))
        if self.accept("("):
            return self._called(word)
        return self._tensor(word)

    def _called(self, word: str) -> Any:
        """What stands before a bracket: a named tuple, or what TensorFlow alone can read."""
        if word == "other":
            text = self._unquoted(self.take("string", "a text"))
            self.mark(")")
            return Other(text)
        return Named(word, tuple(self._pairs(")")))

    def _tuple(self) -> Any:
        items, comma = self._items(")")
        return items[0] if len(items) == 1 and not comma else Sequence(TUPLE, items)

    def _composite(self, kind: str) -> Composite:
        rank, splits = None, dtypes.NUMBERS["int64"]
        if self.accept("("):
            if self.ahead("number"):
                rank = self._size()
                self.accept(",")
            if self.ahead("word"):
                splits = self._dtype(self.take("word", "a dtype"))
            self.mark(")")
        tensor = self._tensor(self.take("word", "a dtype"))
        if kind == SPARSE:
            return Composite(SPARSE, tensor.dtype, tensor.shape)
        usual = len(tensor.shape) - 1 if tensor.shape else 1
        return Composite(RAGGED, tensor.dtype, tensor.shape, usual if rank is None else rank, splits)

    def _tensor(self, word: str) -> Tensor:
        return Tensor(self._dtype(word), self._shape() if self.accept("[") else ())

    def _dtype(self, word: str) -> int:
        number = dtypes.NUMBERS.get(_ALIASES.get(word, word))
        if number is None:
            self.at -= 1
            raise self.error("a dtype")
        return number

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
        if not (text.isdecimal() and len(text) < 20):
            self.at -= 1
            raise self.error("a size")
        return int(text)

    def _items(self, end: str) -> tuple[tuple[Any, ...], bool]:
        """Values, and whether a comma came last."""
        items: list[Any] = []
        comma = False
        while not self.accept(end):
            items.append(self.value())
            comma = self.accept(",")
            if not comma:
                self.mark(end)
                break
        return tuple(items), comma

    def _pairs(self, end: str) -> list[tuple[str, Any]]:
        items: dict[str, Any] = {}
        while not self.accept(end):
            name = self._name()
            if name is None:
                raise self.error("a key")
            items[name] = self.value()
            if not self.accept(","):
                self.mark(end)
                break
        return list(items.items())
