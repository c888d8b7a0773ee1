"""Makes bases.tar.xz and keras_bases.tar.xz: the healthy models that the suite damages beside those of golden/models.

    python tests/differential/make_bases.py [--only NAME]

Needs the pinned TensorFlow with tf_keras. Each model is exported by a process of its own and put in order as the golden
models are (golden/make_models.py); the first line of a builder's docstring says what the model has that others lack.
"""

# mypy: disable-error-code="misc,untyped-decorator"

from __future__ import annotations

import argparse
import importlib
import io
import itertools
import lzma
import os
import random
import subprocess
import sys
import tarfile
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ARCHIVE, KERAS_ARCHIVE = HERE / "bases.tar.xz", HERE / "keras_bases.tar.xz"
sys.path.insert(0, str(HERE.parent.parent / "golden"))

import make_models as golden  # noqa: E402

ramp = golden._ramp
BUILDERS: dict[str, tuple[Callable[[Any, Path], None], dict[str, str], Path]] = {}


def base(
    archive: Path = ARCHIVE, **environment: str
) -> Callable[[Callable[[Any, Path], None]], Callable[[Any, Path], None]]:
    def register(make: Callable[[Any, Path], None]) -> Callable[[Any, Path], None]:
        BUILDERS[make.__name__.replace("_", "-")] = (make, environment, archive)
        return make

    return register


# --- object graphs ----------------------------------------------------------------------------------------------------


@base(TF_USE_LEGACY_KERAS="1")
def adam_slots(tf: Any, out: Path) -> None:
    """A legacy optimizer with two slots a variable and hyperparameters, in a tf.Module."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable(ramp(3, 2), name="kernel")
            self.bias = tf.Variable(ramp(2), name="bias")
            self.optimizer = tf.keras.optimizers.legacy.Adam(0.01)

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")], autograph=False)
        def predict(self, x: Any) -> Any:
            return {"y": x @ self.kernel + self.bias}

    module = Module()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(module.predict(tf.ones([2, 3]))["y"])
    variables = [module.kernel, module.bias]
    module.optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
    tf.saved_model.save(module, str(out), signatures=module.predict)


@base()
def lstm(tf: Any, out: Path) -> None:
    """An LSTM: a While over TensorLists."""
    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input((4, 3)), layers.LSTM(2), layers.Dense(1)])
    model.set_weights([ramp(*weight.shape) for weight in model.get_weights()])
    archive = importlib.import_module("keras.src.export.saved_model_export_archive")
    listed = archive._list_variables_used_by_fns
    archive._list_variables_used_by_fns = lambda functions: tuple(
        sorted(found, key=lambda variable: variable.name) for found in listed(functions)
    )
    model.export(str(out), format="tf_saved_model", verbose=False)


@base()
def convolutions(tf: Any, out: Path) -> None:
    """Convolution, depthwise convolution, batch normalisation, pooling and resizing of images."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.filters = tf.Variable(ramp(3, 3, 2, 4), name="filters")
            self.depthwise = tf.Variable(ramp(3, 3, 4, 1), name="depthwise")
            self.scale = tf.Variable(ramp(4), name="scale")
            self.mean = tf.Variable(ramp(4), name="mean")

        @tf.function(input_signature=[tf.TensorSpec([None, 8, 8, 2], tf.float32, "images")], autograph=False)
        def classify(self, images: Any) -> Any:
            y = tf.nn.conv2d(images, self.filters, 1, "SAME")
            y = tf.nn.depthwise_conv2d(y, self.depthwise, [1, 1, 1, 1], "SAME")
            variance = tf.ones([4])
            y = tf.compat.v1.nn.fused_batch_norm(y, self.scale, self.mean, self.mean, variance, is_training=False)[0]
            y = tf.nn.relu(tf.nn.max_pool2d(y, 2, 2, "VALID"))
            y = tf.image.resize(y, [2, 2])
            return {"scores": tf.reduce_mean(y, [1, 2]), "best": tf.argmax(tf.reduce_mean(y, [1, 2]), axis=-1)}

    module = Module()
    tf.saved_model.save(module, str(out), signatures=module.classify)


