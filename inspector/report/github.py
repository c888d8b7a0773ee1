"""Workflow commands of GitHub Actions: an annotation a finding.

https://docs.github.com/actions/reference/workflow-commands-for-github-actions
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.report.formats import Document
from inspector.report.told_findings import breaks, could_not_tell, file_of, place, told_findings

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def written(document: Document) -> str:
    """``::error file=models/a/saved_model.pb,title=OP001 op-not-registered::op `X` ...``."""
    lines = [_command("error", problem["path"], "wrong path", problem["why"]) for problem in document["problems"]]
    lines += [line for model in document["models"] for line in _of_model(model)]
    return "".join(f"{line}\n" for line in lines)


def _of_model(model: Any) -> Iterator[str]:
    for finding in told_findings(model):
        title = f"{finding['rule']} {finding['name']}"
        where = f"{place(finding)}\n" if place(finding) else ""
        text = f"{finding['message']} [{breaks(finding)}]\n{where}fix: {finding['fix']}"
        yield _command(_COMMANDS[finding["severity"]], file_of(model, finding), title, text)
    for why in could_not_tell(model):
        yield _command("error", file_of(model), "could not tell", why)


def _command(name: str, file: str, title: str, text: str) -> str:
    return f"::{name} file={_property(file)},title={_property(title)}::{_data(text)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
