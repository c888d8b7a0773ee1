"""A model as networkx graphs: views for people and for rules that ask, never the store.

networkx is imported here and nowhere else; a node with its attributes costs it about 5 µs and 1 kB.
"""

from __future__ import annotations

from typing import Any

import networkx

from inspector.catalogue import Release, release, releases
from inspector.errors import UsageError
from inspector.model import dtypes
from inspector.model.graph import Graph
from inspector.model.saved_model import MetaGraph, Model
from inspector.topology.ops import OpSet, Resolved
from inspector.topology.reach import Reach, callable_signatures


def op_graph(
    model: Model, *, meta_graph: int = 0, function: str | None = None, tensorflow: str | None = None
) -> networkx.MultiDiGraph[str]:
    """The ops of the main graph, or of one function's body.

    Nodes: ``op``, ``device``, ``dtypes`` (of the outputs, None where unknown); a function's arguments are nodes with op
    ``_Arg`` and its returns nodes with op ``_Retval``; a node that only an edge names has op None. Edges: ``output``
    (index at the source), ``input`` (index at the target), ``dtype``, ``control``. Names are TensorFlow's.
    Raises UsageError for a meta graph or function that does not exist.
    """
    meta = _meta_graph(model, meta_graph)
    ops = OpSet(_release(tensorflow), meta.library)
    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(meta_graph=meta_graph, function=function or "")
    if function is None:
        _add_nodes(graph, meta.graph, ops)
        return graph
    found = meta.function(function)
    if found is None:
        raise UsageError(f"no function {function!r}{_near(function, list(meta.library.by_name))}")
    for arg in found.signature.input_arg:
        graph.add_node(arg.name, op="_Arg", device="", dtypes=(dtypes.name(arg.type) if arg.type else None,))
    _add_nodes(graph, found.body, ops)
    for output, tensor in sorted(found.ret.items()):
        graph.add_node(f"return {output}", op="_Retval", device="", dtypes=())
        _add_edge(graph, found.body, ops, tensor, f"return {output}", 0, found.body.index())
    return graph


def _add_nodes(graph: networkx.MultiDiGraph[str], body: Graph, ops: OpSet) -> None:
    for name, kind in zip(body.names, body.kinds, strict=True):
        resolved = ops.resolve(kind.form)
        outputs = None if resolved is None or resolved.outputs is None else resolved.outputs
        types = None if outputs is None else tuple(dtypes.name(o.dtype) if o.dtype else None for o in outputs)
        graph.add_node(name, op=kind.op, device=kind.device, dtypes=types)
    positions = body.index()
    for name, inputs in zip(body.names, body.inputs, strict=True):
        position = 0
        for tensor in inputs:
            if tensor.startswith("^"):
                _ensure(graph, tensor[1:])
                graph.add_edge(tensor[1:], name, output=None, input=None, dtype=None, control=True)
            else:
                _add_edge(graph, body, ops, tensor, name, position, positions)
                position += 1


def _add_edge(
    graph: networkx.MultiDiGraph[str],
    body: Graph,
    ops: OpSet,
    tensor: str,
    target: str,
    place: int,
    positions: dict[str, int],
) -> None:
    source = tensor.partition(":")[0]
    _ensure(graph, source)
    at = positions.get(source)
    resolved = None if at is None else ops.resolve(body.kinds[at].form)
    output = _output_index(tensor, resolved, in_function=bool(body.function))
    types = graph.nodes[source]["dtypes"]
    dtype = types[output] if types is not None and output is not None and output < len(types) else None
    graph.add_edge(source, target, output=output, input=place, dtype=dtype, control=False)


def _ensure(graph: networkx.MultiDiGraph[str], name: str) -> None:
    if name not in graph:
        graph.add_node(name, op=None, device="", dtypes=None)