@base()
def gradients(tf: Any, out: Path) -> None:
    """Custom gradients saved as functions, one of them called in a function that nothing calls."""

    @tf.custom_gradient
    def clipped(x: Any) -> Any:
        return tf.identity(x), lambda upstream: tf.clip_by_value(upstream * tf.tanh(x), -1.0, 1.0)

    @tf.custom_gradient
    def square(x: Any) -> Any:
        def grad(upstream: Any) -> Any:
            return upstream * 2.0 * x

        return tf.square(x), grad

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weights = tf.Variable(ramp(3, 3), name="weights")

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")], autograph=False)
        def forward(self, x: Any) -> Any:
            return {"y": clipped(square(x) @ self.weights)}

        @tf.function(input_signature=[tf.TensorSpec([3], tf.float32, "x")], autograph=False)
        def beside(self, x: Any) -> Any:
            return square(x) + self.weights[0]

    module = Module()
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=True)
    tf.saved_model.save(module, str(out), signatures=module.forward, options=options)


@base()
def mutable_tables(tf: Any, out: Path) -> None:
    """Tables: a mutable and a dense one with saveables in the checkpoint, a static one from constants."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.counts = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, default_value=-1)
            self.dense = tf.lookup.experimental.DenseHashTable(tf.int64, tf.float32, -1.0, -10, -20)
            initializer = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([1, 2], tf.int64))
            self.static = tf.lookup.StaticHashTable(initializer, default_value=7)
            self.counts.insert(["a", "b"], tf.constant([3, 4], tf.int64))
            self.dense.insert(tf.constant([3, 4], tf.int64), tf.constant([0.25, 0.75]))

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "words")], autograph=False)
        def look_up(self, words: Any) -> Any:
            counts = self.counts.lookup(words)
            return {"counts": counts, "weights": self.dense.lookup(counts), "static": self.static.lookup(words)}

    module = Module()
    tf.saved_model.save(module, str(out), signatures=module.look_up)


@base()
def asset_in_function(tf: Any, out: Path) -> None:
    """Two assets: one read by the signature itself, one by the table's initialiser; captured constants."""
    Path("banner.txt").write_text("hello\n", encoding="utf-8")
    Path("words.txt").write_text("a\nb\nc\n", encoding="utf-8")

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.banner = tf.saved_model.Asset("banner.txt")
            number, line = tf.lookup.TextFileIndex.LINE_NUMBER, tf.lookup.TextFileIndex.WHOLE_LINE
            initializer = tf.lookup.TextFileInitializer("words.txt", tf.string, line, tf.int64, number)
            self.table = tf.lookup.StaticVocabularyTable(initializer, 2)
            self.eager = tf.constant(ramp(3))

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "words")], autograph=False)
        def greet(self, words: Any) -> Any:
            return {"text": tf.strings.join([tf.io.read_file(self.banner), words])}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "words")], autograph=False)
        def ids(self, words: Any) -> Any:
            return {"ids": self.table.lookup(words), "weights": self.eager}

    module = Module()
    tf.saved_model.save(module, str(out), signatures={"greet": module.greet, "ids": module.ids})


@base()
def typed_specs(tf: Any, out: Path) -> None:
    """Functions over an ExtensionType, ragged, sparse and nested arguments, with defaults; not all are signatures."""

    fields = {"left": tf.Tensor, "right": tf.Tensor}  # annotations of a class would be strings here
    Pair = type("Pair", (tf.experimental.ExtensionType,), {"__annotations__": fields, "__name__": "differential.Pair"})

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.weight = tf.Variable(2.0, name="weight")

        @tf.function(autograph=False)
        def add(self, pair: Any) -> Any:
            return Pair(pair.left + pair.right, pair.right * self.weight)

        @tf.function(autograph=False)
        def nested(self, tree: Any, *, scale: float = 2.0, flag: bool = True) -> Any:
            return {"sum": tree["a"][0] + tree["a"][1], "scaled": tree["b"] * scale * self.weight}

        @tf.function(autograph=False)
        def rows(self, ragged: Any, sparse: Any = None) -> Any:
            return ragged.row_lengths()

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")], autograph=False)
        def serve(self, x: Any) -> Any:
            pair = self.add(Pair(x, x))
            return {"left": pair.left, "right": pair.right}

    module = Module()
    spec = tf.TensorSpec([None], tf.float32)
    module.add.get_concrete_function(Pair(tf.ones([2]), tf.ones([2])))
    module.nested.get_concrete_function({"a": (spec, spec), "b": tf.TensorSpec([], tf.float32)}, scale=3.0)
    module.rows.get_concrete_function(tf.RaggedTensorSpec([None, None], tf.int32))
    module.rows.get_concrete_function(tf.RaggedTensorSpec([None, None], tf.int32), tf.SparseTensorSpec([2, 2]))
    tf.saved_model.save(module, str(out), signatures=module.serve)


