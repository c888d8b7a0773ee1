from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule, node_at
from inspector.topology.inspection import Inspection


class FunctionNamedLikeOp(Rule):
    """Function has the name of an op.

    What it checks: the name of every function of the library against the ops of the target's release.

    Why it matters: functions and ops share one space of names. TensorFlow Serving and tf.compat.v1.saved_model.load stop
    with "Cannot add function 'MatMul' because an op with the same name already exists.", used or not;
    tf.saved_model.load gives functions new names and loads.

    How to fix: rename the function, with all its callers, or export the model again.
    """

    code = "FN013"
    name = "function-named-like-op"
    otherwise = ADVICE_NOTE
    needs = ("function like an op",)
    about_nodes = True
    message = "the function `{function}` has the name of an op"
    fix = "give the function `{function}` another name, in its signature and in all that call it"
    good = (Example("function matmul (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}"),)
    bad = (
        Example(
            "function MatMul (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}",
            expect=("MatMul",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for name in view.meta.library.by_name:
                # An op begins with a capital letter (framework/op_def_util.cc ValidateOpDef). Only such names are looked
                # up: who asks for an op that the model does not use has looked at the target.
                if name[:1].isupper() and view.ops.registered(name) is not None:
                    yield Found(node_at(view, name, ""), name, {"function": name})
