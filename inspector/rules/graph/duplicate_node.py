from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class DuplicateNode(GraphRule):
    """Two nodes of one graph have the same name.

    What it checks: the names of the nodes of the main graph, and of each function together with its arguments.

    Why it matters: edges go by name. The import stops with "Node 'x' is not unique"; in a function TensorFlow Serving
    says "Duplicated ret name".

    How to fix: rename one of them, and the inputs that mean it; a tool that merges two graphs has to give each a name
    scope (tf.import_graph_def(..., name="second")).
    """

    code = "GR006"
    name = "duplicate-node"
    otherwise = ADVICE_WARNING
    needs = ("edges duplicates",)
    message = "the name `{node}` is taken twice: the second one is of op {op}, the first one {first}"
    fix = "give the second `{node}` another name, and change the inputs that mean it"
    good = (Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"),)
    bad = (
        Example("x = Placeholder() {dtype: float32}\nx = Relu(x) {T: float32}", expect=("x",)),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n"
            "  y = Relu(a) {T: float32}\n  a = Const() {dtype: float32, value: float32[] <1.0>}",
            expect=("a",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        for at in wiring.duplicates:
            name = wiring.graph.names[at]
            first = wiring.positions[name]
            op = f"of op {wiring.graph.kinds[first].op}" if first >= 0 else "an argument of the function"
            yield found_node(
                wiring, view, at, field="name", node=name, op=wiring.graph.kinds[at].op, first=op, argument=first < 0
            )
