"""What changed between two models, and whether it breaks anyone.

Parts are matched by meaning: signatures by key, functions by what they compute, variables by path and checkpoint key,
assets by name and content; each difference is a ``Change`` of one of the classes in ``inspector.differences``.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any

from inspector.canonical.form import Canonical, Renames
from inspector.canonical.graphs import tensors_of
from inspector.canonical.interface import Call, call_of
from inspector.canonical.ledger import Ledger, Numbers
from inspector.canonical.names import natural
from inspector.canonical.variables import Stored, lacks_index, stored
from inspector.checking import choose_loaders, examine
from inspector.comparison.assets import NO_CHANGES, compare_assets, match_assets
from inspector.comparison.bodies import Body
from inspector.comparison.change import Change
from inspector.comparison.computation import Told, compare_computations
from inspector.comparison.environment import Environment, environment
from inspector.comparison.functions import callable_of, compare_functions
from inspector.comparison.interface import (
    Pairs,
    compare_signatures,
    compare_tags,
    pair_ends,
    pair_signatures,
    pair_tags,
)
from inspector.comparison.loads import compare_loads, unjudged
from inspector.comparison.metadata import compare_files, compare_metadata
from inspector.comparison.values import Progress, Values, measure
from inspector.comparison.weights import compare_weights, match_weights
from inspector.differences.difference import BUMPS, CLASSES, NUMBERS, SAME, worst
from inspector.discovery import expand
from inspector.errors import DEFAULT_LIMITS, FormatError, Limits, UsageError
from inspector.findings import CAPI, Target
from inspector.hashing import unread
from inspector.model.saved_model import MetaGraph, Model, open_model
from inspector.own_ops import NO_OPS, OwnOps
from inspector.results import ModelReport
from inspector.targets import choose_targets
from inspector.version import VERSION

SCHEMA_VERSION = 1


class Comparison:
    """What ``diff`` returns. ``changes`` are worst first; ``bodies`` are the graphs that differ, by change; ``values``
    how far tensors moved, where that was asked for, ``total`` all of them as one; ``unjudged`` what of either side could
    not be looked at."""

    __slots__ = ("bodies", "changes", "environments", "new", "old", "total", "unjudged", "values")

    def __init__(
        self, old: ModelReport, new: ModelReport, told: Iterable[Told], values: Values, lacking: Iterable[str],
        environments: tuple[Environment, Environment],
    ) -> None:  # fmt: skip
        self.old = old
        self.new = new
        ordered = sorted(told, key=lambda pair: pair[0].order)
        self.changes: tuple[Change, ...] = tuple(change for change, _ in ordered)
        self.bodies: tuple[tuple[Body, ...], ...] = tuple(bodies for _, bodies in ordered)
        self.values = values.tensors
        self.total = values.total
        self.unjudged = tuple(lacking)
        self.environments = environments

    @property
    def worst(self) -> str:
        """The worst class of change; "same" for no change."""
        return worst({change.level for change in self.changes})

    @property
    def bump(self) -> str:
        """The version bump that the changes ask for: major, minor, patch or none."""
        return BUMPS[self.worst]

    def exit_code(self, keep: str = NUMBERS) -> int:
        """1 where something of the class ``keep`` or worse changed, else 3 where a side could not be judged, else 0."""
        if keep not in CLASSES:
            raise UsageError(f"unknown class of change {keep!r}; there are {', '.join(CLASSES)}")
        if any(CLASSES.index(change.level) <= CLASSES.index(keep) for change in self.changes):
            return 1
        return 3 if self.unjudged else 0

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from inspector.report.notebook import comparison_html

        return comparison_html(self)

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, version 1. Its schema is ``inspector/report/diff_schema.json``."""
        changes = []
        for change, bodies in zip(self.changes, self.bodies, strict=True):
            graphs = [
                {"function": body.function, "ops": [_op_dict(op) for op in body.changes]} for body in bodies
            ]  # fmt: skip
            changes.append({**change.as_dict(), "graphs": graphs})
        return {
            "schema_version": SCHEMA_VERSION,
            "inspector": VERSION,
            "old": {"path": self.old.path, "environment": self.environments[0].as_dict()},
            "new": {"path": self.new.path, "environment": self.environments[1].as_dict()},
            "class": self.worst,
            "bump": self.bump,
            "changes": changes,
            "values": [one.as_dict() for one in self.values],
            "values_total": None if self.total is None else self.total.as_dict(),
            "unjudged": list(self.unjudged),
        }


