from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.model import dtypes
from inspector.model.dtypes import shape_of, shapes_agree
from inspector.model.objects import ObjectGraph
from inspector.model.structures import tensors
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.rules.wording import plural
from inspector.topology.inspection import Inspection, MetaView

_MODEL = """
graph
  c = Const() {{dtype: float32, value: float32[] <1.0>}}
object 0 user_object _generic_user_object children=[f: 1, w: 2, c: 3, i: 4]
object 1 bare_concrete_function f
object 2 variable w float32[2]
object 3 constant c
object 4 variable i int32[2]
concrete_function f bound_inputs=[{bound}] inputs=((float32[2] as x), {{}})
function f (x: float32, w: resource<float32[2]>, c: float32) -> (y: float32 = y:z:0)
  v = ReadVariableOp(w) {{dtype: float32}}
  y = AddV2(x, v:value:0) {{T: float32}}
variable w/.ATTRIBUTES/VARIABLE_VALUE float32[2]
variable i/.ATTRIBUTES/VARIABLE_VALUE int32[2]
"""
_WITHOUT_TENSOR = ("function", "bare_concrete_function", "user_object")
OBJECT, COUNT, TYPE, SHAPE = "object", "count", "type", "shape"


class Captures(Rule):
    """What a function captures does not fit the inputs that it has for that.

    What it checks: bound_inputs of each concrete function: that the objects are such that have a tensor (variables,
    constants, assets, resources), that arguments and captures together are as many as the FunctionDef's inputs, and that
    each captured object has the dtype that its input expects, variables also inside.

    Why it matters: tf.saved_model.load stops with "Cannot convert node ... to tensor" for an object without a tensor. All
    else it lets pass: the call of the function fails with "Signature specifies 5 arguments, got: 4" or "was expected to be
    a resource tensor but is a float tensor", and a function with variables of equal type in another order computes with
    the wrong weights. All other loaders ignore the object graph.

    How to fix: the file was edited, or written by a tool that mixes up ids: export again from the original model.
    """

    code = "OB013"
    name = "captures"
    otherwise = ADVICE_NOTE
    needs = ("object graph",)
    message = "function `{function}` captures what does not fit: {why}"
    fix = "export the model again; a tool that removes or reorders objects must keep bound_inputs in the order of the inputs"
    good = (Example(_MODEL.format(bound="2, 3")),)
    bad = (
        Example(_MODEL.format(bound="2, 1"), expect=("f",)),
        Example(_MODEL.format(bound="2"), expect=("f",)),
        Example(_MODEL.format(bound="2, 3, 3"), expect=("f",)),
        Example(_MODEL.format(bound="3, 2"), expect=("f",)),
        Example(_MODEL.format(bound="4, 3"), expect=("f",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            bare: dict[str, list[int]] = {}
            for node in objects.of_kind("bare_concrete_function"):
                bare.setdefault(objects.nodes[node].bare_concrete_function.concrete_function_name, []).append(node)
            for name, function in objects.functions():
                found = _misfit(objects, name, function, view, bare.get(name, []))
                if found is not None:
                    case, why = found
                    where = Location(
                        "", view.meta.index, field=f"object_graph_def.concrete_functions[{name}].bound_inputs"
                    )
                    yield Found(where, name, {"function": name, "case": case, "why": why})


def _misfit(
    objects: ObjectGraph, name: str, function: Any, view: MetaView, naming: list[int]
) -> tuple[str, str] | None:
    """The case and the words, for the first capture that does not fit (core/function/capture/restore_captures.py).

    ``naming`` are the bare functions of that name: called by argument_keywords where the structured arguments do not fit.
    """
    body = view.meta.function(name)
    bound = list(function.bound_inputs)
    if body is None or any(not 0 <= node < len(objects.nodes) for node in bound):
        return None
    for node in bound:
        if objects.kinds[node] in _WITHOUT_TENSOR and not objects.nodes[node].registered_name:
            return OBJECT, f"`{objects.path(node)}` has no tensor"
    inputs = body.signature.input_arg
    arguments = objects.structure(function.canonicalized_input_signature)
    flat = None if arguments.fault else tensors(arguments.value)
    captured = min(len(bound), len(inputs))
    arguments_by_name = {len(objects.nodes[node].bare_concrete_function.argument_keywords) for node in naming}
    if flat is not None and len(inputs) - captured not in {len(flat), *arguments_by_name}:
        return COUNT, (
            f"it has {plural(len(inputs), 'input')}, for {plural(len(flat), 'argument')} and {plural(len(bound), 'capture')}"
        )
    for node, arg in zip(bound, inputs[len(inputs) - captured :], strict=False):
        if _is_as_traced(objects, node, arg):
            continue
        misfit = _different(objects, node, arg, view)
        if misfit is not None:
            return misfit
    return None


def _is_as_traced(objects: ObjectGraph, node: int, arg: Any) -> bool:
    """A variable of the very dtype and shape that the input was traced with: nearly all are, and this is quick to see."""
    if objects.kinds[node] != "variable" or arg.type != dtypes.RESOURCE or not (data := arg.handle_data[:]):
        return False
    variable = objects.nodes[node].variable
    return bool(variable.dtype == data[0].dtype and variable.shape == data[0].shape)


def _different(objects: ObjectGraph, node: int, arg: Any, view: MetaView) -> tuple[str, str] | None:
    """How an object differs from the input that takes its tensor."""
    path, kind = objects.path(node), objects.kinds[node]
    if kind == "captured_tensor":
        return TYPE, f"`{path}` is a tensor inside another function, which has no value"
    given = _dtype(objects, node, view)
    if given and arg.type and given != arg.type:
        return TYPE, f"input `{arg.name}` expects {dtypes.name(arg.type)}, `{path}` is {dtypes.name(given)}"
    if arg.type != dtypes.RESOURCE or not arg.handle_data:
        return None
    expected = arg.handle_data[0]
    if kind == "resource":
        return TYPE, f"input `{arg.name}` expects a variable of {dtypes.name(expected.dtype)}, `{path}` is a resource"
    if kind != "variable" or not expected.dtype:
        return None
    variable = objects.nodes[node].variable
    if variable.dtype != expected.dtype:
        return TYPE, (
            f"input `{arg.name}` expects a variable of {dtypes.name(expected.dtype)}, "
            f"`{path}` is one of {dtypes.name(variable.dtype)}"
        )
    has, wants = shape_of(variable.shape), shape_of(expected.shape)
    if not shapes_agree(has, wants):
        return SHAPE, (
            f"input `{arg.name}` expects a variable of shape {dtypes.shape_text(wants)}, "
            f"`{path}` has {dtypes.shape_text(has)}"
        )
    return None


def _dtype(objects: ObjectGraph, node: int, view: MetaView) -> int:
    """The dtype of the tensor that an object gives to a function; 0 where that cannot be told."""
    kind = objects.kinds[node]
    if kind in ("variable", "resource"):
        return dtypes.RESOURCE
    if kind == "asset":
        return dtypes.STRING
    if kind != "constant":
        return 0
    graph = view.meta.graph
    position = graph.index().get(objects.nodes[node].constant.operation)
    value = graph.kinds[position].attrs.get("value") if position is not None else None
    return int(value.proto.tensor.dtype) if value is not None and value.kind == "tensor" else 0
