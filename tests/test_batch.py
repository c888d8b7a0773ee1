"""Many models: order, bounds of time and memory, a worker that dies, Ctrl-C; and that several processes do it faster."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from inspector import batch
from inspector.batch import Bounds, tell_all
from inspector.checking import Plan
from inspector.cli import main
from inspector.findings import Target
from inspector.telling import Form, Told

ROOT = Path(__file__).parent.parent
MODELS = ROOT / "golden" / "models"
STATIC = ["--no-confirm", "--tensorflow", "2.21"]
SCHEMA = json.loads((ROOT / "inspector" / "report" / "schema.json").read_text())
HEALTHY = ("module-signatures", "dtypes", "table-asset", "v1-frozen")
FORM = Form(text=True, documents=True)


def plan(path: str) -> Plan:
    return Plan(path, (Target("2.21.0"),), loaders=("tf2", "serving"))


def behave(monkeypatch: pytest.MonkeyPatch, at: str, does: Callable[[], None]) -> None:
    """Make the judging of one path do something else first, in the worker."""
    real = batch.tell

    def tell(one: Plan, *arguments: Any, **named: Any) -> Told:
        if one.path.endswith(at):
            does()
        return real(one, *arguments, **named)

    monkeypatch.setattr(batch, "tell", tell)


def hang() -> None:
    time.sleep(600)


def eat() -> None:
    held = []
    while True:
        held.append(bytearray(b"x" * (64 << 20)))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def stumble() -> None:
    raise KeyError("oops")


def outcomes(told: Told) -> set[str]:
    assert told.document is not None
    jsonschema.validate(told.document, SCHEMA)
    (model,) = told.document["models"]
    return {verdict["outcome"] for verdict in model["verdicts"]}


@pytest.mark.parametrize(
    ("does", "why"),
    [
        (hang, "no answer within 8 s"),
        (eat, "used more than 0.5 GiB"),
        (die, "exit code -9"),
        (stumble, "our own bug: KeyError"),
    ],
)
@pytest.mark.parametrize("jobs", [1, 2])
def test_one_bad_model_stops_no_other(
    does: Callable[[], None], why: str, jobs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is unknown, with the reason; all others are judged. Bounded in time and memory."""
    behave(monkeypatch, "dtypes", does)
    plans = [plan(str(MODELS / name)) for name in HEALTHY]
    found = dict(tell_all(plans, FORM, jobs, Bounds(seconds=8, memory=1 << 29)))

    assert sorted(found) == [0, 1, 2, 3]
    assert outcomes(found[1]) == {"unknown"}
    assert found[1].code == 3
    assert why in found[1].text
    for number in (0, 2, 3):
        assert outcomes(found[number]) == {"loads"}
        assert found[number].code == 0


def test_closing_ends_the_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left behind, also of one that hangs."""
    behave(monkeypatch, "keras3-mlp", hang)
    plans = [plan(str(MODELS / name)) for name in HEALTHY]
    telling = tell_all(plans, FORM, 2, Bounds())
    before = _children()
    next(telling)
    workers = _children() - before
    telling.close()

    assert len(workers) == 2
    assert not workers & _children()


def _children() -> set[str]:
    with open(f"/proc/self/task/{os.getpid()}/children") as stream:
        return set(stream.read().split())


def test_files_are_in_order_whatever_is_done_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The first model takes longest; standard output has it last, the document first."""
    behave(monkeypatch, "module-signatures", lambda: time.sleep(2))
    paths = [str(MODELS / name) for name in HEALTHY]
    output = tmp_path / "report.json"
    assert main([*paths, *STATIC, "--jobs", "2", "--format", "jsonl", "--output", f"json={output}"]) == 0
    streamed = [json.loads(line)["models"][0]["path"] for line in capsys.readouterr().out.splitlines()]
    document = json.loads(output.read_text())

    assert streamed[-1] == paths[0]
    assert sorted(streamed) == sorted(paths)
    assert [model["path"] for model in document["models"]] == paths
    jsonschema.validate(document, SCHEMA)


def test_paths_come_from_globs_and_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A glob that the shell left alone; - reads a path a line; each model once; a table over all of them."""
    monkeypatch.chdir(MODELS)
    monkeypatch.setattr(sys, "stdin", __import__("io").StringIO("keras3-mlp\nbroken-cycle\n"))
    assert main(["-", "broken-*", *STATIC]) == 1
    printed = capsys.readouterr().out

    broken = len(list(MODELS.glob("broken-*")))
    assert f"{broken + 1} models" in printed
    assert printed.count("\nbroken-cycle\n") == 1
    assert "saved by TensorFlow" in printed
    assert "OP001   op-not-registered" in printed


def test_ctrl_c_leaves_a_partial_report(tmp_path: Path) -> None:
    """Valid, and marked as such; exit code 130."""
    for number in range(400):
        (tmp_path / f"m{number:03}").symlink_to(MODELS / "keras3-mlp")
    command = [sys.executable, "-m", "inspector", "m*", *STATIC, "--jobs", "2", "--format", "jsonl"]
    run = subprocess.Popen(
        [*command, "--output", "json=r.json", "--output", "sarif=r.sarif", "--output", "markdown=r.md"],
        cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert run.stdout is not None
    for _ in range(5):
        run.stdout.readline()
    run.send_signal(signal.SIGINT)
    _, errors = run.communicate(timeout=60)
    document = json.loads((tmp_path / "r.json").read_text())

    assert run.returncode == 130, errors
    assert "broken off" in errors
    jsonschema.validate(document, SCHEMA)
    assert document["complete"] is False
    assert 5 <= len(document["models"]) < 400
    assert json.loads((tmp_path / "r.sarif").read_text())["runs"][0]["invocations"][0]["executionSuccessful"] is False
    assert "broken off" in (tmp_path / "r.md").read_text()


def test_versions_are_models(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Each version of a base folder is judged alone, and a path that is wrong stops none."""
    shutil.copytree(MODELS / "serving-base", tmp_path / "base")
    assert main([str(tmp_path / "base"), str(tmp_path / "nope"), *STATIC, "--format", "concise"]) == 2
    captured = capsys.readouterr()

    assert "nope: problem: no such path" in captured.out
    assert "no such path" in captured.err


def test_an_empty_list_is_not_green(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """What made the list may have failed."""
    monkeypatch.setattr(sys, "stdin", __import__("io").StringIO("\n"))
    assert main(["-", *STATIC]) == 3
    assert "nothing was judged" in capsys.readouterr().err


@pytest.mark.parametrize("jobs", ["0", "-1", "many", "1.5"])
def test_wrong_jobs(jobs: str) -> None:
    assert main([str(MODELS / "keras3-mlp"), str(MODELS / "dtypes"), *STATIC, f"--jobs={jobs}"]) == 2
