"""Small integer tensors whose elements are known before a graph runs: what spells shapes, axes and sizes.

TensorFlow evaluates any part of a graph that hangs on constants alone; here the ops are computed that such parts are
made of. Whatever else there is stays unknown.

Sources: tensorflow/core/common_runtime/eval_const_tensor.cc (TryInferFromShapes, EvaluateConstantTensor),
shape_refiner.cc (ConstantPartialShape, PartialStridedSliceShape).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import prod
from struct import unpack
from typing import Any

from inspector.model.dtypes import Shape
from inspector.model.tensors import is_readable
from inspector.topology.shapes.facts import UNREADABLE, Node, Unreadable, Value, shape_spelled_by
from inspector.topology.shapes.lattice import ShapeError, concatenate, elements, is_whole
from inspector.topology.shapes.slicing import dense, masks_of, slice_of_spelled
from inspector.wire.coding import varint
from inspector.wire.schema import DecodeError, message

INTEGERS = {3: ("i", 1 << 31), 9: ("q", 1 << 63)}  # DataType → struct's letter, the first number that is too big
_MOST = 64  # elements
_SHORT = 1024  # bytes of an attr that may hold that many


Constant = tuple[Shape, Value | None]  # the shape of a Const, and its elements if they are few integers, or UNREADABLE


@lru_cache(maxsize=8192)
def _small_tensor(raw: bytes) -> Constant:
    value = message("AttrValue").FromString(raw)
    if value.WhichOneof("value") != "tensor":
        return None, None
    tensor = value.tensor
    shape = _shape_of(tensor.tensor_shape)
    if shape is None or None in shape:
        return shape, None
    count = prod(d or 0 for d in shape)
    if not is_readable(tensor, count):
        return shape, UNREADABLE
    if tensor.dtype not in INTEGERS or count > _MOST:
        return shape, None
    letter = INTEGERS[tensor.dtype][0]
    if tensor.tensor_content:
        return shape, unpack(f"<{count}{letter}", tensor.tensor_content)
    found = tuple(tensor.int_val if letter == "i" else tensor.int64_val)
    if len(found) > count:
        return shape, None
    last = found[-1] if found else 0
    return shape, (*found, *[last] * (count - len(found)))


def _shape_of(proto: Any) -> Shape:
    """The shape of a Const's tensor. TensorFlow does not look at ``unknown_rank`` there: without dimensions it is a scalar."""
    return tuple(None if dim.size < 0 else dim.size for dim in proto.dim)


def tensor_in(raw: bytes) -> Constant:
    """The tensor in a serialized AttrValue. The elements of a big one are not looked at."""
    if len(raw) <= _SHORT:
        return _small_tensor(raw)
    try:
        head = _head(raw)
    except (IndexError, ValueError):
        head = b""
    if not head:
        return _shape_of(message("AttrValue").FromString(raw).tensor.tensor_shape), None
    return _shape_in(head), None


def _head(raw: bytes) -> bytes:
    """The bytes of the shape in an AttrValue with a tensor, if dtype and shape come first, as every writer has them."""
    if raw[0] != 0x42:
        return b""
    _, at = varint(raw, 1, len(raw))
    if raw[at] != 0x08:
        return b""
    _, at = varint(raw, at + 1, len(raw))
    if raw[at] != 0x12:
        return b""
    size, at = varint(raw, at + 1, len(raw))
    return raw[at : at + size]


@lru_cache(maxsize=8192)
def _shape_in(raw: bytes) -> Shape:
    try:
        return _shape_of(message("TensorShapeProto").FromString(raw))
    except DecodeError:
        return None


