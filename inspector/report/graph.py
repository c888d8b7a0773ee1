"""Op graphs and call graphs as DOT, JSON, and through Graphviz as SVG or PNG."""

from __future__ import annotations

import argparse
from typing import IO, TYPE_CHECKING, Any

from inspector.errors import UsageError
from inspector.model.saved_model import Model

if TYPE_CHECKING:
    import networkx

_ENDINGS = ("dot", "json", "svg", "png")


def write_graph(model: Model, options: argparse.Namespace, stdout: IO[str]) -> None:
    """What ``python -m inspector graph`` asks for, to a file or to standard output."""
    from inspector.topology.views import around, call_graph, op_graph

    if options.calls:
        graph = call_graph(model, meta_graph=options.meta_graph)
    else:
        graph = op_graph(model, meta_graph=options.meta_graph, function=options.function)
    if options.around:
        graph = around(graph, options.around, options.hops)
    form = options.format or _ending(options.output) or "dot"
    if form in ("svg", "png"):
        _draw(dot(graph), form, options.output)
        return
    text = dot(graph) if form == "dot" else as_json(graph)
    if options.output:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(text)
    else:
        stdout.write(text)


def _ending(output: str | None) -> str | None:
    ending = (output or "").rpartition(".")[2].lower()
    return ending if ending in _ENDINGS else None


def _draw(source: str, form: str, output: str | None) -> None:
    import shutil
    import subprocess

    if not output:
        raise UsageError(f"{form} needs --output FILE")
    program = shutil.which("dot")
    if program is None:
        raise UsageError(
            f"{form} needs Graphviz (the program `dot`, e.g. apt-get install graphviz); --format dot does not"
        )
    subprocess.run([program, f"-T{form}", "-o", output], input=source.encode(), check=True)


def dot(graph: networkx.MultiDiGraph[str]) -> str:
    """Graphviz's DOT language, nodes and edges in the order of the graph."""
    out = ["digraph {", '  rankdir=TB; node [shape=box, fontname="sans-serif", fontsize=10]; edge [fontsize=8];']
    for name, data in graph.nodes(data=True):
        out.append(f"  {_quoted(name)} [{_node_style(name, data)}];")
    for source, target, data in graph.edges(data=True):
        out.append(f"  {_quoted(source)} -> {_quoted(target)}{_edge_style(data)};")
    return "\n".join([*out, "}", ""])


def _node_style(name: str, data: dict[str, Any]) -> str:
    kind = data.get("kind")
    if kind is not None:
        colour = {"root": "#cfe8cf", "missing": "#f4c7c3"}.get(kind, "#ffffff")
        return f'label={_quoted(name)}, style=filled, fillcolor="{colour}"'
    op = data["op"]
    second = f"{op}\n{data['device']}" if data["device"] else op
    colour = "#f4c7c3" if op is None else "#d9e7fd" if op in ("Placeholder", "_Arg") else "#ffffff"
    label = _quoted(f"{name}\n{second or 'missing'}")
    return f'label={label}, style=filled, fillcolor="{colour}"'


def _edge_style(data: dict[str, Any]) -> str:
    if data.get("control"):
        return " [style=dashed]"
    if "count" in data:
        text = data["op"] or ""
        label = text if data["count"] == 1 else f"{text} x{data['count']}"
        return f" [label={_quoted(label)}]"
    return f" [label={_quoted(data['dtype'])}]" if data.get("dtype") else ""


def _quoted(text: str) -> str:
    return '"' + str(text).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def as_json(graph: networkx.MultiDiGraph[str]) -> str:
    """networkx's node-link form."""
    import json

    import networkx

    return json.dumps(networkx.node_link_data(graph, edges="edges"), indent=1) + "\n"
