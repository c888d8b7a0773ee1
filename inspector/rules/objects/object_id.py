from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = """
object 0 user_object _generic_user_object children=[f: {child}]
object 1 function concrete=[__inference_f_1]
concrete_function __inference_f_1 bound_inputs=[{bound}]
function __inference_f_1 (x: float32) -> (y: float32 = y:activations:0)
  y = Relu(x) {{T: float32}}
"""


class ObjectId(Rule):
    """The object graph refers to an object that it does not have.

    What it checks: the ids of all children, and of what concrete functions capture, against the number of objects. A
    small negative id of a child counts from the end, as in a Python list.

    Why it matters: tf.saved_model.load stops with a bare "IndexError: list index out of range", or with "Found values in
    the dependency map which are not keys". All other loaders ignore the object graph.

    How to fix: saved_model.pb is damaged or was edited: copy it again, or export again.
    """

    code = "OB005"
    name = "object-id"
    otherwise = ADVICE_NOTE
    message = "{referrer} refers to object {id}, there are {count}"
    fix = "copy saved_model.pb again, or export the model again; a tool that removes objects must renumber the others"
    good = (Example(_MODEL.format(child=1, bound="")),)
    bad = (
        Example(_MODEL.format(child=9, bound=""), expect=("f",)),
        Example(_MODEL.format(child=1, bound="9"), expect=("__inference_f_1",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            count = len(objects.nodes)
            for node, saved in enumerate(objects.nodes):
                for child in saved.children:
                    if not -count <= child.node_id < count:
                        where = Location("", view.meta.index, field=f"object_graph_def.nodes[{node}].children")
                        data = {"referrer": f"child `{child.local_name}`", "id": child.node_id, "count": count}
                        yield Found(where, child.local_name, data)
            for name in sorted(objects.proto.concrete_functions):
                for bound in objects.bound_inputs(name):
                    if not 0 <= bound < count:
                        where = Location("", view.meta.index, field=f"object_graph_def.concrete_functions[{name}]")
                        yield Found(where, name, {"referrer": f"function `{name}`", "id": bound, "count": count})
