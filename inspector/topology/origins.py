"""Where the value of a string tensor comes from: a constant, an asset, the loader's own feed, a request, or elsewhere.

The trace goes backward through ops that pass strings on, through variables that the graph itself assigns, and out of a
function to everyone who calls it: nodes of the main graph and of other functions, and the object graph's bound inputs.
What it cannot follow is UNKNOWN.
"""

from __future__ import annotations

from inspector.model.graph import Function, Graph, Kind
from inspector.named_tuple import NamedTuple
from inspector.topology.reach import Reach

CONST = "constant"
ASSET = "asset"
FED = "fed by the loader"
INPUT = "an input"
UNKNOWN = "computed"
UNFED = "an asset's own constant"  # what a call reads, which does not feed the asset

_PASS_ON = (
    "Identity",
    "StringJoin",
    "ShardedFilename",
    "Pack",
    "ExpandDims",
    "Reshape",
    "Squeeze",
    "PlaceholderWithDefault",
)
_INPUTS = ("Placeholder", "PlaceholderV2")
_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_ASSIGNS = ("AssignVariableOp", "Assign")
_MOST = 10_000


class Origin(NamedTuple):
    """One place that a value comes from. ``value`` is the constant's text, or the asset's file name."""

    kind: str
    value: str = ""


class Origins:
    """Origins of the tensors of one MetaGraph. What is asked again is computed again; positions are kept."""

    __slots__ = ("_assets", "_callers", "_fed", "_positions", "reach")

    def __init__(self, reach: Reach) -> None:
        self.reach = reach
        meta = reach.meta
        self._assets = {tensor.partition(":")[0]: filename for tensor, filename in meta.assets}
        saver = meta.saver_def
        self._fed = saver.filename_tensor_name.partition(":")[0] if saver is not None else ""
        self._positions: dict[str, dict[str, int]] = {}
        self._callers: dict[str, list[tuple[Graph, int]]] | None = None

    def of(self, graph: Graph, tensor: str) -> frozenset[Origin]:
        """Everything that a tensor of the main graph or of a function can be made of."""
        found: set[Origin] = set()
        seen: set[tuple[str, str]] = set()
        todo = [(graph, tensor)]
        while todo:
            where, name = todo.pop()
            name = name.partition(":")[0]
            if (where.function, name) in seen:
                continue
            seen.add((where.function, name))
            if len(seen) > _MOST:
                return frozenset((Origin(UNKNOWN),))
            position = self._index(where).get(name)
            if position is None:
                self._argument(where, name, found, todo)
            elif not where.function and name in self._assets:
                found.add(Origin(ASSET, self._assets[name]))
                found.update(_asset_const(where.kinds[position]))
            elif not where.function and name == self._fed:
                found.add(Origin(FED))
            else:
                self._node(where, position, found, todo)
        return frozenset(found)

    def _index(self, graph: Graph) -> dict[str, int]:
        if graph.function not in self._positions:
            self._positions[graph.function] = graph.index()
        return self._positions[graph.function]

    def _node(self, graph: Graph, position: int, found: set[Origin], todo: list[tuple[Graph, str]]) -> None:
        kind = graph.kinds[position]
        inputs = [tensor for tensor in graph.inputs[position] if tensor[:1] != "^"]
        if kind.op == "Const":
            found.update(Origin(CONST, text) for text in const_texts(kind))
        elif kind.op in _INPUTS:
            found.add(Origin(INPUT))
        elif kind.op in _PASS_ON:
            todo += [(graph, tensor) for tensor in inputs]
        elif kind.op == "ReadVariableOp" and not graph.function and inputs:
            self._variable(graph, inputs[0].partition(":")[0], found, todo)
        else:
            found.add(Origin(UNKNOWN))

    def _variable(self, graph: Graph, handle: str, found: set[Origin], todo: list[tuple[Graph, str]]) -> None:
        """What is assigned to a variable in the main graph; anything else that takes its handle could assign, too."""
        for i, inputs in enumerate(graph.inputs):
            if not any(tensor.partition(":")[0] == handle for tensor in inputs):
                continue
            op = graph.kinds[i].op
            if op in _ASSIGNS and len(inputs) > 1:
                todo.append((graph, inputs[1]))
            elif op not in ("ReadVariableOp", "VarIsInitializedOp"):
                found.add(Origin(UNKNOWN))

    def _argument(self, graph: Graph, name: str, found: set[Origin], todo: list[tuple[Graph, str]]) -> None:
        """An argument of a function: what its callers pass."""
        function = self.reach.meta.function(graph.function) if graph.function else None
        index = _argument_index(function, name)
        if function is None or index is None:
            found.add(Origin(UNKNOWN))
            return
        for caller, position in self._callers_of(function.name):
            kind = caller.kinds[position]
            given = [tensor for tensor in caller.inputs[position] if tensor[:1] != "^"]
            if (kind.op in _CALLS or kind.op == function.name) and index < len(given):
                todo.append((caller, given[index]))
            else:
                found.add(Origin(UNKNOWN))
        self._bound(function, index, found)

    def _bound(self, function: Function, index: int, found: set[Origin]) -> None:
        """What the object graph passes: captures are the last arguments."""
        objects = self.reach.meta.objects
        if objects is None or function.name not in objects.proto.concrete_functions:
            return
        bound = objects.bound_inputs(function.name)
        place = index - (len(function.signature.input_arg) - len(bound))
        if place < 0 or place >= len(bound):
            found.add(Origin(INPUT))
            return
        node = bound[place]
        count = len(objects.nodes)
        saved = objects.nodes[node] if -count <= node < count else None
        kind = saved.WhichOneof("kind") if saved is not None else None
        assets = self.reach.meta.assets
        if saved is not None and kind == "asset" and -len(assets) <= saved.asset.asset_file_def_index < len(assets):
            found.add(Origin(ASSET, assets[saved.asset.asset_file_def_index][1]))
            return
        if saved is not None and kind == "constant":
            main = self.reach.meta.graph
            position = self._index(main).get(saved.constant.operation)
            texts = const_texts(main.kinds[position]) if position is not None else []
            found.update(Origin(CONST, text) for text in texts)
            if texts:
                return
        found.add(Origin(UNKNOWN))

    def _callers_of(self, function: str) -> list[tuple[Graph, int]]:
        if self._callers is None:
            self._callers = {}
            for graph in self.reach.meta.graphs():
                calling = self.reach.calling(graph)
                for i in graph.of_op({kind.op for kind in calling}) if calling else ():
                    for callee in calling.get(graph.kinds[i], ()):
                        self._callers.setdefault(callee, []).append((graph, i))
        return self._callers.get(function, [])


def const_texts(kind: Kind) -> list[str]:
    """The strings of a Const."""
    attr = kind.attrs.get("value")
    if kind.op != "Const" or attr is None or attr.kind != "tensor":
        return []
    return [text.decode("utf-8", "backslashreplace") for text in attr.proto.tensor.string_val]


def _asset_const(kind: Kind) -> list[Origin]:
    """A V1 asset is a Const with a path of its own, for whoever does not feed it; today's exports leave a bare name."""
    return [Origin(UNFED, text) for text in const_texts(kind) if "/" in text or "\\" in text or ":" in text]


def _argument_index(function: Function | None, name: str) -> int | None:
    if function is None:
        return None
    return function.arguments.index(name) if name in function.arguments else None
