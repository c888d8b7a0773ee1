"""What a model shows at first sight: ops, attrs, objects, faults, edges that do not fit. A rule that can find something
only where there is a certain sign says so (``Rule.needs``), and is not even imported where there is none.

Signs are words, so that they can stand in the index of the rules:

    fault index-missing       something that went wrong while the model was opened (``Fault.kind``)
    checkpoint, checkpoint fault, big-endian checkpoint
    op RestoreV2              some node has this op
    attr _class               some node has this attr
    device                    some node has a device other than the first CPU of its process
    unbound attr              some attr of a node is a placeholder, or without a value
    unregistered op           the target knows no definition of some op
    edges conflicts           a list of ``Wiring`` that is not empty in some graph: bad_inputs, conflicts, arity ...
    shapes                    shape inference refuses some node
    functions, duplicate functions, gradients, calls
    missing function          a node, or a gradient, names a function that a library does not have
    object graph, object resource (a kind of its objects), slot variables, savers
    assets, collections, saver, fingerprint
    keras                     a loader of Keras takes part: nobody else minds what is said of Keras
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from inspector.model.objects import ObjectGraph
from inspector.model.saved_model import FINGERPRINT, MetaGraph, Model
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.wiring import TROUBLES

_EVERYWHERE = ("", "/device:CPU:0")


def signs(it: Inspection) -> frozenset[str]:
    """The signs of a model seen by a target. Cost: the resolved edges and the shapes of all graphs, which rules share."""
    found = set(_of_model(it.model))
    found.update(f"op {name}" for name in it.share.known)
    if it.share.asks_keras:
        found.add("keras")
    for view in it.meta_views:
        found.update(_of_meta_graph(view.meta, it.model.kinds.functions))
        found.update(_of_edges(view))
        if view.shape_troubles:
            found.add("shapes")
        if any(view.ops.op(name) is None for name in it.share.known):
            found.add("unregistered op")
    return frozenset(found)


def _of_model(model: Model) -> Iterator[str]:
    yield from (f"fault {fault.kind}" for fault in model.faults)
    yield from (f"attr {name}" for name in model.kinds.attrs)
    if model.kinds.functions:
        yield "calls"
    if model.kinds.has_unbound:
        yield "unbound attr"
    if any(device not in _EVERYWHERE for device in model.kinds.devices):
        yield "device"
    if FINGERPRINT in model.side_files:
        yield "fingerprint"
    if model.bundle is not None:
        yield "checkpoint"
        if model.bundle.faults:
            yield "checkpoint fault"
        if model.bundle.header.endianness == "big":
            yield "big-endian checkpoint"


def _of_meta_graph(meta: MetaGraph, called: Set[str]) -> Iterator[str]:
    library = meta.library
    named = {*called, *library.registered_gradients.values(), *(gradient for _, gradient in library.gradients)}
    parts = {
        "missing function": named - library.by_name.keys(),
        "assets": meta.assets,
        "collections": meta.collections,
        "saver": meta.saver_def is not None,
        "functions": library.functions,
        "duplicate functions": library.duplicates,
        "gradients": library.gradients,
        "object graph": meta.objects is not None,
    }
    yield from (sign for sign, part in parts.items() if part)
    if meta.objects is not None:
        yield from _of_objects(meta.objects)


def _of_objects(objects: ObjectGraph) -> Iterator[str]:
    yield from (f"object {kind}" for kind in set(objects.kinds))
    if any(saved.slot_variables for saved in objects.nodes):
        yield "slot variables"
    if any(saved.saveable_objects for saved in objects.nodes):
        yield "savers"


def _of_edges(view: MetaView) -> Iterator[str]:
    for wiring in view.wirings():
        yield from (f"edges {trouble}" for trouble in TROUBLES if getattr(wiring, trouble))
