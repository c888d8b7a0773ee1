from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = (
    'object 0 user_object _tf_keras_sequential producer=1 min_consumer=1 metadata="{\\"class_name\\": \\"Sequential\\", '
    '\\"name\\": \\"s\\", \\"config\\": {\\"name\\": \\"s\\", \\"layers\\": []}}" children=[layer-0: 1]\n'
    "object 1 user_object %s producer=1 min_consumer=1%s\n"
)
_DENSE = ' metadata="{\\"class_name\\": \\"Dense\\", \\"name\\": \\"d\\", \\"config\\": {\\"units\\": 1}}"'


class NetworkLayers(Rule):
    """A Sequential or Functional model lacks the metadata of one of its layers.

    What it checks: the children layer-0, layer-1 ... of each such model are layers with metadata.

    Why it matters: the load_model of Keras 2 puts the model together when all its layers are there, and stops with "Error
    loading model(s) in the SavedModel format. The following model(s) could not be initialized".

    How to fix: saved_model.pb and keras_metadata.pb are of different exports, or one was edited: copy both again.
    """

    code = "KR015"
    name = "network-layers"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "the model `{path}` cannot be put together: {why}"
    fix = "copy saved_model.pb and keras_metadata.pb from the same export"
    good = (Example(_MODEL % ("_tf_keras_layer", _DENSE)),)
    bad = (Example(_MODEL % ("_generic_user_object", ""), expect=("root",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        file = it.keras.metadata.file or it.model.format
        for fault in it.keras.plan.networks:
            yield Found(Location(file, field=fault.path), fault.path, {"path": fault.path, "why": fault.why})
