from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class InputMissing(GraphRule):
    """Input names a node that does not exist.

    What it checks: every data input and control input of every node, in the main graph and in all functions, against
    the names of the nodes (and of a function's arguments).

    Why it matters: the import stops with "Node 'mm': Unknown input node 'x'". In a function tf.saved_model.load shows a
    bare KeyError: 'x:output:0', used or not; TensorFlow Serving says "input x is not found" when it instantiates the
    function.

    How to fix: a tool that pruned, renamed or spliced nodes left the name behind; run it again with this node's inputs
    kept, or export the model again.
    """

    code = "GR001"
    name = "input-missing"
    otherwise = ADVICE_WARNING
    needs = ("edges bad_inputs",)
    message = "input `{input}` of `{node}` ({op}) names a node that does not exist"
    fix = "export the model again; if the graph was edited, keep the node that `{input}` names, or rewire `{node}`"
    good = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x, ^x) {T: float32}"),
        Example("function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a, ^a) {T: float32}"),
    )
    bad = (
        Example("y = Relu(gone) {T: float32}", expect=("y",)),
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x, ^gone) {T: float32}", expect=("y",)),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(gone:output:0) {T: float32}",
            expect=("y",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        for bad in wiring.bad_inputs:
            if bad.outputs is None:
                yield found_node(
                    wiring,
                    view,
                    bad.node,
                    field="input",
                    input=bad.input,
                    node=wiring.graph.names[bad.node],
                    op=wiring.graph.kinds[bad.node].op,
                    control=bad.input.startswith("^"),
                )
