"""What the load_model of Keras 2 makes of each object that Keras saved: built from its config, or revived, or refused.

An object whose class Keras has is built from its config; another layer or model comes back as a plain one that calls the
saved functions. Metrics, RNN layers and layers that ask for it have to be built from their config. Source:
tf_keras/src/saving/legacy/saved_model/load.py (KerasObjectLoader), saving_utils.py (compile_args_from_training_config).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from inspector.catalogue import keras_names
from inspector.model.keras import (
    INPUT_LAYER,
    METRIC,
    MODELS,
    RNN_LAYER,
    SEQUENTIAL,
    KerasMetadata,
    KerasObject,
    read_metadata,
)
from inspector.model.keras import NETWORK as FUNCTIONAL
from inspector.model.objects import ObjectGraph
from inspector.model.saved_model import Model
from inspector.named_tuple import NamedTuple

BUILT, NETWORK, REVIVED, REFUSED, UNREADABLE = "built", "network", "revived", "refused", "unreadable"
_UNDEFINED = "layer was saved without config"
_NETWORKS = ("Sequential", "Functional")
# What json_utils.py decodes by itself, with the keys that it asks for.
_ENCODED = {
    "TensorShape": ("items",), "TypeSpec": ("type_spec", "serialized"), "CompositeTensor": ("spec", "tensors"),
    "__tuple__": ("items",), "__ellipsis__": (), "__bytes__": ("value",),
}  # fmt: skip
_NEEDED = ("class_name", "name", "trainable", "expects_training_arg")
_NEEDED_OF_INPUT = ("class_name", "name", "dtype", "sparse", "ragged", "batch_input_shape", "config")
_FUNCTIONS = {"activation": keras_names.ACTIVATION, "recurrent_activation": keras_names.ACTIVATION}
# Children of a saved object that Keras does not make again: functions, and lists that the saving added.
_ADDED = frozenset(
    ("keras_api", "variables", "trainable_variables", "non_trainable_variables", "regularization_losses", "signatures")
)
_CHOICES = {"standardize": keras_names.STANDARDIZE, "split": keras_names.SPLIT}
_DEEP = 200
_LAYER = r"layer-(\d+)"


class Unknown(NamedTuple):
    """A class or function that Keras 2 does not have. ``role``: layer, metric, loss ..., or object."""

    role: str
    name: str


class Revival(NamedTuple):
    """What becomes of one object.

    ``how``: BUILT from its config, NETWORK (built of its layers), REVIVED (calls saved functions), REFUSED (has to be
    built, and something in ``unknown`` is not there), UNREADABLE for the reason in ``why``. ``bytecode``: its config holds
    Python bytecode, which is run.
    """

    object: KerasObject
    how: str
    class_name: str = ""
    unknown: tuple[Unknown, ...] = ()
    why: str = ""
    bytecode: bool = False


class Compile(NamedTuple):
    """What compiling the loaded model needs: what Keras does not have of it, and what is wrong with its record."""

    unknown: tuple[Unknown, ...] = ()
    why: str = ""


class NetworkFault(NamedTuple):
    """A model that cannot be put together of its layers."""

    path: str
    why: str


class Plan(NamedTuple):
    """The load as Keras goes about it.

    ``made`` are the nodes that TensorFlow does not have to make any more; ``in_networks`` are the layers of models that
    are put together by calling them; ``version`` is the Keras that saved the model.
    """

    revivals: tuple[Revival, ...]
    made: frozenset[int]
    compile: Compile | None
    version: str
    networks: tuple[NetworkFault, ...] = ()
    in_networks: frozenset[int] = frozenset()

    @property
    def has_model(self) -> bool:
        """Whether the loaded object is a Keras model, and not a layer or an object that holds some."""
        return any(revival.object.node == 0 and revival.object.identifier in MODELS for revival in self.revivals)

    def line(self, path: str) -> str:
        """The Python that loads the model as one of Keras 2; empty where there is no such thing."""
        if not self.revivals or any(self.of(UNREADABLE)) or self.networks:
            return ""
        refused = list(self.of(REFUSED))
        needed = [one.name for revival in refused if revival.object.identifier != METRIC for one in revival.unknown]
        arguments = [repr(path)]
        if needed:
            named = ", ".join(f"{name!r}: {name.rpartition('>')[2]}" for name in dict.fromkeys(needed))
            arguments.append(f"custom_objects={{{named}}}")
        metrics = any(revival.object.identifier == METRIC for revival in refused)
        if metrics or (self.compile is not None and (self.compile.unknown or self.compile.why)):
            arguments.append("compile=False")
        return f"tf_keras.models.load_model({', '.join(arguments)})"

    def of(self, *hows: str) -> Iterator[Revival]:
        return (revival for revival in self.revivals if revival.how in hows)


class KerasLoad(NamedTuple):
    """The metadata of a model, and the plan that follows from it."""

    metadata: KerasMetadata
    plan: Plan


def keras_load(model: Model) -> KerasLoad:
    """Cost: reads the metadata, and decodes the JSON of every object."""
    metadata = read_metadata(model)
    objects = model.meta_graphs[0].objects if model.meta_graphs else None
    return KerasLoad(metadata, plan(metadata, objects))


def called_by_keras(objects: ObjectGraph, node: int) -> tuple[str, ...]:
    """The concrete functions that a revived layer or model calls (load.py _finalize_saved_model_layers)."""
    holder = objects.child(node, "keras_api") if 0 <= node < len(objects.nodes) else None
    function = None if holder is None else objects.child(holder, "call_and_return_conditional_losses")
    return () if function is None else objects.functions_of(function)


def plan(metadata: KerasMetadata, objects: ObjectGraph | None) -> Plan:
    """In the order of the load: metrics come last. Cost: decodes the JSON of every object."""
    revivals: list[Revival] = []
    made: set[int] = set()
    compiled: Compile | None = None
    version = ""
    for one in sorted(metadata.objects, key=lambda one: one.identifier == METRIC):
        tree, why = decoded(one.text)
        if not why and one.node == 0 and one.identifier in MODELS:
            version = str(tree.get("keras_version") or "")
            compiled = _compile(tree.get("training_config"))
        if why:
            revivals.append(Revival(one, UNREADABLE, why=why))
            continue
        if one.node in made:
            continue
        revival = _revival(one, tree)
        revivals.append(revival)
        made.add(one.node)
        if revival.how == BUILT and objects is not None:
            made.update(_children(objects, one.node))
    networks, inside = _networks(revivals, objects)
    return Plan(tuple(revivals), frozenset(made), compiled, version, networks, inside)


def _networks(revivals: list[Revival], objects: ObjectGraph | None) -> tuple[tuple[NetworkFault, ...], frozenset[int]]:
    """Models whose layers are not all there, and the layers of all (_get_child_layer_node_ids, _reconstruct_all_models)."""
    layers = {one.object.node for one in revivals if one.object.identifier != METRIC}
    faults: list[NetworkFault] = []
    inside: set[int] = set()
    for revival in revivals:
        node = revival.object.node
        if revival.how != NETWORK or objects is None or not 0 <= node < len(objects.nodes):
            continue
        children = _layers_of(objects, node)
        inside.update(children)
        missing = [child for child in children if child not in layers]
        if missing:
            place = children.index(missing[0])
            faults.append(NetworkFault(revival.object.path, f"its layer {place} has no metadata"))
    return tuple(faults), frozenset(inside)


def _layers_of(objects: ObjectGraph, node: int) -> list[int]:
    """The children layer-0, layer-1 ... up to the first number that is not there."""
    numbered: dict[int, int] = {}
    for name, child in objects.children[node]:
        found = re.match(_LAYER, name)
        if found is not None:
            numbered[int(found[1])] = child
    ordered = []
    for number in range(len(numbered)):
        if number not in numbered:
            break
        ordered.append(numbered[number])
    return ordered


def decoded(text: str) -> tuple[dict[str, Any], str]:
    """The metadata of an object, and why Keras cannot decode it; one of them is empty."""
    import json

    try:
        tree = json.loads(text, object_hook=_checked)
    except json.JSONDecodeError as error:
        return {}, f"no JSON: {error}"
    except (ValueError, KeyError, TypeError) as error:
        return {}, str(error)
    except RecursionError:
        return {}, "no JSON: nested too deeply"
    if not isinstance(tree, dict):
        return {}, "JSON of something else than an object"
    return tree, ""


def _checked(tree: dict[str, Any]) -> dict[str, Any]:
    """What json_utils.py _decode_helper asks of a dict with a class_name."""
    name = tree.get("class_name")
    for key in _ENCODED.get(name, ()) if isinstance(name, str) else ():
        if key not in tree:
            raise ValueError(f"a {name} without {key}")
    if name == "TypeSpec" and not str(tree["type_spec"]).startswith("tf."):
        raise ValueError(f"the TypeSpec {tree['type_spec']}, which another package registers")
    return tree


def _revival(one: KerasObject, tree: Mapping[str, Any]) -> Revival:
    name = tree.get("class_name")
    config = tree.get("config")
    has_config = isinstance(config, dict) and _UNDEFINED not in config
    config = config if isinstance(config, dict) else {}
    shown = name if isinstance(name, str) else ""
    bytecode = has_config and _holds_bytecode(config)
    if one.identifier != METRIC and has_config and _is_network(tree):
        fault = _lacks(tree, ("class_name",)) or _lacks(config, _needed_of_network(one, shown), "its config")
        return Revival(one, UNREADABLE if fault else NETWORK, shown, why=fault)
    unknown = tuple(_unknown(one, shown, config)) if has_config else ()
    if has_config and shown and not unknown:
        fault = "" if one.identifier == METRIC else _lacks(tree, ("name",))
        return Revival(one, UNREADABLE if fault else BUILT, shown, why=fault, bytecode=bytecode)
    if one.identifier in (METRIC, RNN_LAYER) or tree.get("must_restore_from_config"):
        return Revival(one, REFUSED, shown, unknown)
    fault = _lacks(tree, _NEEDED_OF_INPUT if one.identifier == INPUT_LAYER else _NEEDED)
    if one.identifier == FUNCTIONAL:  # revive_custom_object calls Functional without inputs
        fault = fault or "a functional model of which it does not say is_graph_network"
    return Revival(one, UNREADABLE if fault else REVIVED, shown, unknown, fault)


def _needed_of_network(one: KerasObject, class_name: str) -> tuple[str, ...]:
    """Of the config (load.py _reconstruct_model; functional.py reconstruct_from_config)."""
    if class_name == "Sequential" or one.identifier == SEQUENTIAL:
        return ("name",)
    return ("name", "layers", "input_layers", "output_layers")


def _lacks(tree: Mapping[str, Any], keys: tuple[str, ...], whose: str = "it") -> str:
    missing = next((key for key in keys if key not in tree), None)
    return "" if missing is None else f"{whose} lacks {missing}"


def _is_network(tree: Mapping[str, Any]) -> bool:
    return bool(tree.get("is_graph_network")) or tree.get("class_name") in _NETWORKS


def _unknown(one: KerasObject, name: str, config: Mapping[str, Any]) -> Iterator[Unknown]:
    """What is not Keras's own in an object and in its config."""
    role = "metric" if one.identifier == METRIC else "model" if one.identifier in MODELS else "layer"
    known = keras_names.names()
    own = known[keras_names.METRIC if role == "metric" else keras_names.LAYER]
    if name not in own and name not in known[keras_names.REGISTERED]:
        yield Unknown(role, name)
    else:
        yield from _inside(config, name)


