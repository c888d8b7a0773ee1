from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection


class GraphFileUnreadable(Rule):
    """The graph file is there and cannot be opened.

    What it checks: whether saved_model.pb (or saved_model.pbtxt, where there is no .pb) can be read: permissions, a folder
    of that name, a broken link, an input/output error.

    Why it matters: every loader stops. Python says PermissionDeniedError or "Is a directory"; TensorFlow Serving reports a
    folder of that name as a missing meta graph ("Could not find meta graph def matching supplied tags"), which misleads.

    How to fix: give the user who loads the model the right to read it (``chmod -R u+rwX,go+rX``), or copy the file again.
    """

    code = "SM003"
    name = "graph-file-unreadable"
    otherwise = ADVICE_WARNING
    needs = ("fault graph-file-unreadable",)
    message = "{file} cannot be read: {why}"
    fix = "make it a file that the loading user may read (chmod -R a+rX on the model folder), or copy the model again"
    good = (Example("x = Placeholder() {dtype: float32}"),)
    bad = (Example(files={"saved_model.pb": None, "saved_model.pb/part": b""}, expect=("saved_model.pb",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for fault in it.model.faults_of("graph-file-unreadable"):
            file = fault.file or "."
            shown = fault.file or "the folder"
            yield Found(Location(file), file, {"file": shown, "why": fault.data["why"]})
