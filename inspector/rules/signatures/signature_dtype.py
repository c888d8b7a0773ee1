from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model import dtypes
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.reach import callable_signatures

_GRAPH = "graph\nx = Placeholder() {dtype: float32, shape: [?]}\ny = Relu(x) {T: float32}\n"


class SignatureDtype(Rule):
    """A signature promises another dtype than its tensor has.

    What it checks: the dtype of each input and output of each signature against the tensor of the main graph.

    Why it matters: clients send what the signature says. TensorFlow Serving checks it against the signature and then
    fails in the call: "Expects arg[0] to be float but int64 is provided". A Session in Python converts what it is
    fed, but makes no strings of numbers: "Unsupported object type int". A wrong dtype of an output is never noticed by
    TensorFlow: clients that believe it misread the answer.

    How to fix: export again; do not edit signature_def alone.
    """

    code = "SG002"
    name = "signature-dtype"
    otherwise = ADVICE_WARNING
    message = "signature `{signature}` {field} `{name}` is {expected}, its tensor `{tensor}` is {found}"
    fix = "export again with tf.TensorSpec(dtype=tf.{found}), or cast inside the model (tf.cast)"
    good = (Example("signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = y:0)\n" + _GRAPH),)
    bad = (
        Example("signature serving_default (x: int64[?] = x:0) -> (y: float32[?] = y:0)\n" + _GRAPH, expect=("x:0",)),
        Example("signature serving_default (x: float32[?] = x:0) -> (y: int32[?] = y:0)\n" + _GRAPH, expect=("y:0",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for signature in callable_signatures(view.meta):
                for field, name, info in signature.tensors():
                    found = view.wiring(view.meta.graph).type_of(info.tensor) if info.tensor else None
                    if not found or not info.dtype or dtypes.base(found) == dtypes.base(info.dtype):
                        continue
                    where = Location("", view.meta.index, field=f"signature_def[{signature.key}].{field}[{name}].dtype")
                    data = {
                        "signature": signature.key,
                        "field": field,
                        "name": name,
                        "tensor": info.tensor,
                        "expected": dtypes.name(info.dtype),
                        "found": dtypes.name(dtypes.base(found)),
                    }
                    yield Found(where, info.tensor, data)
