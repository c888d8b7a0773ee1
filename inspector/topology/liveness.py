"""Which nodes of a function's body a call runs: what its returns need, and what has side effects on the way.

What nothing needs is pruned before the body runs, side effects or not; a node without side effects that is only waited
for (by a control edge) is pruned too. Sources: tensorflow/core/common_runtime/inline_function_utils.cc (only control
outputs of a function keep side effects), core/grappler/optimizers/{function_optimizer,dependency_optimizer}.cc.
"""

from __future__ import annotations

from inspector.model.graph import Function
from inspector.topology.ops import OpSet


def live_nodes(function: Function, ops: OpSet, returns: frozenset[int] | None = None) -> frozenset[str]:
    """The names of the nodes that a call runs. Cost: a pass over the body.

    ``returns`` are the positions of the returns that the caller uses; None: all of them.
    """
    body = function.body
    positions = body.index()
    ret = function.ret
    if returns is not None:
        order = [arg.name for arg in function.signature.output_arg]
        ret = {name: tensor for name, tensor in ret.items() if name not in order or order.index(name) in returns}
    data = [tensor.partition(":")[0] for tensor in ret.values()]
    waited_for = list(function.control_ret.values())
    live: set[str] = set()
    waited: set[str] = set()
    while data or waited_for:
        if data:
            name, is_data = data.pop(), True
        else:
            name, is_data = waited_for.pop(), False
        if name not in positions or name in live or (not is_data and name in waited):
            continue
        waited.add(name)
        position = positions[name]
        op_def = ops.op(body.kinds[position].op)
        if is_data or op_def is None or op_def.is_stateful:
            live.add(name)
            data.extend(tensor.partition(":")[0] for tensor in body.inputs[position] if tensor[:1] != "^")
        else:
            waited_for.extend(tensor.partition(":")[0] for tensor in body.inputs[position] if tensor[:1] != "^")
        waited_for.extend(tensor[1:] for tensor in body.inputs[position] if tensor[:1] == "^")
    return frozenset(live)
