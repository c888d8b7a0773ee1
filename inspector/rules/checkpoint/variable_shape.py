from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.model.dtypes import Shape, shape_text, shapes_agree
from inspector.model.saved_model import INDEX
from inspector.rules.rule import WRONG_RESULT_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.restores import (
    OBJECT_GRAPH_ROUTE,
    RESTORE_ROUTE,
    Restored,
    declared,
)

AT_LOAD, AT_CALL, RUNS = "load", "call", "runs"
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
variable w float32[{dim}]
"""


class VariableShape(Rule):
    """A variable has another shape in the checkpoint than the model declares.

    What it checks: the shape of each entry of variables.index against the object graph's SavedVariable, against the
    variable in the main graph that RestoreV2 fills, and against its shape_and_slices.

    Why it matters: tf.saved_model.load refuses a V2 model: "Received incompatible tensor with shape (3, 4) when attempting
    to restore variable with shape (4, 3)". All others check nothing when they restore a resource variable: the load
    succeeds, and the first call fails ("Matrix size-incompatible") or, where the ops broadcast, computes something else
    without a word. A V1 reference variable is checked: "Assign requires shapes of both tensors to match".

    How to fix: saved_model.pb and variables/ come from different exports: copy both from one, or export again.
    """

    code = "TB009"
    name = "variable-shape"
    otherwise = WRONG_RESULT_WARNING
    needs = ("checkpoint",)
    message = "variable `{key}` has shape {found} in the checkpoint, {expected} is expected by {asker}"
    fix = "export again, so that saved_model.pb and variables/ belong together"
    good = (Example(_V1.format(dim=2)),)
    bad = (Example(_V1.format(dim=3), expect=("w",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        entries = {} if bundle is None else bundle.entries
        shapes = {key: entry.shape for key, entry in entries.items() if min(entry.shape or (), default=0) >= 0}
        for view in it.meta_views:
            if bundle is not None and it.model.is_v2:
                for variable in view.variables(bundle):
                    shape = shapes.get(variable.key or "")
                    if variable.key and shape is not None and not shapes_agree(shape, variable.shape):
                        data = _data(variable.key, OBJECT_GRAPH_ROUTE, shape, variable.shape, AT_LOAD)
                        yield Found(_where(view, variable.key), variable.key, data)
            yield from _restored(view, shapes)


def _restored(view: MetaView, shapes: dict[str, tuple[int, ...] | None]) -> Iterator[Found]:
    graph, positions = view.meta.graph, view.reach.positions()
    for one in view.restored if shapes else ():
        shape = shapes.get(one.key)
        if shape is None:
            continue
        expected: Shape = _of_part(one.part)
        if expected is None and one.handle in positions:
            expected = declared(graph.kinds[positions[one.handle]])[1]
        if not shapes_agree(shape, expected):
            at = AT_LOAD if one.part or one.assign == "Assign" else AT_CALL
            if at == AT_CALL and _stripped(shape) == _stripped(expected):
                at = RUNS
            data = _data(one.key, RESTORE_ROUTE, shape, expected, at, one.handle, _name(one))
            yield Found(_where(view, one.key), one.key, data)


def _of_part(part: str) -> Shape:
    """The full shape in a shape_and_slice: "10 5 0,5:-" is [10,5] (util/saved_tensor_slice_util.cc)."""
    words = part.split(" ")[:-1]
    return tuple(int(word) for word in words) if words and all(word.isdecimal() for word in words) else None


def _stripped(shape: Shape) -> Shape:
    """Without leading ones: what broadcasts to the same."""
    first = next((i for i, dim in enumerate(shape) if dim != 1), len(shape)) if shape is not None else 0
    return shape[first:] if shape is not None else None


def _name(one: Restored) -> str:
    return one.node if one.part else one.handle


def _where(view: MetaView, key: str) -> Location:
    return Location(INDEX, view.meta.index, field=key)


def _data(
    key: str, route: str, found: Shape, expected: Shape, at: str, handle: str = "", node: str = ""
) -> dict[str, Any]:
    return {
        "key": key,
        "route": route,
        "found": shape_text(found),
        "expected": shape_text(expected),
        "at": at,
        "handle": handle,
        "asker": f"`{node}` of the main graph" if node else "the object graph",
    }
