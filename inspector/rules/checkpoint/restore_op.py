from __future__ import annotations

from collections.abc import Iterator

from inspector.rules.rule import ADVICE_NOTE, Example, Found, GraphRule, found_node, with_ops
from inspector.topology.inspection import MetaView
from inspector.topology.restores import strings_of
from inspector.topology.wiring import Wiring

_GRAPH = """\
file = Placeholder() {{dtype: string, shape: []}}
names = Const() {{dtype: string, value: string[{count}] <{names}>}}
slices = Const() {{dtype: string, value: string[{count}] <"{part}">}}
values = RestoreV2(file, names, slices) {{dtypes: [float32]}}
"""


class RestoreOp(GraphRule):
    """A restore op asks for another number of tensors than it has names for.

    What it checks: each RestoreV2 with constant inputs: as many tensor_names, shape_and_slices and dtypes, and that each
    shape_and_slice parses.

    Why it matters: the restore stops with "Got 4 tensor names, but 3 expected dtypes"; Python stops at the import, also
    in a function that it never runs: "The number of shape_and_slice doesn't match tensor outputs", "Need least two
    elements in shape_and_slice specification".

    How to fix: a tool that adds or removes variables of the checkpoint has to change all three lists of RestoreV2 alike;
    export the model again.
    """

    code = "TB013"
    name = "restore-op"
    otherwise = ADVICE_NOTE
    needs = with_ops("RestoreV2")
    message = "`{node}` (RestoreV2) {problem}"
    fix = "give `{node}` as many tensor_names and shape_and_slices as dtypes; or export the model again"
    good = (
        Example(_GRAPH.format(count=1, names='"w"', part="")),
        Example(_GRAPH.format(count=1, names='"w"', part="10 5 0,5:-")),
    )
    bad = (
        Example(_GRAPH.format(count=2, names='"w", "v"', part=""), expect=("values",)),
        Example(_GRAPH.format(count=1, names='"w"', part="bad"), expect=("values",)),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        graph = wiring.graph
        for at in graph.of_op(("RestoreV2",)):
            positions = graph.index()
            dtypes = graph.kinds[at].attrs.get("dtypes")
            if dtypes is None or len(graph.inputs[at]) < 3:
                continue
            names, parts = (strings_of(graph, positions, graph.inputs[at][i]) for i in (1, 2))
            problem = _problem(len(dtypes.proto.list.type), names, parts)
            if problem:
                yield found_node(wiring, view, at, node=graph.names[at], problem=problem)


def _problem(dtypes: int, names: list[str] | None, parts: list[str] | None) -> str:
    if names is not None and len(names) != dtypes:
        return f"has {len(names)} tensor_names and {dtypes} dtypes"
    if parts is not None and len(parts) != dtypes:
        return f"has {len(parts)} shape_and_slices and {dtypes} dtypes"
    for part in parts or ():
        if part and " " not in part.strip():
            return f"has the shape_and_slice `{part}`, which does not parse"
    return ""
