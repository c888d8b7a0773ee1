from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model import dtypes
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection, MetaView

_GRAPH = """
graph
  file = Placeholder() {dtype: string, shape: []}
  number = Placeholder() {dtype: float32, shape: []}
  restore = NoOp()
"""


class SaverNodeMissing(Rule):
    """saver_def names a node that the graph does not have, a file name that is no string, or nothing.

    What it checks: restore_op_name and filename_tensor_name of saver_def against the nodes of the main graph, the second
    for a tensor ("save/Const:0") of strings, and whether save_tensor_name names anything.

    Why it matters: TensorFlow Serving stops with "PruneForTargets: Some target nodes not found" or "specified in either
    feed_devices or fetch_devices was not found in the Graph"; tf.compat.v1.saved_model.load with "Argument `fetch` = ...
    cannot be interpreted as a Tensor" or "Cannot interpret feed_dict key as Tensor"; the V1 path of tf.saved_model.load
    with a KeyError; both with "saver_def must specify the save_tensor_name", though nothing is saved. Only a tensor of
    strings takes the path of the checkpoint. tf.saved_model.load does not look at saver_def in a V2 model.

    How to fix: a tool removed the saver's nodes and left saver_def: export again, or remove both.
    """

    code = "TB011"
    name = "saver-node-missing"
    otherwise = ADVICE_NOTE
    needs = ("saver",)
    message = "saver_def.{field} {problem}"
    fix = "export the model again; a tool that removes the saver's nodes must remove saver_def, too"
    good = (Example("saver filename=file:0 restore=restore save=file:0" + _GRAPH),)
    bad = (
        Example("saver filename=file:0 restore=other save=file:0" + _GRAPH, expect=("other",)),
        Example("saver filename=other:0 restore=restore save=file:0" + _GRAPH, expect=("other:0",)),
        Example("saver filename=file restore=restore save=file:0" + _GRAPH, expect=("file",)),
        Example("saver filename=number:0 restore=restore save=file:0" + _GRAPH, expect=("number:0",)),
        Example("saver filename=file:0 save=file:0" + _GRAPH, expect=("restore_op_name",)),
        Example("saver filename=file:0 restore=restore" + _GRAPH, expect=("save_tensor_name",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            saver = view.meta.saver_def
            if saver is None:
                continue
            for field in ("restore_op_name", "filename_tensor_name", "save_tensor_name"):
                node = getattr(saver, field)
                problem, everyone = _problem(field, node, view)
                if problem:
                    where = Location("", view.meta.index, field=f"saver_def.{field}")
                    data = {"field": field, "node": node, "problem": problem, "everyone": everyone}
                    yield Found(where, node or field, data)


def _problem(field: str, name: str, view: MetaView) -> tuple[str, bool]:
    """What is wrong with a name, and whether every loader minds or only Python."""
    if field == "save_tensor_name":
        return ("", False) if name else ("is empty", False)
    if not name:
        return "is empty", True
    if name.lstrip("^").partition(":")[0] not in view.reach.positions():
        return f"names `{name}`, which is not in the main graph", True
    dtype = dtypes.base(view.wiring(view.meta.graph).type_of(name) or dtypes.STRING)
    if field == "filename_tensor_name" and dtype != dtypes.STRING:
        return f"names `{name}`, which is {dtypes.name(dtype)}, no file name", True
    if field == "filename_tensor_name" and ":" not in name:
        return f"is `{name}`, Python wants the name of a tensor (`{name}:0`)", False
    if field == "restore_op_name" and ":" in name and view.wiring(view.meta.graph).type_of(name) is None:
        return f"is `{name}`, an output that the node does not have", False
    return "", False
