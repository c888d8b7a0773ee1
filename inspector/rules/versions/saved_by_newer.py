from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_NODE = "x = Placeholder() {dtype: float32}"
_MINOR = r"(?a)(\d+)\.(\d+)(?!\d)"


class SavedByNewer(Rule):
    """The model was saved by a newer TensorFlow than the target.

    What it checks: major and minor of meta_info_def.tensorflow_version against the target's.

    Why it matters: nothing checks this, and most such models load. Those that do not have ops, attrs, structured values
    or objects that the older release lacks ("Op type not registered", "No encoder for object of type", "add_slot").

    How to fix: load it with the release that saved it or a newer one; or pin the release in training. If all other
    findings are none, it may well work.
    """

    code = "VR003"
    name = "saved-by-newer"
    otherwise = ADVICE_NOTE
    message = "saved by TensorFlow {saved_by}, newer than the target {tensorflow}"
    fix = "pip install 'tensorflow>={minor}', or export with TensorFlow {tensorflow}"
    good = (Example(f"meta_graph tags=[serve] tensorflow_version=2.15.0\n{_NODE}", target="2.15.1"),)
    bad = (
        Example(f"meta_graph tags=[serve] tensorflow_version=2.16.1\n{_NODE}", expect=("2.16.1",), target="2.15.1"),
        Example(
            f"meta_graph tags=[serve] tensorflow_version=2.15.0-rc1\n{_NODE}", expect=("2.15.0-rc1",), target="2.9.3"
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        target = _minor(it.release.version)
        for view in it.meta_views:
            version = view.meta.tensorflow_version
            saved_by = _minor(version)
            if saved_by is not None and target is not None and saved_by > target:
                data = {
                    "saved_by": version,
                    "tensorflow": it.release.version,
                    "minor": f"{saved_by[0]}.{saved_by[1]}",
                }
                yield Found(Location("", view.meta.index, field="tensorflow_version"), version, data)


def _minor(version: str) -> tuple[int, int] | None:
    match = re.match(_MINOR, version)
    return (int(match[1]), int(match[2])) if match else None
