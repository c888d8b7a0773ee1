"""Names without what TensorFlow and Keras put into them to keep them apart."""

from __future__ import annotations

import re

_COUNTER = re.compile(r"_\d+(?=/|$)")
_GENERATED = re.compile(r"^__(?:inference|forward|backward)_(?:signature_wrapper_)?")
_DIGITS = re.compile(r"(\d+)")


def without_counters(name: str) -> str:
    """``sequential_1/dense_2/MatMul`` is ``sequential/dense/MatMul``."""
    return _COUNTER.sub("", name) if "_" in name else name


def function_base(name: str) -> str:
    """What a generated name of a function says of it: ``__inference_call_1234`` is ``call``."""
    return without_counters(_GENERATED.sub("", name)) or name


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """A sort key that has ``dense_9`` before ``dense_10``."""
    return tuple((int(part), "") if part.isdigit() else (-1, part) for part in _DIGITS.split(name))
