"""Where a load meets a shape conflict: verdicts against real loads of small V1 models, in this process."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.engine import judge
from inspector.findings import Target
from inspector.model.saved_model import open_model
from inspector.rules.rule import Example
from tests.building import build

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.xdist_group("tensorflow")

_HEAD = """
meta_graph tags=[serve] tensorflow_version=2.15.0 producer=1645
signature serving_default (x: float32[?,3] = x:0) -> (y: float32[...] = y:0)
graph
  x = Placeholder() {{dtype: float32, shape: {x}}}
  y = {y}
"""
_CALL = "PartitionedCall(x) {Tin: [float32], Tout: [float32], f: @f}"
_BRANCH = "StatelessIf(k, x) {Tcond: bool, Tin: [float32], Tout: [float32], then_branch: @f, else_branch: @f}"
_RELU = "Relu(x) {T: float32}"
_BY_ARGUMENT = """function f (a: float32) -> (r: float32 = m:product:0)%s
  c = Const() {dtype: float32, value: float32[4,5] <1.0>}
  m = MatMul(a, c:output:0) {T: float32}
"""
_BY_ITSELF = """function f (a: float32) -> (r: float32 = m:product:0)
  c = Const() {dtype: float32, value: float32[4,5] <1.0>}
  d = Const() {dtype: float32, value: float32[3,3] <1.0>}
  m = MatMul(d:output:0, c:output:0) {T: float32}
"""
_OUTER = """function f (a: float32) -> (r: float32 = q:output:0) {_input_shapes: [[?,3]]}
  q = PartitionedCall(a) {Tin: [float32], Tout: [float32], f: @g}
""" + _BY_ARGUMENT.replace("function f", "function g").replace("%s", "")
_RECORDED = """function f (a: float32) -> (r: float32 = q:activations:0) {_input_shapes: [[?,3]]}
  q = Relu(a) {T: float32, _output_shapes: %s}
"""


def _model(y: str, functions: str = "", x: str = "[?,3]") -> str:
    return _HEAD.format(x=x, y=y) + functions


CASES = {
    "the main graph": _model("MatMul(x, w) {T: float32}\n  w = Const() {dtype: float32, value: float32[4,5] <1.0>}"),
    "a dangling node": _model(_RELU + "\n  z = MatMul(x, w) {T: float32}\n"
                              "  w = Const() {dtype: float32, value: float32[4,5] <1.0>}"),
    "a call": _model(_CALL, _BY_ARGUMENT % ""),
    "a stateful call": _model("Stateful" + _CALL, _BY_ARGUMENT % ""),
    "a call that fits": _model(_CALL, _BY_ARGUMENT % "", "[?,4]"),
    "a call within a call": _model(_CALL, _OUTER),
    "a branch": _model(_BRANCH + "\n  k = Const() {dtype: bool, value: bool[] <true>}", _BY_ITSELF),
    "an unused function": _model(_RELU, _BY_ITSELF),
    "an unused function, by what it declares": _model(_RELU, _BY_ARGUMENT % " {_input_shapes: [[?,3]]}"),
    "an unused function that declares nothing": _model(_RELU, _BY_ARGUMENT % ""),
    "an unused function with a call": _model(_RELU, _OUTER),
    "an unused function with a direct call": _model(
        _RELU,
        _OUTER.replace("PartitionedCall(a) {Tin: [float32], Tout: [float32], f: @g}", "g(a)").replace("q:output", "q:r"),
    ),
    "recorded shapes that lie": _model("Relu(x) {T: float32, _output_shapes: [[?,4]]}"),
    "too few recorded shapes": _model("Relu(x) {T: float32, _output_shapes: list []}"),
    "too many recorded shapes": _model("Relu(x) {T: float32, _output_shapes: [[?,3], [2]]}"),
    "recorded shapes that lie in a function": _model(_CALL, _RECORDED % "[[?,4]]"),
    "too few recorded shapes in an unused function": _model(_RELU, _RECORDED % "list []"),
    "recorded shapes that are all there is": _model(
        "MatMul(r, w) {T: float32}\n  r = Relu(x) {T: float32, _output_shapes: [[?,3]]}\n"
        "  w = Const() {dtype: float32, value: float32[4,5] <1.0>}", x="[...]"),
    "a shape that a call passes": _model(
        "PartitionedCall(c, s) {Tin: [float32, int32], Tout: [float32], f: @f}\n"
        "  c = Const() {dtype: float32, value: float32[4,3] <1.0>}\n"
        "  s = Const() {dtype: int32, value: int32[2] <5, 5>}",
        "function f (a: float32, s: int32) -> (r: float32 = q:output:0)\n"
        "  q = Reshape(a, s) {T: float32, Tshape: int32}\n"),
    "a variable that a call passes": _model(
        "PartitionedCall(x, w) {Tin: [float32, resource], Tout: [float32], f: @f}\n"
        "  w = VarHandleOp() {dtype: float32, shape: [4,5]}",
        "function f (a: float32, w: resource) -> (r: float32 = q:product:0)\n"
        "  v = ReadVariableOp(w) {dtype: float32}\n"
        "  q = MatMul(a, v:value:0) {T: float32}\n"),
}  # fmt: skip


def _loads(loader: str, path: str) -> str:
    try:
        if loader == "tf2":
            tf.saved_model.load(path)
        else:
            with tf.Graph().as_default() as graph, tf.compat.v1.Session(graph=graph) as session:
                tf.compat.v1.saved_model.load(session, ["serve"], path)
    except (ValueError, tf.errors.OpError) as error:
        return f"fails: {error}"
    return "loads"


@pytest.mark.parametrize("case", CASES)
def test_the_verdict_is_what_tensorflow_does(case: str, tmp_path: Path) -> None:
    path = build(Example(CASES[case]), tmp_path / "model")
    judgement = judge(
        open_model(path), Target(".".join(tf.__version__.split(".")[:2])), loaders=("tf2", "tf1"), strict=True
    )
    for verdict in judgement.verdicts:
        real = _loads(verdict.loader, path)
        assert verdict.outcome == real[:5], (verdict.loader, real)
        for index in verdict.because:
            assert judgement.findings[index].data["words"] in real
