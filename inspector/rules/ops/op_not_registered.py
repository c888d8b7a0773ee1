from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from inspector.catalogue import near_ops, release, releases_with
from inspector.model.graph import Form
from inspector.rules.rule import ADVICE_WARNING, Example, KindRule
from inspector.topology.ops import OpSet


class OpNotRegistered(KindRule):
    """Node uses an op that the target does not register.

    What it checks: every node's op, in the main graph and in all functions, against the ops of the target's TensorFlow
    release and the functions of the model's own library.

    Why it matters: TensorFlow looks ops up by name when it loads a graph. tf.saved_model.load does so in every function,
    used or not, and stops with "Op type not registered 'MyCustomOp' in binary running on ..."; TensorFlow Serving and
    tf.compat.v1.saved_model.load do so for the main graph and what it reaches.

    How to fix: import the package that registers the op before the load (``import tensorflow_text``,
    ``tf.load_op_library("my_ops.so")``), use a TensorFlow release that has the op, or export the model without it.
    """

    code = "OP001"
    name = "op-not-registered"
    otherwise = ADVICE_WARNING
    names_release = True
    message = "op `{op}` is not registered in TensorFlow {tensorflow}"
    fix = "{cure}"
    good = (Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"),)
    bad = (Example("x = Placeholder() {dtype: float32}\ny = MyCustomOp(x)", expect=("y",)),)

    def widening(self, data: Mapping[str, Any], release: str) -> str:
        if releases_with(data["op"]):
            return f"export the model again without `{data['op']}`, or with TensorFlow {release}"
        return super().widening(data, release)

    def check_form(self, form: Form, ops: OpSet) -> Iterator[dict[str, Any]]:
        if ops.op(form.op) is None:
            yield {"op": form.op, "tensorflow": "", "cure": _cure(form.op)}


@lru_cache(maxsize=256)
def _near(op: str) -> tuple[str, ...]:
    """Asked of the newest release, so that it is asked once however many targets there are."""
    return near_ops(op, release("latest"))


def _cure(op: str) -> str:
    known = releases_with(op)
    if known:
        return f"load it with a TensorFlow from {known[0]} to {known[-1]}, or export the model again without `{op}`"
    cure = f"before the load, import the Python package that registers `{op}`, or tf.load_op_library(...) its library"
    near = _near(op)
    return f"{cure} (the nearest op of TensorFlow is `{near[0]}`)" if near else cure
