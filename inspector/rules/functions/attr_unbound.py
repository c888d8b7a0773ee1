from __future__ import annotations

from collections.abc import Iterator

from inspector.model.kinds import UNBOUND, Kind
from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.wiring import Wiring


class AttrUnbound(GraphRule):
    """Attr waits for a value that nothing gives it.

    What it checks: in the main graph and in all functions, attrs that hold a placeholder ("$T") which the function does
    not declare among its own attrs, and attrs without any value that the node's op does not have (such as `_class`). An
    attr of the op without a value is OP003.

    Why it matters: a function is instantiated with the attrs of its call, and each attr of each node has to come out with
    a value, needed or not: "Failed to bind all placeholders in $T", or in <Unknown AttrValue type>. TensorFlow Serving and
    tf.compat.v1.saved_model.load stop so where the main graph calls the function, all loaders when it is called. The
    import of a graph, which tf.saved_model.load makes of every function, refuses a placeholder: "Input 0 of node y was
    passed float from x:0 incompatible with expected INVALID", "AttrValue had value with unexpected type 'placeholder'".

    How to fix: write the value, or remove the attr; a tool that reads an attr through the map of a NodeDef in Python makes
    an empty one when there was none.
    """

    code = "FN011"
    name = "attr-unbound"
    otherwise = ADVICE_WARNING
    needs = ("unbound attr",)
    message = "attr `{attr}` of `{node}` ({op}) holds {found}, and nothing gives it a value"
    fix = "set the attr `{attr}` of `{node}` to a value, or remove it"
    good = (
        Example('x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32, _class: ["loc:@x"]}'),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32, _class: list []}"
        ),
    )
    bad = (
        Example('x = Placeholder() {dtype: float32}\ny = Relu(x) {T: placeholder "T"}', expect=("y",)),
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32, _class: none}", expect=("y",)),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32, _class: none}",
            expect=("y",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        if it.model.kinds.has_unbound:
            yield from super().check(it)

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        function = view.meta.function(wiring.function) if wiring.function else None
        filled = frozenset(attr.name for attr in function.signature.attr) if function is not None else frozenset()
        known: dict[Kind, list[dict[str, object]]] = {}
        for at, kind in enumerate(wiring.graph.kinds):
            if kind not in known:
                known[kind] = list(_unbound(kind, view, filled))
            for data in known[kind]:
                yield found_node(wiring, view, at, field="attr", node=wiring.graph.names[at], op=kind.op, **data)


def _unbound(kind: Kind, view: MetaView, filled: frozenset[str]) -> Iterator[dict[str, object]]:
    waiting = [attr for attr in kind.attrs.values() if attr.kind in UNBOUND]
    op_def = view.ops.op(kind.op) if waiting else None
    if op_def is None:
        return
    own = {attr.name for attr in op_def.attrs}
    for attr in waiting:
        name = attr.proto.placeholder if attr.kind else ""
        if name not in filled and (attr.kind or attr.name not in own):
            found = f"the placeholder `{name}`" if attr.kind else "nothing"
            yield {"attr": attr.name, "found": found, "placeholder": bool(attr.kind), "own": attr.name in own}
