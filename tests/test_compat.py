"""The compatibility matrix: its runs, its answers, its formats, and its agreement with single checks."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

import inspector
from inspector.checking import check
from inspector.cli import main
from inspector.compatibility import compat
from inspector.targets import judged_releases

MODELS = Path(__file__).parent.parent / "golden" / "models"
SCHEMA = json.loads(resources.files("inspector").joinpath("report/compat_schema.json").read_text())


def test_the_whole_matrix() -> None:
    """Every release from 1.15 on, both devices, all loaders; the document is valid."""
    report = inspector.compat(MODELS / "keras3-mlp")
    (model,) = report.models
    document = report.as_dict()

    jsonschema.Draft202012Validator(SCHEMA).validate(document)
    assert len(model.cells) == len(judged_releases()) * 2 * 3
    assert document["models"][0]["oldest"]["tf2"] == {"cpu": "2.10.1", "gpu": "2.10.1"}
    assert document["models"][0]["newest"]["serving"]["cpu"] == "2.21.0"


def test_runs() -> None:
    """Neighbours with the same outcome for the same first reason are one run, with its releases in the words."""
    (model,) = compat(MODELS / "tf-keras-mlp", loaders=["tf2"], device="cpu").models
    runs = model.runs("tf2", "cpu")

    assert [(run.span, run.outcome, run.reason and run.reason.rule) for run in runs] == [
        ("1.15.5 – 2.9.3", "fails", "OP001"),
        ("2.10.1 – 2.15.1", "loads", None),
        ("2.16.2 – 2.21.0", "fails", "OB001"),
    ]
    assert "TensorFlow 1.15.5 – 2.9.3" in runs[0].message


def test_partly_and_unknown() -> None:
    """A model that loads with a signature that fails will not do."""
    (model,) = compat(MODELS / "broken-missing-index", tensorflow=["2.21"], device="cpu").models
    outcomes = {cell.loader: cell.outcome for cell in model.cells}

    assert outcomes == {"tf2": "fails", "tf1": "fails", "serving": "partly"}
    assert model.oldest_for_all() is None
    assert compat(MODELS / "broken-missing-index", tensorflow="2.21").exit_code() == 1


def test_widening() -> None:
    """What bars the neighbours: the words are about the release that is to be won; fewer causes come first."""
    (model,) = compat(MODELS / "tf-keras-mlp", loaders=["tf2"], device="cpu").models
    older, newer = sorted(model.widenings(), key=lambda widening: widening.direction, reverse=True)

    assert (older.direction, older.gains[0], older.gains[-1]) == ("older", "2.7.4", "2.9.3")  # slots fail in 2.6
    assert "TensorFlow 2.9.3" in older.fixes[0]
    assert (newer.direction, newer.gains[0], newer.gains[-1]) == ("newer", "2.16.2", "2.21.0")
    assert "tf_keras" in newer.fixes[0]


def test_packages_change_the_matrix() -> None:
    """With tf_keras the slots of an optimizer come back in 2.21 too."""
    (model,) = compat(MODELS / "tf-keras-mlp", loaders=["tf2"], packages=["tf-keras"]).models

    assert model.working("tf2", "cpu")[-1] == "2.21.0"


@pytest.mark.parametrize("name", ["keras3-mlp", "device-pins", "v1-main-op-table", "broken-producer", "dtypes"])
def test_the_matrix_says_what_a_check_says(name: str) -> None:
    """Release by release, device by device."""
    (model,) = compat(MODELS / name, tensorflow=["1.15", "2.10", "2.15", "2.21"]).models
    for cell in model.cells:
        (one,) = check(MODELS / name, tensorflow=cell.target.tensorflow, device=cell.target.device).models
        (verdict,) = (verdict for verdict in one.verdicts if verdict.loader == cell.loader)
        calls = {key: call.outcome for key, call in verdict.signatures.items()}

        assert cell.signatures == calls
        assert cell.outcome == ("partly" if "fails" in calls.values() else verdict.outcome)


def test_oldest(capsys: pytest.CaptureFixture[str]) -> None:
    """One word for one model; exit code 1 where there is none."""
    assert main(["compat", "--isolated", "--oldest", str(MODELS / "v1-frozen")]) == 0
    assert capsys.readouterr().out == "2.5.3\n"  # serving of 2.4 refuses the attr grad_a of its MatMul
    assert main(["compat", "--isolated", "--oldest", "--tensorflow", "<2.8", str(MODELS / "keras3-mlp")]) == 1
    assert capsys.readouterr().out == "none\n"


def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    """Devices that agree share a block; the answers follow."""
    assert main(["compat", "--isolated", "--loader", "tf2", str(MODELS / "keras3-mlp")]) == 0
    out = capsys.readouterr().out

    assert "tf2 on cpu, gpu  tf.saved_model.load" in out
    assert "    2.10.1 – 2.21.0  loads\n" in out
    assert "oldest that will do 2.10.1, newest 2.21.0" in out
    assert "to win 1.15.5 – 2.9.3 for tf2: OP001: export the model again without `DisableCopyOnRead`" in out


def test_one_line_for_each_cure(capsys: pytest.CaptureFixture[str]) -> None:
    """What one cure wins stands in one line, with the devices where it is not all of them."""
    main(["compat", "--isolated", str(MODELS / "keras3-mlp")])
    (line,) = [line for line in capsys.readouterr().out.splitlines() if "to win" in line]
    main(["compat", "--isolated", str(MODELS / "device-pins")])
    pinned = [line for line in capsys.readouterr().out.splitlines() if "to win" in line]

    assert line.startswith("  to win 1.15.5 – 2.9.3 for tf2 and 2.5.3 – 2.9.3 for tf1, serving: OP001: ")
    assert pinned[0].startswith("  to win 2.5.3 – 2.21.0 for tf1, serving on cpu: GR010: ")
    assert pinned[1].startswith("  to win 1.15.5 – 2.4.4 for tf2 and 1.15.5 – 2.4.4 for tf1 on gpu: OP005: export")


def test_markdown_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    """A table that Markdown can read; the same document as from Python."""
    path = str(MODELS / "keras3-mlp")
    main(["compat", "--isolated", "--format", "markdown", path])
    table = [line for line in capsys.readouterr().out.splitlines() if line.startswith("|")]
    main(["compat", "--isolated", "--format", "json", path])
    document = json.loads(capsys.readouterr().out)

    assert {line.count(" |") for line in table[2:]} == {5}
    assert document == compat(path).as_dict()


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """No such path, loader or release."""
    path = str(MODELS / "keras3-mlp")
    assert main(["compat", "--isolated", "no/such/path"]) == 2
    assert main(["compat", "--isolated", path, "--loader", "tf3"]) == 2
    assert main(["compat", "--isolated", path, "--tensorflow", "2.99"]) == 2
    assert "2.21.0" in capsys.readouterr().err


def test_what_is_no_model() -> None:
    """Every cell fails for the same reason."""
    (model,) = compat(MODELS / "broken-lfs-pointer").models

    assert {cell.outcome for cell in model.cells} == {"fails"}
    assert {reason.rule for cell in model.cells for reason in cell.because} == {"SM002"}
