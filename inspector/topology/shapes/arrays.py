"""Shape functions of ops that rearrange tensors.

Sources: tensorflow/core/ops/array_ops.cc, tensorflow/core/framework/common_shape_fns.cc (ConcatShapeHelper,
GatherNdShape, SliceShape ...).
"""

from __future__ import annotations

from collections.abc import Sequence

from inspector.model.dtypes import Shape, shape_text
from inspector.topology.shapes.constants import tensor_in
from inspector.topology.shapes.facts import Node
from inspector.topology.shapes.lattice import (
    MOST_RANK,
    Dim,
    Known,
    ShapeError,
    add,
    at_least_rank,
    at_most_rank,
    concatenate,
    dim_of,
    divide,
    elements,
    merge,
    merge_dims,
    multiply,
    replace_dim,
    subshape,
    unknown_of,
    with_rank,
    with_value,
)


def const(node: Node) -> Sequence[Shape]:
    return [tensor_in(node.kind.raw("value"))[0]]


def placeholder(node: Node) -> Sequence[Shape]:
    """Graphs of old producers say unknown by the shape of a scalar."""
    shape = node.shape_attr()
    return [None if node.producer <= 21 and not shape else shape]


def variable(node: Node) -> Sequence[Shape]:
    return [node.shape_attr() or None]


def placeholder_with_default(node: Node) -> Sequence[Shape]:
    declared = node.shape_attr()
    merge(node.shape(0), declared)
    return [declared]


def ensure_shape(node: Node) -> Sequence[Shape]:
    return [merge(node.shape(0), node.shape_attr())]


def shape_of_inputs(node: Node) -> Sequence[Shape]:
    """Shape and ShapeN: a vector as long as the rank."""
    return [(None if fact.shape is None else len(fact.shape),) for fact in node.inputs]


def _axis(axis: int, rank: int) -> int:
    if not -rank <= axis < rank:
        raise ShapeError(f"Invalid axis: {axis}; must be in [{-rank},{rank})")
    return axis % rank


def pack(node: Node) -> Sequence[Shape]:
    whole: Shape = None
    for fact in reversed(node.inputs):
        whole = merge(fact.shape, whole)
    if whole is None:
        return [None]
    axis = _axis(node.number("axis"), len(whole) + 1)
    return [(*whole[:axis], len(node.inputs), *whole[axis:])]


def unpack(node: Node) -> Sequence[Shape]:
    shape = node.shape(0)
    if shape is None:
        return [None] * len(node.outputs)
    axis = _axis(node.number("axis"), len(shape))
    with_value(shape[axis], len(node.outputs))
    return [(*shape[:axis], *shape[axis + 1 :])] * len(node.outputs)


def concat_v2(node: Node) -> Sequence[Shape]:
    return _concat(node, range(len(node.inputs) - 1), len(node.inputs) - 1)


def concat(node: Node) -> Sequence[Shape]:
    return _concat(node, range(1, len(node.inputs)), 0)


def _concat(node: Node, parts: range, axis_index: int) -> Sequence[Shape]:
    node.ranked(axis_index, 0)
    shapes = [node.shape(i) for i in parts]
    rank = next((len(shape) for shape in shapes if shape is not None), None)
    if rank is not None:
        if rank == 0:
            raise ShapeError("Can't concatenate scalars (use tf.stack instead)")
        for shape in shapes:
            with_rank(shape, rank)
    axis = node.scalar(axis_index)
    if axis is None:
        return [unknown_of(rank)]
    before: Shape = None
    after: Shape = None
    middle: Dim = 0
    for shape in reversed(shapes):
        at_least_rank(shape, -axis if axis < 0 else axis + 1)
        before = merge(subshape(shape, 0, axis), before)
        middle = None if middle is None or dim_of(shape, axis) is None else add(middle, dim_of(shape, axis))
        after = merge(() if axis == -1 else subshape(shape, axis + 1), after)
    return [concatenate(before, (middle,), after)]


def reshape(node: Node) -> Sequence[Shape]:
    given, wanted = node.shape(0), node.as_shape(1)
    if given is None or wanted is None:
        return [wanted]
    missing_in, in_known = _missing(given)
    missing_out, out_known = _missing(wanted)
    if missing_in > 1 or missing_out > 1:
        return [wanted]
    if not missing_in and not missing_out:
        if in_known != out_known:
            size = f"({out_known} elements)"
            raise ShapeError(f"Cannot reshape a tensor with {in_known} elements to shape {shape_text(wanted)} {size}")
    elif not missing_in and out_known:
        return [_filled(wanted, divide(in_known, out_known, evenly=True))]
    elif not missing_out and in_known:
        divide(out_known, in_known, evenly=True)
    return [wanted]


