from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule, node_at
from inspector.rules.wording import plural
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.shapes.propagation import UNSHAPED

_SHAPES = "_input_shapes"
_OWN = "_output_shapes"


class InputShapesCount(Rule):
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
    about_nodes = True
    needs = ("function attr _input_shapes", "shapes")
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

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for function in view.meta.library.functions:
                arguments = len(function.signature.input_arg)
                shapes = len(function.proto.attr[_SHAPES].list.shape) if _SHAPES in function.proto.attr else 0
                if shapes and shapes != arguments:
                    yield _found(view, function.name, f"function `{function.name}`", arguments, shapes, _SHAPES)
            for trouble in view.shape_troubles:
                if trouble.kind == UNSHAPED:
                    owner = f"argument `{trouble.node}` of function `{trouble.function}`"
                    yield _found(view, trouble.function, owner, 1, 0, _OWN)


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
