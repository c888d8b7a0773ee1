from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.rules.wording import some_of
from inspector.topology.inspection import Inspection

_MODEL = """
object 0 user_object _generic_user_object children=[f: 1, w: 2]
object 1 function concrete=[__inference_f_1]
object 2 variable w float32[2]{dependencies}
concrete_function __inference_f_1 bound_inputs=[2]
function __inference_f_1 (w: resource) -> (y: float32 = y:value:0)
  y = ReadVariableOp(w) {{dtype: float32}}
variable w/.ATTRIBUTES/VARIABLE_VALUE float32[2]
"""


class DependencyCycle(Rule):
    """Objects need each other before they can be made.

    What it checks: what must be there before an object: its dependencies, what a function captures, how a resource is
    created, the optimizer and the variable of a slot variable. (Children may go in circles: they are set afterwards.)

    Why it matters: tf.saved_model.load stops with "Encountered a cycle in the deserialization dependenciesin the
    SavedModel. This is extremely unexpected". All other loaders ignore the object graph.

    How to fix: saved_model.pb is damaged or was edited, mostly ids in bound_inputs: copy it again, or export again.
    """

    code = "OB010"
    name = "dependency-cycle"
    otherwise = ADVICE_NOTE
    needs = ("dependency cycle",)
    message = "objects need each other before they can be made: {cycle}"
    fix = "copy saved_model.pb again, or export the model again; a tool that removes objects must renumber the others"
    good = (Example(_MODEL.format(dependencies="")),)
    bad = (
        Example(_MODEL.format(dependencies=" dependencies=[d: 2]"), expect=("w",)),
        Example(_MODEL.format(dependencies=" dependencies=[d: 1]"), expect=("f", "w")),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            cycle = objects.dependency_cycle() if objects is not None else []
            if objects is not None and cycle:
                paths = [objects.path(node) for node in cycle]
                where = Location("", view.meta.index, field="object_graph_def.nodes")
                yield from (Found(where, path, {"cycle": some_of(paths)}) for path in paths)
