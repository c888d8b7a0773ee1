"""Which nodes and functions an entry point reaches: signatures, initializers, the restore, the import of the graph.

All of it is independent of a TensorFlow release. Sets of functions have names, so that a loader's step can say what it
reads (``Reach.functions``).

Sources: tensorflow/core/common_runtime/shape_refiner.cc (function bodies that an import instantiates),
tensorflow/cc/saved_model/loader_util.cc (GetInitOp), tensorflow/python/saved_model/loader_impl.py (get_init_op).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from inspector.model.graph import Graph, Kind
from inspector.model.saved_model import MetaGraph, Signature
from inspector.named_tuple import NamedTuple

INIT_SIGNATURE = "__saved_model_init_op"
TRAIN_SIGNATURE = "__saved_model_train_op"
MAIN_OPS = ("saved_model_main_op", "legacy_init_op")
_PLACEHOLDERS = ("Placeholder", "PlaceholderV2", "PlaceholderWithDefault")
_INSTANTIATED = ("PartitionedCall", "StatefulPartitionedCall")


class Slice(NamedTuple):
    """What a run reaches: positions of nodes of the main graph, and names of functions (missing ones included)."""

    nodes: frozenset[int]
    functions: frozenset[str]


NOTHING = Slice(frozenset(), frozenset())


class Reach:
    """Reachability within one MetaGraph. Everything is computed when first asked for, and kept."""

    __slots__ = ("_callees", "_calls", "_imported", "_positions", "_slices", "meta")

    def __init__(self, meta: MetaGraph) -> None:
        self.meta = meta
        self._positions: dict[str, int] | None = None
        self._callees: dict[Kind, tuple[str, ...]] = {}
        self._calls: dict[str, tuple[str, ...]] = {}
        self._slices: dict[str, Slice] = {}
        self._imported: frozenset[str] | None = None

    def callees(self, kind: Kind) -> tuple[str, ...]:
        """The functions that a node of this kind names: its function attrs, or its own op if that is a function."""
        found = self._callees.get(kind)
        if found is None:
            found = kind.functions
            if kind.op in self.meta.library.by_name:
                found = (kind.op, *found)
            self._callees[kind] = found
        return found

    def calling(self, graph: Graph) -> dict[Kind, tuple[str, ...]]:
        """The kinds of a graph's nodes that name functions, in order of first appearance, with the functions."""
        known = self.meta.library.by_name
        kinds = dict.fromkeys(graph.kinds)
        return {kind: self.callees(kind) for kind in kinds if kind.functions or kind.op in known}

    def calls(self, function: str) -> tuple[str, ...]:
        """The functions that a function's body names, in order of first appearance; empty for a missing function."""
        found = self._calls.get(function)
        if found is None:
            body = self.meta.library.by_name.get(function)
            found = () if body is None else self.named_in(body.body)
            self._calls[function] = found
        return found

    def named_in(self, graph: Graph) -> tuple[str, ...]:
        """The functions that the nodes of a graph name, in order of first appearance."""
        names: dict[str, None] = {}
        for named in self.calling(graph).values():
            names.update(dict.fromkeys(named))
        return tuple(names)

    def closure(self, roots: Iterable[str]) -> frozenset[str]:
        """``roots`` and every function that they reach, missing ones included."""
        seen: set[str] = set()
        todo = list(roots)
        while todo:
            name = todo.pop()
            if name not in seen:
                seen.add(name)
                todo.extend(self.calls(name))
        return frozenset(seen)

    def loops(self) -> Iterator[list[str]]:
        """One way round for each circle of functions that call each other, found by walking the calls depth first."""
        done: set[str] = set()
        for start in self.meta.library.by_name:
            if start in done:
                continue
            trail = {start: iter(self.calls(start))}
            while trail:
                name, calls = next(reversed(trail.items()))
                callee = next(calls, None)
                if callee is None:
                    del trail[name]
                    done.add(name)
                elif callee in trail:
                    names = list(trail)
                    yield names[names.index(callee) :]
                elif callee not in done:
                    trail[callee] = iter(self.calls(callee))

    def positions(self) -> dict[str, int]:
        if self._positions is None:
            self._positions = self.meta.graph.index()
        return self._positions

    def imported(self) -> frozenset[str]:
        """Functions whose bodies an import of the main graph instantiates: through calls, not through While or If."""
        if self._imported is None:
            seen: set[str] = set()
            todo = list(self._instantiated_by(self.meta.graph))
            while todo:
                name = todo.pop()
                if name not in seen:
                    seen.add(name)
                    function = self.meta.library.by_name.get(name)
                    if function is not None:
                        todo.extend(self._instantiated_by(function.body))
            self._imported = frozenset(seen)
        return self._imported

    def _instantiated_by(self, graph: Graph) -> list[str]:
        names: dict[str, None] = {}
        for kind in self.calling(graph):
            if kind.op in _INSTANTIATED:
                names.update(dict.fromkeys(kind.functions))
            elif kind.op in self.meta.library.by_name:
                names[kind.op] = None
        return list(names)

    def back_from(self, tensors: Iterable[str], stop: Iterable[str] = ()) -> Slice:
        """The nodes that a Session run of ``tensors`` (or node names) executes when ``stop`` tensors are fed.

        A feed replaces one output of a node, not the node: another output, or a control edge from anything but a
        placeholder, still runs it (core/graph/subgraph.cc FeedInputs).
        """
        graph, positions = self.meta.graph, self.positions()
        fed = {full_name(tensor) for tensor in stop}
        seen: set[int] = set()
        todo = list(tensors)
        while todo:
            tensor = todo.pop()
            position = positions.get(_node_of(tensor))
            if position is None or position in seen:
                continue
            if full_name(tensor) in fed and (tensor[:1] != "^" or graph.kinds[position].op in _PLACEHOLDERS):
                continue
            seen.add(position)
            todo.extend(graph.inputs[position])
        called = self.meta.library.by_name
        kinds = {graph.kinds[i] for i in seen}
        functions = {f for kind in kinds if kind.functions or kind.op in called for f in self.callees(kind)}
        return Slice(frozenset(seen), self.closure(functions))

    def signature(self, signature: Signature) -> Slice:
        """What a Session run of a signature executes."""
        key = f"signature {signature.key}"
        if key not in self._slices:
            outputs = [t for info in signature.outputs.values() for t in (info.components or (info.tensor,))]
            inputs = [t for info in signature.inputs.values() for t in (info.components or (info.tensor,))]
            self._slices[key] = self.back_from(outputs, inputs)
        return self._slices[key]

    def restore(self) -> Slice:
        """What running the saver's restore op executes."""
        if "restore" not in self._slices:
            saver = self.meta.saver_def
            name = saver.restore_op_name if saver is not None else ""
            stop = (saver.filename_tensor_name,) if saver is not None else ()
            self._slices["restore"] = self.back_from((name,), stop) if name else NOTHING
        return self._slices["restore"]

    def init_ops(self) -> tuple[str, ...]:
        """Names of the init ops, in the order in which loaders look for them."""
        names = []
        if INIT_SIGNATURE in self.meta.signatures:
            outputs = self.meta.signatures[INIT_SIGNATURE].outputs
            names += [outputs[key].tensor for key in sorted(outputs, key=lambda key: (key != INIT_SIGNATURE, key))]
        for key in MAIN_OPS:
            if key in self.meta.collections:
                names += list(self.meta.collections[key].node_list.value)
        return tuple(dict.fromkeys(names))

    def init(self) -> Slice:
        """What running the init op executes."""
        if "init" not in self._slices:
            names = self.init_ops()
            self._slices["init"] = self.back_from(names[:1]) if names else NOTHING
        return self._slices["init"]

    def object_init(self) -> frozenset[str]:
        """Functions that tf.saved_model.load runs for resources: ``_create_resource`` and ``_initialize``."""
        objects = self.meta.objects
        return self.closure(objects.initializers()) if objects is not None else frozenset()


def full_name(tensor: str) -> str:
    """ "x" and "^x" are "x:0"."""
    name = tensor.lstrip("^")
    return name if ":" in name else f"{name}:0"


def _node_of(tensor: str) -> str:
    return tensor.lstrip("^").partition(":")[0]


def callable_signatures(meta: MetaGraph) -> list[Signature]:
    """The signatures that a client can call: not those of the init and train ops."""
    return [s for key, s in meta.signatures.items() if key not in (INIT_SIGNATURE, TRAIN_SIGNATURE)]


def is_procedure(meta: MetaGraph, signature: Signature) -> bool:
    """Whether a signature has no outputs because the function of the object graph that it was made of returns none."""
    if signature.outputs or meta.objects is None:
        return False
    function = meta.function(meta.objects.signatures().get(signature.key, ""))
    return function is not None and not function.signature.output_arg
