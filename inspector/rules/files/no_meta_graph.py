from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection


class NoMetaGraph(Rule):
    """The graph file parses and holds no MetaGraph.

    What it checks: whether saved_model.pb has at least one MetaGraph. A file of 0 bytes is a valid, empty SavedModel.

    Why it matters: every loader stops, and none says why. tf.saved_model.load: "Importing a SavedModel with
    tf.saved_model.load requires a `tags=` argument if there is more than one MetaGraph. ... there are 0 MetaGraphs", where
    no tags help; TensorFlow Serving: "Could not find meta graph def matching supplied tags".

    How to fix: the file was cut to nothing on its way: copy it again, or export again.
    """

    code = "SM004"
    name = "no-meta-graph"
    otherwise = ADVICE_WARNING
    needs = ("fault graph-file-empty",)
    message = "{file} holds 0 MetaGraphs ({what}); TensorFlow's message about `tags=` misleads"
    fix = "copy the file again (the disk may have been full), or export the model again; no tags will help"
    good = (Example("x = Placeholder() {dtype: float32}"),)
    bad = (
        Example(files={"saved_model.pb": b""}, expect=("saved_model.pb",)),
        Example(files={"saved_model.pb": b"\x08\x01"}, expect=("saved_model.pb",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for fault in it.model.faults_of("graph-file-empty"):
            size = fault.data["size"]
            what = fault.data.get("title") or ("a file of 0 bytes" if size == 0 else f"{size} bytes")
            yield Found(Location(fault.file), fault.file, {"file": fault.file, "what": what, "size": size})
