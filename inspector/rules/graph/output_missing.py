from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.rules.wording import some_of
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class OutputMissing(GraphRule):
    """Input names an output that its node does not have.

    What it checks: the output index ("x:7"), in functions the output's name ("x:product:0"), of every input against
    the outputs of the node that it names, in the main graph and in all functions.

    Why it matters: the import stops with "Connecting to invalid output 7 of source node x which has 1 outputs". In a
    function tf.saved_model.load shows a bare KeyError: 'x:nope:0', used or not; TensorFlow Serving says "input x:nope:0
    is not found". The short form "x:product" works in TensorFlow Serving, and is a KeyError in Python.

    How to fix: name an output that the node has; an op whose outputs changed between releases (or a converter that
    counts them otherwise) makes such graphs, so export again with the release that is to load the model.
    """

    code = "GR002"
    name = "output-missing"
    otherwise = ADVICE_WARNING
    needs = ("edges bad_inputs",)
    message = "input `{input}` of `{node}` ({op}) names an output that its node does not have; there is {there}"
    fix = "rewire `{node}` to {there}, or export the model again"
    good = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x:0) {T: float32}"),
        Example(
            "function f (a: float32) -> (r: float32 = z:activations:0)\n"
            "  y = Relu(a) {T: float32}\n  z = Relu(y:activations:0) {T: float32}"
        ),
    )
    bad = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x:7) {T: float32}", expect=("y",)),
        Example("n = NoOp()\ny = Relu(n) {T: float32}", expect=("y",)),
        Example(
            "function f (a: float32) -> (r: float32 = z:activations:0)\n"
            "  y = Relu(a) {T: float32}\n  z = Relu(y:nope:0) {T: float32}",
            expect=("z",),
        ),
        Example(
            "function f (a: float32) -> (r: float32 = z:activations:0)\n"
            "  y = Relu(a) {T: float32}\n  z = Relu(y:activations) {T: float32}",
            expect=("z",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        for bad in wiring.bad_inputs:
            if bad.outputs is not None:
                yield found_node(
                    wiring,
                    view,
                    bad.node,
                    field="input",
                    input=bad.input,
                    node=wiring.graph.names[bad.node],
                    op=wiring.graph.kinds[bad.node].op,
                    there=some_of(bad.outputs) if bad.outputs else "none",
                    short=bad.short,
                    flat=bool(wiring.function) and re.fullmatch(r"[^:]+(:\d+)?", bad.input) is not None,
                )
