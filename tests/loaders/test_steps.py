"""What holds for the steps of every loader: they name rules that exist, and where TensorFlow does the step."""

from __future__ import annotations

import re

import pytest

from inspector.loaders import keras, serving, tf1, tf2, tf_keras, tfsm
from inspector.loaders.step import Step
from inspector.rules.registry import code_of, rule_of

STEPS = {
    "tf2": (*tf2.READ, *tf2.V2_STEPS),
    "tf2, without an object graph": (*tf2.READ, *tf2.V1_STEPS),
    "tf1": tf1.STEPS,
    "serving": serving.STEPS,
    "keras": keras.KERAS_3_STEPS,
    "tfsm": (tfsm.LAYER, tfsm.FIND, tfsm.BIND),
    "tf_keras": (*tf_keras.READ, tf_keras.LAYERS, tf_keras.PATHS, tf_keras.FINISH, tf_keras.COMPILE),
}
SOURCE = re.compile(r"\w+/\w+\.(py|cc)|eager/|tensor_bundle")


@pytest.mark.parametrize("name", STEPS)
def test_steps_mind_rules_by_their_names(name: str) -> None:
    for step in STEPS[name]:
        for mind in step.minds:
            rule = rule_of(code_of(mind.rule))
            assert rule is not None
            assert rule.name == mind.rule


@pytest.mark.parametrize("name", STEPS)
def test_every_step_says_where_tensorflow_does_it(name: str) -> None:
    assert all(SOURCE.search(step.source) for step in STEPS[name])
    assert all(step.stage in ("load", "call") for step in STEPS[name])


@pytest.mark.parametrize("name", STEPS)
def test_loads_come_before_calls_and_no_step_twice(name: str) -> None:
    def stages(steps: tuple[Step, ...]) -> list[str]:
        return [step.stage for step in steps]

    assert stages(STEPS[name]) == sorted(stages(STEPS[name]), reverse=True)
    assert len({step.name for step in STEPS[name]}) == len(STEPS[name])
