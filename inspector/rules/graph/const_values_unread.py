from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import WRONG_RESULT_WARNING, Example, Found, Rule, node_at, with_ops
from inspector.topology.const_faults import UNREAD, faulty_consts
from inspector.topology.inspection import Inspection


class ConstValuesUnread(Rule):
    """Const holds values that TensorFlow passes over.

    What it checks: the value of every Const: that its numbers are in the field that its dtype is read from (float_val for
    float32, int_val for int32 ...), that there are none beside tensor_content, and no more of them than the shape has
    elements.

    Why it matters: nothing fails. A float32 whose numbers are in int_val is read as zeros, of too many values only the
    first are read, and typed values beside tensor_content count for nothing: the model computes with other constants than
    it seems to hold.

    How to fix: the value was edited by hand or by a tool: write it again with tf.make_tensor_proto, and compare the
    outputs with the original's.
    """

    code = "GR020"
    name = "const-values-unread"
    otherwise = WRONG_RESULT_WARNING
    needs = with_ops("Const")
    about_nodes = True
    message = (
        "Const `{node}` holds {found}, expected {expected}: what does not fit is not read, and zeros may stand for it"
    )
    fix = "write the value of `{node}` again: tf.make_tensor_proto(values, dtype, shape)"
    good = (Example("c = Const() {dtype: float32, value: float32[8] <0.0>}"),)
    bad = (Example("c = Const() {dtype: float32, value: float32[2] <1.0, 2.0, 3.0>}", expect=("c",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for function, name, fault in faulty_consts(it.model, view.meta):
                if fault.kind == UNREAD:
                    data = {"node": name, "found": fault.found, "expected": fault.expected}
                    yield Found(node_at(view, function, name, "value"), name, data)
