"""Shape functions of products of matrices, convolutions, pooling and normalisation.

Source: tensorflow/core/framework/common_shape_fns.cc (MatMulShape, BatchMatMulV2Shape, EinsumShape, BiasAddShape,
Conv2DShapeImpl, DepthwiseConv2DNativeShape, MaxPoolShape, AvgPoolShape, FusedBatchNormShape), ops/nn_ops.cc.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspector.model.dtypes import Shape
from inspector.topology.shapes.facts import Node
from inspector.topology.shapes.lattice import (
    Dim,
    ShapeError,
    at_least_rank,
    broadcast,
    concatenate,
    dim_of,
    merge,
    merge_dims,
    multiply,
    replace_dim,
    subshape,
    windows,
    with_rank,
    with_value,
)


def mat_mul(node: Node) -> Sequence[Shape]:
    one, other = node.ranked(0, 2), node.ranked(1, 2)
    if node.flag("transpose_a"):
        one = one[::-1]
    if node.flag("transpose_b"):
        other = other[::-1]
    merge_dims(one[1], other[0])
    return [(one[0], other[1])]


def batch_mat_mul(node: Node) -> Sequence[Shape]:
    one, other = at_least_rank(node.shape(0), 2), at_least_rank(node.shape(1), 2)
    rows, inner = (-1, -2) if node.flag("adj_x") else (-2, -1)
    other_inner, columns = (-1, -2) if node.flag("adj_y") else (-2, -1)
    batches = broadcast if node.op != "BatchMatMul" else merge
    merge_dims(dim_of(one, inner), dim_of(other, other_inner))
    batch = batches(subshape(one, 0, -2), subshape(other, 0, -2))
    return [concatenate(batch, (dim_of(one, rows), dim_of(other, columns)))]


def einsum(node: Node) -> Sequence[Shape]:
    """Equations without an ellipsis: each letter is one dimension."""
    equation = node.word("equation")
    left, arrow, right = equation.partition("->")
    terms = left.split(",")
    if "." in equation or not arrow or len(terms) != len(node.inputs):
        return [None]
    dims: dict[str, Dim] = {}
    for index, term in enumerate(terms):
        for letter, dim in zip(term, node.ranked(index, len(term)), strict=True):
            dims[letter] = merge_dims(dims.get(letter), dim)
    return [tuple(dims.get(letter) for letter in right)]


def bias_add(node: Node) -> Sequence[Shape]:
    nchw = node.word("data_format") == "NCHW"
    shape = at_least_rank(node.shape(0), 3 if nchw else 2)
    (bias,) = node.ranked(1, 1)
    if shape is None:
        return [None]
    index = 1 if nchw else len(shape) - 1
    return [replace_dim(shape, index, merge_dims(shape[index], bias))]


class Layout:
    """Where batch, channel and the two spatial dimensions are."""

    __slots__ = ("batch", "channel", "columns", "rows")

    def __init__(self, data_format: str) -> None:
        self.batch, self.rows, self.columns, self.channel = map(data_format.index, "NHWC")

    def shape(self, batch: Dim, rows: Dim, columns: Dim, channel: Dim) -> Shape:
        placed = {self.batch: batch, self.rows: rows, self.columns: columns, self.channel: channel}
        return tuple(placed[i] for i in range(4))


def _layout(node: Node) -> Layout | None:
    """The layout of a node, None for one that packs channels."""
    data_format = node.word("data_format")
    return Layout(data_format) if data_format in ("NHWC", "NCHW") else None


def _four(node: Node, attr: str) -> list[int]:
    numbers = node.numbers(attr)
    if len(numbers) != 4:
        raise ShapeError(f"{node.op} requires the {attr} attribute to contain 4 values, but got: {len(numbers)}")
    return numbers


def _spatial(node: Node, layout: Layout, sizes: tuple[Dim, Dim], kernel: tuple[Dim, Dim]) -> list[Dim]:
    strides = _four(node, "strides")
    dilations = node.numbers("dilations") or [1, 1, 1, 1]
    around = node.numbers("explicit_paddings")
    padding = node.word("padding")
    places = (layout.rows, layout.columns)
    if len(dilations) != 4 or (padding == "EXPLICIT" and len(around) != 8):
        return [None, None]
    found = []
    for place, size, window in zip(places, sizes, kernel, strict=True):
        pads = (around[2 * place], around[2 * place + 1]) if padding == "EXPLICIT" else (0, 0)
        found.append(windows(size, window, strides[place], padding, dilation=dilations[place], around=pads))
    return found


def conv2d(node: Node) -> Sequence[Shape]:
    layout = _layout(node)
    if layout is None:
        return [None]
    image, kernel = node.ranked(0, 4), node.ranked(1, 4)
    depth, kernel_depth, out = image[layout.channel], kernel[2], kernel[3]
    if depth is not None and kernel_depth is not None:
        _check_groups(depth, kernel_depth, out)
    rows, columns = _spatial(node, layout, (image[layout.rows], image[layout.columns]), (kernel[0], kernel[1]))
    return [layout.shape(image[layout.batch], rows, columns, out)]


def _check_groups(depth: int, kernel_depth: int, out: Dim) -> None:
    if kernel_depth == 0:
        raise ShapeError("Depth of filter must not be 0")
    if depth % kernel_depth:
        other = f"input depth of filter ({kernel_depth})"
        raise ShapeError(f"Depth of input ({depth}) is not a multiple of {other}")
    groups = depth // kernel_depth
    if groups > 1 and out is not None and out % groups:
        raise ShapeError(f"Depth of output ({out}) is not a multiple of the number of groups ({groups})")


def depthwise_conv2d(node: Node) -> Sequence[Shape]:
    layout = _layout(node)
    if layout is None:
        return [None]
    image, kernel = node.ranked(0, 4), node.ranked(1, 4)
    depth = merge_dims(image[layout.channel], kernel[2])
    rows, columns = _spatial(node, layout, (image[layout.rows], image[layout.columns]), (kernel[0], kernel[1]))
    return [layout.shape(image[layout.batch], rows, columns, multiply(depth, kernel[3]))]


def conv2d_backprop_input(node: Node) -> Sequence[Shape]:
    """The image's shape; the batch is the gradient's, for the sizes may leave it out."""
    if node.shape(0) == (2,):
        return [None]
    _, *rest = with_rank(node.as_shape(0), 4)
    return [(with_rank(node.shape(2), 4)[0], *rest)]


def pool(node: Node) -> Sequence[Shape]:
    layout = _layout(node)
    if layout is None or node.word("padding") == "EXPLICIT":
        return [None]
    image = node.ranked(0, 4)
    kernel, strides = _four(node, "ksize"), _four(node, "strides")
    padding = node.word("padding")
    depth = image[layout.channel]
    places = (layout.rows, layout.columns)
    rows, columns = [windows(image[place], kernel[place], strides[place], padding) for place in places]
    if node.op == "MaxPool":
        depth = windows(depth, kernel[layout.channel], strides[layout.channel], padding)
    return [layout.shape(image[layout.batch], rows, columns, depth)]


def fused_batch_norm(node: Node) -> Sequence[Shape]:
    data_format = node.word("data_format")
    if sorted(data_format) not in (sorted("NHWC"), sorted("NDHWC")):
        return [None] * len(node.outputs)
    shape = node.ranked(0, len(data_format))
    place = data_format.index("C")
    channel = shape[place]
    for index in range(1, 3 if node.flag("is_training") and node.attr("exponential_avg_factor").f == 1 else 5):
        channel = merge_dims(channel, node.ranked(index, 1)[0])
    shapes: list[Shape] = [replace_dim(shape, place, channel), *[(channel,)] * 4, None]
    return shapes[: len(node.outputs)]


def resize(node: Node) -> Sequence[Shape]:
    batch, _, _, channels = node.ranked(0, 4)
    (count,) = node.ranked(1, 1)
    with_value(count, 2)
    rows, columns = node.value(1) or (None, None)
    if (rows is not None and rows < 0) or (columns is not None and columns < 0):
        return [(batch, None, None, channels)]
    return [(batch, rows, columns, channels)]


def top_k(node: Node) -> Sequence[Shape]:
    shape = at_least_rank(node.shape(0), 1)
    count = node.scalar(1)
    if count is not None and count < 0:
        raise ShapeError(f"Need k >= 0, got {count}")
    last = dim_of(shape, -1)
    if last is not None and count is not None and last < count:
        raise ShapeError(f"input must have last dimension >= k = {count} but is {last}")
    return [concatenate(subshape(shape, 0, -1), (count,))] * len(node.outputs)


def arg_extreme(node: Node) -> Sequence[Shape]:
    shape = node.shape(0)
    node.ranked(1, 0)
    if shape is None:
        return [None]
    rank = len(shape)
    if rank <= 1:
        return [()]
    axis = node.scalar(1)
    if axis is None:
        return [(None,) * (rank - 1)]
    if not -rank <= axis < rank:
        limits = f"[{-rank}, {rank}), where {rank} is the number of dimensions in the input."
        raise ShapeError(f"Dimension ({axis}) must be in the range {limits}")
    return [(*shape[: axis % rank], *shape[axis % rank + 1 :])]


def select(node: Node) -> Sequence[Shape]:
    whole = merge(node.shape(1), node.shape(2))
    condition = node.shape(0)
    if condition is None or whole is None or not condition:
        return [whole]
    if len(condition) == 1 and whole:
        merge_dims(whole[0], condition[0])
        return [whole]
    return [merge(whole, condition)]


def select_v2(node: Node) -> Sequence[Shape]:
    return [broadcast(node.shape(0), broadcast(node.shape(1), node.shape(2)))]


def range_(node: Node) -> Sequence[Shape]:
    for index in range(3):
        node.ranked(index, 0)
    start, limit, step = node.scalar(0), node.scalar(1), node.scalar(2)
    if start is None or limit is None or step is None:
        return [(None,)]
    if step == 0:
        raise ShapeError("Requires delta != 0")
    if (limit - start) * step < 0:
        sign = "<= limit when delta > 0" if step > 0 else ">= limit when delta < 0"
        raise ShapeError(f"Requires start {sign}: {start}/{limit}")
    return [(-(-(limit - start) // step),)]


def quantize(node: Node) -> Sequence[Shape]:
    """QuantizeV2 and Dequantize: the range is of the whole tensor, or a vector along one axis."""
    axis = node.number("axis")
    if axis < -1:
        raise ShapeError(f"axis should be at least -1, got {axis}")
    rank = 0 if axis == -1 else 1
    _, last = node.ranked(1, rank), node.ranked(2, rank)
    if axis != -1:
        shape = at_least_rank(node.shape(0), axis + 1)
        merge_dims(last[0], dim_of(shape, axis))
    return [node.shape(0), last, last][: len(node.outputs)]


def segments(node: Node) -> Sequence[Shape]:
    """UnsortedSegmentSum ...: the ids have the first dimensions of the data."""
    data, ids = node.shape(0), node.shape(1)
    node.ranked(2, 0)
    if ids is None:
        return [None]
    merge(subshape(at_least_rank(data, len(ids)), 0, len(ids)), ids)
    count = node.scalar(2)
    if count is not None and count < 0:
        raise ShapeError(f"Dimension size, given by scalar input 2, must be non-negative but is {count}")
    return [concatenate((count,), subshape(data, len(ids)))]


def sparse_segment(node: Node) -> Sequence[Shape]:
    data = at_least_rank(node.shape(0), 1)
    merge(node.ranked(1, 1), node.ranked(2, 1))
    return [concatenate((None,), subshape(data, 1))]


def sparse_fill_empty_rows(node: Node) -> Sequence[Shape]:
    indices, (count,), (rank,) = node.ranked(0, 2), node.ranked(1, 1), node.ranked(2, 1)
    node.as_shape(2)
    node.ranked(3, 0)
    count = merge_dims(indices[0], count)
    merge_dims(indices[1], rank)
    return [(None, rank), (None,), (None,), (count,)]


def sparse_reshape(node: Node) -> Sequence[Shape]:
    indices = node.ranked(0, 2)
    node.ranked(1, 1)
    (rank,) = node.ranked(2, 1)
    return [(indices[0], rank), (rank,)]


NN = {
    "MatMul": mat_mul,
    "BatchMatMul": batch_mat_mul,
    "BatchMatMulV2": batch_mat_mul,
    "BatchMatMulV3": batch_mat_mul,
    "Einsum": einsum,
    "BiasAdd": bias_add,
    "Conv2D": conv2d,
    "DepthwiseConv2dNative": depthwise_conv2d,
    "Conv2DBackpropInput": conv2d_backprop_input,
    "MaxPool": pool,
    "AvgPool": pool,
    "FusedBatchNorm": fused_batch_norm,
    "FusedBatchNormV2": fused_batch_norm,
    "FusedBatchNormV3": fused_batch_norm,
    "ResizeBilinear": resize,
    "ResizeNearestNeighbor": resize,
    "TopKV2": top_k,
    "ArgMax": arg_extreme,
    "ArgMin": arg_extreme,
    "Select": select,
    "SelectV2": select_v2,
    "Range": range_,
    "QuantizeV2": quantize,
    "Dequantize": quantize,
    "UnsortedSegmentSum": segments,
    "UnsortedSegmentMax": segments,
    "UnsortedSegmentMin": segments,
    "UnsortedSegmentProd": segments,
    "SparseSegmentSum": sparse_segment,
    "SparseSegmentMean": sparse_segment,
    "SparseSegmentSqrtN": sparse_segment,
    "SparseFillEmptyRows": sparse_fill_empty_rows,
    "SparseReshape": sparse_reshape,
}
