from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.model import dtypes
from inspector.model.graph import Function
from inspector.model.objects import ObjectGraph
from inspector.model.structures import Spec, leaves
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.parameters import Unbound, Unfit, bind, constrained, pair_fault, parameters_of

_MODEL = """
object 0 user_object _generic_user_object children=[f: 1]
object 1 function concrete=[__inference_f_1] spec={spec} signature={signature}
concrete_function __inference_f_1 bound_inputs=[] inputs={inputs}
function __inference_f_1 (x: float32) -> (y: float32 = y:activations:0)
  y = Relu(x) {{T: float32}}
"""


def _model(args: str = '["x"]', *, inputs: str = "((float32[?]), {})", signature: str = "none", more: str = "") -> str:
    spec = (
        f"@FullArgSpec{{args: {args}, varargs: none, varkw: none, defaults: none, kwonlyargs: [{more}], "
        "kwonlydefaults: none, annotations: {}}"
    )
    return _MODEL.format(spec=spec, signature=signature, inputs=inputs)


class FunctionSpec(Rule):
    """The arguments that a function was traced with do not fit the arguments that it is said to take.

    What it checks: fullargspec is a FullArgSpec with argument names that Python takes; input_signature is a sequence of
    TensorSpecs for them; canonicalized_input_signature is a pair of positional and keyword arguments, and those of each
    concrete function of a tf.function can be bound to its fullargspec, and have the dtypes of the FunctionDef's inputs.

    Why it matters: tf.saved_model.load makes a Python signature of it and binds the traced arguments to it. It stops with
    the words of Python's inspect module ("missing a required argument: 'x'", "too many positional arguments", "'lambda'
    is not a valid parameter name"), or with "'str' object has no attribute 'args'", naming no function. An argument of
    another dtype only shows in the call: "was expected to be a float tensor but is a bool tensor". All other loaders
    ignore the object graph.

    How to fix: a newer TensorFlow saved the model, or the file was edited: load with the TensorFlow that saved it, or
    export again.
    """

    code = "OB007"
    name = "function-spec"
    otherwise = ADVICE_NOTE
    needs = ("object graph",)
    message = "the arguments of `{holder}` do not fit: {why}"
    fix = "load with the TensorFlow that saved the model, or export again: tf.saved_model.save(obj, path)"
    good = (
        Example(_model()),
        Example(_model('["self", "x"]')),
        Example(_model(inputs="((), {x: float32[?]})")),
        Example(_model(signature="(float32[?])")),
    )
    bad = (
        Example(_model("[]"), expect=("f",)),
        Example(_model('["x", "y"]'), expect=("f",)),
        Example(_model('["lambda"]'), expect=("f",)),
        Example(_model('["x", "x"]'), expect=("f",)),
        Example(_model(inputs="((float32[?]), {z: 1})"), expect=("f",)),
        Example(_model(inputs="(float32[?])"), expect=("__inference_f_1",)),
        Example(_model(inputs="((bool[?]), {})"), expect=("__inference_f_1",)),
        Example(_model(signature="(float32[?], float32[?])"), expect=("f",)),
        Example(_MODEL.format(spec='"x"', signature="none", inputs="((float32[?]), {})"), expect=("f",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            unfit: set[str] = set()
            for name, function in objects.functions():
                structure = objects.structure(function.canonicalized_input_signature)
                why = "" if structure.fault else pair_fault(structure.value)
                if name in view.meta.library.by_name and (why or structure.fault):
                    unfit.add(name)
                of = "library"
                if name not in unfit and not structure.fault:
                    why, of = _other_dtype(structure.value, function, view.meta.function(name)), "call"
                if why:
                    where = Location("", view.meta.index, field=f"object_graph_def.concrete_functions[{name}]")
                    yield Found(where, name, {"holder": name, "why": why, "of": of, "bound": True})
            for node in objects.of_kind("function", "bare_concrete_function"):
                error = _spec_fault(objects, node, unfit)
                if error is not None:
                    path = objects.path(node)
                    where = Location("", view.meta.index, field=f"object_graph_def.nodes[{node}].function_spec")
                    yield Found(
                        where,
                        path,
                        {"holder": path, "why": str(error), "of": "object", "bound": not isinstance(error, Unbound)},
                    )


def _other_dtype(arguments: Any, function: Any, body: Function | None) -> str:
    """Which argument is said to be of another dtype than the FunctionDef's input; empty where none is, or where it cannot
    be told: more than TensorSpecs, or another number."""
    specs = list(leaves(arguments))
    inputs = body.signature.input_arg[: len(specs)] if body is not None else ()
    if body is None or len(specs) + len(function.bound_inputs) != len(body.signature.input_arg):
        return ""
    if not all(isinstance(spec, Spec) and not spec.type_class and spec.dtype for spec in specs):
        return ""
    if sorted([spec.dtype for spec in specs]) == sorted([arg.type for arg in inputs]):
        return ""
    for spec, arg in zip(specs, inputs, strict=True):
        if arg.type and spec.dtype != arg.type:
            return f"`{arg.name}` is said to be {dtypes.name(spec.dtype)}, the function takes {dtypes.name(arg.type)}"
    return ""


def _spec_fault(objects: ObjectGraph, node: int, unfit: set[str]) -> Unfit | None:
    """Why a FunctionSpec and the concrete functions of an object do not go together; None where they do, or where
    something else is wrong that has its own finding."""
    spec = objects.spec(node)
    if spec is None:
        return None
    fullargspec, signature = objects.structure(spec.fullargspec), objects.structure(spec.input_signature)
    if fullargspec.fault or signature.fault:
        return None
    try:
        parameters = parameters_of(fullargspec.value, spec.is_method)
        if signature.value:
            parameters = constrained(parameters, signature.value)
        for name in objects.functions_of(node):
            if name not in unfit and name in objects.proto.concrete_functions:
                traced = objects.structure(objects.proto.concrete_functions[name].canonicalized_input_signature).value
                if traced is None:
                    raise Unfit(f"nothing is told of the arguments that `{name}` was traced with")
                args, kwargs = traced
                bind(parameters, len(args), list(kwargs))
    except Unfit as error:
        return error
    return None
