"""Compares the verdicts on every case with what a real TensorFlow did with it. Needs no TensorFlow."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from typing import Any, NamedTuple

from inspector.catalogue import release
from inspector.confirmation.invented import why_refused
from inspector.engine import Judgement, judge_each
from inspector.findings import FAILS, LOADS, RUNS, WRONG_RESULT, Finding, Target, Verdict
from inspector.model.dtypes import Shape
from inspector.model.kinds import Attr
from inspector.model.saved_model import FINGERPRINT, Model, open_model
from inspector.rules.registry import rule_of
from tests.differential.cases import HEALTHY, Case, parse
from tests.differential.outcomes import DIFFERS, INPUTS, REFUSED, Outcomes, digest
from tests.differential.places import NoPlace, Place
from tests.differential.workbench import Copy, base_of

LOAD, CALL = "load", "call"
ABSENT = "absent"
NOT_CALLED = "CannotInvent: "  # the signature has a dtype of which the suite makes no value
CHUNK = 20


class Row(NamedTuple):
    """One prediction and what came true: of a load, or of the call of one signature.

    ``named`` says whether the first finding named the damaged place, None where that is not asked: nothing failed, or
    where the damage hit is not known. ``warned`` says whether a finding said that results may be wrong, ``marked`` whether
    the model has a fingerprint.pb, by which damage to the graph or the checkpoint can be told.
    """

    case: str
    release: str
    loader: str
    stage: str
    signature: str
    predicted: str
    real: str
    how: str
    real_how: str
    error: str
    because: tuple[str, ...]
    named: bool | None
    differs: bool
    warned: bool
    marked: bool

    @property
    def agrees(self) -> bool:
        return self.predicted == self.real or (self.predicted, self.real) == (FAILS, ABSENT)

    @property
    def damage(self) -> str:
        return self.case.partition(" on ")[0].partition("#")[0]

    @property
    def kind(self) -> str:
        return self.damage.partition("@")[0]


def compare(many: Sequence[Outcomes], names: Iterable[str], processes: int = 2) -> tuple[list[Row], list[str]]:
    """Rows for all cases that are recorded, and the cases whose damage is not the recorded one any more.

    Costs some 20 to 50 ms a case, a little more for each further release.
    """
    names = list(names)
    chunks = [names[start : start + CHUNK] for start in range(0, len(names), CHUNK)]
    work = [(chunk, [some._replace(cases={n: some.cases[n] for n in chunk if n in some.cases}) for some in many])
            for chunk in chunks]  # fmt: skip
    rows: list[Row] = []
    stale: list[str] = []
    healthy = [runs_of(some) for some in many]
    if processes <= 1:
        answers: Iterator[tuple[list[Row], list[str]]] = (_compare(one, healthy) for one in work)
        for found, old in answers:
            rows += found
            stale += old
        return rows, stale
    with ProcessPoolExecutor(processes) as pool:
        for found, old in pool.map(_compare, work, [healthy] * len(work)):
            rows += found
            stale += old
    return rows, stale


def target_of(some: Outcomes) -> Target:
    return Target(release(some.tensorflow).version, "cpu", some.packages)


def runs_of(some: Outcomes) -> dict[tuple[str, str], set[str] | None]:
    """The signatures that run in the healthy models, by base and loader; None where the healthy one does not load."""
    found: dict[tuple[str, str], set[str] | None] = {}
    for name, outcome in some.cases.items():
        case = parse(name)
        if case.damage == HEALTHY:
            for loader in some.loaders:
                calls = outcome[loader].get("calls", {})
                running = {key for key, call in calls.items() if call["outcome"] == RUNS}
                found[case.base, loader] = running if outcome[loader]["outcome"] == LOADS else None
    return found


def _compare(
    work: tuple[list[str], list[Outcomes]], healthy: list[dict[tuple[str, str], set[str] | None]]
) -> tuple[list[Row], list[str]]:
    names, many = work
    rows: list[Row] = []
    stale = []
    for name in names:
        asked = [(number, some) for number, some in enumerate(many) if name in some.cases]
        case = parse(name)
        try:
            copy, damaged = case.make()
        except (NoPlace, KeyError):  # a kind or a model that is not there any more
            stale.append(name)
            continue
        now = digest(case, copy)
        stale += [f"{name} ({some.name})" for _, some in asked if some.cases[name]["digest"] != now]
        asked = [(number, some) for number, some in asked if some.cases[name]["digest"] == now]
        if not asked:
            continue
        with tempfile.TemporaryDirectory(prefix="differential-") as scratch:
            folder = os.path.join(scratch, "model")
            copy.save(folder)
            model = open_model(folder, verify=True)
            targets = [target_of(some) for _, some in asked]
            loaders = dict.fromkeys(loader for _, some in asked for loader in some.loaders)
            for (number, some), judgement in zip(asked, judge_each(model, targets, loaders=loaders), strict=True):
                for verdict in judgement.verdicts:
                    if verdict.loader not in some.loaders:
                        continue
                    runs = healthy[number].get((case.base, verdict.loader))
                    outcome = some.cases[name][verdict.loader]
                    if runs is None and case.damage != HEALTHY and outcome["outcome"] == verdict.outcome == FAILS:
                        continue  # it fails without the damage: that says nothing
                    if any(call["outcome"] in (FAILS, DIFFERS) for call in outcome.get("calls", {}).values()):
                        outcome = with_other_inputs(outcome, case, model)
                    rows += rows_of(name, some.name, verdict, judgement, model, outcome, damaged, runs or set())
    return rows, stale


def rows_of(
    name: str,
    release: str,
    verdict: Verdict,
    judgement: Judgement,
    model: Model,
    outcome: dict[str, Any],
    damaged: Place,
    runs: set[str],
) -> Iterator[Row]:
    """The load, and if it loads and was said to load, the calls that say anything: the same call ran when healthy."""

    def row(stage: str, key: str, predicted: Any, real: dict[str, Any]) -> Row:
        because = [judgement.findings[index] for index in predicted.because]
        said = predicted.outcome
        true = {DIFFERS: RUNS}.get(real["outcome"], real["outcome"])
        named = None
        if said == FAILS and true == FAILS and damaged.names and because:
            named = names(because[0], damaged)
        rules = tuple(finding.rule for finding in because)
        differs = real["outcome"] == DIFFERS
        how, real_how = predicted.how or "", real.get("how", "")
        error = real.get("error", "")
        return Row(
            name,
            release,
            verdict.loader,
            stage,
            key,
            said,
            true,
            how,
            real_how,
            error,
            rules,
            named,
            differs,
            warned,
            marked,
        )

    warned = any(is_wrong_result(finding) for finding in judgement.findings)
    marked = FINGERPRINT in model.side_files
    yield row(LOAD, "", verdict, outcome)
    if verdict.outcome != LOADS or outcome["outcome"] != LOADS:
        return
    calls = outcome.get("calls", {})
    for key in sorted(runs | set(calls)):
        real = calls.get(key, {"outcome": ABSENT})
        if real["outcome"] not in (RUNS, DIFFERS, FAILS, ABSENT) or (key not in runs and real["outcome"] == FAILS):
            continue
        if real["outcome"] == FAILS and real["error"].startswith(NOT_CALLED):
            continue
        predicted = verdict.signatures.get(key)
        if predicted is None:
            predicted = verdict._replace(outcome=ABSENT)
        yield row(CALL, key, predicted, real)


def with_other_inputs(outcome: dict[str, Any], case: Case, model: Model) -> dict[str, Any]:
    """The outcome, without what says nothing because a call did not get the inputs of the healthy model's call.

    A call gets values of the shapes that are declared: others than the healthy model's, where the damage changed these, or
    an invented value, where the damage took away the name of a real one. A failing call is then "refused", and other
    outputs are no sign of damage.
    """
    healthy, damaged = declared(case.base), shapes_of(model)
    calls = {}
    for key, call in outcome["calls"].items():
        kind, _, words = call.get("error", "").partition(": ")
        given = any(key in inputs for inputs in INPUTS.get(case.base, ()))
        old, new = healthy.get(key, {}), damaged.get(key, {})
        reshaped = any(old[name] != new[name] for name in old if name in new)
        if call["outcome"] == FAILS and (reshaped or (given and why_refused(kind, words) is not None)):
            calls[key] = {**call, "outcome": REFUSED}
        elif call["outcome"] == DIFFERS and reshaped and not given:
            calls[key] = {**call, "outcome": RUNS}
        else:
            calls[key] = call
    return {**outcome, "calls": calls}


@cache
def declared(base: str) -> dict[str, dict[str, tuple[Shape, Attr | None]]]:
    with tempfile.TemporaryDirectory(prefix="differential-") as scratch:
        folder = os.path.join(scratch, "model")
        Copy(base).save(folder)
        return shapes_of(open_model(folder))


def shapes_of(model: Model) -> dict[str, dict[str, tuple[Shape, Attr | None]]]:
    """What the signature and the placeholder say of each input's shape, by signature and name."""
    if not model.meta_graphs:
        return {}
    meta = model.meta_graphs[0]
    placeholders = {
        name: kind.attrs.get("shape") for name, kind in zip(meta.graph.names, meta.graph.kinds, strict=True)
    }
    return {
        key: {name: (info.shape, placeholders.get(base_of(info.tensor))) for name, info in signature.inputs.items()}
        for key, signature in meta.signatures.items()
    }


