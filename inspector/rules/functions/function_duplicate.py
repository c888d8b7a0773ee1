from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule, node_at
from inspector.topology.inspection import Inspection


class FunctionDuplicate(Rule):
    """Two functions of the library have the same name.

    What it checks: the names in the function library, and whether functions of one name are identical.

    Why it matters: tf.saved_model.load stops with a bare KeyError: '<name>', identical or not. TensorFlow Serving takes
    identical ones, and says of others "Cannot add function 'f' because a different function with the same name already
    exists."

    How to fix: remove the second one if they are identical; else rename it, and the calls that mean it.
    """

    code = "FN003"
    name = "function-duplicate"
    otherwise = ADVICE_WARNING
    needs = ("duplicate functions",)
    message = "the library has two {sameness} functions named `{function}`"
    fix = "{cure}"
    good = (
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}\n"
            "function g (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}"
        ),
    )
    bad = (
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}\n"
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}",
            expect=("f",),
        ),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}\n"
            "function f (a: float32) -> (r: float32 = y:y:0)\n  y = Tanh(a) {T: float32}",
            expect=("f",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for function, identical in view.meta.library.duplicates:
                sameness = "identical" if identical else "different"
                rename = f"rename one of the functions `{function}`, and the calls that mean it"
                cure = f"remove the second `{function}` from the library" if identical else rename
                data = {"function": function, "identical": identical, "sameness": sameness, "cure": cure}
                yield Found(node_at(view, function, ""), function, data)
