from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.objects import ATTRIBUTES
from inspector.model.saved_model import INDEX
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.rules.wording import some_of
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.restores import OBJECT_GRAPH_KEY, OBJECT_GRAPH_ROUTE, RESTORE_ROUTE

_V1 = """
meta_graph tags=[serve] tensorflow_version=2.15.0 producer=1645
saver filename=file:0 restore=restore save=file:0
graph
  w = VarHandleOp() {{dtype: float32, shape: [2], shared_name: "w"}}
  file = Placeholder() {{dtype: string, shape: []}}
  names = Const() {{dtype: string, value: string[1] <"{key}">}}
  slices = Const() {{dtype: string, value: string[1] <"">}}
  values = RestoreV2(file, names, slices) {{dtypes: [float32]}}
  assign = AssignVariableOp(w, values) {{dtype: float32}}
  restore = NoOp(^assign)
variable w float32[2]
"""


class VariableNotInCheckpoint(Rule):
    """A variable that a load restores has no entry in the checkpoint.

    What it checks: the two ways in which loaders find their keys. tf.saved_model.load matches the variables of a V2 model
    by their paths with the object graph inside the checkpoint; all others take the keys from the constant inputs of
    RestoreV2. Both must lead to entries of variables.index.

    Why it matters: the load stops with "Key ... not found in checkpoint". tf.saved_model.load makes a FileNotFoundError of
    it, whose hint at experimental_io_device misleads; tf.compat.v1.saved_model.load says "No variables to save" for a V2
    model. A variable whose path the checkpoint does not know ends in "Python objects that were not bound to checkpointed
    values", a checkpoint without an object graph in "Some objects had attributes which were not restored".

    How to fix: a variable that was never initialised is not saved: call or build the model before tf.saved_model.save.
    Otherwise index and saved_model.pb come from different exports: copy the whole model again.
    """

    code = "TB007"
    name = "variable-not-in-checkpoint"
    otherwise = ADVICE_WARNING
    needs = ("checkpoint",)
    message = "the checkpoint has no value for {keys}, which the load asks for ({route})"
    fix = "initialise all variables before tf.saved_model.save, or copy saved_model.pb and variables/ from one export"
    good = (Example(_V1.format(key="w")),)
    bad = (Example(_V1.format(key="v"), expect=("v",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        if bundle is None or any(fault.kind in ("header-num-shards", "header-missing") for fault in bundle.faults):
            return
        known = {fault.key for fault in bundle.faults if fault.kind in ("entry-not-parseable", "entry-key")}
        known.update(bundle.entries)
        for view in it.meta_views:
            if it.model.is_v2:
                yield from _found(view, OBJECT_GRAPH_ROUTE, _by_objects(it, view, known))
            keys = [one.key for one in view.restored if one.key not in known]
            yield from _found(view, RESTORE_ROUTE, list(dict.fromkeys(keys)))


def _by_objects(it: Inspection, view: MetaView, known: set[str]) -> list[str]:
    """Keys that are not there, and paths of variables that the checkpoint's object graph does not know."""
    bundle, objects = it.model.bundle, view.meta.objects
    if bundle is None or objects is None:
        return []
    checkpoint = bundle.object_graph()
    variables = view.variables(bundle)
    if checkpoint is None:  # damage is told elsewhere; without variables nothing is matched by name either
        return [OBJECT_GRAPH_KEY] if OBJECT_GRAPH_KEY not in known and variables else []
    wanted = [one.key for one in variables if one.key and ATTRIBUTES in one.key and one.key not in known]
    if not objects.match(checkpoint).strays:  # else the checkpoint's own graph is damaged, which OB016 tells
        wanted += [one.path for one in variables if one.key is None]
    # a table's key may be the beginning of those of its tensors, "table-keys" and "table-values"
    of_tables = objects.restored_keys(checkpoint).difference(known, [one.key for one in variables if one.key])
    lost = [key for key in sorted(of_tables) if not (key and any(one.startswith(key) for one in known))]
    return list(dict.fromkeys([*wanted, *lost]))


def _found(view: MetaView, route: str, keys: list[str]) -> Iterator[Found]:
    data = {"keys": some_of(keys), "route": route}
    yield from (Found(Location(INDEX, view.meta.index), key, data) for key in keys)
