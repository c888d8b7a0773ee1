"""Make the small SavedModels in golden/models, byte for byte the same every time.

Healthy models are exported by the pinned TensorFlow, each in a fresh child process (function names hold a
process-wide counter) with a fixed hash seed and uuids that count up; then ``canonicalise`` puts in order what
TensorFlow leaves to chance. Broken models are copies of healthy ones with one small edit each. What a model is
stands in the first line of its builder's docstring: ``python golden/make_models.py --list``.
"""

from __future__ import annotations

import argparse
import filecmp
import importlib
import itertools
import math
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

PINNED = "2.21.0"
MODELS = Path(__file__).resolve().parent / "models"
SEED = 20
KEEPS_DEBUG_INFO = "module-signatures"
CHILD_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
}


class Builder(NamedTuple):
    """One model: how it is made, and for a broken one, from which healthy model."""

    name: str
    description: str
    make: Callable[[Any, Path], None]
    base: str | None
    environment: dict[str, str]


BUILDERS: dict[str, Builder] = {}


def _register(make: Callable[[Any, Path], None], base: str | None, environment: dict[str, str]) -> None:
    name = make.__name__.replace("_", "-")
    description = (make.__doc__ or "").strip().splitlines()[0]
    BUILDERS[name] = Builder(name, description, make, base, environment)


def healthy(**environment: str) -> Callable[[Callable[[Any, Path], None]], Callable[[Any, Path], None]]:
    """Register a builder that exports a model into an empty folder; keywords are extra environment variables."""

    def register(make: Callable[[Any, Path], None]) -> Callable[[Any, Path], None]:
        _register(make, None, environment)
        return make

    return register


def broken(base: str) -> Callable[[Callable[[Any, Path], None]], Callable[[Any, Path], None]]:
    """Register a builder that edits a copy of the healthy model ``base``."""

    def register(make: Callable[[Any, Path], None]) -> Callable[[Any, Path], None]:
        _register(make, base, {})
        return make

    return register


# Healthy models. Builders run in a scratch folder of their own: relative paths are safe to write into a graph.


def _ramp(*shape: int) -> Any:
    """Weights that are the same on every machine: an even ramp from -1 to 1, as numpy array of float32."""
    numpy = importlib.import_module("numpy")
    size = math.prod(shape)
    return numpy.array([2.0 * i / max(size - 1, 1) - 1.0 for i in range(size)], "float32").reshape(shape)


@healthy()
def keras3_mlp(tf: Any, out: Path) -> None:
    """Keras 3 functional model with two dense layers, written by `model.export`."""
    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input((4,)), layers.Dense(5, activation="relu"), layers.Dense(2)])
    model.set_weights([_ramp(*weight.shape) for weight in model.get_weights()])
    # Keras lists the variables that functions use out of a weak set: in order of memory addresses.
    archive = importlib.import_module("keras.src.export.saved_model_export_archive")
    listed = archive._list_variables_used_by_fns
    archive._list_variables_used_by_fns = lambda functions: tuple(
        sorted(found, key=lambda variable: variable.name) for found in listed(functions)
    )
    model.export(str(out), format="tf_saved_model", verbose=False)


