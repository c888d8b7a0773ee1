"""Locks, and intended calls: what they say, and whether TensorFlow agrees."""

from __future__ import annotations

import importlib
import importlib.util
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from inspector.canonical.intent import Intent, read_intent
from inspector.canonical.specs import Dict, Tensor, Tuple
from inspector.cli import main
from inspector.contract import explain_call
from inspector.errors import UsageError
from inspector.locking import check_lock, lock_model, read_lock
from inspector.model import dtypes
from tests.comparison.edits import EDITS
from tests.differential.workbench import GOLDEN, Copy, bases

REPORT = Path(__file__).parents[2] / "inspector" / "report"
MODULE = GOLDEN / "module-signatures"
FLOW = GOLDEN / "nested-control-flow"
CALLS = [
    (MODULE, call)
    for call in (
        "predict(x: float32[2,4])", "predict(float32[2,4])", "predict(float32[2,5])", "predict(float64[2,4])",
        "predict(int32[2,4])", "predict(z: float32[2,4])", "predict()", "outside(float32[3])", "outside(float32[4])",
        "outside(float32[])", "add(a: int64[], b: int64[2])", "add(3, int64[2])", "add(int32[], int64[2])",
        "add(3.5, int64[2])", "add(true, int64[2])", "serving_default(x: float32[2,4])", "serving_default(float32[2,4])",
        "serving_default(x: float32[2,5])", "serving_default(y: float32[2,4])", "serving_default(x: float64[2,4])",
        "shout(string[2])", 'shout("a")', "halve(float64[2])", "halve(1.0)",
    )
] + [
    (FLOW, call)
    for call in (
        "__call__(float32[1,3], int32[])", "__call__(float32[1,3], 3)", "__call__(float32[1,3], steps=3)",
        "__call__(float32[1,3], 3.5)", "power(float32[2,3], int32[])", "power(float32[2,3])", "power((float32[2,3]), int32[])",
    )
]  # fmt: skip


def made(value: Any, tf: Any) -> Any:
    if isinstance(value, Tensor):
        return tf.zeros(list(value.shape or ()), dtypes.name(value.dtype))
    if isinstance(value, Tuple):
        return tuple(made(item, tf) for item in value.items)
    return {name: made(item, tf) for name, item in value.items} if isinstance(value, Dict) else value


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="needs TensorFlow")
def test_tensorflow_agrees() -> None:
    """Accepted is what TensorFlow accepts, and the nearest call of what it refuses runs as it is printed."""
    tf = importlib.import_module("tensorflow")
    loaded = {path: tf.saved_model.load(str(path)) for path in (MODULE, FLOW)}
    wrong = []
    for path, call in CALLS:
        intent, model = read_intent(call), loaded[path]
        for answer in explain_call(path, call).answers:
            holder = model.signatures.get(intent.name) if answer.of.startswith("signature") else None
            function = holder or (model if intent.name == "__call__" else getattr(model, intent.name))
            try:
                function(
                    *[made(one, tf) for one in intent.args], **{name: made(one, tf) for name, one in intent.kwargs}
                )
                runs = True
            except (TypeError, ValueError, tf.errors.OpError):
                runs = False
            if runs != answer.accepted:
                wrong.append(f"{answer.of} {call}: runs {runs}")
            if not answer.accepted:
                eval(answer.python, {"tf": tf, "loaded": model})

    assert wrong == []


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

    nest = Dict((("j", Tuple((1, 2.5))), ("k", Tensor(dtypes.NUMBERS["int32"], ()))))
    assert intent == Intent("a.b", (nest,), (("name", "x"), ("flag", None)))


@pytest.mark.parametrize("base", ["module-signatures", "ragged-sparse", "tf-keras-mlp", "v1-two-tagsets", "v1-frozen"])
def test_a_lock_reads_back(base: str, tmp_path: Path) -> None:
    lock = lock_model(GOLDEN / base)
    (tmp_path / "lock").write_text(lock.dumps())

    jsonschema.validate(lock.as_dict(), json.loads((REPORT / "lock_schema.json").read_text()))
    assert read_lock(tmp_path / "lock") == lock
    assert check_lock(GOLDEN / base, tmp_path / "lock").changes == ()


@pytest.mark.parametrize(
    "one", [e for e in EDITS if e.there and e.there[0][:3] == "DF1"][:12], ids=lambda one: one.name
)
def test_a_lock_is_broken_by_what_breaks_callers(one: Any, tmp_path: Path) -> None:
    """By the same rules as in a comparison of two models."""
    copy = Copy(one.base)
    Copy(one.base).save(f"{tmp_path}/base")
    one.make(copy)
    copy.save(f"{tmp_path}/edited")
    (tmp_path / "lock").write_text(lock_model(tmp_path / "base").dumps())

    held = check_lock(tmp_path / "edited", tmp_path / "lock")

    assert held.breaks
    assert set(one.there) <= {f"{change.code} {change.where}" for change in held.changes}


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
