from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.keras import REVIVED, called_by_keras

_MODEL = (
    'object 0 user_object _tf_keras_model producer=1 min_consumer=1 metadata="{\\"class_name\\": \\"%s\\", '
    '\\"name\\": \\"m\\", \\"trainable\\": true, \\"expects_training_arg\\": true, \\"config\\": {\\"name\\": \\"m\\"}%s}"\n'
)
_NETWORK = ', \\"is_graph_network\\": true'


class LayerNotTraced(Rule):
    """A layer of the author's own was saved without the functions that it would be called by.

    What it checks: each layer or model that Keras 2 cannot build from its config has its call saved
    (keras_api.call_and_return_conditional_losses), as ``save_traces=True`` does after the layer was called.

    Why it matters: such a layer loads, and its call says "Cannot call custom layer ... because the call function was not
    serialized to the SavedModel". In a Functional or Sequential model, which is put together by calling its layers, that
    already stops the load.

    How to fix: pass the class, ``load_model(path, custom_objects={"Name": Name})``, or save again after a call and with
    ``save_traces=True`` (the default).
    """

    code = "KR019"
    name = "layer-not-traced"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "`{class_name}` at `{path}` was saved without its call, and only its class can call it"
    fix = "load_model(path, custom_objects={{'{class_name}': {class_name}}}), or save again after a call, with save_traces=True"
    good = (Example(_MODEL % ("Sequential", _NETWORK)),)
    bad = (Example(_MODEL % ("Mine", ""), expect=("root",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        plan, file = it.keras.plan, it.keras.metadata.file or it.model.format
        objects = it.meta_views[0].meta.objects if it.meta_views else None
        if objects is None:
            return
        for revival in plan.of(REVIVED):
            one = revival.object
            if called_by_keras(objects, one.node):
                continue
            case = "root" if one.node == 0 else "network" if one.node in plan.in_networks else "inside"
            data = {"class_name": revival.class_name, "path": one.path, "case": case}
            yield Found(Location(file, field=one.path), one.path, data)
