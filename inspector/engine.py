"""Runs the rules over a model for a target, rehearses the loaders step by step, and makes the verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
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
from inspector.loaders.releases import is_doubtful
from inspector.loaders.step import Loader, Mind, Step, Walk
from inspector.model.bundle import ALL_TENSORS
from inspector.model.saved_model import Model
from inspector.rules.registry import by_code, rules
from inspector.rules.rule import Found, Rule
from inspector.sharing import Memo
from inspector.topology.inspection import Inspection, Share
from inspector.topology.ops import TARGET
from inspector.topology.reach import Slice

LOADERS: dict[str, Loader] = {loader.name: loader for loader in (tf2.LOADER, tf1.LOADER, serving.LOADER)}
BROKEN_RULE = "XX000"
WEIGHTS_MATCH = "weights match their checksums"

# Sound models were loaded with every judged release, damaged ones with 2.12 to 2.21.
OLDEST_DAMAGED = (2, 12)
# Rules about what a release has or lacks: their findings were tried with the releases themselves.
OF_RELEASES = frozenset(("OP001", "OP004", "OP005", "OP007", "OP009", "OB001"))
OF_VERSIONS = "VR"
_ANY = Target("")  # stands for the target in what targets share


class Group(NamedTuple):
    """A finding with all the nodes that it is about: a finding keeps only the first places."""

    finding: Finding
    nodes: tuple[str, ...]
    order: tuple[Location, str, str]


class Judgement(NamedTuple):
    """What the engine makes of a model for some targets.

    Equal findings of several targets are one; what a finding means to each target, the meanings tell.
    """

    targets: tuple[Target, ...]
    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    meanings: tuple[Meaning, ...]
    gaps: tuple[Gap, ...]


def judge(
    model: Model,
    target: Target,
    *,
    tags: tuple[str, ...] | None = None,
    loaders: Iterable[str] = (),
    strict: bool = False,
) -> Judgement:
    """Findings, verdicts and meanings of a model for one target.

    ``strict`` lets a rule that raises fly instead of turning it into XX000 and verdicts ``unknown``.
    """
    return judge_each(model, (target,), tags=tags, loaders=loaders, strict=strict)[0]


def judge_each(
    model: Model,
    targets: Sequence[Target],
    *,
    tags: tuple[str, ...] | None = None,
    loaders: Iterable[str] = (),
    strict: bool = False,
    shared: bool = True,
) -> list[Judgement]:
    """One judgement for each target, by all loaders or by those named.

    Cost: a pass over the nodes for each set of targets with equal ops, next to nothing for each other target. What
    targets share is found by what the work for one of them looked at; ``shared=False`` does all work anew.
    """
    share, memo = Share(model), Memo()
    judgements = []
    for target in targets:
        if not shared:
            share, memo = Share(model), Memo()
        judgements.append(_judge(Inspection(model, target, tags, share), memo, tuple(loaders) or LOADERS, strict))
    return judgements


def _judge(it: Inspection, memo: Memo, loaders: Iterable[str], strict: bool) -> Judgement:
    groups, broken = run_rules(it, memo, strict=strict)
    gaps = tuple(it.model.gaps) + tuple(broken)
    target = it.aspect(TARGET)
    assert isinstance(target, Target)
    verdicts: list[Verdict] = []
    meanings: list[Meaning] = []
    for name in loaders:
        key = (name, gaps, *[group.finding for group in groups])
        verdict, some = memo.recall(key, it, partial(rehearse, LOADERS[name], it, groups, it.tags, gaps))
        assumes = (*verdict.assumes, *_of_old_loaders(verdict, groups, target))
        verdicts.append(verdict._replace(target=target, assumes=assumes))
        meanings.extend(meaning._replace(target=target) for meaning in some)
    findings = tuple([group.finding for group in groups])
    return Judgement((target,), findings, tuple(verdicts), tuple(meanings), gaps)


def _of_old_loaders(verdict: Verdict, groups: list[Group], target: Target) -> tuple[str, ...]:
    """What a verdict takes for granted where a model is damaged and the release is older than those that saw damage."""
    if target.minor >= OLDEST_DAMAGED or verdict.outcome != FAILS:
        return ()
    rules = {groups[index].finding.rule for index in verdict.because}
    if any(rule in OF_RELEASES or rule.startswith(OF_VERSIONS) for rule in rules):
        return ()
    oldest = ".".join(map(str, OLDEST_DAMAGED))
    return (f"{verdict.loader} of TensorFlow {target.tensorflow} minds the damage that {oldest}'s minds",)


def merge(judgements: Sequence[Judgement]) -> Judgement:
    """The judgements of several targets as one: equal findings once, indices changed accordingly."""
    if len(judgements) == 1:
        return judgements[0]
    found: dict[tuple[Any, ...], Finding] = {}
    for judgement in judgements:
        for finding in judgement.findings:
            found.setdefault(_identity(finding), finding)
    order = sorted(found)
    place = {identity: index for index, identity in enumerate(order)}
    verdicts: list[Verdict] = []
    meanings: list[Meaning] = []
    gaps: dict[Gap, None] = {}
    for judgement in judgements:
        new = [place[_identity(finding)] for finding in judgement.findings]
        verdicts.extend(_renumbered(verdict, new) for verdict in judgement.verdicts)
        meanings.extend(meaning._replace(finding=new[meaning.finding]) for meaning in judgement.meanings)
        gaps.update(dict.fromkeys(judgement.gaps))
    targets = tuple(target for judgement in judgements for target in judgement.targets)
    return Judgement(targets, tuple(found[one] for one in order), tuple(verdicts), tuple(meanings), tuple(gaps))


def _identity(finding: Finding) -> tuple[Any, ...]:
    """Equal for equal findings, and in the order of a report."""
    return *_order(finding), finding.count, finding.places


def _order(finding: Finding) -> tuple[Location, str, str]:
    return finding.where, finding.rule, repr(sorted(finding.data.items()))


def _renumbered(verdict: Verdict, new: Sequence[int]) -> Verdict:
    calls = {
        key: call._replace(because=tuple(new[i] for i in call.because)) for key, call in verdict.signatures.items()
    }
    return verdict._replace(because=tuple(new[i] for i in verdict.because), signatures=calls)


def run_rules(it: Inspection, memo: Memo | None = None, *, strict: bool = False) -> tuple[list[Group], list[Gap]]:
    """Every rule's findings, equal ones of one graph made one, in the order of their locations."""
    memo = Memo() if memo is None else memo
    groups: list[Group] = []
    broken = []
    for rule in rules():
        try:
            found = memo.recall(rule.code, it, partial(_found_by, rule, it))
            if rule.names_release and found:
                key = (rule.code, it.version, *[group.finding for group in found])
                found = memo.recall(key, it, partial(_of_release, found, it.version))
            groups.extend(found)
        except Exception as error:
            if strict:
                raise
            gap = Gap(f"rule {rule.code}", f"our own bug: {type(error).__name__}: {error}")
            broken.append(gap)
            groups.append(_as_group(Finding(BROKEN_RULE, Location(), {"rule": gap.where, "why": gap.why}), ()))
    groups.sort(key=lambda group: group.order)
    return groups, broken


