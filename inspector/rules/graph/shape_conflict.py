from __future__ import annotations

from collections.abc import Iterator

from inspector.model.dtypes import shape_text
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule, node_at
from inspector.topology.inspection import Inspection
from inspector.topology.shapes.propagation import CONFLICT


class ShapeConflict(Rule):
    """Node whose inputs have shapes that its op does not take.

    What it checks: the shapes that TensorFlow infers when it imports a graph: from placeholders, constants, variables,
    `_output_shapes` and small constants that spell shapes and axes, through calls and loops; in the main graph, in the
    functions that it calls, and in each function on its own. What is unknown to TensorFlow, or to the inspector, fits.

    Why it matters: the import stops at the first such node, used or not: "Dimensions must be equal, but are 3 and 4 for
    '{{node MatMul}} = MatMul[...](x, w)' with input shapes: [?,3], [4,5]." tf.saved_model.load imports every function
    with the shapes that the function declares; a Session follows the calls of the main graph and does not look into
    functions that no call reaches.

    How to fix: two parts of the model were exported, edited or converted with different sizes (another input size, other
    weights, transposed weights); find which of the shapes is the wrong one and export again.
    """

    code = "GR013"
    name = "shape-conflict"
    otherwise = ADVICE_WARNING
    needs = ("shapes",)
    about_nodes = True
    message = "`{node}` ({op}) does not take inputs of shapes {shapes}; TensorFlow will say: {words}"
    fix = "find which input of `{node}` has the wrong shape, correct it where the model is built, and export again"
    good = (
        Example(
            "x = Placeholder() {dtype: float32, shape: [?,3]}\n"
            "w = Const() {dtype: float32, value: float32[3,5] <1.0>}\n"
            "y = MatMul(x, w) {T: float32}"
        ),
        Example(
            "x = Placeholder() {dtype: float32}\n"
            "w = Const() {dtype: float32, value: float32[4,5] <1.0>}\n"
            "y = MatMul(x, w) {T: float32}"
        ),
        Example(
            "x = Placeholder() {dtype: float32, shape: [?,2,6]}\n"
            "to = Const() {dtype: int32, value: int32[2] <-1, 12>}\n"
            "y = Reshape(x, to) {T: float32, Tshape: int32}"
        ),
    )
    bad = (
        Example(
            "x = Placeholder() {dtype: float32, shape: [?,3]}\n"
            "w = Const() {dtype: float32, value: float32[4,5] <1.0>}\n"
            "y = MatMul(x, w) {T: float32}",
            expect=("y",),
        ),
        Example(
            "x = Placeholder() {dtype: float32, shape: [2,6]}\n"
            "to = Const() {dtype: int32, value: int32[2] <5, 5>}\n"
            "y = Reshape(x, to) {T: float32, Tshape: int32}",
            expect=("y",),
        ),
        Example(
            "function f (a: float32) -> (r: float32 = y:product:0) {_input_shapes: [[?,3]]}\n"
            "  w = Const() {dtype: float32, value: float32[4,5] <1.0>}\n"
            "  y = MatMul(a, w:output:0) {T: float32}",
            expect=("y",),
        ),
        Example(
            "x = Placeholder() {dtype: float32, shape: [?,3]}\n"
            "w = VarHandleOp() {dtype: float32, shape: [4,5]}\n"
            "call = PartitionedCall(x, w) {Tin: [float32, resource], Tout: [float32], f: @f}\n"
            "function f (a: float32, w: resource) -> (r: float32 = y:product:0)\n"
            "  read = ReadVariableOp(w) {dtype: float32}\n"
            "  y = MatMul(a, read:value:0) {T: float32}",
            expect=("y",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for trouble, seen_by in view.shape_troubles.items():
                if trouble.kind == CONFLICT:
                    data = {
                        "node": trouble.node,
                        "op": trouble.op,
                        "shapes": ", ".join(map(shape_text, trouble.shapes)),
                        "words": trouble.words,
                        "seen_by": seen_by,
                    }
                    yield Found(node_at(view, trouble.function, trouble.node, "input"), trouble.node, data)
