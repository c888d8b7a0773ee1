from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class ControlInputOrder(GraphRule):
    """Node lists a control input before a data input.

    What it checks: that each node's control inputs ("^x") come after its data inputs, in the main graph and in all
    functions.

    Why it matters: the import stops with "Control dependencies must come after regular dependencies"; in a function
    TensorFlow Serving says "input ^x is not found".

    How to fix: move the inputs that begin with "^" to the end of the node's list.
    """

    code = "GR008"
    name = "control-input-order"
    otherwise = ADVICE_WARNING
    needs = ("edges control_order",)
    message = "`{node}` ({op}) lists a control input before a data input: {inputs}"
    fix = "list the inputs of `{node}` in this order: {order}"
    good = (Example("x = Placeholder() {dtype: float32}\ny = Relu(x, ^x) {T: float32}"),)
    bad = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(^x, x) {T: float32}", expect=("y",)),
        Example(
            "function f (a: float32) -> (r: float32 = y:product:0)\n  y = MatMul(a, ^a, a, ^a) {T: float32}",
            expect=("y",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        for at in wiring.control_order:
            inputs = wiring.graph.inputs[at]
            yield found_node(
                wiring,
                view,
                at,
                field="input",
                node=wiring.graph.names[at],
                op=wiring.graph.kinds[at].op,
                inputs=", ".join(inputs),
                order=", ".join(sorted(inputs, key=lambda tensor: tensor.startswith("^"))),
            )
