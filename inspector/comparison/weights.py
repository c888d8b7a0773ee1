"""Checkpoint against checkpoint, from the two indexes alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inspector.canonical.names import natural
from inspector.canonical.variables import Stored
from inspector.comparison.change import Change
from inspector.named_tuple import NamedTuple


class WeightChanges(NamedTuple):
    """Names by what became of them. ``renamed`` is old → new; ``moved`` are the shapes or dtypes that changed."""

    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]
    renamed: dict[str, str]
    moved: tuple[str, ...]


def match_weights(old: Mapping[str, Stored], new: Mapping[str, Stored]) -> WeightChanges:
    """By name; then, of what is left, by dtype, shape and checksum. What is a variable's second copy in both is left out."""
    old, new = _once(old, new), _once(new, old)
    both = [name for name in old if name in new]
    moved = {n: None for n in both if (old[n].dtype, old[n].shape) != (new[n].dtype, new[n].shape)}
    changed = tuple(n for n in both if old[n].crc != new[n].crc and n not in moved)
    removed = sorted((name for name in old if name not in new), key=natural)
    added = sorted((name for name in new if name not in old), key=natural)
    waiting: dict[object, list[str]] = {}
    for name in reversed(added):
        waiting.setdefault((new[name].dtype, new[name].shape, new[name].crc), []).append(name)
    renamed = {}
    for name in removed:
        candidates = waiting.get((old[name].dtype, old[name].shape, old[name].crc))
        if candidates:
            renamed[name] = _nearest(name, candidates)
    there = set(renamed.values())
    left = tuple(name for name in added if name not in there)
    return WeightChanges(changed, left, tuple(name for name in removed if name not in renamed), renamed, tuple(moved))


def _once(one: Mapping[str, Stored], other: Mapping[str, Stored]) -> dict[str, Stored]:
    return {name: its for name, its in one.items() if not (its.again and (name not in other or other[name].again))}


def _nearest(name: str, candidates: list[str]) -> str:
    """Takes a candidate: one with the same last part, else the first in natural order."""
    last = name.rpartition("/")[2]
    for candidate in reversed(candidates):
        if candidate.rpartition("/")[2] == last:
            candidates.remove(candidate)
            return candidate
    return candidates.pop()


def compare_weights(old: Mapping[str, Stored], new: Mapping[str, Stored], found: WeightChanges) -> Iterator[Change]:
    if found.changed:
        data = {"count": len(found.changed), "total": len(_once(new, old))}
        yield Change("DF300", "variables", data, tuple(sorted(found.changed, key=natural)))
    for name in found.added:
        yield Change("DF301", f"variable {name}", {"name": name, "new": new[name].described})
    for name in found.removed:
        yield Change("DF302", f"variable {name}", {"name": name, "old": old[name].described})
    for name, other in found.renamed.items():
        yield Change("DF303", f"variable {name}", {"old": name, "new": other})
    for name in found.moved:
        data_moved = {"name": name, "old": old[name].described, "new": new[name].described}
        if old[name].shape != new[name].shape:
            yield Change("DF207", f"variable {name}", data_moved)
        if old[name].dtype != new[name].dtype:
            yield Change("DF208", f"variable {name}", data_moved)
