"""Programs of tf.Module and tf.function."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.comparison.programs.registry import program, weights


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
def custom_gradients(tf: Any, out: Path, seed: int) -> None:
    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def clipped(x: Any) -> Any:
        return tf.identity(x) * 2.0, lambda dy: tf.clip_by_value(dy, -1.0, 1.0)

    class Module(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.scale = tf.Variable(weights(seed, 3), name="scale")

        @tf.function(input_signature=[tf.TensorSpec([None, 3])], autograph=False)  # type: ignore[untyped-decorator]
        def value(self, x: Any) -> Any:
            return {"y": clipped(x * self.scale)}

        @tf.function(input_signature=[tf.TensorSpec([None, 3])], autograph=False)  # type: ignore[untyped-decorator]
        def slope(self, x: Any) -> Any:
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = tf.reduce_sum(self.value(x)["y"])
            return {"slope": tape.gradient(y, x)}

    made = Module()
    options = tf.saved_model.SaveOptions(experimental_custom_gradients=True)
    tf.saved_model.save(made, str(out), signatures={"value": made.value, "slope": made.slope}, options=options)


@program
def polymorphic(tf: Any, out: Path, seed: int) -> None:
    """Several concrete functions, structured arguments, ragged and sparse ones, a function for each member of a list."""

    class Layer(tf.Module):  # type: ignore[misc]
        def __init__(self, place: int) -> None:
            super().__init__()
            self.kernel = tf.Variable(weights(seed + place, 3, 3), name="kernel")

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def __call__(self, x: Any) -> Any:
            return tf.nn.relu(x @ self.kernel)

    class Module(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.layers = [Layer(place) for place in range(11)]
            self.named = {"a": Layer(20), "b": Layer(30)}

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def moded(self, x: Any, mode: str = "up", *, scale: float = 1.0) -> Any:
            for layer in self.layers:
                x = layer(x)
            return (x * scale, {"more": x + 1.0 if mode == "up" else x - 1.0})

        @tf.function(autograph=False)  # type: ignore[untyped-decorator]
        def pair(self, both: Any, extra: Any = None) -> Any:
            y = self.named["b"](both["x"]) + self.named["a"](both["y"])
            return y if extra is None else y + extra[0]

        @tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.int64)], autograph=False)  # type: ignore[untyped-decorator]
        def ragged(self, rows: Any) -> Any:
            return tf.reduce_sum(rows, axis=1)

        @tf.function(input_signature=[tf.SparseTensorSpec([None, 4], tf.float32)], autograph=False)  # type: ignore[untyped-decorator]
        def sparse(self, cells: Any) -> Any:
            return tf.sparse.to_dense(cells)

    made = Module()
    row = tf.TensorSpec([None, 3])
    for mode in ("up", "down"):
        made.moded.get_concrete_function(row, mode)
    made.moded.get_concrete_function(tf.TensorSpec([2, 3]), "up", scale=2.0)
    made.pair.get_concrete_function({"x": row, "y": row})
    made.pair.get_concrete_function({"x": row, "y": row}, [row])
    tf.saved_model.save(made, str(out))


@program
def autographed(tf: Any, out: Path, seed: int) -> None:
    """Loops, breaks and TensorArrays, a dataset within a function, mapped functions, a compiled one."""

    class Module(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.a, self.b = tf.Variable(weights(seed, 3)), tf.Variable(weights(seed + 1, 3))

        def loops(self, x: Any, n: Any) -> Any:
            y = x
            steps = tf.TensorArray(tf.float32, n)
            for i in tf.range(n):
                if tf.reduce_sum(y) > 10.0:
                    break
                if i % 2 == 0:
                    y = y * self.a
                else:
                    j = i
                    while j > 0:
                        y, j = y + self.b, j - 1
                steps = steps.write(i, y)
            return {"steps": steps.stack()}

        def mapped(self, x: Any) -> Any:
            rows = tf.data.Dataset.from_tensor_slices(x).map(lambda row: row * 2.0).filter(lambda row: row[0] > 0.0)
            total = rows.batch(2).reduce(tf.zeros([3]), lambda total, batch: total + tf.reduce_sum(batch, 0))
            return {
                "y": tf.map_fn(lambda row: row * self.a, x) + tf.scan(lambda total, row: total + row, x),
                "total": total,
            }

    made = Module()
    row = tf.TensorSpec([None, 3], tf.float32, "x")
    made.f = tf.function(made.loops, input_signature=[row, tf.TensorSpec([], tf.int32, "n")])
    made.g = tf.function(made.mapped, input_signature=[row])
    made.h = tf.function(lambda x: {"y": tf.nn.softmax(x * made.a)}, input_signature=[row], jit_compile=True)
    tf.saved_model.save(made, str(out), signatures={"loops": made.f, "mapped": made.g, "compiled": made.h})


@program
def training(tf: Any, out: Path, seed: int) -> None:
    """A step of training, random numbers, and a model that was loaded and saved again."""

    class Module(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.parts = [tf.Variable(weights(seed + place, 3)) for place in range(12)]
            self.slots = [tf.Variable(tf.zeros([3])) for _ in self.parts]
            self.numbers = tf.random.Generator.from_seed(7)
            self.step = tf.Variable(0, dtype=tf.int64)

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")], autograph=False)  # type: ignore[untyped-decorator]
        def train(self, x: Any) -> Any:
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(self.infer(x)["y"] + self.numbers.normal([3])))
            for part, slot, slope in zip(self.parts, self.slots, tape.gradient(loss, self.parts), strict=True):
                slot.assign(0.9 * slot + slope)
                part.assign_sub(0.1 * slot)
            self.step.assign_add(1)
            return {"loss": loss}

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, "x")], autograph=False)  # type: ignore[untyped-decorator]
        def infer(self, x: Any) -> Any:
            for part in self.parts:
                x = x * part
            return {"y": x}

    made = Module()
    first = f"{out}-first"
    tf.saved_model.save(made, first, signatures={"train": made.train, "infer": made.infer})
    loaded = tf.saved_model.load(first)
    tf.saved_model.save(loaded, str(out), signatures=loaded.signatures)
