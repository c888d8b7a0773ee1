"""One line a finding, as compilers write them: file, severity, code, message, place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.report.formats import Document
from inspector.report.told_findings import breaks, could_not_tell, file_of, place, told_findings


def written(document: Document) -> str:
    """``models/a/saved_model.pb: error OP001 op-not-registered: op `X` ... (function f, node n) [breaks the load in tf2]``."""
    lines = [f"{problem['path']}: problem: {problem['why']}" for problem in document["problems"]]
    lines += [line for model in document["models"] for line in _of_model(model)]
    return "".join(f"{_one_line(line)}\n" for line in lines)


def _of_model(model: Any) -> Iterator[str]:
    for finding in told_findings(model):
        where = f" ({place(finding)})" if place(finding) else ""
        what = f"{finding['severity']} {finding['rule']} {finding['name']}: {finding['message']}"
        yield f"{file_of(model, finding)}: {what}{where} [{breaks(finding)}]"
    for why in could_not_tell(model):
        yield f"{file_of(model)}: unknown: {why}"


def _one_line(text: str) -> str:
    return " ".join(text.split())
