"""The verdicts on real models against what TensorFlow 2.21 did with them. Needs the corpus beside the repository."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from inspector.checking import check
from inspector.findings import KERAS

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus"
MANIFEST = CORPUS / "manifest.jsonl"
MODELS = [json.loads(line) for line in MANIFEST.read_text().splitlines()] if MANIFEST.exists() else []

pytestmark = pytest.mark.skipif(not MODELS, reason="the corpus of real models is not beside this checkout")

# Healthy with the inputs that their users give, refused with zeros: the manifest's calls say nothing of the model.
HEALTHY = ("ok", "dummy-input")


def manifest_outcomes(entry: dict[str, Any]) -> dict[tuple[str, str], str]:
    """(loader, "load" or signature) → loads/fails/runs, as far as the manifest says."""
    real = {}
    for loader, key in (("tf2", "tf221_v2"), ("tf1", "tf221_v1")):
        (record,) = entry[key]
        real[loader, "load"] = "loads" if record["load"] == "OK" else "fails"
        for signature, outcome in record["signatures"].items():
            if outcome == "OK":
                real[loader, signature] = "runs"
            elif "No OpKernel was registered" in outcome:
                real[loader, signature] = "fails"
    return real


@pytest.mark.parametrize("entry", MODELS, ids=[entry["name"] for entry in MODELS])
def test_verdicts_are_what_tensorflow_did(entry: dict[str, Any]) -> None:
    """tf2 and tf1, load and calls; the manifest's TensorFlow 2.21 had no tf_keras."""
    tags = entry["tag_sets"][0] if len(entry["tag_sets"]) == 1 else None
    (one,) = check(CORPUS / "models" / entry["name"], tensorflow="2.21", tags=tags).models
    predicted = {}
    for verdict in one.verdicts:
        predicted[verdict.loader, "load"] = verdict.outcome
        for key, call in verdict.signatures.items():
            predicted[verdict.loader, key] = call.outcome
    wrong = {
        place: f"said {predicted.get(place)}, was {real}"
        for place, real in manifest_outcomes(entry).items()
        if predicted.get(place) != real
    }

    assert wrong == {}


@pytest.mark.parametrize("entry", [e for e in MODELS if e["verdict"] in HEALTHY], ids=lambda entry: entry["name"])
def test_healthy_models_have_no_error(entry: dict[str, Any]) -> None:
    """With the defaults that a user gets."""
    report = check(CORPUS / "models" / entry["name"], tensorflow="2.21")

    assert report.exit_code() == 0


# What Keras 3 and tf_keras did here (tests/record_corpus.py), with tf_keras installed.
KERAS_OUTCOMES = json.loads((Path(__file__).parent / "corpus_keras.json").read_text())


@pytest.mark.parametrize("name", sorted(KERAS_OUTCOMES))
def test_verdicts_are_what_keras_did(name: str) -> None:
    """keras, tfsm and tf_keras: the load, and each call that was not refused for its invented inputs."""
    (one,) = check(CORPUS / "models" / name, tensorflow="2.21", packages=["tf_keras"], loaders=KERAS).models
    predicted, real = {}, {}
    for verdict in one.verdicts:
        if verdict.loader in KERAS:
            outcome = KERAS_OUTCOMES[name][verdict.loader]
            predicted[verdict.loader, "load"] = verdict.outcome
            real[verdict.loader, "load"] = outcome["load"]
            for key, call in outcome.get("calls", {}).items():
                if call in ("runs", "fails"):
                    said = verdict.signatures.get(key)
                    predicted[verdict.loader, key] = said.outcome if said is not None else "absent"
                    real[verdict.loader, key] = call

    assert predicted == real
