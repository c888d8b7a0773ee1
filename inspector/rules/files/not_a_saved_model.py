from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection

FOLDER = "."


class NotASavedModel(Rule):
    """The path holds neither saved_model.pb nor saved_model.pbtxt.

    What it checks: whether the folder has a graph file; if not, what it is instead: a folder too high or too low, a
    checkpoint, a Keras, TFLite or ONNX file, an archive, a Git LFS pointer.

    Why it matters: every loader stops: "SavedModel file does not exist at: .../{saved_model.pbtxt|saved_model.pb}" in
    Python, "Could not find SavedModel .pb or .pbtxt at supplied export directory path" in TensorFlow Serving.

    How to fix: give the folder that holds saved_model.pb, or convert what is there; the finding says how.
    """

    code = "SM001"
    name = "not-a-saved-model"
    otherwise = ADVICE_WARNING
    needs = ("fault not-a-saved-model",)
    message = "no saved_model.pb here: this is {title}"
    fix = "{cure}"
    good = (Example("x = Placeholder() {dtype: float32}"),)
    bad = (
        Example(files={"saved_model.pb": None, "model.h5": b"\x89HDF\r\n\x1a\n"}, expect=(FOLDER,)),
        Example(files={"saved_model.pb": None, "assets/vocab.txt": b"a\n"}, expect=(FOLDER,)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for fault in it.model.faults_of("not-a-saved-model"):
            data = {"kind": fault.data["kind"], "title": fault.data["title"], "cure": fault.data["cure"]}
            yield Found(Location(FOLDER), FOLDER, data)
