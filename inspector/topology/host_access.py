"""Where running a model touches its host: which ops, in which loader's load, in which signature's call.

The standard saver (RestoreV2 fed with the loader's own file name) and table initialisers that read the model's own
assets are no access; everything else that a load or a call reaches is. What nothing reaches is left out.
"""

from __future__ import annotations

from collections.abc import Iterable

from inspector.catalogue import release
from inspector.catalogue.capabilities import CAPABILITIES, DESCRIPTOR_IN_PLACE, WHEN_ATTR
from inspector.model.graph import Graph, Kind
from inspector.model.saved_model import MetaGraph, Model
from inspector.named_tuple import NamedTuple
from inspector.topology.assets import stays_inside
from inspector.topology.origins import ASSET, CONST, FED, UNFED, Origin, Origins
from inspector.topology.reach import Reach, Slice, callable_signatures

_TABLES = ("InitializeTableFromTextFile", "InitializeTableFromTextFileV2")

# Names of the inputs and attrs that say which file, folder or address an op touches, the telling ones first.
_PATH_INPUTS = (
    "filename", "filenames", "file_pattern", "pattern", "patterns", "prefix", "destination_prefix", "path", "logdir",
    "directory", "snapshot_path", "chunk_file", "ckpt_path", "db_uri", "data_source_name", "server_address", "address",
)  # fmt: skip
_PATH_ATTRS = (
    "output_stream", "debug_urls", "filename", "vocab_file", "file_pattern", "log_dir_path", "output_file_path",
    "file_name", "descriptor_source", "server_address",
)  # fmt: skip


class Access(NamedTuple):
    """One node that touches the host. ``at_load`` names the loaders whose load runs it; ``at_call`` maps a loader to
    the signatures whose call does. ``paths`` is what it touches, as far as that can be told from the file."""

    meta_graph: int
    function: str
    node: str
    op: str
    capability: str
    at_load: tuple[str, ...]
    at_call: dict[str, tuple[str, ...]]
    paths: tuple[Origin, ...] = ()


def host_access(model: Model, reaches: dict[int, Reach], *, keras: bool = False) -> list[Access]:
    """Every reachable access, in file order, for Keras's loaders too if so asked.

    Cost: a look at the kinds; more only where one is suspicious.
    """
    if not any(kind.op in CAPABILITIES for kind in model.kinds.kinds.values()):
        return []
    found = []
    for meta in model.meta_graphs:
        reach = reaches.setdefault(meta.index, Reach(meta))
        entries = _entries(model, meta, reach) + (_keras_entries(model, meta, reach) if keras else [])
        alternatives = _alternatives(meta)
        if alternatives:
            entries = [(loader, key, _with(reach, ran, alternatives)) for loader, key, ran in entries]
        origins = Origins(reach)
        for graph in meta.graphs():
            for i in graph.of_op(CAPABILITIES):
                if _touches(graph.kinds[i]):
                    access = _access(model, origins, graph, i, entries)
                    if access.at_load or access.at_call:
                        found.append(access)
    return found


def _entries(model: Model, meta: MetaGraph, reach: Reach) -> list[tuple[str, str, Slice]]:
    """(loader, signature or "" for the load, what runs)."""
    entries: list[tuple[str, str, Slice]] = []
    session_load = [reach.restore(), reach.back_from(reach.init_ops())]  # whichever of the init ops a loader takes
    for loader in ("tf1", "serving") if model.is_v2 else ("tf2", "tf1", "serving"):
        entries += [(loader, "", reached) for reached in session_load]
        entries += [(loader, s.key, reach.signature(s)) for s in callable_signatures(meta)]
    if model.is_v2 and meta.objects is not None:
        run = reach.closure((*meta.objects.initializers(), *meta.objects.run_besides()))
        entries.append(("tf2", "", Slice(frozenset(), run)))
        for key, function in meta.objects.signatures().items():
            entries.append(("tf2", key, Slice(frozenset(), reach.closure((function,)))))
    return entries


def _keras_entries(model: Model, meta: MetaGraph, reach: Reach) -> list[tuple[str, str, Slice]]:
    """They load as tf2 does. What the call of a Keras model runs is not followed: it may be any function."""
    from inspector.topology.endpoints import CALL, endpoints_of

    like_tf2 = [(key, ran) for loader, key, ran in _entries(model, meta, reach) if loader == "tf2"]
    entries = [(loader, "", ran) for loader in ("keras", "tfsm", "tf_keras") for key, ran in like_tf2 if not key]
    entries += [(loader, key, ran) for loader in ("keras", "tf_keras") for key, ran in like_tf2 if key]
    every = Slice(frozenset(), frozenset(function.name for function in meta.library.functions))
    entries += [(loader, CALL, every) for loader in ("keras", "tf_keras")]
    for endpoint in endpoints_of(meta, v2=model.is_v2).values():
        called = Slice(frozenset(), reach.closure(endpoint.functions))
        if not model.is_v2:
            called = reach.signature(meta.signatures[endpoint.name])
        entries.append(("tfsm", endpoint.name, called))
    return entries


