"""The verdicts on the golden models against what TensorFlow really did with them (golden/outcomes.json)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector import loaders
from inspector.checking import check

GOLDEN = Path(__file__).parent.parent / "golden"
OUTCOMES = json.loads((GOLDEN / "outcomes.json").read_text())
# outcomes.json was recorded with this TensorFlow, with tf_keras installed.
TENSORFLOW, PACKAGES = "2.21", ("tf_keras",)


@pytest.mark.parametrize("name", sorted(set(OUTCOMES) - {"serving-base"}))  # a base folder: its versions are the models
def test_verdicts_are_what_tensorflow_does(name: str) -> None:
    """Every loader, the load and the call of every signature."""
    report = check(GOLDEN / "models" / name, tensorflow=TENSORFLOW, packages=PACKAGES, loaders=loaders.LOADERS)
    (one,) = report.models
    predicted, real = {}, {}
    for verdict in one.verdicts:
        outcome = OUTCOMES[name][verdict.loader]
        predicted[verdict.loader] = verdict.outcome
        real[verdict.loader] = outcome["load"]
        for key, call in outcome.get("signatures", {}).items():
            if call != "inconclusive":
                real[verdict.loader, key] = call
                said = verdict.signatures.get(key)
                predicted[verdict.loader, key] = said.outcome if said is not None else "absent"

    assert predicted == real


def test_healthy_models_have_no_error() -> None:
    """What loads and runs in every loader is not accused of anything."""
    for model, by_loader in OUTCOMES.items():
        fine = all(
            outcome["load"] == "loads" and "fails" not in outcome.get("signatures", {}).values()
            for outcome in (by_loader[name] for name in loaders.TENSORFLOW)
        )
        if fine:
            report = check(GOLDEN / "models" / model, tensorflow=TENSORFLOW, packages=PACKAGES)

            assert report.exit_code() == 0, model
