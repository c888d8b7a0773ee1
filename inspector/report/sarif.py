"""SARIF 2.1.0, as GitHub code scanning and other viewers read it.

Nodes are logical locations; artifact URIs are relative to %SRCROOT%, the folder where the command was run, and hold
nothing but a path. Fingerprints survive a re-export of the same program.
"""

from __future__ import annotations

import json
import os
import posixpath
from collections import Counter
from typing import Any
from urllib.parse import quote

from inspector.described import described, help_of
from inspector.findings import ADVICE, ERROR
from inspector.fingerprints import VERSION as FINGERPRINTS
from inspector.report.formats import Document
from inspector.report.told_findings import breaks, could_not_tell, file_of, place

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_ROOT = "%SRCROOT%"
_KEPT = 10  # places of one finding that become locations of their own
# GitHub shows rules with a number above 7 as high, above 4 as medium (security-severity of a rule).
_SECURITY = {"unsafe": "8.0"}


def written(document: Document) -> str:
    """One run. Suppressed findings are in it, marked as such; those that the policy turns off are not."""
    results = []
    seen: Counter[str] = Counter()
    for model in document["models"]:
        for finding in model["findings"]:
            if (finding["suppressed"] or {}).get("by") != "policy":
                results.append(_result(model, finding, seen))
    codes = sorted({result["ruleId"] for result in results})
    for result in results:
        result["ruleIndex"] = codes.index(result["ruleId"])
    run = {
        "tool": {
            "driver": {
                "name": "savedmodel-inspector",
                "semanticVersion": document["inspector"],
                "rules": [_rule(code) for code in codes],
            }
        },
        "columnKind": "utf16CodeUnits",
        "originalUriBaseIds": {_ROOT: {"description": {"text": "the folder where the command was run"}}},
        "invocations": [_invocation(document)],
        "results": results,
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False) + "\n"


def _invocation(document: Document) -> dict[str, Any]:
    """What could not be looked at, as notifications: such a run was not successful, however few results it has."""
    notes = [_notification(model["path"], why) for model in document["models"] for why in could_not_tell(model)]
    notes += [_notification(problem["path"], problem["why"]) for problem in document["problems"]]
    if not document["complete"]:
        notes.append({"level": "error", "message": {"text": "the run was broken off: some models are missing"}})
    done = {"executionSuccessful": not notes}
    return {**done, "toolExecutionNotifications": notes} if notes else done


def _notification(path: str, why: str) -> dict[str, Any]:
    location = {"physicalLocation": {"artifactLocation": _artifact(path)}}
    return {"level": "error", "message": {"text": f"{path}: {why}"}, "locations": [location]}


def _result(model: Any, finding: Any, seen: Counter[str]) -> dict[str, Any]:
    file = file_of(model, finding)
    mark = finding["fingerprint"]
    key = f"{file}\0{mark}"
    seen[key] += 1
    where = f" ({place(finding)})" if place(finding) else ""
    text = f"{finding['message']}{where}. {breaks(finding).capitalize()}. Fix: {finding['fix']}"
    result = {
        "ruleId": finding["rule"],
        "level": finding["severity"],
        "message": {"text": text},
        "locations": _locations(file, finding),
        "partialFingerprints": {
            f"inspector/{FINGERPRINTS}": mark,
            "primaryLocationLineHash": f"{mark}:{seen[key]}",
        },
        "properties": {
            "effect": finding["effect"],
            "loaders": finding["loaders"],
            "count": finding["count"],
            "model": model["path"],
        },
    }
    if finding["suppressed"] is not None:
        reason = finding["suppressed"].get("reason", "")
        suppression = {"kind": "external", "status": "accepted", **({"justification": reason} if reason else {})}
        result["suppressions"] = [suppression]
    return result


def _locations(file: str, finding: Any) -> list[dict[str, Any]]:
    physical = {"artifactLocation": _artifact(file), "region": {"startLine": 1}}  # GitHub wants a line, binary or not
    where = finding["where"]
    nodes = finding["places"][:_KEPT] if "node" in where else [where.get("node")]
    locations = []
    for node in nodes or [None]:
        logical = _logical(where.get("function"), node, where.get("field"))
        locations.append({"physicalLocation": physical, **({"logicalLocations": [logical]} if logical else {})})
    return locations


def _logical(function: str | None, node: str | None, field: str | None) -> dict[str, Any] | None:
    """ "function/node/field": the innermost gives the name."""
    parts = [part for part in (function, node, field) if part]
    if not parts:
        return None
    kind = "member" if field else "element" if node else "function"
    return {"name": parts[-1], "fullyQualifiedName": "/".join(parts), "kind": kind}


def _artifact(path: str) -> dict[str, Any]:
    """A relative URI below the root; an absolute one for a path that is not below it."""
    inside = os.path.relpath(path) if os.path.isabs(path) else path
    plain = posixpath.normpath(inside.replace(os.sep, "/"))
    if plain.startswith("../"):
        return {"uri": "file://" + quote(os.path.abspath(path).replace(os.sep, "/"))}
    return {"uri": quote(plain), "uriBaseId": _ROOT}


def _rule(code: str) -> dict[str, Any]:
    """A rule, or a difference that a lock does not allow, with its help text."""
    found = described(code)
    summary, text = help_of(code)
    effect, level = found.otherwise if found is not None else (ADVICE, ERROR)
    properties: dict[str, Any] = {"tags": [code[:2], effect]}
    if effect in _SECURITY:
        properties["security-severity"] = _SECURITY[effect]
        properties["tags"].append("security")
    return {
        "id": code,
        "name": found.name if found is not None else "broken-rule",
        "shortDescription": {"text": summary},
        "fullDescription": {"text": summary},
        "help": {"text": text, "markdown": text},
        "defaultConfiguration": {"level": level},
        "properties": properties,
    }
