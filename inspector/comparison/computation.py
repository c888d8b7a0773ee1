"""What signatures, initializers and restored functions compute: old against new."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from inspector.canonical.form import Canonical
from inspector.canonical.graphs import Computed
from inspector.canonical.interface import call_of, defaults_of
from inspector.canonical.objects import Restored, Traced
from inspector.canonical.specs import covers_call
from inspector.comparison.bodies import Bodies, Body, summary
from inspector.comparison.change import Change
from inspector.comparison.functions import as_called
from inspector.comparison.interface import Pairs, pair_ends

Told = tuple[Change, tuple[Body, ...]]


def compare_computations(old: Canonical, new: Canonical, pairs: Pairs) -> Iterator[Told]:
    """Each change with the graphs that differ. Cost: one pass over both; more where something differs."""
    bodies = Bodies(old, new)
    for before, after in pairs.same.items():
        yield from _signature(old, new, before, after, bodies)
    theirs = new.functions()
    for path, function in old.functions().items():
        if path in theirs:
            yield from _function(function, theirs[path], bodies)
    if old.initialised() != new.initialised():
        yield _initialisation(old, new, bodies)
    was, now = Counter(old.gradients()), Counter(new.gradients())
    if was != now:
        yield Change("DF209", "gradients", {"removed": (was - now).total(), "added": (now - was).total()}), ()


def _signature(old: Canonical, new: Canonical, before: str, after: str, bodies: Bodies) -> Iterator[Told]:
    one, other = old.computed(before), new.computed(after)
    if one != other:
        outputs = pair_ends(
            call_of(old.meta, old.signatures[before]).outputs, call_of(new.meta, new.signatures[after]).outputs
        )
        differ = _outputs(one, other, outputs)
        if differ:
            found = bodies.main(
                old.reach.signature(old.signatures[before]).nodes, new.reach.signature(new.signatures[after]).nodes,
                (_tensors(old, before, {}), _tensors(new, after, {its: name for name, its in outputs.same.items()})),
            )  # fmt: skip
            shown = ", ".join(differ[:5]) + (f" and {len(differ) - 5} more" if len(differ) > 5 else "")
            data = {"key": before, "outputs": shown, "summary": summary(found)}
            yield Change("DF200", f"signature {before}", data, tuple(differ)), found
    was, now = defaults_of(old.meta, before), defaults_of(new.meta, after)
    for name in was:
        if name in now and was[name] != now[name]:
            yield Change("DF206", f"signature {before}, input {name}", {"key": before, "name": name}), ()


def _tensors(side: Canonical, key: str, named: Mapping[str, str]) -> dict[str, str]:
    """The tensor of each plain output, by the name that the old side has for it."""
    outputs = side.signatures[key].outputs
    return {named.get(name, name): info.tensor for name, info in outputs.items() if not info.components}


def _outputs(old: Computed, new: Computed, pairs: Pairs) -> list[str]:
    """The outputs that are computed otherwise; all of them where only loops or what is shared differs."""
    differ = [one for one, other in pairs.same.items() if old.outputs[one] != new.outputs[other]]
    if not differ and not pairs.removed and not pairs.added and old.rest != new.rest:
        return list(pairs.same)
    return differ


def _function(old: Restored, new: Restored, bodies: Bodies) -> Iterator[Told]:
    for before, after in _pair_traces(old, new):
        if before.token != after.token:
            found = bodies.functions(before.name, after.name, _given_alike(before.name, after.name, bodies))
            call = str(before.takes) if len(old.traces) > 1 else ""
            data = {"path": old.path, "call": call, "summary": summary(found)}
            yield Change("DF201", f"function {old.path}{call}", data), found


def _initialisation(old: Canonical, new: Canonical, bodies: Bodies) -> Told:
    """What a load runs: the init op, and the initializers of resources by their paths."""
    before, after = (side.reach.back_from(side.init_ops()).nodes for side in (old, new))
    found = list(bodies.main(before, after))
    theirs = new.initializers()
    for path, name in old.initializers().items():
        if path in theirs:
            found += bodies.functions(name, theirs[path], _given_alike(name, theirs[path], bodies))
    found = list(dict.fromkeys(found))
    return Change("DF202", "initialisation", {"summary": summary(found)}), tuple(found)


def _given_alike(old: str, new: str, bodies: Bodies) -> list[tuple[str, str]]:
    """Arguments of two concrete functions: those of a call by place, those that they capture by what they are."""
    before, after = bodies.old.arguments(old), bodies.new.arguments(new)
    named = {what: name for name, what in after.items()}
    return [(name, named[what]) for name, what in before.items() if what in named]


def _pair_traces(old: Restored, new: Restored) -> Iterator[tuple[Traced, Traced]]:
    """Concrete functions that accept the same calls, those that compute the same first; then those that accept more."""
    left = [(one, as_called(one.takes, old.parameters, new.parameters)) for one in old.traces]
    free = list(new.traces)
    for equal in (
        lambda one, call, other: call == other.takes and one.token == other.token,
        lambda _, call, other: call == other.takes,
        lambda _, call, other: covers_call(other.takes, call),
    ):
        waiting, left = left, []
        for one, call in waiting:
            twin = next((other for other in free if equal(one, call, other)), None)
            if twin is None:
                left.append((one, call))
            else:
                free.remove(twin)
                yield one, twin
