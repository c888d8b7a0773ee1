"""What the loaders make of faults, and how a failure comes. Each row was watched with TensorFlow 2.21."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

import pytest

from inspector.checking import check
from inspector.findings import CALL_FAILS, LOAD_FAILS, Verdict
from inspector.report.style import Style
from inspector.report.text import lines
from inspector.rules.rule import Example
from tests.building import build

ERROR, CRASH, HANG = "error", "crash", "hang"
TF2, TF1, SERVING = "tf2", "tf1", "serving"

_V1 = """
meta_graph tags=[serve] tensorflow_version=2.21.0 producer=2474
saver filename=file:0 restore=restore save=file:0
{more}
signature serving_default {signature}
graph
  x = Placeholder() {{dtype: float32, shape: [2]}}
  w = VarHandleOp() {{dtype: float32, shape: [2], shared_name: "w"}}
  {y}
  file = Placeholder() {{dtype: string, shape: []}}
  names = Const() {{dtype: string, value: string[1] <"w">}}
  slices = Const() {{dtype: string, value: string[1] <"">}}
  values = RestoreV2(file, names, slices) {{dtypes: [float32]}}
  assign = AssignVariableOp(w, values) {{dtype: float32}}
  restore = NoOp(^assign)
variable w float32[2]
{functions}
"""
_IF = (
    "p = Const() {dtype: bool, value: bool[] <true>}\n"
    "  y = If(p, x) {Tcond: bool, Tin: [float32], Tout: [float32], then_branch: @f, else_branch: @f%s}"
)
_BROKEN = "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(gone:z:0) {T: float32}"
_CALL = "y = PartitionedCall(x) {f: @f, Tin: [float32], Tout: [float32]}"
_NOTHING_ADDED = (
    "function f (a: float32) -> (r: float32 = y:activations:0)\n"
    "  z = AddN() {T: float32, N: 0}\n  y = Relu(a) {T: float32}"
)
_QUEUE = (
    'q = FIFOQueueV2() {component_types: [float32], shapes: [[2]], capacity: 3, shared_name: "q"}\n'
    "  y = QueueDequeueV2(q) {component_types: [float32], timeout_ms: -1}"
)
_ONE_SHOT = (
    "i = OneShotIterator() {dataset_factory: @f, output_types: [float32], output_shapes: [[2]]}\n"
    "  y = IteratorGetNext(i) {output_types: [float32], output_shapes: [[2]]}"
)
_DATASET = (
    "function f () -> (r: variant = d:handle:0)\n  c = Const() {dtype: float32, value: float32[2] <1.0, 2.0>}\n"
    "  d = TensorDataset(c:output:0) {Toutput_types: [float32], output_shapes: [[2]]}"
)
_RELU = "y = Relu(x) {T: float32}"
_UNSET = 'l = VarHandleOp() {dtype: float32, shape: [2], shared_name: "l"}\n  y = ReadVariableOp(l) {dtype: float32}'


_STRINGS = 's = Placeholder() {dtype: string, shape: []}\n  y = StringLength(s) {unit: "BYTE"}'
_STORED = """path = Placeholder() {dtype: string, shape: []}
  kept = VarHandleOp() {dtype: string, shape: [], shared_name: "kept"}
  keep = AssignVariableOp(kept, path) {dtype: string}
  init = NoOp(^keep)
  read = ReadVariableOp(kept) {dtype: string}
  y = ReadFile(read)"""
_NO_INDEX = _STORED.rpartition("  read")[0] + "  " + _RELU


# A V1 model of which a load runs nothing.
_BARE = (
    "signature serving_default (x: float32[2] = x:0) -> (y: float32[2] = y:0)\n"
    "graph\n  x = Placeholder() {{dtype: float32, shape: [2]}}\n  y = {}"
)


class Row(NamedTuple):
    """A model and, for each loader that fails with it, the effect, how it comes, and the first cause.

    ``files`` are added to the model, or taken away (None).
    """

    name: str
    text: str
    fails: dict[str, tuple[str, str, str]]
    files: Mapping[str, bytes | None] = MappingProxyType({})


_SIGNATURE = "(x: float32[2] = x:0) -> (y: float32[2] = y:0)"


def _v1(y: str, functions: str = "", more: str = "", signature: str = _SIGNATURE) -> str:
    return _V1.format(y=y, functions=functions, more=more, signature=signature)


_LOWERED = ", _lower_using_switch_merge: true"
ROWS = (
    Row("healthy", _v1(_RELU), {}),
    Row(
        "empty queue",
        _v1(_QUEUE),
        dict.fromkeys((TF2, TF1, SERVING), (CALL_FAILS, HANG, "GR017")),
    ),
    Row(
        "branch that becomes a part of the main graph",
        _v1(_IF % _LOWERED, _BROKEN),
        dict.fromkeys((TF2, TF1, SERVING), (LOAD_FAILS, ERROR, "GR001")),
    ),
    Row(
        "AddN of nothing, in a function that the import instantiates",
        _v1(_CALL, _NOTHING_ADDED),
        {
            TF2: (LOAD_FAILS, ERROR, "OP004"),
            TF1: (LOAD_FAILS, CRASH, "OP004"),
            SERVING: (LOAD_FAILS, CRASH, "OP004"),
        },
    ),
    Row("one-shot iterator", _v1(_ONE_SHOT, _DATASET), {TF2: (CALL_FAILS, ERROR, "OP010")}),
    Row(
        "variable that nothing sets",
        _v1(_UNSET),
        dict.fromkeys((TF2, TF1, SERVING), (CALL_FAILS, ERROR, "TB012")),
    ),
    Row(
        "local variable",
        _v1(_UNSET, more='collection local_variables bytes ["\\n\\x03l:0\\x12\\x01w\\x1a\\x03y:0(\\x01"]'),
        dict.fromkeys((TF1, SERVING), (CALL_FAILS, ERROR, "TB012")),
    ),
    Row(
        "collection that names a lost node",
        _v1(_RELU, more='collection variables bytes ["\\n\\x03w:0\\x12\\x04gone"]'),
        dict.fromkeys((TF2, TF1), (LOAD_FAILS, ERROR, "SM010")),
    ),
    Row(
        "collection of variables that holds nodes",
        _v1(_RELU, more="collection variables nodes [w]"),
        {TF2: (LOAD_FAILS, ERROR, "SM010")},
    ),
    Row(
        "file name of the saver that is no string",
        _v1(_RELU).replace("filename=file:0", "filename=x:0"),
        dict.fromkeys((TF2, TF1, SERVING), (LOAD_FAILS, ERROR, "TB011")),
    ),
    Row(
        "lost asset, whose path the init op only keeps",
        _v1(
            _STORED,
            more="collection saved_model_main_op nodes [init]\nasset lost.txt = path:0",
            signature="() -> (y: string[] = y:0)",
        ),
        dict.fromkeys((TF2, TF1, SERVING), (CALL_FAILS, ERROR, "SM006")),
        {"assets/lost.txt": None},
    ),
    Row(
        "asset bound to a node",
        _v1(_NO_INDEX, more="collection saved_model_main_op nodes [init]\nasset lost.txt = path"),
        dict.fromkeys((TF2, TF1), (LOAD_FAILS, ERROR, "SM009")),
    ),
    Row(
        "tensor of two inputs",
        _v1(_RELU, signature="(x: float32[2] = x:0, z: float32[2] = x:0) -> (y: float32[2] = y:0)"),
        {TF2: (LOAD_FAILS, ERROR, "SG011"), SERVING: (CALL_FAILS, ERROR, "SG011")},
    ),
    Row(
        "tensor of an input and an output",
        _v1(_RELU, signature="(x: float32[2] = x:0) -> (y: float32[2] = x:0)"),
        {SERVING: (CALL_FAILS, ERROR, "SG011")},
    ),
    Row(
        "missing function that nothing comes to at load",
        _BARE.format("PartitionedCall(x) {f: @gone, Tin: [float32], Tout: [float32]}"),
        {TF2: (LOAD_FAILS, ERROR, "FN001"), TF1: (CALL_FAILS, ERROR, "FN001"), SERVING: (LOAD_FAILS, ERROR, "FN001")},
    ),
    Row(
        "variable that nothing sets, in a model without a checkpoint",
        _BARE.format("Identity(v) {T: float32}\n  v = VariableV2() {dtype: float32, shape: [2]}"),
        dict.fromkeys((TF2, TF1, SERVING), (CALL_FAILS, ERROR, "TB012")),
    ),
    Row(
        "nodes in place of variables, and no saver",
        "collection variables nodes [x]\n" + _BARE.format("Relu(x) {T: float32}"),
        dict.fromkeys((TF2, TF1), (LOAD_FAILS, ERROR, "SM010")),
    ),
    Row(
        "signature without outputs",
        _v1(_RELU, signature="(x: float32[2] = x:0) -> ()"),
        {SERVING: (CALL_FAILS, ERROR, "SG012")},
    ),
    Row("output that names a node", _v1(_RELU, signature="(x: float32[2] = x:0) -> (y: float32[2] = y)"), {}),
    Row(
        "shape of an input",
        _v1(_RELU, signature="(x: float32[3] = x:0) -> (y: float32[2] = y:0)"),
        {TF1: (CALL_FAILS, ERROR, "SG003")},
    ),
    Row(
        "shape of an output",
        _v1(_RELU, signature="(x: float32[2] = x:0) -> (y: float32[3] = x:0)"),
        {TF2: (LOAD_FAILS, ERROR, "SG003"), SERVING: (CALL_FAILS, ERROR, "SG011")},
    ),
    Row(
        "numbers for a tensor of strings",
        _v1(_STRINGS, signature="(s: int64[] = s:0) -> (y: int32[] = y:0)"),
        dict.fromkeys((TF1, SERVING), (CALL_FAILS, ERROR, "SG002")),
    ),
    Row(
        "two init ops",
        _v1(_RELU, more="collection saved_model_main_op nodes [restore, restore]"),
        dict.fromkeys((TF2, TF1, SERVING), (LOAD_FAILS, ERROR, "SG010")),
    ),
    Row(
        "attr of a function",
        _v1(_RELU, "function f (a: float32) -> (r: float32 = a) {my_attr: true}"),
        {TF2: (LOAD_FAILS, ERROR, "FN008")},
    ),
)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_how_a_fault_ends(row: Row, tmp_path: Path) -> None:
    (one,) = check(build(Example(row.text, files=row.files), tmp_path / "model"), tensorflow="2.21").models
    found = {verdict.loader: _failure(verdict) for verdict in one.verdicts}
    assert {
        loader: (*failure[:2], one.findings[failure[2]].rule)
        for loader, failure in found.items()
        if failure is not None
    } == row.fails


def _failure(verdict: Verdict) -> tuple[str, str | None, int] | None:
    if verdict.because:
        return LOAD_FAILS, verdict.how, verdict.because[0]
    call = verdict.signatures["serving_default"]
    return (CALL_FAILS, call.how, call.because[0]) if call.because else None


def test_the_report_tells_that_a_server_would_go_down(tmp_path: Path) -> None:
    (one,) = check(build(_v1(_CALL, _NOTHING_ADDED), tmp_path / "crash"), tensorflow="2.21").models
    crash = "\n".join(lines(one, Style(colour=False)))
    (two,) = check(build(_v1(_QUEUE), tmp_path / "hang"), tensorflow="2.21").models
    hang = "\n".join(lines(two, Style(colour=False)))

    assert "fails (crashes the process)" in crash
    assert "the load (it crashes the process) in tf1, serving" in crash
    assert "0 of 1 signatures run, 1 never returns" in hang
