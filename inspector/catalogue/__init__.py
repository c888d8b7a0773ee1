"""What each TensorFlow release accepts: ops, attrs, kernels and versions, and who owns other ops; without TensorFlow.

Two rooms have doors of their own, since few checks enter them: ``inspector.catalogue.kerneldef`` (KernelDef, and which
kernel serves a node) and ``inspector.catalogue.companions`` (packages that own ops).
"""

from inspector.catalogue.opdef import ArgDef, AttrDef, OpDef
from inspector.catalogue.registry import Release, all_op_names, near_ops, release, releases, releases_with

__all__ = [
    "ArgDef",
    "AttrDef",
    "OpDef",
    "Release",
    "all_op_names",
    "near_ops",
    "release",
    "releases",
    "releases_with",
]
