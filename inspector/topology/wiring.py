"""Types along the edges of one graph: every input resolved to the output that feeds it.

One pass in file order with a dict from tensor name to DataType; only nodes that wait for an output which comes later
in the file go through Kahn's algorithm. What does not fit is recorded as plain tuples; rules give it words.

Sources: tensorflow/core/common_runtime/graph_constructor.cc (BuildNodeIndex, InitFromEdges, Convert),
tensorflow/core/framework/function.cc (FunctionInstantiationHelper), node_def_util.cc (ValidateNodeDef).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any

from inspector.model.dtypes import REF
from inspector.model.graph import Function, Graph
from inspector.named_tuple import NamedTuple
from inspector.topology.names import bad_names
from inspector.topology.ops import OpSet, Resolved


class BadInput(NamedTuple):
    """An input that names no tensor: ``node`` is a position, ``outputs`` what the named node has (None: no such node).

    ``short`` marks "node:out_arg" in a function: the C++ runtime takes it for "node:out_arg:0", Python knows only the
    whole name.
    """

    node: int
    input: str
    outputs: tuple[str, ...] | None
    short: bool = False


class Conflict(NamedTuple):
    """An edge whose ends disagree about the dtype; both are DataType numbers."""

    node: int
    position: int
    input: str
    found: int
    expected: int


class Arity(NamedTuple):
    """A node with another number of data inputs than its op takes."""

    node: int
    expected: tuple[int, ...]
    found: int


class BadReturn(NamedTuple):
    """A function's return that names no tensor (``found`` None) or one of another dtype."""

    output: str
    tensor: str
    found: int | None
    expected: int
    short: bool = False


# What may be wrong with the edges of a graph: the lists of a Wiring.
TROUBLES = (
    "arity", "bad_inputs", "bad_names", "bad_returns", "conflicts", "control_order", "cycle", "duplicates", "untyped",
)  # fmt: skip


class Wiring:
    """One graph with its edges resolved. ``types`` maps each tensor that exists to its DataType (0: unknown)."""

    __slots__ = (
        "arity", "bad_inputs", "bad_names", "bad_returns", "conflicts", "control_order", "cycle", "duplicates",
        "graph", "opaque", "positions", "types", "untyped",
    )  # fmt: skip

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.types: dict[str, int] = {}
        self.positions: dict[str, int] = {}
        self.opaque: set[str] = set()
        self.bad_inputs: list[BadInput] = []
        self.conflicts: list[Conflict] = []
        self.arity: list[Arity] = []
        self.control_order: list[int] = []
        self.duplicates: list[int] = []
        self.bad_names: list[int] = []
        self.cycle: list[int] = []
        self.bad_returns: list[BadReturn] = []
        self.untyped: list[str] = []  # arguments of the function

    @property
    def function(self) -> str:
        return self.graph.function

    def type_of(self, tensor: str) -> int | None:
        """The DataType of a tensor of the main graph ("x:0"), 0 if it cannot be told, None if it does not exist."""
        name, _, index = tensor.rpartition(":")
        if name and index == "0":
            tensor = name
        if tensor in self.types:
            return self.types[tensor]
        return 0 if tensor.partition(":")[0] in self.opaque else None


def wire(graph: Graph, ops: OpSet, function: Function | None = None) -> Wiring:
    """Resolve every edge of the main graph or of a function's body. Cost: about 2 µs a node."""
    wiring = Wiring(graph)
    if function is not None:
        _add_arguments(wiring, function)
    wiring.bad_names = bad_names(graph.names)
    pending = _first_pass(wiring, ops, in_function=function is not None)
    if pending:
        _second_pass(wiring, ops, pending, in_function=function is not None)
    if function is not None:
        _check_returns(wiring, function)
    return wiring


def _add_arguments(wiring: Wiring, function: Function) -> None:
    taken = function.taken
    wiring.types.update(zip(taken.names, taken.types, strict=True))
    wiring.positions.update(dict.fromkeys(taken.names, -1))
    wiring.opaque.update(taken.several)
    wiring.untyped += taken.untyped


