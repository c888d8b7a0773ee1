from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.model.keras import METRIC
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.rules.wording import NAMED, listed, some_of
from inspector.topology.inspection import Inspection
from inspector.topology.keras import REFUSED, REVIVED, Unknown

_OBJECT = "object 0 user_object {identifier} producer=1 min_consumer=1 metadata={metadata}\n"
_LAYER = (
    '"{\\"class_name\\": \\"%s\\", \\"name\\": \\"a\\", \\"config\\": {}, \\"trainable\\": true, '
    '\\"expects_training_arg\\": false}"'
)
_METRIC = '"{\\"class_name\\": \\"%s\\", \\"name\\": \\"m\\", \\"config\\": {%s}}"'
_COMPILED = (
    '"{\\"class_name\\": \\"Sequential\\", \\"name\\": \\"s\\", \\"config\\": {\\"name\\": \\"s\\", \\"layers\\": []}, '
    '\\"training_config\\": '
    '{\\"loss\\": \\"%s\\", \\"loss_weights\\": null, \\"optimizer_config\\": {\\"class_name\\": \\"SGD\\", '
    '\\"config\\": {}}}}"'
)
_METRIC_OF = "_tf_keras_metric"

LOAD, COMPILE, NO = "load", "compile", "no"
_MEANS = {
    LOAD: "load_model of Keras 2 has to make it and stops without its code",
    COMPILE: "load_model of Keras 2 compiles the model and stops without its code",
    NO: "without the code load_model of Keras 2 brings them back as layers that only call the saved functions",
}
# Packages of registered names, and classes that packages do not register: what to install, what to import.
_PACKAGES = {
    "Addons": ("tensorflow-addons", "import tensorflow_addons"),
    "keras_nlp": ("keras-nlp", "import keras_nlp"),
    "keras_cv": ("keras-cv", "import keras_cv"),
    "Vision": ("tf-models-official", "import official.vision.modeling"),
    "Text": ("tf-models-official", "import official.nlp.modeling"),
    "TensorFlowDecisionForests": ("tensorflow-decision-forests", "import tensorflow_decision_forests"),
}
_CLASSES = {"KerasLayer": "tensorflow_hub.KerasLayer (pip install tensorflow-hub)"}


class CustomObject(Rule):
    """A layer, metric, loss, optimizer or function is not Keras's own.

    What it checks: the classes and functions that the metadata of Keras names, against those that Keras 2 has.

    Why it matters: the code of a class is not in the file. A layer or a model comes back all the same, as a generic one
    that calls the functions that were saved. A metric, an RNN layer or its cell, a preprocessing layer, a loss or an
    optimizer has to be built: the load_model of Keras 2 stops with "Unknown loss function: 'my_loss'" or "Unable to restore
    custom object of class". TensorFlow's own loaders and TFSMLayer need no class.

    How to fix: import the module that registers the class (``@tf_keras.utils.register_keras_serializable()``) before the
    load, or pass it: ``load_model(path, custom_objects={"Name": Name})``. Losses, metrics and optimizers are not needed
    for inference: ``load_model(path, compile=False)``, which also skips metrics that cannot be made.
    """

    code = "KR014"
    name = "custom-object"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "{what} not Keras's own: {means}"
    fix = "{cure}"
    good = (
        Example(_OBJECT.format(identifier="_tf_keras_layer", metadata=_LAYER % "Dense")),
        Example(_OBJECT.format(identifier=_METRIC_OF, metadata=_METRIC % ("MeanMetricWrapper", '\\"fn\\": \\"mae\\"'))),
        Example(_OBJECT.format(identifier="_tf_keras_sequential", metadata=_COMPILED % "mse")),
    )
    bad = (
        Example(_OBJECT.format(identifier="_tf_keras_layer", metadata=_LAYER % "pkg>Mine"), expect=("root",)),
        Example(_OBJECT.format(identifier=_METRIC_OF, metadata=_METRIC % ("Mine", "")), expect=("root",)),
        Example(
            _OBJECT.format(identifier=_METRIC_OF, metadata=_METRIC % ("MeanMetricWrapper", '\\"fn\\": \\"mine\\"')),
            expect=("root",),
        ),
        Example(_OBJECT.format(identifier="_tf_keras_sequential", metadata=_COMPILED % "mine"), expect=("compile",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        plan = it.keras.plan
        where = Location(it.keras.metadata.file or it.model.format)
        refused: set[str] = set()
        for revival in plan.of(REFUSED):
            for unknown in revival.unknown or (Unknown("class without a config", revival.class_name),):
                refused.add(unknown.name)
                of = "" if unknown.name == revival.class_name else f" in a {revival.class_name}"
                skipped = revival.object.identifier == METRIC
                yield Found(where, revival.object.path, _data((unknown,), LOAD, of, skipped=skipped))
        for unknown in plan.compile.unknown if plan.compile is not None else ():
            if unknown.name not in refused:
                yield Found(where, "compile", _data((unknown,), COMPILE, skipped=True))
        revived = [revival for revival in plan.of(REVIVED) if revival.unknown]
        own = [unknown for revival in revived for unknown in revival.unknown if unknown.name == revival.class_name]
        if own:
            data = _data(tuple(dict.fromkeys(own)), NO)
            for revival in revived:
                yield Found(where, revival.object.path, data)


def _data(some: tuple[Unknown, ...], needed: str, of: str = "", *, skipped: bool = False) -> dict[str, Any]:
    """``skipped``: not needed with compile=False."""
    names = [unknown.name for unknown in some]
    roles = list(dict.fromkeys(unknown.role for unknown in some))
    what = f"{some_of(names)} ({listed(roles)}){of} {'is' if len(some) == 1 else 'are'}"
    cure = _cure(names)
    if needed == NO:
        cure = f"if methods of their own are needed, {cure}; else there is nothing to do"
    elif skipped:
        cure += "; for inference load_model(path, compile=False)"
    return {
        "what": what,
        "roles": tuple(roles),
        "names": tuple(names),
        "needed": needed,
        "means": _MEANS[needed],
        "cure": cure,
    }


def _cure(names: list[str]) -> str:
    """Imports of packages that are known, registrations that are said, and what can be passed in any case."""
    known = dict.fromkeys(_PACKAGES[package] for name in names if (package := _split(name)[0]) in _PACKAGES)
    ways = [f"pip install {install}, and {statement} before the load" for install, statement in known]
    left = [name for name in names if _split(name)[0] not in _PACKAGES]
    registered = [name for name in left if _split(name)[0]]
    if registered:
        ways.append(f"import the modules that register {some_of(registered)} before the load")
    if left:
        passed = ", ".join(f"{name!r}: {_split(name)[1]}" for name in left[:NAMED]) + (", ..." if left[NAMED:] else "")
        hints = [f", {name} being {_CLASSES[name]}" for name in left if name in _CLASSES]
        ways.append(f"load_model(path, custom_objects={{{passed}}})" + "".join(hints))
    return ", or ".join(ways)


def _split(name: str) -> tuple[str, str]:
    """The package and the name of a class that is registered: "pkg>Name"."""
    package, _, own = name.rpartition(">")
    return package, own
