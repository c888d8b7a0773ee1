"""Where running a model touches its host: which ops, in which loader's load, in which signature's call.

The standard saver (RestoreV2 fed with the loader's own file name) and table initialisers that read the model's own
assets are no access; everything else that a load or a call reaches is. What nothing reaches is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from inspector.catalogue.capabilities import CAPABILITIES, DESCRIPTOR_IN_PLACE, WHEN_ATTR
from inspector.model.graph import Graph, Kind
from inspector.model.saved_model import MetaGraph, Model
from inspector.topology.assets import stays_inside
from inspector.topology.reach import Reach, Slice, callable_signatures

_TABLES = ("InitializeTableFromTextFile", "InitializeTableFromTextFileV2")
_PASS_ON = (
    "Identity",
    "StringJoin",
    "ShardedFilename",
    "Pack",
    "ExpandDims",
    "Reshape",
    "Placeholder",
    "PlaceholderWithDefault",
)


class Access(NamedTuple):
    """One node that touches the host. ``at_load`` names the loaders whose load runs it; ``at_call`` maps a loader to
    the signatures whose call does."""

    meta_graph: int
    function: str
    node: str
    op: str
    capability: str
    at_load: tuple[str, ...]
    at_call: dict[str, tuple[str, ...]]


def host_access(model: Model, reaches: dict[int, Reach]) -> list[Access]:
    """Every reachable access, in file order. Cost: a look at the kinds; more only where one is suspicious."""
    if not any(kind.op in CAPABILITIES for kind in model.kinds.kinds.values()):
        return []
    found = []
    for meta in model.meta_graphs:
        reach = reaches.setdefault(meta.index, Reach(meta))
        entries = _entries(model, meta, reach)
        for graph in meta.graphs():
            for i, kind in enumerate(graph.kinds):
                if kind.op in CAPABILITIES and _touches(kind) and not _is_own_file(model, reach, graph, i):
                    access = _access(graph, i, kind, entries)
                    if access.at_load or access.at_call:
                        found.append(access)
    return found


def _entries(model: Model, meta: MetaGraph, reach: Reach) -> list[tuple[str, str, Slice]]:
    """(loader, signature or "" for the load, what runs)."""
    entries: list[tuple[str, str, Slice]] = []
    session_load = [reach.restore(), reach.init()]
    for loader in ("tf1", "serving") if model.is_v2 else ("tf2", "tf1", "serving"):
        entries += [(loader, "", reached) for reached in session_load]
        entries += [(loader, s.key, reach.signature(s)) for s in callable_signatures(meta)]
    if model.is_v2 and meta.objects is not None:
        entries.append(("tf2", "", Slice(frozenset(), reach.object_init())))
        for key, function in meta.objects.signatures().items():
            entries.append(("tf2", key, Slice(frozenset(), reach.closure((function,)))))
    return entries


def _access(graph: Graph, position: int, kind: Kind, entries: list[tuple[str, str, Slice]]) -> Access:
    at_load: dict[str, None] = {}
    at_call: dict[str, list[str]] = {}
    for loader, signature, reached in entries:
        inside = graph.function in reached.functions if graph.function else position in reached.nodes
        if inside and signature:
            at_call.setdefault(loader, []).append(signature)
        elif inside:
            at_load[loader] = None
    calls = {loader: tuple(keys) for loader, keys in at_call.items()}
    name = graph.names[position]
    return Access(graph.meta_graph, graph.function, name, kind.op, CAPABILITIES[kind.op], tuple(at_load), calls)


def _touches(kind: Kind) -> bool:
    """Whether the op's attrs leave it its capability."""
    if kind.op in WHEN_ATTR:
        name, start = WHEN_ATTR[kind.op]
        return any(value and value.startswith(start) for value in _strings(kind, name))
    if kind.op in ("DecodeProtoV2", "EncodeProto"):
        values = _strings(kind, "descriptor_source") or [b"local://"]
        return not values[0].startswith(DESCRIPTOR_IN_PLACE)
    return True


def _strings(kind: Kind, name: str) -> list[bytes]:
    attr = kind.attrs.get(name)
    if attr is None:
        return []
    proto = attr.proto
    return list(proto.list.s) if proto.WhichOneof("value") == "list" else [proto.s]


def _is_own_file(model: Model, reach: Reach, graph: Graph, position: int) -> bool:
    """The saver's RestoreV2 reading the file that the loader names, or a table initialiser reading one of the assets."""
    op = graph.kinds[position].op
    if op == "RestoreV2":
        restore = reach.restore()
        inside = graph.function in restore.functions if graph.function else position in restore.nodes
        return inside and _comes_from_outside(graph, graph.inputs[position][:1])
    if op in _TABLES:
        return _reads_asset(model, reach, graph, graph.inputs[position][1:2])
    return False


def _comes_from_outside(graph: Graph, tensors: Sequence[str]) -> bool:
    """Whether a file name is only what was fed or passed in, possibly joined, never a constant path."""
    positions = graph.index()
    todo = [t.partition(":")[0] for t in tensors]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        position = positions.get(name)
        if name in seen or position is None:  # an argument of the function
            continue
        seen.add(name)
        kind = graph.kinds[position]
        if kind.op == "Const":
            if any(b"/" in text or b":" in text for text in _const_strings(kind)):
                return False
        elif kind.op not in _PASS_ON:
            return False
        todo += [t.partition(":")[0] for t in graph.inputs[position] if t[:1] != "^"]
    return True


def _const_strings(kind: Kind) -> list[bytes]:
    attr = kind.attrs.get("value")
    return list(attr.proto.tensor.string_val) if attr is not None else []


def _reads_asset(model: Model, reach: Reach, graph: Graph, tensors: Sequence[str]) -> bool:
    """Whether a file name is an asset below the model's folder: fed by the loader, or passed into an initialiser.

    In a function, whoever calls it must pass an asset: the main graph's call, and the object graph's bound inputs.
    """
    meta = reach.meta
    if not tensors or not all(stays_inside(model, filename) for _, filename in meta.assets):
        return False
    own = {tensor.partition(":")[0] for tensor, _ in meta.assets}
    names = [tensor.partition(":")[0] for tensor in tensors]
    if not graph.function:
        return own.issuperset(names)
    if any(name in graph.index() for name in names):
        return False
    main = meta.graph
    callers = [i for i, kind in enumerate(main.kinds) if graph.function in reach.callees(kind)]
    called_with_asset = all(any(t.partition(":")[0] in own for t in main.inputs[i]) for i in callers)
    return called_with_asset and bool(callers) and _bound_to_files(meta, graph.function)


def _bound_to_files(meta: MetaGraph, function: str) -> bool:
    """Whether the object graph binds no constant to a function: a constant could be any path."""
    if meta.objects is None:
        return True
    nodes = meta.objects.nodes
    bound = meta.objects.bound_inputs(function)
    return all(0 <= i < len(nodes) and nodes[i].WhichOneof("kind") != "constant" for i in bound)
