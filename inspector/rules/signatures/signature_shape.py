from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.dtypes import Shape, shape_of, shape_text, shapes_agree
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.reach import callable_signatures
from inspector.topology.restores import output_shape

_SCALARS_SINCE = 24  # before this producer an empty shape of a Placeholder meant an unknown one
_GRAPH = "graph\nx = Placeholder() {dtype: float32, shape: [?,4]}\ny = Relu(x) {T: float32, _output_shapes: [[?,4]]}\n"


class SignatureShape(Rule):
    """A signature promises a shape that its tensor cannot have.

    What it checks: the shape of each input against the placeholder's, and of each output against the shape that the graph
    recorded (``_output_shapes``): another rank, or another size of a known dimension.

    Why it matters: clients build their requests from it, and get "Matrix size-incompatible" or "Input to reshape is a
    tensor with ... values" back. A Session in Python compares what it is fed with the placeholder: "Cannot feed value of
    shape (1, 5) for Tensor x:0, which has shape (None, 4)". tf.saved_model.load of a model without an object graph stops
    at an output of another shape: "Shapes must be equal rank, but are 2 and 1". Nobody else looks at it.

    How to fix: export again; do not edit signature_def alone.
    """

    code = "SG003"
    name = "signature-shape"
    otherwise = ADVICE_WARNING
    message = "signature `{signature}` {field} `{name}` has shape {expected}, its tensor `{tensor}` has {found}"
    fix = "export again, so that the signature says what the graph takes and gives: {found}"
    good = (Example("signature serving_default (x: float32[?,4] = x:0) -> (y: float32[?,4] = y:0)\n" + _GRAPH),)
    bad = (
        Example(
            "signature serving_default (x: float32[?,5] = x:0) -> (y: float32[?,4] = y:0)\n" + _GRAPH, expect=("x:0",)
        ),
        Example(
            "signature serving_default (x: float32[?,4] = x:0) -> (y: float32[?] = y:0)\n" + _GRAPH, expect=("y:0",)
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for signature in callable_signatures(view.meta):
                for field, name, info in signature.tensors():
                    found = _shape(view, info.tensor)
                    if shapes_agree(found, info.shape):
                        continue
                    where = Location("", view.meta.index, field=f"signature_def[{signature.key}].{field}[{name}].shape")
                    data = {
                        "signature": signature.key,
                        "field": field,
                        "name": name,
                        "tensor": info.tensor,
                        "expected": shape_text(info.shape),
                        "found": shape_text(found),
                    }
                    yield Found(where, info.tensor, data)


def _shape(view: MetaView, tensor: str) -> Shape:
    """What the graph says of a tensor's shape; None where it says nothing."""
    name, _, index = tensor.partition(":")
    position = view.reach.positions().get(name)
    if position is None or not (index or "0").isdecimal():
        return None
    kind = view.meta.graph.kinds[position]
    recorded = output_shape(kind, int(index or "0"))
    if recorded is not None or kind.op not in ("Placeholder", "PlaceholderWithDefault"):
        return recorded
    attr = kind.attrs.get("shape")
    if attr is None or attr.kind != "shape":
        return None
    shape = shape_of(attr.proto.shape)
    return None if shape == () and view.meta.versions.producer < _SCALARS_SINCE else shape