def _inside(config: Any, owner: str, depth: int = 0) -> Iterator[Unknown]:
    """Classes and functions named in a config, as far as their place tells that they are such."""
    if depth > _DEEP:
        return
    if isinstance(config, dict):
        nested = config.get("class_name")
        if isinstance(nested, str) and isinstance(config.get("config"), dict):
            if (
                nested not in keras_names.every()
                and nested not in _ENCODED
                and nested.lower() not in keras_names.every()
            ):
                yield Unknown("object", nested)
            owner = nested
        for key, value in config.items():
            if isinstance(value, str):
                yield from _function(key, value, owner)
            elif isinstance(value, (dict, list)):
                yield from _inside(value, owner, depth + 1)
    elif isinstance(config, list):
        for value in config:
            if isinstance(value, (dict, list)):
                yield from _inside(value, owner, depth + 1)


def _function(key: str, value: str, owner: str) -> Iterator[Unknown]:
    known = keras_names.names()
    if key in _FUNCTIONS:
        if value not in known[_FUNCTIONS[key]] and value not in keras_names.every():
            yield Unknown("activation", value)
    elif key == "fn" and owner.endswith("Wrapper"):
        if value not in known[keras_names.METRIC] and value not in known[keras_names.LOSS]:
            yield Unknown("metric function", value)
    elif owner == "TextVectorization" and value not in _CHOICES.get(key, (value,)):
        yield Unknown(f"{key} function", value)


