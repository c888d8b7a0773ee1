"""Programs to export again and again: ``python tests/comparison/programs.py FOLDER SEED [shift]`` writes them all.

One process exports every program with one seed. ``shift`` traces other functions in between and goes backwards, so that
TensorFlow's counters stand elsewhere. Needs TensorFlow; nothing is put in order afterwards.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROGRAMS: dict[str, Callable[[Any, Path, int], None]] = {}


def program(make: Callable[[Any, Path, int], None]) -> Callable[[Any, Path, int], None]:
    PROGRAMS[make.__name__.replace("_", "-")] = make
    return make


def weights(seed: int, *shape: int) -> Any:
    """Random float32 numbers by the seed alone."""
    numpy = importlib.import_module("numpy")
    return numpy.random.default_rng(seed).normal(size=shape).astype("float32")


@program
def keras(tf: Any, out: Path, seed: int) -> None:
    tf.keras.utils.set_random_seed(seed)
    layers = tf.keras.layers
    model = tf.keras.Sequential(
        [tf.keras.Input((8, 8, 3), name="image"), layers.Conv2D(4, 3, activation="relu"), layers.BatchNormalization(),
         layers.Flatten(),
         layers.Dense(5, activation="gelu"), layers.Dense(2)]
    )  # fmt: skip
    model.set_weights([weights(seed + i, *weight.shape) for i, weight in enumerate(model.get_weights())])
    model.export(str(out), verbose=False)


@program
def keras_lstm(tf: Any, out: Path, seed: int) -> None:
    tf.keras.utils.set_random_seed(seed)
    layers = tf.keras.layers
    model = tf.keras.Sequential([tf.keras.Input((4, 3), name="steps"), layers.LSTM(2), layers.Dense(1)])
    model.set_weights([weights(seed + i, *weight.shape) for i, weight in enumerate(model.get_weights())])
    model.export(str(out), verbose=False)


@program
def module(tf: Any, out: Path, seed: int) -> None:
    class Module(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.kernel = tf.Variable(weights(seed, 4, 3), name="kernel")
            self.parts = {"bias": tf.Variable(weights(seed + 1, 3), name="bias"), "scale": tf.constant([1.0, 2.0, 4.0])}

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def layer(self, x: Any, training: bool = False) -> Any:
            y = tf.matmul(x, self.kernel) + self.parts["bias"]
            return tf.nn.relu(y) * self.parts["scale"] if training else y

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def predict(self, x: Any) -> Any:
            return {"scores": self.layer(x), "training": self.layer(x, training=True)}

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def halve(self, x: Any) -> Any:
            return {"half": x / 2.0}

    made = Module()
    signatures = {
        "serving_default": made.predict.get_concrete_function(tf.TensorSpec([None, 4], tf.float32, "x")),
        "halve": made.halve.get_concrete_function(tf.TensorSpec([None], tf.float64, "x")),
    }
    tf.saved_model.save(made, str(out), signatures=signatures)


@program
def control_flow(tf: Any, out: Path, seed: int) -> None:
    class Module(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.scale = tf.Variable(weights(seed, 3), name="scale")

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def power(self, x: Any, steps: Any) -> Any:
            def body(i: Any, y: Any) -> Any:
                return i + 1, tf.cond(tf.reduce_sum(y) > 0.0, lambda: y * self.scale, lambda: y - 1.0)

            shapes = [tf.TensorShape([]), tf.TensorShape([None, 3])]
            return tf.while_loop(lambda i, _: i < steps, body, [0, x], shape_invariants=shapes)[1]

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def __call__(self, x: Any, steps: Any) -> Any:
            deep = tf.cond(steps > 2, lambda: self.power(x, steps), lambda: tf.identity(x))
            branches = [lambda: deep, lambda: deep + 1.0, lambda: deep * 2.0]
            return {"y": self.power(tf.switch_case(steps, branches), steps)}

    made = Module()
    inputs = (tf.TensorSpec([None, 3], tf.float32, "x"), tf.TensorSpec([], tf.int32, "steps"))
    tf.saved_model.save(made, str(out), signatures=made.__call__.get_concrete_function(*inputs))


@program
def tables(tf: Any, out: Path, seed: int) -> None:
    scratch = Path(f"{out}-sources")
    scratch.mkdir()
    tables = []
    for name, words in (("first", "alpha\nbeta\ngamma\n"), ("second", "one\ntwo\n")):
        (scratch / f"{name}.txt").write_text(words, encoding="utf-8")
        line, number = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
        source = tf.lookup.TextFileInitializer(str(scratch / f"{name}.txt"), tf.string, line, tf.int64, number)
        tables.append(tf.lookup.StaticHashTable(source, default_value=-1))

    class Module(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.tables = tables
            self.counts = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, -1)
            self.rows = tf.Variable(weights(seed, 4, 2), name="rows")

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, "words")], autograph=False)  # type: ignore[untyped-decorator]
        def look_up(self, words: Any) -> Any:
            first, second = (table.lookup(words) for table in self.tables)
            return {"ids": first + second, "counts": self.counts.lookup(words), "rows": tf.gather(self.rows, first + 1)}

    made = Module()
    made.counts.insert(tf.constant(["alpha", "two"]), tf.constant([3, 4], tf.int64))
    tf.saved_model.save(made, str(out), signatures=made.look_up)


@program
def v1(tf: Any, out: Path, seed: int) -> None:
    v1 = tf.compat.v1
    scratch = Path(f"{out}-sources")
    scratch.mkdir()
    (scratch / "words.txt").write_text("red\ngreen\nblue\n", encoding="utf-8")
    with tf.Graph().as_default(), v1.Session() as session:
        words = v1.placeholder(tf.string, [None], name="words")
        line, number = tf.lookup.TextFileIndex.WHOLE_LINE, tf.lookup.TextFileIndex.LINE_NUMBER
        source = tf.lookup.TextFileInitializer(str(scratch / "words.txt"), tf.string, line, tf.int64, number)
        table = tf.lookup.StaticHashTable(source, default_value=3)
        rows = tf.gather(v1.get_variable("weights", initializer=weights(seed, 4, 2)), table.lookup(words))
        kernel = v1.get_variable("kernel", initializer=weights(seed + 1, 2, 2), use_resource=False)
        y = tf.nn.relu(tf.matmul(rows, kernel), name="y")
        main_op = v1.tables_initializer()
        session.run([v1.global_variables_initializer(), main_op])
        builder = v1.saved_model.builder.SavedModelBuilder(str(out))
        signature = v1.saved_model.predict_signature_def({"words": words}, {"y": y})
        assets = v1.get_collection(v1.GraphKeys.ASSET_FILEPATHS)
        builder.add_meta_graph_and_variables(
            session, ["serve"], {"serving_default": signature}, assets_collection=assets, main_op=main_op
        )
        builder.save()


@program
def sharded(tf: Any, out: Path, seed: int) -> None:
    """Variables in slices, and a saver that writes a shard for each device."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session(config=v1.ConfigProto(device_count={"CPU": 2})) as session:
        x = v1.placeholder(tf.float32, [None, 6], name="x")
        kernel = v1.get_variable(
            "kernel", [6, 4], initializer=lambda shape, dtype=None, partition_info=None:
            weights(seed + partition_info.var_offset[0], *map(int, shape)),
            partitioner=tf.compat.v1.fixed_size_partitioner(3),
        )  # fmt: skip
        with tf.device("/cpu:1"):
            bias = v1.get_variable("bias", initializer=weights(seed, 4))
        y = tf.add(tf.matmul(x, tf.convert_to_tensor(kernel)), bias, name="y")
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.builder.SavedModelBuilder(str(out))
        signature = v1.saved_model.predict_signature_def({"x": x}, {"y": y})
        builder.add_meta_graph_and_variables(
            session, ["serve"], {"serving_default": signature}, saver=v1.train.Saver(sharded=True), clear_devices=True
        )
        builder.save()


def shift_counters(tf: Any) -> None:
    """Trace what nobody saves."""

    @tf.function(autograph=False)  # type: ignore[untyped-decorator]
    def other(x: Any) -> Any:
        return tf.cond(tf.reduce_sum(x) > 0.0, lambda: x, lambda: -x)

    for size in range(1, 14):
        other(tf.ones([size]))


def main() -> None:
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    folder, seed, shift = Path(sys.argv[1]), int(sys.argv[2]), "shift" in sys.argv
    tf = importlib.import_module("tensorflow")
    folder.mkdir(parents=True, exist_ok=True)
    for name in sorted(PROGRAMS, reverse=shift):
        if shift:
            shift_counters(tf)
        PROGRAMS[name](tf, folder / name, seed)


if __name__ == "__main__":
    main()
