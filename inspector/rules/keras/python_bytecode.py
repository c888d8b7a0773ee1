from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import UNSAFE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection

_LAMBDA = (
    'object 0 user_object _tf_keras_layer producer=1 min_consumer=1 metadata="{\\"class_name\\": \\"Lambda\\", '
    '\\"name\\": \\"l\\", \\"config\\": {\\"function\\": %s, \\"function_type\\": \\"%s\\"}}"\n'
)
_CODE = '{\\"class_name\\": \\"__tuple__\\", \\"items\\": [\\"4wAA\\", null, null]}'


class PythonBytecode(Rule):
    """A Lambda layer holds Python bytecode, which the load_model of Keras 2 runs.

    What it checks: configs with function_type "lambda", in keras_metadata.pb or in the object graph.

    Why it matters: the bytecode is made a function and called as the model is put together, with all rights of the process:
    the load_model of Keras 2 has no safe mode for SavedModels. It is also bytecode of one version of Python: another one
    says "bad marshal data" or crashes. TensorFlow's own loaders, TensorFlow Serving and TFSMLayer do not touch it.

    How to fix: load it with Keras only if you trust its author; else use ``tf.saved_model.load`` or ``TFSMLayer``. If it is
    your model, write a layer class instead of the lambda, or a Lambda over a named function.
    """

    code = "KR017"
    name = "python-bytecode"
    otherwise = UNSAFE_WARNING
    needs = ("keras",)
    message = "a {class_name} layer holds Python bytecode, which load_model of Keras 2 runs"
    fix = "load it with Keras only if you trust its author and with the Python that saved it; else tf.saved_model.load"
    good = (Example(_LAMBDA % ('\\"scale\\"', "function")),)
    bad = (Example(_LAMBDA % (_CODE, "lambda"), expect=("root",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        file = it.keras.metadata.file or it.model.format
        for revival in it.keras.plan.revivals:
            if revival.bytecode:
                yield Found(Location(file), revival.object.path, {"class_name": revival.class_name})
