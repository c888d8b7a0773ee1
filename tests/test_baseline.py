"""Baselines: what is known does not count, one more of it does; reasons stay, days end, stale entries are told."""

from __future__ import annotations

import json
import shutil
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from inspector.baseline import Baseline, Entry, match, model_key, read_baseline, written
from inspector.checking import check
from inspector.cli import main
from inspector.errors import UsageError
from inspector.findings import Finding, Location
from inspector.fingerprints import fingerprint
from tests.building import build

ROOT = Path(__file__).parent.parent
MODELS = ROOT / "golden" / "models"
STATIC = ["--no-confirm", "--tensorflow", "2.21"]
SCHEMA = json.loads(resources.files("inspector").joinpath("baseline_schema.json").read_text())


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with models/broken and models/healthy, which is the current one."""
    for name, of in (("broken", "broken-unregistered-op"), ("healthy", "nested-control-flow")):
        shutil.copytree(MODELS / of, tmp_path / "models" / name)
    (tmp_path / "models" / "broken" / "fingerprint.pb").unlink()  # which says that the file was edited
    monkeypatch.chdir(tmp_path)
    return tmp_path


def load(file: str) -> Any:
    document = json.loads(Path(file).read_text())
    jsonschema.validate(document, SCHEMA)
    return document


def test_what_is_known_does_not_count(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Writing is a success; then the same models are fine, and the report says what it does not tell."""
    assert main(["models/broken", "models/healthy", *STATIC]) == 1
    assert main(["models/broken", "models/healthy", *STATIC, "--write-baseline", "known.json"]) == 0
    assert list(load("known.json")["models"]) == ["models/broken"]
    capsys.readouterr()
    assert main(["models/broken", *STATIC, "--baseline", "known.json"]) == 0
    printed = capsys.readouterr().out
    assert "not told: 1 finding known to the baseline" in printed
    assert "error   OP001" not in printed
    assert main(["models/broken", *STATIC]) == 1


