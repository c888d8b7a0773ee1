from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.model.graph import Form
from inspector.rules.rule import ADVICE_WARNING, Example, KindRule
from inspector.topology import attr_faults
from inspector.topology.ops import OpSet


class AttrType(KindRule):
    """Attr holds another kind of value than its op says.

    What it checks: the kind of value of every attr (int, type, string, shape, list(int) ...) against the op's
    definition in the target's release, list elements included. Attrs of functions that are filled in at the call
    (placeholders) are let through.

    Why it matters: the import of the graph stops with "AttrValue had value with type 'int' when 'type' expected", in
    Python loaders in every function, used or not.

    How to fix: write the attr with the kind of value that the op wants; a converter that makes such graphs was built
    for another release of TensorFlow.
    """

    code = "OP003"
    name = "attr-type"
    otherwise = ADVICE_WARNING
    needs = ("attrs of another kind",)
    message = "attr `{attr}` of op `{op}` holds {found}, expected {expected}"
    fix = "set `{attr}` to a value of kind {expected}, or export the model again"
    good = (
        Example("x = Placeholder() {dtype: float32, shape: [?,64]}\ny = Relu(x) {T: float32}"),
        Example("x = Placeholder() {dtype: float32}\ny = Squeeze(x) {T: float32, squeeze_dims: list [0, 1]}"),
        Example("x = Placeholder() {dtype: float32}\ny = Squeeze(x) {T: float32, squeeze_dims: list []}"),
    )
    bad = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: 3}", expect=("y",)),
        Example("x = Placeholder() {dtype: float32}\ny = Squeeze(x) {T: float32, squeeze_dims: [true]}", expect=("y",)),
        Example("x = Placeholder() {dtype: float32}\ny = Squeeze(x) {T: float32, squeeze_dims: 3}", expect=("y",)),
        Example(
            'function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: "float32"}',
            expect=("y",),
        ),
    )

    def check_form(self, form: Form, ops: OpSet) -> Iterator[dict[str, Any]]:
        op_def = ops.op(form.op)
        if op_def is not None:
            for attr, expected, found in attr_faults.wrong_kinds(op_def, form):
                yield {
                    "op": form.op,
                    "attr": attr,
                    "expected": expected,
                    "found": found or "nothing",
                    "unset": not found,
                    "filled": not found and (expected.startswith("list(") or attr_faults.has_default(op_def, attr)),
                    "decides_types": attr_faults.decides_types(attr, op_def),
                }
