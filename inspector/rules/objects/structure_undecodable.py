from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.objects import ObjectGraph
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection, MetaView

_MODEL = """
object 0 user_object _generic_user_object children=[f: 1]
object 1 function concrete=[__inference_f_1]{spec}
concrete_function __inference_f_1 bound_inputs=[]{more}
function __inference_f_1 (x: float32) -> (y: float32 = y:activations:0)
  y = Relu(x) {{T: float32}}
"""
_SPEC = """ spec=@{name}{{args: ["x"], varargs: none, varkw: none, defaults: {defaults}, kwonlyargs: [],
 kwonlydefaults: none, annotations: {{}}}} signature=none""".replace("\n", "")
_SOUND = _SPEC.format(name="FullArgSpec", defaults="none")


class StructureUndecodable(Rule):
    """What the object graph says of a function's arguments or results cannot be decoded.

    What it checks: the structured values of all functions (canonicalized_input_signature, output_signature, fullargspec,
    input_signature): that each value has a kind, each TypeSpec a class that TensorFlow knows, each dtype a number that is
    one, each named tuple names that Python takes.

    Why it matters: tf.saved_model.load decodes them all and stops with "No encoder for object  of type <class
    'tensorflow.core.protobuf.struct_pb2.StructuredValue'>". That sounds like saving, and means that a value is empty or
    of a kind that only a newer TensorFlow knows. For a TypeSpec it says "The type 'X' is not supported by this version of
    TensorFlow". All other loaders ignore the object graph.

    How to fix: if a newer TensorFlow saved the model, load it with that one. Otherwise saved_model.pb is damaged or was
    edited: copy it again, or export again.
    """

    code = "OB006"
    name = "structure-undecodable"
    otherwise = ADVICE_NOTE
    needs = ("object graph",)
    message = "{field} of `{holder}` holds {why}"
    fix = "load with the TensorFlow that saved the model, or export again: tf.saved_model.save(obj, path)"
    good = (
        Example(_MODEL.format(spec="", more="")),
        Example(_MODEL.format(spec=_SOUND, more=" inputs=((float32[?] as x), {}) outputs=float32[?]")),
    )
    bad = (
        Example(_MODEL.format(spec="", more=" inputs=unset"), expect=("__inference_f_1",)),
        Example(_MODEL.format(spec="", more=" outputs=[invalid(77)[2]]"), expect=("__inference_f_1",)),
        Example(_MODEL.format(spec="", more=" outputs=spec 77 FutureSpec 1 (none)"), expect=("__inference_f_1",)),
        Example(_MODEL.format(spec=" spec=unset signature=none", more=""), expect=("f",)),
        Example(_MODEL.format(spec=_SPEC.format(name="class", defaults="none"), more=""), expect=("f",)),
        Example(_MODEL.format(spec=_SPEC.format(name="FullArgSpec", defaults="(unset)"), more=""), expect=("f",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            for holder, at, field, raw in _structured(objects, view):
                why = objects.structure(raw).fault
                if why:
                    where = Location("", view.meta.index, field=f"object_graph_def.{at}.{field}")
                    yield Found(where, holder, {"field": field, "holder": holder, "why": why})


def _structured(objects: ObjectGraph, view: MetaView) -> Iterator[tuple[str, str, str, bytes]]:
    """(function or path, place, field, value) of each structure that a load decodes: not of functions that are missing."""
    for name, function in objects.functions():
        if name in view.meta.library.by_name:
            yield (
                name,
                f"concrete_functions[{name}]",
                "canonicalized_input_signature",
                function.canonicalized_input_signature,
            )
            yield name, f"concrete_functions[{name}]", "output_signature", function.output_signature
    for node in objects.of_kind("function", "bare_concrete_function"):
        spec = objects.spec(node)
        if spec is not None:
            yield objects.path(node), f"nodes[{node}].function_spec", "fullargspec", spec.fullargspec
            yield objects.path(node), f"nodes[{node}].function_spec", "input_signature", spec.input_signature
