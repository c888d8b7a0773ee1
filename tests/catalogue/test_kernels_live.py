"""Whether TensorFlow finds a kernel for a call just where the catalogue says so."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib.util import find_spec

import pytest

from inspector import catalogue
from inspector.catalogue import OpDef, Release
from inspector.catalogue.kerneldef import serving
from inspector.errors import UnknownRelease

DTYPES = (1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 14, 17, 18, 19, 22, 23)
# Calls every op with one zero of each type; the answer is a list of [op, type, whether TensorFlow found a kernel].
CALLS = """
import json, os, sys
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import tensorflow as tf
found = []
for op, argument, number in json.load(sys.stdin):
    if not hasattr(tf.raw_ops, op):
        continue
    dtype = tf.dtypes.as_dtype(number)
    value = tf.constant("", dtype) if dtype == tf.string else tf.zeros([], dtype)
    try:
        getattr(tf.raw_ops, op)(**{argument: value})
        found.append([op, number, True])
    except tf.errors.NotFoundError as error:
        found.append([op, number, False])
    except tf.errors.OpError:
        found.append([op, number, True])  # a kernel was there to complain
    except TypeError:
        pass  # the Python wrapper of this op takes other arguments
print(json.dumps(found))
"""


def callable_ops(release: Release) -> list[OpDef]:
    """Stateless ops with one tensor as their input, and nothing else that a call must give."""
    ops = [op for name in release.op_names() if name[0] != "_" and (op := release.op(name)) is not None]
    return [
        op
        for op in ops
        if len(op.inputs) == 1
        and op.inputs[0].type_attr
        and not (op.is_stateful or op.deprecation or op.inputs[0].number_attr or op.inputs[0].is_ref)
        and all(attr.default is not None or attr.name == op.inputs[0].type_attr for attr in op.attrs)
    ]


def defaults(op: OpDef) -> dict[str, int]:
    """The attrs of type ``type`` and ``bool`` that have a default: AttrValue.type is field 6, AttrValue.b field 5."""
    return {
        attr.name: attr.default[1]
        for attr in op.attrs
        if attr.type in ("type", "bool") and attr.default is not None and len(attr.default) == 2
    }


@pytest.mark.skipif(find_spec("tensorflow") is None, reason="TensorFlow is not installed")
def test_tensorflow_finds_the_kernels_that_the_catalogue_tells() -> None:
    from importlib.metadata import version

    try:
        release = catalogue.release(version("tensorflow-cpu"))
    except (UnknownRelease, ModuleNotFoundError):
        pytest.skip("the catalogue does not hold this TensorFlow")
    expected = {}
    calls = []
    for op in callable_ops(release):
        argument = op.inputs[0]
        allowed = next(attr.allowed for attr in op.attrs if attr.name == argument.type_attr)
        for dtype in DTYPES:
            if allowed is None or dtype in allowed:
                attrs = {**defaults(op), argument.type_attr: dtype}
                expected[op.name, dtype] = bool(serving(release.kernels(op.name), "CPU", attrs))
                calls.append([op.name, argument.name, dtype])
    child = subprocess.run(
        [sys.executable, "-c", CALLS], input=json.dumps(calls), capture_output=True, text=True, timeout=300, check=False
    )
    assert child.returncode == 0, child.stderr[-2000:]
    answered = {(op, dtype): found for op, dtype, found in json.loads(child.stdout.splitlines()[-1])}
    assert {call for call, found in answered.items() if expected[call] != found} == set()
    assert len(answered) > 500
    assert sum(not found for found in answered.values()) > 50
