"""What ``make differential`` prints: a confusion matrix for each loader and stage, agreement, disagreements by class."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from inspector.engine import judge
from inspector.findings import FAILS, LOADS, RUNS, UNKNOWN
from inspector.model.saved_model import open_model
from tests.differential.cases import HEALTHY, Case
from tests.differential.compare import ABSENT, CALL, LOAD, Row, target_of
from tests.differential.outcomes import Outcomes

OUTCOMES = {LOAD: (LOADS, FAILS, UNKNOWN), CALL: (RUNS, FAILS, UNKNOWN, ABSENT)}


def share(rows: Sequence[Row], test: Callable[[Row], object] = lambda row: row.agrees) -> float:
    """The part of the rows that pass, 1 where there are none."""
    return sum(1 for row in rows if test(row)) / len(rows) if rows else 1.0


def select(rows: Iterable[Row], loader: str = "", stage: str = "") -> list[Row]:
    return [row for row in rows if loader in ("", row.loader) and stage in ("", row.stage)]


def matrix(rows: Sequence[Row], loader: str, stage: str) -> Iterator[str]:
    """Real outcomes down, predictions across."""
    some = select(rows, loader, stage)
    count = Counter((row.real, row.predicted) for row in some)
    yield f"{loader}, {stage}: {len(some)}, agreement {share(some):.2%}"
    outcomes = OUTCOMES[stage]
    yield "  real \\ said".ljust(16) + "".join(name.rjust(9) for name in outcomes)
    for real in outcomes:
        if any(count[real, said] for said in outcomes):
            yield f"  {real}".ljust(16) + "".join(str(count[real, said] or ".").rjust(9) for said in outcomes)


def numbers(rows: Sequence[Row], held_out: frozenset[str]) -> Iterator[str]:
    """The numbers of one release."""
    open_rows = [row for row in rows if row.kind not in held_out]
    apart = [row for row in rows if row.kind in held_out]
    loaders = tuple(dict.fromkeys(row.loader for row in rows))
    for loader in loaders:
        for stage in (LOAD, CALL):
            yield from matrix(open_rows, loader, stage)
    yield ""
    yield f"{'agreement':<40}" + "".join(loader.rjust(10) for loader in loaders) + "all".rjust(10)

    def line(title: str, some: Sequence[Row], test: Callable[[Row], object] = lambda row: row.agrees) -> str:
        values = [select(some, loader) for loader in loaders] + [list(some)]
        return f"{title:<40}" + "".join((f"{share(value, test):.2%}" if value else "-").rjust(10) for value in values)

    yield line("load and call", open_rows)
    yield line("load and call, held-out kinds", apart)
    yield line("held-out kinds, load", select(apart, stage=LOAD))
    yield line("unknown", rows, lambda row: row.predicted == UNKNOWN)
    failing = [row for row in rows if row.named is not None]
    yield line("first finding names the place", failing, lambda row: row.named)
    both = [row for row in rows if row.real == row.predicted == FAILS]
    yield line("how it fails (error, abort, crash, hang)", both, lambda row: row.how == row.real_how)
    differing = [row for row in rows if row.differs]
    yield line("other outputs, and a finding said so", differing, lambda row: row.warned)
    yield line(
        "  of them, in models with a fingerprint", [row for row in differing if row.marked], lambda row: row.warned
    )
    yield f"{len(differing)} calls run with other outputs; {len(failing)} failures name a place or not"
    sound = [row for row in rows if row.kind == HEALTHY]
    alarms = [row for row in sound if row.predicted == FAILS and row.real in (LOADS, RUNS)]
    yield f"false alarms on healthy models: {len(alarms)} of {len(sound)}"
    for row in alarms:
        yield f"  {row.case} {row.loader} {row.stage} {row.signature} {' '.join(row.because)}"


def one(case: Case, many: Sequence[Outcomes]) -> Iterator[str]:
    """Everything about one case; the damaged model stays in a scratch folder."""
    copy, damaged = case.make()
    folder = os.path.join(tempfile.mkdtemp(prefix="differential-"), "model")
    copy.save(folder)
    yield f"{case}\n  in {folder}\n  damaged: {', '.join(damaged.names)} {damaged.function}"
    for some in many:
        judgement = judge(open_model(folder, verify=True), target_of(some), loaders=some.loaders)
        yield f"TensorFlow {some.name}"
        for number, finding in enumerate(judgement.findings):
            yield f"  [{number}] {finding}"
        for verdict in judgement.verdicts:
            yield f"  {verdict.loader} said {verdict.outcome} {list(verdict.because)}"
            yield from (f"    {k}: {v.outcome} {list(v.because)}" for k, v in verdict.signatures.items())
            yield f"  {verdict.loader} was  {some.cases.get(str(case), {}).get(verdict.loader)}"


def classes(rows: Iterable[Row]) -> Iterator[str]:
    """Disagreements by damage, loader and stage: the biggest classes first."""
    groups: dict[tuple[str, str, str, str, str], list[Row]] = {}
    for row in rows:
        if not row.agrees:
            groups.setdefault((row.kind, row.loader, row.stage, row.predicted, row.real), []).append(row)
    order = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    for (kind, loader, stage, predicted, real), some in order:
        places = sorted({row.case for row in some})
        yield f"{kind} | {loader} {stage} | said {predicted}, was {real} | {len(some)}"
        for row in some[:1] if predicted != FAILS else some[:2]:
            if row.error:
                yield f"    {row.real_how}: {row.error}"
            if row.because:
                yield f"    because {' '.join(row.because)}"
        yield f"    {'; '.join(places[:4])}{' ...' if len(places) > 4 else ''}"


def unnamed(rows: Iterable[Row]) -> Iterator[str]:
    """Failures foretold whose first finding does not name the damaged place."""
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.named is False:
            groups.setdefault((row.kind, row.because[0]), []).append(row)
    for (kind, rule), some in sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])):
        loaders = ",".join(sorted({row.loader for row in some}))
        yield f"{kind} | {rule} | {loaders} | {len(some)} | {some[0].case} | {some[0].error[:110]}"
