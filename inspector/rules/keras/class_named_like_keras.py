from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.keras import MODEL
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.keras import BUILT

_MODEL = (
    'object 0 user_object _tf_keras_model producer=1 min_consumer=1 metadata="{\\"class_name\\": \\"%s\\", '
    '\\"name\\": \\"m\\", \\"trainable\\": true, \\"expects_training_arg\\": true, \\"config\\": {\\"name\\": \\"m\\"}}"\n'
)
_BASES = ("Model", "Layer")


class ClassNamedLikeKeras(Rule):
    """A model class of the author's own is named like a class of Keras that computes nothing.

    What it checks: the loaded model is no Sequential or Functional one, and its class is named Model or Layer.

    Why it matters: the load_model of Keras 2 looks classes up by their names alone. It makes a ``tf_keras.Model`` instead of
    reviving the saved one, and says so only in the call: "Unimplemented `tf.keras.Model.call()`".

    How to fix: pass the class, ``load_model(path, custom_objects={"Model": MyModel})``; name it otherwise, or register it
    with a package (``@tf_keras.utils.register_keras_serializable("mine")``) before it is saved.
    """

    code = "KR021"
    name = "class-named-like-keras"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = (
        "the model's class is named `{class_name}`, like one of Keras, which load_model of Keras 2 makes in its place"
    )
    fix = (
        "load_model(path, custom_objects={{'{class_name}': ...}}) with the class itself, or save it under another name"
    )
    good = (Example(_MODEL % "Sequential"),)
    bad = (Example(_MODEL % "Model", expect=("root",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        file = it.keras.metadata.file or it.model.format
        for revival in it.keras.plan.of(BUILT):
            one = revival.object
            if one.node == 0 and one.identifier == MODEL and revival.class_name in _BASES:
                yield Found(Location(file, field=one.path), one.path, {"class_name": revival.class_name})
