from __future__ import annotations

from collections.abc import Iterator

from inspector.model import dtypes
from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.rules.wording import listed, plural
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class InputCount(GraphRule):
    """Node has more or fewer inputs than its op takes.

    What it checks: the number of data inputs of every node against what its op and attrs (N, Tin ...) ask for, in the
    main graph and in all functions.

    Why it matters: the import stops with "NodeDef expected inputs 'float, float' do not match 1 inputs specified" or
    "Input 2 of node mm does not exist". In a function TensorFlow Serving says "Attempt to access beyond input size" or
    "Expected input[2] ... to be a control input".

    How to fix: give the node the inputs that its op takes; where the attr counts them (N, Tin, Targs), change the attr
    with them. An op that got an input in a newer release has to be exported with the release that is to load it.
    """

    code = "GR003"
    name = "input-count"
    otherwise = ADVICE_WARNING
    needs = ("edges arity",)
    message = "`{node}` ({op}) has {found}, expected {expected} ({types})"
    fix = "give `{node}` {expected}: {types}; or export the model again"
    good = (
        Example("x = Placeholder() {dtype: float32}\ny = MatMul(x, x, ^x) {T: float32}"),
        Example("x = Placeholder() {dtype: float32}\ny = AddN(x, x, x) {T: float32, N: 3}"),
    )
    bad = (
        Example("x = Placeholder() {dtype: float32}\ny = MatMul(x) {T: float32}", expect=("y",)),
        Example("x = Placeholder() {dtype: float32}\ny = AddN(x, x, x) {T: float32, N: 2}", expect=("y",)),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a, a) {T: float32}",
            expect=("y",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        for arity in wiring.arity:
            yield found_node(
                wiring,
                view,
                arity.node,
                field="input",
                node=wiring.graph.names[arity.node],
                op=wiring.graph.kinds[arity.node].op,
                found=plural(arity.found, "input"),
                expected=plural(len(arity.expected), "input"),
                types=listed(dtypes.name(number) if number else "any dtype" for number in arity.expected),
            )
