"""The nodes of graphs and functions, read leanly: name and inputs of each, and the kind that it shares with its equals.

Sources: tensorflow/core/framework/{graph,node_def,function}.proto.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Sequence
from itertools import chain
from typing import Any

from inspector.model.dtypes import REF
from inspector.model.kinds import Attr, Form, Kind, KindTable
from inspector.named_tuple import NamedTuple
from inspector.wire.fields import Span, carve
from inspector.wire.schema import DecodeError, full_message, message


class Graph:
    """The nodes of a GraphDef or of a function's body, as parallel lists in file order.

    ``inputs`` are as written in the file: data inputs ("x", "x:1", in a function "x:out:0") and control inputs ("^x").
    """

    __slots__ = ("_by_op", "_index", "function", "inputs", "kinds", "meta_graph", "names")

    def __init__(self, meta_graph: int, function: str, nodes: Iterable[Any], table: KindTable) -> None:
        self.meta_graph = meta_graph
        self.function = function
        messages = list(nodes)
        self.names: list[str] = [node.name for node in messages]
        self.inputs: list[Sequence[str]] = [node.input[:] for node in messages]
        kinds = table.kinds  # a slice of the attrs is much faster than iterating
        self.kinds: list[Kind] = [kinds[node.op, node.device, tuple(node.attr[:])] for node in messages]
        self._index: dict[str, int] | None = None
        self._by_op: dict[str, list[int]] | None = None

    def __len__(self) -> int:
        return len(self.names)

    def index(self) -> dict[str, int]:
        """The position of each node by name; the first one where names repeat. Kept: it is not to be changed."""
        if self._index is None:
            self._index = dict(zip(reversed(self.names), range(len(self.names) - 1, -1, -1), strict=True))
        return self._index

    def of_op(self, ops: Container[str]) -> list[int]:
        """The positions of the nodes with one of these ops, in file order. Cost: a pass over the nodes, once."""
        if self._by_op is None:
            by_op: defaultdict[str, list[int]] = defaultdict(list)
            for position, kind in enumerate(self.kinds):
                by_op[kind.op].append(position)
            self._by_op = by_op
        found = [positions for op, positions in self._by_op.items() if op in ops]
        return found[0] if len(found) == 1 else sorted(chain.from_iterable(found))

    def calling(self) -> list[int]:
        """The positions of the nodes whose attrs name functions, in file order."""
        ops = {kind.op for kind in set(self.kinds) if kind.functions}
        return [position for position in self.of_op(ops) if self.kinds[position].functions] if ops else []


NAMELESS = "(no name)"


class Function:
    """A FunctionDef: its signature (an OpDef message), its body, and how its returns are wired.

    ``ret`` and ``control_ret`` are name → tensor or node of the body. ``attr`` names the function's own attrs. A function
    without a name, which nothing can call, is NAMELESS: its nodes are none of the main graph. ``may_say_shapes`` is False
    where neither it nor an argument has an attr ``_output_shapes``.
    """

    __slots__ = ("_arguments", "body", "may_say_shapes", "name", "proto")

    def __init__(self, meta_graph: int, raw: bytes, table: KindTable) -> None:
        parse = message("FunctionDef").FromString
        whole = parse(raw)
        self.name: str = whole.signature.name or NAMELESS
        self.body = Graph(meta_graph, self.name, whole.node_def, table)
        whole.ClearField("node_def")
        rest = whole.SerializeToString()
        self.proto = parse(rest)  # a message keeps the memory of all that it was parsed from
        self.may_say_shapes = b"_output_shapes" in rest
        self._arguments: Arguments | None = None

    @property
    def signature(self) -> Any:
        return self.proto.signature

    @property
    def taken(self) -> Arguments:
        """What the function takes. Cost: a pass over its arguments, once: they may be as many as variables."""
        if self._arguments is None:
            self._arguments = _arguments(self.proto.signature.input_arg[:])
        return self._arguments

    @property
    def arguments(self) -> list[str]:
        """The names of the arguments, in order. Kept: it is not to be changed."""
        return self.taken.names

    @property
    def ret(self) -> dict[str, str]:
        return dict(self.proto.ret)

    @property
    def control_ret(self) -> dict[str, str]:
        return dict(self.proto.control_ret)


class Arguments(NamedTuple):
    """The arguments of a function in order: names, and DataTypes (with REF for a reference, 0 where attrs decide).

    ``several`` are those that stand for any number of tensors; ``untyped`` those whose dtype is not given; ``generic``
    says that attrs of the call, or references, decide about some.
    """

    names: list[str]
    types: list[int]
    several: frozenset[str]
    untyped: list[str]
    generic: bool


def _arguments(protos: list[Any]) -> Arguments:
    names, types, several, untyped = [], [], [], []
    generic = False
    for arg in protos:
        name, dtype = arg.name, arg.type
        is_ref, many, by_attr = arg.is_ref, arg.number_attr or arg.type_list_attr, arg.type_attr or arg.type_list_attr
        names.append(name)
        types.append(0 if by_attr else dtype + REF if is_ref else dtype)
        if many:
            several.append(name)
        if not dtype:
            untyped.append(name)
        generic = generic or bool(many or by_attr or is_ref)
    return Arguments(names, types, frozenset(several), untyped, generic)


_FUNCTION = 1  # the field number of FunctionDefLibrary.function


class Library:
    """A FunctionDefLibrary: functions in file order, and which function is the gradient of which.

    ``duplicates`` are the later functions of a name that is taken, and whether each is identical to the first.
    ``registered_gradients`` maps what a node's ``_gradient_op_type`` says to the function of a custom gradient.
    """

    __slots__ = ("by_name", "duplicates", "functions", "gradients", "registered_gradients")

    def __init__(self, meta_graph: int, raw: bytes, spans: Iterable[Span], table: KindTable) -> None:
        bodies: list[Span] = []
        rest = []
        for span in spans:
            (some,), more = carve(raw, span, _FUNCTION)
            bodies += some
            rest.append(more)
        proto = message("FunctionDefLibrary").FromString(b"".join(rest))
        self.functions = [Function(meta_graph, raw[start:end], table) for start, end in bodies]
        self.by_name: dict[str, Function] = {}
        self.duplicates: list[tuple[str, bool]] = []
        for function in self.functions:
            self.by_name.setdefault(function.name, function)
        if len(self.by_name) < len(self.functions):
            self.duplicates = _duplicates(raw[start:end] for start, end in bodies)
        self.gradients = tuple((g.function_name, g.gradient_func) for g in proto.gradient)
        self.registered_gradients = {g.registered_op_type: g.gradient_func for g in proto.registered_gradients}


def _duplicates(bodies: Iterable[bytes]) -> list[tuple[str, bool]]:
    parse = full_message("FunctionDef").FromString
    first: dict[str, Any] = {}
    found = []
    for proto in map(parse, bodies):
        name = proto.signature.name
        if name in first:
            found.append((name, bool(proto == first[name])))
        else:
            first[name] = proto
    return found


__all__ = [
    "Attr", "DecodeError", "Form", "Function", "Graph", "Kind", "KindTable", "Library",
]  # fmt: skip
