"""Signatures against signatures: what a client may send, and what it gets.

Works on plain ``Call`` values, so that a lock file is compared by the same rules as a model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import SequenceMatcher

from inspector.canonical.interface import Call, End
from inspector.comparison.change import Change
from inspector.comparison.shapes import EQUAL, NARROWER, RANK, WIDER, relation
from inspector.named_tuple import NamedTuple

DEFAULT = "serving_default"


class Pairs(NamedTuple):
    """Which names of the old side are which of the new one; ``removed`` and ``added`` have no other."""

    same: dict[str, str]
    removed: tuple[str, ...]
    added: tuple[str, ...]

    def renamed(self) -> dict[str, str]:
        return {old: new for old, new in self.same.items() if old != new}


def pair_tags(old: Iterable[str], new: Iterable[str]) -> Pairs:
    """Tag-sets, spelled: equal ones; then those without partner, in order."""
    one, other = list(old), list(new)
    same = {tags: tags for tags in one if tags in other}
    removed, added = ([tags for tags in side if tags not in same] for side in (sorted(one), sorted(other)))
    count = min(len(removed), len(added))
    same.update(zip(removed, added, strict=False))
    return Pairs(same, tuple(removed[count:]), tuple(added[count:]))


def compare_tags(pairs: Pairs) -> Iterator[Change]:
    """Tag-sets that became others, went and came."""
    for old, new in (*pairs.renamed().items(), *[(tags, "nothing") for tags in pairs.removed]):
        yield Change("DF100", f"meta graph {old}", {"old": old, "new": new})
    for tags in pairs.added:
        yield Change("DF406", f"meta graph {tags}", {"new": tags})


def pair_signatures(old: Mapping[str, Call], new: Mapping[str, Call]) -> Pairs:
    """By key; then, of what is left, those with equal interfaces, the nearest key first."""
    return _pair(old, new)


def pair_ends(old: Mapping[str, End], new: Mapping[str, End]) -> Pairs:
    """By name; then, of what is left, those of the same dtype and shape."""
    return _pair(old, new)


def _pair(old: Mapping[str, object], new: Mapping[str, object]) -> Pairs:
    same = {name: name for name in old if name in new}
    removed = [name for name in old if name not in new]
    added = [name for name in new if name not in old]
    near = sorted(
        ((-SequenceMatcher(None, one, other).ratio(), one, other) for one in removed for other in added
         if old[one] == new[other]),
    )  # fmt: skip
    for _, one, other in near:
        if one in removed and other in added:
            same[one] = other
            removed.remove(one)
            added.remove(other)
    return Pairs(same, tuple(removed), tuple(added))


def compare_signatures(old: Mapping[str, Call], new: Mapping[str, Call], pairs: Pairs) -> Iterator[Change]:
    """All changes of the interface."""
    for key in pairs.removed:
        yield Change("DF114" if key == DEFAULT else "DF101", f"signature {key}", {"key": key})
    for key in pairs.added:
        yield Change("DF400", f"signature {key}", {"key": key})
    for before, after in pairs.same.items():
        if before != after:
            yield Change("DF102", f"signature {before}", {"old": before, "new": after})
            if before == DEFAULT:
                yield Change("DF114", f"signature {before}", {"key": before})
        yield from _compare_call(before, old[before], new[after])


def _compare_call(key: str, old: Call, new: Call) -> Iterator[Change]:
    where = f"signature {key}"
    if old.method != new.method:
        yield Change("DF113", where, {"key": key, "old": old.method or "none", "new": new.method or "none"})
    inputs = pair_ends(old.inputs, new.inputs)
    for name in inputs.removed:
        yield Change("DF104", f"{where}, input {name}", {"key": key, "name": name, "old": old.inputs[name].described})
    for name in inputs.added:
        end = new.inputs[name]
        code = "DF404" if end.optional else "DF103"
        yield Change(code, f"{where}, input {name}", {"key": key, "name": name, "new": end.described})
    for before, after in inputs.same.items():
        if before != after:
            yield Change("DF105", f"{where}, input {before}", {"key": key, "old": before, "new": after})
        yield from _compare_input(key, before, old.inputs[before], new.inputs[after])
    outputs = pair_ends(old.outputs, new.outputs)
    for name in outputs.removed:
        yield Change("DF109", f"{where}, output {name}", {"key": key, "name": name, "old": old.outputs[name].described})
    for name in outputs.added:
        yield Change("DF403", f"{where}, output {name}", {"key": key, "name": name, "new": new.outputs[name].described})
    for before, after in outputs.same.items():
        if before != after:
            yield Change("DF110", f"{where}, output {before}", {"key": key, "old": before, "new": after})
        yield from _compare_output(key, before, old.outputs[before], new.outputs[after])


def _compare_input(key: str, name: str, old: End, new: End) -> Iterator[Change]:
    where = f"signature {key}, input {name}"
    data = {"key": key, "name": name, "old": old.described, "new": new.described}
    if (old.dtype, old.encoding) != (new.dtype, new.encoding):
        yield Change("DF106", where, data)
    found = relation(old.shape, new.shape)
    if found == RANK:
        yield Change("DF108", where, {**data, "old": _rank(old), "new": _rank(new)})
    elif found == WIDER:
        yield Change("DF401", where, data)
    elif found != EQUAL:
        yield Change("DF107", where, data)
    if old.optional != new.optional:
        yield Change("DF115" if old.optional else "DF405", where, {"key": key, "name": name})


def _rank(end: End) -> str:
    return str(len(end.shape or ()))


def _compare_output(key: str, name: str, old: End, new: End) -> Iterator[Change]:
    where = f"signature {key}, output {name}"
    data = {"key": key, "name": name, "old": old.described, "new": new.described}
    if (old.dtype, old.encoding) != (new.dtype, new.encoding):
        yield Change("DF111", where, data)
    found = relation(old.shape, new.shape)
    if found == NARROWER:
        yield Change("DF402", where, data)
    elif found != EQUAL:
        yield Change("DF112", where, data)
