"""The JSON document: valid against the shipped schema, deterministic, free of absolute paths."""

from __future__ import annotations

import json
from importlib import resources
from pathlib import Path

import jsonschema
import pytest

from inspector.checking import check
from inspector.report.json import written

ROOT = Path(__file__).parent.parent.parent
SCHEMA = json.loads(resources.files("inspector").joinpath("report/schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
GOLDEN = sorted(folder.name for folder in (ROOT / "golden" / "models").iterdir())


def test_the_schema_is_a_schema() -> None:
    """The shipped file itself is valid JSON Schema."""
    VALIDATOR.check_schema(SCHEMA)


@pytest.mark.parametrize("name", GOLDEN)
def test_every_golden_document_is_valid(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Healthy, broken, and no SavedModel at all; the same bytes twice; no path of this machine."""
    monkeypatch.chdir(ROOT)
    text = written(check(f"golden/models/{name}", tensorflow="2.21").as_dict())
    again = written(check(f"golden/models/{name}", tensorflow="2.21").as_dict())

    VALIDATOR.validate(json.loads(text))
    assert text == again
    assert str(ROOT) not in text


def test_something_else_still_gives_a_document(tmp_path: Path) -> None:
    """A path that is no SavedModel: its kind, failing verdicts, and a finding that says why."""
    (tmp_path / "model.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(64))
    document = check(tmp_path / "model.h5", tensorflow="2.21").as_dict()
    (model,) = document["models"]

    VALIDATOR.validate(document)
    assert model["format"] == "hdf5"
    assert {verdict["outcome"] for verdict in model["verdicts"]} == {"fails"}
    assert [finding["rule"] for finding in model["findings"]] == ["SM001"]


def test_indices_point_into_findings() -> None:
    """because and meanings name findings that exist, and a failing verdict has a cause."""
    for name in GOLDEN:
        document = check(ROOT / "golden" / "models" / name, tensorflow="2.21").as_dict()
        for model in document["models"]:
            for verdict in model["verdicts"]:
                assert all(index < len(model["findings"]) for index in verdict["because"])
                assert (verdict["outcome"] == "fails") == bool(verdict["because"])
                for call in verdict["signatures"].values():
                    assert (call["outcome"] == "fails") == bool(call["because"])
