"""Folders built from texts: what is in them, and that TensorFlow loads them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from inspector.confirmation import tensorflow_of
from inspector.model.bundle import OBJECT_GRAPH_KEY
from inspector.model.saved_model import INDEX, PB, open_model
from inspector.rules.rule import Example
from tests.building import build

SHARD = "variables/variables.data-00000-of-00001"

V2 = """
meta_graph tags=[serve] tensorflow_version=2.21.0 producer=2474
saver filename=saver_filename:0 restore=StatefulPartitionedCall save=save:0
signature serving_default (x: float32[2] = x:0) -> (y: float32[2] = y:0)
x = Placeholder() {dtype: float32, shape: [2]}
y = Identity(x) {T: float32}
object 0 user_object _generic_user_object producer=1 min_consumer=1 children=[w: 1, deep: 2]
object 1 variable w float32[2] trainable=true
object 2 user_object _generic_user_object producer=1 min_consumer=1 children=[v: 3]
object 3 variable v int64[]
variable w/.ATTRIBUTES/VARIABLE_VALUE float32[2] <1.5, 2.5>
variable deep/v/.ATTRIBUTES/VARIABLE_VALUE int64[]
"""

V1 = """
signature serving_default (x: float32[2]) -> (y: float32[2])
x = Placeholder() {dtype: float32, shape: [2]}
half = Const() {dtype: float32, value: float32[] <0.5>}
y = Mul(x, half) {T: float32}
"""


def test_a_text_becomes_a_model(tmp_path: Path) -> None:
    model = open_model(build(V2, tmp_path))
    assert model.faults == []
    (meta,) = model.meta_graphs
    assert meta.tags == ("serve",)
    assert meta.graph.names == ["x", "y"]
    assert meta.signatures["serving_default"].inputs["x"] == ("x:0", 1, (2,), ())
    assert model.bundle is not None
    assert model.bundle.faults == ()
    assert model.bundle.verified == "all tensors"
    assert list(model.bundle.entries) == [
        OBJECT_GRAPH_KEY,
        "deep/v/.ATTRIBUTES/VARIABLE_VALUE",
        "w/.ATTRIBUTES/VARIABLE_VALUE",
    ]
    assert model.bundle.tensor_bytes("w/.ATTRIBUTES/VARIABLE_VALUE") == b"\0\0\xc0\x3f\0\0\x20\x40"
    assert meta.objects is not None
    variables = meta.objects.variables(model.bundle.object_graph())
    assert [(v.path, v.key) for v in variables] == [
        ("w", "w/.ATTRIBUTES/VARIABLE_VALUE"),
        ("deep.v", "deep/v/.ATTRIBUTES/VARIABLE_VALUE"),
    ]


def test_variables_lie_where_the_text_says(tmp_path: Path) -> None:
    text = """
    checkpoint shards=2 endianness=little producer=3 min_consumer=2 bad_consumers=[9]
    variable a float32[2] shard 1 [16, 24)
    variable b string[2] shard 1 [40, 60)
    variable c int8[3]
    variable d float32[2] shard 0 [100, 104)
    variable e bfloat16[2] <1.0>
    """
    bundle = open_model(build(text, tmp_path)).bundle
    assert bundle is not None
    assert [(f.kind, f.key) for f in bundle.faults] == [("entry-size", "d")]
    assert bundle.header == (2, "little", (3, 2, (9,)))
    places = {key: (entry.shard_id, entry.offset, entry.size) for key, entry in bundle.entries.items()}
    assert places == {"a": (1, 16, 8), "b": (1, 40, 20), "c": (0, 104, 3), "d": (0, 100, 4), "e": (0, 107, 4)}
    assert bundle.tensor_bytes("e") == b"\x80\x3f" * 2


@pytest.mark.parametrize("endianness", ["little", "big"])
def test_both_byte_orders_are_sound(endianness: str, tmp_path: Path) -> None:
    bundle = open_model(build(f'checkpoint endianness={endianness}\nvariable s string[2] <"a">', tmp_path)).bundle
    assert bundle is not None
    assert bundle.faults == ()
    assert bundle.read_string_tensor("s") == [b"a", b"a"]


def test_assets_and_files(tmp_path: Path) -> None:
    text = "asset vocab.txt = a:0\nasset ../outside.txt = b:0\nfile assets.extra/notes 7"
    folder = tmp_path / "model"
    model = open_model(build(Example(text, files={"fingerprint.pb": b"", "assets.extra": None}), folder))
    assert model.assets == {"vocab.txt": 10}
    assert model.extra_assets == {}
    assert model.side_files == ("fingerprint.pb",)
    assert model.fingerprint is not None
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_damage_comes_last(tmp_path: Path) -> None:
    raw = {"a": b"\0\1\2\3", "b": b"\0\1\2\3", "c": b"\0\1\2\3", "d": b"\0\1\2\3", "e": b""}
    edits = (("a", "cut 3"), ("b", "flip -1"), ("c", "write 1 ffff"), ("d", "append 04 05"), ("e", "remove"))
    build(Example(files=raw, damage=edits), tmp_path)
    assert {name: (tmp_path / name).read_bytes() for name in "abcd"} == {
        "a": b"\0",
        "b": b"\0\1\2\2",
        "c": b"\0\xff\xff\3",
        "d": b"\0\1\2\3\4\5",
    }
    assert not (tmp_path / "e").exists()
    with pytest.raises(ValueError, match="unknown edit"):
        build(Example(damage=((PB, "burn"),)), tmp_path)


def test_an_example_for_an_older_release_has_its_producer(tmp_path: Path) -> None:
    model = open_model(build(Example("x = NoOp()", target="2.12"), tmp_path))
    assert model.meta_graphs[0].versions.producer == 1395


def test_the_same_text_makes_the_same_bytes(tmp_path: Path) -> None:
    one, other = Path(build(V2, tmp_path / "one")), Path(build(V2, tmp_path / "other"))
    for name in (PB, INDEX, SHARD):
        assert (one / name).read_bytes() == (other / name).read_bytes()


LOAD = """
import json, os, sys
import tensorflow as tf
v1, v2 = sys.argv[1:]
with tf.compat.v1.Session(graph=tf.Graph()) as session:
    tf.compat.v1.saved_model.load(session, ["serve"], v1)
    y = session.run("y:0", {"x:0": [1.0, 3.0]}).tolist()
w = tf.saved_model.load(v2).w
reader = tf.train.load_checkpoint(os.path.join(v2, "variables", "variables"))
print(json.dumps([y, w.numpy().tolist(), sorted(reader.get_variable_to_shape_map())]))
"""


def test_tensorflow_loads_what_is_built(tmp_path: Path) -> None:
    if tensorflow_of() is None:
        pytest.skip("this interpreter has no TensorFlow")
    folders = [build(V1, tmp_path / "v1"), build(V2, tmp_path / "v2")]
    done = subprocess.run([sys.executable, "-c", LOAD, *folders], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == [
        [0.5, 1.5],
        [1.5, 2.5],
        [OBJECT_GRAPH_KEY, "deep/v/.ATTRIBUTES/VARIABLE_VALUE", "w/.ATTRIBUTES/VARIABLE_VALUE"],
    ]
