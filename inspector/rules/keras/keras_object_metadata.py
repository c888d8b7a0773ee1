from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.keras import UNREADABLE

_OBJECT = "object 0 user_object _tf_keras_layer producer=1 min_consumer=1 metadata={metadata}\n"
_SOUND = '"{\\"class_name\\": \\"Dense\\", \\"name\\": \\"d\\", \\"config\\": {\\"units\\": 1}}"'
_NO_NAME = '"{\\"class_name\\": \\"Mine\\", \\"config\\": null}"'


class KerasObjectMetadata(Rule):
    """What Keras wrote of a layer, model or metric cannot be used.

    What it checks: the metadata of each object is JSON of an object, decodes (shapes and specs of tensors in it), and has
    what Keras asks for: class_name, name, for a class that Keras does not know trainable and expects_training_arg, for a
    Sequential or Functional model name and layers in its config.

    Why it matters: the load_model of Keras 2 stops with a JSONDecodeError or a KeyError that names no layer.

    How to fix: the file was edited or damaged: copy it again, or save the model again. Where the config of a functional
    model lacks its layers, the get_config of its class has to return what ``super().get_config()`` gives, too.
    """

    code = "KR012"
    name = "keras-object-metadata"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "the metadata of `{path}` cannot be used: {why}"
    fix = "copy {file} again, or save the model again; tf.saved_model.load does not need the metadata"
    good = (Example(_OBJECT.format(metadata=_SOUND)),)
    bad = (
        Example(_OBJECT.format(metadata='"{\\"class_name\\": "'), expect=("root",)),
        Example(_OBJECT.format(metadata='"[]"'), expect=("root",)),
        Example(_OBJECT.format(metadata=_NO_NAME), expect=("root",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        file = it.keras.metadata.file
        for revival in it.keras.plan.of(UNREADABLE):
            one = revival.object
            data = {"path": one.path, "why": revival.why, "file": file or it.model.format}
            field = "" if file else f"object_graph_def.nodes[{one.node}].user_object.metadata"
            yield Found(Location(file, -1 if file else 0, field=field or one.path), one.path, data)