@base()
def more_dtypes(tf: Any, out: Path) -> None:
    """Variables of float64, int32, int64, uint8, uint32, complex128 and quantized constants; several signatures."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.wide = tf.Variable(tf.cast(ramp(2, 2), tf.float64), name="wide")
            self.steps = tf.Variable([1, 2, 3], name="steps", dtype=tf.int32)
            self.ids = tf.Variable([4, 5], name="ids", dtype=tf.int64, trainable=False)
            self.octets = tf.Variable(tf.constant([0, 255], tf.uint8), name="octets")
            self.counts = tf.Variable(tf.constant([7, 8], tf.uint32), name="counts")
            self.waves = tf.Variable(tf.constant([1 + 2j], tf.complex128), name="waves")
            self.scalar = tf.Variable(0.5, name="scalar")
            self.empty = tf.Variable(tf.zeros([0, 3]), name="empty")

        @tf.function(input_signature=[tf.TensorSpec([2, 2], tf.float64, "x")], autograph=False)
        def numbers(self, x: Any) -> Any:
            return {"product": x @ self.wide, "waves": self.waves * 2.0, "empty": tf.shape(self.empty)}

        @tf.function(input_signature=[tf.TensorSpec([], tf.int32, "index")], autograph=False)
        def integers(self, index: Any) -> Any:
            picked = tf.gather(self.steps, index) + tf.cast(self.octets, tf.int32)
            return {"picked": picked, "ids": self.ids, "counts": tf.cast(self.counts, tf.int64)}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.float32, "x")], autograph=False)
        def quantized(self, x: Any) -> Any:
            q, low, high = tf.quantization.quantize(x, -1.0, 1.0, tf.qint8)
            return {"x": tf.quantization.dequantize(q, low, high) * self.scalar}

    module = Module()
    signatures = {"numbers": module.numbers, "integers": module.integers, "quantized": module.quantized}
    tf.saved_model.save(module, str(out), signatures=signatures)


@base()
def calls_in_calls(tf: Any, out: Path) -> None:
    """Calls four deep, shared between two signatures; Case, map_fn and a loop in a branch of a loop."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = tf.Variable(ramp(4, 3), name="table")

        @tf.function(autograph=False)
        def inner(self, x: Any) -> Any:
            return tf.nn.softplus(x) + self.table[0]

        @tf.function(autograph=False)
        def middle(self, x: Any) -> Any:
            return self.inner(self.inner(x) * 0.5)

        @tf.function(autograph=False)
        def chosen(self, which: Any, x: Any) -> Any:
            return tf.switch_case(which, [lambda: self.middle(x), lambda: self.inner(x), lambda: -x])

        @tf.function(autograph=False)
        def loops(self, x: Any) -> Any:
            def inside(i: Any, y: Any) -> Any:
                return i + 1, tf.while_loop(lambda j, _: j < 2, lambda j, z: (j + 1, z * 0.5), [0, y])[1]

            return tf.while_loop(lambda i, _: i < 3, inside, [0, x])[1]

        @tf.function(
            input_signature=[tf.TensorSpec([], tf.int32, "which"), tf.TensorSpec([None, 3], tf.float32, "x")],
            autograph=False,
        )
        def choose(self, which: Any, x: Any) -> Any:
            return {"y": self.chosen(which, x), "rows": tf.map_fn(lambda row: row * 2.0, x)}

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")], autograph=False)
        def iterate(self, x: Any) -> Any:
            return {"y": self.loops(self.middle(x))}

    module = Module()
    tf.saved_model.save(module, str(out), signatures={"choose": module.choose, "iterate": module.iterate})


