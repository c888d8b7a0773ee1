"""Which nodes of a function's body run: what its returns need, and what has side effects.

Source: tensorflow/core/common_runtime/function_utils.cc and graph_constructor.cc (PruneFunctionGraph).
"""

from __future__ import annotations

from inspector.model.graph import Function
from inspector.topology.ops import OpSet


def live_nodes(function: Function, ops: OpSet) -> frozenset[str]:
    """The names of the nodes that a call runs. Cost: a pass over the body."""
    body = function.body
    positions = body.index()
    todo = [_node_of(tensor) for tensor in (*function.ret.values(), *function.control_ret.values())]
    for name, kind in zip(body.names, body.kinds, strict=True):
        op_def = ops.op(kind.op)
        if op_def is None or op_def.is_stateful:
            todo.append(name)
    live: set[str] = set()
    while todo:
        name = todo.pop()
        if name in positions and name not in live:
            live.add(name)
            todo.extend(_node_of(tensor) for tensor in body.inputs[positions[name]])
    return frozenset(live)


def _node_of(tensor: str) -> str:
    return tensor.lstrip("^").partition(":")[0]
