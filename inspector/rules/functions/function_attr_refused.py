from __future__ import annotations

from collections.abc import Iterator

from inspector.catalogue.features import FUNCTION_ATTRS
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule, node_at
from inspector.topology.inspection import Inspection

# What came later, and the last of the releases looked at that lacks it.
_NOT_YET_IN = {
    "_disable_acd": (2, 12),
    "disable_summaries_at_runtime": (2, 12),
    "runtime_constant_optimization": (2, 12),
    "function_runs_at_most_once": (2, 18),
}
_CHECKED = (2, 12)
_RELU = "function f (a: float32) -> (r: float32 = y:activations:0) {{{attrs}}}\n  y = Relu(a) {{T: float32}}"


class FunctionAttrRefused(Rule):
    """Function has an attr that the target's tf.saved_model.load does not take.

    What it checks: the names of the attrs of every function in the library, against those that TensorFlow's Python
    allows from 2.12 on. Newer releases write new ones.

    Why it matters: tf.saved_model.load stops with "Allowlist does not support `x` as an attribute.", also for a
    function that nothing calls. The others ignore such attrs.

    How to fix: load the model with a TensorFlow as new as that which saved it; remove the attr from the FunctionDef if a
    tool put it there.
    """

    code = "FN008"
    name = "function-attr-refused"
    otherwise = ADVICE_NOTE
    needs = ("new function attr",)
    message = "function `{function}` has the attr `{attr}`, which tf.saved_model.load of {release} does not take"
    fix = "load the model with {cure}, or remove `{attr}` from the attrs of `{function}`"
    good = (
        Example(_RELU.format(attrs='_implements: "lstm", _noinline: true')),
        Example(_RELU.format(attrs="function_runs_at_most_once: true")),
    )
    bad = (
        Example(_RELU.format(attrs="my_attr: true"), expect=("f",)),
        Example(_RELU.format(attrs="function_runs_at_most_once: true"), expect=("f",), target="2.18"),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for function in view.meta.library.functions:
                for attr in sorted(set(function.proto.attr) - FUNCTION_ATTRS):
                    if it.target.minor < _CHECKED:
                        continue
                    lacking = _NOT_YET_IN.get(attr)
                    if lacking is not None and it.target.minor > lacking:
                        continue
                    cure = "the TensorFlow that saved it" if lacking is None else f"a TensorFlow after {_text(lacking)}"
                    data = {"function": function.name, "attr": attr, "release": _text(it.target.minor), "cure": cure}
                    yield Found(node_at(view, function.name, "", "attr"), function.name, data)


def _text(minor: tuple[int, int]) -> str:
    return ".".join(map(str, minor))