@base()
def strings(tf: Any, out: Path) -> None:
    """String ops, a regular expression, serialized examples, and TensorArrays."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.stop = tf.Variable(["the", "a long word that is stored out of line"], name="stop")

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "text")], autograph=False)
        def clean(self, text: Any) -> Any:
            text = tf.strings.regex_replace(tf.strings.lower(text), r"[^a-z ]", "")
            words = tf.strings.split(text).to_tensor("")
            return {"words": words, "hash": tf.strings.to_hash_bucket_fast(words, 100), "stop": self.stop}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "examples")], autograph=False)
        def parse(self, examples: Any) -> Any:
            features = {"x": tf.io.FixedLenFeature([2], tf.float32, [0.0, 1.0]), "w": tf.io.VarLenFeature(tf.string)}
            found = tf.io.parse_example(examples, features)
            return {"x": found["x"], "w": tf.sparse.to_dense(found["w"])}

    module = Module()
    tf.saved_model.save(module, str(out), signatures={"clean": module.clean, "parse": module.parse})


@base()
def compiled(tf: Any, out: Path) -> None:
    """A function for XLA, one that is not to be inlined, and aliases, with a variable that is not trained."""

    class Module(tf.Module):
        def __init__(self) -> None:
            super().__init__()
            self.state = tf.Variable(ramp(3), name="state", trainable=False)
            self.blocks = [tf.Variable(ramp(2) * i, name=f"block{i}") for i in range(3)]
            self.named = {"first": self.blocks[0], "last": self.blocks[2]}

        @tf.function(jit_compile=True, autograph=False)
        def fast(self, x: Any) -> Any:
            return tf.tanh(x) * self.state

        @tf.function(experimental_attributes={"_noinline": True}, autograph=False)
        def apart(self, x: Any) -> Any:
            return x - 1.0

        @tf.function(input_signature=[tf.TensorSpec([3], tf.float32, "x")], autograph=False)
        def run(self, x: Any) -> Any:
            total = tf.add_n([tf.reduce_sum(block) for block in self.blocks])
            return {"y": self.fast(self.apart(x)) + total}

        @tf.function(input_signature=[tf.TensorSpec([3], tf.float32, "delta")], autograph=False)
        def update(self, delta: Any) -> Any:
            with tf.control_dependencies([self.state.assign_add(delta)]):
                return {"state": self.state.read_value()}

    module = Module()
    options = tf.saved_model.SaveOptions(function_aliases={"fast": module.fast})
    tf.saved_model.save(module, str(out), signatures={"run": module.run, "update": module.update}, options=options)


# --- V1 ---------------------------------------------------------------------------------------------------------------


def save_v1(
    tf: Any, out: Path, session: Any, ends: dict[str, tuple[dict[str, Any], dict[str, Any]]], **more: Any
) -> None:
    """Writes the default graph, ``ends`` being inputs and outputs by signature."""
    builder = tf.compat.v1.saved_model.builder.SavedModelBuilder(str(out))
    signatures = {key: golden._v1_signature(tf, *both) for key, both in ends.items()}
    builder.add_meta_graph_and_variables(session, ["serve"], signature_def_map=signatures, **more)
    builder.save()


@base()
def v1_partitioned(tf: Any, out: Path) -> None:
    """Partitioned variables: entries with slices; variables of the kind VariableV2."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 6], name="x")
        parts = tf.compat.v1.fixed_size_partitioner(3)
        with v1.variable_scope("layer", partitioner=parts, use_resource=False):
            kernel = v1.get_variable("kernel", [6, 2], initializer=v1.constant_initializer(0.25))
        bias = v1.get_variable("bias", initializer=ramp(2), use_resource=False)
        y = tf.add(tf.matmul(x, tf.convert_to_tensor(kernel)), bias, name="y")
        session.run(v1.global_variables_initializer())
        save_v1(tf, out, session, {"serving_default": ({"x": x}, {"y": y})})


