from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from inspector.catalogue.features import DTYPES_SINCE
from inspector.model import dtypes
from inspector.model.graph import Form
from inspector.rules.rule import ADVICE_WARNING, Example, KindRule
from inspector.topology import attr_faults
from inspector.topology.ops import OpSet


class AttrValueNotAllowed(KindRule):
    """Attr has a value that its op does not allow.

    What it checks: the value of every attr against the allowed values and the minimum of the op's definition in the
    target's release (for lists, of each element and of the length), and that the release has the dtype at all.

    Why it matters: the import of the graph stops with "Value for attr 'T' of string is not in the list of allowed
    values: bfloat16, half, float, ...", "must be at least minimum 1" or "AttrValue has invalid DataType enum: 777". Newer
    releases allow more dtypes: a float8 model fails so in an old one. In a function that the main graph reaches C++ does
    not look before it acts: AddN, Pack or Merge without inputs (N: 0) crash the process that loads the model.

    How to fix: load the model with a TensorFlow that allows the value (that which saved it does), or export it with an
    allowed one: cast to another dtype before the op.
    """

    code = "OP004"
    name = "attr-value-not-allowed"
    otherwise = ADVICE_WARNING
    needs = ("attrs not allowed",)
    message = "attr `{attr}` of op `{op}` is {found}, expected {expected}"
    fix = "set `{attr}` to {expected}, or load the model with the TensorFlow that saved it"
    good = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"),
        Example("x = Placeholder() {dtype: float32}\ny = AddN(x, x) {T: float32, N: 2}"),
        Example('x = Placeholder() {dtype: float32}\ny = BiasAdd(x, x) {T: float32, data_format: "NHWC"}'),
        Example("x = Placeholder() {dtype: int4}", target="2.15"),
    )
    bad = (
        Example("x = Placeholder() {dtype: string}\ny = Relu(x) {T: string}", expect=("y",)),
        Example("x = Placeholder() {dtype: invalid(777)}", expect=("x",)),
        Example("x = Placeholder() {dtype: int4}", expect=("x",), target="2.14"),
        Example("x = Placeholder() {dtype: float32}\ny = AddN() {T: float32, N: 0}", expect=("y",)),
        Example('x = Placeholder() {dtype: float32}\ny = BiasAdd(x, x) {T: float32, data_format: "X"}', expect=("y",)),
        Example(
            "function f (a: string) -> (r: string = y:activations:0)\n  y = Relu(a) {T: string}",
            expect=("y",),
        ),
    )

    def widening(self, data: Mapping[str, Any], release: str) -> str:
        return f"export the model again with `{data['attr']}` of `{data['op']}` {data['expected']}"

    def check_form(self, form: Form, ops: OpSet) -> Iterator[dict[str, Any]]:
        op_def = ops.op(form.op)
        if op_def is not None:
            for attr, found, expected, kind in attr_faults.not_allowed(op_def, form):
                yield {"op": form.op, "attr": attr, "found": found, "expected": expected, "kind": kind}
            for attr, number in attr_faults.young_dtypes(op_def, form):
                since = DTYPES_SINCE[number]
                if ops.release.minor < since:
                    expected = f"a dtype from before TensorFlow {since[0]}.{since[1]}"
                    data = {"op": form.op, "attr": attr, "found": dtypes.name(number), "expected": expected}
                    yield {**data, "kind": attr_faults.NO_DTYPE}