@healthy()
def module_signatures(tf: Any, out: Path) -> None:
    """tf.Module with four signatures (float32, float64, int64, string) and a function outside of them; debug info."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable(_ramp(4, 3), name="kernel")
            self.bias = tf.Variable(_ramp(3), name="bias")

        @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, "x")], autograph=False)
        def predict(self, x: Any) -> Any:
            return {"scores": tf.nn.relu(tf.matmul(x, self.kernel) + self.bias)}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float64, "x")], autograph=False)
        def halve(self, x: Any) -> Any:
            return {"half": x / 2.0}

        @tf.function(
            input_signature=[tf.TensorSpec([], tf.int64, "a"), tf.TensorSpec([2], tf.int64, "b")], autograph=False
        )
        def add(self, a: Any, b: Any) -> Any:
            return {"sum": a + b, "least": tf.minimum(a, tf.reduce_min(b))}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")], autograph=False)
        def shout(self, text: Any) -> Any:
            return {"text": tf.strings.join([tf.strings.upper(text), "!"])}

        @tf.function(input_signature=[tf.TensorSpec([3], tf.float32, "x")], autograph=False)
        def outside(self, x: Any) -> Any:
            return tf.nn.softmax(x + self.bias)

    module = Module()
    signatures = {"serving_default": module.predict, "halve": module.halve, "add": module.add, "shout": module.shout}
    options = tf.saved_model.SaveOptions(save_debug_info=True)
    tf.saved_model.save(module, str(out), signatures=signatures, options=options)


@healthy()
def nested_control_flow(tf: Any, out: Path) -> None:
    """Functions that call functions, with While and If in them, and a custom gradient saved beside."""

    @tf.custom_gradient
    def clipped(x: Any) -> Any:
        return tf.identity(x), lambda upstream: tf.clip_by_value(upstream, -1.0, 1.0)

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.scale = tf.Variable(_ramp(3), name="scale")

        @tf.function(autograph=False)
        def power(self, x: Any, steps: Any) -> Any:
            def body(i: Any, y: Any) -> Any:
                return i + 1, tf.cond(tf.reduce_sum(y) > 0.0, lambda: y * self.scale, lambda: y - 1.0)

            shapes = [tf.TensorShape([]), tf.TensorShape([None, 3])]
            return tf.while_loop(lambda i, _: i < steps, body, [0, x], shape_invariants=shapes)[1]

        @tf.function(
            input_signature=[tf.TensorSpec([None, 3], tf.float32, "x"), tf.TensorSpec([], tf.int32, "steps")],
            autograph=False,
        )
        def __call__(self, x: Any, steps: Any) -> Any:
            deep = tf.cond(steps > 2, lambda: self.power(x, steps), lambda: clipped(x))
            return {"y": self.power(deep, steps)}

    module = Module()
    tf.saved_model.save(module, str(out), signatures=module.__call__)


@healthy()
def table_asset(tf: Any, out: Path) -> None:
    """Hash table initialised from a vocabulary file in assets/."""
    Path("vocab.txt").write_text("alpha\nbeta\ngamma\n", encoding="utf-8")
    key_is_line, value_is_number = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
    initializer = tf.lookup.TextFileInitializer("vocab.txt", tf.string, key_is_line, tf.int64, value_is_number)

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = tf.lookup.StaticHashTable(initializer, default_value=-1)

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "words")], autograph=False)
        def look_up(self, words: Any) -> Any:
            return {"ids": self.table.lookup(words)}

    module = Module()
    tf.saved_model.save(module, str(out), signatures=module.look_up)


def _v1_builder(tf: Any, out: Path) -> Any:
    return tf.compat.v1.saved_model.builder.SavedModelBuilder(str(out))


def _v1_signature(tf: Any, inputs: dict[str, Any], outputs: dict[str, Any]) -> Any:
    return tf.compat.v1.saved_model.predict_signature_def(inputs, outputs)


def _v1_linear(tf: Any, device: str = "") -> tuple[Any, Any]:
    """A placeholder and a linear layer of two variables in the default V1 graph."""
    x = tf.compat.v1.placeholder(tf.float32, [None, 3], name="x")
    kernel = tf.compat.v1.get_variable("kernel", initializer=_ramp(3, 2))
    bias = tf.compat.v1.get_variable("bias", initializer=_ramp(2))
    with tf.device(device):
        y = tf.nn.bias_add(tf.matmul(x, kernel, name="product"), bias, name="y")
    return x, y


@healthy()
def v1_two_tagsets(tf: Any, out: Path) -> None:
    """V1 builder, MetaGraphs tagged {serve} and {serve, gpu} that share their variables."""
    builder = _v1_builder(tf, out)
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        x, y = _v1_linear(tf)
        session.run(tf.compat.v1.global_variables_initializer())
        signatures = {"serving_default": _v1_signature(tf, {"x": x}, {"y": y})}
        builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
    with tf.Graph().as_default():
        x, y = _v1_linear(tf, "/device:GPU:0")
        signatures = {"serving_default": _v1_signature(tf, {"x": x}, {"y": y})}
        builder.add_meta_graph(["serve", "gpu"], signature_def_map=signatures)
    builder.save()


@healthy()
def v1_main_op_table(tf: Any, out: Path) -> None:
    """V1 builder, a table that the main op initialises from an asset, a variable, and a file in assets.extra/."""
    Path("words.txt").write_text("red\ngreen\nblue\n", encoding="utf-8")
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        words = tf.compat.v1.placeholder(tf.string, [None], name="words")
        number = tf.lookup.TextFileIndex.LINE_NUMBER
        line = tf.lookup.TextFileIndex.WHOLE_LINE
        initializer = tf.lookup.TextFileInitializer("words.txt", tf.string, line, tf.int64, number)
        table = tf.lookup.StaticHashTable(initializer, default_value=3)
        weights = tf.compat.v1.get_variable("weights", initializer=_ramp(4, 2))
        rows = tf.gather(weights, table.lookup(words), name="rows")
        main_op = tf.compat.v1.tables_initializer()
        session.run([tf.compat.v1.global_variables_initializer(), main_op])
        builder = _v1_builder(tf, out)
        builder.add_meta_graph_and_variables(
            session,
            ["serve"],
            signature_def_map={"serving_default": _v1_signature(tf, {"words": words}, {"rows": rows})},
            assets_collection=tf.compat.v1.get_collection(tf.compat.v1.GraphKeys.ASSET_FILEPATHS),
            main_op=main_op,
        )
        builder.save()
    extra = out / "assets.extra"
    extra.mkdir()
    (extra / "notes.txt").write_text("Nothing reads this file.\n", encoding="utf-8")


@healthy()
def sharded_checkpoint(tf: Any, out: Path) -> None:
    """V2 model whose checkpoint is merged from three data shards."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first = tf.Variable(_ramp(3, 4), name="first")
            self.second = tf.Variable(_ramp(4, 4), name="second")
            self.third = tf.Variable(_ramp(4, 2), name="third")

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")], autograph=False)
        def __call__(self, x: Any) -> Any:
            return {"y": x @ self.first @ self.second @ self.third}

    module = Module()
    tf.saved_model.save(module, str(out), signatures=module.__call__)
    _rewrite_checkpoint(tf, out / "variables" / "variables", shards=3)