@base()
def v1_local_state(tf: Any, out: Path) -> None:
    """A main op that initialises a local variable and a table, and fills a queue that the signature looks at."""
    v1 = tf.compat.v1
    Path("labels.txt").write_text("cat\ndog\n", encoding="utf-8")
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None], name="x")
        weight = v1.get_variable("weight", initializer=2.0, use_resource=True)
        local = v1.get_variable(
            "local", initializer=3.0, collections=[v1.GraphKeys.LOCAL_VARIABLES], trainable=False, use_resource=True
        )
        queue = v1.FIFOQueue(8, [tf.float32], shapes=[[]], name="queue")
        fill = queue.enqueue_many([[1.0, 2.0]], name="fill")
        number, line = tf.lookup.TextFileIndex.LINE_NUMBER, tf.lookup.TextFileIndex.WHOLE_LINE
        initializer = tf.lookup.TextFileInitializer("labels.txt", tf.int64, number, tf.string, line)
        labels = tf.lookup.StaticHashTable(initializer, default_value="?")
        y = tf.add(x * weight, local, name="y")
        label = labels.lookup(tf.cast(x, tf.int64))
        size = tf.add(tf.cast(queue.size(), tf.float32), 0.0 * x, name="size")
        main_op = tf.group(v1.local_variables_initializer(), v1.tables_initializer(), fill, name="main_op")
        session.run([v1.global_variables_initializer(), main_op])
        ends = {
            "serving_default": ({"x": x}, {"y": y}),
            "label": ({"x": x}, {"label": label}),
            "size": ({"x": x}, {"size": size}),
        }
        assets = v1.get_collection(v1.GraphKeys.ASSET_FILEPATHS)
        save_v1(tf, out, session, ends, main_op=main_op, assets_collection=assets)


@base()
def v1_control_flow(tf: Any, out: Path) -> None:
    """Switch, Merge, Enter, Exit and NextIteration in the main graph, and TensorArrays."""
    v1 = tf.compat.v1
    v1.disable_control_flow_v2()
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 2], name="x")
        steps = v1.placeholder(tf.int32, [], name="steps")
        weight = v1.get_variable("weight", initializer=ramp(2, 2), use_resource=True)
        looped = tf.while_loop(lambda i, _: i < steps, lambda i, z: (i + 1, tf.matmul(z, weight)), [0, x])[1]
        y = v1.cond(steps > 1, lambda: looped * 2.0, lambda: looped - 1.0)
        y = tf.identity(y, name="y")
        session.run(v1.global_variables_initializer())
        save_v1(tf, out, session, {"serving_default": ({"x": x, "steps": steps}, {"y": y})})


@base()
def v1_functions(tf: Any, out: Path) -> None:
    """A V1 main graph that calls functions: a call, If and While as functions, and one that nothing calls."""
    v1 = tf.compat.v1
    v1.enable_control_flow_v2()
    with tf.Graph().as_default(), v1.Session() as session:

        @tf.function(autograph=False)
        def twice(x: Any) -> Any:
            return tf.nn.relu(x) * 2.0

        @tf.function(autograph=False)
        def never(x: Any) -> Any:
            return tf.sin(x)

        x = v1.placeholder(tf.float32, [None, 2], name="x")
        weight = v1.get_variable("weight", initializer=ramp(2, 2), use_resource=True)
        never.get_concrete_function(tf.TensorSpec([2], tf.float32)).add_to_graph()
        y = twice(tf.matmul(x, weight))
        y = tf.cond(tf.reduce_sum(y) > 1.0, lambda: twice(y), lambda: y * weight[0])
        y = tf.while_loop(lambda i, _: i < 2, lambda i, z: (i + 1, z + weight[1]), [0, y])[1]
        y = tf.identity(y, name="y")
        session.run(v1.global_variables_initializer())
        save_v1(tf, out, session, {"serving_default": ({"x": x}, {"y": y})})


