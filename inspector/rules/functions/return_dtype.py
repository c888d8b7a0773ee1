from __future__ import annotations

from collections.abc import Iterator

from inspector.model import dtypes
from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, node_at
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class ReturnDtype(GraphRule):
    """Function returns another dtype than its signature says.

    What it checks: the dtype of the tensor that each output of every function returns, against the function's signature.

    Why it matters: TensorFlow Serving stops with "Invalid ret types" when it instantiates the function.
    tf.saved_model.load takes the dtype of the tensor, and does not notice.

    How to fix: cast the tensor where the model is built (tf.cast), or let the signature say the tensor's dtype, the
    calls' Tout with it.
    """

    code = "FN005"
    name = "return-dtype"
    otherwise = ADVICE_WARNING
    needs = ("edges bad_returns",)
    message = "output `{output}` of the function `{function}` is {expected}, `{tensor}` gives {found}"
    fix = "declare the output `{output}` of `{function}` as {found}, or cast `{tensor}` to {expected}"
    good = (Example("function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}"),)
    bad = (
        Example("function f (a: float32) -> (r: int32 = y:activations:0)\n  y = Relu(a) {T: float32}", expect=("r",)),
        Example("function f (a: float32) -> (r: int32 = a)", expect=("r",)),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        for bad in wiring.bad_returns:
            if bad.found is not None:
                data = {
                    "function": wiring.function,
                    "output": bad.output,
                    "tensor": bad.tensor,
                    "found": dtypes.name(bad.found),
                    "expected": dtypes.name(bad.expected),
                }
                yield Found(node_at(view, wiring.function, "", "ret"), bad.output, data)
