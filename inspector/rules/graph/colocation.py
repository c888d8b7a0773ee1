from __future__ import annotations

from collections.abc import Iterator

from inspector.model.graph import Attr, Kind
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule, found_node
from inspector.rules.wording import some_of
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.wiring import Wiring

_PREFIX = "loc:@"
_CLASS = "_class"


class Colocation(Rule):
    """Node asks to be placed with a node that the main graph does not have.

    What it checks: the attr _class of the main graph's nodes: that it is a list, and that the nodes it names behind
    "loc:@" are there. In functions nobody looks at these names, but Python wants a list there too.

    Why it matters: the import of the main graph stops with "Node 'x' expects to be colocated with unknown node 'y'", in
    every loader that imports it. A _class that is no list stops Python: "TypeError: Expected binary or unicode string".

    How to fix: a tool that removes or renames nodes has to change the _class of the others; it can be deleted, or the
    model exported with ``clear_devices=True``.
    """

    code = "GR019"
    name = "colocation"
    otherwise = ADVICE_NOTE
    needs = ("attr _class",)
    about_nodes = True
    message = "`{node}` ({op}) asks to be placed with {with_what}"
    fix = "remove the attr _class of `{node}`, or keep the nodes that it names"
    good = (
        Example('x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32, _class: ["loc:@x"]}'),
        Example(
            "function f (a: float32) -> (r: float32 = y:activations:0)\n"
            '  y = Relu(a) {T: float32, _class: ["loc:@gone"]}'
        ),
    )
    bad = (
        Example('x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32, _class: ["loc:@gone"]}', expect=("y",)),
        Example('x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32, _class: "loc:@x"}', expect=("y",)),
        Example(
            'function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32, _class: "loc:@a"}',
            expect=("y",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        asking = frozenset(it.model.kinds.having(_CLASS))
        for view in it.meta_views:
            for wiring in view.wirings():
                yield from _misplaced(asking, wiring, view)


def _misplaced(asking: frozenset[Kind], wiring: Wiring, view: MetaView) -> Iterator[Found]:
    graph = wiring.graph
    classes = {kind: kind.raw(_CLASS) for kind in asking.intersection(graph.kinds)}
    faults = {raw: _fault(Attr(_CLASS, raw), wiring) for raw in set(classes.values())}
    wrong = {kind: fault for kind, raw in classes.items() if (fault := faults[raw]) is not None}
    for at in graph.of_op({kind.op for kind in wrong}) if wrong else ():
        kind, name = graph.kinds[at], graph.names[at]
        if kind in wrong:
            text, listed = wrong[kind]
            yield found_node(wiring, view, at, field="attr", node=name, op=kind.op, with_what=text, listed=listed)


def _fault(attr: Attr, wiring: Wiring) -> tuple[str, bool] | None:
    """What nodes with this _class ask for in vain, and whether it is a list."""
    if not attr.value:
        return None
    if attr.kind != "list":
        return "a _class that is no list", False
    if wiring.function:
        return None
    names = [text.decode("utf-8", "replace") for text in attr.proto.list.s]
    wanted = [name[len(_PREFIX) :] for name in names if name.startswith(_PREFIX)]
    missing = [name for name in wanted if name not in wiring.positions]
    return (f"{some_of(missing)}, which the graph does not have", True) if missing else None
