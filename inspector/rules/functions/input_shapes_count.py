from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_NOTE, Example, Found, GraphRule, node_at
from inspector.rules.wording import plural
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring

_SHAPES = "_input_shapes"


class InputShapesCount(GraphRule):
    """Function's list of input shapes has another length than its arguments.

    What it checks: the attr _input_shapes of every function, which tf.function writes, against the number of arguments.

    Why it matters: with fewer shapes than arguments tf.saved_model.load stops with "Length of `input_shapes` must match
    the number of `input_arg`s in `fdef`", whether the function is used or not; TensorFlow up to 2.4 does so too with more
    of them. TensorFlow Serving does not read the attr.

    How to fix: a tool that added or removed an argument (a captured variable) left the attr as it was; change it with the
    arguments, or remove it: it is not required.
    """

    code = "FN007"
    name = "input-shapes-count"
    otherwise = ADVICE_NOTE
    needs = ("function attr _input_shapes",)
    message = "the function `{function}` has {arguments} and {shapes} in its attr _input_shapes"
    fix = "remove the attr _input_shapes of `{function}`, or give it one shape an argument"
    good = (
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0) {_input_shapes: [[?,3]]}\n"
            "  y = Relu(a) {T: float32}"
        ),
    )
    bad = (
        Example(
            "function f (a: float32, b: float32) -> (r: float32 = y:activations:0) {_input_shapes: [[?,3]]}\n"
            "  y = Relu(a) {T: float32}",
            expect=("f",),
        ),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0) {_input_shapes: [[?,3], []]}\n"
            "  y = Relu(a) {T: float32}",
            expect=("f",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        function = view.meta.function(wiring.function) if wiring.function else None
        if function is None or _SHAPES not in function.proto.attr:
            return
        shapes, arguments = len(function.proto.attr[_SHAPES].list.shape), len(function.signature.input_arg)
        if shapes and shapes != arguments:
            data = {
                "function": wiring.function,
                "arguments": plural(arguments, "argument"),
                "shapes": plural(shapes, "shape"),
                "fewer": shapes < arguments,
            }
            yield Found(node_at(view, wiring.function, "", "attr"), wiring.function, data)
