"""What the policy asks and what it lets through: selectors, severities, budgets; for each model, from file and command line."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from inspector.cli import main
from inspector.configuration import read_configuration
from inspector.errors import UsageError
from inspector.policy import Policy, Selectors

ROOT = Path(__file__).parent.parent
MODELS = ROOT / "golden" / "models"
STATIC = ["--no-confirm", "--tensorflow", "2.21"]
SCHEMA = json.loads(resources.files("inspector").joinpath("configuration/schema.json").read_text())


def rules(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, tuple[str, ...]]:
    """The rules that are told of each model, by the last part of its path."""
    main([*STATIC, "--format", "json", *arguments])
    document = json.loads(capsys.readouterr().out)
    return {
        Path(model["path"]).name: tuple(f["rule"] for f in model["findings"] if f["suppressed"] is None)
        for model in document["models"]
    }


@pytest.mark.parametrize(
    ("layers", "on", "off"),
    [
        ((), "OP001", ""),
        ((Selectors(select=("OP",)),), "OP001", "TB001"),
        ((Selectors(select=("ALL",), ignore=("OP",)),), "TB001", "OP001"),
        ((Selectors(select=("OP001",), ignore=("OP",)),), "OP001", "OP002"),
        ((Selectors(select=("OP",), ignore=("OP001",)),), "OP002", "OP001"),
        ((Selectors(ignore=("OP",), extend_select=("OP005",)),), "OP005", "OP001"),
        ((Selectors(ignore=("OP001",)), Selectors(select=("OP",))), "OP001", "TB001"),
        ((Selectors(select=("OP",)), Selectors(extend_select=("TB",))), "TB001", "GR001"),
        ((Selectors(select=("OP",)), Selectors(ignore=("OP001",))), "OP002", "OP001"),
        ((Selectors(select=("OP001",), ignore=("OP001",)),), "", "OP001"),
    ],
)
def test_selectors(layers: tuple[Selectors, ...], on: str, off: str) -> None:
    """The longer selector goes before the shorter one, ignore before select, a later layer before an earlier one."""
    policy = Policy(layers)

    assert not on or policy.is_on(on)
    assert not off or not policy.is_on(off)


def test_severities() -> None:
    """By the longest selector of the last layer that has one."""
    policy = Policy(severities=({"OP": "note", "OP001": "error"}, {"OP00": "warning"}))

    assert [policy.severity(code) for code in ("OP001", "OP101", "TB001")] == ["warning", "note", None]


def test_selectors_of_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    """What is not told does not count either; the verdicts stay."""
    broken = str(MODELS / "broken-missing-function")
    assert rules(capsys, broken) == {"broken-missing-function": ("SM013", "OB002", "FN001")}
    assert rules(capsys, broken, "--ignore", "FN,SM") == {"broken-missing-function": ("OB002",)}
    assert rules(capsys, broken, "--ignore", "FN,OB002,SM") == {"broken-missing-function": ()}
    assert rules(capsys, broken, "--select", "TB,OB") == {"broken-missing-function": ("OB002",)}
    assert main([broken, *STATIC, "--ignore", "FN001,OB002,SM013"]) == 0
    printed = capsys.readouterr().out
    assert "not told: 3 findings off by the policy" in printed
    assert "fails (error)" in printed


@pytest.mark.parametrize(
    ("selector", "says"),
    [
        ("OP01", "OP01"),
        ("XX", "no rule's code begins with 'XX'"),
        ("op-not-registered", "'OP001'"),
        ("op001", "'OP001'"),
    ],
)
def test_an_unknown_code_is_wrong_usage(selector: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    """With what may have been meant. A prefix of some codes is one."""
    code = main([str(MODELS / "keras3-mlp"), *STATIC, "--ignore", selector])

    assert code == (0 if selector == "OP01" else 2)
    assert says in capsys.readouterr().err or code == 0


CONFIGURED = """
fail-on = "warning"
denied-ops = ["*PyFunc"]
max-nodes = 1000

