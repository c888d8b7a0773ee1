from __future__ import annotations

from collections.abc import Iterator, Mapping

from inspector.findings import Location
from inspector.model.objects import ObjectGraph
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_FUNCTION = "function __inference_f_1 (x: float32) -> (y: float32 = y:activations:0)\n  y = Relu(x) {T: float32}\n"
_OBJECTS = """
object 0 user_object _generic_user_object children=[f: 1]
object 1 function concrete=[__inference_f_1]
concrete_function __inference_f_1 bound_inputs=[]
"""


class FunctionNotInLibrary(Rule):
    """The object graph names a concrete function that is not in the model.

    What it checks: each function that an object of the graph names, against the function library and against the object
    graph's own list of concrete functions.

    Why it matters: tf.saved_model.load stops with a bare "KeyError: '__inference_f_1'", or with "cannot unpack
    non-iterable NoneType object", neither of which says what is wrong. All other loaders ignore the object graph.

    How to fix: the graph was edited or cut by a tool (freezing, pruning of functions): export again, and do not run
    graph surgery on a V2 model without taking object_graph_def out.
    """

    code = "OB002"
    name = "function-not-in-library"
    otherwise = ADVICE_NOTE
    needs = ("object graph",)
    message = "{holder} names the function `{function}`, which is not in {missing}"
    fix = "export the model again; a tool that removes functions must remove the objects that name them too"
    good = (Example(_FUNCTION + _OBJECTS),)
    bad = (
        Example(_OBJECTS, expect=("__inference_f_1",)),
        Example(
            _FUNCTION + _OBJECTS.replace("concrete_function __inf", "concrete_function other__inf"),
            expect=("__inference_f_1", "other__inference_f_1"),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            told: set[str] = set()
            for node, function in _named(objects):
                missing = _missing(objects, function, view.meta.library.by_name)
                if not missing or function in told:
                    continue
                told.add(function)
                field = f"nodes[{node}]" if node >= 0 else f"concrete_functions[{function}]"
                where = Location("", view.meta.index, field=f"object_graph_def.{field}")
                holder = f"object `{objects.path(node)}`" if node >= 0 else "the object graph"
                data = {"holder": holder, "function": function, "missing": missing}
                yield Found(where, function, data)


def _named(objects: ObjectGraph) -> Iterator[tuple[int, str]]:
    """(node, concrete function), in file order; then those of no object."""
    for node in objects.of_kind("function", "bare_concrete_function"):
        for function in objects.functions_of(node):
            yield node, function
    for function, _ in objects.functions():
        yield -1, function


def _missing(objects: ObjectGraph, function: str, library: Mapping[str, object]) -> str:
    if function not in library:
        return "the function library"
    return "" if function in objects.proto.concrete_functions else "the object graph's concrete_functions"
