from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.structures import tensors
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.rules.wording import plural
from inspector.topology.inspection import Inspection

_MODEL = """
object 0 user_object _generic_user_object children=[f: 1]
object 1 function concrete=[f]
concrete_function f bound_inputs=[] outputs={outputs}
function f (x: float32) -> (y: float32 = y:activations:0)
  y = Relu(x) {{T: float32}}
"""


class ResultCount(Rule):
    """A function is said to give another number of results than it has.

    What it checks: how many tensors output_signature has, against the results of the FunctionDef.

    Why it matters: tf.saved_model.load believes output_signature. The call stops with "Expecting 1 outputs, but
    *num_retvals is 0"; for a function that the load itself calls (the creator of a table) the load stops with "Function
    instantiation included invalid output index". All other loaders ignore the object graph.

    How to fix: the file was edited: export again.
    """

    code = "OB019"
    name = "result-count"
    otherwise = ADVICE_NOTE
    needs = ("object graph",)
    message = "function `{function}` has {results}, its output_signature has {told}"
    fix = "export the model again; a tool that changes the results of a function must change output_signature too"
    good = (Example(_MODEL.format(outputs="{y: float32[?], z: none}")),)
    bad = (
        Example(_MODEL.format(outputs="none"), expect=("f",)),
        Example(_MODEL.format(outputs="[float32[?], float32[?]]"), expect=("f",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            for name, function in objects.functions() if objects is not None else ():
                body = view.meta.function(name)
                structure = objects.structure(function.output_signature) if objects is not None else None
                if body is None or structure is None or structure.fault:
                    continue
                told, results = tensors(structure.value), len(body.signature.output_arg)
                if told is None or len(told) == results:
                    continue
                data = {
                    "function": name,
                    "results": plural(results, "result"),
                    "told": plural(len(told), "tensor"),
                    "too_few": results < len(told),
                }
                where = Location(
                    "", view.meta.index, field=f"object_graph_def.concrete_functions[{name}].output_signature"
                )
                yield Found(where, name, data)
