from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = (
    'object 0 user_object _tf_keras_sequential producer=1 min_consumer=1 metadata="{\\"class_name\\": \\"Sequential\\", '
    '\\"name\\": \\"s\\", \\"config\\": {\\"name\\": \\"s\\", \\"layers\\": []}, \\"training_config\\": {\\"loss\\": \\"mse\\", '
    '%s\\"optimizer_config\\": {\\"class_name\\": \\"SGD\\", \\"config\\": {}}}}"\n'
)
_WEIGHTS = '\\"loss_weights\\": null, '


class TrainingConfig(Rule):
    """How the model was compiled cannot be read.

    What it checks: training_config in the metadata of the model: its optimizer_config, with class_name and config, and its
    loss_weights.

    Why it matters: the load_model of Keras 2 compiles the model as it was, and stops with a KeyError.

    How to fix: ``load_model(path, compile=False)``; compile it by hand if it is to be trained.
    """

    code = "KR020"
    name = "training-config"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "how the model was compiled cannot be read: {why}"
    fix = "load_model(path, compile=False), and model.compile(...) if it is to be trained"
    good = (Example(_MODEL % _WEIGHTS),)
    bad = (Example(_MODEL % "", expect=("training_config",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        compiled = it.keras.plan.compile
        if compiled is not None and compiled.why:
            file = it.keras.metadata.file or it.model.format
            yield Found(Location(file, field="root.training_config"), "training_config", {"why": compiled.why})