def _rewrite_checkpoint(
    tf: Any, prefix: Path, *, shards: int, change: Callable[[str, Any], Any] = lambda _, tensor: tensor
) -> None:
    """Write a checkpoint again with its keys dealt out over shards, and each tensor changed by ``change``."""
    reader = tf.train.load_checkpoint(str(prefix))
    types = reader.get_variable_to_dtype_map()
    tensors = {key: change(key, tf.constant(reader.get_tensor(key), types[key])) for key in sorted(types)}
    for file in prefix.parent.iterdir():
        file.unlink()
    parts = []
    for shard in range(shards):
        keys = list(tensors)[shard::shards]
        parts.append(str(prefix.parent / f"part{shard}"))
        tf.raw_ops.SaveV2(
            prefix=parts[-1], tensor_names=keys, shape_and_slices=[""] * len(keys), tensors=[tensors[k] for k in keys]
        )
    tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=parts, destination_prefix=str(prefix), delete_old_dirs=False)


@healthy()
def dtypes(tf: Any, out: Path) -> None:
    """Variables of bfloat16, half, int8, bool, complex64, uint16 and string, each read by the signature."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.brain = tf.Variable(tf.cast(_ramp(4), tf.bfloat16), name="brain")
            self.half = tf.Variable(tf.cast(_ramp(4), tf.half), name="half")
            self.small = tf.Variable(tf.constant([-128, -1, 0, 127], tf.int8), name="small")
            self.flags = tf.Variable([True, False, True, True], name="flags")
            self.waves = tf.Variable(tf.constant([1 + 2j, -1j], tf.complex64), name="waves")
            self.ports = tf.Variable(tf.constant([80, 65535], tf.uint16), name="ports")
            self.words = tf.Variable(["", "one", "two words", "\u03bb"], name="words")

        @tf.function(input_signature=[tf.TensorSpec([4], tf.bfloat16, "x")], autograph=False)
        def __call__(self, x: Any) -> Any:
            return {
                "brain": self.brain + x,
                "half": self.half * 2.0,
                "small": tf.identity(self.small),
                "flags": tf.logical_not(self.flags),
                "waves": tf.math.conj(self.waves),
                "ports": tf.cast(self.ports, tf.int32),
                "words": tf.strings.length(self.words),
            }

    module = Module()
    tf.saved_model.save(module, str(out), signatures=module.__call__)


@healthy()
def frozen_no_variables(tf: Any, out: Path) -> None:
    """V2 model with constants for weights and no variable at all."""
    weights = _ramp(4, 2)

    class Module(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([None, 4], tf.float32, "x")], autograph=False)
        def __call__(self, x: Any) -> Any:
            return {"y": tf.tanh(tf.matmul(x, tf.constant(weights)))}

    module = Module()
    tf.saved_model.save(module, str(out), signatures=module.__call__)


@healthy()
def v1_frozen(tf: Any, out: Path) -> None:
    """V1 builder, a graph of constants: no variables folder at all."""
    with tf.Graph().as_default(), tf.compat.v1.Session() as session:
        x = tf.compat.v1.placeholder(tf.float32, [None, 3], name="x")
        y = tf.identity(tf.matmul(x, tf.constant(_ramp(3, 2), name="weights")), name="y")
        builder = _v1_builder(tf, out)
        signatures = {"serving_default": _v1_signature(tf, {"x": x}, {"y": y})}
        builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
        builder.save()


@healthy()
def ragged_sparse(tf: Any, out: Path) -> None:
    """Signatures that take a ragged and a sparse tensor, and one that gives a ragged tensor back."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable(_ramp(4, 2), name="kernel")

        @tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.float32)], autograph=False)
        def ragged(self, rows: Any) -> Any:
            return {"sums": tf.reduce_sum(rows, axis=1), "doubled": rows * 2.0}

        @tf.function(input_signature=[tf.SparseTensorSpec([None, 4], tf.float32)], autograph=False)
        def sparse(self, cells: Any) -> Any:
            return {"product": tf.sparse.sparse_dense_matmul(cells, self.kernel)}

    module = Module()
    tf.saved_model.save(module, str(out), signatures={"ragged": module.ragged, "sparse": module.sparse})


