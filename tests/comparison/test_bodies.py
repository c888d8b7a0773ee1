"""Inside of graphs: a layer that came between is that layer, whatever the names."""

from __future__ import annotations

from pathlib import Path

from inspector.comparison import Comparison, diff
from tests.building import build


def network(layers: list[str], *, prefix: str = "model") -> str:
    """A V1 graph of dense layers, all of one shape: what tells them apart are their variables."""
    lines = ["meta_graph tags=[serve]", "saver filename=save/file:0 restore=save/all save=save/file:0"]
    lines += [
        f"signature serving_default (x: float32[?,4] = x:0) -> (y: float32[?,4] = {prefix}/{layers[-1]}/relu:0)",
        "graph",
    ]
    lines += [
        "  x = Placeholder() {dtype: float32, shape: [?,4]}",
        '  save/file = Const() {dtype: string, value: string[] <"m">}',
    ]
    last, restored = "x", []
    for layer in layers:
        scope = f"{prefix}/{layer}"
        lines.append(f'  {layer} = VarHandleOp() {{dtype: float32, shape: [4,4], shared_name: "{layer}"}}')
        lines.append(f'  save/{layer}/names = Const() {{dtype: string, value: string[1] <"{layer}">}}')
        lines.append("  save/" + layer + '/slices = Const() {dtype: string, value: string[1] <"">}')
        lines.append(
            f"  save/{layer} = RestoreV2(save/file, save/{layer}/names, save/{layer}/slices) {{dtypes: [float32]}}"
        )
        lines.append(f"  save/{layer}/assign = AssignVariableOp({layer}, save/{layer}) {{dtype: float32}}")
        restored.append(f"^save/{layer}/assign")
        lines.append(f"  {scope}/read = ReadVariableOp({layer}) {{dtype: float32}}")
        lines.append(f"  {scope}/matmul = MatMul({last}, {scope}/read) {{T: float32}}")
        lines.append(f"  {scope}/relu = Relu({scope}/matmul) {{T: float32}}")
        last = f"{scope}/relu"
    lines.append(f"  save/all = NoOp({', '.join(restored)})")
    return "\n".join([*lines, *[f"variable {layer} float32[4,4]" for layer in layers]]) + "\n"


def compared(old: str, new: str, top: Path) -> Comparison:
    return diff(build(old, top / "old"), build(new, top / "new"), tensorflow="2.21", loaders=["tf1"])


def ops(found: Comparison) -> list[tuple[str, str]]:
    (bodies,) = [bodies for change, bodies in zip(found.changes, found.bodies, strict=True) if change.code == "DF200"]
    return [(op.what, op.name) for body in bodies for op in body.changes]


def test_a_layer_that_came_between(tmp_path: Path) -> None:
    layers = [f"layer{i}" for i in range(30)]
    found = compared(network(layers), network([*layers[:11], "extra", *layers[11:]], prefix="renamed"), tmp_path)

    assert sorted(ops(found)) == [
        ("added", "extra"), ("added", "renamed/extra/matmul"), ("added", "renamed/extra/read"), ("added", "renamed/extra/relu"),
        ("changed", "renamed/layer11/matmul"),
    ]  # fmt: skip
    assert {change.code for change in found.changes} == {"DF200", "DF301"}


def test_a_layer_that_went(tmp_path: Path) -> None:
    layers = [f"layer{i}" for i in range(30)]
    found = compared(network(layers), network(layers[:11] + layers[12:]), tmp_path)

    assert sorted(ops(found)) == [
        ("changed", "model/layer12/matmul"), ("removed", "layer11"), ("removed", "model/layer11/matmul"),
        ("removed", "model/layer11/read"), ("removed", "model/layer11/relu"),
    ]  # fmt: skip


def test_names_and_their_counters_are_no_difference(tmp_path: Path) -> None:
    layers = ["dense", "dense_1", "dense_2"]

    assert compared(network(layers), network(layers, prefix="model_1"), tmp_path).changes == ()


def test_a_summary_names_the_scope(tmp_path: Path) -> None:
    found = compared(network(["a", "b"]), network(["a", "b"]).replace("Relu(model/b", "Tanh(model/b"), tmp_path)
    (change,) = found.changes

    assert change.message == "serving_default: y computed otherwise: ~1 Tanh in model/b"
