from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_NOTE, Example, Found, GraphRule, node_at
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class ArgumentDtype(GraphRule):
    """Function has an argument without a dtype.

    What it checks: that each argument of every function says its dtype, and, where it leaves that to an attr of the call,
    that the function declares this attr.

    Why it matters: tf.saved_model.load makes a placeholder of each argument of every function, used or not, and stops with
    "AttrValue has invalid DataType for attr 'dtype'"; tf.compat.v1.saved_model.load with "Cannot convert the argument
    `type_value`: 0 to a TensorFlow DType". TensorFlow Serving stops with "type attr not found: T In x:T" where the main
    graph calls the function and it does not declare the attr.

    How to fix: functions of a SavedModel have arguments of a fixed dtype: write it into the signature's input_arg, or export
    the model again.
    """

    code = "FN012"
    name = "argument-dtype"
    otherwise = ADVICE_NOTE
    needs = ("edges untyped",)
    message = "argument `{argument}` of the function `{function}` has no dtype{attr}"
    fix = "give the argument `{argument}` of `{function}` its dtype, or export the model again"
    good = (Example("function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}"),)
    bad = (
        Example(
            "function f (a: invalid(0)) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}",
            expect=("f",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        function = view.meta.function(wiring.function) if wiring.function else None
        if function is None:
            return
        declared = {attr.name for attr in function.signature.attr}
        for argument in function.signature.input_arg:
            if not argument.type:
                by = argument.type_attr or argument.type_list_attr
                data = {
                    "argument": argument.name,
                    "function": wiring.function,
                    "attr": f", but the attr `{by}`" if by else "",
                    "undeclared": by not in declared,
                }
                yield Found(node_at(view, wiring.function, "", "signature"), wiring.function, data)
