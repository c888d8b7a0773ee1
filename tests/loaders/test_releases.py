"""What changes from release to release. Every verdict here is what a load with the real releases did."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.checking import check
from inspector.findings import Verdict
from tests.building import build

X = "x = Placeholder() {dtype: float32, shape: [...]}\n"
SIGNATURE = "signature serving_default (x: float32[...] = x:0) -> (y: float32[...] = y:0)\n"
CHOLESKY = "{name} = {op}({of}) {{T: float32}}\n"
FUNCTION = "function f (a: float32) -> (r: float32 = n:output:0)\n  n = {op}(a) {{T: float32}}\n"
CALL = "y = PartitionedCall(x) {Tin: [float32], Tout: [float32], f: @f}\n"


def verdicts(text: str, folder: Path, release: str) -> dict[str, Verdict]:
    (one,) = check(build(text, folder / "model"), tensorflow=release).models
    return {verdict.loader: verdict for verdict in one.verdicts}


def outcomes(text: str, folder: Path, release: str = "2.21") -> dict[str, str]:
    """Loader → how the load ends, and where it does not fail, how the call of serving_default ends."""
    found = {}
    for loader, verdict in verdicts(text, folder, release).items():
        call = verdict.signatures.get("serving_default")
        found[loader] = verdict.outcome if call is None else f"{verdict.outcome}, {call.outcome}"
    return found


@pytest.mark.parametrize("producer", [12, 13, 2474])
def test_a_deprecated_op_in_the_main_graph(producer: int, tmp_path: Path) -> None:
    """The producer decides; but tf.saved_model.load copies what a signature runs into a graph of today's version."""
    head = f"meta_graph tags=[serve] producer={producer}\n{SIGNATURE}graph\n{X}"
    run = head + CHOLESKY.format(name="y", op="BatchCholesky", of="x")
    beside = head + "y = Relu(x) {T: float32}\n" + CHOLESKY.format(name="z", op="BatchCholesky", of="x")
    old = producer < 13

    assert outcomes(run, tmp_path / "run") == {
        "tf2": "fails", "tf1": "loads, runs" if old else "fails", "serving": "loads, runs" if old else "fails",
    }  # fmt: skip
    assert set(outcomes(beside, tmp_path / "beside").values()) == {"loads, runs" if old else "fails"}


@pytest.mark.parametrize("producer", [12, 2474])
def test_a_deprecated_op_in_a_function(producer: int, tmp_path: Path) -> None:
    """tf.saved_model.load refuses it in every function; a Session when a call instantiates the function."""
    head = f"meta_graph tags=[serve] producer={producer}\n{SIGNATURE}graph\n{X}"
    called = f"{head}{CALL}{FUNCTION.format(op='BatchCholesky')}"
    unused = f"{head}y = Relu(x) {{T: float32}}\n{FUNCTION.format(op='BatchCholesky')}"
    in_session = "loads, runs" if producer == 12 else "loads, fails"

    assert outcomes(called, tmp_path / "called") == {"tf2": "fails", "tf1": in_session, "serving": in_session}
    assert outcomes(unused, tmp_path / "unused") == {"tf2": "fails", "tf1": "loads, runs", "serving": "loads, runs"}


@pytest.mark.parametrize(
    ("node", "loads", "fails"),
    [
        pytest.param("y = Acos(x) {T: int32}", "2.11", "2.12", id="allowed values narrowed"),
        pytest.param("y = AccumulateNV2(x) {T: qint16, N: 1, shape: [...]}", "2.12", "2.11", id="allowed values widened"),
        pytest.param("y = RaggedTensorToVariant(s, x) {RAGGED_RANK: 1, Tvalues: float32, batched_input: false}",
                     "2.1", "2.0", id="default added"),
        pytest.param("y = CollectiveReduceV2(x, i, i, i) {T: float32, merge_op: \"Add\", final_op: \"Id\", Nordering_token: 0}",
                     "2.5", "2.4", id="an input added, with the attr that counts it"),
    ],
)  # fmt: skip
def test_what_an_op_takes(node: str, loads: str, fails: str, tmp_path: Path) -> None:
    """At the import of the main graph, where the neighbouring release decides otherwise."""
    dtype = "int32" if "int32" in node else "qint16" if "qint16" in node else "float32"
    graph = f"x = Placeholder() {{dtype: {dtype}}}\ns = Placeholder() {{dtype: int64}}\ni = Placeholder() {{dtype: int32}}\n"
    loader = "tf1" if "AccumulateNV2" in node else "serving"  # it has no kernel for qint16: serving places at load
    good = verdicts(graph + node, tmp_path / "good", loads)[loader]
    bad = verdicts(graph + node, tmp_path / "bad", fails)[loader]

    assert (good.outcome, bad.outcome) == ("loads", "fails")


