"""Real loads and calls by the loaders of Keras. Each costs a start of TensorFlow, so they are few."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import pytest

from inspector.checking import ConfirmBy, check
from inspector.confirmation import confirm
from inspector.findings import Confirmation

MODELS = Path(__file__).parents[2] / "golden" / "models"
pytestmark = pytest.mark.skipif(
    find_spec("keras") is None or find_spec("tf_keras") is None, reason="keras or tf_keras is not installed"
)


def outcomes(confirmation: Confirmation) -> dict[str, str]:
    return {key: call.outcome for key, call in confirmation.signatures.items()}


def test_each_endpoint_is_loaded_and_called() -> None:
    found = confirm(str(MODELS / "module-signatures"), loader="tfsm")
    assert (found.loader, found.outcome) == ("tfsm", "loads")
    assert (found.keras or "").startswith("keras 3.")
    assert outcomes(found) == {
        "add": "fails", "halve": "fails", "outside": "runs", "predict": "runs", "serving_default": "runs", "shout": "runs",
    }  # fmt: skip
    words = found.signatures["halve"].error_message or ""
    assert words.startswith("Binding inputs to tf.function failed due to `Can not cast")
    assert "Arguments received by" not in words


def test_the_endpoint_of_several_inputs() -> None:
    found = confirm(str(MODELS / "tf-keras-two-inputs"), loader="tfsm")
    assert outcomes(found) == {"__call__": "runs", "serving_default": "fails"}


def test_a_model_of_keras_2() -> None:
    """It is called itself, with what it was built for."""
    found = confirm(str(MODELS / "tf-keras-two-inputs"), loader="tf_keras")
    assert (found.keras or "").startswith("tf_keras 2.")
    assert outcomes(found) == {"__call__": "runs"}
    refused = confirm(str(MODELS / "tf-keras-custom"), loader="tf_keras")
    assert refused.outcome == "fails"
    assert (refused.error_message or "").startswith("Unknown loss function: 'distance'")


def test_the_verdict_is_compared() -> None:
    """Keras 3 refuses, as foretold: the exit code counts only what was chosen."""
    by = ConfirmBy(loaders=("keras",))
    (report,) = check(MODELS / "keras3-mlp", tensorflow="2.21", confirm_by=by).models
    (found,) = report.confirmations
    assert (found.outcome, found.agrees) == ("fails", True)