def output_suffixes(resolved: Resolved | None, in_function: bool) -> tuple[tuple[str, int], ...] | None:
    """What follows a node's name in the names of its output tensors, with their types; None: cannot be told."""
    if resolved is None or resolved.outputs is None:
        return None
    if in_function:
        return tuple((f":{o.arg}:{o.place}", o.dtype) for o in resolved.outputs)
    return tuple(("" if i == 0 else f":{i}", o.dtype) for i, o in enumerate(resolved.outputs))


def _first_pass(wiring: Wiring, ops: OpSet, *, in_function: bool) -> list[int]:
    """Check nodes whose inputs all come before them in the file; returns the others."""
    graph, types, positions = wiring.graph, wiring.types, wiring.positions
    known: dict[Any, tuple[tuple[int, ...] | None, tuple[tuple[str, int], ...] | None]] = {}
    pending: list[int] = []
    waiting: set[str] = set()
    type_of = types.__getitem__
    for i, (name, inputs, kind) in enumerate(zip(graph.names, graph.inputs, graph.kinds, strict=True)):
        form = kind.form
        try:
            expected, suffixes = known[form]
        except KeyError:
            resolved = ops.resolve(form)
            expected = None if resolved is None else resolved.inputs
            suffixes = output_suffixes(resolved, in_function)
            known[form] = expected, suffixes
        ready = True
        data = inputs
        if inputs and inputs[-1][:1] == "^":
            count = len(inputs)
            while count and inputs[count - 1][:1] == "^":
                count -= 1
                control = inputs[count][1:]
                if control not in positions or control in waiting:
                    ready = False
            data = inputs[:count]  # a control input among these is no tensor: the second pass will look at it
        if ready:
            try:
                found = tuple(map(type_of, data))
            except KeyError:
                ready = False
            else:
                if found != expected:
                    _check(wiring, i, data, expected)
        if name in positions:
            wiring.duplicates.append(i)
        else:
            positions[name] = i
        if not ready:
            pending.append(i)
            waiting.add(name)
        elif suffixes is None:
            wiring.opaque.add(name)
        else:
            for suffix, dtype in suffixes:
                types[name + suffix] = dtype
    return pending


def _second_pass(wiring: Wiring, ops: OpSet, pending: list[int], *, in_function: bool) -> None:
    graph = wiring.graph
    reached = set(in_dependency_order(graph, pending))
    rest = [i for i in pending if i not in reached]
    wiring.cycle = _only_cycles(graph, rest)
    for i in pending:
        suffixes = output_suffixes(ops.resolve(graph.kinds[i].form), in_function)
        if suffixes is None:
            wiring.opaque.add(graph.names[i])
        else:
            for suffix, dtype in suffixes:
                wiring.types[graph.names[i] + suffix] = dtype
    for i in pending:
        resolved = ops.resolve(graph.kinds[i].form)
        inputs = graph.inputs[i]
        data = tuple(tensor for tensor in inputs if tensor[:1] != "^")
        if any(tensor[:1] == "^" for tensor in inputs[: len(data)]):  # control inputs must come last
            wiring.control_order.append(i)
        _check(wiring, i, data, None if resolved is None else resolved.inputs)
        for tensor in inputs:
            if tensor[:1] == "^" and tensor[1:] not in wiring.positions:
                wiring.bad_inputs.append(BadInput(i, tensor, None))


def _waits_for(graph: Graph, node: int, among: dict[str, int]) -> set[int]:
    """Which of these nodes (name → position) feed a node. A loop's Merge does not wait for its back edge."""
    names = {tensor.lstrip("^").partition(":")[0] for tensor in graph.inputs[node]}
    found = {among[name] for name in names if name in among}
    if graph.kinds[node].op in ("Merge", "RefMerge"):
        found = {p for p in found if graph.kinds[p].op not in ("NextIteration", "RefNextIteration")}
    return found


def in_dependency_order(graph: Graph, pending: list[int]) -> list[int]:
    """Kahn's algorithm over ``pending``: each node after those of them that feed it; none that waits for a cycle."""
    among = {graph.names[i]: i for i in pending}
    waiters: dict[int, list[int]] = {}
    missing: dict[int, int] = {}
    for i in pending:
        producers = _waits_for(graph, i, among)
        missing[i] = len(producers)
        for producer in producers:
            waiters.setdefault(producer, []).append(i)
    return _drain(missing, waiters)


