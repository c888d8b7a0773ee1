from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.model.objects import ATTRIBUTES, TENSORS, Match, ObjectGraph
from inspector.model.saved_model import INDEX
from inspector.rules.rule import WRONG_RESULT_ERROR, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.restores import OBJECT_GRAPH_KEY

_MODEL = """
object 0 user_object _generic_user_object children=[w: 1, f: 2]
object 1 variable w float32[2]
object 2 bare_concrete_function f
concrete_function f bound_inputs=[1]
function f (w: resource<float32[2]>) -> (y: float32 = y:value:0)
  y = ReadVariableOp(w) {{dtype: float32}}
trackable 0 children=[w: {child}]
trackable 1{values}
variable w/.ATTRIBUTES/VARIABLE_VALUE float32[2]
"""
_VALUE = " values=[VARIABLE_VALUE: {key}]"
ID, KEY, NO_VALUE = "id", "key", "no-value"


class CheckpointObjects(Rule):
    """The object graph inside the checkpoint is damaged, or has no value for a variable.

    What it checks: _CHECKPOINTABLE_OBJECT_GRAPH, where a restore follows it: the ids of children, the form of checkpoint
    keys, and that every variable that a function reads, and every table that is saved, gets a value from it.

    Why it matters: tf.saved_model.load stops with a bare "IndexError: list index out of range" or "ValueError: substring
    not found". A variable whose object is there without a value (or with one that needs a registered saver), or to which
    no path leads, stays without a value, and so does a table: the load goes well. Whoever reads the variable gets an empty
    tensor: the call fails with "Incompatible shapes: [2] vs. [0]" and the like, or returns what it should not. All other
    loaders take keys from the main graph.

    How to fix: variables/ and saved_model.pb are from different exports, or were edited: copy both again, or export again.
    """

    code = "OB016"
    name = "checkpoint-objects"
    otherwise = WRONG_RESULT_ERROR
    needs = ("object graph",)
    message = "the checkpoint's object graph: {why}"
    fix = "copy saved_model.pb and variables/ from one export, or export the model again"
    good = (Example(_MODEL.format(child=1, values=_VALUE.format(key="w/.ATTRIBUTES/VARIABLE_VALUE"))),)
    bad = (
        Example(_MODEL.format(child=9, values=_VALUE.format(key="w/.ATTRIBUTES/VARIABLE_VALUE")), expect=("w",)),
        Example(_MODEL.format(child=1, values=_VALUE.format(key="w")), expect=("w",)),
        Example(_MODEL.format(child=1, values=""), expect=("w",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        checkpoint = bundle.object_graph() if bundle is not None and it.model.is_v2 else None
        objects = it.model.meta_graphs[0].objects if it.model.meta_graphs else None
        if checkpoint is None or objects is None or not objects.nodes:
            return
        where = Location(INDEX, it.meta_views[0].meta.index, field=OBJECT_GRAPH_KEY)
        for case, place, why in _faults(objects, checkpoint):
            yield Found(where, place, {"case": case, "why": why})


def _faults(objects: ObjectGraph, checkpoint: Any) -> Iterator[tuple[str, str, str]]:
    """(case, place, words): python/checkpoint/restore.py CheckpointPosition."""
    if not len(checkpoint.nodes):
        yield ID, "root", "it is empty"
        return
    match = objects.match(checkpoint)
    for node, name, number in match.strays:
        yield ID, name, f"child `{name}` of `{objects.path(node)}` is object {number} of {len(checkpoint.nodes)}"
    misshapen = [(node, key) for node, key in _read_keys(match, checkpoint) if ATTRIBUTES not in key]
    for node, key in misshapen:
        yield KEY, objects.path(node), f"the key `{key}` of `{objects.path(node)}` is without {ATTRIBUTES}"
    if match.strays or misshapen:
        return
    lost = objects.without_value(checkpoint)
    captured = {node for _, function in objects.functions() for node in function.bound_inputs} if lost else set()
    for node in lost:
        if node in captured:
            yield NO_VALUE, objects.path(node), f"it has no value for the variable `{objects.path(node)}`"
    for node in objects.having("saveable_objects"):
        saved = objects.nodes[node]
        if node in match.nodes and _is_lost(saved, checkpoint.nodes[match.nodes[node]]):
            yield NO_VALUE, objects.path(node), f"it has no value for what `{objects.path(node)}` saves"


def _is_lost(saved: Any, trackable: Any) -> bool:
    """No attribute belongs to a saver of the object (restore.py _get_saveable_from_factory)."""
    savers = tuple(saved.saveable_objects)
    names = [attribute.name for attribute in trackable.attributes]
    return not names or (TENSORS not in savers and not any(name.startswith(savers) for name in names))


def _read_keys(match: Match, checkpoint: Any) -> Iterator[tuple[int, str]]:
    """(variable, key as it is written), of those that do not look like keys of variables."""
    for node, key in match.keys.items():
        if ATTRIBUTES not in key:
            trackable = checkpoint.nodes[match.nodes[node]]
            if trackable.attributes and not trackable.registered_saver.name:
                yield node, trackable.attributes[0].checkpoint_key
