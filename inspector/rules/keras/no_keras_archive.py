from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.keras import is_keras_folder
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.endpoints import best
from inspector.topology.inspection import Inspection

_MODEL = """
signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = y:0)
graph
  x = Placeholder() {dtype: float32, shape: [?]}
  y = Relu(x) {T: float32}
"""
_BESIDE = {"config.json": b"{}", "model.weights.h5": b"\x89HDF\r\n\x1a\n"}


class NoKerasArchive(Rule):
    """The model is a SavedModel, which the load_model of Keras 3 does not read.

    What it checks: whether the folder also holds a model in the format of Keras 3 (config.json).

    Why it matters: Keras 3, which comes with TensorFlow from 2.16 on, reads .keras archives and .h5 files. For a SavedModel
    ``keras.models.load_model`` stops with "File format not supported", whatever is in it. TensorFlow's own loaders do not
    care, nor does the load_model of Keras 2.

    How to fix: for inference ``keras.layers.TFSMLayer(path, call_endpoint=...)``; the endpoint is named in the finding. A
    model that Keras 2 saved comes back as a Keras model by ``pip install tf_keras`` and
    ``tf_keras.models.load_model(path)`` (``TF_USE_LEGACY_KERAS=1`` makes ``tf.keras`` the same). Or save it again, where it
    was trained, as .keras.
    """

    code = "KR001"
    name = "no-keras-archive"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "Keras 3 reads .keras and .h5 files with load_model, and no SavedModel"
    fix = "{cure}"
    good = (Example(_MODEL, files=_BESIDE),)
    bad = (Example(_MODEL, expect=("load_model",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        if it.model.artifact is None and not is_keras_folder(it.model):
            yield Found(Location(it.model.format), "load_model", {"cure": _cure(it)})


def _cure(it: Inspection) -> str:
    """The line that works for this model."""
    path, known = it.model.path, len(it.meta_views) == 1
    endpoint = None if not known else best(it.meta_views[0].meta, v2=it.model.is_v2)
    ways = [f"for inference: {_slots(it)}{endpoint.line(path)}"] if endpoint is not None else []
    line = it.keras.plan.line(path)
    if line:
        ways.append(
            f"as a Keras model: pip install tf_keras, and {line} "
            "(or set TF_USE_LEGACY_KERAS=1 before TensorFlow is imported, and keep tf.keras)"
        )
    ways = ways or [f"tf.saved_model.load({path!r}), and call its signatures"]
    return "\n".join(ways)


def _slots(it: Inspection) -> str:
    """What has to come first where an optimizer has slots, which only tf_keras brings back (OB001)."""
    objects = it.meta_views[0].meta.objects
    return (
        "pip install tf_keras (for the slots of the optimizer), and " if objects is not None and objects.slots() else ""
    )
