"""What the loaders mind about a checkpoint: TB and VR002, by the way in which a loader comes to its keys.

The V2 path of tf.saved_model.load lists the whole index before it reads what its object graph names; all others read
what the RestoreV2 of the graph names, and nothing else (python/checkpoint/checkpoint.py, core/util/tensor_bundle,
core/util/tensor_slice_reader.cc, core/kernels/save_restore_v2_ops.cc).
"""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders.step import VARIABLES, Condition, Mind, Precondition, Walk, has_datum, minds
from inspector.topology.restores import (
    HANDLE_ROUTE,
    OBJECT_GRAPH_ROUTE,
    RESTORE_ROUTE,
)
from inspector.topology.restores import (
    VARIABLES as VARIABLE_NODES,
)

_ASSIGNS = ("AssignVariableOp", "Assign")
_KILLS_READER = has_datum("problem", "entry-not-parseable", "entry-shape", "slice-duplicate")
_STOPS_READER = has_datum("problem", "entry-dtype")
_KILLS_RESTORE = has_datum("problem", "slice-dtype")


def by(route: str) -> Condition:
    """Findings about a tensor that this way of restoring reads."""
    return lambda finding, walk: route in finding.data.get("read_by", ())


def all_of(*conditions: Condition) -> Condition:
    return lambda finding, walk: all(condition(finding, walk) for condition in conditions)


def any_of(*conditions: Condition) -> Condition:
    return lambda finding, walk: any(condition(finding, walk) for condition in conditions)


def reads_any(finding: Finding, walk: Walk) -> bool:
    """The restore op reads at least one tensor: without any the checkpoint is not even opened."""
    return walk.view is not None and bool(walk.view.restored)


def saver_is_refused(finding: Finding, walk: Walk) -> bool:
    """Python makes a Saver of saver_def and looks each name up; C++ runs the op."""
    return bool(finding.data["everyone"]) or walk.loader != "serving"


def _reading(route: str) -> tuple[Mind, ...]:
    return (
        *minds("shard-missing", "shard-short", when=by(route)),
        Mind("entry-invalid", when=all_of(by(route), _KILLS_RESTORE), how="abort"),
        *minds("entry-invalid", "checksum", when=by(route)),
        *minds("variable-not-in-checkpoint", when=has_datum("route", route)),
        *minds(
            "variable-dtype", "variable-shape", when=all_of(has_datum("route", route), has_datum("at", "load", None))
        ),
    )


# tf.saved_model.load, V2: CheckpointReader goes over all entries, then the object graph, then the variables.
BY_OBJECTS = (
    Mind("index-damaged", when=any_of(has_datum("stops", True), by(OBJECT_GRAPH_ROUTE))),
    *minds("checkpoint-version"),
    Mind("entry-invalid", when=_KILLS_READER, how="abort"),
    Mind("entry-invalid", when=_STOPS_READER),
    *_reading(OBJECT_GRAPH_ROUTE),
)


def dtypes_clash(finding: Finding, walk: Walk) -> bool:
    """One variable that two nodes declare with different dtypes. A reference cannot be handed out, a resource not be
    assigned to; tf.saved_model.load makes a variable of each node that is a resource."""
    clash = finding.data["clash"]
    return bool(clash) and (walk.loader != "tf2" or clash != "VarHandleOp")


# Everybody else.
BY_RESTORE_OP = (
    Mind("saver-node-missing", when=saver_is_refused),
    Mind("index-damaged", when=any_of(all_of(has_datum("stops", True), reads_any), by(RESTORE_ROUTE))),
    *minds("checkpoint-version", when=reads_any),
    *_reading(RESTORE_ROUTE),
    Mind("variable-mixed-up", when=dtypes_clash),
)

# Shape inference at the import of the main graph: the dtype of a handle against that of what reads or assigns it.
HANDLES = minds("variable-dtype", when=has_datum("route", HANDLE_ROUTE))


def has_saver_def(walk: Walk) -> bool:
    """Whether C++ restores: it needs a saver_def, whatever that says."""
    return walk.view is not None and walk.view.meta.saver_def is not None


def has_saver(walk: Walk) -> bool:
    """Whether the Python loaders restore: by saver_def, or by a Saver built from the collections of variables."""
    if walk.view is None:
        return False
    meta = walk.view.meta
    return meta.saver_def is not None or any(key in meta.collections for key in ("variables", "saveable_objects"))


def _has_index_and_saver(walk: Walk) -> bool:
    return walk.model.has_index and has_saver_def(walk)


SAVER = Precondition(has_saver, "neither a SaverDef nor a collection of variables: nothing to restore")
INDEX_AND_SAVER_DEF = Precondition(
    _has_index_and_saver,
    "no variables/variables.index, or no SaverDef: variables are left without values, without a word",
)


def nothing_restored(finding: Finding, walk: Walk) -> bool:
    """The call reaches a variable that neither a restore nor the init op has given a value."""
    view = walk.view
    if view is None or VARIABLES in walk.given:
        return False
    graph, positions = view.meta.graph, view.reach.positions()
    needed = {name for name in walk.nodes if name in positions and graph.kinds[positions[name]].op in VARIABLE_NODES}
    return bool(needed) and not needed <= {
        graph.inputs[i][0].partition(":")[0]
        for i in view.reach.init().nodes
        if graph.kinds[i].op in _ASSIGNS and graph.inputs[i]
    }


def stays_unset(finding: Finding, walk: Walk) -> bool:
    """A variable that the call reads and that neither the restore nor the init op sets."""
    return finding.data["node"] in walk.nodes


def stays_unset_in_tf2(finding: Finding, walk: Walk) -> bool:
    """load_v1_in_v2.py initialises the collection local_variables where the model has no init op."""
    has_init_op = walk.view is not None and bool(walk.view.reach.init_ops())
    return stays_unset(finding, walk) and (has_init_op or not finding.data["collected"])


def mismatch_at_call(finding: Finding, walk: Walk) -> bool:
    """The call reads a variable that took another shape from the checkpoint than the graph was built for."""
    data = finding.data
    return data.get("route") == RESTORE_ROUTE and data.get("at") == "call" and data.get("handle") in walk.nodes
