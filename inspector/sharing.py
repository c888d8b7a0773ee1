"""Work that several targets share, found by what it looked at and not by what it declares."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Any, TypeVar, cast

from inspector.topology.inspection import Inspection

T = TypeVar("T")


class Memo:
    """Results of work on the inspections of one model, each with the aspects of the target that it looked at."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: dict[Hashable, list[tuple[tuple[tuple[str, object], ...], Any]]] = {}

    def recall(self, key: Hashable, it: Inspection, work: Callable[[], T]) -> T:
        """The result of the same work on a target that agrees in all that the work looked at; else does it."""
        kept = self._kept.setdefault(key, [])
        for aspects, result in kept:
            if all(it.aspect(name) == value for name, value in aspects):
                return cast("T", result)
        it.uses.seen.clear()
        result = work()
        kept.append((tuple([(name, it.aspect(name)) for name in it.uses.seen]), result))
        return result
