from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model import dtypes
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.reach import callable_signatures

_GRAPH = """
init_op set
graph
  v = VariableV2() {dtype: float32, shape: []}
  one = Const() {dtype: float32, value: float32[] <1.0>}
  set = Assign(v, one) {T: float32}
  y = Identity(v) {T: float32}
"""


class SignatureOutputReference(Rule):
    """An output of a signature is a reference to a V1 variable.

    What it checks: whether the tensor of an output has a reference dtype (a VariableV2, an Assign or an AssignAdd).

    Why it matters: tf.saved_model.load makes a function of each signature of a V1 model, and a function cannot return a
    reference: "Output 0 of node 'reset_counter_op/Assign' has a reference type float_ref. Encountered while creating
    function". tf.compat.v1.saved_model.load and TensorFlow Serving do not mind.

    How to fix: let the signature name tf.identity(...) of it, and export again; or load the model with
    tf.compat.v1.saved_model.load in a Session.
    """

    code = "SG008"
    name = "signature-output-reference"
    otherwise = ADVICE_NOTE
    message = "signature `{signature}` output `{name}` is `{tensor}`, a reference ({found})"
    fix = "return tf.identity(...) of it and export again, or load with tf.compat.v1.saved_model.load"
    good = (Example("signature serving_default () -> (y: float32[] = y:0)" + _GRAPH),)
    bad = (Example("signature serving_default () -> (v: float32[] = v:0)" + _GRAPH, expect=("v:0",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            wiring = view.wiring(view.meta.graph)
            for signature in callable_signatures(view.meta):
                for name, info in sorted(signature.outputs.items()):
                    found = wiring.type_of(info.tensor) if info.tensor else None
                    if found and found > dtypes.REF:
                        where = Location("", view.meta.index, field=f"signature_def[{signature.key}].outputs[{name}]")
                        data = {
                            "signature": signature.key,
                            "name": name,
                            "tensor": info.tensor,
                            "found": dtypes.name(found),
                        }
                        yield Found(where, info.tensor, data)