def test_another_folder_another_day(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths are relative to the baseline; an entry whose day is over counts no longer, and is told."""
    main(["models/broken", *STATIC, "--write-baseline", "known.json"])
    monkeypatch.chdir(folder / "models")
    assert main(["broken", *STATIC, "--baseline", "../known.json"]) == 0

    document = load("../known.json")
    document["models"]["models/broken"][0].update(expires="2020-01-31", reason="the team knows")
    Path("../known.json").write_text(json.dumps(document))
    assert main(["broken", *STATIC, "--baseline", "../known.json"]) == 1


def test_reasons_and_days_are_kept(folder: Path) -> None:
    """Written again, an entry keeps what people wrote; what is not found any more goes; other models stay."""
    main(["models/broken", *STATIC, "--write-baseline", "known.json"])
    document = load("known.json")
    kept = document["models"]["models/broken"][0]
    kept.update(expires="2999-01-31", reason="the team knows")
    document["models"]["models/broken"].append({"fingerprint": "0" * 20, "rule": "TB001"})
    document["models"]["models/elsewhere"] = [{"fingerprint": "1" * 20}]
    Path("known.json").write_text(json.dumps(document))

    assert main(["models/broken", *STATIC, "--write-baseline", "known.json"]) == 0
    again = load("known.json")["models"]
    assert again["models/broken"] == [kept]
    assert [entry["fingerprint"] for entry in again["models/elsewhere"]] == ["1" * 20]


def test_stale_and_expired_entries_are_told(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In the text and in the document. They fail nothing of themselves."""
    entries = [{"fingerprint": "0" * 20, "rule": "TB001", "message": "the index is missing"}]
    Path("known.json").write_text(json.dumps({"baseline": 1, "models": {"models/healthy": entries}}))
    assert main(["models/healthy", *STATIC, "--baseline", "known.json"]) == 0
    assert "baseline: stale: TB001 the index is missing" in capsys.readouterr().out

    main(["models/healthy", *STATIC, "--baseline", "known.json", "--format", "json"])
    (model,) = json.loads(capsys.readouterr().out)["models"]
    assert [entry["rule"] for entry in model["baseline"]["stale"]] == ["TB001"]


def test_the_configuration_names_a_baseline(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Relative to its own folder; one that is missing is wrong usage, but not when it is to be written."""
    Path("inspector.toml").write_text('baseline = "known.json"')
    assert main(["models/broken", *STATIC]) == 2
    assert "--write-baseline known.json makes it" in capsys.readouterr().err
    assert main(["models/broken", *STATIC, "--write-baseline", "known.json"]) == 0
    assert main(["models/broken", *STATIC]) == 0


def test_one_more_is_new() -> None:
    """An entry knows as many findings as it says."""
    entries = [Entry("a" * 20, times=2), Entry("b" * 20), Entry("c" * 20, expires="2026-01-01")]
    marks = ["a" * 20, "b" * 20, "a" * 20, "a" * 20, "c" * 20]
    found = match(entries, marks, "2026-01-02")

    assert set(found.known) == {0, 1, 2}
    assert [entry.fingerprint[0] for entry in found.expired] == ["c"]
    assert set(match(entries, marks, "2026-01-01").known) == {0, 1, 2, 4}


def test_versions_of_a_base_folder_share_entries() -> None:
    """The number of a version is no part of a model's name."""
    assert model_key("models/a/3", "known.json") == "models/a"
    assert model_key("models/a", "models/known.json") == "a"
    one = {"path": "m/1", "findings": [_found("a" * 20), _found("a" * 20)]}
    two = {"path": "m/2", "findings": [_found("a" * 20), _found("b" * 20)]}
    document = json.loads(written(Baseline("known.json"), [one, two]))

    assert {e["fingerprint"][0]: e["times"] for e in document["models"]["m"]} == {"a": 2, "b": 1}


def _found(mark: str) -> dict[str, Any]:
    where = {"file": "saved_model.pb"}
    return {"rule": "OP001", "message": "m", "where": where, "fingerprint": mark, "suppressed": None}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "is no baseline"),
        ("[]", "is missing"),
        ('{"baseline": 2, "models": {}}', "is missing"),
        ('{"baseline": 1, "models": []}', "must map paths"),
        ('{"baseline": 1, "models": {"m": [{}]}}', "must have a fingerprint"),
        ('{"baseline": 1, "models": {"m": [{"fingerprint": "a", "until": "x"}]}}', "unknown key 'until'"),
        ('{"baseline": 1, "models": {"m": [{"fingerprint": "a", "expires": "soon"}]}}', "a date like"),
        ('{"baseline": 1, "models": {"m": [{"fingerprint": "a", "times": 0}]}}', "number from 1"),
        ("[" * 100_000, "is no baseline"),
    ],
)
def test_a_wrong_baseline_is_named(text: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "known.json").write_text(text)
    with pytest.raises(UsageError, match=says):
        read_baseline(str(tmp_path / "known.json"))


def test_fingerprints_do_not_know_counters(tmp_path: Path) -> None:
    """A second export of a program has other numbers in its names and another order of nodes: the same fingerprints."""
    text = "graph\n  x = Placeholder() {{dtype: float32}}\nfunction __inference_f_{0} (a: float32) -> ()\n{1}"
    one = text.format(12, "  y_1 = MyOp(a)\n  z = MyOp(a)\n")
    other = text.format(99, "  z_4 = MyOp(a)\n  y_1 = MyOp(a)\n")
    marks = []
    for name, source in (("one", one), ("other", other)):
        (report,) = check(build(source, tmp_path / name), tensorflow="2.21").models
        marks.append([fingerprint(f, report.path) for f in report.findings if f.rule == "OP001"])

    assert marks[0]
    assert marks[0] == marks[1]


def test_fingerprints_know_what_differs() -> None:
    """The rule, the function, the words; not the release, the node, how many, or where the model lies."""
    where = Location("saved_model.pb", 0, "__inference_f_12", "node", "")
    one = fingerprint(Finding("OP001", where, {"op": "A", "tensorflow": "2.15.1"}), "m")

    assert one == fingerprint(Finding("OP001", where._replace(node="n"), {"op": "A", "tensorflow": "2.21.0"}, 3), "k")
    assert one != fingerprint(Finding("OP001", where, {"op": "B", "tensorflow": "2.15.1"}), "m")
    assert one != fingerprint(Finding("OP002", where, {"op": "A", "tensorflow": "2.15.1"}), "m")
    assert one != fingerprint(Finding("OP001", where._replace(function="__inference_g_12"), {"op": "A"}), "m")
    assert fingerprint(Finding("SM001", where, {"cure": "inspector /a/b/1"}), "/a/b") == fingerprint(
        Finding("SM001", where, {"cure": "inspector c/1"}), "c"
    )
