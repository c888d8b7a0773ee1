"""Shape functions that many ops share, and the table of the ops that have nothing else to say.

A shape function takes a node and gives one shape an output, or raises ShapeError where TensorFlow's would fail. Where it
cannot follow TensorFlow's it says less, never more.

Sources: the SetShapeFn of each op in tensorflow/core/ops/{array,math,nn,string,random,io,...}_ops.cc and
tensorflow/core/framework/common_shape_fns.cc.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

from inspector.model.dtypes import Shape, shape_text
from inspector.topology.shapes.facts import Node
from inspector.topology.shapes.lattice import (
    SCALAR,
    ShapeError,
    at_least_rank,
    at_most_rank,
    broadcast,
    broadcast_all,
    merge,
    unknown_of,
)

ShapeFunction = Callable[[Node], Sequence[Shape]]


def same(node: Node) -> Sequence[Shape]:
    """Each output has the shape of the input at its place."""
    return [fact.shape for fact in node.inputs[: len(node.outputs)]]


def same_as_first(node: Node) -> Sequence[Shape]:
    return [node.shape(0)] * len(node.outputs)


def same_with_rank(rank: int) -> ShapeFunction:
    return lambda node: [at_least_rank(node.shape(0), rank)]


def same_as_all(node: Node) -> Sequence[Shape]:
    """All inputs have one shape, which is the output's: AddN."""
    whole: Shape = None
    for fact in reversed(node.inputs):
        whole = merge(fact.shape, whole)
    return [whole] * len(node.outputs)


def scalars(node: Node) -> Sequence[Shape]:
    return [SCALAR] * len(node.outputs)


def scalars_of_scalars(node: Node) -> Sequence[Shape]:
    for index in range(len(node.inputs)):
        node.ranked(index, 0)
    return scalars(node)


def vectors(node: Node) -> Sequence[Shape]:
    """Vectors of unknown length."""
    return [(None,)] * len(node.outputs)


def broadcast_of_two(node: Node) -> Sequence[Shape]:
    return [broadcast(node.shape(0), node.shape(1))]


def broadcast_of_all(node: Node) -> Sequence[Shape]:
    return [broadcast_all(fact.shape for fact in node.inputs)]


def comparison(node: Node) -> Sequence[Shape]:
    """Equal and NotEqual: shapes that do not fit may be taken for an answer."""
    if not node.flag("incompatible_shape_error") and node.shape(0) != node.shape(1):
        return [None]
    return broadcast_of_two(node)


def attr_shape(node: Node) -> Sequence[Shape]:
    return [node.shape_attr()]


def shape_from(index: int) -> ShapeFunction:
    """The value of an input is the shape of the output."""
    return lambda node: [node.as_shape(index)]


def random_integers(node: Node) -> Sequence[Shape]:
    for index, name in ((1, "minval"), (2, "maxval")):
        if node.shape(index):
            raise ShapeError(f"{name} must be a scalar; got a tensor of shape {shape_text(node.shape(index))}")
    return [node.as_shape(0)]


def unknown(node: Node) -> Sequence[Shape]:
    return [None] * len(node.outputs)


def reduction(node: Node) -> Sequence[Shape]:
    """Sum, Max, All ... over the axes that the second input names."""
    shape, keep = node.shape(0), node.flag("keep_dims")
    if node.producer >= 21:
        at_most_rank(node.shape(1), 1)
    axes = node.value(1)
    if axes is None or shape is None:
        return [unknown_of(len(shape)) if keep and shape is not None else None]
    rank = len(shape)
    for axis in axes:
        if not -rank <= axis < rank:
            raise ShapeError(f"Invalid reduction dimension {axis} for input with {rank} dimensions.")
    gone = {axis % rank for axis in axes}
    if keep:
        return [tuple(1 if i in gone else dim for i, dim in enumerate(shape))]
    return [tuple(dim for i, dim in enumerate(shape) if i not in gone)]


_FAMILIES: dict[ShapeFunction, str] = {
    same: """
        Identity IdentityN Cast Relu Relu6 Elu Selu LeakyRelu Softplus Softsign Sigmoid Tanh Exp Expm1 Log Log1p Neg Abs
        Sign Sqrt Rsqrt Square Reciprocal Inv Sin Cos Tan Asin Acos Atan Sinh Cosh Asinh Acosh Atanh Erf Erfc Erfinv
        Ndtri Lgamma Digamma Floor Ceil Round Rint IsNan IsInf IsFinite LogicalNot Conj Invert ZerosLike OnesLike
        StopGradient PreventGradient Snapshot CheckNumerics CheckNumericsV2 StringUpper StringLower StringStrip
        StringLength AsString StaticRegexReplace StaticRegexFullMatch StringToHashBucketFast StringToHashBucketStrong
        StringToHashBucket StringToNumber EncodeBase64 DecodeBase64 Bucketize Real Imag Angle ComplexAbs
        Print QueueSizeV2
    """,
    same_as_first: "ReverseSequence Cumsum Cumprod RandomShuffle",
    same_with_rank(1): "Softmax LogSoftmax",
    same_as_all: "AddN",
    scalars: """
        VarIsInitializedOp IsVariableInitialized HashTableV2 MutableHashTableV2 MutableHashTableOfTensorsV2
        MutableDenseHashTableV2 AnonymousHashTable QueueIsClosedV2 Rank Size L2Loss OptionalFromValue OptionalNone
        ScalarSummary HistogramSummary MergeSummary
    """,
    scalars_of_scalars: "ShardedFilename ShardedFilespec LookupTableSizeV2 ReadFile",
    broadcast_of_two: """
        Add AddV2 Sub Mul Div RealDiv FloorDiv FloorMod Mod TruncateDiv TruncateMod DivNoNan MulNoNan Pow Minimum Maximum
        SquaredDifference Less LessEqual Greater GreaterEqual LogicalAnd LogicalOr Atan2 Xdivy Xlogy Xlog1py BitwiseAnd
        BitwiseOr BitwiseXor LeftShift RightShift Complex NextAfter Igamma Igammac Zeta
        Polygamma
    """,
    comparison: "Equal NotEqual",
    attr_shape: "VariableV2",
    shape_from(0): "RandomUniform RandomStandardNormal TruncatedNormal Empty",
    shape_from(1): "SparseToDense",
    random_integers: "RandomUniformInt",
    reduction: "Sum Prod Mean Max Min All Any EuclideanNorm",
}  # fmt: skip

FAMILIES: dict[str, ShapeFunction] = dict(
    chain.from_iterable(((op, function) for op in ops.split()) for function, ops in _FAMILIES.items())
)
