from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule, node_at
from inspector.topology.inspection import Inspection

UNKNOWN, TWICE = "unknown", "twice"
_F = """\
function f (a: float32) -> (r: float32 = a)
function g (a: float32, b: float32) -> (r: float32 = b)
"""


class GradientDefinition(Rule):
    """The library gives a gradient to a function that it does not have, or two gradients to one function.

    What it checks: the GradientDefs of the function library (those of V1 graphs; custom gradients of TensorFlow 2 are
    registered otherwise).

    Why it matters: tf.compat.v1.saved_model.load stops with "FunctionDefLibrary missing 'x' FunctionDef" and prints the
    whole library; TensorFlow Serving stops over two gradients of one function: "Cannot assign gradient function 'b' to
    'f' because it already has gradient function 'a'".

    How to fix: no loaded model needs gradients to be served: remove library.gradient, or export the model again.
    """

    code = "FN010"
    name = "gradient-definition"
    otherwise = ADVICE_NOTE
    needs = ("gradients",)
    message = "the library gives `{function}` the gradient `{gradient}`, {why}"
    fix = "remove this entry of library.gradient, or export the model again"
    good = (Example(f"{_F}gradient f = g"),)
    bad = (
        Example(f"{_F}gradient f = g\ngradient f = f", expect=("f",)),
        Example(f"{_F}gradient gone = g", expect=("gone",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            known: dict[str, str] = {}
            for function, gradient in view.meta.library.gradients:
                other = known.setdefault(function, gradient)
                problem = TWICE if other != gradient else UNKNOWN if function not in view.meta.library.by_name else ""
                if problem:
                    missing = "which the library does not have" if problem == UNKNOWN else f"it has `{other}` already"
                    data = {"function": function, "gradient": gradient, "problem": problem, "why": missing}
                    yield Found(node_at(view, function, "", "gradient"), function, data)
