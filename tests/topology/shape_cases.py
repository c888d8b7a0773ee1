"""Nodes with random inputs, op by op: what both TensorFlow and the inspector are asked to infer.

A case is a node's op, its attrs and its inputs; an input is a placeholder of some shape or a constant. Shapes of the
inputs of one node are related, so that about half of the cases fit.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple

from inspector.model.dtypes import Shape

FLOAT, INT32, STRING, INT64, BOOL, RESOURCE = 1, 3, 7, 9, 10, 20


class Given(NamedTuple):
    """One input: a placeholder of ``shape``, or a constant of it with ``value``."""

    shape: Shape
    value: tuple[int, ...] | None = None
    dtype: int = FLOAT
    variable: Shape | str = ""  # the shape of the variable, where the input is one


class Case(NamedTuple):
    op: str
    inputs: tuple[Given, ...]
    attrs: dict[str, Any]


Recipe = Callable[[Random], tuple[list[Given], dict[str, Any]]]


def dim(rng: Random) -> int | None:
    return rng.choice((None, 0, 1, 2, 3, 4, 5, 6))


def shape(rng: Random, rank: int | None = None) -> Shape:
    if rank is None:
        rank = rng.choice((0, 1, 2, 2, 3, 4))
    return None if rng.random() < 0.1 else tuple(dim(rng) for _ in range(rank))


def near(rng: Random, some: Shape) -> Shape:
    """A shape like another, with a dimension forgotten, made one, or changed; sometimes of another rank."""
    if some is None or rng.random() < 0.08:
        return None
    dims = [d if rng.random() < 0.75 else rng.choice((None, 1, d, 3)) for d in some]
    if dims and rng.random() < 0.15:
        dims = dims[1:]
    elif rng.random() < 0.08:
        dims.append(2)
    return tuple(dims)


def f(some: Shape) -> Given:
    return Given(some)


def const(*value: int, dtype: int = INT32) -> Given:
    return Given((len(value),), value, dtype)


def scalar(value: int, dtype: int = INT32) -> Given:
    return Given((), (value,), dtype)


def maybe(rng: Random, known: Given) -> Given:
    """A constant, or sometimes a placeholder in its place."""
    draw = rng.random()
    if draw < 0.75:
        return known
    return Given(known.shape if draw < 0.9 else near(rng, known.shape), None, known.dtype)


def axis(rng: Random, some: Shape, more: int = 0) -> int:
    rank = 2 if some is None else len(some) + more
    return rng.randrange(-rank - 1, rank + 1) if rng.random() < 0.15 else rng.randrange(-rank, max(rank, 1))


def _binary(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    one = shape(rng)
    other = near(rng, one)
    return [f(one), f(other)] if rng.random() < 0.5 else [f(other), f(one)], {}


def _reduction(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    axes = [axis(rng, some) for _ in range(rng.randrange(3))]
    indices = scalar(axes[0]) if axes and rng.random() < 0.3 else const(*axes)
    return [f(some), maybe(rng, indices)], {"keep_dims": rng.random() < 0.5}


def _mat_mul(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    a, b, c = dim(rng), dim(rng), dim(rng)
    return [f(near(rng, (a, b))), f(near(rng, (b, c)))], {
        "transpose_a": rng.random() < 0.2,
        "transpose_b": rng.random() < 0.2,
    }


def _batch_mat_mul(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    a, b, c = dim(rng), dim(rng), dim(rng)
    batch = tuple(dim(rng) for _ in range(rng.randrange(3)))
    return [f(near(rng, (*batch, a, b))), f(near(rng, (*batch, b, c)))], {
        "adj_x": rng.random() < 0.2,
        "adj_y": rng.random() < 0.2,
    }


def _einsum(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    sizes = {letter: dim(rng) for letter in "abcd"}
    one = "".join(rng.sample("abcd", rng.randrange(1, 4)))
    other = "".join(rng.sample("abcd", rng.randrange(1, 4)))
    both = sorted(set(one + other))
    out = "".join(rng.sample(both, rng.randrange(1, len(both) + 1)))
    shapes = [near(rng, tuple(sizes[letter] for letter in term)) for term in (one, other)]
    return [f(one_shape) for one_shape in shapes], {"N": 2, "equation": f"{one},{other}->{out}"}


def _bias_add(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng, rng.choice((1, 2, 3, 4, 4)))
    nchw = rng.random() < 0.3
    depth = None if some is None else some[1 if nchw and len(some) > 1 else -1]
    return [f(some), f(near(rng, (depth,)))], {"data_format": "NCHW" if nchw else "NHWC"}


def _reshape(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    dims = [d if d is not None else 2 for d in some or (2, 3)]
    rng.shuffle(dims)
    if dims and rng.random() < 0.5:
        dims[rng.randrange(len(dims))] = rng.choice((-1, -1, 4, -2))
    if rng.random() < 0.2:
        dims = [rng.choice((-1, 6, 12, 24))]
    return [f(some), maybe(rng, const(*dims))], {}


def _squeeze(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    if some is not None:
        some = tuple(1 if rng.random() < 0.5 else d for d in some)
    axes = [axis(rng, some) for _ in range(rng.randrange(3))]
    return [f(some)], {"squeeze_dims": axes}


def _expand_dims(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    return [f(some), maybe(rng, scalar(axis(rng, some, 1)))], {}


def _concat(rng: Random, first: bool = False) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng, rng.choice((0, 1, 2, 3, 3)))
    parts = [f(near(rng, some) if rng.random() < 0.7 else some) for _ in range(rng.randrange(2, 4))]
    at = maybe(rng, scalar(axis(rng, some)))
    return ([at, *parts] if first else [*parts, at]), {"N": len(parts)}


def _pack(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    count = rng.randrange(1, 4)
    return [f(near(rng, some) if rng.random() < 0.4 else some) for _ in range(count)], {
        "N": count,
        "axis": axis(rng, some, 1),
    }


def _unpack(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    at = axis(rng, some)
    count = some[at] if some and -len(some) <= at < len(some) else 2
    return [f(some)], {"num": count if count is not None and rng.random() < 0.8 else 3, "axis": at}


def _transpose(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    perm = list(range(3 if some is None else len(some)))
    rng.shuffle(perm)
    if perm and rng.random() < 0.25:
        perm[0] = rng.choice((-1, 5, -7))
    if rng.random() < 0.1:
        perm.append(0)
    return [f(some), maybe(rng, const(*perm))], {}


def _pad(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    rank = len(some) if some is not None and rng.random() < 0.85 else 2
    paddings = Given((rank, 2), tuple(rng.randrange(3) for _ in range(2 * rank)), INT32)
    return [f(some), maybe(rng, paddings)], {}


def _pad_v2(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    given, attrs = _pad(rng)
    return [*given, f(())], attrs


def _mirror_pad(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    given, _ = _pad(rng)
    return given, {"mode": "REFLECT"}


def _tile(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    rank = len(some) if some is not None and rng.random() < 0.85 else 2
    return [f(some), maybe(rng, const(*[rng.randrange(4) for _ in range(rank)]))], {}


def _broadcast_to(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    wanted = [rng.randrange(1, 5) for _ in range(rng.randrange(4))]
    given = near(rng, tuple(wanted))
    return [f(given), maybe(rng, const(*wanted))], {}


def _split(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng, rng.choice((1, 2, 3)))
    return [maybe(rng, scalar(axis(rng, some))), f(some)], {"num_split": rng.randrange(1, 4)}


def _split_v(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng, rng.choice((1, 2, 3)))
    at = axis(rng, some)
    count = rng.randrange(1, 4)
    sizes = [rng.randrange(3) for _ in range(count)]
    if some and -len(some) <= at < len(some) and some[at] is not None and rng.random() < 0.8:
        sizes = [0] * (count - 1) + [some[at]]
    # TensorFlow takes an axis that it does not know for the last one: the inspector does not.
    return [f(some), maybe(rng, const(*sizes)), scalar(at)], {"num_split": count}


def _one_hot(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    at = rng.randrange(-1, 2 if some is None else len(some) + 1)
    return [Given(some, None, INT32), maybe(rng, scalar(rng.randrange(5))), f(()), f(())], {"axis": at}


def _gather_v2(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    return [f(some), Given(shape(rng), None, INT32), maybe(rng, scalar(axis(rng, some)))], {}


def _gather(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [f(shape(rng)), Given(shape(rng), None, INT32)], {}


def _slice(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    rank = len(some) if some is not None and rng.random() < 0.9 else 2
    begin = const(*[rng.randrange(3) for _ in range(rank)])
    size = const(*[rng.randrange(-1, 3) for _ in range(rank)])
    return [f(some), maybe(rng, begin), maybe(rng, size)], {}


def _strided_slice(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng, rng.randrange(1, 5))  # of a scalar: releases differ
    count = rng.randrange(1, 4)
    begin = const(*[rng.randrange(-3, 4) for _ in range(count)])
    end = const(*[rng.randrange(-3, 5) for _ in range(count)])
    strides = const(*[rng.choice((1, 1, 1, 2, -1, -2, 3)) for _ in range(count)])
    masks = {name: rng.choice((0, 0, 1, 2, 3)) for name in ("begin_mask", "end_mask", "shrink_axis_mask")}
    masks["ellipsis_mask"] = rng.choice((0, 0, 0, 1, 2, 4))
    masks["new_axis_mask"] = rng.choice((0, 0, 0, 1, 2))
    return [f(some), maybe(rng, begin), maybe(rng, end), maybe(rng, strides)], masks


def _reverse_v2(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    return [f(some), maybe(rng, const(*[axis(rng, some) for _ in range(rng.randrange(3))]))], {}


def _conv(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    nchw = rng.random() < 0.3
    depth, out = rng.choice((None, 1, 2, 4, 6)), rng.choice((None, 2, 4, 8))
    rows, columns = rng.choice((None, 3, 8, 9)), rng.choice((None, 3, 8, 9))
    batch = dim(rng)
    image = (batch, depth, rows, columns) if nchw else (batch, rows, columns, depth)
    kernel = (rng.choice((None, 1, 3, 5)), rng.choice((1, 2, 3)), rng.choice((depth, depth, 1, 2, 3)), out)
    one, other = rng.randrange(1, 3), rng.choice((1, 1, 2))
    attrs = {
        "data_format": "NCHW" if nchw else "NHWC",
        "padding": rng.choice(("SAME", "VALID")),
        "strides": [1, 1, one, one] if nchw else [1, one, one, 1],
        "dilations": [1, 1, other, other] if nchw else [1, other, other, 1],
    }
    return [f(near(rng, image) if rng.random() < 0.3 else image), f(kernel)], attrs


def _conv_explicit(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    given, attrs = _conv(rng)
    around = [rng.randrange(3) for _ in range(4)]
    attrs["padding"] = "EXPLICIT"
    attrs["explicit_paddings"] = [0, 0, 0, 0, *around] if attrs["data_format"] == "NCHW" else [0, 0, *around, 0, 0]
    return given, attrs


def _conv_backprop(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    sizes = const(2, 8, 8, 3)
    attrs = {"padding": "SAME", "strides": [1, 1, 1, 1]}
    return [maybe(rng, sizes), f(near(rng, (3, 3, 3, 4))), f(near(rng, (2, 8, 8, 4)))], attrs


def _pool(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    nchw = rng.random() < 0.3
    image = (dim(rng), 3, 8, 8) if nchw else (dim(rng), 8, 8, 3)
    kernel, stride = rng.randrange(1, 4), rng.randrange(1, 3)
    shaped = [1, 1, kernel, kernel] if nchw else [1, kernel, kernel, 1]
    attrs = {
        "data_format": "NCHW" if nchw else "NHWC",
        "padding": rng.choice(("SAME", "VALID")),
        "ksize": shaped if rng.random() < 0.9 else [1, 9, 9, 1],
        "strides": [1, 1, stride, stride] if nchw else [1, stride, stride, 1],
    }
    return [f(near(rng, image))], attrs


def _batch_norm(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    depth = dim(rng)
    nchw = rng.random() < 0.3
    image = (2, depth, 8, 8) if nchw else (2, 8, 8, depth)
    rest = [f(near(rng, (depth,)) if rng.random() < 0.4 else (depth,)) for _ in range(4)]
    attrs = {"data_format": "NCHW" if nchw else "NHWC", "is_training": rng.random() < 0.3}
    return [f(near(rng, image) if rng.random() < 0.3 else image), *rest], attrs


def _resize(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [f(near(rng, (dim(rng), 8, 8, 3))), maybe(rng, const(*[4, 6, 7][: rng.choice((2, 2, 2, 3))]))], {}


def _top_k(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [f(shape(rng)), maybe(rng, scalar(rng.randrange(5)))], {}


def _arg_max(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    return [f(some), maybe(rng, scalar(axis(rng, some)))], {}


def _select(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    condition = rng.choice((near(rng, some), (), (some[0],) if some else (2,)))
    return [Given(condition, None, BOOL), f(some), f(near(rng, some) if rng.random() < 0.3 else some)], {}


def _range(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [maybe(rng, scalar(rng.choice(some))) for some in ((0, 1, 4), (3, 5, 8, -2), (1, 2, 3, -1, 0))], {}


def _fill(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    dims = const(*[rng.randrange(-1, 4) if rng.random() < 0.2 else 2 for _ in range(rng.randrange(4))])
    return [maybe(rng, dims), f(rng.choice(((), (), (1,), None)))], {}


def _shape_value(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    dims = const(*[rng.randrange(-1, 5) for _ in range(rng.randrange(4))])
    return [maybe(rng, dims)], {}


def _placeholder(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [], {"shape": shape(rng)}


def _with_default(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    return [f(some)], {"shape": near(rng, some)}


def _sparse_segment(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    ids = shape(rng, 1)
    return [f(shape(rng)), Given(ids, None, INT32), Given(near(rng, ids), None, INT32)], {}


def _sparse_fill(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    count, rank = dim(rng), rng.choice((None, 1, 2))
    shapes = [near(rng, (count, rank)), near(rng, (count,)), near(rng, (rank,))]
    kinds = (INT64, FLOAT, INT64, FLOAT)
    return [Given(some, None, kind) for some, kind in zip([*shapes, ()], kinds, strict=True)], {}


def _sparse_reshape(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    shapes = [near(rng, (dim(rng), 2)), near(rng, (2,)), near(rng, (3,))]
    return [Given(some, None, INT64) for some in shapes], {}


def _save(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    count = rng.randrange(1, 3)
    names = [Given(near(rng, (count,)), None, STRING) for _ in range(2)]
    prefix = Given(rng.choice(((), (), None, (1,))), None, STRING)
    return [prefix, *names, *[f(shape(rng)) for _ in range(count)]], {"dtypes": [FLOAT] * count}


def _restore(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    count = rng.randrange(1, 3)
    names = [Given(near(rng, (count,)), None, STRING) for _ in range(2)]
    return [Given(rng.choice(((), (), None, (1,))), None, STRING), *names], {"dtypes": [FLOAT] * count}


def _read(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [Given((), None, RESOURCE, shape(rng))], {"dtype": FLOAT}


def _write(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    return [Given((), None, RESOURCE, some), f(near(rng, some))], {"dtype": FLOAT}


def _resource_gather(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [Given((), None, RESOURCE, shape(rng)), Given(shape(rng), None, INT32)], {"dtype": FLOAT}


def _variable(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [], {"shape": shape(rng), "dtype": FLOAT}


def _switch(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [f(shape(rng)), Given(rng.choice(((), (), None, (2,))), None, BOOL)], {}


def _merge(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    return [f(some), f(near(rng, some))], {"N": 2}


def _enter(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [f(shape(rng))], {"frame_name": "loop", "is_constant": rng.random() < 0.5}


def _comparison(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    given, _ = _binary(rng)
    return given, {"incompatible_shape_error": rng.random() < 0.7}


def _gather_nd(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [f(shape(rng)), Given(near(rng, (*(shape(rng, 1) or ()), rng.randrange(4))), None, INT32)], {}


def _two_vectors(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    return [Given(shape(rng, rng.choice((1, 1, 2))), None, INT32) for _ in range(2)], {}


def _ensure_shape(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    return [f(some)], {"shape": near(rng, some)}


def _quantize(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    along = rng.choice((-1, -1, 0, 1))
    size = some[along] if some is not None and 0 <= along < len(some) else 3
    ends = () if along == -1 else (size,)
    return [f(some), f(near(rng, ends)), f(near(rng, ends))], {"axis": along}


def _segments(rng: Random) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng)
    ids = near(rng, some[: rng.randrange(len(some) + 1)] if some is not None else None)
    count = scalar(rng.randrange(-1, 6)) if rng.random() < 0.9 else const(3)
    return [f(some), Given(ids, None, INT32), maybe(rng, count)], {}


RECIPES: dict[str, Recipe] = {
    **dict.fromkeys(("Sum", "Prod", "Mean", "Max", "Min", "All", "Any", "EuclideanNorm"), _reduction),
    **dict.fromkeys(("BatchMatMul", "BatchMatMulV2", "BatchMatMulV3"), _batch_mat_mul),
    **dict.fromkeys(("Equal", "NotEqual"), _comparison),
    **dict.fromkeys(("Transpose", "ConjugateTranspose"), _transpose),
    **dict.fromkeys(("FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"), _batch_norm),
    **dict.fromkeys(("MaxPool", "AvgPool"), _pool),
    **dict.fromkeys(("ResizeBilinear", "ResizeNearestNeighbor"), _resize),
    **dict.fromkeys(("ArgMax", "ArgMin"), _arg_max),
    **dict.fromkeys(("RandomUniform", "RandomStandardNormal", "TruncatedNormal", "Empty"), _shape_value),
    **dict.fromkeys(("SparseSegmentSum", "SparseSegmentMean", "SparseSegmentSqrtN"), _sparse_segment),
    **dict.fromkeys(("AssignVariableOp", "AssignAddVariableOp", "AssignSubVariableOp"), _write),
    **dict.fromkeys(("Placeholder",), _placeholder),
    **dict.fromkeys(("VariableV2", "Variable"), _variable),
    **dict.fromkeys(("QuantizeV2", "Dequantize"), _quantize),
    **dict.fromkeys([f"UnsortedSegment{name}" for name in ("Sum", "Max", "Min", "Prod")], _segments),
    "EnsureShape": _ensure_shape,
    **dict.fromkeys(("BroadcastArgs", "BroadcastGradientArgs"), _two_vectors),
    "MatMul": _mat_mul, "Einsum": _einsum, "BiasAdd": _bias_add, "Reshape": _reshape, "Squeeze": _squeeze,
    "ExpandDims": _expand_dims, "ConcatV2": _concat, "Concat": lambda rng: _concat(rng, first=True), "Pack": _pack,
    "Unpack": _unpack, "Pad": _pad, "PadV2": _pad_v2, "MirrorPad": _mirror_pad, "Tile": _tile,
    "BroadcastTo": _broadcast_to, "Split": _split, "SplitV": _split_v, "OneHot": _one_hot, "GatherV2": _gather_v2,
    "Gather": _gather, "GatherNd": _gather_nd, "Slice": _slice, "StridedSlice": _strided_slice,
    "ReverseV2": _reverse_v2, "Conv2D": _conv, "DepthwiseConv2dNative": _conv, "Conv2DBackpropInput": _conv_backprop,
    "TopKV2": _top_k, "Select": _select, "SelectV2": _select, "Range": _range, "Fill": _fill,
    "PlaceholderWithDefault": _with_default, "SparseFillEmptyRows": _sparse_fill, "SparseReshape": _sparse_reshape,
    "SaveV2": _save, "RestoreV2": _restore, "ReadVariableOp": _read, "ResourceGather": _resource_gather,
    "Switch": _switch, "Merge": _merge, "Enter": _enter,
}  # fmt: skip
# A second kind of case for an op.
MORE: dict[str, Recipe] = {"Conv2D": _conv_explicit}


def cases(op: str, op_def: Any, count: int, seed: int = 0) -> list[Case]:
    """Cases of one op. One without a recipe gets as many related shapes as its OpDef has inputs."""
    rng = Random(f"{op} {seed}")
    found = []
    for number in range(count):
        recipe = MORE[op] if op in MORE and number % 2 else RECIPES.get(op)
        inputs, attrs = recipe(rng) if recipe is not None else _by_op_def(rng, op_def)
        found.append(Case(op, tuple(inputs), attrs))
    return found


def _by_op_def(rng: Random, op_def: Any) -> tuple[list[Given], dict[str, Any]]:
    some = shape(rng, 0 if rng.random() < 0.2 else None)
    attrs: dict[str, Any] = {}
    inputs = []
    for arg in op_def.input_arg:
        copies = 1
        if arg.number_attr:
            copies = attrs.setdefault(arg.number_attr, rng.randrange(1, 4))
        if arg.type_list_attr:
            copies = rng.randrange(1, 3)
            attrs[arg.type_list_attr] = [FLOAT] * copies
        inputs += [Given(near(rng, some) if inputs else some, None, arg.type or FLOAT) for _ in range(copies)]
    return inputs, attrs
