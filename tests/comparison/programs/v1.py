"""Programs of graphs and sessions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.comparison.programs.registry import program, weights


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


@program
def v1_loops(tf: Any, out: Path, seed: int) -> None:
    """Loops and branches of V1's control flow, within each other, and a TensorArray."""
    v1 = tf.compat.v1
    v1.disable_control_flow_v2()
    with tf.Graph().as_default(), v1.Session() as session:
        x, n = v1.placeholder(tf.float32, [None, 3], name="x"), v1.placeholder(tf.int32, [], name="n")
        kernel = v1.get_variable("kernel", initializer=weights(seed, 3, 3))
        bias = v1.get_variable("bias", initializer=weights(seed + 1, 3))

        def body(i: Any, y: Any) -> Any:
            return i + 1, v1.cond(tf.reduce_sum(y) > 0, lambda: tf.matmul(y, kernel), lambda: y + bias)

        shapes = [tf.TensorShape([]), tf.TensorShape([None, 3])]
        y = v1.while_loop(lambda i, _: i < n, body, [0, x], shape_invariants=shapes)[1]
        rows = tf.TensorArray(tf.float32, size=n)
        rows = v1.while_loop(lambda i, _: i < n, lambda i, rows: (i + 1, rows.write(i, y * bias)), [0, rows])[1]
        session.run(v1.global_variables_initializer())
        v1.saved_model.simple_save(session, str(out), {"x": x, "n": n}, {"y": y, "rows": rows.stack()})
    v1.enable_control_flow_v2()


@program
def v1_trained(tf: Any, out: Path, seed: int) -> None:
    """A graph with its training in it, and a signature that parses examples."""
    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        examples = v1.placeholder(tf.string, [None], name="tf_example")
        features = {"x": tf.io.FixedLenFeature([3], tf.float32), "words": tf.io.VarLenFeature(tf.string)}
        parsed = v1.parse_example(examples, features)
        kernel = v1.get_variable("kernel", initializer=weights(seed, 3, 2))
        y = tf.matmul(parsed["x"], kernel)
        loss = tf.reduce_mean(tf.square(y))
        step = v1.train.AdamOptimizer().minimize(loss, global_step=v1.train.get_or_create_global_step())
        v1.summary.scalar("loss", loss)
        session.run(v1.global_variables_initializer())
        session.run(step, {parsed["x"]: weights(seed, 4, 3)})
        builder = v1.saved_model.builder.SavedModelBuilder(str(out))
        signatures = {
            "serving_default": v1.saved_model.classification_signature_def(examples, None, y),
            "predict": v1.saved_model.predict_signature_def({"examples": examples}, {"y": y}),
        }
        builder.add_meta_graph_and_variables(session, ["serve"], signatures, strip_default_attrs=True)
        builder.save()
