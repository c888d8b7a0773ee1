"""Every format of a check: valid for its reader, the same twice and everywhere, and saying what the document says."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import jsonschema
import pytest
import xmlschema

from inspector.checking import check
from inspector.cli import main
from inspector.report.formats import NAMES, STREAMED, TEXT, WHOLE, writer
from inspector.report.json import joined
from tests.building import build

ROOT = Path(__file__).parent.parent.parent
SCHEMAS = Path(__file__).parent / "schemas"
MODELS = ROOT / "golden" / "models"
GOLDEN = sorted(folder.name for folder in MODELS.iterdir())
STATIC = ["--no-confirm", "--tensorflow", "2.21", "--tensorflow", "2.12"]
SARIF = jsonschema.Draft7Validator(json.loads((SCHEMAS / "sarif-schema-2.1.0.json").read_text()))
JUNIT = xmlschema.XMLSchema(str(SCHEMAS / "junit-10.xsd"))
OWN = jsonschema.Draft202012Validator(json.loads((ROOT / "inspector" / "report" / "schema.json").read_text()))
NASTY = "a<b>&\"'|`:,%*_\x01\ud7ff✓ "


@pytest.fixture(scope="module")
def document() -> Any:
    """All golden models, for two releases."""
    here = os.getcwd()
    os.chdir(ROOT)
    try:
        found = [check(f"golden/models/{name}", tensorflow=["2.12", "2.21"]).as_dict() for name in GOLDEN]
    finally:
        os.chdir(here)
    return joined(found, [("no/such", "no such path: no/such")])


def told(document: Any) -> list[tuple[str, str]]:
    return [(model["path"], f["rule"]) for model in document["models"] for f in model["findings"]]


def test_sarif_is_valid(document: Any) -> None:
    """By the official schema; a result a finding; places are logical, URIs are paths."""
    sarif = json.loads(writer("sarif")(document))
    SARIF.validate(sarif)
    (run,) = sarif["runs"]
    results = run["results"]
    rules = run["tool"]["driver"]["rules"]

    assert [(r["properties"]["model"], r["ruleId"]) for r in results] == told(document)
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in results)
    assert all("How to fix" in rule["help"]["text"] for rule in rules)
    assert {r["level"] for r in results} <= {"error", "warning", "note"}
    locations = [location for r in results for location in r["locations"]]
    uris = [location["physicalLocation"]["artifactLocation"]["uri"] for location in locations]
    assert all(uri.startswith("golden/models/") for uri in uris)
    assert not any("%20" in uri or "(" in uri for uri in uris)
    names = [one["fullyQualifiedName"] for location in locations for one in location.get("logicalLocations", ())]
    assert any("__inference" in name and name.count("/") >= 1 for name in names)
    assert run["invocations"][0]["executionSuccessful"] is False  # no/such


def test_sarif_fingerprints_are_unique_in_a_file(document: Any) -> None:
    """What GitHub matches by differs between the results of one file."""
    (run,) = json.loads(writer("sarif")(document))["runs"]
    marks = [
        (
            r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"],
            r["partialFingerprints"]["primaryLocationLineHash"],
        )
        for r in run["results"]
    ]

    assert len(marks) == len(set(marks))


def test_sarif_suppressions(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the baseline knows is in the file, marked as accepted, with its reason; what the policy turns off is not."""
    shutil.copytree(MODELS / "broken-missing-function", tmp_path / "m")
    monkeypatch.chdir(tmp_path)
    main(["m", *STATIC, "--write-baseline", "known.json"])
    text = (tmp_path / "known.json").read_text()
    (tmp_path / "known.json").write_text(text.replace('"reason": ""', '"reason": "as agreed"'))
    capsys.readouterr()
    assert main(["m", *STATIC, "--baseline", "known.json", "--ignore", "OB002", "--format", "sarif"]) == 0
    sarif = json.loads(capsys.readouterr().out)

    SARIF.validate(sarif)
    results = sarif["runs"][0]["results"]
    assert {result["ruleId"] for result in results} >= {"FN001"}
    assert "OB002" not in {result["ruleId"] for result in results}
    for result in results:
        assert result["suppressions"] == [{"kind": "external", "status": "accepted", "justification": "as agreed"}]


def test_junit_is_valid(document: Any) -> None:
    """By Jenkins' schema; a suite a model, a case for every verdict that counts; failures where findings break it."""
    root = ElementTree.fromstring(writer("junit")(document))
    JUNIT.validate(writer("junit")(document))
    suites = {suite.get("name", ""): suite for suite in root}

    assert [model["path"] for model in document["models"]] + ["no/such"] == list(suites)
    for model in document["models"]:
        suite = suites[model["path"]]
        verdicts = [v for v in model["verdicts"] if v["counts"]]
        calls = [call for v in verdicts for call in v["signatures"].values()]
        failing = sum(said["outcome"] == "fails" for said in (*verdicts, *calls))
        assert int(suite.get("tests", "")) == len(suite)
        assert sum(case.get("name", "").split()[0] in ("load", "call") for case in suite) == len(verdicts) + len(calls)
        assert sum(case.find("failure") is not None for case in suite) >= failing
    assert suites["no/such"].get("errors") == "1"


