"""Shape functions of ops that take parts of a tensor; StridedSlice: what a slice expression of numpy makes of a shape.

Sources: tensorflow/core/util/strided_slice_op.cc (BuildDenseSpec, ValidateStridedSliceOp), ops/array_ops.cc,
framework/common_shape_fns.cc (SliceShape, GatherNdShape).
"""

from __future__ import annotations

from collections.abc import Sequence

from inspector.model.dtypes import Shape, shape_text
from inspector.topology.shapes.facts import Node, Value
from inspector.topology.shapes.lattice import (
    MOST_RANK,
    Dim,
    Known,
    ShapeError,
    at_least_rank,
    concatenate,
    dim_of,
    merge,
    subshape,
    subtract,
    unknown_of,
    with_rank,
)

NEW_AXIS, SHRUNK = -2, -1


class Part:
    """How one dimension of the input is cut; ``begin`` and ``end`` are None where their tensor is no constant."""

    __slots__ = ("begin", "end", "from_start", "shrinks", "stride", "to_end")

    def __init__(
        self, begin: int | None, end: int | None, stride: int, from_start: bool, to_end: bool, shrinks: bool
    ) -> None:
        self.begin = begin
        self.end = end
        self.stride = stride
        self.from_start = from_start
        self.to_end = to_end
        self.shrinks = shrinks


class Masks:
    """The bits of the five mask attrs."""

    __slots__ = ("begin", "ellipsis", "end", "new_axis", "shrink")

    def __init__(self, begin: int, end: int, ellipsis: int, new_axis: int, shrink: int) -> None:
        self.begin = begin
        self.end = end
        self.ellipsis = ellipsis
        self.new_axis = new_axis
        self.shrink = shrink


def masks_of(node: Node) -> Masks:
    names = ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask")
    return Masks(*[node.number(name) for name in names])


def strided_slice(node: Node) -> Sequence[Shape]:
    shape = node.shape(0)
    places = merge(merge(node.ranked(1, 1), node.ranked(2, 1)), node.ranked(3, 1))
    strides = node.value(3)
    if not shape or dim_of(places, 0) is None or strides is None:  # of a scalar: releases differ
        return [None]
    parts, gathered = dense(node.value(1), node.value(2), strides, masks_of(node), len(shape))
    sizes = [_size(i, part, dim) for i, (part, dim) in enumerate(zip(parts, shape, strict=True))]
    return [tuple(1 if at == NEW_AXIS else sizes[at] for at in gathered if at != SHRUNK)]


def dense(
    begin: Value | None, end: Value | None, strides: Value, masks: Masks, rank: int
) -> tuple[list[Part], list[int]]:
    """One part a dimension of the input, and where each dimension of the output comes from."""
    count = len(strides)
    ellipses = [i for i in range(count) if masks.ellipsis >> i & 1]
    if len(ellipses) > 1:
        raise ShapeError("Multiple ellipses in slice spec not allowed")
    at_ellipsis = ellipses[0] if ellipses else count
    added = sum(masks.new_axis >> i & 1 for i in range(at_ellipsis + 1, count))
    total = count if ellipses else count + 1
    whole = Part(0, 0, 1, True, True, False)
    parts: list[Part] = []
    gathered: list[int] = []
    for i in range(total):
        if i == at_ellipsis:
            until = min(rank - (total - i) + 1 + added, rank)
            gathered += range(len(parts), until)
            parts += [whole] * (until - len(parts))
        elif masks.new_axis >> i & 1:
            gathered.append(NEW_AXIS)
        elif len(parts) == rank:
            raise ShapeError(f"Index out of range using input dim {rank}; input has only {rank} dims")
        else:
            shrinks = bool(masks.shrink >> i & 1)
            gathered.append(SHRUNK if shrinks else len(parts))
            first, last = None if begin is None else begin[i], None if end is None else end[i]
            bits = bool(masks.begin >> i & 1), bool(masks.end >> i & 1)
            parts.append(Part(first, last, strides[i], *bits, shrinks))
    return parts, gathered


