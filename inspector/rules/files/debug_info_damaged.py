from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.saved_model import DEBUG_INFO
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection


class DebugInfoDamaged(Rule):
    """debug/saved_model_debug_info.pb does not parse.

    What it checks: whether the file with stack traces, where there is one, is a GraphDebugInfo.

    Why it matters: it is useless for inference, and still tf.saved_model.load stops with "Cannot parse file
    b'.../debug/saved_model_debug_info.pb'" and TensorFlow Serving with "Can't parse ... as binary proto".
    tf.compat.v1.saved_model.load does not read it, and TensorFlow Serving takes a folder of that name for an empty file.

    How to fix: delete the folder debug/: no loader needs it.
    """

    code = "SM008"
    name = "debug-info-damaged"
    otherwise = ADVICE_NOTE
    needs = ("fault debug-info-damaged",)
    message = "debug/saved_model_debug_info.pb does not parse: {why}"
    fix = "delete the folder debug/ (it only holds stack traces), or copy the file again"
    good = (Example("x = Placeholder() {dtype: float32}", files={DEBUG_INFO: b""}),)
    bad = (Example("x = Placeholder() {dtype: float32}", files={DEBUG_INFO: b"\xff\xff\xff"}, expect=(DEBUG_INFO,)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for fault in it.model.faults_of("debug-info-damaged"):
            yield Found(Location(fault.file), fault.file, dict(fault.data))