@healthy(TF_USE_LEGACY_KERAS="1")
def tf_keras_mlp(tf: Any, out: Path) -> None:
    """tf_keras model with keras_metadata.pb and the slot variables of a legacy optimizer."""
    model = tf.keras.Sequential([tf.keras.Input((3,), name="features"), tf.keras.layers.Dense(2, name="dense")])
    model.compile(optimizer=tf.keras.optimizers.legacy.SGD(0.125, momentum=0.5), loss="mse")
    model.train_on_batch(tf.zeros([2, 3]), tf.zeros([2, 2]))
    model.set_weights([_ramp(3, 2), _ramp(2)])
    model.save(str(out), save_format="tf")


@healthy(TF_USE_LEGACY_KERAS="1")
def tf_keras_custom(tf: Any, out: Path) -> None:
    """tf_keras subclassed model with a layer, a registered layer and a loss of its author's."""
    keras = tf.keras

    class Scale(keras.layers.Layer):  # type: ignore[misc]
        def build(self, shape: Any) -> None:
            self.by = self.add_weight(name="by", shape=(shape[-1],), initializer="ones")

        def call(self, x: Any) -> Any:
            return x * self.by

    class Shift(keras.layers.Layer):  # type: ignore[misc]
        def call(self, x: Any) -> Any:
            return x + 1.0

    Shift = keras.utils.register_keras_serializable("golden")(Shift)

    class Scorer(keras.Model):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__(name="scorer")
            self.scale = Scale(name="scale")
            self.shift = Shift(name="shift")
            self.score = keras.layers.Dense(1, name="score")

        def call(self, x: Any) -> Any:
            return self.score(self.shift(self.scale(x)))

    def distance(true: Any, predicted: Any) -> Any:
        return tf.reduce_mean(tf.abs(true - predicted), axis=-1)

    model = Scorer()
    model.compile("sgd", distance)
    model.train_on_batch(tf.zeros([2, 3]), tf.zeros([2, 1]))
    model.set_weights([_ramp(*weight.shape) for weight in model.get_weights()])
    model.save(str(out), save_format="tf")


@healthy(TF_USE_LEGACY_KERAS="1")
def tf_keras_two_inputs(tf: Any, out: Path) -> None:
    """tf_keras Functional model with two inputs in a dict, one of them strings that are looked up."""
    layers = tf.keras.layers
    numbers = tf.keras.Input((3,), name="numbers")
    words = tf.keras.Input((1,), name="words", dtype="string")
    known = layers.StringLookup(vocabulary=["red", "green"], output_mode="one_hot", name="known")(words)
    score = layers.Concatenate(name="score")([layers.Dense(2, name="dense")(numbers), known])
    model = tf.keras.Model({"numbers": numbers, "words": words}, score, name="two_inputs")
    model.set_weights([_ramp(*weight.shape) for weight in model.get_weights()])
    model.save(str(out), save_format="tf")


