"""Makes models whose load or call would touch the host: ``python make_models.py FOLDER MARKERS``. Needs TensorFlow.

Each only writes or reads a harmless marker file below MARKERS.
"""

# mypy: disable-error-code="misc,untyped-decorator"

from __future__ import annotations

import os
import sys
from typing import Any


def make_write_in_signature(tf: Any, folder: str, markers: str) -> None:
    """WriteFile in one of two signatures."""

    class Writer(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name="x")])
        def writes(self, x: Any) -> Any:
            tf.io.write_file(f"{markers}/write_in_signature", "written")
            return {"y": x + 1.0}

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name="x")])
        def harmless(self, x: Any) -> Any:
            tf.print("only printing", output_stream=sys.stderr)
            tf.debugging.assert_greater(x, 0.0)
            return {"y": x * 2.0}

    module = Writer()
    tf.saved_model.save(module, folder, signatures={"writes": module.writes, "harmless": module.harmless})


def make_write_in_initializer(tf: Any, folder: str, markers: str) -> None:
    """WriteFile in the _initialize of a resource: it runs at load."""
    from tensorflow.python.trackable.resource import TrackableResource

    class Bad(TrackableResource):
        def _create_resource(self) -> Any:
            return tf.raw_ops.HashTableV2(key_dtype=tf.string, value_dtype=tf.int64, shared_name="bad")

        def _initialize(self) -> None:
            tf.io.write_file(f"{markers}/write_in_initializer", "written")

    class Holder(tf.Module):
        def __init__(self) -> None:
            self.resource = Bad()
            self.weight = tf.Variable(1.0)

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name="x")])
        def serve(self, x: Any) -> Any:
            size = tf.raw_ops.LookupTableSizeV2(table_handle=self.resource.resource_handle)
            return {"y": x * self.weight + tf.cast(size, tf.float32)}

    module = Holder()
    tf.saved_model.save(module, folder, signatures={"serving_default": module.serve})


def make_nested_graph(tf: Any, folder: str, markers: str) -> None:
    """A GraphDef inside a tensor, run by DatasetFromGraph."""

    class Nested(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.string, name="graph")])
        def serve(self, graph: Any) -> Any:
            variant = tf.raw_ops.DatasetFromGraph(graph_def=graph)
            return {"n": tf.raw_ops.DatasetCardinality(input_dataset=variant)}

    module = Nested()
    tf.saved_model.save(module, folder, signatures={"serving_default": module.serve})


def make_print_to_file(tf: Any, folder: str, markers: str) -> None:
    """PrintV2 with a file:// stream."""

    class Printer(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name="x")])
        def serve(self, x: Any) -> Any:
            tf.print("x", x, output_stream=f"file://{markers}/print_to_file")
            return {"y": x}

    module = Printer()
    tf.saved_model.save(module, folder, signatures={"serving_default": module.serve})


def make_v1_main_op(tf: Any, folder: str, markers: str) -> None:
    """A V1 model whose main_op writes: it runs at load in every loader."""
    v1 = tf.compat.v1
    with v1.Graph().as_default(), v1.Session() as session:
        x = v1.placeholder(tf.float32, [], name="x")
        y = tf.identity(x + 1.0, name="y")
        write = tf.io.write_file(f"{markers}/v1_main_op", "written")
        builder = v1.saved_model.Builder(folder)
        signature = v1.saved_model.predict_signature_def({"x": x}, {"y": y})
        builder.add_meta_graph_and_variables(session, ["serve"], {"serving_default": signature}, main_op=write)
        builder.save()


def make_write_in_attribute(tf: Any, folder: str, markers: str) -> None:
    """WriteFile in a function that is no signature: TFSMLayer can call it."""

    class Writer(tf.Module):
        @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name="x")])
        def writes(self, x: Any) -> Any:
            tf.io.write_file(f"{markers}/write_in_attribute", "written")
            return x + 1.0

        @tf.function(input_signature=[tf.TensorSpec([], tf.float32, name="x")])
        def harmless(self, x: Any) -> Any:
            return {"y": x * 2.0}

    module = Writer()
    tf.saved_model.save(module, folder, signatures=module.harmless)


def make_lambda_bytecode(tf: Any, folder: str, markers: str) -> None:
    """A Lambda layer whose bytecode writes: the load_model of Keras 2 runs it as it puts the model together."""
    import tf_keras

    write = f"(__import__('pathlib').Path({markers!r}, 'lambda_bytecode').touch(), x)[1]"
    layer = tf_keras.layers.Lambda(eval(f"lambda x: {write}"))
    model = tf_keras.Sequential([tf_keras.Input((2,)), layer])
    model.save(folder, save_format="tf")


MAKERS = {
    "write_in_signature": make_write_in_signature,
    "write_in_initializer": make_write_in_initializer,
    "nested_graph": make_nested_graph,
    "print_to_file": make_print_to_file,
    "v1_main_op": make_v1_main_op,
    "write_in_attribute": make_write_in_attribute,
    "lambda_bytecode": make_lambda_bytecode,
}


def main(folder: str, markers: str) -> None:
    import tensorflow as tf

    for name, make in MAKERS.items():
        make(tf, os.path.join(folder, name), markers)


if __name__ == "__main__":
    main(*sys.argv[1:])
