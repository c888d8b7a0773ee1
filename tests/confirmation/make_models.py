"""Makes the small models that the confirmation tests load: ``python make_models.py FOLDER``. Needs TensorFlow."""

# mypy: disable-error-code="misc,untyped-decorator"

from __future__ import annotations

import os
import shutil
import sys
from typing import Any


def make_many(tf: Any, folder: str) -> None:
    """A tf.Module with a signature for each way of feeding."""

    class Many(tf.Module):
        def __init__(self) -> None:
            self.weight = tf.Variable([[1.0], [2.0], [3.0]])

        @tf.function(input_signature=[tf.TensorSpec([None, 3], tf.float32, name="x")])
        def matmul(self, x: Any) -> Any:
            return {"y": x @ self.weight}

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string, name="examples")])
        def parse(self, examples: Any) -> Any:
            return tf.io.parse_example(examples, {"x": tf.io.FixedLenFeature([], tf.float32)})

        @tf.function(input_signature=[tf.RaggedTensorSpec([None, None], tf.float32)])
        def ragged(self, rows: Any) -> Any:
            return {"y": tf.reduce_sum(rows, axis=1) * self.weight[0, 0]}

        @tf.function(input_signature=[tf.SparseTensorSpec([None, 3], tf.float32)])
        def sparse(self, cells: Any) -> Any:
            return {"y": tf.sparse.to_dense(cells) @ self.weight}

        @tf.function(
            input_signature=[
                tf.TensorSpec([2], tf.bfloat16, name="brain"),
                tf.TensorSpec([], tf.half, name="half"),
                tf.TensorSpec([None], tf.complex64, name="complex"),
                tf.TensorSpec([1, 2], tf.bool, name="flag"),
                tf.TensorSpec([None], tf.uint8, name="byte"),
                tf.TensorSpec([None], tf.string, name="text"),
            ]
        )
        def types(self, brain: Any, half: Any, complex: Any, flag: Any, byte: Any, text: Any) -> Any:
            right = [
                tf.reduce_all(brain == tf.constant(0.5, tf.bfloat16)),
                half == tf.constant(0.5, tf.half),
                tf.reduce_all(complex == tf.constant(0.5, tf.complex64)),
                tf.reduce_all(flag == tf.constant(False)),
                tf.reduce_all(byte == tf.constant(0, tf.uint8)),
                tf.reduce_all(text == "a"),
            ]
            # a wrong one is looked up outside of its table: an error that the text tells
            checks = [tf.debugging.Assert(one, ["wrong input", index]) for index, one in enumerate(right)]
            with tf.control_dependencies(checks):
                return {"y": tf.identity(half)}

        @tf.function(input_signature=[tf.TensorSpec(None, tf.float32, name="x")])
        def vector(self, x: Any) -> Any:
            return {"y": x[0]}

    many = Many()
    names = ("matmul", "parse", "ragged", "sparse", "types", "vector")
    tf.saved_model.save(many, folder, signatures={name: getattr(many, name) for name in names})


def make_v1(tf: Any, folder: str, *, tags: tuple[str, ...] = ("serve",)) -> None:
    """A V1 model: one signature runs, one reads a table that nothing initialises, one waits for ever, one is big."""
    v1 = tf.compat.v1
    graph = tf.Graph()
    with graph.as_default(), v1.Session(graph=graph) as session:
        x = v1.placeholder(tf.float32, [None, 2], name="x")
        key = v1.placeholder(tf.string, [None], name="key")
        weight = v1.get_variable("w", initializer=[[1.0], [2.0]], use_resource=False)
        pairs = tf.lookup.KeyValueTensorInitializer(["a", "b"], [1, 2], tf.string, tf.int64)
        table = tf.lookup.StaticHashTable(pairs, 0)
        queue = v1.FIFOQueue(1, [tf.float32], [[1, 2]])
        big = tf.sqrt(tf.fill([1 << 14, 1 << 15], x[0, 0]))
        results = {
            "a_big": (x, tf.reduce_sum(big)),
            "b_hang": (x, x + queue.dequeue()),
            "c_lookup": (key, table.lookup(key)),
            "d_run": (x, x @ weight),
        }
        signatures = {
            name: v1.saved_model.predict_signature_def({"given": given}, {"out": result})
            for name, (given, result) in results.items()
        }
        session.run(v1.global_variables_initializer())
        builder = v1.saved_model.Builder(folder)
        builder.add_meta_graph_and_variables(session, list(tags), signature_def_map=signatures)
        builder.save()


def make_abort(source: str, folder: str) -> None:
    """A constant whose shape has more elements than an int64 counts: the C++ loader aborts."""
    from tensorflow.core.protobuf import saved_model_pb2

    shutil.copytree(source, folder)
    path = os.path.join(folder, "saved_model.pb")
    model = saved_model_pb2.SavedModel()
    with open(path, "rb") as stream:
        model.ParseFromString(stream.read())
    node = model.meta_graphs[0].graph_def.node.add(name="huge", op="Const")
    node.attr["dtype"].type = 1
    node.attr["value"].tensor.dtype = 1
    for _ in range(3):
        node.attr["value"].tensor.tensor_shape.dim.add(size=1 << 40)
    with open(path, "wb") as stream:
        stream.write(model.SerializeToString())


def main(folder: str) -> None:
    import tensorflow as tf

    make_many(tf, os.path.join(folder, "many"))
    make_v1(tf, os.path.join(folder, "v1"))
    shutil.copytree(os.path.join(folder, "v1"), os.path.join(folder, "no_index"))
    os.remove(os.path.join(folder, "no_index", "variables", "variables.index"))
    make_abort(os.path.join(folder, "v1"), os.path.join(folder, "abort"))


if __name__ == "__main__":
    main(sys.argv[1])
