"""A load told step by step: what a loader does with a model, in its order, and where and why it would end."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from typing import Any

from inspector.checking import choose_loaders, tags_for
from inspector.discovery import expand
from inspector.engine import run_rules, words
from inspector.findings import FAILS, KERAS, LOADS, RUNS, UNKNOWN, Finding, Target
from inspector.loaders import LOADERS
from inspector.loaders.step import VARIABLES, Extent, Loader, Walk
from inspector.model.bundle import ALL_TENSORS
from inspector.model.saved_model import Model, open_model
from inspector.named_tuple import NamedTuple
from inspector.own_ops import NO_OPS, OwnOps
from inspector.rehearsal import SKIPPED, Taken, walk_through
from inspector.targets import choose_targets
from inspector.topology.inspection import Inspection, MetaView, Share


class ToldStep(NamedTuple):
    """One step: ``state`` is ok, fails, unknown, skipped or not reached; ``evidence`` says what was looked at, or why not.

    ``because`` are indices of the rehearsal's findings, also for a step that is not reached: what would stop it next.
    ``source`` is the file and function of TensorFlow.
    """

    name: str
    stage: str
    signature: str
    state: str
    how: str | None
    evidence: str
    because: tuple[int, ...]
    source: str


class LoadTold(NamedTuple):
    """One loader's rehearsal on one model and target. ``gaps`` name what could not be looked at."""

    path: str
    loader: str
    target: Target
    steps: tuple[ToldStep, ...]
    findings: tuple[Finding, ...]
    gaps: tuple[str, ...]

    @property
    def call(self) -> str:
        """How the loader is called: "tf.saved_model.load"."""
        return LOADERS[self.loader].call

    @property
    def outcome(self) -> str:
        """FAILS where a step of the load does; UNKNOWN where one is doubtful, or something was not looked at; else LOADS."""
        states = {step.state for step in self.steps if step.stage == "load"}
        return FAILS if FAILS in states else UNKNOWN if UNKNOWN in states or self.gaps else LOADS

    def calls(self) -> dict[str, str]:
        """Signature → RUNS, FAILS or UNKNOWN; empty for a load that fails."""
        states: dict[str, set[str]] = {}
        for step in self.steps:
            if step.stage == "call":
                states.setdefault(step.signature, set()).add(step.state)
        unknown = UNKNOWN if self.outcome == UNKNOWN else RUNS
        return {
            key: FAILS if FAILS in some else UNKNOWN if UNKNOWN in some else unknown for key, some in states.items()
        }

    def as_dict(self) -> dict[str, Any]:
        steps = [{**step._asdict(), "because": list(step.because)} for step in self.steps]
        findings = []
        for finding in self.findings:
            message, fix = words(finding)
            findings.append({"rule": finding.rule, "message": message, "fix": fix, "where": finding.where.as_dict()})
        return {
            "path": self.path, "loader": self.loader, "target": self.target.as_dict(), "outcome": self.outcome,
            "calls": self.calls(), "steps": steps, "findings": findings, "gaps": list(self.gaps),
        }  # fmt: skip


def explain_load(
    path: str | os.PathLike[str],
    *,
    loaders: Iterable[str] = ("tf2",),
    tensorflow: str | Sequence[str] | None = None,
    device: str = "cpu",
    packages: Iterable[str] = (),
    env: Iterable[str] = (),
    targets: Sequence[Target] = (),
    tags: Iterable[str] | None = None,
    version: int | None = None,
    own_ops: OwnOps = NO_OPS,
) -> list[LoadTold]:
    """Rehearse the load of a SavedModel, for each loader and target. Cost: that of ``check``. Runs nothing.

    Raises UsageError for a path that does not exist, an unknown loader, device or release.
    """
    wanted = tuple(targets) or choose_targets(tensorflow, device, packages, env).targets
    chosen = choose_loaders(loaders)
    asked = None if tags is None else tuple(sorted(set(tags)))
    keras = not set(KERAS).isdisjoint(chosen)
    told = []
    for one in expand(os.fspath(path), version):
        model = open_model(one)
        by_tags, _ = tags_for(model, asked)
        for target in wanted:
            it = Inspection(model, target, by_tags, Share(model, own_ops.ops, keras=keras))
            told += [_told(LOADERS[name], it) for name in chosen]
    return told


def _told(loader: Loader, it: Inspection) -> LoadTold:
    groups, broken = run_rules(it)
    walk, taken = walk_through(loader, it, groups, it.tags)
    kept: dict[int, int] = {}
    steps = []
    for one in taken:
        if one.signature and one.signature != walk.signature:
            walk.enter(one.signature, loader.entry(walk, one.signature))
        because = tuple(kept.setdefault(index, len(kept)) for index in one.because or one.doubts)
        step = one.step
        evidence = _evidence(one, walk)
        steps.append(ToldStep(step.name, step.stage, one.signature, one.state, one.how, evidence, because, step.source))
    gaps = tuple(f"{gap.where}: {gap.why}" for gap in (*it.model.gaps, *broken))
    findings = tuple(groups[index].finding for index in kept)
    return LoadTold(it.model.path, loader.name, it.target, tuple(steps), findings, gaps)


def _evidence(one: Taken, walk: Walk) -> str:
    """What a step looked at, and with how many rules; or why it is skipped."""
    step = one.step
    if one.state == SKIPPED and step.runs_if is not None:
        return step.runs_if.otherwise
    parts = []
    if step.reads and walk.view is not None:
        parts.append(_size([walk.extent(what) for what in step.reads], walk.view))
    if step.gives == VARIABLES:
        parts.append(_checkpoint(walk.model))
    count = len({mind.rule for mind in step.minds})
    rules = f"{count} rule{'s' * (count != 1)}"
    nothing = "" if one.because else " find nothing" if count > 1 else " finds nothing"
    return ", ".join(part for part in (*parts, rules + nothing) if part)


def _size(extents: list[Extent], view: MetaView) -> str:
    """ "43 nodes, 2 functions": how much of a MetaGraph some extents cover together."""
    nodes: set[str] = set()
    functions: set[str] = set()
    for extent in extents:
        nodes.update(view.meta.graph.names if extent.nodes is None else extent.nodes)
        functions.update(name for name in view.meta.library.by_name if name in extent.functions)
    counts = ((len(nodes), "node"), (len(functions), "function"))
    return ", ".join(f"{n:,} {word}{'s' * (n != 1)}" for n, word in counts if n) or "no nodes"


def _checkpoint(model: Model) -> str:
    if model.bundle is None:
        return ""
    count = len(model.bundle.entries)
    unread = "" if model.bundle.verified == ALL_TENSORS else ", checksums of weights not verified"
    return f"{count:,} entr{'y' if count == 1 else 'ies'} of the checkpoint{unread}"
