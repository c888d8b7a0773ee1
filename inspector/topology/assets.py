"""Which assets a load or a call reads, and where their files lie.

Sources: tensorflow/python/saved_model/loader_impl.py (get_asset_tensors), tensorflow/cc/saved_model/loader_util.cc
(GetAssetFileDefs), tensorflow/python/trackable/asset.py (Asset._deserialize_from_proto).
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from inspector.model.graph import Graph
from inspector.model.saved_model import MetaGraph, Model
from inspector.named_tuple import NamedTuple
from inspector.topology.reach import Reach, callable_signatures

AT_LOAD = "load"
AT_CALL = "call"
NEVER = "never"

_ASSIGNS = ("AssignVariableOp", "Assign")
_ASKS = ("VarIsInitializedOp", "IsVariableInitialized")

# How a loader joins assets/ and a file name: an absolute one wins in Python, and goes below assets/ in C++.
GFILE_JOIN = "gfile.join"
JOIN_PATH = "JoinPath"


class AssetUse(NamedTuple):
    """One entry of asset_file_def.

    ``session`` says when a loader that runs the main graph reads it, ``objects`` when tf.saved_model.load's V2 path
    does: "load", "call" or "never". ``node`` is its tensor's node; ``holders`` are the nodes of the main graph that give
    its path: that one, and variables that the init op stores it in. ``functions`` are those of the object graph that
    capture it.
    """

    filename: str
    tensor: str
    node: str
    session: str
    objects: str
    holders: tuple[str, ...]
    functions: tuple[str, ...]


def asset_uses(meta: MetaGraph, reach: Reach) -> list[AssetUse]:
    """Every asset of a MetaGraph, in file order."""
    assets = meta.assets
    if not assets:
        return []
    init = reach.init().nodes
    called: frozenset[int] = frozenset()
    for signature in callable_signatures(meta):
        called |= reach.signature(signature).nodes
    stored = _stored(meta.graph, init)
    read_by_init, read_by_calls = _read(meta.graph, init), _read(meta.graph, called)
    captured = _captured(meta)
    initializers = frozenset(meta.objects.initializers()) if meta.objects is not None else frozenset()
    found = []
    for index, (tensor, filename) in enumerate(assets):
        node = tensor.partition(":")[0]
        holders = (node, *stored.get(node, ()))
        at_load, at_call = not read_by_init.isdisjoint(holders), not read_by_calls.isdisjoint(holders)
        session = AT_LOAD if at_load else AT_CALL if at_call else NEVER
        functions = captured.get(index, ())
        objects = NEVER if not functions else AT_LOAD if initializers.intersection(functions) else AT_CALL
        found.append(AssetUse(filename, tensor, node, session, objects, holders, functions))
    return found


def _stored(graph: Graph, nodes: Iterable[int]) -> dict[str, list[str]]:
    """Node → the variables that its tensor is assigned to, as exports do that keep the path of an asset in a variable."""
    found: dict[str, list[str]] = {}
    for i in nodes:
        if graph.kinds[i].op in _ASSIGNS and len(graph.inputs[i]) > 1:
            handle, value = (tensor.partition(":")[0] for tensor in graph.inputs[i][:2])
            found.setdefault(value, []).append(handle)
    return found


def _read(graph: Graph, nodes: Iterable[int]) -> set[str]:
    """The nodes whose tensors a run of ``nodes`` does something with, other than to keep them in a variable."""
    return {
        tensor.partition(":")[0]
        for i in nodes
        if graph.kinds[i].op not in (*_ASSIGNS, *_ASKS)
        for tensor in graph.inputs[i]
        if tensor[:1] != "^"
    }


def _captured(meta: MetaGraph) -> dict[int, tuple[str, ...]]:
    """Index into asset_file_def → the concrete functions that capture the asset."""
    objects = meta.objects
    if objects is None:
        return {}
    count = len(meta.assets)
    nodes = {i: objects.nodes[i].asset.asset_file_def_index for i in objects.of_kind("asset")}
    found: dict[int, tuple[str, ...]] = {}
    for name in sorted(objects.proto.concrete_functions) if nodes else ():
        for bound in objects.bound_inputs(name):
            if bound in nodes:
                index = nodes[bound] % count if -count <= nodes[bound] < 0 else nodes[bound]  # a Python list's index
                found[index] = (*found.get(index, ()), name)
    return found


def path_of(model: Model, filename: str) -> str:
    """Where a loader looks for an asset's file: below assets/, or elsewhere for an absolute name (tf.io.gfile.join)."""
    return os.path.join(model.folder, "assets", filename)


def stays_inside(model: Model, filename: str) -> bool:
    """Whether an asset's name and the links on its way stay below the model's assets folder.

    Links into the folder that holds the graph file's own bytes are fine: model hubs keep all files of a model as links
    into one folder of blobs.
    """
    if os.path.isabs(filename) or "\\" in filename:
        return False
    top = os.path.join(os.path.realpath(model.folder), "assets")
    if os.path.commonpath([top, os.path.normpath(os.path.join(top, filename))]) != top:
        return False
    real = os.path.realpath(os.path.join(top, filename))
    if os.path.commonpath([os.path.realpath(top), real]) == os.path.realpath(top) and _folder_is_own(model, top):
        return True
    graph_file = os.path.join(model.folder, model.format)
    return os.path.islink(graph_file) and os.path.dirname(real) == os.path.dirname(os.path.realpath(graph_file))


def _folder_is_own(model: Model, top: str) -> bool:
    """Whether assets/ is itself no link that leads out of the model."""
    folder = os.path.realpath(model.folder)
    return os.path.commonpath([folder, os.path.realpath(top)]) == folder