def _output_index(tensor: str, resolved: Resolved | None, *, in_function: bool) -> int | None:
    """The position among the source's outputs: "x:1" is 1, and in a function "x:out:1" is the second of arg ``out``."""
    _, _, rest = tensor.partition(":")
    if not rest:
        return 0
    if not in_function or ":" not in rest:
        return int(rest) if rest.isdecimal() else 0
    arg, _, index = rest.partition(":")
    if resolved is None or resolved.outputs is None or not index.isdecimal():
        return None
    wanted = (arg, int(index))
    return next((i for i, o in enumerate(resolved.outputs) if (o.arg, o.place) == wanted), None)


def call_graph(model: Model, *, meta_graph: int = 0) -> networkx.MultiDiGraph[str]:
    """Which function calls which. Nodes are functions (``kind`` function, or missing) and roots: one for the main graph,
    for each signature, for the init op, the restore op and the object graph's initializers (``kind`` root).
    Edges carry the ``op`` of the calling nodes and their ``count``.
    """
    meta = _meta_graph(model, meta_graph)
    reach = Reach(meta)
    graph: networkx.MultiDiGraph[str] = networkx.MultiDiGraph(meta_graph=meta_graph)
    for name in meta.library.by_name:
        graph.add_node(name, kind="function")
    for function in meta.library.functions:
        _add_calls(graph, function.name, function.body, reach, range(len(function.body)))
    roots: dict[str, Any] = {f"signature {s.key}": reach.signature(s).nodes for s in callable_signatures(meta)}
    roots.update({"main graph": range(len(meta.graph)), "init": reach.init().nodes, "restore": reach.restore().nodes})
    for root, positions in sorted(roots.items()):
        graph.add_node(root, kind="root")
        _add_calls(graph, root, meta.graph, reach, sorted(positions))
    if meta.objects is not None:
        _add_object_roots(graph, meta)
    return graph


def _add_object_roots(graph: networkx.MultiDiGraph[str], meta: MetaGraph) -> None:
    """What tf.saved_model.load runs: the functions of ``signatures`` and of resources, by the object graph."""
    assert meta.objects is not None
    entries: dict[str, tuple[str, ...]] = {
        f"object signature {key}": (name,) for key, name in meta.objects.signatures().items()
    }
    entries["object initializers"] = meta.objects.initializers()
    for root, names in sorted(entries.items()):
        graph.add_node(root, kind="root")
        for name in names:
            if name not in graph:
                graph.add_node(name, kind="missing")
            graph.add_edge(root, name, op=None, count=1)


def _add_calls(graph: networkx.MultiDiGraph[str], caller: str, body: Graph, reach: Reach, positions: Any) -> None:
    counts: dict[tuple[str, str], int] = {}
    for position in positions:
        kind = body.kinds[position]
        for callee in reach.callees(kind):
            counts[callee, kind.op] = counts.get((callee, kind.op), 0) + 1
    for (callee, op), count in counts.items():
        if callee not in graph:
            graph.add_node(callee, kind="missing")
        graph.add_edge(caller, callee, op=op, count=count)


def around(graph: networkx.MultiDiGraph[str], node: str, hops: int) -> networkx.MultiDiGraph[str]:
    """What is within ``hops`` edges of a node, in either direction. Raises UsageError for an unknown node."""
    if node not in graph:
        raise UsageError(f"no node {node!r}{_near(node, list(graph))}")
    near = networkx.single_source_shortest_path_length(graph.to_undirected(as_view=True), node, cutoff=hops)
    return graph.subgraph([name for name in graph if name in near])


def _meta_graph(model: Model, index: int) -> MetaGraph:
    if not 0 <= index < len(model.meta_graphs):
        raise UsageError(f"no meta graph {index}: {model.path} has {len(model.meta_graphs)}")
    return model.meta_graphs[index]


def _release(tensorflow: str | None) -> Release:
    return release(tensorflow or releases()[-1])


def _near(name: str, names: list[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, names, n=3, cutoff=0.5) or [n for n in names if name in n][:3]
    return f"; near: {', '.join(near)}" if near else ""
