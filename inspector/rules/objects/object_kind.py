from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = """
object 0 user_object _generic_user_object children=[w: 1]
object 1 {kind}
variable w/.ATTRIBUTES/VARIABLE_VALUE float32[2]
"""


class ObjectKind(Rule):
    """An object of the object graph says not what it is.

    What it checks: that each SavedObject has a kind (variable, function, asset ...), and that there is a root object.

    Why it matters: tf.saved_model.load stops with "Unknown SavedObject type: None", or for a graph without any object with
    a bare "IndexError: list index out of range". A kind that is new in TensorFlow reads the same way in an older one. All
    other loaders ignore the object graph.

    How to fix: load with the TensorFlow that saved the model; otherwise saved_model.pb is damaged or was edited: copy it
    again, or export again.
    """

    code = "OB009"
    name = "object-kind"
    otherwise = ADVICE_NOTE
    needs = ("object unknown", "empty object graph")
    message = "{what}"
    fix = "load with the TensorFlow that saved the model, or copy saved_model.pb again"
    good = (Example(_MODEL.format(kind="variable w float32[2]")),)
    bad = (Example(_MODEL.format(kind="none"), expect=("w",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            if not objects.nodes:
                where = Location("", view.meta.index, field="object_graph_def.nodes")
                yield Found(where, "root", {"what": "the object graph has no objects, not even a root"})
            for node in objects.of_kind(""):
                where = Location("", view.meta.index, field=f"object_graph_def.nodes[{node}]")
                path = objects.path(node)
                yield Found(where, path, {"what": f"object `{path}` has no kind that this TensorFlow knows"})
