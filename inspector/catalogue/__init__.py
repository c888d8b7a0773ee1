"""What each TensorFlow release accepts: ops, attrs and versions, without TensorFlow."""

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
