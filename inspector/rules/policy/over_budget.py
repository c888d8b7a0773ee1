from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.saved_model import INDEX
from inspector.policy import Demands
from inspector.rules.rule import POLICY_ERROR, Example, Found, Rule
from inspector.topology.inspection import Inspection

_SMALL = "x = Placeholder() {dtype: float32, shape: [?]}\ny = Relu(x) {T: float32}"
_WEIGHTS = "variable w float32[64,10] shard 0 [0, 2560)"


class OverBudget(Rule):
    """The model is larger than the policy allows.

    What it checks: the budgets of the configuration: ``max-bytes`` (all files of the model's folder), ``max-parameters``
    (elements of the checkpoint's numeric tensors), ``max-graphdef-bytes`` (the largest serialized GraphDef, functions
    included) and ``max-nodes`` (of the largest MetaGraph, functions included). Nothing without a budget.

    Why it matters: an image that no longer fits its volume, a server that runs out of memory, a GraphDef that comes near to
    the 2 GiB that protobuf parses are found at the deployment, long after the change that made the model grow.

    How to fix: keep optimizer slots and constants out of the export, or raise the budget in the configuration.
    """

    code = "PO001"
    name = "over-budget"
    otherwise = POLICY_ERROR
    needs = ("demands",)
    message = "{what}: {found:,}, the budget is {budget:,} ({key})"
    fix = "make the model smaller, or raise `{key}` in the configuration"
    good = (
        Example(_SMALL),
        Example(_SMALL, demands=Demands(max_nodes=2, max_bytes=100_000, max_graphdef_bytes=10_000, max_parameters=0)),
    )
    bad = (
        Example(_SMALL, expect=("max-nodes",), demands=Demands(max_nodes=1)),
        Example(_SMALL, expect=("max-graphdef-bytes", "max-bytes"), demands=Demands(max_bytes=9, max_graphdef_bytes=9)),
        Example(_WEIGHTS, expect=("max-parameters",), demands=Demands(max_parameters=639, max_bytes=100_000)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        model, demands = it.model, it.share.demands
        if not model.meta_graphs or not any(budget is not None for budget in demands[:4]):
            return
        graph_bytes = max(meta.graph_bytes for meta in model.meta_graphs)
        parameters = model.bundle.parameters if model.bundle is not None else 0
        on_disk = model.bytes_on_disk if demands.max_bytes is not None else 0
        for key, what, file, budget, found in (
            ("max-bytes", "bytes on disk", "", demands.max_bytes, on_disk),
            ("max-parameters", "parameters", INDEX, demands.max_parameters, parameters),
            ("max-graphdef-bytes", "bytes of GraphDef", "", demands.max_graphdef_bytes, graph_bytes),
            ("max-nodes", "nodes", "", demands.max_nodes, max(_nodes(it))),
        ):
            if budget is not None and found > budget:
                data = {"key": key, "what": what, "budget": budget, "found": found}
                yield Found(Location(file, field=key), key, data)


def _nodes(it: Inspection) -> list[int]:
    return [sum(len(graph) for graph in meta.graphs()) for meta in it.model.meta_graphs]
