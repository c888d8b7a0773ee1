"""README: the rule table is the generated one, and its example is what the command prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.checking import check
from inspector.cli import main
from inspector.compatibility import compat
from inspector.op_inventory import list_ops
from inspector.report import ops
from inspector.report.compat import text_lines
from inspector.report.rules import listing
from inspector.report.style import Style
from inspector.report.text import lines

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


def test_the_rule_table_is_generated() -> None:
    """What stands between the two comments is what `rules --format markdown` prints."""
    _, _, rest = README.partition("<!-- rules: made by `python -m inspector rules --format markdown` -->\n")
    table, _, _ = rest.partition("<!-- end of rules -->")

    assert table == "\n".join(listing("markdown")) + "\n"


def test_the_example_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first report of the README, to the letter, but for spaces at the ends of lines."""
    monkeypatch.chdir(ROOT)
    (one,) = check("golden/models/broken-missing-index", tensorflow="2.21").models
    printed = "\n".join(lines(one, Style(colour=False)))
    shown = README.split("```")[1].split("broken-missing-index\n", 1)[1]

    assert [line.rstrip() for line in shown.strip().splitlines()] == [line.rstrip() for line in printed.splitlines()]


def test_the_rehearsal_is_real(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README shows of explain-load, to the letter."""
    monkeypatch.chdir(ROOT)
    command, _, shown = README.split("$ python -m inspector explain-load ", 1)[1].split("```")[0].partition("\n")

    assert main(["explain-load", *command.split()]) == 1
    assert capsys.readouterr().out == shown


def test_the_matrix_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README shows of compat, to the letter."""
    monkeypatch.chdir(ROOT)
    (one,) = compat("golden/models/tf-keras-mlp", loaders=["tf2", "serving"]).models
    shown = README.split("compat --loader tf2 --loader serving golden/models/tf-keras-mlp\n", 1)[1].split("```")[0]

    assert shown.strip().splitlines() == "\n".join(text_lines(one, Style(colour=False))).strip().splitlines()


def test_the_ops_are_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README shows of ops, to the letter."""
    monkeypatch.chdir(ROOT)
    printed = ops.written(list_ops("golden/models/v1-frozen", tensorflow="2.21"), "text", Style(colour=False))
    shown = README.split("inspector ops --tensorflow 2.21 golden/models/v1-frozen\n", 1)[1].split("```")[0]

    assert shown.strip().splitlines() == printed.strip().splitlines()


def test_the_refused_call_is_real(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README shows of call, to the letter."""
    monkeypatch.chdir(ROOT)
    shown = README.split("inspector call golden/models/module-signatures 'outside(x: float64[3])'\n", 1)[1].split(
        "```"
    )[0]

    assert main(["call", "golden/models/module-signatures", "outside(x: float64[3])"]) == 1
    assert capsys.readouterr().out == shown


def test_the_loaders_of_keras_are_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the README shows of them, to the letter, but for spaces at the ends of lines."""
    monkeypatch.chdir(ROOT)
    model = "golden/models/tf-keras-custom"
    (one,) = check(model, tensorflow="2.21", loaders=["tf_keras", "tfsm"]).models
    shown = README.split(f"--loader tf_keras --loader tfsm {model}\n", 1)[1].split("```")[0]

    assert shown.strip().splitlines() == [
        line.rstrip() for line in "\n".join(lines(one, Style(colour=False))).splitlines()
    ]