def _op_dict(op: Any) -> dict[str, Any]:
    attrs = [{"name": name, "old": old, "new": new} for name, old, new in op.attrs]
    inputs = [{"place": place, "old": old, "new": new} for place, old, new in op.inputs]
    return {"what": op.what, "op": op.op, "name": op.name, "attrs": attrs, "inputs": inputs}


def diff(
    old: str | os.PathLike[str],
    new: str | os.PathLike[str],
    *,
    tensorflow: str | Sequence[str] | None = None,
    device: str | Sequence[str] = "cpu",
    packages: Iterable[str] = (),
    env: Iterable[str] = (),
    host: str = CAPI,
    targets: Sequence[Target] = (),
    loaders: Iterable[str] = (),
    tags: Iterable[str] | None = None,
    own_ops: OwnOps = NO_OPS,
    values: bool = False,
    oldest: bool = False,
    limits: Limits = DEFAULT_LIMITS,
    progress: Progress | None = None,
) -> Comparison:
    """What changed from ``old`` to ``new``, worst first. Of a TensorFlow Serving base folder the newest version is taken.

    Targets and loaders as in ``check``: they decide the class "load". ``values`` reads the tensors that changed and says
    by how much; ``progress`` is told the bytes done, and how many there are. ``oldest`` finds the oldest release that will
    do for each side.
    Cost: two checks, and about a third of one. Raises UsageError for a path that does not exist.
    """
    wanted = tuple(targets) or choose_targets(tensorflow, device, packages, env, host).targets
    chosen = choose_loaders(loaders)
    asked = None if tags is None else tuple(sorted(set(tags)))
    sides = []
    for path in (old, new):
        model = open_model(next(iter(expand(os.fspath(path)))), limits=limits)
        sides.append(examine(model, wanted, chosen, asked, own_ops))
    before, after = sides
    lacking = [
        f"{side.path}: {why}" for side in sides for why in unread(side.model) or _no_weights(side) or unjudged(side)
    ]
    variables = stored(before.model), stored(after.model)
    told: list[Told] = [(change, ()) for change in compare_loads(before, after)]
    moved = Values()
    if before.model.meta_graphs and after.model.meta_graphs:
        parts = _Parts(before.model, after.model, variables, lacking)
        told += parts.compare()
        if values:
            moved = parts.measure(progress)
    told = list({(change.code, change.where, change.message): (change, bodies) for change, bodies in told}.values())
    one, other = (
        environment(side.model, its, _oldest(side.model, chosen) if oldest else {})
        for side, its in zip(sides, variables, strict=True)
    )
    return Comparison(before, after, told, moved, lacking, (one, other))


def _no_weights(side: ModelReport) -> list[str]:
    return ["its weights: the index of the checkpoint is missing"] if lacks_index(side.model) else []


def _oldest(model: Model, loaders: tuple[str, ...]) -> dict[str, str]:
    from inspector.compatibility import compat

    (found,) = compat(model.path, loaders=loaders).models
    working = {(loader, device): found.working(loader, device) for loader in found.loaders for device in found.devices}
    return {
        f"{loader} on {device}": releases[0] if releases else "none" for (loader, device), releases in working.items()
    }


