"""The verdicts on the rules' own examples against what TensorFlow 2.21 did with them (``tests.rules.recording``)."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.engine import judge
from inspector.findings import FAILS, LOADS, RUNS, Target
from inspector.model.saved_model import open_model
from inspector.rules.rule import Example
from tests.building import build
from tests.rules.recording import LOADERS, digest, examples, recorded

RECORDED = recorded()
# Examples of which a verdict is not what TensorFlow did, and why.
_EMPTY = "the dataset of the example has no element: what a dataset gives is not computed"
_SHAPES = "shapes of outputs are compared with those that the graph recorded, and the example's has none"
_NONE = "the creator of the example has no structured output, so that it returns None"
KNOWN: dict[tuple[str, str], str] = {
    **{("GR012-good-3", loader): _EMPTY for loader in LOADERS},
    ("OB003-good-2", "tf2"): "what a registered type makes of its own state is not known",
    (
        "OB015-good-1",
        "tf2",
    ): "what a saver's functions return is known by its structure only, which the example has not",
    ("OB017-good-1", "tf2"): _NONE,
    ("OB017-bad-4", "tf2"): _NONE,
    ("TB011-bad-4", "serving"): "the restore op of the example does not read the file name, which is pruned",
    ("VR007-bad-1", "tf2"): "in doubt: a legacy placeholder may also pass",
    ("VR007-good-1", "tf2"): _SHAPES,
    ("VR007-good-1", "tf1"): _SHAPES,
}


NOW = {name: example for name, example in examples() if RECORDED.get(name, {}).get("digest") == digest(example)}


def test_nearly_all_examples_are_recorded() -> None:
    """New and changed ones are left out until they are: python -m tests.rules.recording --python ..."""
    assert len(NOW) >= 0.95 * len(list(examples()))


@pytest.mark.parametrize(("name", "example"), [pytest.param(*one, id=one[0]) for one in NOW.items()])
def test_verdicts_are_what_tensorflow_did(name: str, example: Example, tmp_path: Path) -> None:
    model = open_model(build(example, tmp_path / "model"), verify=True)
    wrong = {}
    for verdict in judge(model, Target("2.21.0", "cpu"), loaders=LOADERS).verdicts:
        real = RECORDED[name][verdict.loader]
        said = {key: call.outcome for key, call in verdict.signatures.items()} if verdict.outcome == LOADS else FAILS
        if isinstance(real, dict) and isinstance(said, dict):
            sure = {key for key, outcome in real.items() if outcome in (RUNS, FAILS)}
            real, said = {key: real[key] for key in sure}, {key: said.get(key) for key in sure}
        if (said != real) != ((name, verdict.loader) in KNOWN):
            wrong[verdict.loader] = f"said {said}, was {real}"

    assert wrong == {}