def _only_cycles(graph: Graph, rest: list[int]) -> list[int]:
    """``rest`` without the nodes that only wait for a cycle and feed nothing in one: Kahn's algorithm from the other end."""
    among = {graph.names[i]: i for i in rest}
    producers = {i: sorted(_waits_for(graph, i, among)) for i in rest}
    feeds = dict.fromkeys(rest, 0)
    for some in producers.values():
        for producer in some:
            feeds[producer] += 1
    reached = set(_drain(feeds, producers))
    return [i for i in rest if i not in reached]


def _drain(missing: dict[int, int], waiters: dict[int, list[int]]) -> list[int]:
    """The nodes that come to miss nothing when those that miss nothing release their waiters, and so on, in this order."""
    ready = deque(i for i, count in missing.items() if not count)
    reached: list[int] = []
    while ready:
        i = ready.popleft()
        reached.append(i)
        for waiter in waiters.get(i, ()):
            missing[waiter] -= 1
            if not missing[waiter]:
                ready.append(waiter)
    return reached


def loop_among(graph: Graph, nodes: list[int]) -> list[int]:
    """One way round among nodes that each feed another one of them: positions, each feeding the next."""
    among = {graph.names[i]: i for i in nodes}
    trail: dict[int, None] = {}
    at = nodes[0]
    while at not in trail:
        trail[at] = None
        at = min(_waits_for(graph, at, among))
    steps = list(trail)
    return steps[steps.index(at) :][::-1]


def _check(wiring: Wiring, node: int, data: Sequence[str], expected: tuple[int, ...] | None) -> None:
    """The slow look at one node: which input is missing, of another dtype, too many or too few."""
    if expected is not None and len(expected) != len(data):
        wiring.arity.append(Arity(node, expected, len(data)))
        expected = None
    for position, tensor in enumerate(data):
        found = wiring.types.get(tensor)
        if found is None:
            found = _other_spelling(wiring, tensor)
            if found is not None and wiring.function:
                wiring.bad_inputs.append(BadInput(node, tensor, (f"{tensor}:0",), short=True))
        if found is None:
            producer = tensor.partition(":")[0]
            if producer not in wiring.opaque:
                wiring.bad_inputs.append(BadInput(node, tensor, _outputs_of(wiring, producer)))
        elif expected is not None and not fits(found, expected[position]):
            wiring.conflicts.append(Conflict(node, position, tensor, found, expected[position]))


def _other_spelling(wiring: Wiring, tensor: str) -> int | None:
    """ "x:0" is "x" in a main graph; in a function "x:out" is accepted for "x:out:0"."""
    if tensor.endswith(":0") and not wiring.function:
        return wiring.types.get(tensor[:-2])
    if wiring.function and tensor.count(":") == 1:
        return wiring.types.get(f"{tensor}:0")
    return None


def _outputs_of(wiring: Wiring, producer: str) -> tuple[str, ...] | None:
    if producer not in wiring.positions:
        return None
    return tuple(t for t in wiring.types if t == producer or t.startswith(producer + ":"))


def fits(found: int, expected: int) -> bool:
    """Whether a tensor of dtype ``found`` may feed an input of dtype ``expected``: a reference also feeds its value."""
    return found == expected or not found or not expected or (found > REF and found - REF == expected)


def _check_returns(wiring: Wiring, function: Function) -> None:
    returned = function.ret
    for output in function.signature.output_arg:
        expected = 0 if output.type_attr or output.type_list_attr or output.number_attr else output.type
        tensor = returned.get(output.name, "")
        found = wiring.types.get(tensor)
        if found is None:
            found = _other_spelling(wiring, tensor)
            if found is not None:
                wiring.bad_returns.append(BadReturn(output.name, tensor, None, expected, short=True))
        if found is None:
            if not tensor or tensor.partition(":")[0] not in wiring.opaque:
                wiring.bad_returns.append(BadReturn(output.name, tensor, None, expected))
        elif not fits(found, expected):
            wiring.bad_returns.append(BadReturn(output.name, tensor, found, expected))
    controls = function.control_ret
    for output in function.signature.control_output:
        if controls.get(output, "") not in wiring.positions:
            wiring.bad_returns.append(BadReturn(output, f"^{controls.get(output, '')}", None, 0))