@base()
def v1_sharded(tf: Any, out: Path) -> None:
    """A sharded saver, two MetaGraphs' worth of signatures in one, resource and reference variables together."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None, 3], name="x")
        words = v1.placeholder(tf.string, [None], name="words")
        first = v1.get_variable("first", initializer=ramp(3, 2), use_resource=True)
        second = v1.get_variable("second", initializer=ramp(2, 2), use_resource=False)
        steps = v1.get_variable(
            "global_step", initializer=tf.constant(12, tf.int64), trainable=False, use_resource=True
        )
        prefix = v1.get_variable("prefix", initializer="<", use_resource=True)
        y = tf.matmul(tf.matmul(x, first), second, name="y")
        marked = tf.strings.join([prefix, words], name="marked")
        saver = v1.train.Saver(sharded=True, allow_empty=True)
        session.run(v1.global_variables_initializer())
        ends = {
            "serving_default": ({"x": x}, {"y": y, "steps": tf.identity(steps)}),
            "mark": ({"words": words}, {"marked": marked}),
        }
        save_v1(tf, out, session, ends, saver=saver)


@base()
def v1_legacy_init(tf: Any, out: Path) -> None:
    """An init op in the collection legacy_init_op, and an iterator that it initialises."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [None], name="x")
        scale = v1.get_variable("scale", initializer=ramp(1), use_resource=True)
        initializer = tf.lookup.KeyValueTensorInitializer(["a", "b"], tf.constant([0.5, 1.5]))
        table = tf.lookup.StaticHashTable(initializer, default_value=0.0)
        dataset = v1.data.Dataset.from_tensors(tf.constant([4.0])).repeat()
        iterator = v1.data.make_initializable_iterator(dataset)
        y = tf.add(x * scale, iterator.get_next() + table.lookup(tf.constant("a")), name="y")
        init = tf.group(v1.tables_initializer(), iterator.initializer, name="legacy_init_op")
        session.run([v1.global_variables_initializer(), init])
        save_v1(tf, out, session, {"serving_default": ({"x": x}, {"y": y})}, legacy_init_op=init)


# --- Keras 2: models for the loaders of Keras -------------------------------------------------------------------------


def keras_base() -> Callable[[Callable[[Any, Path], None]], Callable[[Any, Path], None]]:
    return base(KERAS_ARCHIVE, TF_USE_LEGACY_KERAS="1")


def save_keras(model: Any, out: Path) -> None:
    """With weights that are the same on every machine."""
    model.set_weights([ramp(*weight.shape) if weight.dtype.kind == "f" else weight for weight in model.get_weights()])
    model.save(str(out), save_format="tf")


@keras_base()
def keras2_functional(tf: Any, out: Path) -> None:
    """Two inputs and outputs; an embedding, an LSTM, batch normalisation; compiled with Adam, losses and metrics."""
    keras = tf.keras
    layers = keras.layers
    numbers = keras.Input((4,), name="numbers")
    words = keras.Input((3,), name="words", dtype="int32")
    read = layers.LSTM(2, name="lstm")(layers.Embedding(5, 3, name="embedding")(words))
    scaled = layers.BatchNormalization(name="norm")(
        layers.Dense(2, "relu", kernel_regularizer="l2", name="dense")(numbers)
    )
    both = layers.Concatenate(name="both")([scaled, read])
    outputs = [layers.Dense(1, name="score")(both), layers.Softmax(name="kind")(layers.Dense(2, name="logits")(both))]
    model = keras.Model([numbers, words], outputs, name="functional")
    losses = {"score": "mse", "kind": keras.losses.CategoricalCrossentropy()}
    metrics = {"score": [keras.metrics.MeanAbsoluteError(name="mae")], "kind": ["accuracy"]}
    model.compile(keras.optimizers.Adam(0.01), losses, metrics)
    model.train_on_batch([tf.zeros([2, 4]), tf.zeros([2, 3], tf.int32)], [tf.zeros([2, 1]), tf.zeros([2, 2])])
    save_keras(model, out)


@keras_base()
def keras2_subclassed(tf: Any, out: Path) -> None:
    """A model class with layers of its author's, one registered, one without a config, and a Sequential inside."""
    keras = tf.keras
    layers = keras.layers

    class Scale(layers.Layer):
        def build(self, shape: Any) -> None:
            self.by = self.add_weight(name="by", shape=(shape[-1],), initializer="ones")

        def call(self, x: Any, training: bool = False) -> Any:
            return x * self.by * (2.0 if training else 1.0)

    @keras.utils.register_keras_serializable("differential")
    class Shift(layers.Layer):
        def call(self, x: Any) -> Any:
            return x + 1.0

    class Bare(layers.Layer):
        def __init__(self, units: int) -> None:
            super().__init__(name="bare")
            self.inner = layers.Dense(units, name="inner")

        def call(self, x: Any) -> Any:
            return self.inner(x)

    class Scorer(keras.Model):
        def __init__(self) -> None:
            super().__init__(name="scorer")
            self.scale, self.shift, self.bare = Scale(name="scale"), Shift(name="shift"), Bare(2)
            self.stack = keras.Sequential(
                [layers.Dense(3, name="first"), layers.Dropout(0.5, name="drop")], name="stack"
            )

        def call(self, x: Any, training: bool = False) -> Any:
            return self.bare(self.shift(self.scale(self.stack(x, training=training), training=training)))

    model = Scorer()
    model.compile("sgd", "mse")
    model.train_on_batch(tf.zeros([2, 4]), tf.zeros([2, 2]))
    save_keras(model, out)


