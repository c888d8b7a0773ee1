from __future__ import annotations

from collections.abc import Iterator, Mapping

from inspector.findings import Location
from inspector.model.bundle import TensorBundle
from inspector.rules.rule import WRONG_RESULT_ERROR, Example, Found, Rule, with_ops
from inspector.topology.bindings import bindings, keys_of_objects, restored_from, variables
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.restores import declared

_V1 = """
meta_graph tags=[serve] tensorflow_version=2.15.0 producer=1645
saver filename=file:0 restore=restore save=file:0
graph
  a = VarHandleOp() {{dtype: float32, shape: [2], shared_name: "a"}}
  b = VarHandleOp() {{dtype: float32, shape: [2], shared_name: "{shared_name}"}}
  file = Placeholder() {{dtype: string, shape: []}}
  names = Const() {{dtype: string, value: string[2] <{keys}>}}
  slices = Const() {{dtype: string, value: string[2] <"">}}
  values = RestoreV2(file, names, slices) {{dtypes: [float32, float32]}}
  set_a = AssignVariableOp(a, values) {{dtype: float32}}
  set_b = AssignVariableOp(b, values:1) {{dtype: float32}}
  restore = NoOp(^set_a, ^set_b)
variable a float32[2]
variable b float32[2]
"""


class VariableMixedUp(Rule):
    """A variable gets the weights of another one.

    What it checks: places that must tell the same. Two variables of the main graph with one shared_name are one
    variable, and must not be restored from two entries. The restore op must not fill variables crosswise, each from the
    entry that has the name of the other, nor must the object graph inside the checkpoint, which knows the name under which
    each value was saved. And the variable that a call of the main graph passes to a function must come from the same entry
    as the one that the object graph binds to that function.

    Why it matters: nothing fails. Where dtypes and shapes agree every loader takes the model, and it computes with the
    wrong weights; tf.saved_model.load, which goes by the object graph, and TensorFlow Serving, which goes by the main
    graph, then answer differently. Two nodes of one variable with different dtypes stop the restore of all others: "Trying
    to assign variable with wrong dtype. Expected uint16 got complex64".

    How to fix: a tool that renames or reorders variables has to change the restore op, the calls and the object graph
    alike. Export the model again, and compare its outputs with the original's.
    """

    code = "TB014"
    name = "variable-mixed-up"
    otherwise = WRONG_RESULT_ERROR
    needs = with_ops("RestoreV2")
    message = "{what}"
    fix = "export the model again and compare its outputs with the original's: it computes with the wrong weights"
    good = (Example(_V1.format(shared_name="b", keys='"a", "b"')),)
    bad = (
        Example(_V1.format(shared_name="b", keys='"b", "a"'), expect=("a", "b")),
        Example(_V1.format(shared_name="a", keys='"a", "b"'), expect=("b",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            yield from _saved_crosswise(it, view)
            restored = restored_from(view) if view.restored else None
            if not restored:
                continue
            yield from _shared(view, restored)
            yield from _crosswise(view, restored)
            yield from _bound_otherwise(it, view, restored)


def _shared(view: MetaView, restored: dict[str, tuple[str, str]]) -> Iterator[Found]:
    first: dict[tuple[str, str], str] = {}
    known = variables(view)
    for name in restored:
        if name not in known:
            continue
        other = first.setdefault(known[name], name)
        if restored[other] != restored[name]:
            shared, clash = known[name][1], _clash(view, name, other)
            what = (
                f"`{other}` and `{name}` are one variable (shared_name `{shared}`), restored from "
                f"`{restored[other][0]}` and then from `{restored[name][0]}`{', of another dtype' if clash else ''}"
            )
            yield _found(view, name, what, clash)


def _clash(view: MetaView, name: str, other: str) -> str:
    """The op of two nodes of one variable that declare different dtypes; empty where they agree."""
    kinds, positions = view.meta.graph.kinds, view.reach.positions()
    one, two = kinds[positions[name]], kinds[positions[other]]
    return one.op if declared(one)[0] != declared(two)[0] else ""


def _crosswise(view: MetaView, restored: dict[str, tuple[str, str]]) -> Iterator[Found]:
    known = variables(view)
    own = {known[name][1]: name for name in restored if name in known}
    for shared in _in_circles({shared: restored[name][0] for shared, name in own.items()}):
        name = own[shared]
        yield _found(view, name, f"the variable `{shared}` is restored from `{restored[name][0]}`, and crosswise")


def _saved_crosswise(it: Inspection, view: MetaView) -> Iterator[Found]:
    """Variables that the checkpoint's object graph gives each other's values (TrackableObject.SerializedTensor.full_name)."""
    objects, bundle = view.meta.objects, it.model.bundle
    checkpoint = bundle.object_graph() if bundle is not None and it.model.is_v2 else None
    if objects is None or checkpoint is None:
        return
    match = objects.match(checkpoint)
    saved: dict[str, str] = {}
    paths: dict[str, int] = {}
    for node in match.keys:
        attributes = checkpoint.nodes[match.nodes[node]].attributes
        name = objects.nodes[node].variable.name
        if len(attributes) == 1 and attributes[0].full_name != name:
            saved[name], paths[name] = attributes[0].full_name, node
    for name in _in_circles(saved):
        path = objects.path(paths[name])
        what = f"the variable `{path}` ({name}) gets what was saved as `{saved[name]}`, and crosswise"
        yield Found(Location("", view.meta.index), path, {"node": path, "what": what, "clash": ""})


def _in_circles(sources: Mapping[str, str]) -> Iterator[str]:
    """Those that get what others should have, and so on, back to their own."""
    for name, source in sources.items():
        seen = [name]
        while source in sources and source not in seen:
            seen.append(source)
            source = sources[source]
        if len(seen) > 1 and source == name:
            yield name


def _bound_otherwise(it: Inspection, view: MetaView, restored: dict[str, tuple[str, str]]) -> Iterator[Found]:
    bundle = it.model.bundle
    if bundle is None or not it.model.is_v2:
        return
    keys = keys_of_objects(view, bundle)
    told: set[tuple[str, str]] = set()
    for one in bindings(view):
        mine, theirs = restored.get(one.handle, ("", ""))[0], keys.get(one.node)
        if not mine or theirs is None or _content(bundle, mine) == _content(bundle, theirs):
            continue
        if (one.handle, theirs) not in told:
            told.add((one.handle, theirs))
            what = (
                f"`{one.call}` passes `{one.handle}`, restored from `{mine}`, to a function that the object graph binds "
                f"to `{theirs}`"
            )
            yield _found(view, one.handle, what)


def _content(bundle: TensorBundle, key: str) -> tuple[object, ...]:
    """Equal for equal tensors: Keras 3 saves a variable under two keys."""
    entry = bundle.entries.get(key)
    return (key,) if entry is None else (entry.dtype, entry.shape, entry.size, entry.crc32c)


def _found(view: MetaView, name: str, what: str, clash: str = "") -> Found:
    return Found(Location("", view.meta.index, node=name), name, {"node": name, "what": what, "clash": clash})
