"""Our NamedTuple does what typing.NamedTuple does."""

from __future__ import annotations

import copy
import pickle
import typing
from typing import Any

import pytest

from inspector import named_tuple


class Ours(named_tuple.NamedTuple):
    """A place."""

    file: str
    line: int = 1
    field: str = ""

    @property
    def text(self) -> str:
        return f"{self.file}:{self.line}"


class Theirs(typing.NamedTuple):
    """A place."""

    file: str
    line: int = 1
    field: str = ""

    @property
    def text(self) -> str:
        return f"{self.file}:{self.line}"


WAYS: dict[str, Any] = {
    "by position": lambda cls: cls("a", 2, "b"),
    "defaults": lambda cls: cls("a"),
    "by name": lambda cls: cls(field="b", file="a"),
    "both": lambda cls: cls("a", field="b"),
    "replaced": lambda cls: cls("a")._replace(line=3),
    "made": lambda cls: cls._make(["a", 2, "b"]),
    "copied": lambda cls: copy.deepcopy(cls("a", 2, "b")),
    "pickled": lambda cls: pickle.loads(pickle.dumps(cls("a", 2, "b"))),
}


@pytest.mark.parametrize("way", WAYS)
def test_same_as_typing(way: str) -> None:
    ours, theirs = WAYS[way](Ours), WAYS[way](Theirs)
    assert type(ours) is Ours
    assert tuple(ours) == tuple(theirs)
    assert ours == theirs
    assert hash(ours) == hash(theirs)
    assert repr(ours) == repr(theirs).replace("Theirs", "Ours")
    assert ours._asdict() == theirs._asdict()
    assert (ours.file, ours.line, ours.field, ours.text) == (theirs.file, theirs.line, theirs.field, theirs.text)
    match ours:
        case Ours(file, line, field=field):
            assert (file, line, field) == tuple(theirs)


@pytest.mark.parametrize(
    "wrong", [lambda c: c(), lambda c: c("a", 1, "", 4), lambda c: c("a", file="b"), lambda c: c("a", none=1)]
)
def test_refuses_what_typing_refuses(wrong: Any) -> None:
    for cls in (Ours, Theirs):
        with pytest.raises(TypeError):
            wrong(cls)


def test_of_a_class() -> None:
    for name in ("_fields", "_field_defaults", "__match_args__", "__doc__", "__slots__"):
        assert getattr(Ours, name) == getattr(Theirs, name), name
    with pytest.raises(ValueError):
        Ours("a")._replace(none=1)
    with pytest.raises(AttributeError):
        Ours("a").file = "b"  # type: ignore[misc]
    with pytest.raises(AttributeError):
        Ours("a").none = "b"  # type: ignore[attr-defined]
