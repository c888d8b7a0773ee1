"""Runs the rules over a model for targets, has the loaders rehearsed, and makes the judgements."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from inspector.assumptions import SERVING, of_target
from inspector.catalogue import OpDef
from inspector.consequences import follows
from inspector.described import described
from inspector.findings import (
    ADVICE,
    CAPI,
    EFFECTS,
    ERROR,
    KERAS,
    NOTE,
    PLACES_KEPT,
    SEVERITIES,
    TENSORFLOW,
    Finding,
    Gap,
    Location,
    Meaning,
    Target,
    Verdict,
)
from inspector.loaders import LOADERS
from inspector.model.saved_model import Model
from inspector.named_tuple import NamedTuple
from inspector.policy import NO_DEMANDS, Demands
from inspector.rehearsal import Group, rehearse
from inspector.rules.index import INDEX
from inspector.rules.registry import fitting, rule_of
from inspector.rules.rule import Found
from inspector.sharing import Memo
from inspector.topology.inspection import Inspection, Share
from inspector.topology.signs import signs

BROKEN_RULE = "XX000"


class Judgement(NamedTuple):
    """What the engine makes of a model for some targets.

    Equal findings of several targets are one; what a finding means to each target, the meanings tell. ``follows`` maps a
    finding that is only a consequence to its cause.
    """

    targets: tuple[Target, ...]
    findings: tuple[Finding, ...]
    verdicts: tuple[Verdict, ...]
    meanings: tuple[Meaning, ...]
    gaps: tuple[Gap, ...]
    follows: Mapping[int, int] = {}


def judge(
    model: Model,
    target: Target,
    *,
    tags: tuple[str, ...] | None = None,
    loaders: Iterable[str] = (),
    taught: Mapping[str, OpDef] = {},
    strict: bool = False,
) -> Judgement:
    """Findings, verdicts and meanings of a model for one target.

    ``taught`` are ops of the user's own. ``strict`` lets a rule that raises fly instead of turning it into XX000 and
    verdicts ``unknown``.
    """
    return judge_each(model, (target,), tags=tags, loaders=loaders, taught=taught, strict=strict)[0]


def judge_each(
    model: Model,
    targets: Sequence[Target],
    *,
    tags: tuple[str, ...] | None = None,
    loaders: Iterable[str] = (),
    taught: Mapping[str, OpDef] = {},
    demands: Demands = NO_DEMANDS,
    strict: bool = False,
    shared: bool = True,
) -> list[Judgement]:
    """One judgement for each target, by the loaders named or those that concern the model.

    ``demands`` are what the policy asks of the model. Cost: a pass over the nodes for each set of targets with equal ops,
    next to nothing for each other target. What targets share is found by what the work for one of them looked at;
    ``shared=False`` does all work anew.
    """
    names = tuple(loaders) or concerned(model)
    keras = not set(KERAS).isdisjoint(names)
    share, memo = Share(model, taught, demands, keras=keras), Memo()
    judgements = []
    for target in targets:
        if not shared:
            share, memo = Share(model, taught, demands, keras=keras), Memo()
        processes = _processes(Inspection(model, target._replace(host=CAPI), tags, share), target, names)
        parts = [_judge(it, target, memo, some, strict) for it, some in processes]
        judgements.append(parts[0] if len(parts) == 1 else _joined(parts, names))
    return judgements


def concerned(model: Model, asked: Iterable[str] = ()) -> tuple[str, ...]:
    """The loaders to rehearse: TensorFlow's, those of Keras where Keras wrote the model, and those that are asked for."""
    wanted = {*TENSORFLOW, *asked, *(KERAS if model.by_keras else ())}
    return tuple(name for name in LOADERS if name in wanted)


def _processes(
    it: Inspection, target: Target, loaders: tuple[str, ...]
) -> Iterator[tuple[Inspection, tuple[str, ...]]]:
    """The loaders by the process that they run in.

    ``it`` sees the model in a process of Python, which imports the target's packages. The loader ``serving`` runs in
    another one, without Python; where the model's ops are the same there, one inspection will do.
    """
    if target.host == CAPI and it.share.taught.keys() >= set(it.ops_beside):
        yield it, loaders
        return
    python = tuple(name for name in loaders if name != SERVING)
    if python:
        yield it, python
    if SERVING in loaders:
        yield Inspection(it.model, target._replace(packages=()), it.tags, it.share), (SERVING,)


