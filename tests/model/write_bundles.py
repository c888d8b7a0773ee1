"""Run in a child process: writes checkpoints with the installed TensorFlow, and what TensorFlow reads back from them.

python write_bundles.py FOLDER      prints one JSON object: {checkpoint: {key: [dtype, shape, sha256 or texts]}}
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from typing import Any

import numpy as np
import tensorflow as tf


def save(prefix: str, tensors: dict[str, Any], slices: dict[str, str] | None = None) -> None:
    names = list(tensors)
    specs = [(slices or {}).get(name, "") for name in names]
    tf.raw_ops.SaveV2(
        prefix=prefix,
        tensor_names=[name.partition("|")[0] for name in names],
        shape_and_slices=specs,
        tensors=[tensors[name] for name in names],
    )


def every_dtype() -> dict[str, Any]:
    tensors = {}
    for dtype in tf.dtypes.__dict__.values():
        if not isinstance(dtype, tf.DType) or dtype in (tf.string, tf.resource, tf.variant):
            continue
        raw = np.arange(24 * dtype.size, dtype=np.uint8)
        if dtype == tf.bool:
            raw %= 2
        if dtype.name.startswith(("int4", "uint4", "int2", "uint2", "float4")):
            raw %= 2
        try:
            array = np.frombuffer(raw.tobytes(), dtype.as_numpy_dtype).reshape(2, 3, 4)
            tensors[f"kinds/{dtype.name}"] = tf.constant(array, dtype)
        except (TypeError, ValueError):
            continue  # this TensorFlow makes no tensors of it
    return tensors


def write(folder: str) -> None:
    path = os.path.join
    strings = {
        "strings/scalar": tf.constant(b"one"),
        "strings/none": tf.zeros([0], tf.string),
        "strings/empty": tf.constant([b"", b""]),
        "strings/many": tf.constant([b"x" * (number % 300) for number in range(20_000)]),
        "strings/long": tf.constant([[b"y" * 2_500_000, b"z"]]),
        "strings/\u00e9": tf.constant("\u00e9"),
    }
    numbers = {
        "big": tf.reshape(tf.range(900_000, dtype=tf.int64), [3, 300_000]),
        "none": tf.zeros([3, 0, 2]),
        "scalar": tf.constant(7.5),
    }
    for name, tensor in every_dtype().items():
        try:
            save(path(folder, "try"), {name: tensor})
            numbers[name] = tensor
        except (tf.errors.OpError, TypeError):
            pass
    save(path(folder, "kinds"), {**numbers, **strings})
    several = [path(folder, f"part{number}") for number in range(3)]
    for number, prefix in enumerate(several):
        save(prefix, {f"w{number}": tf.fill([number + 1, 2], float(number)), f"s{number}": tf.constant([str(number)])})
    tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=several, destination_prefix=path(folder, "several"))
    rows = tf.reshape(tf.range(12.0), [4, 3])
    halves = {"part": "4 3 0,1:-", "part|2": "4 3 1,3:-"}
    save(path(folder, "sliced"), {"part": rows[:1], "part|2": rows[1:], "whole": rows}, halves)
    wide = tf.range(400, dtype=tf.int64)
    both = [path(folder, "left"), path(folder, "right")]
    save(both[0], {"a\u00e9": wide[:300]}, {"a\u00e9": "400 0,300"})
    save(both[1], {"a\u00e9": wide[300:]}, {"a\u00e9": "400 300,100"})
    tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=both, destination_prefix=path(folder, "sliced_shards"))
    objects = tf.Module()
    objects.first = tf.Variable([1.0, 2.0])
    objects.second = [tf.Variable("text"), tf.Variable(3)]
    tf.train.Checkpoint(root=objects).write(path(folder, "objects"))


def read(prefix: str) -> dict[str, Any]:
    reader = tf.train.load_checkpoint(prefix)
    dtypes = reader.get_variable_to_dtype_map()
    found = {}
    for key, shape in sorted(reader.get_variable_to_shape_map().items()):
        value = reader.get_tensor(key)
        if dtypes[key] == tf.string:
            content: Any = hashlib.sha256(b"\0".join(np.asarray(value, object).reshape(-1).tolist())).hexdigest()
        else:
            content = hashlib.sha256(np.ascontiguousarray(value).tobytes()).hexdigest()
        found[key] = [dtypes[key].as_datatype_enum, shape, content]
    return found


def main() -> None:
    folder = sys.argv[1]
    write(folder)
    names = sorted(name[: -len(".index")] for name in os.listdir(folder) if name.endswith(".index"))
    print(json.dumps({name: read(os.path.join(folder, name)) for name in names}))


if __name__ == "__main__":
    main()
