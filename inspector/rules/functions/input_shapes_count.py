from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_NOTE, Example, Found, GraphRule, node_at
from inspector.rules.wording import plural
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring

_SHAPES = "_input_shapes"
_OWN = "_output_shapes"


class InputShapesCount(GraphRule):
    """Function's list of input shapes has another length than its arguments.

    What it checks: the attr _input_shapes of every function, which tf.function writes, against the number of arguments,
    and that the attr _output_shapes of an argument holds a shape, if it is a list.

    Why it matters: with fewer shapes than arguments tf.saved_model.load stops with "Length of `input_shapes` must match
    the number of `input_arg`s in `fdef`", and with an argument's empty list with "list index out of range", whether the
    function is used or not; TensorFlow up to 2.4 does so too with more shapes than arguments. TensorFlow Serving reads
    neither attr.

    How to fix: a tool that added or removed an argument (a captured variable) left the attr as it was; change it with the
    arguments, or remove it: it is not required.
    """

    code = "FN007"
    name = "input-shapes-count"
    otherwise = ADVICE_NOTE
    needs = ("functions",)
    message = "{owner} has {arguments} and {shapes} in its attr {attr}"
    fix = "remove the attr {attr} of {owner}, or give it one shape an argument"
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
        Example(
            "function f (a: float32 {_output_shapes: list []}) -> (r: float32 = y:activations:0)\n"
            "  y = Relu(a) {T: float32}",
            expect=("f",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        function = view.meta.function(wiring.function) if wiring.function else None
        if function is None:
            return
        arguments = function.signature.input_arg
        if _SHAPES in function.proto.attr:
            shapes = len(function.proto.attr[_SHAPES].list.shape)
            if shapes and shapes != len(arguments):
                yield _found(view, wiring.function, f"function `{wiring.function}`", len(arguments), shapes, _SHAPES)
        for index, own in function.proto.arg_attr.items():
            if _OWN in own.attr and own.attr[_OWN].HasField("list") and not own.attr[_OWN].list.shape:
                name = arguments[index].name if index < len(arguments) else str(index)
                yield _found(view, wiring.function, f"argument `{name}` of function `{wiring.function}`", 1, 0, _OWN)


def _found(view: MetaView, function: str, owner: str, arguments: int, shapes: int, attr: str) -> Found:
    data = {
        "function": function,
        "owner": f"the {owner}",
        "arguments": plural(arguments, "argument"),
        "shapes": plural(shapes, "shape"),
        "attr": attr,
        "fewer": shapes < arguments,
    }
    return Found(node_at(view, function, "", "attr"), function, data)
