from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.objects import CREATE_RESOURCE, ObjectGraph
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

CHILD, NEEDED, SAVER, SLOT = "child", "needed", "saver", "slot"
_MODEL = """
object 0 user_object _generic_user_object children=[f: {child}]
object 1 function concrete=[__inference_f_1]
concrete_function __inference_f_1 bound_inputs=[{bound}]
function __inference_f_1 (x: float32) -> (y: float32 = y:activations:0)
  y = Relu(x) {{T: float32}}
"""


class ObjectId(Rule):
    """The object graph refers to an object that it does not have.

    What it checks: the ids of all children, of dependencies, slot variables and savers, and of what concrete functions
    capture, against the number of objects. A small negative id of a child or saver counts from the end, as in a Python list.

    Why it matters: tf.saved_model.load stops with a bare "IndexError: list index out of range", or with "Found values in
    the dependency map which are not keys". All other loaders ignore the object graph.

    How to fix: saved_model.pb is damaged or was edited: copy it again, or export again.
    """

    code = "OB005"
    name = "object-id"
    otherwise = ADVICE_NOTE
    needs = ("object graph",)
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
            for place, field, part, referrer, number in _strays(objects):
                where = Location("", view.meta.index, field=f"object_graph_def.{field}")
                yield Found(where, place, {"referrer": referrer, "id": number, "count": count, "part": part})


def _strays(objects: ObjectGraph) -> Iterator[tuple[str, str, str, str, int]]:
    """(place, field, part, who refers, id) of every reference out of range, in file order."""
    count = len(objects.nodes)
    fields = ("children", "dependencies", "slot_variables", "saveable_objects")
    for node in sorted({node for field in fields for node in objects.having(field)}):
        saved = objects.nodes[node]
        field = f"nodes[{node}]"
        if len(objects.children[node]) < len(saved.children) or objects.kinds[node] == "resource":
            for child in saved.children:
                needed = objects.kinds[node] == "resource" and child.local_name == CREATE_RESOURCE
                if not (0 if needed else -count) <= child.node_id < count:
                    part = NEEDED if needed else CHILD
                    yield child.local_name, f"{field}.children", part, f"child `{child.local_name}`", child.node_id
        for one in saved.dependencies:
            if not 0 <= one.node_id < count:
                yield one.local_name, f"{field}.dependencies", NEEDED, f"dependency `{one.local_name}`", one.node_id
        for slot in saved.slot_variables:
            name, original, variable = slot.slot_name, slot.original_variable_node_id, slot.slot_variable_node_id
            if not 0 <= original < count:
                yield name, f"{field}.slot_variables", NEEDED, f"slot `{name}`", original
            if not -count <= variable < count:
                yield name, f"{field}.slot_variables", SLOT, f"slot `{name}`", variable
        for name, pair in saved.saveable_objects.items():
            for number in (pair.save_function, pair.restore_function):
                if not -count <= number < count:
                    yield name, f"{field}.saveable_objects", SAVER, f"saver `{name}` of `{objects.path(node)}`", number
    for name, function in objects.functions():
        for number in function.bound_inputs[:]:
            if not 0 <= number < count:
                yield name, f"concrete_functions[{name}]", NEEDED, f"function `{name}`", number
