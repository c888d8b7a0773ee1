"""Which shape function an op has. An op that is not in the table has outputs of unknown shape."""

from __future__ import annotations

from inspector.topology.shapes.arrays import ARRAYS
from inspector.topology.shapes.families import FAMILIES, ShapeFunction
from inspector.topology.shapes.nn import NN
from inspector.topology.shapes.slicing import PARTS
from inspector.topology.shapes.state import STATE

SHAPE_FUNCTIONS: dict[str, ShapeFunction] = {**FAMILIES, **ARRAYS, **PARTS, **NN, **STATE}

# Ops whose outputs TensorFlow itself leaves unknown, or that have none.
SAY_NOTHING = frozenset((
    "NoOp", "LookupTableFindV2", "LookupTableFind", "DisableCopyOnRead", "InitializeTableFromTextFileV2",
    "LookupTableImportV2", "PyFunc", "PyFuncStateless", "EagerPyFunc", "OptionalGetValue",
))  # fmt: skip


def is_covered(op: str) -> bool:
    """Whether inference of an op's outputs knows what TensorFlow knows; calls are followed, not looked up."""
    return op in SHAPE_FUNCTIONS or op in SAY_NOTHING or op in CALLS


CALLS = frozenset(("PartitionedCall", "StatefulPartitionedCall"))
