"""The JSON document, version 1. Its schema is ``inspector/report/schema.json``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from inspector.engine import words
from inspector.findings import CallVerdict, Confirmation, Verdict
from inspector.model.dtypes import name as dtype_name
from inspector.model.saved_model import MetaGraph, Model, TensorInfo
from inspector.version import VERSION

if TYPE_CHECKING:
    from inspector.checking import ModelReport, Report

SCHEMA_VERSION = 1


def document(report: Report) -> dict[str, Any]:
    """The whole document as plain values. Deterministic but for ``seconds`` of confirmations."""
    targets = [target.as_dict() for target in report.targets]
    models = [model_document(one, report) for one in report.models]
    return {"schema_version": SCHEMA_VERSION, "inspector": VERSION, "targets": targets, "models": models}


def dumps(report: Report, locks: Sequence[dict[str, Any]] = ()) -> str:
    """``locks`` is what `check --lock` says of each model."""
    import json

    whole = document(report)
    for model, lock in zip(whole["models"], locks, strict=False):
        model["lock"] = lock
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def model_document(one: ModelReport, report: Report) -> dict[str, Any]:
    model = one.model
    return {
        "path": model.path,
        "format": model.format,
        "saved_by": saved_by(model),
        "meta_graphs": [_meta_graph(meta) for meta in model.meta_graphs],
        "variables": variables(model),
        "verdicts": [_verdict(verdict) for verdict in one.verdicts],
        "findings": [_finding(one, index, report) for index in range(len(one.findings))],
        "gaps": [{"where": gap.where, "why": gap.why} for gap in one.judgement.gaps],
        "confirmations": [_confirmation(real) for real in one.confirmations],
    }


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


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "loader": verdict.loader,
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


def _finding(one: ModelReport, index: int, report: Report) -> dict[str, Any]:
    from inspector.rules.registry import by_code

    finding = one.findings[index]
    rule = by_code().get(finding.rule)
    summary = one.summary(index)
    message, fix = words(finding)
    meanings = [
        {
            "loader": meaning.loader,
            "target": report.targets.index(meaning.target),
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
