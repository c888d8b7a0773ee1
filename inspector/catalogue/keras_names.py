"""The classes and functions that Keras 2 has by name: what a saved model names besides needs the code of its author.

They are those of tf_keras 2.21 (scripts/make_keras_names.py). Releases of Keras 2 differ in few of them.
"""

from __future__ import annotations

import os
from functools import lru_cache

LAYER, METRIC, LOSS, OPTIMIZER, ACTIVATION = "layer", "metric", "loss", "optimizer", "activation"
REGISTERED = "registered"
# Values of TextVectorization's arguments that may also be a function of the user's.
STANDARDIZE = frozenset(("lower_and_strip_punctuation", "lower", "strip_punctuation"))
SPLIT = frozenset(("whitespace", "character"))


@lru_cache(maxsize=1)
def names() -> dict[str, frozenset[str]]:
    """Kind → names. Cost: a file of 6 kB, once."""
    with open(os.path.join(os.path.dirname(__file__), "keras2.txt"), encoding="utf-8") as stream:
        lines = [line.partition(":") for line in stream]
    return {kind: frozenset(some.split()) for kind, _, some in lines}


@lru_cache(maxsize=1)
def every() -> frozenset[str]:
    """All names of all kinds."""
    return frozenset().union(*names().values())


def has_optimizer(name: str) -> bool:
    """Built-in optimizers are looked up in small letters (optimizers/__init__.py deserialize)."""
    return name.lower() in names()[OPTIMIZER] or name in names()[REGISTERED]