@healthy()
def pbtxt_module(tf: Any, out: Path) -> None:
    """Small module stored as saved_model.pbtxt, without saved_model.pb."""
    _small_module(tf, out, 2.0)
    _write_text(tf, out)
    (out / "saved_model.pb").unlink()


def _small_module(tf: Any, out: Path, factor: float) -> None:
    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.factor = tf.Variable(factor, name="factor")

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")], autograph=False)
        def __call__(self, x: Any) -> Any:
            return {"y": x * self.factor}

    module = Module()
    tf.saved_model.save(module, str(out), signatures=module.__call__)


def _write_text(tf: Any, out: Path) -> None:
    """Write saved_model.pbtxt with the content of saved_model.pb, but for the bulky list of its OpDefs."""
    text_format = importlib.import_module("google.protobuf.text_format")
    canonicalise(tf, out)
    message = read_saved_model(out)
    for meta_graph in message.meta_graphs:
        meta_graph.meta_info_def.ClearField("stripped_op_list")
    text = text_format.MessageToString(message)
    (out / "saved_model.pbtxt").write_text(text, encoding="utf-8", newline="\n")


@healthy()
def serving_base(tf: Any, out: Path) -> None:
    """TensorFlow Serving base folder with the versions 1 and 2."""
    for version in (1, 2):
        _small_module(tf, out / str(version), float(version))


@healthy()
def device_pins(tf: Any, out: Path) -> None:
    """V1 graph with nodes of the main graph pinned to /device:GPU:0."""
    soft = tf.compat.v1.ConfigProto(allow_soft_placement=True)
    with tf.Graph().as_default(), tf.compat.v1.Session(config=soft) as session:
        x, y = _v1_linear(tf, "/device:GPU:0")
        session.run(tf.compat.v1.global_variables_initializer())
        builder = _v1_builder(tf, out)
        signatures = {"serving_default": _v1_signature(tf, {"x": x}, {"y": y})}
        builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures)
        builder.save()


# Broken models: a copy of a healthy one, one small edit each.


def read_saved_model(folder: Path) -> Any:
    """The parsed saved_model.pb of a folder."""
    message = importlib.import_module("tensorflow.core.protobuf.saved_model_pb2").SavedModel()
    message.ParseFromString((folder / "saved_model.pb").read_bytes())
    return message


@contextmanager
def edited(folder: Path) -> Iterator[Any]:
    """Give the only MetaGraph of a model for an edit, then write saved_model.pb back."""
    message = read_saved_model(folder)
    (meta_graph,) = message.meta_graphs
    yield meta_graph
    (folder / "saved_model.pb").write_bytes(message.SerializeToString(deterministic=True))


def _function(meta_graph: Any, part_of_name: str) -> Any:
    """The only function of a library whose name holds ``part_of_name``."""
    (found,) = (f for f in meta_graph.graph_def.library.function if part_of_name in f.signature.name)
    return found


def _node(function: Any, op: str) -> Any:
    """The only node of a function with the op ``op``."""
    (found,) = (node for node in function.node_def if node.op == op)
    return found


@broken("module-signatures")
def broken_unregistered_op(tf: Any, out: Path) -> None:
    """Relu of the function behind serving_default became the op MyCustomOp, which nobody registers."""
    with edited(out) as meta_graph:
        _node(_function(meta_graph, "__inference_predict_"), "Relu").op = "MyCustomOp"


@broken("module-signatures")
def broken_unregistered_unused(tf: Any, out: Path) -> None:
    """A function that nothing calls or names was added, with the op MyCustomOp in it."""
    with edited(out) as meta_graph:
        unused = meta_graph.graph_def.library.function.add()
        unused.CopyFrom(_function(meta_graph, "__inference_halve_"))
        unused.signature.name = "__inference_unused_9999"
        _node(unused, "RealDiv").op = "MyCustomOp"


@broken("module-signatures")
def broken_dtype_conflict(tf: Any, out: Path) -> None:
    """Relu of the function behind serving_default takes float64, its input is float32."""
    with edited(out) as meta_graph:
        _node(_function(meta_graph, "__inference_predict_"), "Relu").attr["T"].type = tf.float64.as_datatype_enum


