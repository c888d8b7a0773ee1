from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.topology.inspection import MetaView
from inspector.topology.names import is_valid_name
from inspector.topology.wiring import Wiring


class InvalidNodeName(GraphRule):
    """Node has a name that TensorFlow does not allow.

    What it checks: that each node's name begins with a letter, a digit or ".", and goes on with these, "_", "-" and
    "/"; ">" may join several such names.

    Why it matters: the import stops with "Node name contains invalid characters" ("Node 'a b': Node name contains
    invalid characters").

    How to fix: rename the node, and the inputs and signatures that name it: letters, digits, ".", "_", "-", "/".
    """

    code = "GR007"
    name = "invalid-node-name"
    otherwise = ADVICE_WARNING
    needs = ("edges bad_names",)
    message = 'the node name "{node}" ({op}) is not allowed'
    fix = "rename the node, with letters, digits and . _ - / only, beginning with a letter or a digit"
    good = (Example("a/b.c-1_x = Placeholder() {dtype: float32}\ny = Relu(a/b.c-1_x) {T: float32}"),)
    bad = (
        Example("_x = Placeholder() {dtype: float32}", expect=("_x",)),
        Example(
            'function f (a: float32) -> (r: float32 = "-y:activations:0")\n  "-y" = Relu(a) {T: float32}',
            expect=("-y",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        for at in wiring.bad_names:
            name = wiring.graph.names[at]
            internal = is_valid_name(name.lstrip("_"))
            yield found_node(wiring, view, at, field="name", node=name, op=wiring.graph.kinds[at].op, internal=internal)
