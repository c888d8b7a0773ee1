"""Groups of rules that several loaders mind in the same breath, and conditions on the walk that they share."""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders.step import Mind, Walk, has_datum, minds

# Reading the graph file.
READ_GRAPH_FILE = minds("SM001", "SM002", "SM003")

# What NodeDef validation and GraphDef import refuse, wherever they look.
BAD_NODES = minds(
    "OP001", "OP002", "OP003", "OP004", "GR001", "GR002", "GR003", "GR004", "GR005", "GR006", "GR007", "GR008"
)

# Opening the index and reading what it says (core/util/tensor_bundle/tensor_bundle.cc BundleReader).
BAD_CHECKPOINT = minds("TB002", "TB003", "TB004", "TB005", "TB006", "VR002")

# Ops that read or write a variable: a call that runs one needs restored variables.
VARIABLE_OPS = ("VarHandleOp", "VariableV2", "Variable", "ReadVariableOp", "ResourceGather", "AssignVariableOp")


def index_exists(walk: Walk) -> bool:
    """Whether loader_util RunRestore finds variables/variables.index."""
    return walk.model.has_index


def has_init_op(walk: Walk) -> bool:
    return walk.view is not None and bool(walk.view.reach.init_ops())


def absent_device(finding: Finding, walk: Walk) -> bool:
    """A pin to a device that the target does not have."""
    device = str(finding.data.get("type", "")).lower()
    if finding.data.get("job") not in ("", "localhost", None) or finding.data.get("task") not in ("", "0", None):
        return True
    if device in ("", "cpu", "*"):
        return device == "cpu" and finding.data.get("index") not in ("", "0", "*", None)
    return device != walk.target.device


def other_job(finding: Finding, walk: Walk) -> bool:
    """A pin to a job or task of a cluster: soft placement does not help."""
    return finding.data.get("job") not in ("", "localhost", None) or finding.data.get("task") not in ("", "0", None)


def asset_is_read_at_load(finding: Finding, walk: Walk) -> bool:
    """An asset that the init op or a resource's initializer takes as input."""
    return finding.data.get("read") == "load"


def variables_are_needed(finding: Finding, walk: Walk) -> bool:
    """The call reaches a variable, and no step has restored the variables."""
    return "variables" not in walk.given and walk.calls(*VARIABLE_OPS)


def reaches_variable(finding: Finding, walk: Walk) -> bool:
    """The call runs the VarHandleOp of the variable that the finding is about."""
    return finding.data.get("handle") in walk.nodes


def without_tf_keras(finding: Finding, walk: Walk) -> bool:
    """load.py imports tf_keras where it is installed: its optimizers have add_slot. Keras 2 was built in up to 2.15."""
    major, minor = (int(part) for part in walk.target.tensorflow.split(".")[:2])
    return (major, minor) >= (2, 16) and "tf_keras" not in walk.target.packages


def unregistered_package(finding: Finding, walk: Walk) -> bool:
    """A TypeSpec whose package is not imported in the target."""
    return finding.data.get("import") not in walk.target.packages


def wrong_input(finding: Finding, walk: Walk) -> bool:
    """A lie about an input of the signature that is being called; lies about outputs nobody notices."""
    return finding.data.get("signature") == walk.signature and finding.data.get("field") == "inputs"


def by_route(route: str) -> tuple[Mind, ...]:
    """Variables that the checkpoint lacks or holds with another dtype, by the loader's own way to its keys."""
    return minds("TB007", "TB008", when=has_datum("route", route))
