"""The command line: commands, options, exit codes, what goes to which stream."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.cli import main

ROOT = Path(__file__).parent.parent
MODELS = ROOT / "golden" / "models"
STATIC = ["--no-confirm", "--tensorflow", "2.21"]


def code(*arguments: str | Path) -> int:
    return main([str(argument) for argument in arguments])


def test_healthy_is_0_and_broken_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    """The short form; findings go to standard output."""
    assert code(MODELS / "keras3-mlp", *STATIC) == 0
    assert code("check", MODELS / "broken-cycle", *STATIC) == 1
    assert "GR005" in capsys.readouterr().out


def test_usage_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    """No such path, an unknown loader, release or version: standard error, with what would do."""
    assert code("no/such/path", *STATIC) == 2
    assert code(MODELS / "keras3-mlp", "--no-confirm", "--tensorflow", "2.99") == 2
    assert code(MODELS / "keras3-mlp", "--no-confirm", "--loader", "tf3") == 2
    assert code(MODELS / "serving-base", *STATIC, "--version", "7") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "2.21" in captured.err
    assert "tf1" in captured.err


def test_a_bad_option_is_2() -> None:
    """argparse's own code."""
    with pytest.raises(SystemExit) as caught:
        code(MODELS / "keras3-mlp", "--no-such-option")

    assert caught.value.code == 2


def test_with_several_paths_usage_goes_first(capsys: pytest.CaptureFixture[str]) -> None:
    """2 before 1; the paths that exist are judged all the same."""
    assert code(MODELS / "broken-cycle", "nope", MODELS / "keras3-mlp", *STATIC) == 2
    assert "GR005" in capsys.readouterr().out


def test_only_chosen_loaders_count() -> None:
    """broken-producer loads in tf2 only."""
    assert code(MODELS / "broken-producer", *STATIC, "--loader", "tf2") == 0
    assert code(MODELS / "broken-producer", *STATIC, "--loader", "tf2", "--loader", "serving") == 1


def test_fail_on(capsys: pytest.CaptureFixture[str]) -> None:
    """broken-both-forms loads everywhere, with a warning."""
    assert code(MODELS / "broken-both-forms", *STATIC) == 0
    assert code(MODELS / "broken-both-forms", *STATIC, "--fail-on", "warning") == 1


def test_tags_choose_the_meta_graph() -> None:
    """tf2 wants tags where there are two MetaGraphs."""
    assert code(MODELS / "v1-two-tagsets", *STATIC) == 1
    assert code(MODELS / "v1-two-tagsets", *STATIC, "--tags", "serve") == 0
    assert code(MODELS / "v1-two-tagsets", *STATIC, "--tags", "nope") == 1


def test_versions_of_a_base_folder(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Newest first, one model each; --version picks one."""
    monkeypatch.chdir(MODELS)
    code("serving-base", *STATIC, "--format", "json")
    document = json.loads(capsys.readouterr().out)
    code("serving-base", *STATIC, "--format", "json", "--version", "1")
    one = json.loads(capsys.readouterr().out)

    assert [model["path"] for model in document["models"]] == ["serving-base/2", "serving-base/1"]
    assert [model["path"] for model in one["models"]] == ["serving-base/1"]


def test_rules_and_explain(capsys: pytest.CaptureFixture[str]) -> None:
    """By code and by name; an unknown one has near names."""
    assert code("rules") == 0
    listing = capsys.readouterr().out
    assert code("explain", "op-not-registered") == 0
    assert capsys.readouterr().out.startswith("OP001")
    assert code("explain", "OP01") == 2
    assert "OP001" in capsys.readouterr().err
    assert "OP001" in listing


def test_show_and_graph(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """show prints the text form; graph writes DOT and JSON, by the file's ending too."""
    assert code("show", MODELS / "keras3-mlp", "--all") == 0
    assert "signature serving_default" in capsys.readouterr().out
    assert code("graph", MODELS / "keras3-mlp") == 0
    assert capsys.readouterr().out.startswith("digraph")
    assert code("graph", MODELS / "keras3-mlp", "--calls", "--output", tmp_path / "calls.json") == 0
    assert json.loads((tmp_path / "calls.json").read_text())["nodes"]


def test_show_of_something_else_says_what_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """show has no graph to print: the report says why."""
    assert code("show", MODELS / "broken-lfs-pointer") == 1
    assert "Git LFS pointer" in capsys.readouterr().out


def process(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "inspector", *arguments],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
    )


def test_the_process_keeps_streams_and_codes_apart() -> None:
    """The real entry point; colour only when forced; a reader that stops early is no error."""
    plain = process("golden/models/broken-cycle", *STATIC)
    coloured = process("golden/models/broken-cycle", *STATIC, FORCE_COLOR="1")

    assert (plain.returncode, plain.stderr) == (1, "")
    assert "\x1b[" not in plain.stdout
    assert "\x1b[" in coloured.stdout
    assert process("--version").stdout.startswith("inspector ")
    assert process().returncode == 2


def test_help_imports_nothing_heavy() -> None:
    """--help loads neither protobuf nor networkx nor tabulate."""
    script = "import sys, inspector.cli; inspector.cli.build_parser(); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout.split()

    assert not {"google.protobuf", "networkx", "tabulate", "numpy", "json", "dataclasses"} & set(loaded)


def test_the_static_path_imports_no_heavy_package() -> None:
    """A JSON check needs neither TensorFlow nor numpy nor networkx nor tabulate."""
    script = (
        "import sys; from inspector.cli import main;"
        "main(['--no-confirm', '--format', 'json', 'golden/models/keras3-mlp']);"
        "print(*sys.modules, file=sys.stderr)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)

    assert not {"tensorflow", "numpy", "networkx", "tabulate", "dataclasses", "logging"} & set(run.stderr.split())
