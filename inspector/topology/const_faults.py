"""What is wrong with the tensors that Consts hold.

Sources: tensorflow/core/framework/tensor.cc (Tensor::FromProto, FromProtoField), tensor_shape.cc (IsValidShape).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import prod
from typing import Any

from inspector.model import dtypes
from inspector.model.graph import Kind, KindTable
from inspector.model.saved_model import MetaGraph, Model
from inspector.model.tensors import holds
from inspector.named_tuple import NamedTuple

_MOST = (1 << 63) - 1
# Types that register a decoder, besides those in the namespace tensorflow (REGISTER_UNARY_VARIANT_DECODE_FUNCTION).
_VARIANTS = frozenset(("int", "float", "bool", "double", "int64", "string", "RaggedTensorVariant"))
# The field of a TensorProto that a dtype's values are read from; the complex ones hold two numbers an element.
_FIELDS = {
    **dict.fromkeys((3, 4, 5, 6, 11, 12, 13, 15, 16, 17), "int_val"), **dict.fromkeys((14, 19), "half_val"),
    1: "float_val", 2: "double_val", 7: "string_val", 8: "scomplex_val", 9: "int64_val", 10: "bool_val",
    18: "dcomplex_val", 22: "uint32_val", 23: "uint64_val",
}  # fmt: skip
_COMPLEX = (8, 18)


class Fault(NamedTuple):
    """What is wrong with a tensor: ``kind`` is dtype, size, rank (unknown), negative (a dimension), overflow, variant, or
    unread (values that are passed over).

    ``parses`` tells whether TensorFlow can make a tensor of it at all (framework/tensor.cc Tensor::FromProto).
    """

    kind: str
    found: str
    expected: str
    parses: bool = False


UNREAD = "unread"


class FaultyConst(NamedTuple):
    """A node of the main graph or of a function, and what is wrong with its tensor."""

    function: str
    name: str
    fault: Fault


def faulty_consts(model: Model, meta: MetaGraph) -> Iterator[FaultyConst]:
    """In file order. Cost: each distinct Const is decoded once; the nodes are gone through only where one is wrong."""
    wrong = const_faults(model.kinds)
    for graph in meta.graphs() if wrong else ():
        for name, kind in zip(graph.names, graph.kinds, strict=True):
            if kind in wrong:
                yield FaultyConst(graph.function, name, wrong[kind])


@lru_cache(maxsize=2)
def const_faults(table: KindTable) -> dict[Kind, Fault]:
    """The kinds of Consts of a model with something wrong."""
    found = {}
    for kind in table.kinds.values():
        if kind.op != "Const":
            continue
        value, dtype = kind.attrs.get("value"), kind.attrs.get("dtype")
        if value is None or dtype is None or value.kind != "tensor" or dtype.kind != "type":
            continue
        tensor = value.proto.tensor
        fault = _fault(tensor, dtype.proto.type) or _unread(tensor)
        if fault is not None:
            found[kind] = fault
    return found


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
    is_whole = not tensor.tensor_content or holds(tensor.tensor_content, tensor.dtype, count)
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


def _strange_variant(tensor: Any) -> str:
    """A variant of a type for which TensorFlow has no decoder (framework/variant_op_registry.cc DecodeUnaryVariant)."""
    for value in tensor.variant_val:
        name: str = value.type_name
        if name and name not in _VARIANTS and not name.startswith("tensorflow::"):
            return name
    return ""


def _unread(tensor: Any) -> Fault | None:
    """Values in a field of another dtype, beside the content, or more of them than elements: a loader takes zeros, or the
    first ones."""
    expected = _FIELDS.get(tensor.dtype)
    if expected is None:
        return None
    there = [field.name for field, _ in tensor.ListFields() if field.name.endswith("_val")]
    strange = [name for name in there if name != expected or tensor.tensor_content]
    if strange:
        where = "tensor_content" if tensor.tensor_content else expected
        return Fault(UNREAD, f"values in {', '.join(strange)}", f"them in {where}", parses=True)
    count = prod([dim.size for dim in tensor.tensor_shape.dim])
    values = len(getattr(tensor, expected)) // (2 if tensor.dtype in _COMPLEX else 1) if there else 0
    if values <= count:
        return None
    shape = dtypes.shape_text(tuple(dim.size for dim in tensor.tensor_shape.dim))
    return Fault(UNREAD, f"{values} values", f"{count}, for {dtypes.name(tensor.dtype)}{shape}", parses=True)
