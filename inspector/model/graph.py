"""The nodes of graphs and functions, read leanly: name and inputs of each, and the kind that it shares with its equals.

Sources: tensorflow/core/framework/{graph,node_def,function}.proto.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from inspector.model.kinds import Attr, Form, Kind, KindTable
from inspector.named_tuple import NamedTuple
from inspector.wire.coding import varint
from inspector.wire.fields import Span, carve
from inspector.wire.nodes import Unusual, cut_nodes
from inspector.wire.schema import DecodeError, full_message, message

_NODE_OF_GRAPH, _LIBRARY_OF_GRAPH, _NODE_OF_FUNCTION = 0x0A, 0x12, 0x1A  # tags


class Graph:
    """The nodes of a GraphDef or of a function's body, as parallel lists in file order.

    ``inputs`` are as written in the file: data inputs ("x", "x:1", in a function "x:out:0") and control inputs ("^x").
    """

    __slots__ = ("_index", "function", "inputs", "kinds", "meta_graph", "names")

    def __init__(self, meta_graph: int, function: str, nodes: Nodes) -> None:
        self.meta_graph = meta_graph
        self.function = function
        self.names, self.inputs, self.kinds = nodes
        self._index: dict[str, int] | None = None

    def __len__(self) -> int:
        return len(self.names)

    def index(self) -> dict[str, int]:
        """The position of each node by name; the first one where names repeat. Kept: it is not to be changed."""
        if self._index is None:
            self._index = dict(zip(reversed(self.names), range(len(self.names) - 1, -1, -1), strict=True))
        return self._index


class Nodes(NamedTuple):
    """Name, inputs and kind of each node."""

    names: list[str]
    inputs: list[Sequence[str]]
    kinds: list[Kind]


def read_graph_def(raw: bytes, spans: Iterable[Span], table: KindTable) -> tuple[Nodes, list[Span], Any]:
    """The nodes of a GraphDef, the spans of its function libraries, and the message without either.

    ``spans`` are its place in ``raw``, several if the field occurs more than once. Raises DecodeError.
    """
    nodes = Nodes([], [], [])
    libraries: list[Span] = []
    rest = []
    try:
        for span in spans:
            for start, stop in cut_nodes(raw, span, _NODE_OF_GRAPH, nodes, table.rests, table.kind_of_rest):
                if raw[start] == _LIBRARY_OF_GRAPH:
                    libraries.append((varint(raw, start + 1, stop)[1], stop))
                else:
                    rest.append(raw[start:stop])
        return nodes, libraries, message("GraphDef").FromString(b"".join(rest))
    except (Unusual, IndexError, ValueError, DecodeError):
        pass
    libraries, rest = [], []
    for span in spans:
        (found,), more = carve(raw, span, _LIBRARY_OF_GRAPH >> 3)
        libraries += found
        rest.append(more)
    proto = message("GraphDef").FromString(b"".join(rest))
    nodes = _parsed(proto.node, table)
    proto.ClearField("node")
    return nodes, libraries, proto


def _parsed(messages: Iterable[Any], table: KindTable) -> Nodes:
    """The nodes in NodeDef messages: what ``cut_nodes`` leaves to protobuf."""
    nodes = Nodes([], [], [])
    for node in messages:
        nodes.names.append(node.name)
        nodes.inputs.append(node.input[:])
        key = node.op, node.device, tuple(node.attr[:])
        nodes.kinds.append(table.kinds.get(key) or table.kind(key))
    return nodes


class Function:
    """A FunctionDef: its signature (an OpDef message), its body, and how its returns are wired.

    ``ret`` and ``control_ret`` are name → tensor or node of the body. ``attr`` names the function's own attrs.
    """

    __slots__ = ("body", "name", "proto")

    def __init__(self, meta_graph: int, raw: bytes, span: Span, table: KindTable) -> None:
        parse = message("FunctionDef").FromString
        try:
            nodes = Nodes([], [], [])
            others = cut_nodes(raw, span, _NODE_OF_FUNCTION, nodes, table.rests, table.kind_of_rest)
            self.proto = parse(b"".join([raw[start:stop] for start, stop in others]))
        except (Unusual, IndexError, ValueError, DecodeError):
            whole = parse(raw[slice(*span)])
            nodes = _parsed(whole.node_def, table)
            whole.ClearField("node_def")
            self.proto = parse(whole.SerializeToString())  # a message keeps the memory of all that it was parsed from
        self.name: str = self.proto.signature.name
        self.body = Graph(meta_graph, self.name, nodes)

    @property
    def signature(self) -> Any:
        return self.proto.signature

    @property
    def ret(self) -> dict[str, str]:
        return dict(self.proto.ret)

    @property
    def control_ret(self) -> dict[str, str]:
        return dict(self.proto.control_ret)


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
        self.functions = [Function(meta_graph, raw, span, table) for span in bodies]
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
    "Attr", "DecodeError", "Form", "Function", "Graph", "Kind", "KindTable", "Library", "Nodes", "read_graph_def",
]  # fmt: skip