def is_wrong_result(finding: Finding) -> bool:
    rule = rule_of(finding.rule)
    return rule is not None and rule.otherwise.effect == WRONG_RESULT


def names(finding: Finding, damaged: Place) -> bool:
    """Whether a finding gives one of the names of the damaged place, and is about the same function."""
    said = set(words(finding))
    if damaged.function and finding.where.function not in ("", damaged.function) and damaged.function not in said:
        return False
    return any(name in said for name in damaged.names)


def words(finding: Finding) -> Iterator[str]:
    """Every name that a finding gives: its location, its places, its data."""
    where = finding.where
    yield from (where.function, where.node, where.file, where.file.rpartition("/")[2])
    yield from re.split(r"[.\[\]]+", where.field)
    yield from re.split(r"\.(?![^\[]*\])", where.field)
    yield where.field
    for place in finding.places:
        yield from (place, base_of(place), *re.split(r"[.\[\]]+", place))
    yield from texts(finding.data.values())


def texts(values: Iterable[Any]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield from (value, base_of(value), value.rpartition("/")[2])
            yield from re.findall(r"[^\s`'\",;()]+", value)
        elif isinstance(value, (list, tuple, set, frozenset)):
            yield from texts(value)
        elif isinstance(value, dict):
            yield from texts([*value, *value.values()])
        elif not isinstance(value, bool):
            yield str(value)
