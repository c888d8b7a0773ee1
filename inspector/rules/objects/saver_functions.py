from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.objects import TENSORS, ObjectGraph
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = """
object 0 user_object _generic_user_object children=[w: 1, save: 2, restore: 3]
object 1 user_object _generic_user_object saveables=[{saveables}]
object 2 function concrete=[save]
object 3 function concrete=[restore]
concrete_function save bound_inputs=[]
concrete_function restore bound_inputs=[]
function save (key: string) -> (r: string = i:output:0)
  i = Identity(key) {{T: string}}
function restore (value: float32) -> (r: float32 = i:output:0)
  i = Identity(value) {{T: float32}}
trackable 0 children=[w: 1]
trackable 1 values=[VALUE: w/.ATTRIBUTES/VALUE]
variable w/.ATTRIBUTES/VALUE float32[]
"""


class SaverFunctions(Rule):
    """The functions that save and restore an object are none, or take other arguments.

    What it checks: save_function and restore_function of the saveable_objects (tables, resources with a state): that they
    are functions, and that a save_function takes one argument (a name), or none where the object saves a dict of tensors.

    Why it matters: tf.saved_model.load calls save_function already while it loads, to learn the names of the tensors. It
    stops with "'_UserObject' object is not callable" or "Binding inputs to tf.function failed". All other loaders ignore
    the object graph.

    How to fix: the file was edited, mostly ids of objects: copy saved_model.pb again, or export again.
    """

    code = "OB015"
    name = "saver-functions"
    otherwise = ADVICE_NOTE
    needs = ("savers",)
    message = "{field} of `{path}` is `{function}`, which {why}"
    fix = "copy saved_model.pb again, or export the model again; a tool that removes objects must renumber the others"
    good = (Example(_MODEL.format(saveables="VALUE: 2 3")),)
    bad = (
        Example(_MODEL.format(saveables="VALUE: 0 3"), expect=("w",)),
        Example(_MODEL.format(saveables="VALUE: 2 1"), expect=("w",)),
        Example(_MODEL.format(saveables=".TENSORS: 2 3"), expect=("w",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            bundle = it.model.bundle
            if objects is None:
                continue
            checkpoint = bundle.object_graph() if bundle is not None else None
            for node in objects.having("saveable_objects"):
                saved = objects.nodes[node]
                matched = objects.matched(checkpoint).get(node) if checkpoint is not None else None
                restores = matched is not None and checkpoint is not None and bool(checkpoint.nodes[matched].attributes)
                legacy = set(saved.saveable_objects) != {TENSORS}
                for field, function, why in _unfit(objects, node, legacy):
                    path = objects.path(node)
                    data = {
                        "field": field, "path": path, "function": objects.path(function), "why": why,
                        "runs": restores or (legacy and field == "save_function"),
                    }  # fmt: skip
                    where = Location("", view.meta.index, field=f"object_graph_def.nodes[{node}].saveable_objects")
                    yield Found(where, path, data)


def _unfit(objects: ObjectGraph, node: int, legacy: bool) -> Iterator[tuple[str, int, str]]:
    """(field, function, what is wrong with it): saveable_object_util.py recreate_saveable_objects, create_saveable."""
    count = len(objects.nodes)
    for _, pair in sorted(objects.nodes[node].saveable_objects.items()):
        for field, number in (("save_function", pair.save_function), ("restore_function", pair.restore_function)):
            if not -count <= number < count:
                continue
            function = number % count
            if objects.kinds[function] not in ("function", "bare_concrete_function"):
                yield field, function, "is no function"
            elif field == "save_function" and not objects.takes(function, 1 if legacy else 0):
                yield field, function, f"does not take {'one argument' if legacy else 'no argument'}"
