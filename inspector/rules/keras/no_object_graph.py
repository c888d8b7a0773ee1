from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_NODE = "x = Placeholder() {dtype: float32}\n"


class NoObjectGraph(Rule):
    """The model has no object graph: Keras did not save it.

    What it checks: the first MetaGraph has an object graph with at least one object, or keras_metadata.pb is there.

    Why it matters: estimators and other exporters of TensorFlow 1 write none. The load_model of Keras 2 looks for layers in
    it and stops with "list index out of range". TensorFlow's own loaders and TFSMLayer load such models.

    How to fix: ``tf.saved_model.load(path).signatures[...]``, or ``keras.layers.TFSMLayer``.
    """

    code = "KR016"
    name = "no-object-graph"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "there is no object graph, in which load_model of Keras 2 looks for layers: Keras did not save this model"
    fix = "tf.saved_model.load({path!r}), and call its signatures"
    good = (
        Example(_NODE + "object 0 user_object _generic_user_object"),
        Example(_NODE, files={"keras_metadata.pb": b""}),
    )
    bad = (Example(_NODE, expect=("object_graph_def",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        if it.meta_views and not it.keras.metadata.file:
            objects = it.meta_views[0].meta.objects
            if objects is None or not objects.nodes:
                yield Found(Location("", 0, field="object_graph_def"), "object_graph_def", {"path": it.model.path})
