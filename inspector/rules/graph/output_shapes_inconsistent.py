from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule, node_at
from inspector.topology.inspection import Inspection
from inspector.topology.shapes.propagation import INCONSISTENT, TOO_FEW


class OutputShapesInconsistent(Rule):
    """Attr _output_shapes contradicts what the node's op and inputs give.

    What it checks: the attr `_output_shapes`, in which an exporter writes down the shapes of a node's outputs, against the
    shapes that TensorFlow infers, and that it has a shape for each output. More shapes than outputs do no harm.

    Why it matters: the import of the graph stops with "Node 'y' has an _output_shapes attribute inconsistent with the
    GraphDef for output #0: Dimension 1 in both shapes must be equal, but are 3 and 4." tf.saved_model.load looks at every
    function; a Session looks at the main graph only.

    How to fix: a tool that changed a shape left the attr as it was: remove `_output_shapes`, which nothing needs, or
    export again with the right shapes.
    """

    code = "GR014"
    name = "output-shapes-inconsistent"
    otherwise = ADVICE_NOTE
    needs = ("shapes",)
    about_nodes = True
    message = "node `{node}` ({op}) {words}"
    fix = "remove the attr _output_shapes of `{node}`, or write there the shapes that it really has"
    good = (
        Example("x = Placeholder() {dtype: float32, shape: [?,3]}\ny = Relu(x) {T: float32, _output_shapes: [[2,3]]}"),
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32, _output_shapes: [[3], [3]]}"),
    )
    bad = (
        Example(
            "x = Placeholder() {dtype: float32, shape: [?,3]}\ny = Relu(x) {T: float32, _output_shapes: [[?,4]]}",
            expect=("y",),
        ),
        Example(
            "x = Placeholder() {dtype: float32, shape: [?,3]}\ny = Relu(x) {T: float32, _output_shapes: list []}",
            expect=("y",),
        ),
        Example(
            "w = VarHandleOp() {dtype: float32, shape: [4,5]}\n"
            "read = ReadVariableOp(w) {dtype: float32, _output_shapes: [[5,4]]}",
            expect=("read",),
        ),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0) {_input_shapes: [[?,3]]}\n"
            "  y = Relu(a) {T: float32, _output_shapes: [[?,4]]}",
            expect=("y",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for trouble, seen_by in view.shape_troubles.items():
                if trouble.kind in (INCONSISTENT, TOO_FEW):
                    data = {"node": trouble.node, "op": trouble.op, "words": trouble.words, "seen_by": seen_by}
                    yield Found(node_at(view, trouble.function, trouble.node, "attr"), trouble.node, data)
