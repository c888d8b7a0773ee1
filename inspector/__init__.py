"""Will this SavedModel load and run: in which loader, on which TensorFlow and device, why not, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from inspector.version import VERSION as __version__

if TYPE_CHECKING:
    from inspector.checking import ConfirmBy, check
    from inspector.comparison import Change, Comparison, diff
    from inspector.compatibility import CompatReport, compat
    from inspector.contract import Answers, explain_call
    from inspector.errors import FormatError, InspectorError, OpSourceError, UnknownRelease, Unreadable, UsageError
    from inspector.explaining import LoadTold, explain_load
    from inspector.findings import Finding, Location, Target, Verdict
    from inspector.hashing import ModelHash, hash_model
    from inspector.locking import Lock, check_lock, lock_model
    from inspector.model.saved_model import Model, open_model
    from inspector.op_inventory import OpsReport, list_ops
    from inspector.own_ops import OwnOps, read_own_ops
    from inspector.policy import Demands, Policy, Selectors
    from inspector.restoring.diagnosis import Diagnosis, diagnose
    from inspector.restoring.exceptions import (
        CheckpointDamaged,
        CheckpointMismatch,
        DTypeMismatch,
        GraphDamaged,
        HardwareMismatch,
        MissingDependency,
        ModelFilesMissing,
        NotASavedModel,
        RestoreError,
        ShapeMismatch,
        SignatureMismatch,
        UnknownRestoreError,
        UnsafeModel,
        VersionMismatch,
    )
    from inspector.restoring.loading import load
    from inspector.restoring.session_model import SessionModel
    from inspector.restoring.ways import Attempt, RestoredByFallback
    from inspector.results import Report

_HOMES = {
    "ConfirmBy": "checking", "check": "checking", "Report": "results",
    "Policy": "policy", "Demands": "policy", "Selectors": "policy",
    "LoadTold": "explaining", "explain_load": "explaining",
    "CompatReport": "compatibility", "compat": "compatibility",
    "FormatError": "errors", "InspectorError": "errors", "UnknownRelease": "errors", "UsageError": "errors",
    "Change": "comparison", "Comparison": "comparison", "diff": "comparison",
    "Answers": "contract", "explain_call": "contract",
    "Lock": "locking", "check_lock": "locking", "lock_model": "locking",
    "Unreadable": "errors", "ModelHash": "hashing", "hash_model": "hashing",
    "Finding": "findings", "Location": "findings", "Target": "findings", "Verdict": "findings",
    "OpsReport": "op_inventory", "list_ops": "op_inventory",
    "Model": "model.saved_model", "open_model": "model.saved_model",
    "OpSourceError": "errors", "OwnOps": "own_ops", "read_own_ops": "own_ops",
    "Diagnosis": "restoring.diagnosis", "diagnose": "restoring.diagnosis",
    "load": "restoring.loading", "SessionModel": "restoring.session_model",
    "Attempt": "restoring.ways", "RestoredByFallback": "restoring.ways",
    **dict.fromkeys((
        "CheckpointDamaged", "CheckpointMismatch", "DTypeMismatch", "GraphDamaged", "HardwareMismatch",
        "MissingDependency", "ModelFilesMissing", "NotASavedModel", "RestoreError", "ShapeMismatch", "SignatureMismatch",
        "UnknownRestoreError", "UnsafeModel", "VersionMismatch",
    ), "restoring.exceptions"),
}  # fmt: skip

__all__ = [
    "Answers",
    "Attempt",
    "Change",
    "CheckpointDamaged",
    "CheckpointMismatch",
    "Comparison",
    "CompatReport",
    "ConfirmBy",
    "DTypeMismatch",
    "Demands",
    "Diagnosis",
    "Finding",
    "FormatError",
    "GraphDamaged",
    "HardwareMismatch",
    "InspectorError",
    "LoadTold",
    "Location",
    "Lock",
    "MissingDependency",
    "Model",
    "ModelFilesMissing",
    "ModelHash",
    "NotASavedModel",
    "OpSourceError",
    "OpsReport",
    "OwnOps",
    "Policy",
    "Report",
    "RestoreError",
    "RestoredByFallback",
    "Selectors",
    "SessionModel",
    "ShapeMismatch",
    "SignatureMismatch",
    "Target",
    "UnknownRelease",
    "UnknownRestoreError",
    "Unreadable",
    "UnsafeModel",
    "UsageError",
    "Verdict",
    "VersionMismatch",
    "__version__",
    "check",
    "check_lock",
    "compat",
    "diagnose",
    "diff",
    "explain_call",
    "explain_load",
    "hash_model",
    "list_ops",
    "load",
    "lock_model",
    "open_model",
    "read_own_ops",
]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: ``--help`` needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