def test_kernels_before_xla_devices_went(tmp_path: Path) -> None:
    """Up to 2.3 a session had XLA_CPU:0, whose kernels are not all known: unknown, with the reason."""
    text = "x = Placeholder() {dtype: int32}\ny = Acos(x) {T: int32}\n"
    old, new = (verdicts(text, tmp_path / release, release)["serving"] for release in ("2.3", "2.4"))

    assert (old.outcome, new.outcome) == ("unknown", "fails")
    assert old.because != ()


def test_slots_in_2_6(tmp_path: Path) -> None:
    """TensorFlow 2.6 does not import its Keras before a load: optimizers come back without add_slot."""
    text = """
        object 0 user_object _generic_user_object children=[optimizer: 1, w: 2]
        object 1 user_object optimizer children=[] slots=[momentum: 2 3]
        object 2 variable w float32[2]
        object 3 variable m float32[2]
        variable w/.ATTRIBUTES/VARIABLE_VALUE float32[2]
        variable w/.OPTIMIZER_SLOT/optimizer/momentum/.ATTRIBUTES/VARIABLE_VALUE float32[2]
    """
    outcome = {r: verdicts(text, tmp_path / r, r)["tf2"].outcome for r in ("2.5", "2.6", "2.7", "2.15", "2.16")}

    assert outcome == {"2.5": "loads", "2.6": "fails", "2.7": "loads", "2.15": "loads", "2.16": "fails"}


@pytest.mark.parametrize(("slot", "rule"), [("float32[3]", "TB009"), ("float64[2]", "TB008"), ("", "TB007")])
def test_slots_are_restored_where_keras_2_is(tmp_path: Path, slot: str, rule: str) -> None:
    """A slot has the dtype and shape of its variable, whatever is said of it."""
    key = "w/.OPTIMIZER_SLOT/optimizer/momentum/.ATTRIBUTES/VARIABLE_VALUE"
    text = f"""
        object 0 user_object _generic_user_object children=[optimizer: 1, w: 2]
        object 1 user_object optimizer children=[] slots=[momentum: 2 3]
        object 2 variable w float32[2]
        object 3 variable m float64[7]
        variable w/.ATTRIBUTES/VARIABLE_VALUE float32[2]
        {f"variable {key} {slot}" if slot else ""}
    """
    (one,) = check(build(text, tmp_path), tensorflow="2.15").models
    (verdict,) = [verdict for verdict in one.verdicts if verdict.loader == "tf2"]

    assert [one.findings[index].rule for index in verdict.because] == [rule]


def test_a_legacy_placeholder_is_a_doubt(tmp_path: Path) -> None:
    """Behind an input that is no placeholder: only tf.saved_model.load makes a scalar of it."""
    text = """
        meta_graph tags=[serve] producer=19
        signature serving_default (x: float32[?] = p:0) -> (y: float32[?] = y:0)
        graph
          x = Placeholder() {dtype: float32, shape: []}
          p = Relu(x) {T: float32}
          y = Relu(p) {T: float32}
    """
    found = verdicts(text, tmp_path, "2.8")

    assert {loader: verdict.outcome for loader, verdict in found.items()} == {
        "tf2": "unknown", "tf1": "loads", "serving": "loads",
    }  # fmt: skip
    assert found["tf2"].signatures["serving_default"].outcome == "unknown"