def _alternatives(meta: MetaGraph) -> dict[str, tuple[str, ...]]:
    """Function → the functions that Grappler may run in its place: those with the same api_implements
    (core/grappler/optimizers/implementation_selector.cc)."""
    by_api: dict[bytes, list[str]] = {}
    for function in meta.library.functions:
        if "api_implements" in function.proto.attr:
            by_api.setdefault(function.proto.attr["api_implements"].s, []).append(function.name)
    return {name: tuple(names) for names in by_api.values() if len(names) > 1 for name in names}


def _with(reach: Reach, ran: Slice, alternatives: dict[str, tuple[str, ...]]) -> Slice:
    functions = ran.functions
    while True:
        more = {name for function in functions for name in alternatives.get(function, ())} - functions
        if not more:
            return Slice(ran.nodes, functions)
        functions |= reach.closure(more)


def _access(
    model: Model, origins: Origins, graph: Graph, position: int, entries: Iterable[tuple[str, str, Slice]]
) -> Access:
    kind = graph.kinds[position]
    at_load: dict[str, None] = {}
    at_call: dict[str, list[str]] = {}
    own_at_load, own_at_call = _is_own_file(model, origins, graph, position)
    for loader, signature, reached in entries:
        inside = graph.function in reached.functions if graph.function else position in reached.nodes
        if inside and signature and not own_at_call:
            at_call.setdefault(loader, []).append(signature)
        elif inside and not signature and not own_at_load:
            at_load[loader] = None
    calls = {loader: tuple(keys) for loader, keys in at_call.items()}
    paths = _paths(origins, graph, position) if at_load or calls else ()
    name = graph.names[position]
    return Access(graph.meta_graph, graph.function, name, kind.op, CAPABILITIES[kind.op], tuple(at_load), calls, paths)


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


def _is_own_file(model: Model, origins: Origins, graph: Graph, position: int) -> tuple[bool, bool]:
    """Whether a node only touches the model's own files when it runs in a load, and when it runs in a call.

    RestoreV2 may read the file that the loader names, as a load does; a table initialiser may read the assets. An asset's
    tensor is fed in a load, and keeps its own constant in a call.
    """
    op = graph.kinds[position].op
    inputs = graph.inputs[position]
    if op == "RestoreV2" and inputs:
        parts = origins.of(graph, inputs[0])
        plain = all(part.kind == FED or (part.kind == CONST and not _is_path(part.value)) for part in parts)
        return plain and Origin(FED) in parts, False
    if op in _TABLES and len(inputs) > 1:
        parts = origins.of(graph, inputs[1])
        own = bool(parts) and all(part.kind in (ASSET, UNFED) for part in parts)
        own = own and all(stays_inside(model, part.value) for part in parts if part.kind == ASSET)
        return own, own and not any(part.kind == UNFED for part in parts)
    return False, False


def _is_path(text: str) -> bool:
    return "/" in text or "\\" in text or ":" in text


def _paths(origins: Origins, graph: Graph, position: int) -> tuple[Origin, ...]:
    """What the op touches: where its file name or address comes from."""
    kind = graph.kinds[position]
    index = _path_input(kind.op)
    inputs = [tensor for tensor in graph.inputs[position] if tensor[:1] != "^"]
    if index is not None and index < len(inputs):
        return tuple(sorted(origins.of(graph, inputs[index])))
    for name in _PATH_ATTRS:
        texts = [text.decode("utf-8", "backslashreplace") for text in _strings(kind, name) if text]
        if texts:
            return tuple(Origin(CONST, text) for text in texts)
    return ()


def _path_input(op: str) -> int | None:
    """The position of the input that names a file or an address; None where the op has none, or lists before it."""
    op_def = release("latest").op(op)
    best: tuple[int, int] | None = None
    for index, arg in enumerate(op_def.inputs if op_def is not None else ()):
        if arg.name in _PATH_INPUTS:
            best = min(best or (len(_PATH_INPUTS), 0), (_PATH_INPUTS.index(arg.name), index))
        if arg.number_attr or arg.type_list_attr:
            break
    return best[1] if best is not None else None