@keras_base()
def keras2_text(tf: Any, out: Path) -> None:
    """Layers that are never revived: a vocabulary, normalisation, an op; a layer of the author's in a Functional model."""
    keras = tf.keras
    layers = keras.layers

    class Double(layers.Layer):
        def call(self, x: Any) -> Any:
            return x * 2.0

    text = keras.Input((1,), name="text", dtype="string")
    ages = keras.Input((2,), name="ages")
    known = layers.StringLookup(vocabulary=["red", "green"], output_mode="multi_hot", name="known")(text)
    normal = layers.Normalization(mean=[1.0, 2.0], variance=[1.0, 4.0], name="normal")(ages)
    y = layers.Concatenate(name="both")([known, Double(name="double")(tf.nn.relu(normal))])
    model = keras.Model({"text": text, "ages": ages}, layers.Dense(1, name="dense")(y), name="text_model")
    model.compile(keras.optimizers.legacy.SGD(0.125, momentum=0.5), "mse")
    batch = {"text": tf.constant([["red"], ["blue"]]), "ages": tf.zeros([2, 2])}
    model.train_on_batch(batch, tf.zeros([2, 1]))
    save_keras(model, out)


# --- making them ------------------------------------------------------------------------------------------------------


def build(name: str, into: Path) -> None:
    """Export one model; runs in a process of its own."""
    numbers = itertools.count(1)
    uuid.uuid4 = lambda: uuid.UUID(int=next(numbers))
    random.seed(golden.SEED)
    tf = importlib.import_module("tensorflow")
    if tf.__version__ != golden.PINNED:
        sys.exit(f"the bases are made with TensorFlow {golden.PINNED}, this is {tf.__version__}")
    tf.keras.utils.set_random_seed(golden.SEED)
    out = into / name
    out.mkdir(parents=True)
    BUILDERS[name][0](tf, out)
    golden.canonicalise(tf, out)


def packed(folder: Path, names: set[str]) -> bytes:
    """These models as a tar without times and owners."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.relative_to(folder).parts[0] in names:
                info = tarfile.TarInfo(path.relative_to(folder).as_posix())
                info.size = path.stat().st_size
                info.mode = 0o644
                tar.addfile(info, io.BytesIO(path.read_bytes()))
    return lzma.compress(stream.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def main() -> None:
    """Make them all, or some anew beside those that are there."""
    parser = argparse.ArgumentParser(description="make bases.tar.xz")
    parser.add_argument("--only", action="append", choices=list(BUILDERS), metavar="NAME")
    parser.add_argument("--build", help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.build:
        build(options.build, options.into)
        return
    failed = []
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for archive in (ARCHIVE, KERAS_ARCHIVE):
            if options.only and archive.exists():
                with tarfile.open(archive) as tar:
                    kept = [m for m in tar.getmembers() if m.name.split("/")[0] in set(BUILDERS) - set(options.only)]
                    tar.extractall(folder, kept, filter="data")
        for name in options.only or BUILDERS:
            command = [sys.executable, str(Path(__file__).resolve()), "--build", name, "--into", str(folder)]
            environment = os.environ | golden.CHILD_ENVIRONMENT | BUILDERS[name][1]
            with tempfile.TemporaryDirectory() as empty:
                done = subprocess.run(command, cwd=empty, env=environment, capture_output=True, text=True, check=False)
            if done.returncode:
                failed.append(name)
                print(f"{name}: exit {done.returncode}\n{done.stdout}{done.stderr}", file=sys.stderr)
            print(name, file=sys.stderr)
        for archive in (ARCHIVE, KERAS_ARCHIVE):
            names = {name for name, (_, _, where) in BUILDERS.items() if where == archive}
            archive.write_bytes(packed(folder, names))
        if failed:
            sys.exit(f"not made: {', '.join(failed)}")


if __name__ == "__main__":
    main()
