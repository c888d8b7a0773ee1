"""Every command, every configuration and every program of README and docs/ is run; what is shown is what they print."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCHEMA = json.loads((ROOT / "inspector" / "configuration" / "schema.json").read_text())
ANY_LINES = "..."
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_EXITS = re.compile(r"\s+# exits (\d+)$")


class Block(NamedTuple):
    page: Path
    number: int
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.stem}-{self.number}"


def blocks(*languages: str) -> list[Any]:
    found = [
        Block(page, number, match[1], match[2])
        for page in PAGES
        for number, match in enumerate(_BLOCK.finditer(page.read_text()), 1)
    ]
    return [pytest.param(block, id=str(block)) for block in found if block.language in languages]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the pages speak of: golden/ as in the repository, my_model, models/healthy and models/broken."""
    made = tmp_path_factory.mktemp("docs")
    (made / "golden").symlink_to(ROOT / "golden")
    shutil.copytree(ROOT / "golden" / "models" / "keras3-mlp", made / "my_model")
    shutil.copytree(ROOT / "golden" / "models" / "keras3-mlp", made / "models" / "healthy")
    shutil.copytree(ROOT / "golden" / "models" / "broken-unregistered-op", made / "models" / "broken")
    (made / "bin").mkdir()
    python = made / "bin" / "python"  # a link would leave the virtual environment
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    return made


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PATH": f"{folder / 'bin'}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT),
        "COLUMNS": "120",
    }
    environment.pop("FORCE_COLOR", None)
    return subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="the pages speak to a shell")
@pytest.mark.parametrize("block", blocks("console"))
def test_commands_print_what_is_shown(block: Block, folder: Path) -> None:
    """A line of dots stands for any lines, dots in a line for anything in it; a command without output shows none of it."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        line, _, shown = part.partition("\n")
        exits = _EXITS.search(line)
        done = run(_EXITS.sub("", line), folder)
        assert done.returncode == (int(exits[1]) if exits else 0), f"{line}\n{done.stdout}{done.stderr}"
        assert "Traceback" not in done.stderr
        pattern = "".join(_line(text) for text in shown.splitlines())
        printed = re.sub(" +", " ", done.stdout)  # columns may be narrower in a page
        assert re.fullmatch(pattern, printed, re.DOTALL), f"{line}\n--- printed\n{done.stdout}\n--- shown\n{shown}"


def _line(shown: str) -> str:
    if shown == ANY_LINES:
        return r"(?:[^\n]*\n)*"
    parts = re.sub(" +", " ", shown.rstrip()).split(ANY_LINES)
    return r"[^\n]*".join(map(re.escape, parts)) + r"[ ]*\n"


@pytest.mark.parametrize("block", blocks("toml"))
def test_configurations_are_valid(block: Block, tmp_path: Path) -> None:
    """By the schema, and by the reader."""
    from inspector.configuration import read_configuration

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    table = tomllib.loads(block.text)
    jsonschema.validate(table.get("tool", {}).get("inspector", table), SCHEMA)
    (tmp_path / ("pyproject.toml" if "tool" in table else "inspector.toml")).write_text(block.text)
    assert read_configuration(str(tmp_path)).file


@pytest.mark.parametrize("block", blocks("yaml"))
def test_yaml_is_yaml(block: Block) -> None:
    """And names inputs, hooks and options that there are."""
    assert yaml.safe_load(block.text)
    hook = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())[0]["id"]
    assert "savedmodel-inspector" in block.text
    assert "repos:" not in block.text or f"id: {hook}" in block.text
    used = re.search(r"savedmodel-inspector@.*?with:\n(.*)", block.text, re.DOTALL)
    if used:
        inputs = set(yaml.safe_load((ROOT / "action.yml").read_text())["inputs"])
        assert set(re.findall(r"^ {10}(\w+): \|", used[1], re.MULTILINE)) <= inputs


@pytest.mark.parametrize("block", blocks("python"))
def test_programs_run(block: Block, folder: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", block.text],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_links_lead_somewhere() -> None:
    """Relative links of every page."""
    for page in PAGES:
        for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text()):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def test_the_rule_of_the_page_works(tmp_path: Path) -> None:
    """Dropped into the package it is a rule like any: it is explained, and its examples hold."""
    text = next(block.values[0].text for block in blocks("python") if block.values[0].page.stem == "write-a-rule")
    shutil.copytree(ROOT / "inspector", tmp_path / "inspector", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "inspector" / "rules" / "ops" / "unseeded_random.py").write_text(text)
    shutil.copytree(ROOT / "tests", tmp_path / "tests", ignore=shutil.ignore_patterns("__pycache__", "differential"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for command in (["inspector", "explain", "OP900"], ["pytest", "-q", "tests/rules/test_examples.py", "-k", "OP900"]):
        done = subprocess.run(
            [sys.executable, "-m", *command], cwd=tmp_path, env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
