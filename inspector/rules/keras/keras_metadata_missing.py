from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.endpoints import best
from inspector.topology.inspection import Inspection

_OBJECT = "object 0 user_object {identifier} producer=1 min_consumer=1{metadata}\n"
_METADATA = ' metadata="{\\"class_name\\": \\"Dense\\", \\"name\\": \\"d\\", \\"config\\": {\\"units\\": 1}}"'


class KerasMetadataMissing(Rule):
    """The model holds layers of Keras without their metadata.

    What it checks: objects that Keras 2 saved (their identifiers begin with _tf_keras) have metadata, in
    keras_metadata.pb or, before TensorFlow 2.5, in the object graph.

    Why it matters: the model was saved by ``tf.saved_model.save`` instead of ``model.save``, or keras_metadata.pb was not
    copied. The load_model of Keras 2 stops with "Unable to create a Keras model from SavedModel ... lacks the Keras
    metadata file". TensorFlow's own loaders and TFSMLayer do not need it.

    How to fix: copy keras_metadata.pb too, or save again with ``model.save(path, save_format="tf")``; for inference
    ``tf.saved_model.load(path)`` or ``keras.layers.TFSMLayer``.
    """

    code = "KR011"
    name = "keras-metadata-missing"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = (
        "there is no keras_metadata.pb, and {count} objects of Keras have no metadata: saved by tf.saved_model.save"
    )
    fix = "{cure}"
    good = (
        Example(_OBJECT.format(identifier="_tf_keras_layer", metadata=_METADATA)),
        Example(_OBJECT.format(identifier="_generic_user_object", metadata="")),
    )
    bad = (Example(_OBJECT.format(identifier="_tf_keras_layer", metadata=""), expect=("root",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        lacking = it.keras.metadata.lacking
        objects = it.meta_views[0].meta.objects if it.meta_views else None
        if lacking and objects is not None:
            endpoint = best(it.meta_views[0].meta, v2=it.model.is_v2)
            else_by = f", or {endpoint.line(it.model.path)}" if endpoint is not None else ""
            cure = (
                "copy keras_metadata.pb too, or save again with model.save(path, save_format='tf'); without it, "
                f"tf.saved_model.load({it.model.path!r}){else_by}"
            )
            where = Location("", 0, field=f"object_graph_def.nodes[{lacking[0]}].user_object")
            yield Found(where, objects.path(lacking[0]), {"count": len(lacking), "cure": cure})
