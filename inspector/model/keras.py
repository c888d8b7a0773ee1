"""What Keras left in a SavedModel: the metadata of the layers, models and metrics that Keras 2 saved.

From TensorFlow 2.5 on they are in keras_metadata.pb, before that in the object graph, as JSON in either case. Sources:
tf_keras/src/saving/legacy/saved_model/load.py (load, _read_legacy_metadata), constants.py; keras/src/export
(ExportArchive) for what Keras 3 writes.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from inspector.errors import DEFAULT_LIMITS
from inspector.model.objects import ObjectGraph
from inspector.model.saved_model import KERAS_METADATA, Model
from inspector.named_tuple import NamedTuple
from inspector.wire.schema import DecodeError, message

INPUT_LAYER, LAYER, METRIC = "_tf_keras_input_layer", "_tf_keras_layer", "_tf_keras_metric"
MODEL, NETWORK, RNN_LAYER = "_tf_keras_model", "_tf_keras_network", "_tf_keras_rnn_layer"
SEQUENTIAL = "_tf_keras_sequential"
IDENTIFIERS = frozenset((INPUT_LAYER, LAYER, METRIC, MODEL, NETWORK, RNN_LAYER, SEQUENTIAL))
MODELS = frozenset((MODEL, NETWORK, SEQUENTIAL))


class KerasObject(NamedTuple):
    """One layer, model or metric: its node in the object graph, its path from the root, its metadata as JSON."""

    node: int
    path: str
    identifier: str
    producer: int
    text: str


class KerasMetadata(NamedTuple):
    """What keras.models.load_model of Keras 2 takes for the metadata of a SavedModel.

    ``file`` is where it comes from, "" for the object graph. ``fault`` is why the file cannot be used, ``over_limit`` why
    it was not read. ``lacking`` are the nodes of Keras in the object graph that have no metadata.
    """

    file: str
    objects: tuple[KerasObject, ...]
    fault: str = ""
    over_limit: str = ""
    lacking: tuple[int, ...] = ()


def is_keras_folder(model: Model) -> bool:
    """Whether the load_model of Keras 3 takes the folder for one of its own: it holds a config.json."""
    return os.path.exists(os.path.join(model.folder, "config.json"))


def _is_keras(objects: ObjectGraph, node: int) -> bool:
    return objects.kinds[node] == "user_object" and objects.nodes[node].user_object.identifier in IDENTIFIERS


def keras_nodes(objects: ObjectGraph) -> Iterator[int]:
    """The nodes of the object graph that Keras 2 saved, in file order."""
    return (node for node in objects.of_kind("user_object") if _is_keras(objects, node))


def read_metadata(model: Model) -> KerasMetadata:
    """The metadata of the first MetaGraph. Cost: the file, or a pass over the object graph."""
    if KERAS_METADATA in model.side_files:
        return _from_file(os.path.join(model.folder, KERAS_METADATA))
    objects = model.meta_graphs[0].objects if model.meta_graphs else None
    if objects is None:
        return KerasMetadata("", ())
    found, lacking = [], []
    for node in keras_nodes(objects):
        user = objects.nodes[node].user_object
        if user.metadata:
            found.append(KerasObject(node, _path(objects, node), user.identifier, 1, user.metadata))
        else:
            lacking.append(node)
    return KerasMetadata("", tuple(found), lacking=tuple(lacking))


def _path(objects: ObjectGraph, node: int) -> str:
    path = objects.path(node) if node else ""
    return f"root.{path}" if path else "root"


def _from_file(path: str) -> KerasMetadata:
    try:
        size = os.path.getsize(path)
        if size > DEFAULT_LIMITS.keras_metadata:
            return KerasMetadata(KERAS_METADATA, (), over_limit=f"over limit: {size} bytes")
        with open(path, "rb") as stream:
            proto: Any = message("KerasMetadata").FromString(stream.read())
    except OSError as error:
        return KerasMetadata(KERAS_METADATA, (), fault=error.strerror or str(error))
    except DecodeError as error:
        return KerasMetadata(KERAS_METADATA, (), fault=str(error))
    objects = [
        KerasObject(node.node_id, node.node_path, node.identifier, node.version.producer, node.metadata)
        for node in proto.nodes
    ]
    return KerasMetadata(KERAS_METADATA, tuple(objects))
