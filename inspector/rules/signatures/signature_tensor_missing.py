from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.reach import INIT_SIGNATURE, MAIN_OPS, callable_signatures

_GRAPH = "graph\nx = Placeholder() {dtype: float32, shape: [?]}\ny = Relu(x) {T: float32}\n"


class SignatureTensorMissing(Rule):
    """A signature names a tensor that the main graph does not have.

    What it checks: the tensor of every input and output of every signature (of sparse and ragged ones: all components)
    against the nodes of the main graph and their outputs; and the ops that are to be run at load: the init signature,
    the collections saved_model_main_op and legacy_init_op.

    Why it matters: tf.saved_model.load of a model without an object graph stops at once: "The name 'y:7' refers to a
    Tensor which does not exist. The operation, 'y', exists but only has 1 outputs.". tf.compat.v1.saved_model.load and
    TensorFlow Serving load the model and fail when that signature is called ("... was not found in the Graph"). A missing
    init op stops their load. tf.saved_model.load of a V2 model never looks at signature_def.

    How to fix: name a tensor that exists ("node:0"), or export again; a frozen or optimised graph often lost it.
    """

    code = "SG001"
    name = "signature-tensor-missing"
    otherwise = ADVICE_WARNING
    message = "signature `{signature}` {field} `{name}` names `{tensor}`: {why}"
    fix = "let the signature name a tensor that the graph has, and export again"
    good = (Example("signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = y:0)\n" + _GRAPH),)
    bad = (
        Example("signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = z:0)\n" + _GRAPH, expect=("z:0",)),
        Example("signature serving_default (x: float32[?] = x:1) -> (y: float32[?] = y:0)\n" + _GRAPH, expect=("x:1",)),
        Example("init_op init\n" + _GRAPH, expect=("init",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for signature in callable_signatures(view.meta):
                for field, name, info in signature.tensors():
                    for tensor in info.components or (info.tensor,):
                        why = _missing(view, tensor)
                        if why:
                            yield _found(view, signature.key, field, name, tensor, why)
            for key in (INIT_SIGNATURE, *MAIN_OPS):
                for op in _init_ops(view, key):
                    if op.partition(":")[0] not in view.reach.positions():
                        yield _found(view, key, "outputs", key, op, "there is no such node")


def _init_ops(view: MetaView, key: str) -> list[str]:
    meta = view.meta
    if key == INIT_SIGNATURE:
        return [info.tensor for info in meta.signatures[key].outputs.values()] if key in meta.signatures else []
    return list(meta.collections[key].node_list.value) if key in meta.collections else []


def _missing(view: MetaView, tensor: str) -> str:
    """Why a tensor of the main graph does not exist; "" if it does, or if that cannot be told."""
    name, _, index = tensor.lstrip("^").partition(":")
    positions = view.reach.positions()
    if not tensor:
        return "an empty name"
    if name not in positions:
        return "there is no such node"
    if not index:
        return ""  # a whole op, whose one output is meant
    if not index.isascii() or not index.isdecimal():
        return "a malformed name (node:0 is expected)"
    if view.wiring(view.meta.graph).type_of(tensor) is not None:
        return ""
    return f"`{name}` ({view.meta.graph.kinds[positions[name]].op}) has no output {index}"


def _found(view: MetaView, key: str, field: str, name: str, tensor: str, why: str) -> Found:
    where = Location("", view.meta.index, field=f"signature_def[{key}].{field}[{name}]")
    return Found(where, tensor, {"signature": key, "field": field, "name": name, "tensor": tensor, "why": why})
