"""What the load_model of Keras 2 makes of a model's objects: built, revived or refused, and compiled."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from inspector.model.keras import METRIC, KerasMetadata, KerasObject, read_metadata
from inspector.model.saved_model import open_model
from inspector.topology.keras import BUILT, NETWORK, REFUSED, REVIVED, UNREADABLE, Plan, Revival, keras_load, plan
from tests.building import build

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "golden" / "models"
LAYER, RNN = "_tf_keras_layer", "_tf_keras_rnn_layer"
FUNCTIONAL = {"name": "f", "layers": [], "input_layers": [], "output_layers": []}


def planned(identifier: str, **metadata: Any) -> Plan:
    one = KerasObject(0, "root", identifier, 1, json.dumps(metadata))
    return plan(KerasMetadata("", (one,)), None)


def revived(identifier: str, class_name: str, config: Any, **more: Any) -> Revival:
    given = {"name": "a", "trainable": True, "expects_training_arg": False, **more}
    (found,) = planned(identifier, class_name=class_name, config=config, **given).revivals
    return found


@pytest.mark.parametrize(
    ("name", "keras"),
    [
        ("keras3-mlp", True),
        ("tf-keras-mlp", True),
        ("broken-keras-no-metadata", True),
        ("module-signatures", False),
        ("v1-frozen", False),
    ],
)
def test_who_wrote_a_model(name: str, keras: bool) -> None:
    assert open_model(GOLDEN / name, verify=False).by_keras is keras


def test_a_model_with_code_of_its_own() -> None:
    """Keras's own layers are built, the author's come back as they are, and compiling needs the loss."""
    load = keras_load(open_model(GOLDEN / "tf-keras-custom", verify=False))
    hows = {revival.object.path: (revival.class_name, revival.how) for revival in load.plan.revivals}

    assert hows == {
        "root": ("Scorer", REVIVED),
        "root.scale": ("Scale", REVIVED),
        "root.shift": ("golden>Shift", REVIVED),
        "root.score": ("Dense", BUILT),
        "root.keras_api.metrics.0": ("Mean", BUILT),
    }
    assert load.plan.compile is not None
    assert [(unknown.role, unknown.name) for unknown in load.plan.compile.unknown] == [("loss", "distance")]
    assert load.plan.line("m") == "tf_keras.models.load_model('m', compile=False)"


def test_metadata_in_the_object_graph() -> None:
    """Before TensorFlow 2.5 there was no keras_metadata.pb."""
    model = open_model(GOLDEN / "tf-keras-mlp", verify=False)
    objects = model.meta_graphs[0].objects
    assert objects is not None
    for one in read_metadata(model).objects:
        objects.nodes[one.node].user_object.metadata = one.text
    model.side_files = ()

    assert [one.node for one in read_metadata(model).objects] == [0, 1, 40]
    assert {revival.how for revival in keras_load(model).plan.revivals} == {NETWORK, BUILT}


@pytest.mark.parametrize(
    ("identifier", "class_name", "config", "how"),
    [
        (LAYER, "Dense", {"units": 2, "activation": "relu"}, BUILT),
        (LAYER, "Dense", {"units": 2, "activation": "mine"}, REVIVED),
        (LAYER, "Dense", {"kernel_regularizer": {"class_name": "Mine", "config": {}}}, REVIVED),
        (LAYER, "Mine", {}, REVIVED),
        (LAYER, "Mine", None, REVIVED),
        (RNN, "LSTM", {"units": 2, "recurrent_activation": "sigmoid"}, BUILT),
        (RNN, "LSTM", {"units": 2, "activation": "mine"}, REFUSED),
        (RNN, "RNN", {"cell": {"class_name": "Mine", "config": {}}}, REFUSED),
        (METRIC, "AUC", {}, BUILT),
        (METRIC, "Mine", {}, REFUSED),
        (METRIC, "MeanMetricWrapper", {"fn": "mae"}, BUILT),
        (METRIC, "MeanMetricWrapper", {"fn": "mine"}, REFUSED),
        ("_tf_keras_network", "Functional", FUNCTIONAL, NETWORK),
        ("_tf_keras_network", "Functional", {"units": 3}, UNREADABLE),  # of a get_config of the author's own
        ("_tf_keras_network", "Mine", FUNCTIONAL, UNREADABLE),
        ("_tf_keras_sequential", "Sequential", {"name": "s"}, NETWORK),
    ],
)
def test_built_revived_or_refused(identifier: str, class_name: str, config: Any, how: str) -> None:
    assert revived(identifier, class_name, config).how == how


def test_what_has_to_be_built_is_refused() -> None:
    """Preprocessing layers and ops are never revived."""
    config = {"standardize": "mine", "split": "whitespace"}

    assert revived(LAYER, "TextVectorization", config, must_restore_from_config=True).how == REFUSED
    assert revived(LAYER, "TextVectorization", {"standardize": "lower"}, must_restore_from_config=True).how == BUILT


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "1",
        "[" * 100_000,
        '{"class_name": "Mine", "name": "a"}',
        '{"class_name": "TensorShape"}',
        '{"x": {"class_name": "TypeSpec", "type_spec": "tfp.Mine", "serialized": []}}',
        '{"a": ' * 5000 + "1" + "}" * 5000,
    ],
)
def test_metadata_that_cannot_be_used(text: str) -> None:
    """Whatever it says: a reason, and no traceback."""
    (found,) = plan(KerasMetadata("", (KerasObject(0, "root", LAYER, 1, text),)), None).revivals

    assert found.how == UNREADABLE
    assert found.why


@pytest.mark.parametrize(
    ("training", "unknown", "why"),
    [
        (None, None, ""),
        ({"loss": "mse", "loss_weights": None, "optimizer_config": {"class_name": "Adam", "config": {}}}, [], ""),
        ({"loss": ["mse", {"class_name": "Mine", "config": {}}], "loss_weights": None,
          "optimizer_config": {"class_name": "Custom>Adam", "config": {}}}, ["Mine"], ""),
        ({"loss": {"a": "mine"}, "metrics": [["accuracy"], ["other"]], "loss_weights": None,
          "optimizer_config": {"class_name": "Mine", "config": {}}}, ["Mine", "mine", "other"], ""),
        ({"loss": "mse", "optimizer_config": {"class_name": "Adam", "config": {}}}, [], "training_config lacks loss_weights"),
        ({"loss": "mse", "loss_weights": None}, [], "training_config lacks optimizer_config"),
    ],
)  # fmt: skip
def test_what_compiling_needs(training: Any, unknown: list[str] | None, why: str) -> None:
    compiled = planned("_tf_keras_sequential", class_name="Sequential", config={}, training_config=training).compile

    assert (compiled is None) == (unknown is None)
    if compiled is not None:
        assert [one.name for one in compiled.unknown] == unknown
        assert compiled.why == why


def test_bytecode_is_told() -> None:
    code = {"function": {"class_name": "__tuple__", "items": ["4wAA", None, None]}, "function_type": "lambda"}

    assert revived(LAYER, "Lambda", code).bytecode
    assert not revived(LAYER, "Lambda", {"function": "named", "function_type": "function"}).bytecode
    assert revived(LAYER, "Dense", json.loads('{"a": ' * 500 + "1" + "}" * 500)).bytecode  # too deep to be looked at
    assert revived(LAYER, "TimeDistributed", {"layer": {"class_name": "Lambda", "config": code}}).bytecode


def test_a_network_without_one_of_its_layers(tmp_path: Path) -> None:
    text = """
        object 0 user_object _tf_keras_sequential metadata=META children=[layer-0: 1]
        object 1 user_object _generic_user_object
    """
    metadata = json.dumps({"class_name": "Sequential", "name": "s", "config": {"name": "s", "layers": []}})
    folder = build(text.replace("META", json.dumps(metadata)), tmp_path)

    assert [fault.path for fault in keras_load(open_model(folder)).plan.networks] == ["root"]


def test_the_names_are_those_of_keras() -> None:
    """inspector/catalogue/keras2.txt against the installed tf_keras."""
    if find_spec("tf_keras") is None:
        pytest.skip("tf_keras is not installed")
    command = [sys.executable, str(ROOT / "scripts" / "make_keras_names.py"), "--check"]

    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
