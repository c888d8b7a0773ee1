"""What the loaders mind because of the release that a graph or a SavedModel says it is of."""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders.nodes import is_live
from inspector.loaders.step import DOUBT, Mind, Walk

KERAS_3 = (2, 16)  # the first TensorFlow whose Keras is Keras 3


def has_keras_3(walk: Walk) -> bool:
    """Whether ``import keras`` is Keras 3 where the model is to be loaded."""
    return walk.target.minor >= KERAS_3


def _refused_by_producer(finding: Finding, walk: Walk) -> bool:
    return bool(finding.data["refused_by_producer"])


def _refused_by_release(finding: Finding, walk: Walk) -> bool:
    """Python writes the release's own GraphDef version into what it builds (function_def_to_graph.py)."""
    return bool(finding.data["refused_by_release"])


def _refused_in_main(finding: Finding, walk: Walk) -> bool:
    return not finding.where.function and _refused_by_producer(finding, walk)


def _refused_in_call(finding: Finding, walk: Walk) -> bool:
    """A function's nodes are looked at when it is instantiated, after pruning."""
    return bool(finding.where.function) and _refused_by_producer(finding, walk) and is_live(finding, walk)


def _refused_when_pruned(finding: Finding, walk: Walk) -> bool:
    """A node of a V1 main graph that tf.saved_model.load copies out of it: for a signature, the restore, the init op."""
    view = walk.view
    if view is None or finding.where.function or not _refused_by_release(finding, walk):
        return False
    reach, positions = view.reach, view.reach.positions()
    slices = [reach.restore(), reach.init(), *map(reach.signature, view.meta.signatures.values())]
    copied = frozenset().union(*[one.nodes for one in slices])
    return any(positions.get(node) in copied for node in walk.members)


# core/framework/op_def_util.cc CheckOpDeprecation
DEPRECATED_IN_LIBRARY = (Mind("op-deprecated", when=_refused_by_release),)
DEPRECATED_IN_MAIN = (Mind("op-deprecated", when=_refused_in_main),)
DEPRECATED_IN_CALL = (Mind("op-deprecated", when=_refused_in_call),)
DEPRECATED_WHEN_PRUNED = (Mind("op-deprecated", when=_refused_when_pruned),)

# core/ops/array_ops.cc, Placeholder: what is copied gets the release's own GraphDef version.
SHAPES_WHEN_PRUNED = (Mind("legacy-placeholder", how=DOUBT),)


_XLA_DEVICES_UNTIL = (2, 4)


def is_doubtful(finding: Finding, walk: Walk) -> bool:
    """Where knowledge of an old release ends: what a loader minds there may also pass.

    Before 2.4 every session had a device XLA_CPU:0, whose kernels the catalogue does not hold for all those releases: a
    dtype that the CPU lacks may find a kernel there (loads with 2.3.4, in both directions).
    """
    return finding.rule == "OP007" and walk.target.minor < _XLA_DEVICES_UNTIL
