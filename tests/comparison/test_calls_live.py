"""Thousands of calls, right and a little wrong: accepted is what TensorFlow accepts, and the nearest call runs."""

from __future__ import annotations

import collections
import importlib
import importlib.util
import random
from pathlib import Path
from typing import Any

import pytest

from inspector.canonical.acceptance import UNCHECKED
from inspector.canonical.calling import call_text
from inspector.canonical.intent import read_intent
from inspector.model.saved_model import Model, open_model
from tests.comparison.calls import Case, Unmakeable, calls, refusal
from tests.differential.workbench import GOLDEN, HEALTHY_GOLDEN

MOST = 25  # calls of each signature and function
EXPORTED = ("polymorphic", "module", "custom-gradients", "keras-preprocessing", "keras-endpoints", "v1-loops")

pytestmark = pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="needs TensorFlow")


def undecided(case: Case) -> bool:
    """Whether TensorFlow leaves it to the graph, which may take the process with it, or to its release."""
    by_position = not case.v2 and any(
        "takes its inputs by name" in why for why in case.answer.why
    )  # taken from 2.19 on
    return by_position or any(UNCHECKED in why for why in case.answer.why)


def disagreements(model: Model, loaded: Any, tf: Any) -> list[str]:
    wrong = []
    for case in calls(model, random.Random(model.path.rpartition("/")[2]), MOST):
        if undecided(case):
            continue
        try:
            refused = refusal(case, loaded, tf)
        except Unmakeable:
            continue
        if case.answer.accepted == bool(refused) and refused is not None:
            wrong.append(f"{case}: {case.answer.why} against {refused[:300]!r}")
    return wrong


def lines_that_fail(model: Model, loaded: Any, tf: Any) -> list[str]:
    """Lines of Python that do not make a call that is accepted."""
    lines = {case.answer.python for case in calls(model, random.Random(0), MOST)}
    wrong = [] if all(lines) else ["no line for a call"]
    for line in sorted(lines - {""}):
        try:
            eval(line, {"tf": tf, "loaded": loaded, "collections": collections})
        except tf.errors.OpError as error:
            wrong += [f"{line}: {error}"] if "was expected to be a" in str(error) else []
        except Exception as error:
            wrong.append(f"{line}: {error}")
    return wrong


def both(folder: Path) -> tuple[list[str], list[str]]:
    tf = importlib.import_module("tensorflow")
    model = open_model(folder)
    loaded = tf.saved_model.load(str(folder), tags=list(model.meta_graphs[0].tags))
    return disagreements(model, loaded, tf), lines_that_fail(model, loaded, tf)


@pytest.mark.parametrize("name", HEALTHY_GOLDEN)
def test_golden_models(name: str) -> None:
    assert both(GOLDEN / name) == ([], [])


@pytest.mark.xdist_group("exports")
@pytest.mark.parametrize("name", EXPORTED)
def test_programs(name: str, exports: Path) -> None:
    assert both(exports / "first" / name) == ([], [])


@pytest.mark.parametrize("name", HEALTHY_GOLDEN)
def test_a_call_is_read_as_it_is_spelled(name: str) -> None:
    for case in calls(open_model(GOLDEN / name), random.Random(1), MOST):
        text = call_text(case.intent.name, case.intent.args, dict(case.intent.kwargs))
        assert read_intent(text) == case.intent
        if case.answer.accepted:
            assert read_intent(case.answer.nearest).name == case.intent.name