@broken("module-signatures")
def broken_missing_function(tf: Any, out: Path) -> None:
    """The function that the wrapper of serving_default calls is gone from the library."""
    with edited(out) as meta_graph:
        meta_graph.graph_def.library.function.remove(_function(meta_graph, "__inference_predict_"))


@broken("module-signatures")
def broken_missing_index(tf: Any, out: Path) -> None:
    """variables.index is gone, its data file is there."""
    (out / "variables" / "variables.index").unlink()


@broken("sharded-checkpoint")
def broken_missing_shard(tf: Any, out: Path) -> None:
    """The second of three data shards is gone."""
    (out / "variables" / "variables.data-00001-of-00003").unlink()


@broken("sharded-checkpoint")
def broken_truncated_shard(tf: Any, out: Path) -> None:
    """The last of three data shards lost its last 16 bytes."""
    shard = out / "variables" / "variables.data-00002-of-00003"
    shard.write_bytes(shard.read_bytes()[:-16])


@broken("module-signatures")
def broken_bit_flip(tf: Any, out: Path) -> None:
    """One bit of the weights in the data shard is flipped: their checksum no longer matches."""
    shard = out / "variables" / "variables.data-00000-of-00001"
    data = bytearray(shard.read_bytes())
    data[data.index(_ramp(4, 3).tobytes()) + 5] ^= 0x10
    shard.write_bytes(data)


@broken("module-signatures")
def broken_variable_shape(tf: Any, out: Path) -> None:
    """The checkpoint holds the kernel as [3, 4], the variable is [4, 3]."""

    def transpose(key: str, tensor: Any) -> Any:
        return tf.transpose(tensor) if key.startswith("kernel/") else tensor

    _rewrite_checkpoint(tf, out / "variables" / "variables", shards=1, change=transpose)


@broken("table-asset")
def broken_asset_missing(tf: Any, out: Path) -> None:
    """The vocabulary file is gone from assets/."""
    (out / "assets" / "vocab.txt").unlink()


@broken("v1-main-op-table")
def broken_signature_tensor(tf: Any, out: Path) -> None:
    """The V1 signature's output names the tensor nowhere:0, which is not in the graph."""
    with edited(out) as meta_graph:
        meta_graph.signature_def["serving_default"].outputs["rows"].name = "nowhere:0"


@broken("serving-base/1")
def broken_producer(tf: Any, out: Path) -> None:
    """The GraphDef says that it needs a TensorFlow of GraphDef version 99999 at least."""
    with edited(out) as meta_graph:
        meta_graph.graph_def.versions.min_consumer = 99999


@broken("module-signatures")
def broken_lfs_pointer(tf: Any, out: Path) -> None:
    """saved_model.pb is a Git LFS pointer: the file itself was never fetched."""
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{'5a' * 32}\nsize 21346\n"
    (out / "saved_model.pb").write_text(pointer, encoding="utf-8", newline="\n")


@broken("serving-base/1")
def broken_tags(tf: Any, out: Path) -> None:
    """The only MetaGraph is tagged {train}."""
    with edited(out) as meta_graph:
        meta_graph.meta_info_def.tags[:] = ["train"]


@broken("serving-base/1")
def broken_both_forms(tf: Any, out: Path) -> None:
    """saved_model.pb and saved_model.pbtxt are both there, and each is healthy."""
    _write_text(tf, out)


@broken("module-signatures")
def broken_attr_missing(tf: Any, out: Path) -> None:
    """MatMul of the function behind serving_default has no attribute T."""
    with edited(out) as meta_graph:
        del _node(_function(meta_graph, "__inference_predict_"), "MatMul").attr["T"]


@broken("module-signatures")
def broken_cycle(tf: Any, out: Path) -> None:
    """In the function behind serving_default the sum takes Relu's output, and Relu takes the sum's."""
    with edited(out) as meta_graph:
        function = _function(meta_graph, "__inference_predict_")
        _node(function, "AddV2").input[0] = f"{_node(function, 'Relu').name}:activations:0"


@broken("v1-frozen")
def broken_frozen_graphdef(tf: Any, out: Path) -> None:
    """saved_model.pb is a frozen GraphDef under another name."""
    graph_def = read_saved_model(out).meta_graphs[0].graph_def
    (out / "saved_model.pb").write_bytes(graph_def.SerializeToString(deterministic=True))