def _joined(parts: Sequence[Judgement], loaders: tuple[str, ...]) -> Judgement:
    """The judgements of one target by loaders in several hosts as one, in the order of the loaders."""
    whole = merge(parts)
    verdicts = sorted(whole.verdicts, key=lambda verdict: loaders.index(verdict.loader))
    meanings = sorted(whole.meanings, key=lambda meaning: loaders.index(meaning.loader))
    return whole._replace(targets=parts[0].targets, verdicts=tuple(verdicts), meanings=tuple(meanings))


def _judge(it: Inspection, target: Target, memo: Memo, loaders: Iterable[str], strict: bool) -> Judgement:
    """``target`` as the user named it; the inspection's may have another host."""
    groups, broken = run_rules(it, memo, strict=strict)
    gaps = tuple(it.model.gaps) + tuple(broken)
    verdicts: list[Verdict] = []
    meanings: list[Meaning] = []
    for name in loaders:
        key = (name, gaps, *[group.finding for group in groups])
        verdict, some = memo.recall(key, it, partial(rehearse, LOADERS[name], it, groups, it.tags, gaps))
        rules = [groups[index].finding.rule for index in verdict.because]
        assumes = (*verdict.assumes, *of_target(verdict, rules, target, it))
        verdicts.append(verdict._replace(target=target, assumes=assumes))
        meanings.extend(meaning._replace(target=target) for meaning in some)
    findings = tuple([group.finding for group in groups])
    return Judgement((target,), findings, tuple(verdicts), tuple(meanings), gaps, follows(it.model, groups, verdicts))


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
    causes: dict[int, int] = {}
    own: set[int] = set()  # causes of their own on some target
    for judgement in judgements:
        new = [place[_identity(finding)] for finding in judgement.findings]
        verdicts.extend(_renumbered(verdict, new) for verdict in judgement.verdicts)
        meanings.extend(meaning._replace(finding=new[meaning.finding]) for meaning in judgement.meanings)
        gaps.update(dict.fromkeys(judgement.gaps))
        own.update(new[one.finding] for one in judgement.meanings if one.finding not in judgement.follows)
        causes.update((new[effect], new[cause]) for effect, cause in judgement.follows.items())
    chains = {effect: cause for effect, cause in causes.items() if effect not in own}
    targets = tuple(target for judgement in judgements for target in judgement.targets)
    findings = tuple(found[one] for one in order)
    return Judgement(targets, findings, tuple(verdicts), tuple(meanings), tuple(gaps), chains)


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
    for code in memo.recall("signs", it, partial(_worth_asking, it, strict=strict)):
        try:
            found = memo.recall(code, it, partial(_found_by, code, it))
            rule = rule_of(code) if found else None
            if rule is not None and rule.names_release:
                key = (code, it.version, *[group.finding for group in found])
                found = memo.recall(key, it, partial(_of_release, found, it.version))
            groups.extend(found)
        except Exception as error:
            if strict:
                raise
            gap = Gap(f"rule {code}", f"our own bug: {type(error).__name__}: {error}")
            broken.append(gap)
            groups.append(_as_group(Finding(BROKEN_RULE, Location(), {"rule": gap.where, "why": gap.why}), ()))
    groups.sort(key=lambda group: group.order)
    return groups, broken


def _worth_asking(it: Inspection, *, strict: bool) -> list[str]:
    """The codes of the rules that can find something; of all, where a first look at the model already raises."""
    try:
        return fitting(signs(it))
    except Exception:
        if strict:
            raise
        return [code for code, (_, needs) in INDEX.items() if it.share.asks_keras or needs != ("keras",)]


def _found_by(code: str, it: Inspection) -> list[Group]:
    rule = rule_of(code)
    assert rule is not None
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
    rule = described(finding.rule)
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
    rule = described(finding.rule)
    if rule is None:
        return f"{finding.data.get('rule')}: {finding.data.get('why')}", "report this as a bug of the inspector"
    data: Mapping[str, Any] = finding.data
    return rule.message.format_map(data), rule.fix.format_map(data)