def evaluate(node: Node, shapes: Sequence[Shape]) -> tuple[Value | None, tuple[Shape] | None]:
    """The elements of a node's first output, and the shape that they spell as far as they are known.

    Where an op has a way of its own to spell a shape, TensorFlow goes by that, and not by the elements.
    """
    if node.op == "Const" and _const(node) == UNREADABLE:
        return UNREADABLE, None
    if not node.outputs or node.outputs[0] not in INTEGERS:
        return None, None
    value = _value(node)
    if value is not None and (len(value) > _MOST or len(value) != elements(shapes[0]) or not _fits(node, value)):
        value = None
    spell = _SPELLED.get(node.op)
    if spell is None or (node.op == "Cast" and value is not None):
        return value, None
    try:
        spelled = spell(node)
    except ShapeError:
        return value, None
    return value, (spelled,)


def _value(node: Node) -> Value | None:
    find = _VALUES.get(node.op)
    try:
        return find(node) if find is not None else None
    except Unreadable:
        return None


def _fits(node: Node, value: Value) -> bool:
    limit = INTEGERS[node.outputs[0]][1]
    return all(-limit <= number < limit for number in value)


def _const(node: Node) -> Value | None:
    return tensor_in(node.kind.raw("value"))[1]


def _first(node: Node) -> Value | None:
    return node.value(0)


def _shape(node: Node) -> Value | None:
    shape = node.shape(0)
    return tuple(d for d in shape if d is not None) if shape is not None and is_whole(shape) else None


def _rank(node: Node) -> Value | None:
    shape = node.shape(0)
    return None if shape is None else (len(shape),)


def _size(node: Node) -> Value | None:
    shape = node.shape(0)
    count = elements(shape) if is_whole(shape) else None
    return None if count is None else (count,)


def _pack(node: Node) -> Value | None:
    """Scalars, made a vector."""
    parts = [fact.value for fact in node.inputs if fact.shape == ()]
    if len(parts) < len(node.inputs) or None in parts:
        return None
    return tuple(part[0] for part in parts if part is not None)


def _concat(node: Node) -> Value | None:
    """Vectors, one after another."""
    found: Value = ()
    for fact in node.inputs[1:] if node.op == "Concat" else node.inputs[:-1]:
        if fact.value is None or fact.shape is None or len(fact.shape) != 1:
            return None
        found += fact.value
    return found


def _strided_slice(node: Node) -> Value | None:
    """A slice of a vector; also one element of a Shape of which only that is known."""
    shape = node.shape(0)
    begin, end, strides = node.value(1), node.value(2), node.value(3)
    if begin is None or end is None or strides is None or shape is None or len(shape) != 1 or shape[0] is None:
        return None
    masks = masks_of(node)
    if masks.new_axis or masks.ellipsis or len(strides) != 1:
        return None
    ((part, *_), _) = dense(begin, end, strides, masks, 1)
    if part.shrinks:
        at = begin[0] + shape[0] if begin[0] < 0 else begin[0]
        given = node.value(0) or _known_dims(node)
        if given is None or not 0 <= at < len(given) or given[at] is None:
            return None
        element = given[at]
        return None if element is None else (element,)
    value = node.value(0)
    if value is None:
        return None
    first, last = None if part.from_start else begin[0], None if part.to_end else end[0]
    return value[slice(first, last, part.stride)]


def _known_dims(node: Node) -> tuple[int | None, ...] | None:
    partial = node.inputs[0].partial
    return partial[0] if partial is not None else None


def _reshape(node: Node) -> Value | None:
    return node.value(0) if node.value(1) is not None else None


def _with_axis(node: Node) -> Value | None:
    return node.value(0) if node.value(1) is not None else None


def _elementwise(compute: Callable[[int, int], int | None]) -> Callable[[Node], Value | None]:
    def evaluated(node: Node) -> Value | None:
        one, other = node.value(0), node.value(1)
        if one is None or other is None:
            return None
        if len(one) != len(other):
            if node.shape(0) not in ((), (1,)) and node.shape(1) not in ((), (1,)):
                return None
            one, other = one * (len(other) if len(one) == 1 else 1), other * (len(one) if len(other) == 1 else 1)
        found = [compute(a, b) for a, b in zip(one, other, strict=False)]
        return None if None in found else tuple(number for number in found if number is not None)

    return evaluated


