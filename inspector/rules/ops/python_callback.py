from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.model.graph import Form
from inspector.rules.rule import ADVICE_WARNING, Example, KindRule, with_ops
from inspector.topology.ops import OpSet

_OPS = ("PyFunc", "PyFuncStateless", "EagerPyFunc")


class PythonCallback(KindRule):
    """Node calls a Python function, which is not in the file.

    What it checks: nodes of the ops PyFunc, PyFuncStateless and EagerPyFunc, which tf.py_function and tf.numpy_function
    make, in the main graph and in all functions.

    Why it matters: such a node holds the key of a function that lives in the process which built the model. The model
    loads everywhere and fails at the first call: "Could not find callback with key=pyfunc_0 in the registry". The stock
    TensorFlow Serving does not even have the op.

    How to fix: write the function with TensorFlow ops (tf.where, tf.strings, tf.map_fn ...) and export again, or move it
    out of the model, into the code that prepares the inputs.
    """

    code = "OP006"
    name = "python-callback"
    otherwise = ADVICE_WARNING
    needs = with_ops(*_OPS)
    message = "op `{op}` calls the Python function `{token}`, which is not in the model"
    fix = "rewrite what tf.py_function or tf.numpy_function does with TensorFlow ops, and export the model again"
    good = (Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"),)
    bad = (
        Example(
            'x = Placeholder() {dtype: float32}\ny = PyFunc(x) {token: "pyfunc_0", Tin: [float32], Tout: [float32]}',
            expect=("y",),
        ),
        Example(
            "function f (a: float32) -> (r: float32 = y:output:0)\n"
            '  y = EagerPyFunc(a) {token: "pyfunc_1", is_async: false, Tin: [float32], Tout: [float32]}',
            expect=("y",),
        ),
    )

    def check_form(self, form: Form, ops: OpSet) -> Iterator[dict[str, Any]]:
        if form.op in _OPS:
            token = form.attrs.get("token")
            text = token.proto.s.decode("utf-8", "backslashreplace") if token is not None else ""
            yield {"op": form.op, "token": text}
