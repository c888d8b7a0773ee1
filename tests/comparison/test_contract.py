"""Locks, and intended calls: what they say, and whether TensorFlow agrees."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from inspector.canonical.intent import Intent, read_intent
from inspector.canonical.specs import TUPLE, Dict, Sequence, Tensor
from inspector.cli import main
from inspector.contract import explain_call
from inspector.errors import UsageError
from inspector.locking import check_lock, lock_model, read_lock
from inspector.model import dtypes
from tests.comparison.edits import EDITS
from tests.differential.workbench import GOLDEN, bases

REPORT = Path(__file__).parents[2] / "inspector" / "report"
MODULE = GOLDEN / "module-signatures"
FLOW = GOLDEN / "nested-control-flow"


def test_a_refusal_names_all_that_is_wrong() -> None:
    (answer,) = explain_call(MODULE, "serving_default(x: float64[2,5], mask: bool[1])").answers

    assert answer.why == (
        "there is no input mask",
        "x is float64, wanted is float32: nothing converts it",
        "x has the shape [2,5], wanted is [?,4]",
    )
    assert answer.nearest == "serving_default(x: float32[2,4])"
    assert answer.python == 'loaded.signatures["serving_default"](x=tf.zeros([2, 4], tf.float32))'


def test_an_unknown_name_is_told_with_near_ones() -> None:
    with pytest.raises(UsageError, match="predict"):
        explain_call(MODULE, "predct(float32[1,4])")


@pytest.mark.parametrize(
    "text", ["", "f", "f(", "f(x:)", "f(x: float33[1])", "f(x: 1, 2)", "f(x: float32[1)", "f(x=1, x=2)"]
)
def test_what_is_no_call(text: str) -> None:
    with pytest.raises(UsageError):
        read_intent(text)


def test_nests_and_literals_are_read() -> None:
    intent = read_intent("a.b({k: int32[], j: (1, 2.5)}, name='x', flag=none)")

    nest = Dict((("j", Sequence(TUPLE, (1, 2.5))), ("k", Tensor(dtypes.NUMBERS["int32"], ()))))
    assert intent == Intent("a.b", (nest,), (("name", "x"), ("flag", None)))


@pytest.mark.parametrize("base", ["module-signatures", "ragged-sparse", "tf-keras-mlp", "v1-two-tagsets", "v1-frozen"])
def test_a_lock_reads_back(base: str, tmp_path: Path) -> None:
    lock = lock_model(GOLDEN / base)
    (tmp_path / "lock").write_text(lock.dumps())

    jsonschema.validate(lock.as_dict(), json.loads((REPORT / "lock_schema.json").read_text()))
    assert read_lock(tmp_path / "lock") == lock
    assert check_lock(GOLDEN / base, tmp_path / "lock").changes == ()


def is_interface(text: str) -> bool:
    """Whether a lock tells this change too, with the same code: what callers see, not how a load ends."""
    return text[:3] == "DF1" or (text[:3] == "DF4" and text[:5] not in ("DF410", "DF411", "DF412"))


CALLERS = [one for one in EDITS if any(map(is_interface, one.there))]


@pytest.mark.parametrize("one", CALLERS[::3], ids=lambda one: one.name)
def test_a_lock_tells_the_same_as_a_comparison(one: Any, tmp_path: Path) -> None:
    """Of what callers see, by the same rules, there and back."""
    for copy, name in zip(one.sides(), ("base", "edited"), strict=True):
        copy.save(f"{tmp_path}/{name}")
        (tmp_path / f"{name}.lock").write_text(lock_model(tmp_path / name).dumps())

    for old, new, wanted in (("base", "edited", one.there), ("edited", "base", one.back)):
        held = check_lock(tmp_path / new, tmp_path / f"{old}.lock")
        told = sorted(f"{change.code} {change.where}" for change in held.changes)
        assert [text for text in told if is_interface(text)] == sorted(filter(is_interface, wanted))
        assert held.breaks == any(text[:3] in ("DF0", "DF1") for text in told)


def test_a_lock_tells_of_variables_and_of_releases(tmp_path: Path) -> None:
    """What only a lock tells: another structure of variables, more or fewer releases that will do."""
    one = next(one for one in EDITS if one.name == "variable_missing")
    for copy, name in zip(one.sides(), ("base", "edited"), strict=True):
        copy.save(f"{tmp_path}/{name}")
        (tmp_path / f"{name}.lock").write_text(lock_model(tmp_path / name).dumps())
    there = check_lock(tmp_path / "edited", tmp_path / "base.lock")
    back = check_lock(tmp_path / "base", tmp_path / "edited.lock")

    assert {change.code for change in there.changes} == {"DF003", "DF306"}
    assert {change.code for change in back.changes} == {"DF306", "DF412"}
    assert (there.breaks, back.breaks) == (True, False)


def test_the_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["lock", str(MODULE)]) == 0
    (tmp_path / "lock").write_text(capsys.readouterr().out)
    assert main(["--no-confirm", "--tensorflow", "2.21", "--lock", f"{tmp_path}/lock", str(MODULE)]) == 0
    assert f"held to      {tmp_path}/lock: same\n" in capsys.readouterr().out
    other = ["--no-confirm", "--tensorflow", "2.21", "--lock", f"{tmp_path}/lock", "--format", "json"]
    assert main([*other, str(FLOW)]) == 1
    document = json.loads(capsys.readouterr().out)
    jsonschema.validate(document, json.loads((REPORT / "schema.json").read_text()))
    assert document["models"][0]["lock"] == {"file": f"{tmp_path}/lock", "worst": "callers"}
    rules = {finding["rule"]: finding["severity"] for finding in document["models"][0]["findings"]}
    assert rules["DF101"] == "error"
    assert main(["call", "--format", "json", str(MODULE), "halve(x: float32[2])"]) == 1
    jsonschema.validate(json.loads(capsys.readouterr().out), json.loads((REPORT / "call_schema.json").read_text()))
    assert main(["call", str(MODULE), "halve(x: float64[2])"]) == 0
    assert main(["call", str(MODULE), "halve"]) == 2
    assert main(["check", "--no-confirm", "--lock", str(MODULE / "saved_model.pb"), str(MODULE)]) == 2
    assert bases()
