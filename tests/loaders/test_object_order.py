"""tf.saved_model.load, V2: which of two faults ends the load, and what each fault of the object graph comes to."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.engine import judge, sum_up
from inspector.findings import Target
from inspector.model.saved_model import open_model
from tests.building import build

TARGET = Target("2.21.0")
MODEL = """
graph
  c = Const() {{dtype: float32, value: float32[] <1.0>}}
object 0 user_object _generic_user_object children=[signatures: 1, {children}]
object 1 user_object signature_map producer=1 min_consumer=1 children=[serving_default: 2]
object 2 bare_concrete_function f keywords=[x] positional=1
object 3 variable w float32[2]{variable}
object 4 constant {constant}
concrete_function f bound_inputs=[{bound}] inputs=((), {{x: {spec} as x}}) outputs={outputs}
function f (x: float32, w: resource<float32[2]>, c: float32) -> (y: float32 = y:z:0){attrs}
  v = ReadVariableOp(w) {{dtype: float32}}
  y = AddV2(x, v:value:0) {{T: float32}}
trackable 0 children=[{trackable}]
trackable 1{value}
variable w/.ATTRIBUTES/VARIABLE_VALUE float32[2]
"""
SOUND = {
    "children": "w: 3",
    "variable": "",
    "constant": "c",
    "bound": "3, 4",
    "spec": "float32[2]",
    "outputs": "{y: float32[2]}",
    "attrs": "",
    "trackable": "w: 1",
    "value": " values=[VARIABLE_VALUE: w/.ATTRIBUTES/VARIABLE_VALUE]",
}
# Damages in the order in which a load meets them, with the rule that tells of each.
ORDER: list[tuple[str, str, str]] = [
    ("spec", "invalid(77)[2]", "OB006"),
    ("attrs", " {my_attr: true}", "FN008"),
    ("bound", "3, 9", "OB005"),
    ("constant", "gone", "OB011"),
    ("children", "w: 3, __class__: 3", "OB014"),
    ("trackable", "w: 7", "OB016"),
]
AT_CALL = [("bound", "3", "OB013"), ("outputs", "none", "OB019")]


def judged(folder: Path, **damage: str) -> tuple[str, list[str], list[str]]:
    """The outcome of the load, the rules because of which it ends, and those because of which the call fails."""
    path = build(MODEL.format(**{**SOUND, **damage}), folder)
    judgement = judge(open_model(path), TARGET, loaders=("tf2",), strict=True)
    (verdict,) = judgement.verdicts
    rules = [finding.rule for finding in judgement.findings]
    calls = [rules[i] for call in verdict.signatures.values() for i in call.because]
    return verdict.outcome, [rules[i] for i in verdict.because], calls


def test_a_sound_model_loads_and_runs(tmp_path: Path) -> None:
    assert judged(tmp_path) == ("loads", [], [])


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_the_load_ends_at_the_first_step_that_minds(tmp_path: Path, first: int) -> None:
    outcome, because, _ = judged(tmp_path, **{field: value for field, value, _ in ORDER[first:]})
    assert outcome == "fails"
    assert list(dict.fromkeys(because)) == [rule for _, _, rule in ORDER[first:]]


@pytest.mark.parametrize(("field", "value", "rule"), AT_CALL)
def test_what_only_the_call_meets(tmp_path: Path, field: str, value: str, rule: str) -> None:
    outcome, because, calls = judged(tmp_path, **{field: value})
    assert (outcome, because) == ("loads", [])
    assert calls == [rule]


def test_a_variable_without_a_value_is_read_as_an_empty_tensor(tmp_path: Path) -> None:
    """The call may fail or not, by what it does with that: no verdict, but a wrong result."""
    path = build(MODEL.format(**{**SOUND, "value": ""}), tmp_path)
    judgement = judge(open_model(path), TARGET, loaders=("tf2",), strict=True)
    (found,) = [index for index, finding in enumerate(judgement.findings) if finding.rule == "OB016"]
    assert judgement.verdicts[0].outcome == "loads"
    assert sum_up(found, judgement.findings[found], judgement.meanings, ("tf2",)).effect == "wrong-result"