def _found_by(rule: Rule, it: Inspection) -> list[Group]:
    grouped: dict[tuple[Any, ...], list[Found]] = {}
    known: dict[int, tuple[Any, ...]] = {}  # one dict of data may serve thousands of nodes
    for found in rule.check(it):
        data = known.get(id(found.data))
        if data is None:
            data = known[id(found.data)] = tuple(sorted(found.data.items(), key=lambda item: item[0]))
        file, meta_graph, function, _, field = found.where
        grouped.setdefault((file, meta_graph, function, field, data), []).append(found)
    return [_group(it.model, rule.code, some) for some in grouped.values()]


def _of_release(groups: list[Group], version: str) -> list[Group]:
    """The groups with the release's version in their findings' data."""
    stamped = []
    for finding, nodes, _ in groups:
        data = {**finding.data, "tensorflow": version}
        stamped.append(_as_group(Finding(finding.rule, finding.where, data, finding.count, finding.places), nodes))
    return stamped


def _group(model: Model, code: str, some: list[Found]) -> Group:
    where = some[0].where
    if not where.file:
        where = where._replace(file=model.format)
    nodes = tuple(found.where.node for found in some)
    places = tuple(found.place for found in some)
    return _as_group(Finding(code, where, some[0].data, len(some), places[:PLACES_KEPT]), nodes)


