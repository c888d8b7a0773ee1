from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.model import dtypes
from inspector.model.saved_model import INDEX
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.restores import HANDLE_ROUTE, OBJECT_GRAPH_ROUTE, RESTORE_ROUTE

_V1 = """
meta_graph tags=[serve] tensorflow_version=2.15.0 producer=1645
saver filename=file:0 restore=restore save=file:0
graph
  w = VarHandleOp() {{dtype: float32, shape: [2], shared_name: "w"}}
  file = Placeholder() {{dtype: string, shape: []}}
  names = Const() {{dtype: string, value: string[1] <"w">}}
  slices = Const() {{dtype: string, value: string[1] <"">}}
  values = RestoreV2(file, names, slices) {{dtypes: [float32]}}
  assign = AssignVariableOp(w, values) {{dtype: float32}}
  restore = NoOp(^assign)
variable w {dtype}[2]
"""


class VariableDtype(Rule):
    """A variable has another dtype in the checkpoint than the model asks for.

    What it checks: the dtype of each entry of variables.index against the object graph's SavedVariable (what
    tf.saved_model.load restores) and against the RestoreV2 of the graph (what all others run); and the dtype of each
    VarHandleOp of the main graph against the nodes that read or assign it.

    Why it matters: the load stops with "tensor_name = w; expected dtype float does not equal original dtype int32", or at
    the import of the graph with "Trying to read variable with wrong dtype. Expected double got float".

    How to fix: saved_model.pb and variables/ come from different exports, or one was edited: export again.
    """

    code = "TB008"
    name = "variable-dtype"
    otherwise = ADVICE_WARNING
    message = "variable `{key}` is {found} {holder}, {expected} is expected by {asker}"
    fix = (
        "export again, so that saved_model.pb and variables/ belong together; cast a variable in code, not in the file"
    )
    good = (Example(_V1.format(dtype="float32")),)
    bad = (Example(_V1.format(dtype="float64"), expect=("w",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        entries = {} if bundle is None else bundle.entries
        for view in it.meta_views:
            if bundle is not None and it.model.is_v2:
                for variable in view.variables(bundle):
                    entry = entries.get(variable.key or "")
                    if entry is not None and entry.dtype != variable.dtype and _differ(entry.dtype, variable.dtype):
                        data = _data(entry.key, OBJECT_GRAPH_ROUTE, entry.dtype, variable.dtype)
                        yield Found(_where(view, entry.key), entry.key, data)
            for one in view.restored if entries else ():
                entry = entries.get(one.key)
                if entry is not None and entry.dtype != one.dtype and _differ(entry.dtype, one.dtype):
                    yield Found(_where(view, one.key), one.key, _data(one.key, RESTORE_ROUTE, entry.dtype, one.dtype))
            for use in view.handle_conflicts:
                if _differ(use.handle_dtype, use.dtype):
                    data = _data(use.handle, HANDLE_ROUTE, use.handle_dtype, use.dtype, use.node)
                    yield Found(Location("", view.meta.index, node=use.handle), use.handle, data)


def _differ(found: int, expected: int) -> bool:
    """Both known and not the same; a dtype that does not exist is another rule's finding."""
    if not dtypes.is_known(found) or not dtypes.is_known(expected):
        return False
    return dtypes.base(found) != dtypes.base(expected)


def _where(view: MetaView, key: str) -> Location:
    return Location(INDEX, view.meta.index, field=key)


def _data(key: str, route: str, found: int, expected: int, node: str = "") -> dict[str, Any]:
    holder = "in its VarHandleOp" if node else "in the checkpoint"
    asker = f"`{node}`" if node else "the object graph" if route == OBJECT_GRAPH_ROUTE else "RestoreV2"
    return {
        "key": key,
        "route": route,
        "found": dtypes.name(found),
        "expected": dtypes.name(expected),
        "holder": holder,
        "asker": asker,
    }
