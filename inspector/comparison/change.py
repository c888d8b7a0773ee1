"""A change between two models, as a plain value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from inspector.differences.difference import CLASSES
from inspector.differences.registry import differences
from inspector.named_tuple import NamedTuple

_NAMED = 5  # names that a message lists


class Change(NamedTuple):
    """One difference found: its code, the data for its words, and the ``places`` where there are several.

    ``where`` names the part of the model: "signature serving_default", "variable dense/kernel".
    """

    code: str
    where: str
    data: Mapping[str, Any]
    places: tuple[str, ...] = ()

    @property
    def level(self) -> str:
        """The class of change."""
        return differences()[self.code].level

    @property
    def name(self) -> str:
        return differences()[self.code].name

    @property
    def message(self) -> str:
        return differences()[self.code].message.format_map(self.data)

    @property
    def order(self) -> tuple[int, str, str, str]:
        """Worst class first, then by code and place."""
        return CLASSES.index(self.level), self.code, self.where, self.message

    def as_dict(self) -> dict[str, Any]:
        return {
            "code": self.code, "name": self.name, "class": self.level, "where": self.where, "message": self.message,
            "data": dict(self.data), "places": list(self.places),
        }  # fmt: skip


def some(names: Sequence[str]) -> str:
    """The first few of many names."""
    shown = ", ".join(names[:_NAMED])
    return f"{shown} and {len(names) - _NAMED} more" if len(names) > _NAMED else shown or "none"
