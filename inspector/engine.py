"""Runs the rules over a model for a target, rehearses the loaders step by step, and makes the verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from inspector.findings import (
    ADVICE,
    CALL_FAILS,
    EFFECTS,
    ERROR,
    FAILS,
    LOAD_FAILS,
    LOADS,
    NOTE,
    PLACES_KEPT,
    RUNS,
    SEVERITIES,
    UNKNOWN,
    CallVerdict,
    Finding,
    Gap,
    Location,
    Meaning,
    Target,
    Verdict,
)
from inspector.loaders import serving, tf1, tf2
from inspector.loaders import step as part
from inspector.loaders.step import Loader, Mind, Step, Walk
from inspector.model.bundle import ALL_TENSORS
from inspector.model.saved_model import Model
from inspector.rules.registry import by_code, rules
from inspector.rules.rule import Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.reach import Reach, Slice

LOADERS: dict[str, Loader] = {loader.name: loader for loader in (tf2.LOADER, tf1.LOADER, serving.LOADER)}
BROKEN_RULE = "XX000"


class Group(NamedTuple):
    """A finding with all the nodes that it is about: a finding keeps only the first places."""

    finding: Finding
    nodes: tuple[str, ...]


class Judgement(NamedTuple):
    """What the engine makes of a model for one target."""

    target: Target
    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    meanings: tuple[Meaning, ...]
    gaps: tuple[Gap, ...]


def judge(
    model: Model,
    target: Target,
    *,
    tags: tuple[str, ...] | None = None,
    reaches: dict[int, Reach] | None = None,
    strict: bool = False,
) -> Judgement:
    """Findings, verdicts and meanings of a model for one target.

    ``strict`` lets a rule that raises fly instead of turning it into XX000 and verdicts ``unknown``.
    """
    it = Inspection(model, target, tags, reaches)
    groups, broken = run_rules(it, strict=strict)
    gaps = tuple(model.gaps) + tuple(broken)
    verdicts, meanings = [], []
    for loader in LOADERS.values():
        verdict, some = rehearse(loader, it, groups, tags, gaps)
        verdicts.append(verdict)
        meanings.extend(some)
    return Judgement(target, tuple(g.finding for g in groups), tuple(verdicts), tuple(meanings), gaps)


def run_rules(it: Inspection, *, strict: bool = False) -> tuple[list[Group], list[Gap]]:
    """Every rule's findings, equal ones of one graph made one, in the order of their locations."""
    grouped: dict[tuple[Any, ...], list[Found]] = {}
    broken = []
    for rule in rules():
        try:
            for found in rule.check(it):
                where = found.where._replace(node="")
                key = (where, rule.code, tuple(sorted(found.data.items(), key=lambda item: item[0])))
                grouped.setdefault(key, []).append(found)
        except Exception as error:
            if strict:
                raise
            broken.append(Gap(f"rule {rule.code}", f"our own bug: {type(error).__name__}: {error}"))
    groups = [_group(it.model, key[1], some) for key, some in grouped.items()]
    groups.extend(Group(Finding(BROKEN_RULE, Location(), {"rule": gap.where, "why": gap.why}), ()) for gap in broken)
    groups.sort(key=lambda g: (g.finding.where, g.finding.rule, repr(sorted(g.finding.data.items()))))
    return groups, broken


def _group(model: Model, code: str, some: list[Found]) -> Group:
    where = some[0].where
    if not where.file:
        where = where._replace(file=model.format)
    nodes = tuple(found.where.node for found in some)
    places = tuple(found.place for found in some)
    return Group(Finding(code, where, some[0].data, len(some), places[:PLACES_KEPT]), nodes)


def rehearse(
    loader: Loader, it: Inspection, groups: list[Group], tags: tuple[str, ...] | None, gaps: tuple[Gap, ...]
) -> tuple[Verdict, list[Meaning]]:
    """Walk the steps of a loader: where does the load end, what does each signature's call meet?"""
    walk = Walk(it, loader.name, tags)
    walk.view = loader.choose(walk)
    because: list[int] = []
    how = None
    meanings: list[Meaning] = []
    steps = loader.steps(walk)
    for step in steps:
        if step.stage != "load" or (step.runs_if is not None and not step.runs_if(walk)):
            continue
        for index, mind in _minded(step, walk, groups):
            if index not in because:
                because.append(index)
                how = how or mind.how
                meanings.append(Meaning(index, loader.name, it.target, LOAD_FAILS, "load"))
        if step.gives and not because:
            walk.given.add(step.gives)
    chosen = walk.view.meta.tags if walk.view is not None else tags
    touched = tuple(gaps)
    if because:
        verdict = Verdict(loader.name, it.target, chosen, FAILS, "load", how, tuple(because), gaps=touched)
        return verdict, meanings
    signatures, some = _calls(loader, steps, walk, groups, unknown=bool(touched))
    meanings.extend(some)
    outcome = UNKNOWN if touched or walk.view is None else LOADS
    assumes = _assumptions(it.model, walk)
    return (
        Verdict(loader.name, it.target, chosen, outcome, None, None, (), assumes, signatures, touched),
        meanings,
    )


