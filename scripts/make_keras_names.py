"""Write inspector/catalogue/keras2.txt: the classes and functions that Keras 2 looks up by name when it loads a model.

    python scripts/make_keras_names.py [--check]

Needs tf_keras. One line a kind; ``--check`` writes nothing and exits 1 if the file differs.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import types
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent.parent / "inspector" / "catalogue" / "keras2.txt"
OPTIMIZERS = (
    "adadelta", "adagrad", "adam", "adamw", "adamax", "experimentaladadelta", "experimentaladagrad", "experimentaladam",
    "experimentalsgd", "nadam", "rmsprop", "sgd", "ftrl", "lossscaleoptimizer", "lossscaleoptimizerv3",
    "lossscaleoptimizerv1",
)  # fmt: skip
NOT_OBJECTS = ("serialize", "deserialize", "get", "keras_export", "deserialize_keras_object", "serialize_keras_object")


def kinds() -> dict[str, list[str]]:
    """Kind → names, as the installed tf_keras has them."""
    layers = importlib.import_module("tf_keras.src.layers.serialization")
    initializers = importlib.import_module("tf_keras.src.initializers")
    registration = importlib.import_module("tf_keras.src.saving.object_registration")
    layers.populate_deserializable_objects()
    initializers.populate_deserializable_objects()
    found = {
        "layer": list(layers.LOCAL.ALL_OBJECTS),
        "initializer": list(initializers.LOCAL.ALL_OBJECTS),
        "optimizer": list(OPTIMIZERS),
        "registered": list(registration._GLOBAL_CUSTOM_OBJECTS),
    }
    for kind, module in (
        ("metric", "metrics"),
        ("loss", "losses"),
        ("activation", "activations"),
        ("regularizer", "regularizers"),
        ("constraint", "constraints"),
        ("schedule", "optimizers.schedules.learning_rate_schedule"),
    ):
        found[kind] = named(importlib.import_module(f"tf_keras.src.{module}"))
    return found


def named(module: types.ModuleType) -> list[str]:
    """The public callables of a module."""

    def is_object(name: str, value: Any) -> bool:
        return callable(value) and not name.startswith("_") and name not in NOT_OBJECTS

    return [name for name, value in vars(module).items() if is_object(name, value)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    text = "".join(f"{kind}: {' '.join(sorted(names))}\n" for kind, names in sorted(kinds().items()))
    stale = not FILE.exists() or FILE.read_text(encoding="utf-8") != text
    if stale:
        print(f"{'stale' if check else 'writing'}: {FILE.name}")
    if stale and not check:
        FILE.write_text(text, encoding="utf-8")
    return int(check and stale)


if __name__ == "__main__":
    sys.exit(main())
