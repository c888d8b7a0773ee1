"""What only people and tools notice: versions, collections, objects, side files, devices."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from inspector.canonical.form import Canonical
from inspector.canonical.kinds import draws, seeds
from inspector.canonical.objects import paths
from inspector.comparison.change import Change, some
from inspector.model.saved_model import ASSETS_COLLECTION, Model
from inspector.topology.reach import MAIN_OPS


def compare_files(old: Model, new: Model) -> Iterator[Change]:
    differ = sorted(
        name for name in {*old.extra_assets, *new.extra_assets}
        if old.extra_assets.get(name) != new.extra_assets.get(name)
    )  # fmt: skip
    if differ:
        yield Change("DF504", "assets.extra", {"names": some(differ)}, tuple(differ))
    yield from _sets("DF505", "side files", old.side_files, new.side_files)
    before, after = _seeds(old), _seeds(new)
    if before != after and before and after:
        yield Change("DF508", "seeds", {"old": some(sorted(before)), "new": some(sorted(after))})


def compare_metadata(old: Canonical, new: Canonical) -> Iterator[Change]:
    """Of a pair of MetaGraphs."""
    one, other = old.meta, new.meta
    if one.tensorflow_version != other.tensorflow_version:
        data = {"old": one.tensorflow_version or "unknown", "new": other.tensorflow_version or "unknown"}
        yield Change("DF500", "meta graph", data)
    was, now = _versions(old), _versions(new)
    if was != now:
        yield Change("DF501", "graph versions", {"old": was, "new": now})
    told = (*MAIN_OPS, ASSETS_COLLECTION)
    collections = [[name for name in meta.collections if name not in told] for meta in (one, other)]
    yield from _sets("DF502", "collections", *collections)
    yield from _sets("DF503", "objects", _objects(old), _objects(new))
    before, after = _devices(old), _devices(new)
    if before != after:
        spelled = [", ".join(f"{name} ×{count}" for name, count in sorted(side.items())) for side in (before, after)]
        yield Change("DF507", "devices", {"old": spelled[0] or "none", "new": spelled[1] or "none"})


def _seeds(model: Model) -> set[str]:
    """The seeds of random ops, where there are any."""
    found = set()
    for kind in model.kinds.kinds.values():
        if draws(kind.op) and any(seeds(kind)):
            found.add(f"{kind.op} {'/'.join(map(str, seeds(kind)))}")
    return found


def _versions(side: Canonical) -> str:
    versions = side.meta.versions
    bad = f", bad {list(versions.bad_consumers)}" if versions.bad_consumers else ""
    return f"producer {versions.producer}, min_consumer {versions.min_consumer}{bad}"


def _objects(side: Canonical) -> list[str]:
    """The objects that are no functions and no variables, as ``path: kind``."""
    objects = side.meta.objects
    if objects is None:
        return []
    found = []
    for node, path in paths(objects).items():
        kind = objects.kinds[node]
        if kind in ("function", "bare_concrete_function", "variable", "constant", "captured_tensor"):
            continue
        identifier = objects.nodes[node].user_object.identifier if kind == "user_object" else kind
        saved = sorted(objects.nodes[node].saveable_objects)
        found.append(f"{path or 'root'}: {identifier}" + (f", saved as {', '.join(saved)}" if saved else ""))
    return found


def _devices(side: Canonical) -> Counter[str]:
    """How many nodes that signatures reach are placed on which device."""
    graph = side.meta.graph
    nodes: set[int] = set()
    functions: set[str] = set()
    for signature in side.signatures.values():
        part = side.reach.signature(signature)
        nodes |= part.nodes
        functions |= part.functions
    found = Counter(graph.kinds[at].device for at in nodes)
    for name in functions:
        function = side.meta.function(name)
        if function is not None:
            found.update(kind.device for kind in function.body.kinds)
    del found[""]
    return found


def _sets(code: str, where: str, old: Iterable[str], new: Iterable[str]) -> Iterator[Change]:
    removed, added = sorted({*old} - {*new}), sorted({*new} - {*old})
    if removed or added:
        yield Change(code, where, {"added": some(added), "removed": some(removed)}, (*added, *removed))
