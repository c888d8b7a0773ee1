"""The command, its formats and exit codes; what moved and by how much; what could not be judged."""

from __future__ import annotations

import json
import shutil
import struct
from pathlib import Path

import jsonschema
import pytest

from inspector.cli import main
from inspector.comparison import diff, numeric
from inspector.comparison.numeric import distance
from inspector.comparison.shapes import relation
from inspector.differences.registry import differences
from tests.building import build
from tests.comparison.edits import EDITS
from tests.differential.workbench import GOLDEN, INDEX, Copy

SCHEMA = json.loads((Path(__file__).parents[2] / "inspector" / "report" / "diff_schema.json").read_text())
MODULE = GOLDEN / "module-signatures"
BY_NAME = {one.name: one for one in EDITS}


def edited(name: str, folder: Path) -> tuple[str, str]:
    one = BY_NAME[name]
    copy = Copy(one.base)
    one.make(copy)
    copy.save(f"{folder}/{name}")
    return str(GOLDEN / one.base), f"{folder}/{name}"


def run(*arguments: str) -> int:
    return main(["diff", "--tensorflow", "2.21", "--isolated", *arguments])


@pytest.mark.parametrize(
    ("name", "keep", "code"),
    [("signature_removed", "callers", 1), ("signature_removed", "load", 0), ("op_replaced", "callers", 0),
     ("op_replaced", "numbers", 1), ("weights_changed", "numbers", 0), ("weights_changed", "weights", 1),
     ("output_added", "weights", 0), ("output_added", "compatible", 1), ("saved_by", "compatible", 0),
     ("saved_by", "metadata", 1), ("nodes_reordered", "metadata", 0)],
)  # fmt: skip
def test_exit_codes(name: str, keep: str, code: int, tmp_path: Path) -> None:
    assert run("--keep", keep, *edited(name, tmp_path)) == code


@pytest.mark.parametrize(
    ("name", "bump"),
    [("signature_removed", "major"), ("op_replaced", "minor"), ("output_added", "minor"), ("weights_changed", "patch"),
     ("saved_by", "patch"), ("nodes_reordered", "none")],
)  # fmt: skip
def test_version_bump(name: str, bump: str, tmp_path: Path) -> None:
    assert diff(*edited(name, tmp_path), tensorflow="2.21").bump == bump


def test_usage() -> None:
    assert run(str(MODULE), "nowhere") == 2


