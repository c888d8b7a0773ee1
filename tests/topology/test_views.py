"""Op graphs and call graphs as networkx, and what `graph` writes of them."""

from __future__ import annotations

import json
from pathlib import Path

import networkx
import pytest

from inspector import open_model
from inspector.errors import UsageError
from inspector.report.graph import as_json, dot
from inspector.topology.views import around

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "models"


def test_op_graph_of_the_main_graph() -> None:
    """Nodes have op, device and dtypes; edges output, input, dtype and control."""
    graph = open_model(GOLDEN / "v1-frozen").op_graph()

    assert isinstance(graph, networkx.MultiDiGraph)
    assert graph.nodes["x"] == {"op": "Placeholder", "device": "", "dtypes": ("float32",)}
    (edge,) = [data for _, _, data in graph.out_edges("x", data=True)]
    assert (edge["output"], edge["input"], edge["dtype"], edge["control"]) == (0, 0, "float32", False)


def test_op_graph_of_a_function() -> None:
    """Arguments and returns are nodes; control edges carry no tensor."""
    model = open_model(GOLDEN / "table-asset")
    name = next(n for n in model.meta_graphs[0].library.by_name if "initializer" in n)
    graph = model.op_graph(function=name)
    ops = {data["op"] for _, data in graph.nodes(data=True)}
    control = [data for _, _, data in graph.edges(data=True) if data["control"]]

    assert {"_Arg", "_Retval", "InitializeTableFromTextFileV2"} <= ops
    assert control
    assert all(data["dtype"] is None for data in control)


def test_call_graph_has_roots() -> None:
    """One root a signature, one for init and restore, and the object graph's own."""
    graph = open_model(GOLDEN / "nested-control-flow").call_graph()
    roots = {name for name, data in graph.nodes(data=True) if data["kind"] == "root"}
    (signature,) = [name for name in roots if name.startswith("signature ")]

    assert {"main graph", "init", "restore", "object initializers"} <= roots
    assert any("while" in name.lower() for name in networkx.descendants(graph, signature))


def test_a_missing_function_is_marked() -> None:
    """What is called and not there is a node of kind missing."""
    graph = open_model(GOLDEN / "broken-missing-function").call_graph()

    assert [name for name, data in graph.nodes(data=True) if data["kind"] == "missing"]


def test_around_keeps_what_is_near() -> None:
    """Hops count edges in either direction; an unknown node is an error with near names."""
    graph = open_model(GOLDEN / "v1-frozen").op_graph()
    near = around(graph, "x", 1)

    assert "x" in near
    assert len(near) < len(graph)
    with pytest.raises(UsageError, match="no node"):
        around(graph, "no such node", 1)


def test_dot_and_json_are_deterministic_and_quoted() -> None:
    """The same text twice; JSON reads back; names with quotes survive."""
    model = open_model(GOLDEN / "keras3-mlp")
    texts = {dot(model.op_graph()) for _ in range(2)}
    data = json.loads(as_json(model.call_graph()))

    assert len(texts) == 1
    assert {node["kind"] for node in data["nodes"]} <= {"function", "root", "missing"}


def test_unknown_function_and_meta_graph() -> None:
    """Errors name what there is."""
    model = open_model(GOLDEN / "keras3-mlp")

    with pytest.raises(UsageError, match="no function"):
        model.op_graph(function="nope")
    with pytest.raises(UsageError, match="no meta graph 3"):
        model.op_graph(meta_graph=3)
