"""What a diff costs, as ratios within one run: against two checks, and how it grows with the graph.

    python scripts/bench_diff.py [--model FOLDER] [--nodes N]

Without --model the ResNet50 of scripts/bench.py. It is compared with itself, with a copy in which one activation is another,
and, where --other names one, with another model. The grown graphs are made here, about 250 bytes a node: functions of 5,000
nodes that a main graph calls one after the other, and one main graph without functions; the new one differs in one constant.
CPU time is user and system of the child process; commands are interleaved, and the smallest of the rounds counts.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from bench import cpu_and_memory, resnet50

from inspector.wire.schema import full_message

ROUNDS = 5
DIFF_LIMIT, GROWTH_LIMIT = 1.3, 12.0
BODY = 5_000  # nodes of a function
TARGET = ["--tensorflow", "2.21", "--format", "json"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--other", help="compare the model with this one, too")
    parser.add_argument(
        "--nodes", type=int, default=1_100_000, help="of the large graph (default: 1,100,000, about 200 MB)"
    )
    options = parser.parse_args()
    model = options.model or resnet50()
    with tempfile.TemporaryDirectory() as top:
        others = {"itself": model, "one op changed": changed(Path(model), Path(top) / "changed")}
        if options.other:
            others["another model"] = options.other
        over = sum([told > DIFF_LIMIT for told in against_checks(model, others)])
    for shape, graph in (("in functions", in_functions), ("in one graph", in_one_graph)):
        with tempfile.TemporaryDirectory() as top:
            over += growth(Path(top), shape, graph, options.nodes) >= GROWTH_LIMIT
    return int(over > 0)


def against_checks(model: str, others: dict[str, str]) -> Iterator[float]:
    """CPU time of a diff of the model and each other one as a multiple of a check of both."""
    best: dict[tuple[str, str], float] = {}
    for _ in range(ROUNDS):
        for other in {model, *others.values()}:
            for name, arguments in (
                ("check", ["--no-confirm", *TARGET, other]),
                ("diff", ["diff", *TARGET, model, other]),
            ):
                seconds = cpu_and_memory(["-m", "inspector", *arguments])[0]
                best[name, other] = min(best.get((name, other), seconds), seconds)
    for name, other in others.items():
        diff, checks = best["diff", other], best["check", model] + best["check", other]
        print(
            f"diff against two checks, {name:15} {diff:.2f} s / {checks:.2f} s = {diff / checks:.2f} (at most {DIFF_LIMIT})"
        )
        yield diff / checks


def changed(model: Path, folder: Path) -> str:
    """A copy of a model in which one Relu is an Elu; the weights are linked."""
    folder.mkdir()
    for entry in model.iterdir():
        if entry.name != "saved_model.pb":
            os.symlink(entry.resolve(), folder / entry.name)
    saved = full_message("SavedModel").FromString((model / "saved_model.pb").read_bytes())
    functions = saved.meta_graphs[0].graph_def.library.function
    relus = [node for function in functions for node in function.node_def if node.op == "Relu"]
    for node in [node for node in relus if node.name == relus[len(relus) // 2].name] if relus else ():
        node.op = "Elu"
    (folder / "saved_model.pb").write_bytes(saved.SerializeToString())
    return str(folder)


def growth(top: Path, shape: str, graph: Callable[[Any, int, float], str], nodes: int) -> float:
    """How many times longer a diff of two graphs takes for ten times the nodes."""
    sizes = (nodes // 10, nodes)
    models = [(top / f"{side}{size}", size, value) for size in sizes for side, value in (("old", 1.0), ("new", 2.0))]
    for model in models:  # in a child: the peak memory of a process counts for those that it starts
        child = get_context("spawn").Process(target=write, args=(graph, *model))
        child.start()
        child.join()
    runs = [[cpu_and_memory(["-m", "inspector", "diff", *TARGET, f"{top}/old{size}", f"{top}/new{size}"]) for size in sizes]
            for _ in range(2)]  # fmt: skip
    small, large = (min(seconds for seconds, _ in sized) for sized in zip(*runs, strict=True))
    peaks = [max(peak for _, peak in sized) for sized in zip(*runs, strict=True)]
    size = (top / f"new{nodes}" / "saved_model.pb").stat().st_size
    print(f"ten times the nodes, {shape}: {large:.1f} s / {small:.1f} s = {large / small:.1f} (below {GROWTH_LIMIT}), "
          f"{size / 1e6:.0f} MB a graph, peak memory {peaks[1] / 1e6:.0f} MB / {peaks[0] / 1e6:.0f} MB")  # fmt: skip
    return large / small


def write(graph: Callable[[Any, int, float], str], folder: Path, nodes: int, value: float) -> None:
    """A SavedModel with one signature through so many nodes; the constant in the middle has this value."""
    saved = full_message("SavedModel")(saved_model_schema_version=1)
    meta = saved.meta_graphs.add()
    meta.meta_info_def.tags.append("serve")
    meta.graph_def.versions.producer = 2000
    x = meta.graph_def.node.add(name="x", op="Placeholder")
    x.attr["dtype"].type = 1
    x.attr["shape"].shape.dim.add(size=4)
    last = graph(meta.graph_def, nodes, value)
    signature = meta.signature_def["serving_default"]
    signature.method_name = "tensorflow/serving/predict"
    for name, tensor, ends in (("x", "x:0", signature.inputs), ("y", last, signature.outputs)):
        ends[name].name = tensor
        ends[name].dtype = 1
        ends[name].tensor_shape.dim.add(size=4)
    folder.mkdir()
    (folder / "saved_model.pb").write_bytes(saved.SerializeToString())


def in_functions(graph: Any, nodes: int, value: float) -> str:
    last = "x"
    for number in range(nodes // BODY):
        middle = value if number == nodes // BODY // 2 else 0.5
        add_function(graph.library.function.add(), f"__inference_block_{number}", number, middle)
        call = graph.node.add(name=f"call_{number}", op="PartitionedCall", input=[last])
        call.attr["Tin"].list.type.append(1)
        call.attr["Tout"].list.type.append(1)
        call.attr["f"].func.name = f"__inference_block_{number}"
        last = call.name
    return f"{last}:0"


def in_one_graph(graph: Any, nodes: int, value: float) -> str:
    return add_layers(graph.node, 0, nodes, value, ("", ""), "x") + ":0"


def add_function(function: Any, name: str, number: int, value: float) -> None:
    function.signature.name = name
    function.signature.input_arg.add(name="x", type=1)
    function.signature.output_arg.add(name="y", type=1)
    function.ret["y"] = add_layers(function.node_def, number, BODY, value, (":output:0", ":z:0"), "x")


def add_layers(nodes: Any, number: int, count: int, value: float, ends: tuple[str, str], last: str) -> str:
    """Constants that are added one after the other; returns the last tensor."""
    for place in range(count // 2):
        scope = f"sequential/block_{number}/layer_{place}/a_rather_long_scope/of_names"
        constant = nodes.add(name=f"{scope}/constant", op="Const")
        constant.attr["dtype"].type = 1
        tensor = constant.attr["value"].tensor
        tensor.dtype = 1
        tensor.float_val.append(value if place == count // 4 else float(place + number))
        add = nodes.add(name=f"{scope}/add", op="AddV2", input=[last, f"{constant.name}{ends[0]}"])
        add.attr["T"].type = 1
        add.attr["_output_shapes"].list.shape.add().dim.add(size=4)
        last = f"{add.name}{ends[1]}"
    return last


if __name__ == "__main__":
    sys.exit(main())
