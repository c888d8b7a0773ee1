from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.saved_model import Signature
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.reach import callable_signatures, full_name

FED_TWICE, FED_AND_FETCHED = "fed twice", "fed and fetched"
_GRAPH = """
graph
  x = Placeholder() {dtype: float32, shape: [?]}
  y = Relu(x) {T: float32}
"""


class SignatureTensorTwice(Rule):
    """A signature has one tensor for two inputs, or for an input and an output.

    What it checks: the tensors of the inputs of each signature against each other and against those of its outputs.

    Why it matters: TensorFlow Serving loads the model, and the call fails: "Endpoint "x:0" fed more than once" or "x:0 is
    both fed and fetched". tf.saved_model.load of a model without an object graph stops at two inputs of one tensor: "TF_Output
    x:0 appears more than once in the input list". tf.compat.v1.saved_model.load takes the value that is fed last.

    How to fix: list each input once; let an output that only repeats an input name tf.identity(...) of it. Export again.
    """

    code = "SG011"
    name = "signature-tensor-twice"
    otherwise = ADVICE_NOTE
    message = "signature `{signature}` has `{tensor}` for its input `{input}` and for its {other}"
    fix = "list `{tensor}` once in the signature, or let an output name tf.identity(...) of it, and export again"
    good = (
        Example("signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = y:0)" + _GRAPH),
        Example(
            "signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = y:0, z: float32[?] = y:0)" + _GRAPH
        ),
    )
    bad = (
        Example(
            "signature serving_default (a: float32[?] = x:0, b: float32[?] = x:0) -> (y: float32[?] = y:0)" + _GRAPH,
            expect=("x:0",),
        ),
        Example("signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = x:0)" + _GRAPH, expect=("x:0",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for signature in callable_signatures(view.meta):
                for case, name, tensor, other in _twice(signature):
                    where = Location("", view.meta.index, field=f"signature_def[{signature.key}].inputs[{name}]")
                    data = {"signature": signature.key, "input": name, "tensor": tensor, "other": other, "case": case}
                    yield Found(where, tensor, data)


def _twice(signature: Signature) -> Iterator[tuple[str, str, str, str]]:
    """The case, the input, its tensor, and what else has that tensor."""
    fed: dict[str, str] = {}
    fetched: dict[str, str] = {}
    for field, name, info in signature.tensors():
        for tensor in filter(None, info.components or (info.tensor,)):
            known = full_name(tensor)
            if field == "outputs":
                fetched.setdefault(known, name)
            elif known in fed:
                yield FED_TWICE, name, tensor, f"input `{fed[known]}`"
            else:
                fed[known] = name
    for tensor, name in fed.items():
        if tensor in fetched:
            yield FED_AND_FETCHED, name, tensor, f"output `{fetched[tensor]}`"