def _as_group(finding: Finding, nodes: tuple[str, ...]) -> Group:
    return Group(finding, nodes, _order(finding))


def rehearse(
    loader: Loader, it: Inspection, groups: list[Group], tags: tuple[str, ...] | None, gaps: tuple[Gap, ...]
) -> tuple[Verdict, list[Meaning]]:
    """Walk the steps of a loader: where does the load end, what does each signature's call meet?

    The target of what it returns is a blank: it may hold for several.
    """
    walk = Walk(it, loader.name, tags)
    walk.view = loader.choose(walk)
    because: list[int] = []
    doubts: dict[int, None] = {}
    how = None
    meanings: list[Meaning] = []
    steps = loader.steps(walk)
    for step in steps:
        if step.stage != "load" or (step.runs_if is not None and not step.runs_if(walk)):
            continue
        for index, mind in _minded(step, walk, groups):
            if mind.how == part.DOUBT:
                doubts[index] = None
            elif index not in because:
                because.append(index)
                how = how or mind.how
                meanings.append(Meaning(index, loader.name, _ANY, LOAD_FAILS, "load"))
        if step.gives and not because:
            walk.given.add(step.gives)
    chosen = walk.view.meta.tags if walk.view is not None else tags
    if because:
        return Verdict(loader.name, _ANY, chosen, FAILS, "load", how, tuple(because), gaps=gaps), meanings
    signatures, some = _calls(loader, steps, walk, groups, unknown=bool(gaps or doubts))
    meanings.extend(some)
    outcome = UNKNOWN if gaps or doubts or walk.view is None else LOADS
    assumes = _assumptions(it.model, walk)
    return Verdict(loader.name, _ANY, chosen, outcome, None, None, tuple(doubts), assumes, signatures, gaps), meanings


def _calls(
    loader: Loader, steps: tuple[Step, ...], walk: Walk, groups: list[Group], *, unknown: bool
) -> tuple[dict[str, CallVerdict], list[Meaning]]:
    verdicts: dict[str, CallVerdict] = {}
    failing: dict[int, list[str]] = {}
    for key in loader.signatures(walk):
        walk.signature = key
        walk.nodes, walk.functions = loader.entry(walk, key)
        because: list[int] = []
        doubts: dict[int, None] = {}
        how = None
        for step in steps:
            if step.stage == "call":
                for index, mind in _minded(step, walk, groups):
                    if mind.how == part.DOUBT:
                        doubts[index] = None
                    elif index not in because:
                        because.append(index)
                        how = how or mind.how
                        failing.setdefault(index, []).append(key)
        outcome = FAILS if because else UNKNOWN if unknown or doubts else RUNS
        verdicts[key] = CallVerdict(outcome, how, tuple(because or doubts))
    meanings = [Meaning(index, loader.name, _ANY, CALL_FAILS, "call", tuple(keys)) for index, keys in failing.items()]
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
                found.append((index, mind._replace(how=part.DOUBT) if is_doubtful(finding, walk) else mind))
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
    return () if model.bundle.verified == ALL_TENSORS else (WEIGHTS_MATCH,)


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
