"""Arithmetic on shapes that are known in part, in the words in which TensorFlow refuses.

A dimension is an int or None (unknown); a shape is a tuple of them, or None (unknown rank).

Source: tensorflow/core/framework/shape_inference.cc (Merge, WithRank, Subshape, Concatenate, Divide ...),
common_shape_fns.cc (BroadcastBinaryOpOutputShapeFnHelper, GetWindowedOutputSizeFromDimsV2).
"""

from __future__ import annotations

from collections.abc import Iterable

from inspector.model.dtypes import Shape, shape_text

Dim = int | None
Known = tuple[Dim, ...]
SCALAR: Known = ()
MOST_RANK = 254  # framework/tensor_shape.h MaxDimensions
_MOST = (1 << 63) - 1


class ShapeError(Exception):
    """What TensorFlow's shape inference refuses; the message is TensorFlow's own."""


def unknown_of(rank: int | None) -> Shape:
    """A shape of which only the rank is known, or not even that."""
    return None if rank is None or not 0 <= rank <= MOST_RANK else (None,) * rank


def rank_of(shape: Shape) -> int | None:
    return None if shape is None else len(shape)


def dim_of(shape: Shape, index: int) -> Dim:
    return None if shape is None else shape[index]


def is_whole(shape: Shape) -> bool:
    """Whether every dimension is known."""
    return shape is not None and None not in shape


def with_rank(shape: Shape, rank: int) -> Known:
    if shape is None:
        return (None,) * rank
    if len(shape) != rank:
        raise ShapeError(f"Shape must be rank {rank} but is rank {len(shape)}")
    return shape


def at_least_rank(shape: Shape, rank: int) -> Shape:
    if shape is not None and len(shape) < rank:
        raise ShapeError(f"Shape must be at least rank {rank} but is rank {len(shape)}")
    return shape


def at_most_rank(shape: Shape, rank: int) -> Shape:
    if shape is not None and len(shape) > rank:
        raise ShapeError(f"Shape must be at most rank {rank} but is rank {len(shape)}")
    return shape


def merge_dims(one: Dim, other: Dim) -> Dim:
    if one is None or one == other:
        return other
    if other is None:
        return one
    raise ShapeError(f"Dimensions must be equal, but are {one} and {other}")


def with_value(dim: Dim, value: int) -> int:
    if dim is not None and dim != value:
        raise ShapeError(f"Dimension must be {value} but is {dim}")
    return value


def merge(one: Shape, other: Shape) -> Shape:
    """What both say of one shape."""
    if one is None or one == other:
        return other
    if other is None:
        return one
    if len(one) != len(other):
        raise ShapeError(f"Shapes must be equal rank, but are {len(one)} and {len(other)}")
    for i, (a, b) in enumerate(zip(one, other, strict=True)):
        if a is not None and b is not None and a != b:
            both = f"Shapes are {shape_text(one)} and {shape_text(other)}."
            raise ShapeError(f"Dimension {i} in both shapes must be equal, but are {a} and {b}. {both}")
    return tuple(b if a is None else a for a, b in zip(one, other, strict=True))


def concatenate(*shapes: Shape) -> Shape:
    whole: Known = ()
    for shape in shapes:
        if shape is None:
            return None
        whole += shape
    return whole


def subshape(shape: Shape, start: int, end: int | None = None) -> Shape:
    """``shape[start:end]``, where TensorFlow allows it."""
    if shape is None:
        return None
    rank = len(shape)
    first = start if start >= 0 else rank + start
    last = rank if end is None or end > rank else end if end >= 0 else rank + end
    if start > rank:
        first = rank
    if first < 0 or last < 0:
        raise ShapeError(f"Subshape start or end out of bounds: {start}, {end}, for shape with rank {rank}")
    if first > last:
        computed = f"(computed from start {start} and end {end} over shape with rank {rank})"
        raise ShapeError(f"Subshape must have computed start <= end, but is {first} and {last} {computed}")
    return shape[first:last]


def replace_dim(shape: Known, index: int, dim: Dim) -> Known:
    index %= len(shape)
    return (*shape[:index], dim, *shape[index + 1 :])


def add(one: Dim, other: Dim) -> Dim:
    if one == 0 or other == 0:
        return other if one == 0 else one
    if one is None or other is None:
        return None
    if one + other > _MOST:
        raise ShapeError(f"Dimension size overflow from adding {one} and {other}")
    return one + other


def subtract(one: Dim, other: Dim) -> Dim:
    if other == 0:
        return one
    if one is None or other is None:
        return None
    if one < other:
        raise ShapeError(f"Negative dimension size caused by subtracting {other} from {one}")
    return one - other


def multiply(one: Dim, other: Dim) -> Dim:
    if one == 0 or other == 0:
        return 0
    if one == 1 or other == 1:
        return other if one == 1 else one
    if one is None or other is None:
        return None
    if one * other > _MOST:
        raise ShapeError(f"Negative dimension size caused by overflow when multiplying {one} and {other}")
    return one * other


def divide(dim: Dim, by: int, *, evenly: bool = False) -> Dim:
    if by == 1:
        return dim
    if dim is None:
        return None
    if by <= 0:
        raise ShapeError(f"Divisor must be positive but is {by}")
    if evenly and dim % by:
        raise ShapeError(f"Dimension size must be evenly divisible by {by} but is {dim}")
    return dim // by


def elements(shape: Shape) -> Dim:
    """How many elements a tensor of this shape has: zero as soon as one dimension is."""
    if shape is None:
        return None
    if 0 in shape:
        return 0
    count = 1
    for dim in shape:
        if dim is None:
            return None
        count *= dim
    return count if count <= _MOST else None


def broadcast(one: Shape, other: Shape) -> Shape:
    """The shape of an elementwise op on two tensors."""
    if one == other:
        return one
    if one is None or other is None:
        return None
    if len(one) < len(other):
        one, other = other, one
        swapped = True
    else:
        swapped = False
    rest = len(one) - len(other)
    dims = list(one[:rest])
    for a, b in zip(one[rest:], other, strict=True):
        if a == b or b == 1:
            dims.append(a)
        elif a == 1:
            dims.append(b)
        elif a is None or b is None:
            known = b if a is None else a
            dims.append(known if known is not None and known > 1 else None)
        else:
            first, second = (b, a) if swapped else (a, b)
            raise ShapeError(f"Dimensions must be equal, but are {first} and {second}")
    return tuple(dims)


def broadcast_all(shapes: Iterable[Shape]) -> Shape:
    whole: Shape = ()
    for shape in shapes:
        whole = broadcast(whole, shape)
    return whole


def windows(
    size: Dim, window: Dim, stride: int, padding: str, *, dilation: int = 1, around: tuple[int, int] = (0, 0)
) -> Dim:
    """How many positions a window takes along one dimension."""
    if stride <= 0:
        raise ShapeError(f"Stride must be > 0, but got {stride}")
    if padding == "SAME":
        return divide(add(size, stride - 1), stride)
    if padding == "EXPLICIT":
        size = add(add(size, around[0]), around[1])
    if dilation > 1:
        window = add(multiply(subtract(window, 1), dilation), 1)
    return divide(add(subtract(size, window), stride), stride)
