from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.objects import CREATE_RESOURCE, ObjectGraph
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

CHILD, NEEDED, SAVER, SLOT = "child", "needed", "saver", "slot"
FROM_THE_END = (CHILD, SAVER, SLOT)
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
            for place, field, part, referrer, number in _references(objects):
                if not (-count if part in FROM_THE_END else 0) <= number < count:
                    where = Location("", view.meta.index, field=f"object_graph_def.{field}")
                    yield Found(where, place, {"referrer": referrer, "id": number, "count": count, "part": part})


def _references(objects: ObjectGraph) -> Iterator[tuple[str, str, str, str, int]]:
    """(place, field, part, who refers, id) of every reference, in file order."""
    for node, saved in enumerate(objects.nodes):
        field = f"nodes[{node}]"
        for child in saved.children:
            part = NEEDED if objects.kinds[node] == "resource" and child.local_name == CREATE_RESOURCE else CHILD
            yield child.local_name, f"{field}.children", part, f"child `{child.local_name}`", child.node_id
        for needed in saved.dependencies:
            yield (
                needed.local_name,
                f"{field}.dependencies",
                NEEDED,
                f"dependency `{needed.local_name}`",
                needed.node_id,
            )
        for slot in saved.slot_variables:
            name, at = f"slot `{slot.slot_name}`", f"{field}.slot_variables"
            yield slot.slot_name, at, NEEDED, name, slot.original_variable_node_id
            yield slot.slot_name, at, SLOT, name, slot.slot_variable_node_id
        for name, pair in sorted(saved.saveable_objects.items()):
            for number in (pair.save_function, pair.restore_function):
                yield name, f"{field}.saveable_objects", SAVER, f"saver `{name}` of `{objects.path(node)}`", number
    for name, function in objects.functions():
        for number in function.bound_inputs:
            yield name, f"concrete_functions[{name}]", NEEDED, f"function `{name}`", number
