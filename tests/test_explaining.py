"""explain-load: the steps agree with the verdicts of check, name where a load ends, and form a valid document."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from inspector.checking import check
from inspector.cli import main
from inspector.explaining import explain_load
from inspector.loaders import LOADERS

MODELS = Path(__file__).parent.parent / "golden" / "models"
GOLDEN = sorted(folder.name for folder in MODELS.iterdir())
SCHEMA = json.loads(resources.files("inspector").joinpath("report/told_schema.json").read_text())


@pytest.mark.parametrize("name", GOLDEN)
def test_the_rehearsal_ends_where_the_verdict_says(name: str) -> None:
    """Outcome, calls and causes of every loader, as check has them; nothing runs after the step that fails."""
    told = explain_load(MODELS / name, loaders=LOADERS, tensorflow="2.21")
    reports = check(MODELS / name, tensorflow="2.21", loaders=LOADERS).models
    verdicts = [(report, verdict) for report in reports for verdict in report.verdicts]

    assert len(told) == len(verdicts)
    for one, (report, verdict) in zip(told, verdicts, strict=True):
        assert (one.path, one.loader, one.outcome) == (report.path, verdict.loader, verdict.outcome)
        assert one.calls() == {key: call.outcome for key, call in verdict.signatures.items()}
        states = [step.state for step in one.steps if step.stage == "load"]
        if verdict.because:
            (end,) = (step for step in one.steps if step.state == "fails")
            assert one.findings[end.because[0]].rule == report.findings[verdict.because[0]].rule
            assert set(states[states.index("fails") + 1 :]) <= {"not reached", "skipped"}
        else:
            assert set(states) <= {"ok", "skipped"}
        assert all(step.evidence and step.source for step in one.steps)


def test_a_load_that_ends_in_a_step(capsys: pytest.CaptureFixture[str]) -> None:
    """The step, its cause, its cure and its source; what comes after is not reached."""
    assert main(["explain-load", str(MODELS / "device-pins"), "--loader", "serving", "--tensorflow", "2.21"]) == 1
    lines = capsys.readouterr().out.splitlines()

    at = next(i for i, line in enumerate(lines) if line.startswith("  fails        place the graph "))
    assert lines[at + 1].strip() == "GR010 pinned to `/device:GPU:0`"
    assert lines[at + 3].strip().startswith("fix    export with clear_devices=True")
    assert lines[at + 4].strip() == "in     core/common_runtime/placer.cc, when the session is created"
    assert all(line.startswith(("  not reached", "  skipped")) for line in lines[at + 5 : -2])
    assert lines[-1] == "  the load fails"


def test_calls_and_skipped_steps(capsys: pytest.CaptureFixture[str]) -> None:
    """Serving skips the restore where there is no index, and fails the call that reads a variable."""
    assert (
        main(["explain-load", str(MODELS / "broken-missing-index"), "--loader", "serving", "--tensorflow", "2.21"]) == 1
    )
    out = capsys.readouterr().out

    assert "skipped      restore the variables" in out
    assert "no variables/variables.index" in out
    assert out.splitlines()[-1] == "  the load succeeds, 3 of 4 signatures run"


def test_the_document(capsys: pytest.CaptureFixture[str]) -> None:
    """Valid against the shipped schema, for a model that loads, one that does not, and no model at all."""
    paths = [str(MODELS / name) for name in ("keras3-mlp", "broken-cycle", "broken-lfs-pointer")]
    code = main(
        ["explain-load", *paths, "--loader", "tf2", "--loader", "tf1", "--tensorflow", "2.21", "--format", "json"]
    )
    document = json.loads(capsys.readouterr().out)

    assert code == 1
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA)
    assert [one["loader"] for one in document["loads"]] == ["tf2", "tf1"] * 3
    assert main(["explain-load", paths[0], "--tensorflow", "2.21"]) == 0
    capsys.readouterr()