def test_gitlab_is_what_gitlab_documents(document: Any) -> None:
    """The required keys, the known severities, fingerprints that are unique."""
    issues = json.loads(writer("gitlab")(document))
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == len(told(document)) + 1
    for issue in issues:
        assert set(issue) == {"description", "check_name", "fingerprint", "severity", "location"}
        assert issue["severity"] in ("info", "minor", "major", "critical", "blocker")
        assert issue["location"]["lines"]["begin"] == 1


def test_github_commands(document: Any) -> None:
    """One line a finding: nothing of it ends the command early."""
    lines = writer("github")(document).splitlines()
    assert len(lines) == len(told(document)) + 1
    for line in lines:
        assert re.fullmatch(r"::(error|warning|notice) file=[^,:]+,title=[^,:]+::.+", line)


def test_concise_is_a_line_a_finding(document: Any) -> None:
    lines = writer("concise")(document).splitlines()
    assert len(lines) == len(told(document)) + 1
    assert any(line.startswith("golden/models/broken-cycle/saved_model.pb: error GR005 cycle: ") for line in lines)


def test_jsonl_is_a_document_a_line(document: Any) -> None:
    """Each valid alone; together the whole."""
    lines = [json.loads(line) for line in writer("jsonl")(document).splitlines()]
    for line in lines:
        OWN.validate(line)
    paths = [model["path"] for line in lines for model in line["models"]]
    assert paths == [model["path"] for model in document["models"]]
    assert lines[0]["problems"] == document["problems"]


def test_markdown(document: Any) -> None:
    """Every model is in the table, every error is written out."""
    text = writer("markdown")(document)
    for model in document["models"]:
        assert f"| `{model['path']}` |" in text
        for finding in model["findings"]:
            assert finding["severity"] != "error" or f"**{finding['rule']}**" in text or f"so {finding['rule']}" in text


def test_the_joined_document_is_valid(document: Any) -> None:
    OWN.validate(document)


@pytest.mark.parametrize("name", [*STREAMED, *WHOLE])
def test_nothing_ends_a_format_early(name: str, document: Any, tmp_path: Path) -> None:
    """Names with what formats use for themselves: still one valid report."""
    model = json.loads(json.dumps(document["models"][0]))
    finding = next(f for m in document["models"] for f in m["findings"] if "node" in f["where"])
    where = {"file": "saved_model.pb", "function": NASTY, "node": NASTY, "field": NASTY}
    hostile = {**finding, "message": NASTY + "\n" + NASTY, "fix": NASTY, "where": where, "places": [NASTY]}
    for verdict in model["verdicts"]:
        verdict.update(outcome="fails", because=[0], signatures={})
    model.update(path=f"m/{NASTY}", findings=[hostile])
    text = writer(name)({**document, "models": [model], "problems": []})

    if name == "junit":
        JUNIT.validate(text)
    elif name == "sarif":
        SARIF.validate(json.loads(text))
    elif name in ("json", "gitlab"):
        json.loads(text)
    elif name in STREAMED:
        assert len(text.splitlines()) == 1
    else:
        assert "<b>" not in re.sub(r"`[^`\n]*`", "", text)


@pytest.mark.parametrize("name", NAMES)
def test_two_folders_give_the_same_bytes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Twice, in two folders, from the command line: standard output and the file."""
    outputs = []
    for folder in (tmp_path / "one", tmp_path / "other" / "deeper"):
        for model in ("broken-missing-function", "broken-cycle", "broken-lfs-pointer", "keras3-mlp"):
            shutil.copytree(MODELS / model, folder / "models" / model)
        monkeypatch.chdir(folder)
        assert main(["models/*", "no/such", *STATIC, "--format", name, "--output", f"{name}=report"]) == 2
        outputs.append((capsys.readouterr().out, (folder / "report").read_text()))

    assert outputs[0] == outputs[1]
    if name != TEXT:
        assert outputs[0][1]
        assert outputs[0][0] == outputs[0][1]
    assert str(tmp_path) not in "".join(outputs[0])


def test_fingerprints_survive_a_copy_of_the_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another export of the same program, under another version: the same fingerprints in SARIF."""
    text = "graph\n  x = Placeholder() {{dtype: float32}}\nfunction __inference_f_{0} (a: float32) -> ()\n  y_{0} = MyOp(a)"
    monkeypatch.chdir(tmp_path)
    marks = []
    for number in (7, 8):
        build(text.format(number), tmp_path / "m" / str(number))
        (run,) = json.loads(writer("sarif")(check(f"m/{number}", tensorflow="2.21").as_dict()))["runs"]
        marks.append([r["partialFingerprints"] for r in run["results"]])

    assert marks[0] == marks[1]


def test_wrong_outputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown format, no file, a folder that is not there."""
    for output in ("sarf=x", "sarif", "sarif=", f"sarif={tmp_path}/no/x"):
        assert main([str(MODELS / "keras3-mlp"), *STATIC, "--output", output]) == 2
    assert "FORMAT=FILE" in capsys.readouterr().err
