"""The JSON document, version 1. Its schema is ``inspector/report/schema.json``."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from inspector.engine import words
from inspector.findings import ERROR, UNKNOWN, CallVerdict, Confirmation, Target, Verdict
from inspector.model.dtypes import name as dtype_name
from inspector.model.saved_model import MetaGraph, Model, TensorInfo
from inspector.report.formats import Document
from inspector.version import VERSION

if TYPE_CHECKING:
    from inspector.results import ModelReport, Report

SCHEMA_VERSION = 1


def document(report: Report) -> dict[str, Any]:
    """The whole document as plain values. Deterministic but for ``seconds`` of confirmations."""
    models = [model_document(one, report.targets) for one in report.models]
    return _whole([target.as_dict() for target in report.targets], models)


def unjudged(path: str, why: str, loaders: Sequence[str], targets: Sequence[Target]) -> dict[str, Any]:
    """The document of a model that could not be judged at all: every verdict is unknown."""
    verdicts = [_verdict(Verdict(name, target, None, UNKNOWN), loaders) for name in loaders for target in targets]
    model: dict[str, Any] = {
        "path": path, "layout": None, "format": "", "saved_by": None, "meta_graphs": [], "variables": None, "verdicts": verdicts,
        "fail_on": ERROR, "findings": [], "gaps": [{"where": "the model", "why": why}], "confirmations": [], "baseline": None,
        "lock": None,
    }  # fmt: skip
    return _whole([target.as_dict() for target in targets], [model])


def joined(
    documents: Iterable[dict[str, Any]], problems: Sequence[tuple[str, str]] = (), *, complete: bool = True
) -> dict[str, Any]:
    """Documents as one: every target once, and ``meanings`` that point to them.

    ``problems`` are (path, why) of paths that could not be looked at; ``complete`` is False for a run that was broken off.
    """
    targets: list[dict[str, Any]] = []
    models: list[dict[str, Any]] = []
    for one in documents:
        for target in one["targets"]:
            if target not in targets:
                targets.append(target)
        new = [targets.index(target) for target in one["targets"]]
        for model in one["models"]:
            for finding in model["findings"]:
                for meaning in finding["meanings"]:
                    meaning["target"] = new[meaning["target"]]
            models.append(model)
    whole = _whole(targets, models)
    return {**whole, "complete": complete, "problems": [{"path": path, "why": why} for path, why in problems]}


def _whole(targets: list[dict[str, Any]], models: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "schema_version": SCHEMA_VERSION, "inspector": VERSION, "complete": True, "problems": [], "targets": targets,
        "models": models,
    }  # fmt: skip


def written(document: Document) -> str:
    import json

    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def model_document(one: ModelReport, targets: Sequence[Target]) -> dict[str, Any]:
    model = one.model
    return {
        "path": model.path,
        "layout": one.layout or None,
        "format": model.format,
        "saved_by": saved_by(model),
        "meta_graphs": [_meta_graph(meta) for meta in model.meta_graphs],
        "variables": variables(model),
        "verdicts": [_verdict(verdict, one.chosen) for verdict in one.verdicts],
        "fail_on": one.fail_on,
        "findings": [_finding(one, index, targets) for index in range(len(one.findings))],
        "gaps": [{"where": gap.where, "why": gap.why} for gap in one.judgement.gaps],
        "confirmations": [_confirmation(real) for real in one.confirmations],
        "baseline": _baseline(one),
        "lock": None if one.lock is None else one.lock._asdict(),
    }


def _baseline(one: ModelReport) -> dict[str, Any] | None:
    """The entries of the baseline that no longer say what they did; None without a baseline."""
    held = one.against_baseline
    if held is None:
        return None
    return {"stale": [e._asdict() for e in held.stale], "expired": [e._asdict() for e in held.expired]}


def saved_by(model: Model) -> str | None:
    """The TensorFlow that saved the model, if it says so."""
    return next((m.tensorflow_version for m in model.meta_graphs if m.tensorflow_version), None)


def variables(model: Model) -> dict[str, int] | None:
    bundle = model.bundle
    if bundle is None:
        return None
    return {
        "entries": len(bundle.entries),
        "parameters": bundle.parameters,
        "bytes": bundle.total_bytes,
        "shards": bundle.header.num_shards,
    }


def _meta_graph(meta: MetaGraph) -> dict[str, Any]:
    signatures = {
        key: {
            "inputs": {name: _tensor(info) for name, info in sorted(signature.inputs.items())},
            "outputs": {name: _tensor(info) for name, info in sorted(signature.outputs.items())},
        }
        for key, signature in meta.signatures.items()
    }
    return {
        "tags": list(meta.tags),
        "producer": meta.versions.producer,
        "nodes": len(meta.graph),
        "functions": len(meta.library.functions),
        "signatures": signatures,
    }


def _tensor(info: TensorInfo) -> dict[str, Any]:
    return {"dtype": dtype_name(info.dtype), "shape": None if info.shape is None else list(info.shape)}


def _verdict(verdict: Verdict, chosen: Sequence[str]) -> dict[str, Any]:
    return {
        "loader": verdict.loader,
        "counts": verdict.loader in chosen,
        "target": verdict.target.as_dict(),
        "tags": None if verdict.tags is None else list(verdict.tags),
        "outcome": verdict.outcome,
        "stage": verdict.stage,
        "how": verdict.how,
        "because": list(verdict.because),
        "assumes": list(verdict.assumes),
        "signatures": {key: _call(call) for key, call in sorted(verdict.signatures.items())},
    }


def _call(call: CallVerdict) -> dict[str, Any]:
    return {"outcome": call.outcome, "how": call.how, "because": list(call.because)}


def _finding(one: ModelReport, index: int, targets: Sequence[Target]) -> dict[str, Any]:
    from inspector.described import described
    from inspector.fingerprints import fingerprint

    finding = one.findings[index]
    rule = described(finding.rule)
    summary = one.summary(index)
    suppression = one.suppression(index)
    message, fix = words(finding)
    meanings = [
        {
            "loader": meaning.loader,
            "target": targets.index(meaning.target),
            "effect": meaning.effect,
            "stage": meaning.stage,
            "signatures": list(meaning.signatures),
        }
        for meaning in one.judgement.meanings
        if meaning.finding == index
    ]
    return {
        "rule": finding.rule,
        "name": rule.name if rule is not None else "broken-rule",
        "severity": summary.severity,
        "effect": summary.effect,
        "loaders": list(summary.loaders),
        "meanings": meanings,
        "message": message,
        "fix": fix,
        "where": finding.where.as_dict(),
        "follows": one.judgement.follows.get(index),
        "data": dict(finding.data),
        "count": finding.count,
        "places": list(finding.places),
        "fingerprint": fingerprint(finding, one.path),
        "suppressed": None if suppression is None else suppression.as_dict(),
    }


def _confirmation(real: Confirmation) -> dict[str, Any]:
    signatures = {
        key: {
            "outcome": call.outcome,
            "how": call.how,
            "error_type": call.error_type,
            "error_message": call.error_message,
        }
        for key, call in sorted(real.signatures.items())
    }
    return {
        "loader": real.loader,
        "tensorflow": real.tensorflow,
        "keras": real.keras,
        "outcome": real.outcome,
        "how": real.how,
        "error_type": real.error_type,
        "error_message": real.error_message,
        "signatures": signatures,
        "agrees": real.agrees,
        "seconds": round(real.seconds, 3),
    }
