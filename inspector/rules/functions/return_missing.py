from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, node_at
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring

_FLAT = re.compile(r"[^:^]+(:\d+)?")  # as in a main graph


class ReturnMissing(GraphRule):
    """Function returns a tensor that its body does not have.

    What it checks: that each output of every function has a return, that it names a tensor of the body or an argument,
    and that each control return names a node.

    Why it matters: tf.saved_model.load stops with a bare KeyError: '' or 'x:output:0', used or not. TensorFlow Serving
    stops with "Return identity missing" when it instantiates the function, and does not look at control returns.

    How to fix: a tool that pruned or renamed nodes of the body left the return behind; keep these nodes, or export the
    model again.
    """

    code = "FN004"
    name = "return-missing"
    otherwise = ADVICE_WARNING
    needs = ("edges bad_returns",)
    message = "{what} `{output}` of the function `{function}` {problem}"
    fix = "export the model again; if the function was edited, let `{output}` name what the body has"
    good = (
        Example("function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}"),
        Example("function f (a: float32) -> (r: float32 = a)"),
    )
    bad = (
        Example("function f (a: float32) -> (r: float32 = gone:output:0)\n  y = Relu(a) {T: float32}", expect=("r",)),
        Example("function f (a: float32) -> (r: float32 = y:nope:0)\n  y = Relu(a) {T: float32}", expect=("r",)),
        Example("function f (a: float32) -> (r: float32)\n  y = Relu(a) {T: float32}", expect=("r",)),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        for bad in wiring.bad_returns:
            if bad.found is None:
                control = bad.tensor.startswith("^")
                problem = f"names `{bad.tensor.lstrip('^')}`, which does not exist" if bad.tensor else "has no return"
                data = {
                    "function": wiring.function,
                    "output": bad.output,
                    "tensor": bad.tensor,
                    "control": control,
                    "short": bad.short,
                    "flat": bool(_FLAT.fullmatch(bad.tensor)) and bad.tensor.partition(":")[0] in wiring.positions,
                    "what": "control output" if control else "output",
                    "problem": problem,
                }
                yield Found(node_at(view, wiring.function, "", "ret"), bad.output, data)
