from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.model import dtypes
from inspector.named_tuple import NamedTuple
from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node, with_ops
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring
from inspector.wire.coding import varint

_MOST = (1 << 63) - 1
# Types that register a decoder, besides those in the namespace tensorflow (REGISTER_UNARY_VARIANT_DECODE_FUNCTION).
_VARIANTS = frozenset(("int", "float", "bool", "double", "int64", "string", "RaggedTensorVariant"))


class Fault(NamedTuple):
    """What is wrong with a tensor: ``kind`` is dtype, size, rank (unknown), negative (a dimension), overflow or variant.

    ``parses`` tells whether TensorFlow can make a tensor of it at all (framework/tensor.cc Tensor::FromProto).
    """

    kind: str
    found: str
    expected: str
    parses: bool = False


class ConstDtype(GraphRule):
    """Const holds a tensor that contradicts its dtype or its shape.

    What it checks: the value of every Const, in the main graph and in all functions: its dtype against the node's attr,
    the number of its bytes against its shape, and that the shape is a whole one.

    Why it matters: unused, such a Const loads. In use the call stops with "Cannot parse tensor from proto" or "Type
    mismatch between value (int32) and dtype (float)", or the process dies: "Check failed: dtype() == expected_dtype". A
    shape with an unknown dimension stops TensorFlow Serving wherever it is ("initializes from a tensor with -1
    elements"), one with more than 2**63 - 1 elements kills it when it loads the model. A Session adds each function
    twice and compares: a tensor that cannot be parsed does not equal itself, and tf.compat.v1.saved_model.load stops with
    "Cannot add function 'f' because a different function with the same name already exists", used or not.

    How to fix: write value and dtype together (tf.make_tensor_proto), and as many values as the shape has; a tool that
    converts weights to another dtype has to change both.
    """

    code = "GR009"
    name = "const-dtype"
    otherwise = ADVICE_WARNING
    needs = with_ops("Const")
    message = "Const `{node}` holds {found}, expected {expected}"
    fix = (
        "write the value of `{node}` again: tf.make_tensor_proto(values, dtype, shape), with the same dtype in its attr"
    )
    good = (
        Example("c = Const() {dtype: float32, value: float32[2] <1.0, 2.0>}"),
        Example('c = Const() {dtype: string, value: string[2] <"a", "b">}'),
        Example("c = Const() {dtype: int32, value: int32[8] <0>}"),
    )
    bad = (
        Example("c = Const() {dtype: float32, value: int32[2] <1, 2>}", expect=("c",)),
        Example('c = Const() {dtype: float32, value: float32[3] content "\\x00\\x00"}', expect=("c",)),
        Example("c = Const() {dtype: float32, value: float32[?] <1.0>}", expect=("c",)),
        Example("c = Const() {dtype: float32, value: float32[9223372036854775807,4] <1.0>}", expect=("c",)),
        Example(
            "function f () -> (r: float32 = c:output:0)\n  c = Const() {dtype: float32, value: int32[] <1>}",
            expect=("c",),
        ),
        Example("c = Const() {dtype: float32, value: invalid(777)[2] <>}", expect=("c",)),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        known: dict[tuple[bytes, bytes], Fault | None] = {}
        for at in wiring.graph.of_op(("Const",)):
            kind = wiring.graph.kinds[at]
            value, dtype = kind.attrs.get("value"), kind.attrs.get("dtype")
            if value is None or dtype is None or value.kind != "tensor" or dtype.kind != "type":
                continue
            key = value.value, dtype.value
            if key not in known:
                known[key] = _fault(value.proto.tensor, dtype.proto.type)
            fault = known[key]
            if fault is not None:
                data = {"fault": fault.kind, "found": fault.found, "expected": fault.expected, "parses": fault.parses}
                yield found_node(wiring, view, at, field="value", node=wiring.graph.names[at], **data)


def _fault(tensor: Any, dtype: int) -> Fault | None:
    dims = [dim.size for dim in tensor.tensor_shape.dim]
    if tensor.tensor_shape.unknown_rank or any(size < 0 for size in dims):
        shape = dtypes.shape_text(dtypes.shape_of(tensor.tensor_shape))
        kind = "rank" if tensor.tensor_shape.unknown_rank else "negative"
        whole = kind == "rank" and not dims  # taken for a scalar
        return Fault(kind, f"a tensor of shape {shape}", "a shape without unknown dimensions", whole)
    count = 1
    for size in dims:
        count *= size
        if count > _MOST and 0 not in dims:
            return Fault("overflow", f"a shape of {dims}", "at most 2**63 - 1 elements")
    is_whole = not tensor.tensor_content or _holds(tensor.tensor_content, tensor.dtype, count)
    if tensor.dtype != dtype:
        parses = tensor.dtype in dtypes.NAMES and is_whole
        expected = f"{dtypes.name(dtype)}, as its attr says"
        return Fault("dtype", f"a tensor of {dtypes.name(tensor.dtype)}", expected, parses)
    if not is_whole:
        shape = dtypes.shape_text(tuple(dims))
        wanted = f"{dtypes.SIZES[dtype] * count} bytes" if dtype in dtypes.SIZES else "lengths and bytes"
        return Fault("size", f"{len(tensor.tensor_content)} bytes", f"{wanted}, for {dtypes.name(dtype)}{shape}")
    strange = _strange_variant(tensor)
    return Fault("variant", f"a variant of type {strange}", "one that TensorFlow can decode") if strange else None


def _holds(content: bytes, dtype: int, count: int) -> bool:
    """Whether bytes are as many elements; strings are their lengths as varints, then what they hold (DecodeStringList)."""
    if dtype != dtypes.STRING:
        return dtype not in dtypes.SIZES or len(content) == dtypes.SIZES[dtype] * count
    at = whole = 0
    try:
        for _ in range(count):
            length, at = varint(content, at, len(content))
            whole += length
    except ValueError:
        return False
    return at + whole == len(content)


def _strange_variant(tensor: Any) -> str:
    """A variant of a type for which TensorFlow has no decoder (framework/variant_op_registry.cc DecodeUnaryVariant)."""
    for value in tensor.variant_val:
        name: str = value.type_name
        if name and name not in _VARIANTS and not name.startswith("tensorflow::"):
            return name
    return ""
