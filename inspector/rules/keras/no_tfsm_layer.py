from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_NODE = "x = Placeholder() {dtype: float32}"
KERAS_3 = (2, 16)  # the first TensorFlow that comes with Keras 3


class NoTfsmLayer(Rule):
    """The target comes with Keras 2, which has no TFSMLayer.

    What it checks: whether the target's release is older than 2.16.

    Why it matters: ``keras.layers.TFSMLayer`` is of Keras 3: "module 'keras.layers' has no attribute 'TFSMLayer'".

    How to fix: up to TensorFlow 2.15 use ``tf.keras.models.load_model(path)`` or ``tf.saved_model.load(path)``.
    """

    code = "KR005"
    name = "no-tfsm-layer"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "TensorFlow {tensorflow} comes with Keras 2, which has no TFSMLayer"
    fix = "use tf.saved_model.load, or tf.keras.models.load_model, which reads SavedModels up to TensorFlow 2.15"
    good = (Example(_NODE, target="2.16.2"),)
    bad = (Example(_NODE, target="2.15.1", expect=("TFSMLayer",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        major, minor = it.release.version.split(".")[:2]
        if it.meta_views and (int(major), int(minor)) < KERAS_3:
            yield Found(Location(), "TFSMLayer", {"tensorflow": it.release.version})