def _holds_bytecode(config: Any, depth: int = 0) -> bool:
    """Whether building from a config runs Python bytecode in it: Lambda layers, and wrappers of RNN cells.

    What lies too deep to be looked at is taken for some.
    """
    if not isinstance(config, (dict, list)):
        return False
    if depth > _DEEP:
        return True
    if isinstance(config, list):
        return any(_holds_bytecode(one, depth + 1) for one in config)
    if any(key.endswith("function_type") and value == "lambda" for key, value in config.items()):
        return True
    return any(_holds_bytecode(one, depth + 1) for one in config.values())


def _children(objects: ObjectGraph, node: int) -> set[int]:
    """What building an object from its config makes along with it: variables, tables, layers inside of it."""
    found: set[int] = set()
    todo = [node] if 0 <= node < len(objects.nodes) else []
    while todo:
        for name, child in objects.children[todo.pop()]:
            kind = objects.kinds[child]
            if child in found or name in _ADDED or kind not in ("variable", "resource", "user_object"):
                continue
            found.add(child)
            if kind == "user_object":
                todo.append(child)
    return found


def _compile(config: Any) -> Compile | None:
    """What saving_utils.py compile_args_from_training_config meets; None where the model was not compiled."""
    if config is None:
        return None
    if not isinstance(config, dict):
        return Compile(why="training_config is no object")
    optimizer = config.get("optimizer_config")
    if not isinstance(optimizer, dict) or not isinstance(optimizer.get("config"), dict):
        return Compile(why="training_config lacks optimizer_config")
    if not isinstance(optimizer.get("class_name"), str):
        return Compile(why="optimizer_config lacks class_name")
    if "loss_weights" not in config:
        return Compile(why="training_config lacks loss_weights")
    found = (
        [] if keras_names.has_optimizer(optimizer["class_name"]) else [Unknown("optimizer", optimizer["class_name"])]
    )
    found += _inside(optimizer["config"], "")
    found += _nested("loss", config.get("loss"), keras_names.LOSS)
    for key in ("metrics", "weighted_metrics"):
        found += _nested("metric", config.get(key), keras_names.METRIC)
    return Compile(tuple(dict.fromkeys(found)))


_KEPT = ("accuracy", "acc", "crossentropy", "ce")


def _nested(role: str, config: Any, kind: str, depth: int = 0) -> Iterator[Unknown]:
    """Losses or metrics by name or by config, in lists and dicts (saving_utils.py _deserialize_nested_config)."""
    known = keras_names.names()
    if depth > _DEEP:
        return
    if isinstance(config, str):
        if config not in known[kind] and config not in known[keras_names.REGISTERED] and config not in _KEPT:
            yield Unknown(role, config)
    elif isinstance(config, dict) and "class_name" in config:
        name = config["class_name"]
        if isinstance(name, str) and name not in known[kind] and name not in known[keras_names.REGISTERED]:
            yield Unknown(role, name)
        else:
            yield from _inside(config.get("config"), str(name))
    elif isinstance(config, (dict, list)):
        for one in config.values() if isinstance(config, dict) else config:
            yield from _nested(role, one, kind, depth + 1)
