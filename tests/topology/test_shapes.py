"""Shape inference without TensorFlow: the lattice, loops, calls, what is believed, and how much of real models is covered."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from inspector.errors import InspectorError
from inspector.findings import Target
from inspector.model.dtypes import Shape
from inspector.model.saved_model import Model, open_model
from inspector.rules.rule import Example
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.shapes import lattice
from inspector.topology.shapes.lattice import ShapeError
from inspector.topology.shapes.propagation import INCONSISTENT, LIBRARY, MAIN, TOO_FEW, Inference
from inspector.topology.shapes.table import CALLS, SHAPE_FUNCTIONS, is_covered
from tests.building import build

ROOT = Path(__file__).parent.parent.parent
MODELS = sorted((ROOT / "golden" / "models").iterdir())
CORPUS = sorted((ROOT.parent / "shared" / "corpus" / "models").glob("*"))


def view(text: str, folder: Path) -> MetaView:
    (found,) = Inspection(open_model(build(Example(text), folder / "model")), Target("2.21.0")).meta_views
    return found


def shapes(text: str, folder: Path) -> dict[str, Shape]:
    """The shapes of the main graph's tensors."""
    one = view(text, folder)
    facts: dict[str, lattice.Shape] = {}
    found: dict[str, object] = {}
    Inference(one.ops, one.meta.library, one.meta.versions.producer).follow(one.meta.graph, found, MAIN)  # type: ignore[arg-type]
    for name, fact in found.items():
        facts[name] = fact.shape  # type: ignore[attr-defined]
    return facts


def test_merge_keeps_what_either_knows() -> None:
    assert lattice.merge((None, 3), (2, None)) == (2, 3)
    assert lattice.merge(None, (2, None)) == (2, None)
    with pytest.raises(
        ShapeError, match=r"Dimension 1 in both shapes must be equal, but are 3 and 4. Shapes are \[\?,3\] and \[2,4\]"
    ):
        lattice.merge((None, 3), (2, 4))
    with pytest.raises(ShapeError, match="Shapes must be equal rank, but are 1 and 2"):
        lattice.merge((1,), (1, 1))


@pytest.mark.parametrize(
    ("one", "other", "both"),
    [
        ((2, 1), (3,), (2, 3)),
        ((None, 3), (2, 1), (2, 3)),
        ((None,), (None,), (None,)),
        ((None,), (1,), (None,)),
        ((), (4, None), (4, None)),
        (None, (4,), None),
    ],
)
def test_broadcast(one: Shape, other: Shape, both: Shape) -> None:
    assert lattice.broadcast(one, other) == both
    assert lattice.broadcast(other, one) == both


@pytest.mark.parametrize(
    ("size", "window", "stride", "padding", "count"),
    [(8, 3, 1, "VALID", 6), (8, 3, 2, "SAME", 4), (None, 3, 2, "SAME", None), (8, 8, 1, "VALID", 1)],
)
def test_windows(size: int | None, window: int, stride: int, padding: str, count: int | None) -> None:
    assert lattice.windows(size, window, stride, padding) == count


def test_a_window_larger_than_the_image_is_refused() -> None:
    with pytest.raises(ShapeError, match="Negative dimension size caused by subtracting 5 from 3"):
        lattice.windows(3, 5, 1, "VALID")


def test_a_loop_of_v1_forgets_what_comes_around(tmp_path: Path) -> None:
    found = shapes(
        "x = Const() {dtype: float32, value: float32[2,3] <1.0>}\n"
        'enter = Enter(x) {T: float32, frame_name: "loop"}\n'
        "merge = Merge(enter, next) {T: float32, N: 2}\n"
        "relu = Relu(merge) {T: float32}\n"
        "next = NextIteration(relu) {T: float32}\n"
        'inside = Enter(x) {T: float32, frame_name: "loop", is_constant: true}',
        tmp_path,
    )
    assert found == {
        "x": (2, 3), "enter": None, "merge": None, "merge:1": (), "relu": None, "next": None, "inside": (2, 3)
    }  # fmt: skip


def test_nodes_in_any_order(tmp_path: Path) -> None:
    found = shapes(
        "y = MatMul(x:0, w) {T: float32}\n"
        "w = Const() {dtype: float32, value: float32[3,5] <1.0>}\n"
        "x = Placeholder() {dtype: float32, shape: [?,3]}",
        tmp_path,
    )
    assert found["y"] == (None, 5)


_CALL = """
x = Placeholder() {{dtype: float32, shape: [?,{width}]}}
y = PartitionedCall(x) {{Tin: [float32], Tout: [float32], f: @f}}
function f (a: float32) -> (r: float32 = m:product:0){attrs}
  w = Const() {{dtype: float32, value: float32[4,5] <1.0>}}
  m = MatMul(a, w:output:0) {{T: float32}}
"""


