"""Which ops the TensorFlow Serving binary has beside those of TensorFlow's core library.

Sources: tensorflow_serving/model_servers/BUILD (SUPPORTED_TENSORFLOW_OPS: contrib in builds of 1.x, tensorflow-text, the
inference ops of decision forests), tensorflow_serving/workspace.bzl (which version of each) and RELEASE.md (since when).
Neither names the version for every release, and the catalogue does not hold every version: what is linked lies between
two versions that it holds. An op of the newer one counts as registered: rather an op too many than one too few.

PyFunc, PyFuncStateless and EagerPyFunc are registered by the core library, their kernels by TensorFlow's Python alone:
a server knows the ops and has no kernel for them (``Release.python_layer_kernels``).
"""

from __future__ import annotations

from inspector.catalogue import companions
from inspector.catalogue.opdef import OpDef
from inspector.named_tuple import NamedTuple

TEXT, FORESTS = "tensorflow-text", "tensorflow-decision-forests"

# RELEASE.md of 2.0.0: constrained_sequence_op, sentence_breaking_ops and three tokenizers, no more.
_FIRST_TEXT = (
    "ConstrainedSequence", "SentenceFragments", "UnicodeScriptTokenizeWithOffsets", "WhitespaceTokenizeWithOffsets",
    "WordpieceTokenizeWithOffsets",
)  # fmt: skip
# tensorflow_decision_forests/tensorflow/ops/inference/op.cc, which the target inference:kernel_and_op compiles.
_INFERENCE = (
    "SimpleMLCreateModelResource", "SimpleMLInferenceLeafIndexOpWithHandle", "SimpleMLInferenceOp",
    "SimpleMLInferenceOpWithHandle", "SimpleMLLoadModelFromPath", "SimpleMLLoadModelFromPathWithHandle",
)  # fmt: skip
_CONTRIB_UNTIL = (1, 15)


class Linked(NamedTuple):
    """A package whose ops a server links: all of them, or only ``ops``.

    ``version`` is the one that is linked, empty where it is not recorded; ``least`` and ``most`` are those of the
    catalogue between which it lies.
    """

    package: str
    version: str
    least: str
    most: str
    ops: tuple[str, ...] = ()


# From which release of TensorFlow Serving on, newest first.
_TEXT = (
    ((2, 19), Linked(TEXT, "", "2.12.1", "2.20.1")),
    ((2, 13), Linked(TEXT, "2.12.1", "2.12.1", "2.12.1")),
    ((2, 12), Linked(TEXT, "2.12.0", "2.12.1", "2.12.1")),
    ((2, 11), Linked(TEXT, "2.9.0", "2.8.2", "2.11.0")),
    ((2, 8), Linked(TEXT, "", "2.6.0", "2.8.2")),
    ((2, 7), Linked(TEXT, "2.7.3", "2.6.0", "2.8.2")),
    ((2, 6), Linked(TEXT, "2.5.0", "2.4.3", "2.6.0")),
    ((2, 5), Linked(TEXT, "2.4.3", "2.4.3", "2.4.3")),
    ((2, 4), Linked(TEXT, "2.3.0", "2.1.1", "2.4.3")),
    ((2, 2), Linked(TEXT, "2.2.0", "2.1.1", "2.4.3")),
    ((2, 0), Linked(TEXT, "", "2.1.1", "2.1.1", _FIRST_TEXT)),
)
_FORESTS = (
    ((2, 12), Linked(FORESTS, "1.3.0", "0.2.7", "1.5.0", _INFERENCE)),
    ((2, 11), Linked(FORESTS, "", "0.2.7", "1.5.0", _INFERENCE)),
)


def linked(tensorflow: str) -> tuple[Linked, ...]:
    """What TensorFlow Serving of a release links: TensorFlow Serving 2.15 is built on TensorFlow 2.15."""
    minor = _minor(tensorflow)
    found = (next((what for since, what in table if minor >= since), None) for table in (_TEXT, _FORESTS))
    return tuple(what for what in found if what is not None)


def linked_op(op: str, tensorflow: str) -> OpDef | None:
    """The op as a package that TensorFlow Serving of this release links registers it; None if none does."""
    for what in linked(tensorflow):
        if not what.ops or op in what.ops:
            found = companions.companion_op(what.package, op, what.most)
            if found is not None:
                return found
    return None


def built_in(op: str, tensorflow: str) -> bool | None:
    """Whether TensorFlow Serving of this release has a package's op; None where the sources leave it open."""
    if linked_op(op, tensorflow) is None:
        return False
    return any(companions.companion_op(what.package, op, what.least) for what in linked(tensorflow)) or None


def links_unseen(op: str, tensorflow: str) -> bool:
    """Whether TensorFlow Serving of this release has an op of which the catalogue knows the name only: contrib's."""
    if _minor(tensorflow) > _CONTRIB_UNTIL:
        return False
    return any("tensorflow.contrib" in group.import_statement for group in companions.groups(op))


def _minor(tensorflow: str) -> tuple[int, int]:
    major, minor = tensorflow.split(".")[:2]
    return int(major), int(minor)
