"""Rehearses a loader: walks its steps over a model and its findings, and says where the load or a call would end."""

from __future__ import annotations

from inspector.assumptions import WEIGHTS_MATCH
from inspector.findings import (
    CALL_FAILS,
    FAILS,
    LOAD_FAILS,
    LOADS,
    RUNS,
    UNKNOWN,
    CallVerdict,
    Finding,
    Gap,
    Location,
    Meaning,
    Target,
    Verdict,
)
from inspector.loaders.releases import is_doubtful
from inspector.loaders.step import DOUBT, VARIABLES, Loader, Mind, Step, Walk
from inspector.model.bundle import ALL_TENSORS
from inspector.model.saved_model import Model
from inspector.named_tuple import NamedTuple
from inspector.rules.registry import code_of, rule_of
from inspector.topology.inspection import Inspection

OK, NOT_REACHED, SKIPPED = "ok", "not reached", "skipped"
_ANY = Target("")  # stands for the target in what targets share


class Group(NamedTuple):
    """A finding with all the nodes that it is about: a finding keeps only the first places."""

    finding: Finding
    nodes: tuple[str, ...]
    order: tuple[Location, str, str]


class Taken(NamedTuple):
    """One step of a rehearsal, at load (``signature`` is empty) or at the call of a signature.

    ``state`` is ok, FAILS, UNKNOWN, "skipped" (its condition does not hold) or "not reached". ``because`` are indices of
    the findings that it minds, in its own order, also where the load has ended before; ``how`` is the manner of the
    first; ``doubts`` are findings of which it is not known whether it minds them.
    """

    step: Step
    signature: str
    state: str
    because: tuple[int, ...] = ()
    how: str | None = None
    doubts: tuple[int, ...] = ()


def rehearse(
    loader: Loader, it: Inspection, groups: list[Group], tags: tuple[str, ...] | None, gaps: tuple[Gap, ...]
) -> tuple[Verdict, list[Meaning]]:
    """Where does the load end, what does each signature's call meet?

    The target of what it returns is a blank: it may hold for several.
    """
    walk, taken = walk_through(loader, it, groups, tags)
    chosen = walk.view.meta.tags if walk.view is not None else tags
    because, how, doubts = _first([one for one in taken if one.step.stage == "load"])
    if because:
        meanings = [Meaning(index, loader.name, _ANY, LOAD_FAILS, "load") for index in because]
        return Verdict(loader.name, _ANY, chosen, FAILS, "load", how, because, gaps=gaps), meanings
    calls: dict[str, list[Taken]] = {key: [] for key in loader.signatures(walk)}
    for one in taken:
        if one.step.stage == "call":
            calls[one.signature].append(one)
    verdicts: dict[str, CallVerdict] = {}
    failing: dict[int, list[str]] = {}
    for key, some in calls.items():
        because, how, some_doubts = _first(some)
        for index in because:
            failing.setdefault(index, []).append(key)
        outcome = FAILS if because else UNKNOWN if gaps or doubts or some_doubts else RUNS
        verdicts[key] = CallVerdict(outcome, how, because or some_doubts)
    if loader.one_is_enough and any(call.outcome == RUNS for call in verdicts.values()):
        failing = {}
    meanings = [Meaning(index, loader.name, _ANY, CALL_FAILS, "call", tuple(keys)) for index, keys in failing.items()]
    outcome = UNKNOWN if gaps or doubts or walk.view is None else LOADS
    assumes = _assumptions(it.model, walk)
    return Verdict(loader.name, _ANY, chosen, outcome, None, None, doubts, assumes, verdicts, gaps), meanings


def _first(taken: list[Taken]) -> tuple[tuple[int, ...], str | None, tuple[int, ...]]:
    """What some steps mind, the first cause first, how the first of them fails, and what they may mind."""
    how = next((one.how for one in taken if one.because), None)
    because = dict.fromkeys(index for one in taken for index in one.because)
    return tuple(because), how, tuple(dict.fromkeys(index for one in taken for index in one.doubts))


def walk_through(
    loader: Loader, it: Inspection, groups: list[Group], tags: tuple[str, ...] | None
) -> tuple[Walk, list[Taken]]:
    """The steps of a load in order, then those of each signature's call if the load comes to its end."""
    walk = Walk(it, loader.like or loader.name, tags if loader.takes_tags else None)
    walk.view = loader.choose(walk)
    steps = loader.steps(walk)
    taken = _take([step for step in steps if step.stage == "load"], walk, groups)
    if any(one.state == FAILS for one in taken):
        return walk, taken
    at_call = [step for step in steps if step.stage == "call"]
    for key in loader.signatures(walk):
        walk.enter(key, loader.entry(walk, key))
        taken += _take(at_call, walk, groups)
    return walk, taken


def _take(steps: list[Step], walk: Walk, groups: list[Group]) -> list[Taken]:
    taken = []
    ended = False
    for step in steps:
        if step.runs_if is not None and not step.runs_if.holds(walk):
            taken.append(Taken(step, walk.signature, SKIPPED))
            continue
        found = _minded(step, walk, groups)
        minded = [(index, mind) for index, mind in found if mind.how != DOUBT]
        doubts = tuple(dict.fromkeys(index for index, mind in found if mind.how == DOUBT))
        state = NOT_REACHED if ended else FAILS if minded else UNKNOWN if doubts else OK
        ended = ended or bool(minded)
        how = minded[0][1].how if minded else None
        because = tuple(dict.fromkeys(index for index, _ in minded))
        taken.append(Taken(step, walk.signature, state, because, how, doubts))
        if step.gives and not ended:
            walk.given.add(step.gives)
    return taken


def _minded(step: Step, walk: Walk, groups: list[Group]) -> list[tuple[int, Mind]]:
    """The findings that a step minds, in the order in which the step lists their rules."""
    found = []
    for mind in step.minds:
        code = code_of(mind.rule)
        for index, group in enumerate(groups):
            finding = group.finding
            if finding.rule != code or not _in_reach(step, walk, group):
                continue
            walk.members = group.nodes
            if mind.when is None or mind.when(finding, walk):
                found.append((index, mind._replace(how=DOUBT) if is_doubtful(finding, walk) else mind))
    return found


def _in_reach(step: Step, walk: Walk, group: Group) -> bool:
    """Whether a step looks at the place of a finding."""
    where = group.finding.where
    if walk.view is not None and where.meta_graph >= 0 and where.meta_graph != walk.view.meta.index:
        return False
    rule = rule_of(group.finding.rule)
    if rule is None or not rule.about_nodes or not step.reads:
        return True
    return any(_reads(what, walk, group) for what in step.reads)


def _reads(what: str, walk: Walk, group: Group) -> bool:
    extent = walk.extent(what)
    function = group.finding.where.function
    if function:
        return function in extent.functions
    return extent.nodes is None or any(node in extent.nodes for node in group.nodes)


def _assumptions(model: Model, walk: Walk) -> tuple[str, ...]:
    """What was left unread by choice and would break the load if it were damaged."""
    if model.bundle is None or VARIABLES not in walk.given:
        return ()
    return () if model.bundle.verified == ALL_TENSORS else (WEIGHTS_MATCH,)
