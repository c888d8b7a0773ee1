from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection

_COPY_AGAIN = "copy or download the file again in binary mode and compare its size with the original; else export again"


class GraphFileDamaged(Rule):
    """The graph file does not parse as a SavedModel.

    What it checks: saved_model.pb (or saved_model.pbtxt, where there is no .pb) down to the last message that a loader
    parses; and what the bytes are instead: a Git LFS pointer, an HTML page, a file cut short, a frozen GraphDef.

    Why it matters: every loader stops. Python says "Cannot parse file b'.../saved_model.pb': Error parsing message with
    type 'tensorflow.SavedModel'", TensorFlow Serving "Can't parse ... as binary proto" or "Read less bytes than
    requested".

    How to fix: fetch the real file (``git lfs pull``), copy it again in binary mode, or convert what it really is.
    """

    code = "SM002"
    name = "graph-file-damaged"
    otherwise = ADVICE_WARNING
    needs = ("fault graph-file-damaged",)
    message = "{file} is no SavedModel: {what}"
    fix = "{cure}"
    good = (Example("x = Placeholder() {dtype: float32}"),)
    bad = (
        Example(
            files={"saved_model.pb": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n"},
            expect=("saved_model.pb",),
        ),
        Example(files={"saved_model.pb": b"<!DOCTYPE html><html></html>"}, expect=("saved_model.pb",)),
        Example(
            "x = Placeholder() {dtype: float32}",
            damage=(("saved_model.pb", "cut 8"),),
            expect=("saved_model.pb",),
        ),
        Example(files={"saved_model.pb": None, "saved_model.pbtxt": b"meta_graphs {"}, expect=("saved_model.pbtxt",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for fault in it.model.faults_of("graph-file-damaged"):
            what = fault.data.get("title") or f"{fault.data['size']} bytes that do not parse ({fault.data['why']})"
            data: dict[str, Any] = {"file": fault.file, "kind": fault.data.get("kind", "unknown"), "what": what}
            yield Found(Location(fault.file), fault.file, {**data, "cure": fault.data.get("cure", _COPY_AGAIN)})
