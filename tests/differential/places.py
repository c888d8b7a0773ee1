"""Names of files and tensors, and what says which place of a model a damage changed."""

from __future__ import annotations

from typing import NamedTuple

PB, PBTXT = "saved_model.pb", "saved_model.pbtxt"
INDEX = "variables/variables.index"
OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


class NoPlace(Exception):
    """The damage does not apply to this model."""


class Directory:
    """Stands for a folder where a file is expected."""

    def __repr__(self) -> str:
        return "Directory()"


class Link(NamedTuple):
    """Stands for a symbolic link."""

    target: str


class Place(NamedTuple):
    """What a damage changed: names, any of which a finding about it has to give, and the function that holds it."""

    names: tuple[str, ...]
    function: str = ""


def place(*names: str, function: str = "") -> Place:
    return Place(tuple(dict.fromkeys(name for name in names if name)), function)
