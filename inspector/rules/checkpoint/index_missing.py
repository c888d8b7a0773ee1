from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.saved_model import INDEX
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.restores import VARIABLES


class IndexMissing(Rule):
    """The checkpoint index variables/variables.index is not there.

    What it checks: whether the model has the file that names its variables.

    Why it matters: tf.saved_model.load always restores a V2 model, with variables or without, and fails with
    "Unsuccessful TensorSliceReader constructor: Failed to find any matching files for .../variables/variables" (its hint
    at experimental_io_device misleads). TensorFlow Serving loads the model all the same and fails at the first request
    with "Could not find resource: localhost/..." or "Could not find variable".

    How to fix: copy or download the whole folder, variables/ included (uploads by pattern and .gitignore rules like
    ``*.data*`` or ``variables/`` are the usual culprits), or export again.
    """

    code = "TB001"
    name = "index-missing"
    otherwise = ADVICE_NOTE
    needs = ("fault index-missing",)
    message = "variables/variables.index is missing"
    fix = "copy the whole model folder again, variables/ included; it is made by the same export as saved_model.pb"
    good = (
        Example("variable w float32[2]"),
        Example("x = Placeholder() {dtype: float32}", files={INDEX: None}),
    )
    bad = (
        Example("w = VarHandleOp() {dtype: float32, shape: [2]}", files={INDEX: None}, expect=(INDEX,)),
        Example("object 0 user_object root", damage=((INDEX, "remove"),), expect=(INDEX,)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for fault in it.model.faults_of("index-missing") if _is_asked_for(it) else ():
            yield Found(Location(fault.file), fault.file, {"folder": fault.data["folder"]})


def _is_asked_for(it: Inspection) -> bool:
    """A V1 model without variables and without a saver has no checkpoint, and nobody looks for one."""
    if any(view.meta.objects is not None or view.meta.saver_def is not None for view in it.meta_views):
        return True
    return any(kind.op in VARIABLES for kind in it.model.kinds.kinds.values())
