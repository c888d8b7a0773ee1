"""JUnit XML, as Jenkins and GitLab read it: a suite a model; a case for each verdict, and for each other finding.

A verdict fails by a finding that is told and counts; by one that the baseline knows, it is skipped; one that is unknown is
an error. So what the exit code says, the report says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from inspector.findings import SEVERITIES
from inspector.report.formats import Document
from inspector.report.told_findings import file_of, place

_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_BAD = ("failure", "error", "skipped")


def written(document: Document) -> str:
    """Without times: the document has none."""
    suites = ElementTree.Element("testsuites", name="savedmodel-inspector")
    for model in document["models"]:
        _suite(suites, model["path"], list(_cases(model)))
    for problem in document["problems"]:
        _suite(suites, problem["path"], [("the path can be looked at", "error", problem["why"], "")])
    ElementTree.indent(suites, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(suites, encoding="unicode") + "\n"


def _suite(suites: ElementTree.Element, path: str, cases: list[tuple[str, str, str, str]]) -> None:
    counts = {bad: str(sum(kind == bad for _, kind, _, _ in cases)) for bad in _BAD}
    suite = ElementTree.SubElement(
        suites, "testsuite", name=_clean(path), tests=str(len(cases)), failures=counts["failure"],
        errors=counts["error"], skipped=counts["skipped"],
    )  # fmt: skip
    for name, kind, message, text in cases:
        case = ElementTree.SubElement(suite, "testcase", name=_clean(name), classname=_clean(path))
        if kind:
            ElementTree.SubElement(case, kind, message=_clean(message)).text = _clean(text) or None


def _cases(model: Any) -> Iterator[tuple[str, str, str, str]]:
    """(name, kind, message, text): the kind is one of _BAD, or empty for a case that passes."""
    counted: set[int] = set()
    for verdict in model["verdicts"]:
        if not verdict["counts"]:
            continue
        target = verdict["target"]
        where = f"{verdict['loader']} on TensorFlow {target['tensorflow']} {target['device']}"
        calls = verdict["signatures"].items()
        for name, said in ((f"load in {where}", verdict), *((f"call {key} in {where}", call) for key, call in calls)):
            counted.update(said["because"])
            yield name, *_kind(model, said)
    for index, finding in enumerate(model["findings"]):
        if index not in counted and finding["suppressed"] is None and finding["severity"] != "note":
            kind = "failure" if _counts(model, finding) else ""
            yield f"{finding['rule']} {finding['name']}", kind, finding["message"], _text(model, finding)


def _kind(model: Any, said: Any) -> tuple[str, str, str]:
    if said["outcome"] == "unknown":
        return "error", "unknown", "; ".join(f"{gap['where']}: {gap['why']}" for gap in model["gaps"])
    if said["outcome"] != "fails":
        return "", "", ""
    findings = [model["findings"][index] for index in said["because"]]
    told = [finding for finding in findings if finding["suppressed"] is None]
    if not told:
        reason = next((f["suppressed"].get("reason", "") for f in findings if f["suppressed"]), "")
        return "skipped", f"known: {findings[0]['rule']} {findings[0]['message']}", reason
    text = "\n\n".join(_text(model, finding) for finding in told)
    first = f"{told[0]['rule']} {told[0]['message']}"
    return "failure" if any(_counts(model, finding) for finding in told) else "skipped", first, text


def _counts(model: Any, finding: Any) -> bool:
    """Whether the exit code minds a finding."""
    return SEVERITIES.index(finding["severity"]) <= SEVERITIES.index(model["fail_on"])


def _text(model: Any, finding: Any) -> str:
    where = ", ".join(part for part in (file_of(model, finding), place(finding)) if part)
    return f"{finding['rule']} {finding['name']}: {finding['message']}\nwhere: {where}\nfix: {finding['fix']}"


def _clean(text: str) -> str:
    """Without the characters that XML 1.0 has no way to write."""
    return _NOT_XML.sub("\ufffd", text)
