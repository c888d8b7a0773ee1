"""Results as HTML fragments, for notebooks: what ``_repr_html_`` gives."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING

from inspector.engine import words
from inspector.findings import FAILS, LOADS, RUNS, SEVERITIES, UNKNOWN, Verdict, targets_text

if TYPE_CHECKING:
    from inspector.comparison import Comparison
    from inspector.compatibility import CompatReport
    from inspector.results import ModelReport, Report

_MARKS = {LOADS: "✅", FAILS: "❌", UNKNOWN: "❔", "partly": "⚠️", "error": "❌", "warning": "⚠️", "note": "ℹ️"}


def report_html(report: Report) -> str:
    """Each model with its verdicts and findings."""
    return "".join(piece for one in report.models for piece in _model(one))


def _model(one: ModelReport) -> Iterator[str]:
    yield f"<h4>{escape(one.path)}</h4>"
    yield f"<p>judged for {escape(targets_text(one.judgement.targets))}</p>"
    yield _table(
        ("loader", "TensorFlow", "load", "calls", "because"), [_verdict(one, verdict) for verdict in one.verdicts]
    )
    rows = []
    for index in sorted(one.told(), key=lambda index: SEVERITIES.index(one.summary(index).severity)):
        finding, summary = one.findings[index], one.summary(index)
        message, fix = words(finding)
        rows.append((f"{_MARKS[summary.severity]} {summary.severity}", finding.rule, message, str(finding.where), fix))
    yield _table(("severity", "rule", "message", "where", "fix"), rows) if rows else "<p>no findings</p>"
    for gap in one.judgement.gaps:
        yield f"<p>not looked at: {escape(gap.where)}: {escape(gap.why)}</p>"


def _verdict(one: ModelReport, verdict: Verdict) -> tuple[str, ...]:
    calls = list(verdict.signatures.values())
    running = sum(call.outcome == RUNS for call in calls)
    because = dict.fromkeys(
        one.findings[i].rule for i in (*verdict.because, *(i for call in calls for i in call.because))
    )
    called = f"{running} of {len(calls)} signatures run" if calls else ""
    loader = verdict.loader if verdict.loader in one.chosen else f"({verdict.loader})"
    outcome = f"{_MARKS[verdict.outcome]} {verdict.outcome}"
    return loader, f"{verdict.target.tensorflow} {verdict.target.device}", outcome, called, " ".join(because)


def compat_html(report: CompatReport) -> str:
    """Each model with its runs of releases."""
    pieces = []
    for one in report.models:
        rows = []
        for loader in one.loaders:
            for device in one.devices:
                for run in one.runs(loader, device):
                    reason = f"{run.reason.rule} {run.message}" if run.reason is not None else ""
                    rows.append((loader, device, run.span, f"{_MARKS[run.outcome]} {run.outcome}", reason))
        pieces += [
            f"<h4>{escape(one.path)}</h4>",
            _table(("loader", "device", "TensorFlow", "outcome", "because"), rows),
        ]
    return "".join(pieces)


def comparison_html(found: Comparison) -> str:
    """The changes, worst first."""
    rows = [(change.level, change.code, change.message) for change in found.changes]
    title = f"<h4>{escape(found.old.path)} → {escape(found.new.path)}: {escape(found.worst)}</h4>"
    return title + (_table(("class", "code", "change"), rows) if rows else "<p>no difference</p>")


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    from tabulate import tabulate

    return str(tabulate(rows, headers=list(heads), tablefmt="html", disable_numparse=True))
