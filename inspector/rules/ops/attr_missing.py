from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.model.graph import Form
from inspector.rules.rule import ADVICE_WARNING, Example, KindRule
from inspector.rules.wording import listed
from inspector.topology import attr_faults
from inspector.topology.ops import OpSet


class AttrMissing(KindRule):
    """Node lacks an attr that its op requires.

    What it checks: for every node, in the main graph and in all functions, that each attr of its op is there, or has a
    default in the target's TensorFlow release.

    Why it matters: the import of the graph stops with "NodeDef missing attr 'T' from Op<name=MatMul; ...>", "type attr
    not found: T" or "No attr named 'T' in NodeDef". Python loaders look into every function, used or not. TensorFlow
    Serving also refuses a Const without a value wherever it is: "Saved model contains node "c" which is a constant
    tensor but no value has been provided".

    How to fix: give the node the attr, if the graph was edited by hand or converted; else load the model with a
    TensorFlow at least as old as the one that saved it, or export it again with the target's release.
    """

    code = "OP002"
    name = "attr-missing"
    otherwise = ADVICE_WARNING
    needs = ("attrs missing",)
    message = "a node of op `{op}` lacks {lacking}, which its op requires"
    fix = "set {lacking} where the node is made, or export the model again with the TensorFlow that is to load it"
    good = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"),
        Example("x = Placeholder() {dtype: float32}\ny = MatMul(x, x) {T: float32, transpose_a: true}"),
    )
    bad = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x)", expect=("y",)),
        Example("c = Const() {dtype: float32}", expect=("c",)),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a)",
            expect=("y",),
        ),
    )

    def check_form(self, form: Form, ops: OpSet) -> Iterator[dict[str, Any]]:
        op_def = ops.op(form.op)
        if op_def is not None:
            missing = attr_faults.missing(op_def, form)
            if missing:
                names = tuple(attr.name for attr in missing)
                types = listed(f"`{attr.name}` ({attr.type})" for attr in missing)
                yield {"op": form.op, "attrs": names, "lacking": types}