def _reduced(compute: Callable[[Value], int]) -> Callable[[Node], Value | None]:
    """All elements of a vector made one."""

    def evaluated(node: Node) -> Value | None:
        value, shape = node.value(0), node.shape(0)
        if not value or shape is None or len(shape) != 1 or node.value(1) not in ((0,), (-1,)):
            return None
        return (compute(value),)

    return evaluated


def _range(node: Node) -> Value | None:
    start, limit, step = node.scalar(0), node.scalar(1), node.scalar(2)
    if start is None or limit is None or not step or abs(limit - start) > _MOST * abs(step):
        return None
    return tuple(range(start, limit, step))


def _fill(node: Node) -> Value | None:
    dims, number = node.value(0), node.scalar(1)
    if dims is None or number is None or min(dims, default=0) < 0 or prod(dims) > _MOST:
        return None
    return (number,) * prod(dims)


def _gather(node: Node) -> Value | None:
    """Elements of a vector."""
    params, indices = node.value(0), node.value(1)
    if params is None or indices is None or len(node.shape(0) or ()) != 1:
        return None
    if node.op == "GatherV2" and node.value(2) not in ((0,), (-1,)):
        return None
    return tuple(params[i] for i in indices) if all(0 <= i < len(params) for i in indices) else None


_VALUES: dict[str, Callable[[Node], Value | None]] = {
    "Const": _const,
    "Identity": _first,
    "StopGradient": _first,
    "Snapshot": _first,
    "PreventGradient": _first,
    "Cast": _first,
    "Shape": _shape,
    "Rank": _rank,
    "Size": _size,
    "Pack": _pack,
    "ConcatV2": _concat,
    "Concat": _concat,
    "StridedSlice": _strided_slice,
    "Reshape": _reshape,
    "ExpandDims": _with_axis,
    "Squeeze": _first,
    "Add": _elementwise(lambda a, b: a + b),
    "AddV2": _elementwise(lambda a, b: a + b),
    "Sub": _elementwise(lambda a, b: a - b),
    "Mul": _elementwise(lambda a, b: a * b),
    "FloorDiv": _elementwise(lambda a, b: a // b if b else None),
    "FloorMod": _elementwise(lambda a, b: a % b if b else None),
    "Maximum": _elementwise(max),
    "Minimum": _elementwise(min),
    "Prod": _reduced(prod),
    "Sum": _reduced(sum),
    "Max": _reduced(max),
    "Min": _reduced(min),
    "Range": _range,
    "Fill": _fill,
    "GatherV2": _gather,
    "Gather": _gather,
}  # fmt: skip


def _spelled_by_pack(node: Node) -> Shape:
    """A dimension an input, as far as they are known."""
    return tuple(_dim(fact.value) for fact in node.inputs)


def _dim(value: Value | None) -> int | None:
    known = value is not None and value != UNREADABLE and len(value) == 1 and value[0] >= 0
    return value[0] if value is not None and known else None


def _spelled_by_concat(node: Node) -> Shape:
    parts = node.inputs[1:] if node.op == "Concat" else node.inputs[:-1]
    return concatenate(*[shape_spelled_by(fact) for fact in parts])


def _spelled_by_cast(node: Node) -> Shape:
    return shape_spelled_by(node.inputs[0]) if node.inputs[0].shape is not None else None


_SPELLED: dict[str, Callable[[Node], Shape]] = {
    "Shape": lambda node: node.shape(0),
    "Pack": _spelled_by_pack,
    "ConcatV2": _spelled_by_concat,
    "Concat": _spelled_by_concat,
    "Cast": _spelled_by_cast,
    "StridedSlice": lambda node: slice_of_spelled(node, shape_spelled_by(node.inputs[0])),
}
