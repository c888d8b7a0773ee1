from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection


class BothGraphFiles(Rule):
    """saved_model.pb and saved_model.pbtxt are both there.

    What it checks: whether the folder has two graph files.

    Why it matters: every loader reads saved_model.pb and ignores the other, so that an edit of the text file has no
    effect, and a tool that reads the text file sees another model than TensorFlow.

    How to fix: delete the one that is out of date.
    """

    code = "SM005"
    name = "both-graph-files"
    otherwise = ADVICE_WARNING
    needs = ("fault both-graph-files",)
    message = "there are both saved_model.pb and saved_model.pbtxt: every loader reads {used} and ignores the other"
    fix = "delete the file that is out of date"
    good = (Example("x = Placeholder() {dtype: float32}"),)
    bad = (
        Example(
            "x = Placeholder() {dtype: float32}",
            files={"saved_model.pbtxt": b"saved_model_schema_version: 1"},
            expect=("saved_model.pbtxt",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for fault in it.model.faults_of("both-graph-files"):
            yield Found(Location(fault.file), fault.file, {"used": fault.data["used"]})
