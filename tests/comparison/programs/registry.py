"""The programs by name, and numbers by a seed. Importing this needs no TensorFlow."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

Program = Callable[[Any, Path, int], None]  # TensorFlow, the folder to export to, the seed
PROGRAMS: dict[str, Program] = {}


def program(make: Program) -> Program:
    PROGRAMS[make.__name__.replace("_", "-")] = make
    return make


def weights(seed: int, *shape: int) -> Any:
    """Random float32 numbers by the seed alone."""
    numpy = importlib.import_module("numpy")
    return numpy.random.default_rng(seed).normal(size=shape).astype("float32")


def reseed(model: Any, seed: int) -> None:
    """Gives a Keras model weights by the seed; what counts, or seeds generators, stays."""
    old = model.get_weights()
    model.set_weights([weights(seed + i, *w.shape) if w.dtype.kind == "f" else w for i, w in enumerate(old)])
