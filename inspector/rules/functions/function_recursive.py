from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule, node_at
from inspector.topology.inspection import Inspection


class FunctionRecursive(Rule):
    """Function calls itself, directly or through others.

    What it checks: the calls among the functions of the library, through every attr that names a function.

    Why it matters: TensorFlow instantiates a function with all that it calls, so a circle has no end. tf.saved_model.load
    stops with "There is a cyclic dependency between functions. Could not resolve [...]".

    How to fix: write the recursion as a loop (tf.while_loop); tf.function cannot make such a model, so a tool that
    renamed or merged functions is the likely cause.
    """

    code = "FN002"
    name = "function-recursive"
    otherwise = ADVICE_WARNING
    needs = ("recursion",)
    about_nodes = True
    message = "the function `{function}` calls itself: {path}"
    fix = "cut the circle {path}, with a loop in the place of the recursion"
    good = (
        Example(
            "function f (a: float32) -> (r: float32 = y:output:0)\n"
            "  y = PartitionedCall(a) {f: @g, Tin: [float32], Tout: [float32]}\n"
            "function g (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}"
        ),
    )
    bad = (
        Example(
            "function f (a: float32) -> (r: float32 = y:output:0)\n"
            "  y = PartitionedCall(a) {f: @f, Tin: [float32], Tout: [float32]}",
            expect=("f",),
        ),
        Example(
            "function f (a: float32) -> (r: float32 = y:output:0)\n"
            "  y = PartitionedCall(a) {f: @g, Tin: [float32], Tout: [float32]}\n"
            "function g (a: float32) -> (r: float32 = y:output:0)\n"
            "  y = PartitionedCall(a) {f: @f, Tin: [float32], Tout: [float32]}",
            expect=("f",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for loop in view.reach.loops():
                path = " → ".join([*loop, loop[0]])
                yield Found(node_at(view, loop[0], ""), loop[0], {"function": loop[0], "path": path})
