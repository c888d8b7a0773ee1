"""Real loads and calls by the three loaders. Each confirmation costs a start of TensorFlow, so they are few."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import pytest

from inspector.confirmation import confirm, tensorflow_of
from inspector.errors import UsageError
from inspector.findings import Confirmation

DEVICE_PINS = Path(__file__).parents[2] / "golden" / "models" / "device-pins"


def outcomes(confirmation: Confirmation) -> dict[str, str]:
    return {key: call.outcome for key, call in confirmation.signatures.items()}


def files(folder: Path) -> dict[str, int]:
    return {str(path.relative_to(folder)): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


@pytest.mark.parametrize("loader", ["tf2", "tf1", "serving"])
def test_a_module_with_many_kinds_of_input(models: Path, loader: str) -> None:
    before = files(models / "many")
    found = confirm(str(models / "many"), loader=loader, skip_calls={"matmul": "reaches WriteFile"})
    assert (found.loader, found.outcome, found.how) == (loader, "loads", None)
    assert found.tensorflow is not None
    assert found.tensorflow == tensorflow_of()
    assert outcomes(found) == {
        "matmul": "not-called",
        "parse": "inconclusive",
        "ragged": "runs",
        "sparse": "inconclusive",
        "types": "runs",
        "vector": "runs",
    }
    assert found.signatures["matmul"].error_message == "reaches WriteFile"
    assert found.signatures["parse"].error_type == "InvalidArgumentError"
    assert found.agrees is None
    assert 0 < found.seconds < 120
    assert files(models / "many") == before


@pytest.mark.parametrize("loader", ["tf2", "tf1", "serving"])
def test_the_host_that_was_asked_for(loader: str) -> None:
    """Each loader's own placement turned round: pins to an absent GPU stop tf2's call, and no longer the others' load."""
    env = {"cpus": "2", "onednn": "off", "soft-placement": "off" if loader == "tf2" else "on"}
    found = confirm(str(DEVICE_PINS), loader=loader, env=tuple(env.items()))
    assert (found.outcome, outcomes(found)) == ("loads", {"serving_default": "fails" if loader == "tf2" else "runs"})


@pytest.mark.parametrize("loader", ["tf2", "tf1"])
def test_a_v1_model(models: Path, loader: str) -> None:
    waiting = {"a_big": "left out here", "b_hang": "left out here"}
    found = confirm(str(models / "v1"), loader=loader, skip_calls=waiting)
    assert found.outcome == "loads"
    lookup = found.signatures["c_lookup"]
    if loader == "tf1":
        assert (lookup.outcome, lookup.how, lookup.error_type) == ("fails", "error", "FailedPreconditionError")
        assert lookup.error_message is not None
        assert "Table not initialized" in lookup.error_message
    assert found.signatures["d_run"].outcome == "runs"


def test_calls_that_end_the_child_do_not_cost_the_other_calls(models: Path) -> None:
    found = confirm(str(models / "v1"), loader="serving", timeout=6, memory=1_800 << 20)
    assert found.outcome == "loads"
    calls = {key: (call.outcome, call.how) for key, call in found.signatures.items()}
    assert calls == {
        "a_big": ("fails", "kill"),
        "b_hang": ("fails", "hang"),
        "c_lookup": ("fails", "error"),
        "d_run": ("runs", None),
    }
    assert found.signatures["a_big"].error_message == "call: used more than 1.76 GiB of memory"
    assert found.signatures["b_hang"].error_message == "call: no answer within 6 s"


def test_a_missing_index_stops_tf2_and_surprises_serving(models: Path) -> None:
    path = str(models / "no_index")
    others = {"a_big": "", "b_hang": "", "c_lookup": ""}
    strict = confirm(path, loader="tf2")
    assert (strict.outcome, strict.how, strict.error_type) == ("fails", "error", "NotFoundError")
    assert strict.error_message is not None
    assert "<model>/variables/variables" in strict.error_message
    assert str(models) not in strict.error_message
    late = confirm(path, loader="serving", skip_calls=others)
    assert late.outcome == "loads"
    assert late.signatures["d_run"].error_type == "FailedPreconditionError"


def test_an_abort_of_the_load(models: Path) -> None:
    found = confirm(str(models / "abort"), loader="serving")
    assert (found.outcome, found.how, found.error_type) == ("fails", "abort", None)
    assert found.error_message is not None
    assert "Check failed" in found.error_message
    assert found.signatures == {}


def test_real_inputs_from_json(models: Path, tmp_path: Path) -> None:
    # tf.train.Example(features={"x": FloatList([1.0])})
    example = b"\n\x0f\n\r\n\x01x\x12\x08\x12\x06\n\x04\x00\x00\x80?"
    parse = {"parse": {"examples": [{"b64": base64.b64encode(example).decode()}]}}
    path = tmp_path / "inputs.json"
    path.write_text(json.dumps(parse))
    others = {"ragged": "", "sparse": "", "types": "", "vector": ""}
    found = confirm(
        str(models / "many"),
        loader="serving",
        inputs=str(path),
        signature_inputs={"matmul": {"x": [[1.0, 2.0]]}},
        skip_calls=others,
    )
    assert found.signatures["parse"].outcome == "runs"
    # real inputs that the model refuses are a failure of the call
    assert (found.signatures["matmul"].outcome, found.signatures["matmul"].how) == ("fails", "error")


def test_real_inputs_from_npz(models: Path, tmp_path: Path) -> None:
    numpy = pytest.importorskip("numpy")
    path = tmp_path / "inputs.npz"
    numpy.savez(path, **{"matmul/x": numpy.ones([4, 3], "float32"), "cells_2": numpy.array([1, 3])})
    found = confirm(str(models / "many"), loader="serving", inputs=str(path))
    assert found.signatures["matmul"].outcome == "runs"
    assert found.signatures["sparse"].outcome == "runs"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"matmul": {"weight": [1.0]}}', "no signature has the input `matmul/weight`"),
        ('{"matmul": {"x": [[1.0], [1.0, 2.0]]}}', "rectangular"),
        ('{"matmul": {"x": ["one"]}}', "does not fit"),
        ("matmul", "JSONDecodeError"),
    ],
)
def test_inputs_that_cannot_be_used(models: Path, tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "inputs.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=says):
        confirm(str(models / "many"), loader="serving", inputs=str(path))


def test_scratch_folders_are_gone(models: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    confirm(str(models / "abort"), loader="serving")
    assert os.listdir(tmp_path) == []