def _missing(shape: Known) -> tuple[int, int]:
    """How many dimensions are unknown (none if the number of elements is known nevertheless), and the product of the others."""
    count = elements(shape)
    if count is not None:
        return 0, count
    known: Dim = 1
    for dim in shape:
        if dim is not None:
            known = multiply(known, dim)
    assert known is not None
    return shape.count(None), known


def _filled(shape: Known, dim: Dim) -> Known:
    return tuple(dim if d is None else d for d in shape)


def squeeze(node: Node) -> Sequence[Shape]:
    shape = node.shape(0)
    if shape is None:
        return [None]
    rank = len(shape)
    axes = node.numbers("squeeze_dims")
    for i, axis in enumerate(axes):
        if not -rank <= axis < rank:
            raise ShapeError(f"squeeze_dims[{i}] not in [{-rank},{rank}).")
    asked = {axis % rank for axis in axes}
    if not asked:
        return [None if None in shape else tuple(dim for dim in shape if dim != 1)]
    for i in sorted(asked):
        if shape[i] not in (None, 1):
            raise ShapeError(f"Can not squeeze dim[{i}], expected a dimension of 1, got {shape[i]}")
    return [tuple(dim for i, dim in enumerate(shape) if i not in asked)]


def expand_dims(node: Node) -> Sequence[Shape]:
    shape, axis = node.shape(0), node.scalar(1)
    if shape is None or axis is None:
        return [None]
    rank = len(shape)
    if not -rank - 1 <= axis <= rank:
        raise ShapeError(f"dim {axis} not in the interval [{-rank - 1}, {rank}].")
    axis = axis if axis >= 0 else axis + rank + 1
    return [(*shape[:axis], 1, *shape[axis:])]


def fill(node: Node) -> Sequence[Shape]:
    node.ranked(1, 0)
    for dim in node.value(0) or ():
        if dim < 0:
            raise ShapeError("Fill dimensions must be >= 0")
    return [node.as_shape(0)]


def tile(node: Node) -> Sequence[Shape]:
    shape = node.shape(0)
    multiples = node.as_shape(1)
    if shape is None and multiples is None:
        return [None]
    shape = with_rank(shape, len(shape if shape is not None else multiples or ()))
    each = with_rank(multiples, len(shape))
    return [tuple(multiply(dim, times) for dim, times in zip(shape, each, strict=True))]


def broadcast_to(node: Node) -> Sequence[Shape]:
    shape, wanted = node.shape(0), node.as_shape(1)
    if shape is None or wanted is None:
        return [wanted]
    at_most_rank(shape, len(wanted))
    rest = len(wanted) - len(shape)
    dims = list(wanted)
    for i, dim in enumerate(shape):
        if dim is not None and dim > 1:
            dims[rest + i] = merge_dims(dim, dims[rest + i])
    return [tuple(dims)]


def transpose(node: Node) -> Sequence[Shape]:
    shape, perm_shape, perm = node.shape(0), node.shape(1), node.value(1)
    count = elements(perm_shape)
    rank = len(shape) if shape is not None else count
    if rank is None or (shape is None and not 2 <= rank <= MOST_RANK):
        return [shape]
    shape = with_rank(shape, rank)
    with_rank(perm_shape, 1)
    with_value(count, rank)
    if perm is None:
        return [unknown_of(rank)]
    for axis in perm:
        if not -rank <= axis < rank:
            raise ShapeError(f"perm dim {axis} is out of range of input rank {rank}")
    return [tuple(shape[axis] for axis in perm)]


def pad(node: Node) -> Sequence[Shape]:
    around = node.ranked(1, 2)
    with_value(around[1], 2)
    shape = node.shape(0)
    if shape is None and (around[0] or 0) > MOST_RANK:
        return [None]
    if around[0] is not None:
        shape = with_rank(shape, around[0])
    elif shape is not None:
        around = (with_value(around[0], len(shape)), around[1])
    value = node.value(1)
    if value is None or shape is None:
        return [unknown_of(around[0])]
    pairs = zip(value[::2], value[1::2], strict=True)
    return [tuple(add(add(dim, before), after) for dim, (before, after) in zip(shape, pairs, strict=True))]


