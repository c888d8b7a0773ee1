"""Which shapes a shape accepts, compared."""

from __future__ import annotations

from inspector.model.dtypes import Shape

EQUAL, WIDER, NARROWER, OTHER, RANK = "equal", "wider", "narrower", "other", "rank"


def relation(old: Shape, new: Shape) -> str:
    """How the set of shapes that ``new`` describes lies to that of ``old``.

    OTHER: each has shapes that the other lacks; RANK: both ranks are known and differ.
    """
    if old == new:
        return EQUAL
    if new is None:
        return WIDER
    if old is None:
        return NARROWER
    if len(old) != len(new):
        return RANK
    pairs = list(zip(old, new, strict=True))
    if all(after is None or after == before for before, after in pairs):
        return WIDER
    if all(before is None or after == before for before, after in pairs):
        return NARROWER
    return OTHER


def covers(wide: Shape, narrow: Shape) -> bool:
    """Whether every shape of ``narrow`` is one of ``wide``."""
    return relation(wide, narrow) in (EQUAL, NARROWER)
