"""Write the op graph or the call graph: DOT, JSON, PNG or SVG."""

from __future__ import annotations

import argparse
import sys

from inspector.cli.check import not_a_model
from inspector.cli.exit_codes import OK


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH")
    parser.add_argument("--meta-graph", type=int, default=0, metavar="N")
    parser.add_argument("--function", metavar="F", help="the body of a function instead of the main graph")
    parser.add_argument("--calls", action="store_true", help="which function calls which, from each entry point")
    parser.add_argument("--around", metavar="NODE", help="only what is near a node")
    parser.add_argument("--hops", type=int, default=2, metavar="N", help="how near (default: 2)")
    parser.add_argument(
        "--format", choices=("dot", "json", "svg", "png"), help="default: by --output's ending, else dot"
    )
    parser.add_argument("--output", metavar="FILE", help="default: standard output")


def run(options: argparse.Namespace) -> int:
    from inspector.model.saved_model import open_model
    from inspector.report.graph import write_graph

    model = open_model(options.path, verify=False)
    if not model.meta_graphs:
        return not_a_model(options)
    write_graph(model, options, sys.stdout)
    return OK
