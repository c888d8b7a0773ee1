"""A rehearsed load as text and JSON: each step with its state and the evidence, the causes where it ends."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from inspector.engine import words
from inspector.findings import FAILS, RUNS, UNKNOWN
from inspector.report.style import Style
from inspector.version import VERSION

if TYPE_CHECKING:
    from inspector.explaining import LoadTold, ToldStep

SCHEMA_VERSION = 1


def dumps(told: Sequence[LoadTold]) -> str:
    """The JSON document, version 1. Its schema is ``inspector/report/told_schema.json``."""
    import json

    document = {"schema_version": SCHEMA_VERSION, "inspector": VERSION, "loads": [one.as_dict() for one in told]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def lines(told: LoadTold, style: Style) -> Iterator[str]:
    """For people: a line for each step, the causes under the step that they stop."""
    yield style.title(told.path)
    yield f"  {told.call} ({told.loader}), {told.target}"
    yield ""
    width = max((len(step.name) for step in told.steps), default=0)
    signature, shown = "", set()
    for step in told.steps:
        if step.signature != signature:
            signature = step.signature
            yield f"  call {style.title(signature)}"
        yield f"  {_state(step, style)}  {step.name:{width}}  {style.head(step.evidence)}".rstrip()
        for index in step.because:
            yield from _cause(told, index, step, style, again=index in shown)
            shown.add(index)
    yield ""
    for gap in told.gaps:
        yield f"  {style.bad('not looked at')}: {gap}"
    yield f"  {_outcome(told, style)}"


def _state(step: ToldStep, style: Style) -> str:
    paint = {"ok": style.good, FAILS: style.bad, UNKNOWN: style.warn}.get(step.state, style.head)
    return paint(f"{step.state:11}")


def _cause(told: LoadTold, index: int, step: ToldStep, style: Style, *, again: bool) -> Iterator[str]:
    finding = told.findings[index]
    message, fix = words(finding)
    indent = " " * 15
    if again:
        yield f"{indent}{style.title(finding.rule)} as above"
        return
    more = f" and {finding.count - 1} more" if finding.count > 1 else ""
    how = f" ({step.how})" if step.how not in (None, "error") else ""
    yield f"{indent}{style.title(finding.rule)}{how} {message}"
    yield f"{indent}where  {finding.where}{more}"
    if step.state == FAILS:
        yield f"{indent}fix    {fix}".replace("\n", f"\n{indent}       ")
        yield f"{indent}in     {step.source}"


def _outcome(told: LoadTold, style: Style) -> str:
    if told.outcome == FAILS:
        return style.bad("the load fails")
    calls = told.calls()
    running = sum(outcome == RUNS for outcome in calls.values())
    text = (
        f"the load succeeds, {running} of {len(calls)} signatures run" if calls else "the load succeeds, no signatures"
    )
    if told.outcome == UNKNOWN:
        why = "something could not be looked at" if told.gaps else "what a step meets may stop it, or not"
        return style.warn(f"not known: {why}")
    return style.good(text) if running == len(calls) else style.bad(text)
