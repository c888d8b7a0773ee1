from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.model.graph import Form
from inspector.rules.rule import ADVICE_NOTE, Example, KindRule, with_ops
from inspector.topology.ops import OpSet


class OneShotIterator(KindRule):
    """Node makes a one-shot iterator, which tf.saved_model.load cannot run.

    What it checks: nodes with the op OneShotIterator, of tf.compat.v1.data.make_one_shot_iterator.

    Why it matters: tf.saved_model.load gives every resource of a loaded graph a shared_name of its own, and this op
    refuses one when it is called: "OneShotIteratorOp does not currently support the 'shared_name' attr."
    tf.compat.v1.saved_model.load and TensorFlow Serving run it.

    How to fix: export an inference graph that is fed by a placeholder, or load it with tf.compat.v1.saved_model.load.
    """

    code = "OP010"
    name = "one-shot-iterator"
    otherwise = ADVICE_NOTE
    needs = with_ops("OneShotIterator")
    message = "op `{op}` cannot have a shared_name, which tf.saved_model.load gives it"
    fix = "let a placeholder take the place of the iterator, or load the model with tf.compat.v1.saved_model.load"
    good = (Example("x = Placeholder() {dtype: float32}"),)
    bad = (
        Example(
            "x = OneShotIterator() {dataset_factory: @f, output_types: [float32], output_shapes: [[]]}\n"
            "function f () -> (r: variant = c:output:0)\n  c = Const() {dtype: variant, value: variant[] <>}",
            expect=("x",),
        ),
    )

    def check_form(self, form: Form, ops: OpSet) -> Iterator[dict[str, Any]]:
        if form.op == "OneShotIterator":
            yield {"op": form.op}
