"""From a plan to what is told of it: the report's text, its JSON document, the exit code."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from inspector.baseline import Entry, match
from inspector.checking import Plan, carry_out, choose_loaders, confirm_as_planned
from inspector.errors import UsageError
from inspector.findings import PLACES_KEPT, UNKNOWN, Finding, Location
from inspector.named_tuple import NamedTuple
from inspector.report.style import Style
from inspector.results import Lock, ModelReport, Report

OK, COULD_NOT_TELL = 0, 3


class Form(NamedTuple):
    """What is wanted of every model: the text of the report, with or without colour; documents, for all other formats."""

    text: bool = True
    colour: bool = False
    documents: bool = False
    today: str = ""


class Told(NamedTuple):
    """What there is to tell of a model. ``problem`` is why there is nothing: the path, or the wish, is wrong.

    ``document`` is the JSON document of this model alone; None if none is wanted, or there is a problem.
    """

    path: str
    code: int
    text: str = ""
    document: dict[str, Any] | None = None
    problem: str = ""


def tell(
    plan: Plan,
    form: Form,
    said: Callable[[str], None],
    confirming: Callable[[], None] = lambda: None,
    progress: Callable[[int], None] | None = None,
) -> Told:
    """Judge a model, and confirm the verdicts if the plan wants that.

    ``said`` is given the text piece by piece, as soon as it is known: before a confirmation, which takes seconds and is
    announced by ``confirming``.
    """
    style = Style(form.colour)
    pieces: list[str] = []

    def say(lines: Sequence[str]) -> None:
        if form.text and lines:
            pieces.append("\n".join(lines) + "\n")
            said(pieces[-1])

    try:
        report = carry_out(plan, progress)
        if plan.lock:
            _hold_to_lock(report, plan.lock)
        if plan.baseline is not None:
            _hold_to_baseline(report, plan.baseline, form.today)
        if form.text:
            from inspector.report import text

            say(list(text.lines(report, style)))
        if plan.confirm_by is not None:
            confirming()
            confirm_as_planned(report, plan)
            if form.text:
                from inspector.report import text

                say([line for real in report.confirmations for line in text.confirmation_lines(report, real, style)])
    except UsageError as error:
        return Told(plan.path, OK, "".join(pieces), problem=str(error))
    document = Report([report], plan.targets).as_dict() if form.documents else None
    return Told(plan.path, report.exit_code(), "".join(pieces), document)


def _hold_to_baseline(report: ModelReport, entries: Sequence[Entry], today: str) -> None:
    from inspector.fingerprints import fingerprint

    marks = [fingerprint(finding, report.path) for finding in report.findings]
    report.against_baseline = match(entries, marks, today)


def _hold_to_lock(report: ModelReport, file: str) -> None:
    """What changed since a lock was written becomes findings of the report."""
    from inspector.errors import Unreadable
    from inspector.locking import check_lock

    try:
        held = check_lock(report.path, file)
    except Unreadable:
        report.lock = Lock(file, UNKNOWN)  # the model cannot be read: of that there is a finding
        return
    report.lock = Lock(file, held.worst)
    where = Location(report.model.format)
    report.add(
        Finding(change.code, where._replace(field=change.where), change.data, 1, change.places[:PLACES_KEPT])
        for change in held.changes
    )


def could_not_tell(plan: Plan, why: str) -> Told:
    """What is told of a path that could not be judged: nothing is known, and nothing is green."""
    from inspector.report import json

    document = json.unjudged(plan.path, why, choose_loaders(plan.loaders), plan.targets)
    return Told(plan.path, COULD_NOT_TELL, f"{plan.path}\n  could not be judged: {why}\n", document)
