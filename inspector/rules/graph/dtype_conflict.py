from __future__ import annotations

from collections.abc import Iterator

from inspector.model import dtypes
from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class DtypeConflict(GraphRule):
    """Edge whose two ends disagree about the dtype.

    What it checks: for every input of every node, the dtype of the output that feeds it against the dtype that the
    node's attrs promise; in the main graph and in all functions. A reference (a V1 variable) also feeds its value.

    Why it matters: the import of the graph stops with "Input 0 of node MatMul was passed float from x:0 incompatible
    with expected double."; Python loaders do so in every function, used or not.

    How to fix: cast the tensor where the model is built (tf.cast) and export again; a graph that was edited by hand or
    converted needs both ends changed, the producer's attr and the consumer's.
    """

    code = "GR004"
    name = "dtype-conflict"
    otherwise = ADVICE_WARNING
    needs = ("edges conflicts",)
    message = "input {position} of `{node}` ({op}) expects {expected}, `{tensor}` gives {found}"
    fix = "cast where the model is built: tf.cast(x, tf.{expected}), and export again"
    good = (Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"),)
    bad = (Example("x = Placeholder() {dtype: float64}\ny = Relu(x) {T: float32}", expect=("y",)),)

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        for conflict in wiring.conflicts:
            yield found_node(
                wiring,
                view,
                conflict.node,
                field="input",
                position=conflict.position,
                tensor=conflict.input,
                node=wiring.graph.names[conflict.node],
                op=wiring.graph.kinds[conflict.node].op,
                found=dtypes.name(conflict.found),
                expected=dtypes.name(conflict.expected),
            )