[severity]
SM005 = "note"
GR010 = "error"

[per-model."models/old*"]
ignore = ["TB001"]
fail-on = "error"

[per-model."models/old/1"]
max-nodes = 3
required-signatures = ["predict"]
select = ["PO"]
"""


def configured(folder: Path, text: str = CONFIGURED) -> None:
    (folder / "inspector.toml").write_text(text)
    models = folder / "models"
    models.mkdir()
    for name, of in (("new", "broken-both-forms"), ("old", "serving-base"), ("older", "broken-missing-index")):
        (models / name).symlink_to(MODELS / of)


def test_what_holds_for_each_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Patterns are relative to the file and fit folders above a model; ignore adds up, a select begins anew."""
    configured(tmp_path)
    monkeypatch.chdir(tmp_path)
    told = rules(capsys, "models/new", "models/old", "models/older")

    assert told == {"new": ("SM005",), "2": (), "1": ("PO001", "PO003"), "older": ()}
    assert main(["models/new", *STATIC]) == 0  # SM005 is a note here
    assert main(["models/new", *STATIC, "--isolated", "--fail-on", "warning"]) == 1
    assert main(["models/old", *STATIC, "--version", "1"]) == 1
    assert main(["models/older", *STATIC]) == 0
    monkeypatch.chdir(tmp_path / "models")
    assert main(["older", *STATIC]) == 0


def test_settings_are_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """As TOML that a configuration could hold; nothing is judged."""
    configured(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert main(["models/old/1", *STATIC, "--show-settings", "--loader", "tf2", "--ignore", "OP"]) == 0
    printed = capsys.readouterr().out

    assert "# configuration: inspector.toml" in printed
    for line in ('fail-on = "error"', 'loaders = ["tf2"]', "max-nodes = 3", 'select = ["PO"]', '# ignore = ["OP"]'):
        assert line in printed.splitlines()
    (tmp_path / "again.toml").write_text(printed)
    assert main(["models/old/1", "--no-confirm", "--config", "again.toml"]) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('ignore = ["OP0001"]', "did you mean 'OP001'"),
        ("severity = {OP001 = 'fatal'}", "one of error, warning, note"),
        ("severity = {op-deprecated = 'note'}", "'OP009'"),
        ("max-bytes = '5 parsecs'", "a size like"),
        ("max-nodes = -1", "whole number"),
        ("max-nodes = true", "whole number"),
        ("max-node = 1", "did you mean 'max-nodes'"),
        ("per-model = {'a*' = {baseline = 'x'}}", "unknown key 'baseline'"),
        ("per-model = ['a*']", "per-model must be a table"),
        ("per-model = {'a*' = 3}", "must be a table"),
        ("lock = 3", "lock must be a string"),
    ],
)
def test_what_is_wrong_in_a_policy_is_named(text: str, says: str, tmp_path: Path) -> None:
    """The key, and what may have been meant; the schema refuses it too."""
    (tmp_path / "inspector.toml").write_text(text)
    with pytest.raises(UsageError, match=says):
        read_configuration(str(tmp_path))
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(table(text), SCHEMA) if "OP0001" not in text else jsonschema.validate(
            {"ignore": "0"}, SCHEMA
        )


def table(text: str) -> Any:
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def test_the_schema_takes_what_the_reader_takes(tmp_path: Path) -> None:
    """And names the same keys."""
    from inspector.configuration import reading

    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(table(CONFIGURED), SCHEMA)
    assert set(SCHEMA["properties"]) == {*reading._OF_A_MODEL, *reading._OF_A_RUN}
    assert set(SCHEMA["properties"]["per-model"]["additionalProperties"]["properties"]) == set(reading._OF_A_MODEL)
    (tmp_path / "inspector.toml").write_text("max-bytes = '1.5 KiB'\nmax-graphdef-bytes = 7")
    demands = read_configuration(str(tmp_path)).everywhere.policy.demands
    assert (demands.max_bytes, demands.max_graphdef_bytes) == (1536, 7)