def _calls(
    loader: Loader, steps: tuple[Step, ...], walk: Walk, groups: list[Group], *, unknown: bool
) -> tuple[dict[str, CallVerdict], list[Meaning]]:
    verdicts: dict[str, CallVerdict] = {}
    failing: dict[int, list[str]] = {}
    for key in loader.signatures(walk):
        walk.signature = key
        walk.nodes, walk.functions = loader.entry(walk, key)
        because: list[int] = []
        how = None
        for step in steps:
            if step.stage == "call":
                for index, mind in _minded(step, walk, groups):
                    if index not in because:
                        because.append(index)
                        how = how or mind.how
                        failing.setdefault(index, []).append(key)
        outcome = FAILS if because else UNKNOWN if unknown else RUNS
        verdicts[key] = CallVerdict(outcome, how, tuple(because))
    meanings = [
        Meaning(index, loader.name, walk.target, CALL_FAILS, "call", tuple(keys)) for index, keys in failing.items()
    ]
    return verdicts, meanings


def _minded(step: Step, walk: Walk, groups: list[Group]) -> list[tuple[int, Mind]]:
    """The findings that a step minds, in the order in which the step lists their rules."""
    found = []
    for mind in step.minds:
        for index, group in enumerate(groups):
            finding = group.finding
            if finding.rule != mind.rule or not _in_reach(step, walk, group):
                continue
            walk.members = group.nodes
            if mind.when is None or mind.when(finding, walk):
                found.append((index, mind))
    return found


def _in_reach(step: Step, walk: Walk, group: Group) -> bool:
    """Whether a step looks at the place of a finding."""
    where = group.finding.where
    if walk.view is not None and where.meta_graph >= 0 and where.meta_graph != walk.view.meta.index:
        return False
    rule = by_code().get(group.finding.rule)
    if rule is None or not rule.about_nodes or not step.reads:
        return True
    if walk.view is None:
        return False
    return any(_reads(what, walk, group) for what in step.reads)


def _reads(what: str, walk: Walk, group: Group) -> bool:
    function = group.finding.where.function
    view = walk.view
    assert view is not None
    if what == part.MAIN:
        return not function
    if what == part.ALL_FUNCTIONS:
        return bool(function)
    if what == part.IMPORTED_FUNCTIONS:
        return function in view.reach.imported()
    if what == part.SIGNATURE:
        if function:
            return function in walk.functions
        return any(node in walk.nodes for node in group.nodes)
    if what == part.OBJECT_INIT:
        return function in view.reach.object_init()
    reached: Slice = view.reach.restore() if what == part.RESTORE else view.reach.init()
    if function:
        return function in reached.functions
    positions = view.reach.positions()
    return any(positions.get(node) in reached.nodes for node in group.nodes)


def _assumptions(model: Model, walk: Walk) -> tuple[str, ...]:
    """What was left unread by choice and would break the load if it were damaged."""
    if model.bundle is None or part.VARIABLES not in walk.given:
        return ()
    return () if model.bundle.verified == ALL_TENSORS else ("weights match their checksums",)


class Summary(NamedTuple):
    """What a finding comes to over the chosen loaders and targets."""

    effect: str
    severity: str
    loaders: tuple[str, ...]


def sum_up(index: int, finding: Finding, meanings: Iterable[Meaning], chosen: Iterable[str]) -> Summary:
    """The worst effect of one finding over the chosen loaders, the severity that follows, and the loaders that mind it."""
    minding = [m for m in meanings if m.finding == index]
    wanted = tuple(chosen)
    counted = [m for m in minding if m.loader in wanted]
    rule: Rule | None = by_code().get(finding.rule)
    otherwise_effect, otherwise_severity = rule.otherwise if rule is not None else (ADVICE, ERROR)
    if counted:
        effect = min((m.effect for m in counted), key=EFFECTS.index)
        return Summary(effect, ERROR, _names(counted))
    if minding:
        severity = max(otherwise_severity, NOTE, key=SEVERITIES.index)
        return Summary(otherwise_effect, severity if otherwise_effect == ADVICE else otherwise_severity, ())
    return Summary(otherwise_effect, otherwise_severity, ())


def _names(meanings: list[Meaning]) -> tuple[str, ...]:
    names = {m.loader for m in meanings}
    return tuple(name for name in LOADERS if name in names)


def words(finding: Finding) -> tuple[str, str]:
    """The message and the fix of a finding, its rule's templates filled with its data."""
    rule = by_code().get(finding.rule)
    if rule is None:
        return f"{finding.data.get('rule')}: {finding.data.get('why')}", "report this as a bug of the inspector"
    data: Mapping[str, Any] = finding.data
    return rule.message.format_map(data), rule.fix.format_map(data)