@broken("tf-keras-mlp")
def broken_keras_metadata(tf: Any, out: Path) -> None:
    """keras_metadata.pb lost its last 100 bytes."""
    file = out / "keras_metadata.pb"
    file.write_bytes(file.read_bytes()[:-100])


@broken("tf-keras-two-inputs")
def broken_keras_no_metadata(tf: Any, out: Path) -> None:
    """keras_metadata.pb was not copied."""
    (out / "keras_metadata.pb").unlink()


# What TensorFlow leaves to chance


def canonicalise(tf: Any, folder: Path) -> None:
    """Put every SavedModel under a folder into an order of its own and drop what names the machine.

    Functions come out of a hash map, proto maps in any order, the fingerprint holds a random uuid, the debug
    info the paths of source files; empty folders do not survive in git.
    """
    for file in sorted(folder.rglob("saved_model.pb")):
        message = read_saved_model(file.parent)
        for meta_graph in message.meta_graphs:
            library = meta_graph.graph_def.library
            library.function.sort(key=lambda function: function.signature.name)
            library.gradient.sort(key=lambda gradient: gradient.function_name)
            library.registered_gradients.sort(key=lambda gradient: gradient.gradient_func)
            meta_graph.meta_info_def.stripped_op_list.op.sort(key=lambda op: op.name)
            bodies = [function.node_def for function in library.function]
            for node in itertools.chain(meta_graph.graph_def.node, *bodies):
                _canonicalise_config(tf, node)
        file.write_bytes(message.SerializeToString(deterministic=True))
        _write_fingerprint(file.parent, folder)
        if folder.name == KEEPS_DEBUG_INFO:
            _scrub_debug_info(file.parent / "debug" / "saved_model_debug_info.pb")
        else:
            shutil.rmtree(file.parent / "debug", ignore_errors=True)
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not any(path.iterdir()):
            path.rmdir()


def _canonicalise_config(tf: Any, node: Any) -> None:
    """The ConfigProto that a call node carries as bytes has a map in it."""
    if "config_proto" in node.attr and node.attr["config_proto"].s:
        config = tf.compat.v1.ConfigProto.FromString(node.attr["config_proto"].s)
        node.attr["config_proto"].s = config.SerializeToString(deterministic=True)


def _write_fingerprint(folder: Path, model: Path) -> None:
    """Write fingerprint.pb again for the bytes as they are now, with a uuid made from the model's name."""
    if not (folder / "fingerprint.pb").is_file():
        return
    native = importlib.import_module("tensorflow.python.saved_model.pywrap_saved_model").fingerprinting
    message = importlib.import_module("tensorflow.core.protobuf.fingerprint_pb2").FingerprintDef()
    message.ParseFromString(native.CreateFingerprintDef(str(folder)))
    message.uuid = str(uuid.uuid5(uuid.NAMESPACE_URL, f"golden/{model.name}/{folder.name}"))
    (folder / "fingerprint.pb").write_bytes(message.SerializeToString(deterministic=True))


def _scrub_debug_info(file: Path) -> None:
    """Number files, frames and traces anew by sorted node name, with relative source paths.

    The line numbers of this file are forgotten: each edit would move them.
    """
    proto = importlib.import_module("tensorflow.core.framework.graph_debug_info_pb2").GraphDebugInfo
    old, new = proto.FromString(file.read_bytes()), proto()
    files: dict[str, int] = {}
    frames: dict[bytes, int] = {}
    traces: dict[tuple[int, ...], int] = {}
    for name in sorted(old.name_to_trace_id):
        trace = []
        for frame_id in old.traces_by_id[old.name_to_trace_id[name]].frame_id:
            frame = type(old.frames_by_id[frame_id])()
            frame.CopyFrom(old.frames_by_id[frame_id])
            path = re.sub(r"^.*(-packages/|/(?=golden/))", "", old.files[frame.file_index])
            frame.file_index = files.setdefault(path, len(files))
            if path.startswith("golden/"):
                frame.line, frame.col = 1, 0
            trace.append(frames.setdefault(frame.SerializeToString(deterministic=True), len(frames)))
            new.frames_by_id[trace[-1]].CopyFrom(frame)
        number = traces.setdefault(tuple(trace), len(traces))
        new.traces_by_id[number].frame_id[:] = trace
        new.name_to_trace_id[name] = number
    new.files[:] = files
    file.write_bytes(new.SerializeToString(deterministic=True))


