from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.rules.wording import plural
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring, loop_among

_SHOWN = 6


class Cycle(GraphRule):
    """Nodes feed each other in a circle.

    What it checks: the edges, control edges included, of the main graph and of each function. The loops of V1 graphs,
    which go from NextIteration back to Merge, are no fault.

    Why it matters: no node of the circle can ever run; the import stops with "3 nodes in a cycle".

    How to fix: cut the circle where the graph was edited or converted; a loop has to be a While op, or Enter, Merge,
    Switch, NextIteration and Exit.
    """

    code = "GR005"
    name = "cycle"
    otherwise = ADVICE_WARNING
    needs = ("edges cycle",)
    message = "{size} in a cycle: {path}"
    fix = "remove one of these edges: {path}"
    good = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}\nz = Relu(y) {T: float32}"),
        Example(
            'c = Const() {dtype: bool, value: bool[] <true>}\nx = Placeholder() {dtype: float32}\n'
            'e = Enter(x) {T: float32, frame_name: "f"}\nm = Merge(e, n) {T: float32, N: 2}\n'
            "s = Switch(m, c) {T: float32}\nn = NextIteration(s:1) {T: float32}\no = Exit(s) {T: float32}"
        ),
    )  # fmt: skip
    bad = (
        Example("x = Relu(z) {T: float32}\ny = Relu(x) {T: float32}\nz = Relu(y) {T: float32}", expect=("x", "y", "z")),
        Example("x = NoOp(^x)", expect=("x",)),
        Example(
            "function f (a: float32) -> (r: float32 = y:sum:0)\n  y = AddN(a, z:activations:0) {T: float32, N: 2}\n"
            "  z = Relu(y:sum:0) {T: float32}\n  end = Relu(z:activations:0) {T: float32}",
            expect=("y", "z"),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        if not wiring.cycle:
            return
        loop = [wiring.graph.names[i] for i in loop_among(wiring.graph, wiring.cycle)]
        path = [*loop, loop[0]] if len(loop) <= _SHOWN else [*loop[:_SHOWN], "...", loop[0]]
        size = plural(len(wiring.cycle), "node")
        for at in wiring.cycle:
            yield found_node(wiring, view, at, field="input", size=size, path=" → ".join(path))
