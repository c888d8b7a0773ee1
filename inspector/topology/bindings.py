"""Which variable a node of the main graph is, by every way that names it: shared_name, restore, object graph.

Sources: tensorflow/core/kernels/resource_variable_ops.cc (VarHandleOp: container and shared_name, or the node's name),
tensorflow/python/saved_model/save.py (_add_function_to_graph: captures follow the arguments),
tensorflow/python/saved_model/load.py (_setup_function_captures).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from inspector.model.bundle import TensorBundle
from inspector.model.graph import Kind
from inspector.named_tuple import NamedTuple
from inspector.topology.inspection import MetaView
from inspector.topology.restores import VARIABLES

_READS = ("ReadVariableOp", "ResourceGather", "ResourceGatherNd")
_ASKS = ("VarIsInitializedOp", "IsVariableInitialized")
_ASSIGNS = ("AssignVariableOp", "Assign")
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")


class Binding(NamedTuple):
    """A capture of a concrete function: the node that a call of the main graph passes, and the object it is bound to."""

    function: str
    call: str
    handle: str
    node: int


def identity(view: MetaView, position: int) -> tuple[str, str]:
    """Container and name of the variable that a node of the main graph stands for: equal for one variable."""
    kind = view.meta.graph.kinds[position]
    return _text(kind, "container"), _text(kind, "shared_name") or view.meta.graph.names[position]


def _text(kind: Kind, name: str) -> str:
    raw = kind.raw(name)
    if raw[:1] == b"\x12" and len(raw) > 1 and raw[1] == len(raw) - 2 < 0x80:
        return raw[2:].decode("utf-8", "replace")
    return kind.attrs[name].proto.s.decode("utf-8", "replace") if raw else ""


@lru_cache(maxsize=2)
def variables(view: MetaView) -> dict[str, tuple[str, str]]:
    """Node of a variable in the main graph → its identity."""
    graph = view.meta.graph
    return {graph.names[i]: identity(view, i) for i in graph.of_op(VARIABLES)}


@lru_cache(maxsize=2)
def restored_from(view: MetaView) -> dict[str, tuple[str, str]] | None:
    """Node of a variable → (key, shape_and_slice) from which the restore fills it; None where a target is unknown."""
    found: dict[str, tuple[str, str]] = {}
    for one in view.restored:
        if one.handle:
            found[one.handle] = (one.key, one.part)
        elif one.assign:
            return None
    return found


def read_unset(view: MetaView, nodes: frozenset[int]) -> list[str]:
    """Variables of the main graph that a run of ``nodes`` reads, and that neither restore, init op nor the run sets.

    Where the run asks whether a variable is initialised it decides by itself; a variable that is only passed to a
    function is left out. None at all where the restore cannot be followed.
    """
    restored = restored_from(view)
    if restored is None or (not restored and not _restores_nothing(view)):
        return []
    read = _read(view, nodes)
    if not read:
        return []
    graph, known = view.meta.graph, variables(view)
    given = {known[name] for name in restored if name in known}
    running = (*view.reach.restore().nodes, *view.reach.init().nodes, *nodes)
    for i in {*graph.of_op((*_ASSIGNS, *_ASKS))}.intersection(running):
        source = graph.inputs[i][0].partition(":")[0] if graph.inputs[i] else ""
        if source in known:
            given.add(known[source])
    return [name for name in read if known[name] not in given]


def _restores_nothing(view: MetaView) -> bool:
    """A V1 model without a saver, of which Python cannot make one either."""
    meta = view.meta
    return meta.saver_def is None and meta.objects is None and "variables" not in meta.collections


def _read(view: MetaView, nodes: frozenset[int]) -> list[str]:
    """The variables that some nodes of the main graph read, in file order of the nodes."""
    graph, positions = view.meta.graph, view.reach.positions()
    read: dict[str, None] = {}
    for i in sorted(nodes.intersection(graph.of_op((*_READS, "Identity")))):
        passes_on = graph.kinds[i].op == "Identity"
        for tensor in graph.inputs[i]:
            source = tensor.partition(":")[0]
            op = graph.kinds[positions[source]].op if source in positions else ""
            if op in VARIABLES and not (passes_on and op == "VarHandleOp"):
                read[source] = None
    return list(read)


def bindings(view: MetaView) -> Iterator[Binding]:
    """Variables that calls of the main graph pass to concrete functions which the object graph binds to its own."""
    objects, graph = view.meta.objects, view.meta.graph
    if objects is None:
        return
    positions = view.reach.positions()
    for i in graph.of_op(_CALLS):
        for function in graph.kinds[i].functions[:1]:
            bound = objects.bound_inputs(function)
            given = [tensor.partition(":")[0] for tensor in graph.inputs[i] if tensor[:1] != "^"]
            if not bound or len(bound) > len(given):
                continue
            for handle, node in zip(given[-len(bound) :], bound, strict=True):
                if handle in positions and graph.kinds[positions[handle]].op == "VarHandleOp":
                    yield Binding(function, graph.names[i], handle, node)


def keys_of_objects(view: MetaView, bundle: TensorBundle) -> dict[int, str]:
    """Node of the object graph → the key from which tf.saved_model.load fills it."""
    return {one.node: one.key for one in view.variables(bundle) if one.key is not None}
