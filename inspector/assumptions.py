"""What a verdict takes for granted about its target: releases and hosts that were never watched, unknown kernels."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import TF_SERVING, Target
from inspector.loaders import serving
from inspector.topology.inspection import Inspection

SERVING = serving.LOADER.name
OLDEST_CHECKED = (2, 12)  # the steps of the loaders were checked against real loads with TensorFlow 2.12 to 2.21
WEIGHTS_MATCH = "weights match their checksums"
_OPS_NAMED = 3


def of_target(loader: str, target: Target, it: Inspection) -> Iterator[str]:
    """The assumptions of a verdict that a model loads, in words that follow "assuming that"."""
    if target.minor < OLDEST_CHECKED:
        yield of_old_loaders(loader, target.tensorflow)
    if loader == SERVING and target.host == TF_SERVING:
        yield "TensorFlow Serving, which is not run here, loads as the C API does, with the ops that its BUILD file links"
    if target.device == "tpu":
        yield "a TPU has the kernels (they are not judged)"
    beside = it.ops_beside
    if beside:
        more = len(beside) - _OPS_NAMED
        named = ", ".join(beside[:_OPS_NAMED]) + (f" and {more} more" if more > 0 else "")
        yield f"the kernels of {named}, which come from outside, fit"


def of_old_loaders(loader: str, tensorflow: str) -> str:
    """The steps of loaders that were never watched."""
    oldest = ".".join(map(str, OLDEST_CHECKED))
    return f"{loader} of TensorFlow {tensorflow} takes the steps that {oldest}'s takes"
