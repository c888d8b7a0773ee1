from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_FILE = "keras_metadata.pb"
_NODE = "x = Placeholder() {dtype: float32}"


class KerasMetadataDamaged(Rule):
    """keras_metadata.pb cannot be read, or is no metadata of Keras.

    What it checks: whether the file opens and parses.

    Why it matters: the load_model of Keras 2 begins with it and stops: "Cannot parse keras metadata at path". Git LFS
    pointers, cut downloads and HTML pages are the usual reasons. Keras 3 and TensorFlow's own loaders never read the file.

    How to fix: copy the whole folder again (``git lfs pull``). Without the file ``tf.saved_model.load(path)`` still works.
    """

    code = "KR010"
    name = "keras-metadata-damaged"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "keras_metadata.pb {what}: {why}"
    fix = "copy the file again from where the model was saved (git lfs pull); tf.saved_model.load does not need it"
    good = (Example(_NODE), Example(_NODE, files={_FILE: b""}))
    bad = (
        Example(_NODE, files={_FILE: b"version https://git-lfs.github.com/spec/v1\n"}, expect=(_FILE,)),
        Example(_NODE, files={f"{_FILE}/part": b""}, expect=(_FILE,)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        metadata = it.keras.metadata
        if metadata.fault:
            data = {"what": "cannot be read as Keras's metadata", "why": metadata.fault, "read": True}
            yield Found(Location(_FILE), _FILE, data)
        elif metadata.over_limit:
            yield Found(Location(_FILE), _FILE, {"what": "was not read", "why": metadata.over_limit, "read": False})
