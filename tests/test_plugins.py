"""Where the inspector plugs in: the pre-commit hook, the GitHub Action, the Dockerfile, each run by what reads it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from inspector.cli import main
from inspector.discovery import model_of

ROOT = Path(__file__).parent.parent
MODELS = ROOT / "golden" / "models"
BIN = Path(sys.executable).parent
ACTION: Any = yaml.safe_load((ROOT / "action.yml").read_text())
HOOK: Any = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]


def git(*arguments: str, cwd: Path) -> None:
    own = ["-c", "user.name=tests", "-c", "user.email=tests@example.org", "-c", "protocol.file.allow=always"]
    subprocess.run(["git", *own, *arguments], cwd=cwd, check=True, capture_output=True)


@pytest.mark.skipif(shutil.which("git") is None, reason="pre-commit needs git")
def test_pre_commit_runs_the_hook(tmp_path: Path) -> None:
    """try-repo on a scratch repository: a healthy model passes; a broken one fails with its finding."""
    hooks = tmp_path / "inspector"
    hooks.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, hooks)
    shutil.copytree(ROOT / "inspector", hooks / "inspector", ignore=shutil.ignore_patterns("__pycache__"))
    scratch = tmp_path / "scratch"
    shutil.copytree(MODELS / "module-signatures", scratch / "models" / "good")
    for folder in (hooks, scratch):
        git("init", "--quiet", cwd=folder)
        git("add", "--all", cwd=folder)
        git("commit", "--quiet", "--message", "all", cwd=folder)
    environment = {**os.environ, "PRE_COMMIT_HOME": str(tmp_path / "home"), "GIT_CONFIG_COUNT": "1",
                   "GIT_CONFIG_KEY_0": "protocol.file.allow", "GIT_CONFIG_VALUE_0": "always"}  # fmt: skip
    command = [BIN / "pre-commit", "try-repo", str(hooks), HOOK["id"], "--all-files", "--verbose"]
    good = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True)
    assert good.returncode == 0, good.stdout + good.stderr
    assert "no findings" in good.stdout

    shutil.copytree(MODELS / "broken-missing-index", scratch / "models" / "bad")
    git("add", "--all", cwd=scratch)
    bad = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True)
    assert bad.returncode == 1
    assert "TB001 variables/variables.index is missing" in bad.stdout
    assert bad.stdout.count("models/bad\n") == 1


@pytest.mark.parametrize(
    ("file", "of_a_model"),
    [
        ("saved_model.pb", True),
        ("a/b/saved_model.pbtxt", True),
        ("a/variables/variables.data-00000-of-00001", True),
        ("a/assets/vocab.txt", True),
        ("a/assets.extra/tf_serving_warmup_requests", True),
        ("a/debug/saved_model_debug_info.pb", True),
        ("a/keras_metadata.pb", True),
        ("a/frozen.pb", False),
        ("assets", False),
        ("src/model.py", False),
    ],
)
def test_the_hook_sees_the_files_of_models(file: str, of_a_model: bool) -> None:
    assert bool(re.search(HOOK["files"], file)) == of_a_model


def test_files_stand_for_their_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nearest folder above with a graph file; where that is gone, the one that holds the part."""
    shutil.copytree(MODELS / "table-asset", tmp_path / "m")
    monkeypatch.chdir(tmp_path)
    files = ("m/saved_model.pb", "m/variables/variables.index", "m/assets/deep/down.txt")
    assert {model_of(file) for file in files} == {"m"}
    (tmp_path / "m" / "saved_model.pb").rename(tmp_path / "saved_model.pb")
    assert model_of("m/variables/variables.index") == "m"
    assert model_of("saved_model.pb") == model_of("variables/variables.index") == "."
    assert main(["--of-files", "--no-confirm", "m/variables/variables.index", "m/assets/vocab.txt"]) == 1


def step(name: str) -> Any:
    return next(step for step in ACTION["runs"]["steps"] if step["name"] == name)


@pytest.mark.skipif(shutil.which("bash") is None, reason="the action's steps are bash")
def test_the_action_inspects(tmp_path: Path) -> None:
    """Its steps in order, with the files that a runner gives it: annotations, a summary, reports, the exit code."""
    for name in ("keras3-mlp", "broken-missing-index"):
        shutil.copytree(MODELS / name, tmp_path / "models" / name)
    temporary = tmp_path / "runner temp"
    (temporary / "savedmodel-inspector" / "bin").mkdir(parents=True)
    command = temporary / "savedmodel-inspector" / "bin" / "savedmodel-inspector"  # what the first step installs
    command.write_text(f'#!/bin/sh\nPYTHONPATH="{ROOT}" exec "{sys.executable}" -m inspector "$@"\n')
    command.chmod(0o755)
    environment = {
        **os.environ, "RUNNER_TEMP": str(temporary), "GITHUB_STEP_SUMMARY": str(tmp_path / "summary"),
        "GITHUB_OUTPUT": str(tmp_path / "output"), "INSPECTOR_PATHS": "models/*\n",
        "INSPECTOR_ARGS": "--tensorflow=2.15\n--tensorflow=>=2.20\n",
    }  # fmt: skip
    run = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", step("Inspect the models")["run"]],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())

    assert outputs["exit-code"] == "1"
    assert (
        "::error file=models/broken-missing-index/variables/variables.index,title=TB001 index-missing::" in run.stdout
    )
    assert "| `models/keras3-mlp` | ✅ loads" in (tmp_path / "summary").read_text()
    assert json.loads(Path(outputs["sarif"]).read_text())["runs"][0]["results"]
    assert {target["tensorflow"] for target in json.loads(Path(outputs["json"]).read_text())["targets"]} == {
        "2.15.1", "2.20.0", "2.21.0"
    }  # fmt: skip
    last = ["bash", "-e", "-c", step("Pass or fail")["run"]]
    assert subprocess.run(last, env={**os.environ, "INSPECTOR_CODE": outputs["exit-code"]}).returncode == 1


def test_the_action_passes_inputs_by_the_environment() -> None:
    """An input in a script would be run as a part of it; and every input and output that is named is there."""
    for one in ACTION["runs"]["steps"]:
        assert "${{" not in one.get("run", "")
    used = set(re.findall(r"inputs\.([a-z-]+)", (ROOT / "action.yml").read_text()))
    assert used == set(ACTION["inputs"])


def test_the_dockerfile_is_clean() -> None:
    """By hadolint; and it copies what the package is built from."""
    checked = subprocess.run([BIN / "hadolint", "Dockerfile"], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stdout
    kept = (ROOT / ".dockerignore").read_text().split()
    for line in re.findall(r"^COPY (?!--from)(.*) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE):
        for name in line.split():
            assert (ROOT / name).exists()
            assert f"!{name.removeprefix('./')}" in kept
