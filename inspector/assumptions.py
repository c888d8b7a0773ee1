"""What a verdict takes for granted about its target: releases and hosts that were never watched, unknown kernels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from inspector.findings import FAILS, LOADS, TF_SERVING, Target, Verdict
from inspector.loaders import serving
from inspector.loaders.releases import KERAS_3
from inspector.topology.inspection import Inspection

SERVING = serving.LOADER.name
TF_KERAS = "tf_keras"
# Sound models were loaded with every judged release, damaged ones with 2.12 to 2.21.
OLDEST_DAMAGED = (2, 12)
# Rules about what a release has or lacks: their findings were tried with the releases themselves.
OF_RELEASES = frozenset(("OP001", "OP004", "OP005", "OP007", "OP009", "OB001", "KR001", "KR005"))
WEIGHTS_MATCH = "weights match their checksums"
_OPS_NAMED = 3


def of_target(verdict: Verdict, because: Sequence[str], target: Target, it: Inspection) -> Iterator[str]:
    """What a verdict assumes of its target, in words that follow "assuming that"; ``because`` are rules."""
    if verdict.loader == TF_KERAS and target.minor >= KERAS_3 and TF_KERAS not in target.packages:
        yield "tf_keras is installed beside TensorFlow"
    if verdict.outcome == FAILS:
        yield from _of_old_loaders(verdict.loader, because, target)
    if verdict.outcome != LOADS:
        return
    if verdict.loader == SERVING and target.host == TF_SERVING:
        yield "TensorFlow Serving, which is not run here, loads as the C API does, with the ops that its BUILD file links"
    if target.device == "tpu":
        yield "a TPU has the kernels (they are not judged)"
    beside = it.ops_beside
    if beside:
        more = len(beside) - _OPS_NAMED
        named = ", ".join(beside[:_OPS_NAMED]) + (f" and {more} more" if more > 0 else "")
        yield f"the kernels of {named}, which come from outside, fit"


def _of_old_loaders(loader: str, because: Sequence[str], target: Target) -> Iterator[str]:
    """Where a model is damaged and the release is older than those that saw damage."""
    if target.minor < OLDEST_DAMAGED and not any(rule in OF_RELEASES or rule.startswith("VR") for rule in because):
        oldest = ".".join(map(str, OLDEST_DAMAGED))
        yield f"{loader} of TensorFlow {target.tensorflow} minds the damage that {oldest}'s minds"