def test_formats(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = edited("constant_changed", tmp_path)
    assert run("--details", old, new) == 1
    text = capsys.readouterr().out
    assert "~ truediv/y = Const" in text
    assert "value: float64[] <2.0> -> float64[] <4.0> (1 of 1 differ, max 2" in text
    assert run("--format", "markdown", "--details", old, new) == 1
    assert "| numbers | DF200 |" in capsys.readouterr().out
    assert run("--format", "json", old, new) == 1
    document = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(document, SCHEMA)
    assert document["class"] == "numbers"
    (graph,) = [graph for graph in document["changes"][0]["graphs"] if graph["function"]]
    assert [(op["what"], op["op"]) for op in graph["ops"]] == [("changed", "Const")]


def test_an_op_that_came_between_is_listed_with_the_one_that_takes_it(tmp_path: Path) -> None:
    found = diff(*edited("op_inserted", tmp_path), tensorflow="2.21")
    ops = [(op.what, op.op) for body in found.bodies[0] for op in body.changes]

    assert sorted(ops) == [("added", "Relu"), ("changed", "Identity")]


def test_values(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    old, new = edited("weights_changed", tmp_path)
    told: list[tuple[int, int]] = []
    (moved,) = diff(old, new, tensorflow="2.21", values=True, progress=lambda *done: told.append(done)).values
    assert told[-1] == (48, 48)
    assert moved.name == "kernel"
    assert moved.distance is not None
    assert (moved.distance.total, moved.distance.differing) == (12, 1)
    assert moved.distance.max_abs > 0.5
    assert run("--values", "--format", "json", old, new) == 0
    jsonschema.validate(json.loads(capsys.readouterr().out), SCHEMA)


@pytest.mark.parametrize("with_numpy", [True, False])
def test_distance(with_numpy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if with_numpy:
        pytest.importorskip("numpy")
    else:
        monkeypatch.setattr(numeric, "_numpy", lambda: None)
    old, new = struct.pack("<4f", 3.0, 0.0, float("nan"), 1.0), struct.pack("<4f", 3.0, 4.0, float("nan"), float("inf"))
    chunks = [new[:5], new[5:6], new[6:]]
    found = distance([old], chunks, 1)

    assert found.total == 4
    assert found.differing == 2
    assert found.not_finite == 2
    assert found.max_abs == 4.0
    assert found.mean_abs == 2.0
    assert found.relative == pytest.approx(4 / 3)
    assert found.cosine == pytest.approx(0.6)
    assert distance([old], [old[::-1]], 1, big=(False, True)).max_abs >= 0
    assert distance([b"\x80\x3f"], [b"\x00\x40"], 14).max_abs == 1.0  # bfloat16 1.0 and 2.0
    assert distance([b"\x00\x3c"], [b"\x00\x40"], 19).max_abs == 1.0  # half


def test_a_damaged_side_is_not_judged(tmp_path: Path) -> None:
    found = diff(GOLDEN / "broken-lfs-pointer", MODULE, tensorflow="2.21")
    assert found.exit_code("load") == 3
    assert found.unjudged
    copy = Copy("module-signatures")
    copy.remove(INDEX)
    copy.save(f"{tmp_path}/damaged")
    assert diff(MODULE, tmp_path / "damaged", tensorflow="2.21").worst == "load"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [((1,), (1,), "equal"), ((1,), (None,), "wider"), ((None,), (1,), "narrower"), ((1,), (2,), "other"),
     ((1,), (1, 1), "rank"), (None, (1,), "narrower"), ((1,), None, "wider"), ((None, 1), (1, None), "other")],
)  # fmt: skip
def test_relation(old: tuple[int | None, ...] | None, new: tuple[int | None, ...] | None, expected: str) -> None:
    assert relation(old, new) == expected


def test_every_difference_can_be_explained(capsys: pytest.CaptureFixture[str]) -> None:
    for code, one in differences().items():
        assert main(["explain", code]) == 0
        assert one.name in capsys.readouterr().out
    assert {text[:5] for edit in EDITS for text in (*edit.there, *edit.back)} <= set(differences())


def test_the_environment_is_set_side_by_side() -> None:
    found = diff(MODULE, GOLDEN / "v1-frozen", tensorflow="2.21", loaders=["tf2"], oldest=True)
    old, new = found.environments

    assert (old.parameters, new.parameters) == (15, 0)
    assert old.oldest["tf2 on cpu"] == "2.10.1"
    assert old.disk > old.memory > 0


def test_many_changes_stay_readable_and_fit_a_comment(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [f"layer_{number}/{'a_long_scope/' * 5}kernel" for number in range(3000)]
    for side, kept in (("old", names[:1]), ("new", names)):
        build("meta_graph tags=[serve]\n" + "".join(f"variable {name} float32[1]\n" for name in kept), tmp_path / side)
    assert run(f"{tmp_path}/old", f"{tmp_path}/new") == 0
    assert capsys.readouterr().out.count("was added") == 20
    assert run("--details", f"{tmp_path}/old", f"{tmp_path}/new") == 0
    assert capsys.readouterr().out.count("was added") == 2999
    assert run("--details", "--format", "markdown", f"{tmp_path}/old", f"{tmp_path}/new") == 0
    written = capsys.readouterr().out
    assert "and 2979 more" in written
    assert len(written) < 65_536


def test_what_is_unreadable_is_unknown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "saved_model.pb").write_bytes((MODULE / "saved_model.pb").read_bytes()[:1000])
    assert run(str(tmp_path), str(MODULE)) == 3
    rows = dict(line.split("  ", 1) for line in capsys.readouterr().out.splitlines() if line.startswith("param"))
    assert rows["parameters"].split() == ["unknown", "15"]


@pytest.mark.parametrize("model", ["keras3-mlp", "tf-keras-mlp"])
def test_without_its_weights_a_model_keeps_the_names_of_its_variables(model: str, tmp_path: Path) -> None:
    """A shard that is missing has the checkpoint's object graph in it; without the index weights are not judged."""
    old, new = GOLDEN / model, tmp_path / "new"
    shutil.copytree(old, new)
    (new / "variables" / "variables.data-00000-of-00001").unlink()
    found = diff(old, new, tensorflow="2.21")
    assert {change.code for change in found.changes} <= {"DF001", "DF002"}
    assert found.unjudged == ()

    shutil.rmtree(new / "variables")
    found = diff(old, new, tensorflow="2.21")
    assert {change.code for change in found.changes} <= {"DF001", "DF002"}
    assert [why.rpartition(": ")[2] for why in found.unjudged] == ["the index of the checkpoint is missing"]
    assert diff(new, old, tensorflow="2.21").exit_code() == 3


def test_vocabularies_are_compared_by_line(tmp_path: Path) -> None:
    (change,) = diff(*edited("asset_content", tmp_path), tensorflow="2.21").changes
    assert change.message == "asset vocab.txt has another content (3 lines, now 3: 1 new, 1 gone, from line 3 on)"