def _size(index: int, part: Part, dim: Dim) -> Dim:
    """How much of a dimension is left."""
    if part.stride == 0:
        raise ShapeError(f"strides[{index}] must be non-zero")
    if dim is None:
        return 1 if part.shrinks else None
    if part.shrinks and part.stride <= 0:
        raise ShapeError("only stride 1 allowed on non-range indexing.")
    if part.begin is None or part.end is None:
        if part.shrinks:
            return 1
        return -(-dim // abs(part.stride)) if part.from_start and part.to_end else None
    if part.shrinks:
        at = part.begin + dim if part.begin < 0 else part.begin
        if not 0 <= at < dim:
            raise ShapeError(f"slice index {part.begin} of dimension {index} out of bounds.")
        return 1
    first = _canonical(part.begin, part.from_start, part.stride, dim, 0)
    last = _canonical(part.end, part.to_end, part.stride, dim, 1)
    return max(0, -(-(last - first) // part.stride))


def _canonical(at: int, masked: bool, stride: int, dim: int, which: int) -> int:
    limits = (0, dim) if stride > 0 else (-1, dim - 1)
    if masked:
        return limits[which] if stride > 0 else limits[1 - which]
    return min(max(at + dim if at < 0 else at, limits[0]), limits[1])


def slice_of_spelled(node: Node, spelled: Shape) -> Shape:
    """What a slice of a shape tensor spells (shape_refiner.cc PartialStridedSliceShape): plain [begin:end:stride] only."""
    masks = masks_of(node)
    if any(node.shape(i) != (1,) for i in (1, 2, 3)) or masks.begin > 1 or masks.end > 1:
        return None
    if masks.ellipsis or masks.new_axis or masks.shrink or spelled is None:
        return None
    begin = 0 if masks.begin else node.scalar(1)
    end = len(spelled) if masks.end else node.scalar(2)
    stride = node.scalar(3)
    if begin is None or end is None or stride is None or stride < 1:
        return None
    dims: Known = spelled[slice(begin, end, stride)]
    return dims


def gather_v2(node: Node) -> Sequence[Shape]:
    at_least_rank(node.shape(0), 1)
    node.ranked(2, 0)
    params, indices, axis = node.shape(0), node.shape(1), node.scalar(2)
    batch = node.number("batch_dims")
    if axis is None or batch:
        known = not batch and params is not None and indices is not None
        return [unknown_of(len(params or ()) + len(indices or ()) - 1) if known else None]
    at_least_rank(params, axis + 1 if axis >= 0 else -axis)
    return [concatenate(subshape(params, 0, axis), indices, () if axis == -1 else subshape(params, axis + 1))]


def gather(node: Node) -> Sequence[Shape]:
    return [concatenate(node.shape(1), subshape(at_least_rank(node.shape(0), 1), 1))]


def gather_nd(node: Node) -> Sequence[Shape]:
    params, indices = node.shape(0), at_least_rank(node.shape(1), 1)
    depth = dim_of(indices, -1)
    if params is None or depth is None:
        return [None]
    if depth > len(params):
        seen = f"saw indices shape: {shape_text(indices)} and params shape: {shape_text(params)}"
        raise ShapeError(f"indices.shape[-1] must be <= params.rank, but {seen}")
    return [concatenate(subshape(indices, 0, -1), subshape(params, depth))]


def slice_(node: Node) -> Sequence[Shape]:
    shape = node.shape(0)
    count = dim_of(merge(node.ranked(1, 1), node.ranked(2, 1)), 0)
    if count is not None and (shape is not None or count <= MOST_RANK):
        shape = with_rank(shape, count)
    begin, sizes = node.as_shape(1), node.value(2)
    if sizes is None or shape is None:
        return [unknown_of(count)]
    starts = with_rank(begin, len(sizes))
    return [
        tuple(
            subtract(dim, start) if size == -1 else size for dim, start, size in zip(shape, starts, sizes, strict=True)
        )
        if min(sizes, default=0) >= -1
        else unknown_of(count)
    ]


PARTS = {
    "StridedSlice": strided_slice,
    "Slice": slice_,
    "GatherV2": gather_v2,
    "Gather": gather,
    "GatherNd": gather_nd,
}
