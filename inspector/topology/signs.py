"""What a model shows at first sight: ops, attrs, objects, faults, edges that do not fit. A rule that can find something
only where there is a certain sign says so (``Rule.needs``), and is not even imported where there is none.

Signs are words, so that they can stand in the index of the rules:

    fault index-missing       something that went wrong while the model was opened (``Fault.kind``)
    checkpoint, checkpoint fault, big-endian checkpoint, fingerprint
    op RestoreV2, attr _class, device: some node has it (a device other than the first CPU of its process)
    unregistered op, deprecated op, channels first
    attrs missing             of some op; also: of another kind, not allowed, unknown (``attr_faults``)
    unbound attr              some attr of a node is a placeholder, or without a value
    edges conflicts           a list of ``Wiring`` that is not empty in some graph: bad_inputs, conflicts, arity ...
    shapes                    shape inference refuses some node
    calls, missing function, duplicate functions, recursion, gradients, function like an op
    function attr _noinline   some function has this attr; new function attr: one that 2.12 does not take
    object graph, empty object graph, object resource (a kind of its objects), slot variables, savers, registered name,
    registered type, dependency cycle
    features                  of the object graph, or of signatures, that some release refuses
    several meta graphs, assets, collections, init op, saver, no saver, odd tensorflow_version
    whole attrs               the exporter wrote all attrs of nodes, defaults too, and said which
    demands                   the policy has some
    keras                     a loader of Keras takes part: nobody else minds what is said of Keras
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.catalogue.features import FUNCTION_ATTRS
from inspector.model.kinds import Form
from inspector.model.objects import ObjectGraph
from inspector.model.saved_model import FINGERPRINT, Model
from inspector.policy import NO_DEMANDS
from inspector.topology import attr_faults
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.ops import OpSet
from inspector.topology.reach import INIT_SIGNATURE, MAIN_OPS
from inspector.topology.wiring import TROUBLES

_EVERYWHERE = ("", "/device:CPU:0", "/device:CPU:*")
# How a TypeSpecProto that is looked up by name begins: type_spec_class = 12, then type_state or type_spec_class_name.
REGISTERED_TYPE = (b"\x08\x0c\x12", b"\x08\x0c\x1a")


def signs(it: Inspection) -> frozenset[str]:
    """The signs of a model seen by a target. Cost: the resolved edges and the shapes of all graphs, which rules share."""
    found = set(_of_model(it.model))
    found.update(f"op {name}" for name in it.share.known)
    if it.share.asks_keras:
        found.add("keras")
    if it.share.demands != NO_DEMANDS:
        found.add("demands")
    for view in it.meta_views:
        found.update(_of_meta_graph(view, it))
        for form in it.model.kinds.forms:
            found.update(_of_op(form, view.ops))
        for wiring in view.wirings():
            found.update(f"edges {trouble}" for trouble in TROUBLES if getattr(wiring, trouble))
        if view.shape_troubles:
            found.add("shapes")
        if view.features(it.model.bundle):
            found.add("features")
    return frozenset(found)


def _of_model(model: Model) -> Iterator[str]:
    yield from (f"fault {fault.kind}" for fault in model.faults)
    yield from (f"attr {name}" for name in model.kinds.attrs)
    bundle = model.bundle
    parts = {
        "calls": model.kinds.functions,
        "unbound attr": model.kinds.has_unbound,
        "device": model.kinds.devices.difference(_EVERYWHERE),
        "fingerprint": FINGERPRINT in model.side_files,
        "several meta graphs": len(model.meta_graphs) > 1,
        "checkpoint": bundle is not None,
        "checkpoint fault": bundle is not None and bundle.faults,
        "big-endian checkpoint": bundle is not None and bundle.header.endianness == "big",
    }
    yield from (sign for sign, part in parts.items() if part)


def _of_meta_graph(view: MetaView, it: Inspection) -> Iterator[str]:
    meta, library, info = view.meta, view.meta.library, view.meta.proto.meta_info_def
    gradients = {*library.registered_gradients.values(), *(gradient for _, gradient in library.gradients)}
    named = {*it.model.kinds.functions, *gradients}
    attrs = {attr for function in library.functions for attr in function.proto.attr}
    parts = {
        "missing function": named - library.by_name.keys(),
        "duplicate functions": library.duplicates,
        "gradients": library.gradients,
        "recursion": any(True for _ in view.reach.loops()),
        "function like an op": any(name[:1].isupper() for name in library.by_name),
        "new function attr": attrs - FUNCTION_ATTRS,
        "assets": meta.assets,
        "collections": meta.collections,
        "init op": INIT_SIGNATURE in meta.signatures or any(key in meta.collections for key in MAIN_OPS),
        "saver": meta.saver_def is not None,
        "no saver": meta.saver_def is None or not meta.saver_def.restore_op_name,
        "odd tensorflow_version": not meta.tensorflow_version.replace(".", "").isdigit(),
        "object graph": meta.objects is not None,
        "whole attrs": info.stripped_op_list and not info.stripped_default_attrs,
    }
    yield from (sign for sign, part in parts.items() if part)
    yield from (f"function attr {attr}" for attr in attrs)
    if meta.objects is not None:
        yield from _of_objects(meta.objects)


def _of_objects(objects: ObjectGraph) -> Iterator[str]:
    yield from (f"object {kind or 'unknown'}" for kind in set(objects.kinds))
    parts = {
        "empty object graph": not objects.nodes,
        "slot variables": objects.having("slot_variables"),
        "savers": objects.having("saveable_objects"),
        "registered name": objects.having("registered_name"),
        "registered type": any(mark in blob for blob in objects.blobs for mark in REGISTERED_TYPE),
        "dependency cycle": objects.dependency_cycle(),
    }
    yield from (sign for sign, part in parts.items() if part)


def _of_op(form: Form, ops: OpSet) -> Iterator[str]:
    op_def = ops.op(form.op)
    if op_def is None:
        yield "unregistered op"
        return
    known = {attr.name for attr in op_def.attrs}
    layout = form.attrs.get("data_format")
    parts = {
        "deprecated op": op_def.deprecation is not None,
        "channels first": layout is not None and b"NC" in layout.value,
        "attrs missing": attr_faults.missing(op_def, form),
        "attrs unknown": any(name not in known and name[:1] != "_" for name in form.attrs),
        "attrs of another kind": any(attr_faults.wrong_kinds(op_def, form)),
        "attrs not allowed": any(attr_faults.not_allowed(op_def, form)) or any(attr_faults.young_dtypes(op_def, form)),
    }
    yield from (sign for sign, part in parts.items() if part)
