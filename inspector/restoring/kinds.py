"""The kinds of failure: names of the exception classes, and the kind of what each rule finds."""

from __future__ import annotations

from collections.abc import Mapping

from inspector.findings import Finding

VERSION = "VersionMismatch"
DEPENDENCY = "MissingDependency"
SIGNATURE = "SignatureMismatch"
HARDWARE = "HardwareMismatch"
DTYPE = "DTypeMismatch"
SHAPE = "ShapeMismatch"
CHECKPOINT_DAMAGED = "CheckpointDamaged"
CHECKPOINT_MISMATCH = "CheckpointMismatch"
FILES = "ModelFilesMissing"
NOT_SAVED_MODEL = "NotASavedModel"
GRAPH = "GraphDamaged"
UNSAFE = "UnsafeModel"
UNKNOWN = "UnknownRestoreError"

# How sure a diagnosis is of its cause.
SURE, LIKELY, POSSIBLE, NOT_KNOWN = "sure", "likely", "possible", "unknown"
CERTAINTIES = (SURE, LIKELY, POSSIBLE, NOT_KNOWN)

_RULES: Mapping[str, tuple[str, ...]] = {
    VERSION: ("FN008", "OP005", "OP009", "VR001", "VR002", "VR003", "VR004", "VR005", "VR006", "VR007", "KR001",
              "KR005", "KR018"),
    DEPENDENCY: ("OB001", "OB003", "OP001", "OP006", "KR014", "KR019"),
    SIGNATURE: (
        "SG001", "SG002", "SG003", "SG004", "SG005", "SG006", "SG007", "SG008", "SG009", "SG011", "SG012",
        "OB018", "KR002", "KR003",
    ),
    HARDWARE: ("GR010", "OP007", "OP008"),
    DTYPE: ("FN005", "GR004", "GR009", "KR004"),
    SHAPE: ("GR013", "GR014"),
    CHECKPOINT_DAMAGED: ("OB016", "TB002", "TB004", "TB005", "TB006", "TB015", "SM013"),
    CHECKPOINT_MISMATCH: ("TB007", "TB008", "TB009", "TB010", "TB014"),
    FILES: ("SM003", "SM006", "SM007", "SM012", "TB001", "TB003", "KR011"),
    NOT_SAVED_MODEL: ("SM001", "SM002", "SM004"),
    UNSAFE: ("SC001", "KR017"),
}  # fmt: skip
# What is in the place of saved_model.pb and still is a SavedModel, or was one (model/artifact).
_OF_THIS_KIND = ("unknown", "savedmodel-truncated", "savedmodel-damaged", "text-mode-damage")
_OF_RULE = {rule: kind for kind, rules in _RULES.items() for rule in rules}


def kind_of(finding: Finding) -> str:
    """The kind of what a rule finds: damage to the graph, where nothing more particular is known."""
    if finding.rule == "SM002" and finding.data.get("kind") in _OF_THIS_KIND:
        return GRAPH
    if finding.rule == "OP001" and str(finding.data.get("cure", "")).startswith("load it with a TensorFlow from"):
        return VERSION
    return _OF_RULE.get(finding.rule, GRAPH)