def _from_start(axis: int | None, shape: Shape) -> int | None:
    """An axis that may be counted from the end."""
    if axis is None or axis >= 0 or shape is None:
        return axis
    if axis < -len(shape):
        limits = f"[-{len(shape)}, {len(shape)})"
        raise ShapeError(f"Dimension size, given by scalar input {axis} must be in range {limits}")
    return axis + len(shape)


def split(node: Node) -> Sequence[Shape]:
    shape, axis, count = node.shape(1), node.scalar(0), len(node.outputs)
    axis = _from_start(axis, shape)
    if shape is None or axis is None or axis < 0:
        return [unknown_of(None if shape is None else len(shape))] * count
    at_least_rank(shape, axis + 1)
    return [replace_dim(shape, axis, divide(shape[axis], count, evenly=True))] * count


def split_v(node: Node) -> Sequence[Shape]:
    shape, sizes, axis, count = node.shape(0), node.value(1), node.scalar(2), len(node.outputs)
    if shape is None:
        return [None] * count
    axis = _from_start(axis, shape)
    if axis is None or axis >= len(shape):
        return [unknown_of(len(shape))] * count
    if sizes is None or len(sizes) != count or min(sizes) < -1:
        return [replace_dim(shape, axis, None)] * count
    whole, listed = shape[axis], sum(size for size in sizes if size >= 0)
    if whole is not None and (listed > whole if -1 in sizes else listed != whole):
        raise ShapeError(f"can't split axis of size {whole} into pieces of size [{','.join(map(str, sizes))}]")
    if -1 in sizes:
        left = None if whole is None or sizes.count(-1) > 1 else whole - listed
        return [replace_dim(shape, axis, left if size == -1 else size) for size in sizes]
    return [replace_dim(shape, axis, size) for size in sizes]


def one_hot(node: Node) -> Sequence[Shape]:
    axis = node.number("axis")
    if axis < -1:
        raise ShapeError("axis must be >= -1")
    shape, depth = node.shape(0), node.scalar(1)
    if depth is not None and depth < 0:
        raise ShapeError(f"Dimension size, given by scalar input 1, must be non-negative but is {depth}")
    if shape is None:
        return [None]
    axis %= len(shape) + 1
    return [(*shape[:axis], depth, *shape[axis:])]


def reverse_v2(node: Node) -> Sequence[Shape]:
    shape = node.shape(0)
    node.ranked(1, 1)
    at_most_rank(shape, 8)
    seen = set()
    for i, axis in enumerate(node.value(1) or ()):
        if shape is not None:
            rank = len(shape)
            if not -rank <= axis < rank:
                raise ShapeError(f"'axis'[{i}] = {axis} is out of valid range [0, {rank - 1}")
            if axis % rank in seen:
                raise ShapeError(f"axis {axis % rank} specified more than once.")
            seen.add(axis % rank)
    return [shape]


def where(node: Node) -> Sequence[Shape]:
    shape = node.shape(0)
    return [(None, None if shape is None else len(shape))]


def unique(node: Node) -> Sequence[Shape]:
    return [(None,), node.shape(0), (None,)][: len(node.outputs)]


def broadcast_args(node: Node) -> Sequence[Shape]:
    one, other = node.ranked(0, 1)[0], node.ranked(1, 1)[0]
    return [(None if one is None or other is None else max(one, other),)]


def gradient_args(node: Node) -> Sequence[Shape]:
    node.ranked(0, 1)
    node.ranked(1, 1)
    return [(None,), (None,)]


ARRAYS = {
    "Const": const,
    "Placeholder": placeholder,
    "Variable": variable,
    "PlaceholderWithDefault": placeholder_with_default,
    "EnsureShape": ensure_shape,
    "Shape": shape_of_inputs,
    "ShapeN": shape_of_inputs,
    "Pack": pack,
    "Unpack": unpack,
    "ConcatV2": concat_v2,
    "Concat": concat,
    "Reshape": reshape,
    "Squeeze": squeeze,
    "ExpandDims": expand_dims,
    "Fill": fill,
    "Tile": tile,
    "BroadcastTo": broadcast_to,
    "Transpose": transpose,
    "ConjugateTranspose": transpose,
    "Pad": pad,
    "PadV2": pad,
    "MirrorPad": pad,
    "Split": split,
    "SplitV": split_v,
    "OneHot": one_hot,
    "ReverseV2": reverse_v2,
    "Where": where,
    "Unique": unique,
    "UniqueWithCounts": unique,
    "BroadcastArgs": broadcast_args,
    "BroadcastGradientArgs": gradient_args,
}
