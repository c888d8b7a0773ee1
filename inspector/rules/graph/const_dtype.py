from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule, node_at, with_ops
from inspector.topology.const_faults import UNREAD, faulty_consts
from inspector.topology.inspection import Inspection


class ConstDtype(Rule):
    """Const holds a tensor that contradicts its dtype or its shape.

    What it checks: the value of every Const, in the main graph and in all functions: its dtype against the node's attr,
    the number of its bytes against its shape, and that the shape is a whole one.

    Why it matters: unused, such a Const loads. In use the call stops with "Cannot parse tensor from proto" or "Type
    mismatch between value (int32) and dtype (float)", or the process dies: "Check failed: dtype() == expected_dtype". A
    shape with an unknown dimension stops TensorFlow Serving wherever it is ("initializes from a tensor with -1
    elements"), one with more than 2**63 - 1 elements kills it when it loads the model. A Session adds each function
    twice and compares: a tensor that cannot be parsed does not equal itself, and tf.compat.v1.saved_model.load stops with
    "Cannot add function 'f' because a different function with the same name already exists", used or not.

    How to fix: write value and dtype together (tf.make_tensor_proto), and as many values as the shape has; a tool that
    converts weights to another dtype has to change both.
    """

    code = "GR009"
    name = "const-dtype"
    otherwise = ADVICE_WARNING
    needs = with_ops("Const")
    about_nodes = True
    message = "Const `{node}` holds {found}, expected {expected}"
    fix = (
        "write the value of `{node}` again: tf.make_tensor_proto(values, dtype, shape), with the same dtype in its attr"
    )
    good = (
        Example("c = Const() {dtype: float32, value: float32[2] <1.0, 2.0>}"),
        Example('c = Const() {dtype: string, value: string[2] <"a", "b">}'),
        Example("c = Const() {dtype: int32, value: int32[8] <0>}"),
    )
    bad = (
        Example("c = Const() {dtype: float32, value: int32[2] <1, 2>}", expect=("c",)),
        Example('c = Const() {dtype: float32, value: float32[3] content "\\x00\\x00"}', expect=("c",)),
        Example("c = Const() {dtype: float32, value: float32[?] <1.0>}", expect=("c",)),
        Example("c = Const() {dtype: float32, value: float32[9223372036854775807,4] <1.0>}", expect=("c",)),
        Example(
            "function f () -> (r: float32 = c:output:0)\n  c = Const() {dtype: float32, value: int32[] <1>}",
            expect=("c",),
        ),
        Example("c = Const() {dtype: float32, value: invalid(777)[2] <>}", expect=("c",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for function, name, fault in faulty_consts(it.model, view.meta):
                if fault.kind != UNREAD:
                    data = {
                        "fault": fault.kind,
                        "found": fault.found,
                        "expected": fault.expected,
                        "parses": fault.parses,
                    }
                    yield Found(node_at(view, function, name, "value"), name, {"node": name, **data})
