from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from inspector.model.graph import Form, Graph
from inspector.named_tuple import NamedTuple
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule, node_at, with_ops
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.reach import callable_signatures
from inspector.topology.restores import int_of


class Wait(NamedTuple):
    """What a node waits for, and the ops whose names begin so that supply it."""

    what: str
    suppliers: tuple[str, ...]


_QUEUE = Wait("a queue", ("QueueEnqueue",))
_STAGED = Wait("a staging area", ("Stage", "MapStage", "OrderedMapStage"))
_BARRIER = Wait("a barrier", ("BarrierInsertMany", "BarrierClose"))
_GRADIENTS = Wait("an accumulator", ("AccumulatorApply", "SparseAccumulatorApply", "ResourceAccumulatorApply"))
_WAITS = {
    **dict.fromkeys(("QueueDequeue", "QueueDequeueMany", "QueueDequeueUpTo"), _QUEUE),
    **dict.fromkeys(("QueueDequeueV2", "QueueDequeueManyV2", "QueueDequeueUpToV2"), _QUEUE),
    **dict.fromkeys(("ReaderRead", "ReaderReadV2", "ReaderReadUpTo", "ReaderReadUpToV2"), _QUEUE),
    **dict.fromkeys(("Unstage", "StagePeek", "MapUnstage", "MapUnstageNoKey", "MapPeek"), _STAGED),
    **dict.fromkeys(("OrderedMapUnstage", "OrderedMapUnstageNoKey", "OrderedMapPeek"), _STAGED),
    "BarrierTakeMany": _BARRIER,
    **dict.fromkeys(("AccumulatorTakeGradient", "SparseAccumulatorTakeGradient"), _GRADIENTS),
    "ResourceAccumulatorTakeGradient": _GRADIENTS,
}
# Collectives: the position of the input that tells the size of the group; None: the attr group_size does.
_GROUPS: dict[str, int | None] = {
    **dict.fromkeys(("CollectiveReduce", "CollectiveGather", "CollectiveBcastSend", "CollectiveBcastRecv")),
    **dict.fromkeys(("CollectiveReduceV2", "CollectiveGatherV2", "CollectiveReduceScatterV2"), 1),
    **dict.fromkeys(("CollectiveAllToAllV2", "CollectiveBcastSendV2"), 1),
    "CollectiveBcastRecvV2": 0,
}
_DEQUEUE = """\
q = FIFOQueueV2() {component_types: [float32], shapes: [[]], capacity: 3, shared_name: "q"}
y = QueueDequeueV2(q) {component_types: [float32], timeout_ms: -1}
"""
_REDUCE = (
    "x = Placeholder() {{dtype: float32, shape: [2]}}\n"
    'y = CollectiveReduce(x) {{T: float32, group_size: {size}, group_key: 1, instance_key: 1, merge_op: "Add", '
    'final_op: "Id", subdiv_offsets: list [0]}}'
)


class WaitsForOthers(Rule):
    """Node waits for what nothing in the model supplies.

    What it checks: nodes that take from a queue, a staging area, a barrier or an accumulator that no signature and no
    init op fills (the queue runners of a training graph do not run in a loaded model), and collective ops whose group
    has more than one member.

    Why it matters: every loader takes the model, and the call never returns: no error, no time limit. A server that
    gets such a request loses a thread with each of them.

    How to fix: export an inference graph that takes its input from a placeholder instead of the input pipeline, and
    outside of distribution strategies and their replicas.
    """

    code = "GR017"
    name = "waits-for-others"
    otherwise = ADVICE_NOTE
    needs = with_ops(*_WAITS, *_GROUPS)
    about_nodes = True
    message = "`{node}` ({op}) waits for {what}, {why}: a call that runs it never returns"
    fix = "{cure}"
    good = (
        Example(
            f"x = Placeholder() {{dtype: float32}}\n{_DEQUEUE}"
            "put = QueueEnqueueV2(q, x) {Tcomponents: [float32], timeout_ms: -1}\n"
            "signature put (x: float32[] = x:0) -> (x: float32[] = z:0)\nz = Identity(x, ^put) {T: float32}"
        ),
        Example(_REDUCE.format(size=1)),
    )
    bad = (
        Example(_DEQUEUE, expect=("y",)),
        Example(_REDUCE.format(size=2), expect=("y",)),
        Example(
            "function f (a: float32) -> (r: float32 = y:data:0)\n  n = Const() {dtype: int32, value: int32[] <4>}\n"
            "  k = Const() {dtype: int32, value: int32[] <1>}\n"
            "  y = CollectiveReduceV2(a, n:output:0, k:output:0, k:output:0) "
            '{T: float32, merge_op: "Add", final_op: "Id", Nordering_token: 0, max_subdivs_per_device: -1}',
            expect=("y",),
        ),
    )  # fmt: skip

    def check(self, it: Inspection) -> Iterator[Found]:
        ops = {form.op for form in it.model.kinds.forms}
        if ops.isdisjoint(_WAITS) and ops.isdisjoint(_GROUPS):
            return
        for view in it.meta_views:
            supplied = _supplied(view) if not ops.isdisjoint(_WAITS) else frozenset()
            for graph in view.meta.graphs():
                yield from _waiting(graph, view, supplied)


def _waiting(graph: Graph, view: MetaView, supplied: frozenset[str]) -> Iterator[Found]:
    for at, kind in enumerate(graph.kinds):
        wait = _WAITS.get(kind.op)
        data: dict[str, Any] | None = None
        if wait is not None and not any(op.startswith(wait.suppliers) for op in supplied):
            cure = "export an inference graph that is fed by a placeholder, without the input pipeline"
            data = {"what": f"an element of {wait.what}", "why": "which nothing in the model fills", "cure": cure}
        elif kind.op in _GROUPS:
            size = _group_size(graph, at, view)
            if size > 1:
                cure = "export the model outside of tf.distribute strategies (one replica), without collective ops"
                data = {"what": f"{size - 1} other members of its group", "why": "which no one else is", "cure": cure}
        if data is not None:
            name = graph.names[at]
            yield Found(node_at(view, graph.function, name), name, {"node": name, "op": kind.op, **data})


def _supplied(view: MetaView) -> frozenset[str]:
    """The ops that some signature, the init op or, with an object graph, some function can run."""
    nodes = view.reach.init().nodes
    functions = view.reach.init().functions
    for signature in callable_signatures(view.meta):
        reached = view.reach.signature(signature)
        nodes, functions = nodes | reached.nodes, functions | reached.functions
    kinds = {view.meta.graph.kinds[at] for at in nodes}
    for function in view.meta.library.functions:
        if function.name in functions or view.meta.objects is not None:
            kinds.update(function.body.kinds)
    return frozenset(kind.op for kind in kinds)


def _group_size(graph: Graph, at: int, view: MetaView) -> int:
    """How many members the group of a collective op has; 0 where that cannot be told."""
    kind = graph.kinds[at]
    position = _GROUPS[kind.op]
    if position is None:
        return _size_of(kind.form)
    inputs = graph.inputs[at]
    return int_of(graph, inputs[position]) or 0 if position < len(inputs) else 0


@lru_cache(maxsize=64)
def _size_of(form: Form) -> int:
    attr = form.attrs.get("group_size")
    return int(attr.proto.i) if attr is not None else 0
