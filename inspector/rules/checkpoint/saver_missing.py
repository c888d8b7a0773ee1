from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.restores import OBJECT_GRAPH_KEY, VARIABLES

_GRAPH = """
graph
  w = VarHandleOp() {dtype: float32, shape: [2], shared_name: "w"}
  file = Placeholder() {dtype: string, shape: []}
  names = Const() {dtype: string, value: string[1] <"w">}
  slices = Const() {dtype: string, value: string[1] <"">}
  values = RestoreV2(file, names, slices) {dtypes: [float32]}
  assign = AssignVariableOp(w, values) {dtype: float32}
  restore = NoOp(^assign)
variable w float32[2]
"""


class SaverMissing(Rule):
    """The graph has variables and a checkpoint, and nothing that restores them.

    What it checks: whether a MetaGraph with variables has a saver_def that names a restore op; if not, whether the
    collection of variables lets Python build one.

    Why it matters: TensorFlow Serving loads the model without a word and fails at the first request: "Could not find
    variable w. This could mean that the variable has been deleted". tf.compat.v1.saved_model.load does the same, unless
    the collection "variables" is there. tf.saved_model.load restores a V2 model by its object graph and does not mind.

    How to fix: export again with tf.saved_model.save, or a SavedModelBuilder with a saver.
    """

    code = "TB010"
    name = "saver-missing"
    otherwise = ADVICE_NOTE
    needs = ("no saver",)
    message = "saver_def names no restore op: {who} the variables of the checkpoint"
    fix = "export the model again (tf.saved_model.save writes a saver; SavedModelBuilder takes saver=...)"
    good = (Example("saver filename=file:0 restore=restore save=file:0" + _GRAPH),)
    bad = (Example(_GRAPH, expect=("saver_def",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        if bundle is None or not any(key != OBJECT_GRAPH_KEY for key in bundle.entries):
            return
        for view in it.meta_views:
            saver = view.meta.saver_def
            if saver is not None and saver.restore_op_name:
                continue
            if view.meta.graph.of_op(VARIABLES):
                rebuilt = saver is None and any(
                    key in view.meta.collections for key in ("variables", "saveable_objects")
                )
                who = "only Python restores" if rebuilt else "no loader that runs the graph restores"
                where = Location("", view.meta.index, field="saver_def")
                yield Found(where, "saver_def", {"rebuilt": rebuilt, "who": who})
