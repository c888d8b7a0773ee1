from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.model.saved_model import ASSETS_COLLECTION
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.rules.wording import some_of
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.reach import MAIN_OPS
from inspector.wire.fields import carve
from inspector.wire.schema import DecodeError, message

# The message in the bytes of a collection, and the numbers of its fields that name nodes or tensors
# (core/framework/variable.proto, core/protobuf/{queue_runner,control_flow}.proto).
_VARIABLE = "VariableDef", (1, 2, 3, 6)
_HOLDS = {
    **dict.fromkeys(("variables", "trainable_variables", "local_variables", "model_variables"), _VARIABLE),
    **dict.fromkeys(("moving_average_variables", "metric_variables", "global_step"), _VARIABLE),
    "queue_runners": ("QueueRunnerDef", (1, 2, 3, 4)),
    "cond_context": ("CondContextDef", (2, 3)),
    "while_context": ("WhileContextDef", (5, 6, 7, 8, 10, 11)),
    "savers": ("SaverDef", ()),
}  # fmt: skip
# Those that tf.saved_model.load of a V1 model makes variables of its own of (eager/wrap_function.py
# _lift_unlifted_variables).
_LIFTED = ("variables", "local_variables")
DAMAGED, INCOMPLETE, MISSING, NO_VARIABLES = "damaged", "incomplete", "missing", "no variables"
_REQUIRED = 2  # of a VariableDef: variable_name and initializer_name
_V1 = """
meta_graph tags=[serve] tensorflow_version=2.15.0 producer=1645
{collection}
graph
  w = VarHandleOp() {{dtype: float32, shape: [2], shared_name: "w"}}
  one = Const() {{dtype: float32, value: float32[2] <1.0>}}
  init = AssignVariableOp(w, one) {{dtype: float32}}
  read = ReadVariableOp(w) {{dtype: float32}}
"""


class Collection(Rule):
    """A collection of the graph cannot be restored.

    What it checks: the collections that TensorFlow's Python makes objects of: variables, queue runners, the contexts of V1
    conditions and loops, savers, and lists of nodes. Each entry has to parse, and what it names has to be in the main
    graph, a tensor with its output. The collections variables and local_variables have to hold variables, not nodes.

    Why it matters: importing the graph into Python stops with "The name 'w/Assign' refers to an Operation not in the
    graph.", "The operation, 'init', exists but only has 0 outputs" (a KeyError) or with a DecodeError. Where nodes stand
    for variables, tf.saved_model.load of a model without an object graph stops with "'Operation' object has no attribute
    '_in_graph_mode'". TensorFlow Serving looks at no collection but those of the init op and, in old models, of the
    assets.

    How to fix: a tool that removes nodes has to remove the collections that name them: clear collection_def but for
    the init op, or export the model again.
    """

    code = "SM010"
    name = "collection"
    otherwise = ADVICE_NOTE
    needs = ("collections",)
    message = "collection `{collection}` {problem}"
    fix = "remove the collection `{collection}` from collection_def, or export the model again"
    good = (
        Example(
            _V1.format(
                collection='collection local_variables bytes ["\\n\\x03w:0\\x12\\x04init\\x1a\\x06read:0(\\x01"]'
            )
        ),
        Example(_V1.format(collection="collection losses nodes [init]")),
    )
    bad = (
        Example(_V1.format(collection='collection variables bytes ["\\xff\\xff"]'), expect=("variables",)),
        Example(
            _V1.format(collection='collection variables bytes ["\\n\\x03w:0\\x12\\x04gone"]'), expect=("variables",)
        ),
        Example(_V1.format(collection='collection queue_runners bytes ["\\n\\x01q"]'), expect=("queue_runners",)),
        Example(_V1.format(collection='collection losses nodes ["gone:0"]'), expect=("losses",)),
        Example(_V1.format(collection='collection losses nodes ["init:0"]'), expect=("losses",)),
        Example(_V1.format(collection="collection variables nodes [w]"), expect=("variables",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for key in sorted(view.meta.collections):
                found = _problem(key, view.meta.collections[key], view)
                if found is not None:
                    case, problem = found
                    where = Location("", view.meta.index, field=f"collection_def {key}")
                    yield Found(where, key, {"collection": key, "problem": problem, "case": case})


def _problem(key: str, collection: Any, view: MetaView) -> tuple[str, str] | None:
    """What is wrong with a collection, as a case and in words."""
    kind = collection.WhichOneof("kind")
    names: list[str] = []
    if kind == "node_list":
        run = view.reach.init_ops()[:1]  # the init op is another rule's
        names = [name for name in collection.node_list.value if key not in MAIN_OPS or name not in run]
    elif key == ASSETS_COLLECTION and not view.meta.proto.asset_file_def:
        return _packed_assets(collection.any_list.value)
    elif kind == "bytes_list" and key in _HOLDS:
        title, fields = _HOLDS[key]
        for raw in collection.bytes_list.value:
            try:
                found, _ = carve(raw, (0, len(raw)), *fields)
            except DecodeError:
                return DAMAGED, f"holds an entry that does not parse as {title}"
            if title == _VARIABLE[0] and not all(found[:_REQUIRED]):
                return INCOMPLETE, f"holds a {title} without a variable or an initializer"
            names += [
                raw[start:end].decode("utf-8", "replace") for spans in found for start, end in spans if end > start
            ]
    missing = [name for name in dict.fromkeys(names) if _is_missing(name, view)]
    if missing:
        return MISSING, f"names {some_of(missing)}, which the graph does not have"
    if key in _LIFTED and kind == "node_list" and names:
        return NO_VARIABLES, f"holds the nodes {some_of(names)}, not variables"
    return None


def _is_missing(name: str, view: MetaView) -> bool:
    """Whether the main graph lacks a node ("w"), or an output of one ("w:0")."""
    node, _, index = name.partition(":")
    if node not in view.reach.positions():
        return True
    return bool(index) and view.wiring(view.meta.graph).type_of(name) is None


def _packed_assets(values: Any) -> tuple[str, str] | None:
    """The assets of the first V1 models, each in an Any; every loader reads them where asset_file_def is empty."""
    from google.protobuf.any_pb2 import Any as Packed

    try:
        for raw in values:
            message("AssetFileDef").FromString(Packed.FromString(raw).value)
    except DecodeError:
        return DAMAGED, "holds an entry that does not parse as AssetFileDef"
    return None