class _Parts:
    """Two models that read, matched part by part."""

    __slots__ = ("_assets", "_found", "_ledger", "_new", "_old", "_stored")

    def __init__(
        self, old: Model, new: Model, variables: tuple[dict[str, Stored], dict[str, Stored]], lacking: list[str]
    ) -> None:
        self._old = old
        self._new = new
        self._ledger: Ledger = Numbers()
        self._stored = variables
        self._found = match_weights(*self._stored)
        self._assets = NO_CHANGES
        try:
            self._assets = match_assets(old, new)
        except FormatError as error:
            lacking.append(str(error))

    def compare(self) -> Iterator[Told]:
        yield from ((change, ()) for change in self._plain())
        for one, other in self._pairs():
            yield from self._meta_graphs(one, other)

    def measure(self, progress: Progress | None) -> Values:
        one, other = self._old.bundle, self._new.bundle
        if one is None or other is None:
            return Values()
        return measure(sorted(self._found.changed, key=natural), *self._stored, one, other, progress)

    def _plain(self) -> Iterator[Change]:
        """What is no part of a MetaGraph, and MetaGraphs without partner."""
        if not any(lacks_index(model) for model in (self._old, self._new)):
            yield from compare_weights(*self._stored, self._found)
        yield from compare_files(self._old, self._new)
        yield from compare_assets(self._old, self._new, self._assets)
        yield from compare_tags(self._tags())

    def _tags(self) -> Pairs:
        return pair_tags(*(map(_spelled, model.meta_graphs) for model in (self._old, self._new)))

    def _pairs(self) -> Iterator[tuple[MetaGraph, MetaGraph]]:
        old, new = ({_spelled(meta): meta for meta in model.meta_graphs} for model in (self._old, self._new))
        yield from ((old[one], new[other]) for one, other in self._tags().same.items())

    def _meta_graphs(self, one: MetaGraph, other: MetaGraph) -> Iterator[Told]:
        old, plain = self._side(self._old, one, 0), self._side(self._new, other, 1)
        was, now = _calls(old), _calls(plain)
        pairs = pair_signatures(was, now)
        variables = {after: before for before, after in self._found.renamed.items()}
        assets = {after: before for before, after in self._assets.renamed.items()}
        new = plain.renamed(Renames(variables, _input_renames(old, plain, pairs), assets))
        functions = [{path: callable_of(one) for path, one in side.functions().items()} for side in (old, new)]
        changes = chain(compare_signatures(was, now, pairs), compare_functions(*functions), compare_metadata(old, new))
        yield from ((change, ()) for change in changes)
        yield from compare_computations(old, new, pairs)

    def _side(self, model: Model, meta: MetaGraph, place: int) -> Canonical:
        lost = model.bundle is None and (self._old, self._new)[1 - place].bundle is not None
        return Canonical(model, meta, self._stored[place], self._ledger, lost=lost)


def _calls(side: Canonical) -> dict[str, Call]:
    return {key: call_of(side.meta, signature) for key, signature in side.signatures.items()}


def _spelled(meta: MetaGraph) -> str:
    return ", ".join(meta.tags)


def _input_renames(old: Canonical, new: Canonical, pairs: Pairs) -> dict[str, str]:
    """Node that feeds an input of the new side → the label of the node that feeds the same input of the old one."""
    labels = old.input_labels()
    found: dict[str, str] = {}
    for before, after in pairs.same.items():
        one, other = old.signatures[before], new.signatures[after]
        ends = pair_ends(call_of(old.meta, one).inputs, call_of(new.meta, other).inputs)
        for name, its in ends.same.items():
            tensors = zip(tensors_of(one.inputs[name]), tensors_of(other.inputs[its]), strict=False)
            for tensor, twin in tensors:
                label = labels.get(tensor.partition(":")[0])
                if label is not None:
                    found.setdefault(twin.partition(":")[0], label)
    return found


__all__ = ["SAME", "Change", "Comparison", "diff"]
