from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.saved_model import Signature
from inspector.rules.rule import WRONG_RESULT_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.reach import callable_signatures, is_procedure

_GRAPH = """
graph
  x = Placeholder() {dtype: float32, shape: [?]}
  y = Relu(x) {T: float32}
"""
_PROCEDURE = """
signature reset () -> ()
graph
  y = NoOp()
function f () -> ()
  y = NoOp()
object 0 user_object _generic_user_object children=[signatures: 1]
object 1 user_object signature_map producer=1 min_consumer=1 children=[reset: 2]
object 2 bare_concrete_function f
concrete_function f bound_inputs=[] inputs=((), {}) outputs={}
"""


class SignatureOutputLost(Rule):
    """A signature returns nothing where it should return a tensor.

    What it checks: whether a signature has outputs, unless the object graph says that its function returns none; and
    whether each output names a tensor ("y:0"), not only a node ("y").

    Why it matters: nothing fails in Python, and the answer is missing. Session.run and tf.saved_model.load of a model
    without an object graph take "y" for an operation and return None; a signature without outputs returns an empty dict.
    TensorFlow Serving takes "y" for "y:0", and refuses to run what has no outputs: "Must specify at least one target to
    fetch or execute".

    How to fix: name the outputs in full (tf.compat.v1.saved_model.build_tensor_info does) and export again.
    """

    code = "SG012"
    name = "signature-output-lost"
    otherwise = WRONG_RESULT_WARNING
    message = "signature `{signature}` returns nothing: {why}"
    fix = "export again with {cure}"
    good = (
        Example("signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = y:0)" + _GRAPH),
        Example(_PROCEDURE),
    )
    bad = (
        Example("signature serving_default (x: float32[?] = x:0) -> ()" + _GRAPH, expect=("serving_default",)),
        Example("signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = y)" + _GRAPH, expect=("y",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for signature in callable_signatures(view.meta):
                if not is_procedure(view.meta, signature):
                    yield from _lost(signature, view.meta.index)


def _lost(signature: Signature, meta_graph: int) -> Iterator[Found]:
    field = f"signature_def[{signature.key}].outputs"
    if not signature.outputs:
        data = {"output": "", "why": "it has no outputs", "cure": "the outputs that callers expect"}
        yield Found(Location("", meta_graph, field=field), signature.key, {"signature": signature.key, **data})
    for name, info in sorted(signature.outputs.items()):
        if info.tensor and ":" not in info.tensor:
            why = f"its output `{name}` is the node `{info.tensor}`, not a tensor of it"
            data = {"output": name, "why": why, "cure": f"`{info.tensor}:0` as its output `{name}`"}
            yield Found(
                Location("", meta_graph, field=f"{field}[{name}].name"),
                info.tensor,
                {"signature": signature.key, **data},
            )
