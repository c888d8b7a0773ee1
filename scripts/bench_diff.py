"""What a diff costs, as ratios within one run: against two checks, and how it grows with the graph.

    python scripts/bench_diff.py [--model FOLDER] [--nodes N]

Without --model the ResNet50 of scripts/bench.py. The grown graphs are made here: functions of 5,000 nodes that a main graph
calls one after the other, about 250 bytes a node; the new one differs in one constant. CPU time is user and system of the
child process, the smallest of the rounds.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

from bench import cpu_and_memory, resnet50

from inspector.wire.schema import full_message

ROUNDS = 3
DIFF_LIMIT, GROWTH_LIMIT = 1.3, 12.0
BODY = 5_000  # nodes of a function
TARGET = ["--tensorflow", "2.21", "--format", "json"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument(
        "--nodes", type=int, default=800_000, help="of the large graph (default: 800,000, about 200 MB)"
    )
    options = parser.parse_args()
    model = options.model or resnet50()
    check = min(cpu_and_memory(["-m", "inspector", "--no-confirm", *TARGET, model])[0] for _ in range(ROUNDS))
    diff = min(cpu_and_memory(["-m", "inspector", "diff", *TARGET, model, model])[0] for _ in range(ROUNDS))
    ratio = diff / (2 * check)
    print(f"diff against two checks  {diff:.2f} s / {2 * check:.2f} s = {ratio:.2f} (at most {DIFF_LIMIT})")
    with tempfile.TemporaryDirectory() as top:
        small = grown(Path(top), options.nodes // 10)
        large = grown(Path(top), options.nodes)
    growth = large[0] / small[0]
    print(f"ten times the nodes      {large[0]:.1f} s / {small[0]:.1f} s = {growth:.1f} (below {GROWTH_LIMIT})")
    print(f"peak memory              {large[1] / 1e9:.1f} GB, {small[1] / 1e9:.1f} GB")
    return int(ratio > DIFF_LIMIT or growth >= GROWTH_LIMIT)


def grown(top: Path, nodes: int) -> tuple[float, int]:
    """CPU seconds and peak memory of a diff of two graphs of a size."""
    sides = []
    for name, value in (("old", 1.0), ("new", 2.0)):
        folder = top / f"{name}{nodes}"
        folder.mkdir()
        (folder / "saved_model.pb").write_bytes(made(nodes // BODY, value))
        sides.append(str(folder))
    return cpu_and_memory(["-m", "inspector", "diff", *TARGET, *sides])


def made(functions: int, value: float) -> bytes:
    """A SavedModel whose signature goes through some functions; the constant in the middle one has this value."""
    saved = full_message("SavedModel")(saved_model_schema_version=1)
    meta = saved.meta_graphs.add()
    meta.meta_info_def.tags.append("serve")
    graph = meta.graph_def
    graph.versions.producer = 2000
    x = graph.node.add(name="x", op="Placeholder")
    x.attr["dtype"].type = 1
    x.attr["shape"].shape.dim.add(size=4)
    last = "x"
    for number in range(functions):
        add_function(
            graph.library.function.add(),
            f"__inference_block_{number}",
            number,
            value if number == functions // 2 else 0.5,
        )
        call = graph.node.add(name=f"call_{number}", op="PartitionedCall", input=[last])
        call.attr["Tin"].list.type.append(1)
        call.attr["Tout"].list.type.append(1)
        call.attr["f"].func.name = f"__inference_block_{number}"
        last = call.name
    signature = meta.signature_def["serving_default"]
    signature.method_name = "tensorflow/serving/predict"
    for name, tensor, ends in (("x", "x:0", signature.inputs), ("y", f"{last}:0", signature.outputs)):
        ends[name].name = tensor
        ends[name].dtype = 1
        ends[name].tensor_shape.dim.add(size=4)
    return bytes(saved.SerializeToString())


def add_function(function: object, name: str, number: int, value: float) -> None:
    signature = function.signature  # type: ignore[attr-defined]
    signature.name = name
    signature.input_arg.add(name="x", type=1)
    signature.output_arg.add(name="y", type=1)
    nodes = function.node_def  # type: ignore[attr-defined]
    last = "x"
    for place in range(BODY // 2):
        scope = f"sequential/block_{number}/layer_{place}/a_rather_long_scope/of_names"
        constant = nodes.add(name=f"{scope}/constant", op="Const")
        constant.attr["dtype"].type = 1
        tensor = constant.attr["value"].tensor
        tensor.dtype = 1
        tensor.float_val.append(value if place == BODY // 4 else float(place + number))
        add = nodes.add(name=f"{scope}/add", op="AddV2", input=[last, f"{constant.name}:output:0"])
        add.attr["T"].type = 1
        add.attr["_output_shapes"].list.shape.add().dim.add(size=4)
        last = f"{add.name}:z:0"
    function.ret["y"] = last  # type: ignore[attr-defined]


if __name__ == "__main__":
    sys.exit(main())
