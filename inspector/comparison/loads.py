"""Whether the new model loads and runs where the old one did, by the verdicts of ``check``."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.comparison.change import Change
from inspector.engine import words
from inspector.findings import FAILS, LOADS, RUNS, UNKNOWN, Verdict
from inspector.results import ModelReport


def compare_loads(old: ModelReport, new: ModelReport) -> Iterator[Change]:
    """For each chosen loader and target; changes of equal words are told once by ``comparison``."""
    verdicts = {(v.loader, v.target): v for v in old.verdicts if v.loader in old.chosen}
    for now in new.verdicts:
        was = verdicts.get((now.loader, now.target))
        if was is None:
            continue
        where = f"{now.loader} ({now.target})"
        data = {"loader": now.loader, "target": str(now.target)}
        if was.outcome == LOADS and now.outcome == FAILS:
            yield Change("DF001", where, {**data, "because": _because(new, now.because)})
        elif was.outcome == FAILS and now.outcome == LOADS:
            yield Change("DF410", where, data)
        elif was.outcome == now.outcome == LOADS:
            yield from _calls(was, now, new, where, data)


def _calls(was: Verdict, now: Verdict, new: ModelReport, where: str, data: dict[str, str]) -> Iterator[Change]:
    for key in sorted(was.signatures.keys() & now.signatures.keys()):
        before, after = was.signatures[key].outcome, now.signatures[key].outcome
        if before == RUNS and after == FAILS:
            because = _because(new, now.signatures[key].because)
            yield Change("DF002", f"{where}, signature {key}", {**data, "signature": key, "because": because})
        elif before == FAILS and after == RUNS:
            yield Change("DF411", f"{where}, signature {key}", {**data, "signature": key})


def _because(report: ModelReport, indices: tuple[int, ...]) -> str:
    found = [report.findings[index] for index in indices[:3]]
    return "; ".join(f"{one.rule} {words(one)[0]}" for one in found) or "no reason told"


def unjudged(report: ModelReport) -> list[str]:
    """What of a model could not be judged."""
    gaps = [f"{gap.where}: {gap.why}" for gap in report.judgement.gaps]
    return gaps or [
        f"{v.loader} ({v.target})" for v in report.verdicts if v.outcome == UNKNOWN and v.loader in report.chosen
    ]