def test_a_call_is_followed_with_its_shapes(tmp_path: Path) -> None:
    assert shapes(_CALL.format(width=4, attrs=""), tmp_path)["y"] == (None, 5)


def test_who_sees_a_conflict_in_a_function(tmp_path: Path) -> None:
    """The main graph by what it passes, the library by what the function declares."""
    passed = view(_CALL.format(width=3, attrs=""), tmp_path / "passed").shape_troubles
    declared = view(_CALL.format(width=4, attrs=" {_input_shapes: [[?,3]]}"), tmp_path / "declared").shape_troubles
    both = view(_CALL.format(width=3, attrs=" {_input_shapes: [[?,3]]}"), tmp_path / "both").shape_troubles
    assert [(t.function, t.node, seen) for t, seen in passed.items()] == [("f", "m", (MAIN,))]
    assert [(t.function, t.node, seen) for t, seen in declared.items()] == [("f", "m", (LIBRARY,))]
    assert [(t.function, t.node, seen) for t, seen in both.items()] == [("f", "m", (MAIN, LIBRARY))]
    assert next(iter(both)).words == "Dimensions must be equal, but are 3 and 4"


def test_a_function_that_calls_itself_is_left_alone(tmp_path: Path) -> None:
    found = view(
        "x = Placeholder() {dtype: float32, shape: [2]}\n"
        "y = PartitionedCall(x) {Tin: [float32], Tout: [float32], f: @f}\n"
        "function f (a: float32) -> (r: float32 = c:output:0)\n"
        "  c = PartitionedCall(a) {Tin: [float32], Tout: [float32], f: @f}",
        tmp_path,
    )
    assert not found.shape_troubles


def test_calls_that_multiply_come_to_an_end(tmp_path: Path) -> None:
    """Each function calls the next one twice, with another number each time: 2**40 calls."""
    call = "PartitionedCall({}) {{{{Tin: [int32], Tout: [int32], f: @f{}}}}}"
    functions = "".join(
        f"function f{i} (a: int32) -> (r: int32 = two:output:0)\n"
        "  three = Const() {dtype: int32, value: int32[] <3>}\n"
        "  more = Mul(a, three:output:0) {T: int32}\n"
        f"  one = {call.format('a', i + 1).format()}\n"
        f"  two = {call.format('more:z:0', i + 1).format()}\n"
        for i in range(40)
    )
    last = "function f40 (a: int32) -> (r: int32 = y:y:0)\n  y = Neg(a) {T: int32}\n"
    start = f"x = Const() {{dtype: int32, value: int32[] <1>}}\ny = {call.format('x', 0).format()}\n"
    assert not view(start + functions + last, tmp_path).shape_troubles


def test_recorded_shapes_are_believed_and_checked(tmp_path: Path) -> None:
    found = view(
        "x = Placeholder() {dtype: float32}\n"
        "r = Relu(x) {T: float32, _output_shapes: [[?,3]]}\n"
        "s = Relu(r) {T: float32, _output_shapes: [[?,4]]}\n"
        "t = Relu(r) {T: float32, _output_shapes: list []}\n"
        "w = Const() {dtype: float32, value: float32[4,5] <1.0>}\n"
        "y = MatMul(r, w) {T: float32}",
        tmp_path,
    )
    assert [(t.node, t.kind) for t in found.shape_troubles] == [("s", INCONSISTENT), ("t", TOO_FEW), ("y", "conflict")]


def _models() -> list[Model]:
    models = []
    for path in [*MODELS, *CORPUS]:
        try:
            models.append(open_model(path))
        except InspectorError:
            continue
    return models


def test_the_ops_of_nearly_all_nodes_are_covered() -> None:
    """Of all nodes in golden and, where it is there, the corpus."""
    nodes: Counter[str] = Counter()
    for model in _models():
        for meta in model.meta_graphs:
            for graph in meta.graphs():
                nodes.update(kind.op for kind in graph.kinds)
    covered = sum(count for op, count in nodes.items() if is_covered(op))
    missing = [op for op, _ in nodes.most_common() if not is_covered(op)]
    assert covered >= 0.99 * nodes.total(), (covered / nodes.total(), missing[:20])


def test_no_alarm_on_golden_and_real_models() -> None:
    for model in _models():
        for one in Inspection(model, Target("2.21.0")).meta_views:
            assert not one.shape_troubles, model.path


def test_every_op_of_the_table_is_one_of_tensorflow() -> None:
    from inspector.catalogue import release

    newest = release("2.21.0")
    assert [op for op in {*SHAPE_FUNCTIONS, *CALLS} if newest.op(op) is None] == []
