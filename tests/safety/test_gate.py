"""The default command never runs what touches the host; --confirm=force does, which proves that the markers can appear."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.checking import ConfirmBy, check
from inspector.confirmation import tensorflow_of
from inspector.results import ModelReport

LOADERS = ("tf2", "tf1", "serving")
# model → the loaders whose load is refused; the signatures that are not called where it is not.
AT_LOAD = {"write_in_initializer": LOADERS, "v1_main_op": LOADERS}
AT_CALL = {"write_in_signature": "writes", "nested_graph": "serving_default", "print_to_file": "serving_default"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The folders of the models and of their markers."""
    if tensorflow_of() is None:
        pytest.skip("this interpreter has no TensorFlow")
    folder, markers = tmp_path_factory.mktemp("unsafe"), tmp_path_factory.mktemp("markers")
    script = str(Path(__file__).with_name("make_models.py"))
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "2"}
    subprocess.run([sys.executable, script, str(folder), str(markers)], check=True, env=environment, timeout=300)
    for marker in markers.iterdir():  # the export itself runs some of the code
        marker.unlink()
    return folder, markers


def confirmed(path: Path, *, force: bool = False, loaders: tuple[str, ...] = LOADERS) -> ModelReport:
    (one,) = check(path, confirm_by=ConfirmBy(loaders, force=force)).models
    return one


@pytest.mark.parametrize("name", sorted(AT_LOAD))
def test_a_load_that_touches_the_host_is_refused(made: tuple[Path, Path], name: str) -> None:
    """Not loaded, said why, no marker; a finding names the op."""
    folder, markers = made
    one = confirmed(folder / name)

    assert [real.outcome for real in one.confirmations] == ["not-confirmed"] * 3
    assert all("WriteFile" in (real.error_message or "") for real in one.confirmations)
    assert "SC001" in [finding.rule for finding in one.findings]
    assert list(markers.iterdir()) == []


@pytest.mark.parametrize("name", sorted(AT_CALL))
def test_a_call_that_touches_the_host_is_left_out(made: tuple[Path, Path], name: str) -> None:
    """Loaded, the other signatures called, this one not."""
    folder, markers = made
    one = confirmed(folder / name)

    for real in one.confirmations:
        assert real.outcome == "loads"
        assert real.signatures[AT_CALL[name]].outcome == "not-called"
        assert "reaches" in (real.signatures[AT_CALL[name]].error_message or "")
        others = [call.outcome for key, call in real.signatures.items() if key != AT_CALL[name]]
        assert others == ["runs"] * len(others)
    assert list(markers.iterdir()) == []


def test_force_does_both(made: tuple[Path, Path]) -> None:
    """The same models do write when they are run: the markers are no placebo."""
    folder, markers = made
    for name in ("write_in_initializer", "write_in_signature"):
        confirmed(folder / name, force=True, loaders=("tf2",))

        assert (markers / name).exists()
        (markers / name).unlink()


def test_a_healthy_table_is_no_access(made: tuple[Path, Path]) -> None:
    """A vocabulary read from the model's own assets is confirmed like any model."""
    golden = Path(__file__).parent.parent.parent / "golden" / "models"
    one = confirmed(golden / "table-asset", loaders=("tf2",))

    assert [real.outcome for real in one.confirmations] == ["loads"]
    assert [real.agrees for real in one.confirmations] == [True]


def test_a_function_that_is_no_signature(made: tuple[Path, Path]) -> None:
    """TFSMLayer could call it; a confirmation does not."""
    folder, markers = made
    one = confirmed(folder / "write_in_attribute", loaders=("tfsm",))
    (real,) = one.confirmations

    assert (real.outcome, real.signatures["serving_default"].outcome) == ("loads", "runs")
    assert real.signatures["writes"].outcome == "not-called"
    assert list(markers.iterdir()) == []


def test_bytecode_in_a_lambda(made: tuple[Path, Path]) -> None:
    """The load_model of Keras 2 would run it: refused, and said so; force shows that it does. TFSMLayer never does."""
    folder, markers = made
    one = confirmed(folder / "lambda_bytecode", loaders=("tf_keras", "tfsm"))

    assert [real.outcome for real in one.confirmations] == ["not-confirmed", "loads"]
    assert "bytecode" in (one.confirmations[0].error_message or "")
    assert "KR017" in [finding.rule for finding in one.findings]
    assert list(markers.iterdir()) == []
    confirmed(folder / "lambda_bytecode", force=True, loaders=("tf_keras",))
    assert (markers / "lambda_bytecode").exists()
    (markers / "lambda_bytecode").unlink()
