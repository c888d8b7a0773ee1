"""A diagnosis as text and JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from inspector.engine import words
from inspector.report.style import Style

if TYPE_CHECKING:
    from inspector.restoring.diagnosis import Diagnosis

_WIDTH = 10


def dumps(found: Diagnosis) -> str:
    """The JSON document, version 1. Its schema is ``inspector/report/diagnosis_schema.json``."""
    return json.dumps(found.as_dict(), indent=1, ensure_ascii=False) + "\n"


def lines(found: Diagnosis, style: Style) -> Iterator[str]:
    """For people: the kind and how sure it is, then what was said, why, and what to do."""
    paint = style.bad if found.known else style.warn
    yield f"{paint(found.kind)} ({found.certainty})"
    yield from _row(style, "cause", found.cause)
    if found.text:
        yield from _row(style, "said", found.text)
    if found.source:
        yield from _row(style, "by", found.source)
    yield from _row(style, "fix", found.fix)
    for package, statement in zip(found.packages, found.imports or ("",) * len(found.packages), strict=False):
        yield from _row(style, "install", f'pip install "{package}"' + (f", then: {statement}" if statement else ""))
    if found.call is not None:
        yield from _row(style, "nearest", found.call.nearest)
    for finding in found.findings:
        message, _ = words(finding)
        more = f" and {finding.count - 1} more" if finding.count > 1 else ""
        yield from _row(style, "finding", f"{finding.rule} {message} ({finding.where}{more})")
    for note in found.notes:
        yield from _row(style, "note", note)
    for other in found.others:
        yield from _row(style, "also", f"{other.kind}: {other.cause}")
    if found.report:
        yield ""
        yield style.head("a report that you can send as it is:")
        yield found.report


def _row(style: Style, name: str, text: str) -> Iterator[str]:
    yield f"  {style.head(f'{name:{_WIDTH}}')}{text}"
