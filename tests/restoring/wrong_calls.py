"""Calls of restored functions and signatures that no concrete function accepts.

    PYTHON tests/restoring/wrong_calls.py > tests/restoring/said/calls-2.12.1.txt

PYTHON is any interpreter (3.8 or later) with TensorFlow 2: what it raises is written down, with a heading for each call.
The tests make the same calls with the pinned TensorFlow.
"""

import os
import sys
import tempfile
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
SIGNATURES = os.path.join(HERE, "..", "..", "golden", "models", "module-signatures")
HEADING = "### "


def polymorphic(tf, folder):
    """A model with a function that was traced twice, and one that takes a dict."""

    class Module(tf.Module):
        @tf.function
        def scale(self, x, training=False, mask=None):
            return x * 2

        @tf.function
        def __call__(self, inputs):
            return inputs["a"] + inputs["b"]

    module = Module()
    module.scale(tf.zeros([1, 4]))
    module.scale(tf.zeros([2, 2], tf.int32), training=True)
    module({"a": tf.zeros([2]), "b": tf.zeros([2])})
    tf.saved_model.save(module, folder)


def calls(tf, many, loaded):
    """(heading, what is called) on the polymorphic model and on golden/models/module-signatures."""
    default, add = loaded.signatures["serving_default"], loaded.signatures["add"]
    row = tf.zeros([1, 4])
    return [
        ("many dtype", lambda: many.scale(tf.cast(row, tf.float64))),
        ("many rank", lambda: many.scale(tf.zeros([4]), True)),
        ("many flag", lambda: many.scale(row, training=True)),
        ("many unexpected", lambda: many.scale(row, foo=True)),
        ("many missing", lambda: many.scale()),
        ("many number", lambda: many.scale(3.5)),
        ("many dict", lambda: many({"a": tf.zeros([2])})),
        ("many list", lambda: many([tf.zeros([2]), tf.zeros([2])])),
        ("outside dtype", lambda: loaded.outside(tf.zeros([3], tf.float64))),
        ("outside rank", lambda: loaded.outside(tf.zeros([3, 3]))),
        ("outside unexpected", lambda: loaded.outside(tf.zeros([3]), training=True)),
        ("outside missing", lambda: loaded.outside()),
        ("default dtype", lambda: default(x=tf.cast(row, tf.float64))),
        ("default missing", lambda: default()),
        ("default unexpected", lambda: default(x=row, y=row)),
        ("default name", lambda: default(z=row)),
        ("default positional", lambda: default(row, row)),
        ("default string", lambda: default(x="a")),
        ("add dtype", lambda: add(a=tf.zeros([]), b=tf.zeros([2]))),
        ("add missing", lambda: add(a=tf.zeros([], tf.int64))),
        ("no signature", lambda: loaded.signatures["nope"]),
        ("not callable", lambda: loaded(row)),
        ("no attribute", lambda: loaded.predict_on_batch(row)),
    ]


def main():
    import tensorflow as tf

    with tempfile.TemporaryDirectory() as scratch:
        polymorphic(tf, scratch)
        many = tf.saved_model.load(scratch)
        for heading, call in calls(tf, many, tf.saved_model.load(SIGNATURES)):
            print(HEADING + heading)
            try:
                call()
            except Exception:
                text = traceback.format_exc()
                for folder, name in ((os.path.dirname(os.path.dirname(tf.__file__)), "/site-packages"), (HERE, ""),
                                     (os.path.dirname(os.__file__), "")):  # fmt: skip
                    text = text.replace(folder, "/usr/lib/python3" + name if folder != HERE else "/home/me")
                print(text)
            else:
                print("accepted")


if __name__ == "__main__":
    sys.exit(main())
