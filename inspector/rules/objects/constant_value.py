from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from inspector.findings import Location
from inspector.model import dtypes
from inspector.model.objects import ObjectGraph
from inspector.model.text_values import STORAGES
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection, MetaView

_CONSTANT_CLASS = "tf.TrackableConstant"  # as the registered_name, stronger than the kind
_MODEL = """
graph
  c = Const() {{dtype: float32, value: {value}}}
object 0 user_object _generic_user_object children=[c: 1]
object 1 constant {node}
"""
_CAPTURED = """
object 0 user_object _generic_user_object children=[c: 1]
object 1 captured_tensor {tensor} f
function f (x: float32) -> (y: float32 = y:activations:0)
  y = Relu(x) {{T: float32}}
"""


class ConstantValue(Rule):
    """A constant of the object graph has no value that can be read.

    What it checks: the node of the main graph that a SavedConstant names, its attr value, and that the value makes a numpy
    array of its dtype and shape; the function and tensor that a CapturedTensor names.

    Why it matters: tf.saved_model.load takes the constants that functions capture from the main graph, the only thing that
    it reads there. It stops with a bare "KeyError: 'Const_1'", with "Cannot convert the argument `type_value`: 0 to a
    TensorFlow DType", "buffer size must be a multiple of element size" or "cannot reshape array", none of which names the
    object. All other loaders ignore the object graph.

    How to fix: a tool changed or removed Const nodes of the main graph: export again, or keep those that object_graph_def
    names.
    """

    code = "OB011"
    name = "constant-value"
    otherwise = ADVICE_NOTE
    needs = ("object constant", "object captured_tensor", "registered name")
    message = "the constant `{path}` cannot be read: {why}"
    fix = "export the model again; a tool that rewrites the main graph must keep the Const nodes that object_graph_def names"
    good = (
        Example(_MODEL.format(node="c", value="float32[2] <1.0, 2.0>")),
        Example(_MODEL.format(node="c", value="float32[4] <0.0>")),
        Example(_CAPTURED.format(tensor="y:0")),
    )
    bad = (
        Example(_MODEL.format(node="gone", value="float32[2] <1.0, 2.0>"), expect=("c",)),
        Example(_MODEL.format(node="c", value='float32[2] content "abc"'), expect=("c",)),
        Example(_MODEL.format(node="c", value='float32[2] content "abcd"'), expect=("c",)),
        Example(_MODEL.format(node="c", value="invalid(0)[] <>"), expect=("c",)),
        Example(_CAPTURED.format(tensor="z:0"), expect=("c",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            some = {*objects.of_kind("constant", "captured_tensor"), *objects.having("registered_name")}
            for node in sorted(some):
                kind = objects.kinds[node]
                if kind == "constant" or objects.nodes[node].registered_name == _CONSTANT_CLASS:
                    judged = _constant(objects, node, view)
                else:
                    judged = _tensor(objects, node, view) if kind == "captured_tensor" else ""
                if judged:
                    path = objects.path(node)
                    where = Location("", view.meta.index, field=f"object_graph_def.nodes[{node}]")
                    yield Found(where, path, {"path": path, "why": judged})


def _constant(objects: ObjectGraph, node: int, view: MetaView) -> str:
    """As TrackableConstant._deserialize_from_proto reads it (eager/polymorphic_function/saved_model_utils.py)."""
    name = objects.nodes[node].constant.operation
    graph = view.meta.graph
    position = graph.index().get(name)
    if position is None:
        return f"the main graph has no node `{name}`"
    value = graph.kinds[position].attrs.get("value")
    if value is None or value.kind != "tensor":
        return f"node `{name}` of the main graph has no value"
    why = array_fault(value.proto.tensor)
    return why and f"node `{name}` of the main graph has {why}"


def array_fault(tensor: Any) -> str:
    """Why tensor_util.MakeNdarray cannot make an array of a TensorProto; empty where it can. An unknown rank reads as []."""
    sizes = [dim.size for dim in tensor.tensor_shape.dim]
    storage = STORAGES.get(tensor.dtype)
    if tensor.dtype not in dtypes.NAMES or (storage is None and tensor.dtype != dtypes.STRING):
        return f"the dtype {dtypes.name(tensor.dtype)}"
    count = prod(sizes)
    shape = f"{dtypes.name(tensor.dtype)}{dtypes.shape_text(tuple(sizes))}"
    if any(size < 0 for size in sizes):
        return f"the shape {shape}"
    each = dtypes.SIZES.get(tensor.dtype)
    if tensor.tensor_content and each is None:
        return f"raw bytes for {shape}"
    if tensor.tensor_content and each is not None:
        size = len(tensor.tensor_content)
        return "" if size == each * count else f"{size} bytes, {each * count} are expected for {shape}"
    given = len(tensor.string_val if storage is None else getattr(tensor, storage.field))
    given //= 2 if tensor.dtype in (8, 18) else 1
    return f"{given} values, {count} are expected for {shape}" if given > count else ""


def _tensor(objects: ObjectGraph, node: int, view: MetaView) -> str:
    """As Loader._get_tensor_from_fn finds it: a tensor "node:0" in the graph of a function."""
    captured = objects.nodes[node].captured_tensor
    function = view.meta.function(captured.concrete_function)
    if function is None:
        return f"there is no function `{captured.concrete_function}`"
    name, colon, number = captured.name.partition(":")
    known = name in function.body.index() or any(arg.name == name for arg in function.signature.input_arg)
    if known and colon and number.isdigit():
        return ""
    return f"the function `{function.name}` has no tensor `{captured.name}`"
