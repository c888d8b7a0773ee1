from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from inspector.findings import Location
from inspector.model import dtypes
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = """
object 0 user_object _generic_user_object children=[w: 1]
object 1 variable w {variable}
variable w/.ATTRIBUTES/VARIABLE_VALUE float32[2]
"""
_MOST = (1 << 63) - 1
_MODES = range(4)  # VariableSynchronization and VariableAggregation: tensorflow/core/framework/variable.proto


class SavedVariable(Rule):
    """A variable of the object graph cannot be made.

    What it checks: the dtype, the shape and the modes of synchronization and aggregation of each SavedVariable.

    Why it matters: tf.saved_model.load makes the variable before it reads its value, and stops with "Cannot convert the
    argument `type_value`: 0 to a TensorFlow DType", "Invalid variable synchronization mode: 77" and the like, which name no
    file. All other loaders take variables from the main graph and ignore the object graph.

    How to fix: a newer TensorFlow saved the model, or saved_model.pb is damaged: load with the one that saved it, copy the
    file again, or export again.
    """

    code = "OB012"
    name = "saved-variable"
    otherwise = ADVICE_NOTE
    needs = ("object graph",)
    message = "the variable `{path}` cannot be made: {why}"
    fix = "load with the TensorFlow that saved the model, or export again: tf.saved_model.save(obj, path)"
    good = (
        Example(_MODEL.format(variable="float32[2]")),
        Example(_MODEL.format(variable="float32[?] synchronization=2 aggregation=1")),
    )
    bad = (
        Example(_MODEL.format(variable="invalid(0)[2]"), expect=("w",)),
        Example(_MODEL.format(variable="float32[-5]"), expect=("w",)),
        Example(_MODEL.format(variable="float32[2] synchronization=77"), expect=("w",)),
        Example(_MODEL.format(variable="float32[2] aggregation=9"), expect=("w",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            slots = frozenset(objects.slots().values())  # made by their optimizer
            judged: dict[tuple[Any, ...], str] = {}
            for node in objects.of_kind("variable"):
                variable = objects.nodes[node].variable
                looks = (
                    variable.dtype,
                    variable.synchronization,
                    variable.aggregation,
                    variable.shape.SerializeToString(),
                )
                why = judged.get(looks)
                if why is None:
                    why = judged[looks] = _fault(variable)
                if why and node not in slots:
                    path = objects.path(node)
                    where = Location("", view.meta.index, field=f"object_graph_def.nodes[{node}].variable")
                    yield Found(where, path, {"path": path, "why": why})


def _fault(variable: Any) -> str:
    """As Loader._recreate_variable goes about it: modes, then shape and dtype (python/ops/variables.py)."""
    if variable.aggregation not in _MODES:
        return f"its aggregation is {variable.aggregation}"
    if variable.synchronization not in _MODES:
        return f"its synchronization is {variable.synchronization}"
    if not dtypes.is_known(variable.dtype) or variable.dtype > dtypes.REF:
        return f"its dtype is {dtypes.name(variable.dtype)}"
    sizes = [dim.size for dim in variable.shape.dim]
    if any(size < -1 for size in sizes) or prod(size for size in sizes if size > 0) > _MOST:
        return f"its shape is {sizes}"
    return ""
