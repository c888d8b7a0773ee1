from __future__ import annotations

import re
from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = (
    'object 0 user_object _tf_keras_sequential producer=1 min_consumer=1 metadata="{\\"class_name\\": \\"Sequential\\", '
    '\\"name\\": \\"s\\", \\"config\\": {\\"name\\": \\"s\\", \\"layers\\": []}, \\"keras_version\\": \\"%s\\"}"\n'
)
_MINOR = r"(?a)(\d+)\.(\d+)(?!\d)"


class SavedByNewerKeras(Rule):
    """The model was saved by a newer Keras 2 than comes with the target.

    What it checks: keras_version in the metadata against the target's release. Keras 2 goes by the numbers of TensorFlow, and
    tf_keras too.

    Why it matters: nothing checks this, and most such models load. A layer with an argument that the older Keras does not
    know comes back as a generic one; an optimizer with one stops the load: "Unexpected keyword argument passed to
    optimizer".

    How to fix: load with that Keras or a newer one, or with ``compile=False``.
    """

    code = "KR018"
    name = "saved-by-newer-keras"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "saved by Keras {saved_by}, newer than what comes with TensorFlow {tensorflow}"
    fix = "load with Keras {saved_by} or newer; else load_model(path, compile=False)"
    good = (Example(_MODEL % "2.15.0", target="2.15.1"), Example(_MODEL % "2.3.0-tf", target="2.4.4"))
    bad = (Example(_MODEL % "2.15.0", target="2.12.1", expect=("2.15.0",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        version = it.keras.plan.version
        saved, target = re.match(_MINOR, version), re.match(_MINOR, it.release.version)
        if saved and target and (int(saved[1]), int(saved[2])) > (int(target[1]), int(target[2])):
            data = {"saved_by": version, "tensorflow": it.release.version}
            yield Found(Location(it.keras.metadata.file or it.model.format), version, data)
