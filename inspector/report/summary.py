"""The table over several models: by rule, and by the TensorFlow that saved them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

from inspector.findings import SEVERITIES
from inspector.report.formats import Document
from inspector.report.style import Style
from inspector.report.table import table
from inspector.report.told_findings import could_not_tell, told_findings


def summary_lines(document: Document, style: Style) -> Iterator[str]:
    """Findings of severity note are left out of the table by rule."""
    models = document["models"]
    yield style.title(f"{len(models):,} models")
    if not document["complete"]:
        yield style.bad("  the run was broken off: some models are missing")
    for problem in document["problems"]:
        yield style.bad(f"  {problem['path']}: {problem['why']}")
    yield from ("", _by_release(models, style))
    rows = _by_rule(models)
    if rows:
        yield from ("", table(rows, ["  rule", "", "severity", "findings", "models"], style))


def _by_release(models: Any, style: Style) -> str:
    loaders = list(dict.fromkeys(v["loader"] for model in models for v in model["verdicts"] if v["counts"]))
    some: defaultdict[str, list[Any]] = defaultdict(list)
    for model in models:
        some[model["saved_by"] or "not recorded"].append(model)
    rows = []
    for release in sorted(some, key=_natural):
        cells = [_fates(some[release], loader) for loader in loaders]
        rows.append([f"  {release}", str(len(some[release])), *cells])
    return table(rows, ["  saved by TensorFlow", "models", *loaders], style)


def _fates(models: list[Any], loader: str) -> str:
    """ "3 load, 1 fails": what a loader does with some models, the worst over its targets."""
    counts: Counter[str] = Counter()
    for model in models:
        mine = [v for v in model["verdicts"] if v["loader"] == loader]
        outcomes = {_fate(verdict) for verdict in mine}
        counts[next((one for one in ("fails", "fails at a call", "unknown") if one in outcomes), "loads")] += 1
    return ", ".join(
        f"{counts[fate]} {fate}" for fate in ("loads", "fails", "fails at a call", "unknown") if counts[fate]
    )


def _fate(verdict: Any) -> str:
    calls = {call["outcome"] for call in verdict["signatures"].values()}
    if verdict["outcome"] != "loads":
        return str(verdict["outcome"])
    return "fails at a call" if "fails" in calls else "unknown" if "unknown" in calls else "loads"


def _by_rule(models: Any) -> list[list[str]]:
    worst: dict[tuple[str, str], str] = {}
    findings: Counter[tuple[str, str]] = Counter()
    concerned: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for model in models:
        for finding in told_findings(model):
            if finding["severity"] != SEVERITIES[-1]:
                rule = finding["rule"], finding["name"]
                worst[rule] = min(worst.get(rule, SEVERITIES[-1]), finding["severity"], key=SEVERITIES.index)
                findings[rule] += 1
                concerned[rule].add(model["path"])
    order = sorted(worst, key=lambda rule: (SEVERITIES.index(worst[rule]), -len(concerned[rule]), rule))
    rows = [[f"  {r[0]}", r[1], worst[r], str(findings[r]), str(len(concerned[r]))] for r in order]
    unknown = sum(any(True for _ in could_not_tell(model)) for model in models)
    return [*rows, ["  unknown", "", "", "", str(unknown)]] if unknown else rows


def _natural(release: str) -> tuple[int, ...]:
    numbers = release.split("-")[0].split(".")
    return tuple(int(one) for one in numbers) if all(one.isdecimal() for one in numbers) else (0,)