# The child: one process for each export, one for all the edits


def build(names: list[str], into: Path) -> None:
    """Make the models ``names`` in the folder ``into``; runs in a child process with CHILD_ENVIRONMENT."""
    numbers = itertools.count(1)
    uuid.uuid4 = lambda: uuid.UUID(int=next(numbers))
    random.seed(SEED)
    tf = importlib.import_module("tensorflow")
    if tf.__version__ != PINNED:
        sys.exit(f"the golden models are made with TensorFlow {PINNED}, this is {tf.__version__}")
    tf.keras.utils.set_random_seed(SEED)
    for name in names:
        builder, out = BUILDERS[name], into / name
        if builder.base is None:
            out.mkdir(parents=True)
            builder.make(tf, out)
            canonicalise(tf, out)
        else:
            debug = shutil.ignore_patterns("debug")
            shutil.copytree(into / builder.base, out, ignore=debug)
            builder.make(tf, out)
            for path in sorted(out.rglob("*"), reverse=True):
                if path.is_dir() and not any(path.iterdir()):
                    path.rmdir()


def _run_child(names: list[str], into: Path) -> None:
    environment = os.environ | CHILD_ENVIRONMENT | BUILDERS[names[0]].environment
    command = [sys.executable, str(Path(__file__).resolve()), "--build", ",".join(names), "--into", str(into)]
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(command, cwd=scratch, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{', '.join(names)}: exit {done.returncode}\n{done.stdout}{done.stderr}")


# The parent


def make(names: list[str], staging: Path) -> None:
    """Make the models ``names``, and the healthy ones that they are derived from, in an empty folder."""
    edits = [name for name in names if BUILDERS[name].base]
    exports = {name for name in names if not BUILDERS[name].base}
    exports |= {str(BUILDERS[name].base).split("/")[0] for name in edits}
    for name in BUILDERS:
        if name in exports:
            print(f"exporting {name}", file=sys.stderr)
            _run_child([name], staging)
    if edits:
        print(f"editing {len(edits)} copies", file=sys.stderr)
        _run_child(edits, staging)


def differences(names: list[str], made: Path, kept: Path) -> list[str]:
    """Files of the models ``names`` that are not byte for byte the same in two folders."""
    lines = []
    for name in names:
        files = {
            path.relative_to(root).as_posix()
            for root in (made, kept)
            for path in (root / name).rglob("*")
            if path.is_file()
        }
        for file in sorted(files):
            if not (kept / file).is_file():
                lines.append(f"missing   {file}")
            elif not (made / file).is_file():
                lines.append(f"left over {file}")
            elif not filecmp.cmp(made / file, kept / file, shallow=False):
                lines.append(f"differs   {file}")
    return lines


def main() -> int:
    """Make the models, or check that they are what this script makes."""
    parser = argparse.ArgumentParser(description="make the SavedModels in golden/models")
    parser.add_argument(
        "--only", action="append", choices=list(BUILDERS), metavar="NAME", help="this model; repeatable"
    )
    parser.add_argument("--check", action="store_true", help="make them in a scratch folder and compare")
    parser.add_argument("--list", action="store_true", help="print each model's name and description")
    parser.add_argument("--build", help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.list:
        for builder in BUILDERS.values():
            origin = f" [from {builder.base}]" if builder.base else ""
            print(f"{builder.name:<28} {builder.description}{origin}")
        return 0
    if options.build:
        build(options.build.split(","), options.into)
        return 0
    names = options.only or list(BUILDERS)
    with tempfile.TemporaryDirectory() as scratch:
        staging = Path(scratch)
        make(names, staging)
        if options.check:
            known = set(BUILDERS) if not options.only else set(names)
            extra = sorted(path.name for path in MODELS.iterdir() if path.name not in BUILDERS and not options.only)
            lines = differences(sorted(known) + extra, staging, MODELS)
            print("\n".join(lines) if lines else f"{len(names)} models, every file is the same")
            return 1 if lines else 0
        for name in names:
            shutil.rmtree(MODELS / name, ignore_errors=True)
            shutil.copytree(staging / name, MODELS / name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
