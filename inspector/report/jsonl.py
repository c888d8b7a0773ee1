"""JSON Lines: each line is the JSON document of one model, valid against the same schema."""

from __future__ import annotations

import json
from typing import Any

from inspector.report.formats import Document


def written(document: Document) -> str:
    """A line a model; before them one without models, where a path could not be looked at."""
    alone: list[Document] = [{**document, "models": [], "targets": []}] if document["problems"] else []
    alone += [_of_model(document, model) for model in document["models"]]
    return "".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) + "\n" for one in alone)


def _of_model(document: Document, model: Any) -> Document:
    """The document of one model alone, with its own targets."""
    targets = [target for target in document["targets"] if any(v["target"] == target for v in model["verdicts"])]
    old = document["targets"]
    findings = []
    for finding in model["findings"]:
        meanings = [{**one, "target": targets.index(old[one["target"]])} for one in finding["meanings"]]
        findings.append({**finding, "meanings": meanings})
    return {**document, "targets": targets, "models": [{**model, "findings": findings}], "problems": []}
