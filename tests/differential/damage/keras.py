"""keras_metadata.pb: what Keras 2 wrote of its layers, models and metrics. Only on models that it saved."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.differential.damage.files import LFS
from tests.differential.damage.kind import damage
from tests.differential.places import Directory, Link, NoPlace, Place, place
from tests.differential.workbench import Copy

FILE = "keras_metadata.pb"
CASES = 5
LAYERS = ("_tf_keras_layer", "_tf_keras_rnn_layer")
MODELS = ("_tf_keras_model", "_tf_keras_sequential", "_tf_keras_network")


def node(copy: Copy, *identifiers: str, test: Callable[[dict[str, Any]], object] = lambda tree: True) -> Any:
    """An object of one of these sorts, of any if none is named."""
    return copy.pick(
        copy.keras.nodes,
        lambda one: (not identifiers or one.identifier in identifiers) and test(json.loads(one.metadata)),
    )


def at(one: Any, *more: str) -> Place:
    return place(one.node_path, FILE, *more)


def edit(one: Any, change: Callable[[dict[str, Any]], None], *more: str) -> Place:
    """Changes the JSON of an object."""
    tree = json.loads(one.metadata)
    change(tree)
    one.metadata = json.dumps(tree)
    return at(one, *more)


def root(copy: Copy) -> Any:
    return copy.pick(copy.keras.nodes, lambda one: one.node_path == "root" and one.identifier in MODELS)


def compiled(copy: Copy) -> Any:
    found = root(copy)
    if not json.loads(found.metadata).get("training_config"):
        raise NoPlace("not compiled")
    return found


# the file


@damage(CASES)
def keras_file_removed(copy: Copy) -> Place:
    return copy.remove(FILE)


@damage(CASES)
def keras_file_truncated(copy: Copy) -> Place:
    raw = copy.read(FILE)
    return copy.write(FILE, raw[: copy.random.randrange(1, len(raw))])


@damage(CASES)
def keras_file_empty(copy: Copy) -> Place:
    copy.read(FILE)
    return copy.write(FILE, b"")


@damage(3)
def keras_file_lfs_pointer(copy: Copy) -> Place:
    copy.read(FILE)
    return copy.write(FILE, LFS)


@damage(3)
def keras_file_html(copy: Copy) -> Place:
    copy.read(FILE)
    return copy.write(FILE, b"<!DOCTYPE html>\n<html><body>404</body></html>\n")


@damage(3)
def keras_file_zeros(copy: Copy) -> Place:
    return copy.write(FILE, bytes(len(copy.read(FILE))))


@damage(3)
def keras_file_is_directory(copy: Copy) -> Place:
    copy.read(FILE)
    return copy.write(FILE, Directory())


@damage(2)
def keras_file_dangling_link(copy: Copy) -> Place:
    copy.read(FILE)
    return copy.write(FILE, Link("nowhere"))


@damage(3)
def keras_file_added_to_other(copy: Copy) -> Place:
    if FILE in copy.files:
        raise NoPlace("there is one")
    return copy.write(FILE, Copy("tf-keras-mlp").read(FILE))


@damage(CASES)
def keras_file_of_another(copy: Copy) -> Place:
    copy.read(FILE)
    other = "tf-keras-two-inputs" if copy.base == "tf-keras-mlp" else "tf-keras-mlp"
    return copy.write(FILE, Copy(other).read(FILE))


@damage(12)
def keras_file_bit_flip(copy: Copy) -> Place:
    raw = bytearray(copy.read(FILE))
    raw[copy.random.randrange(len(raw))] ^= 1 << copy.random.randrange(8)
    return copy.write(FILE, bytes(raw))


@damage(3)
def keras_config_json_beside(copy: Copy) -> Place:
    return copy.write("assets.extra/config.json", b"{}")


# objects


@damage(CASES)
def keras_object_removed(copy: Copy) -> Place:
    one = node(copy)
    found = at(one)
    copy.keras.nodes.remove(one)
    return found


@damage(CASES)
def keras_layer_removed(copy: Copy) -> Place:
    one = node(copy, *LAYERS, "_tf_keras_input_layer")
    found = at(one, "root")
    copy.keras.nodes.remove(one)
    return found


@damage(3)
def keras_root_removed(copy: Copy) -> Place:
    one = root(copy)
    found = at(one)
    copy.keras.nodes.remove(one)
    return found


@damage(3)
def keras_objects_reversed(copy: Copy) -> Place:
    nodes = [type(one).FromString(one.SerializeToString()) for one in copy.keras.nodes]
    del copy.keras.nodes[:]
    copy.keras.nodes.extend(reversed(nodes))
    return place(FILE)


@damage(3)
def keras_object_twice(copy: Copy) -> Place:
    one = node(copy)
    copy.keras.nodes.add().CopyFrom(one)
    return at(one)


@damage(CASES)
def keras_node_id_far(copy: Copy) -> Place:
    one = node(copy)
    one.node_id = 9999
    return at(one)


@damage(3)
def keras_node_id_negative(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    one.node_id = -1
    return at(one)


@damage(3)
def keras_node_id_of_another(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    other = node(copy, *LAYERS, test=lambda tree: tree["name"] != json.loads(one.metadata)["name"])
    one.node_id, other.node_id = other.node_id, one.node_id
    return place(one.node_path, other.node_path, FILE)


@damage(CASES)
def keras_path_wrong(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    one.node_path += "_gone"
    return at(one)


@damage(2)
def keras_path_empty(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    one.node_path = ""
    return place(FILE)


@damage(3)
def keras_path_not_from_root(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    one.node_path = "model" + one.node_path.removeprefix("root")
    return at(one)


@damage(CASES)
def keras_identifier_unknown(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    one.identifier = "_tf_keras_future_layer"
    return at(one)


@damage(3)
def keras_identifier_is_layer(copy: Copy) -> Place:
    one = node(copy, *MODELS, "_tf_keras_rnn_layer", "_tf_keras_input_layer")
    one.identifier = "_tf_keras_layer"
    return at(one)


@damage(3)
def keras_version_first(copy: Copy) -> Place:
    one = root(copy)
    one.version.producer = 1
    return at(one)


@damage(3)
def keras_version_cleared(copy: Copy) -> Place:
    one = node(copy)
    one.ClearField("version")
    return at(one)


# their JSON


@damage(CASES)
def keras_json_truncated(copy: Copy) -> Place:
    one = node(copy)
    one.metadata = one.metadata[: copy.random.randrange(1, len(one.metadata))]
    return at(one)


@damage(3)
def keras_json_empty(copy: Copy) -> Place:
    one = node(copy)
    one.metadata = ""
    return at(one)


@damage(3)
def keras_json_list(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    one.metadata = "[]"
    return at(one)


@damage(2)
def keras_json_deep(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    one.metadata = '{"a": ' * 50_000 + "1" + "}" * 50_000
    return at(one)


@damage(2)
def keras_json_python(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    one.metadata = str(json.loads(one.metadata))
    return at(one)


@damage(CASES)
def keras_class_unknown(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    return edit(one, lambda tree: tree.update(class_name="MyLayer"))


@damage(CASES)
def keras_class_registered(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    return edit(one, lambda tree: tree.update(class_name=f"mine>{tree['class_name']}"))


@damage(3)
def keras_class_of_model_unknown(copy: Copy) -> Place:
    return edit(root(copy), lambda tree: tree.update(class_name="MyModel", is_graph_network=False))


@damage(3)
def keras_metric_unknown(copy: Copy) -> Place:
    one = node(copy, "_tf_keras_metric")
    return edit(one, lambda tree: tree.update(class_name="MyMetric"))


@damage(3)
def keras_metric_function_unknown(copy: Copy) -> Place:
    one = node(copy, "_tf_keras_metric")
    config = {"name": "mine", "dtype": "float32", "fn": "my_metric"}
    return edit(one, lambda tree: tree.update(class_name="MeanMetricWrapper", config=config))


@damage(3)
def keras_metric_function_known(copy: Copy) -> Place:
    one = node(copy, "_tf_keras_metric", test=lambda tree: tree["class_name"] == "Mean")
    config = {"name": "mae", "dtype": "float32", "fn": "mean_absolute_error"}
    return edit(one, lambda tree: tree.update(class_name="MeanMetricWrapper", config=config))


@damage(CASES)
def keras_class_name_removed(copy: Copy) -> Place:
    return edit(node(copy), lambda tree: tree.pop("class_name"))


@damage(CASES)
def keras_config_removed(copy: Copy) -> Place:
    return edit(node(copy), lambda tree: tree.pop("config", None))


@damage(3)
def keras_config_undefined(copy: Copy) -> Place:
    one = node(copy, *LAYERS)
    return edit(one, lambda tree: tree.update(config={"layer was saved without config": True}))


@damage(CASES)
def keras_config_argument_unknown(copy: Copy) -> Place:
    one = node(copy, *LAYERS, test=lambda tree: isinstance(tree.get("config"), dict))
    return edit(one, lambda tree: tree["config"].update(of_the_future=1))


@damage(3)
def keras_config_wrong_type(copy: Copy) -> Place:
    one = node(copy, "_tf_keras_layer", test=lambda tree: "units" in (tree.get("config") or {}))
    return edit(one, lambda tree: tree["config"].update(units="many"))


@damage(3)
def keras_activation_unknown(copy: Copy) -> Place:
    one = node(copy, *LAYERS, test=lambda tree: "activation" in (tree.get("config") or {}))
    return edit(one, lambda tree: tree["config"].update(activation="my_activation"))


@damage(3)
def keras_regularizer_unknown(copy: Copy) -> Place:
    one = node(copy, *LAYERS, test=lambda tree: "kernel_regularizer" in (tree.get("config") or {}))
    mine = {"class_name": "MyRegularizer", "config": {}}
    return edit(one, lambda tree: tree["config"].update(kernel_regularizer=mine))


@damage(3)
def keras_must_restore(copy: Copy) -> Place:
    one = node(copy, "_tf_keras_layer")
    return edit(one, lambda tree: tree.update(must_restore_from_config=True, class_name="MyLayer"))


@damage(3)
def keras_name_removed(copy: Copy) -> Place:
    return edit(node(copy, *LAYERS), lambda tree: tree.pop("name"))


@damage(3)
def keras_name_changed(copy: Copy) -> Place:
    return edit(node(copy, "_tf_keras_layer"), lambda tree: tree.update(name="renamed"))


@damage(3)
def keras_expects_training_removed(copy: Copy) -> Place:
    one = node(copy, "_tf_keras_layer", *MODELS)
    return edit(one, lambda tree: (tree.pop("expects_training_arg"), tree.update(class_name="Mine"))[1])


@damage(3)
def keras_build_shape_removed(copy: Copy) -> Place:
    one = node(copy, *LAYERS, test=lambda tree: "build_input_shape" in tree)
    return edit(one, lambda tree: tree.pop("build_input_shape"))


@damage(3)
def keras_save_spec_removed(copy: Copy) -> Place:
    return edit(root(copy), lambda tree: (tree.pop("save_spec", None), tree.pop("full_save_spec", None))[0])


@damage(3)
def keras_type_spec_unknown(copy: Copy) -> Place:
    one = root(copy)
    one.metadata = one.metadata.replace("tf.TensorSpec", "mine.MySpec")
    return at(one)


@damage(3)
def keras_tensor_shape_cut(copy: Copy) -> Place:
    one = node(copy, test=lambda tree: "TensorShape" in json.dumps(tree))
    one.metadata = one.metadata.replace('"TensorShape", "items"', '"TensorShape", "things"')
    return at(one)


@damage(3)
def keras_network_layer_unknown(copy: Copy) -> Place:
    one = node(copy, "_tf_keras_network", "_tf_keras_sequential")
    return edit(one, lambda tree: tree["config"]["layers"][-1].update(class_name="MyLayer"))


@damage(3)
def keras_network_layer_removed(copy: Copy) -> Place:
    one = node(copy, "_tf_keras_network", "_tf_keras_sequential")
    return edit(one, lambda tree: tree["config"]["layers"].pop())


@damage(3)
def keras_network_layers_removed(copy: Copy) -> Place:
    one = node(copy, "_tf_keras_network", "_tf_keras_sequential")
    return edit(one, lambda tree: tree["config"].pop("layers"))


# how it was compiled


@damage(CASES)
def keras_loss_unknown(copy: Copy) -> Place:
    return edit(compiled(copy), lambda tree: tree["training_config"].update(loss="my_loss"), "compile")


@damage(3)
def keras_loss_class_unknown(copy: Copy) -> Place:
    mine = {"class_name": "MyLoss", "config": {}}
    return edit(compiled(copy), lambda tree: tree["training_config"].update(loss=mine), "compile")


@damage(3)
def keras_loss_removed(copy: Copy) -> Place:
    return edit(compiled(copy), lambda tree: tree["training_config"].pop("loss"))


@damage(3)
def keras_loss_weights_removed(copy: Copy) -> Place:
    return edit(compiled(copy), lambda tree: tree["training_config"].pop("loss_weights"), "training_config")


@damage(CASES)
def keras_optimizer_unknown(copy: Copy) -> Place:
    one = compiled(copy)
    return edit(
        one, lambda tree: tree["training_config"]["optimizer_config"].update(class_name="MyOptimizer"), "compile"
    )


@damage(3)
def keras_optimizer_removed(copy: Copy) -> Place:
    return edit(compiled(copy), lambda tree: tree["training_config"].pop("optimizer_config"), "training_config")


@damage(3)
def keras_optimizer_argument_unknown(copy: Copy) -> Place:
    one = compiled(copy)
    return edit(
        one, lambda tree: tree["training_config"]["optimizer_config"]["config"].update(of_the_future=1), "compile"
    )


@damage(3)
def keras_schedule_unknown(copy: Copy) -> Place:
    mine = {"class_name": "MySchedule", "config": {}}
    one = compiled(copy)
    return edit(
        one, lambda tree: tree["training_config"]["optimizer_config"]["config"].update(learning_rate=mine), "compile"
    )


@damage(3)
def keras_compiled_metric_unknown(copy: Copy) -> Place:
    return edit(compiled(copy), lambda tree: tree["training_config"].update(metrics=["my_metric"]), "compile")


@damage(3)
def keras_training_config_removed(copy: Copy) -> Place:
    return edit(compiled(copy), lambda tree: tree.pop("training_config"))


@damage(2)
def keras_training_config_is_text(copy: Copy) -> Place:
    return edit(compiled(copy), lambda tree: tree.update(training_config="adam"), "training_config")


# objects of the object graph


@damage(3)
def keras_call_not_saved(copy: Copy) -> Place:
    """What save_traces=False leaves out, of one layer."""
    one = node(copy, *LAYERS, *MODELS)
    saved = copy.objects.nodes[one.node_id]
    holder = next(child.node_id for child in saved.children if child.local_name == "keras_api")
    kept = [child for child in copy.objects.nodes[holder].children if "call_and_return" not in child.local_name]
    del copy.objects.nodes[holder].children[:]
    copy.objects.nodes[holder].children.extend(kept)
    return at(one)


@damage(3)
def keras_identifiers_removed(copy: Copy) -> Place:
    copy.read(FILE)
    for saved in copy.objects.nodes:
        if saved.user_object.identifier.startswith("_tf_keras"):
            saved.user_object.identifier = "_generic_user_object"
    return place(FILE)


@damage(3)
def keras_metadata_in_object_graph(copy: Copy) -> Place:
    """As before TensorFlow 2.5."""
    for one in copy.keras.nodes:
        copy.objects.nodes[one.node_id].user_object.metadata = one.metadata
    return copy.remove(FILE)
