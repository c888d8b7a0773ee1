from __future__ import annotations

from collections.abc import Iterator

from inspector.catalogue import Release
from inspector.findings import Location
from inspector.model import dtypes
from inspector.model.saved_model import INDEX
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = """
object 0 user_object _generic_user_object children=[w: 1]
object 1 variable w {dtype}[2]
variable w/.ATTRIBUTES/VARIABLE_VALUE {dtype}[2]
"""
# AssignVariableOp has kernels for these in every release: float32 to bool, bfloat16, uint16, complex128, float16.
_ALWAYS = frozenset((*range(1, 11), 14, 17, 18, 19))


class VariableDtypeRefused(Rule):
    """The target has no kernel that assigns a variable of this dtype.

    What it checks: the dtype of every variable of the object graph that is restored, against the CPU kernels of
    AssignVariableOp in the target's release.

    Why it matters: tf.saved_model.load assigns each restored value by an op of its own, and stops with "No OpKernel was
    registered to support Op 'AssignVariableOp'". Variables of uint32 need TensorFlow 2.3, of uint64 2.4, of float8 and
    int4 2.15. TensorFlow Serving and tf.compat.v1.saved_model.load run the ops of the graph, which have findings of their
    own.

    How to fix: load the model with a release that has the kernel, or export it with variables of another dtype.
    """

    code = "VR006"
    name = "variable-dtype-refused"
    otherwise = ADVICE_NOTE
    needs = ("object graph",)
    names_release = True
    message = "TensorFlow {tensorflow} cannot assign a variable of {dtype}, as `{variable}` is"
    fix = "load the model with a newer TensorFlow, or export it with `{variable}` of another dtype"
    good = (Example(_MODEL.format(dtype="uint64"), target="2.4.4"), Example(_MODEL.format(dtype="int64")))
    bad = (
        Example(_MODEL.format(dtype="uint64"), expect=("w",), target="2.3.4"),
        Example(_MODEL.format(dtype="float8_e5m2"), expect=("w",), target="2.14.1"),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        if not it.model.is_v2:
            return
        for view in it.meta_views:
            rare = [one for one in view.variables(it.model.bundle) if one.key and one.dtype not in _ALWAYS]
            for variable in rare:
                if not _assigns(it.release, variable.dtype):
                    data = {"variable": variable.path, "dtype": dtypes.name(variable.dtype), "tensorflow": ""}
                    yield Found(Location(INDEX, view.meta.index), variable.path, data)


def _assigns(release: Release, dtype: int) -> bool:
    from inspector.catalogue.kerneldef import serving

    return bool(serving(release.kernels("AssignVariableOp"), "CPU", {"dtype": dtype}))
