"""Turns of phrase that several rules share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

NAMED = 3


def some_of(names: Sequence[str], most: int = NAMED) -> str:
    """```a`, `b` and 7 more``: the first names, and how many there are besides."""
    shown = [f"`{name}`" for name in names[:most]]
    rest = len(names) - len(shown)
    if rest:
        return f"{', '.join(shown)} and {rest} more"
    return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def listed(names: Iterable[str], none: str = "none") -> str:
    """``a, b``, or the word for an empty list."""
    return ", ".join(names) or none


def plural(count: int, one: str, many: str = "") -> str:
    """``1 node``, ``2 nodes``."""
    return f"{count} {one if count == 1 else many or one + 's'}"
