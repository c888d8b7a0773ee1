"""One MetaGraph in its canonical form: what its leaves are called, and from there all that it computes."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping

from inspector.canonical.graphs import PLACEHOLDERS, Computation, Computed, tensors_of
from inspector.canonical.ledger import Ledger, Token
from inspector.canonical.names import natural, without_counters
from inspector.canonical.objects import Restored, captured_names, concrete_token, paths, restored_functions
from inspector.canonical.variables import Stored, names_without_index, object_variables, short
from inspector.catalogue import release, releases
from inspector.model import dtypes
from inspector.model.objects import INITIALIZE
from inspector.model.saved_model import MetaGraph, Model, Signature
from inspector.named_tuple import NamedTuple
from inspector.topology.reach import Reach, callable_signatures
from inspector.topology.restores import VARIABLES, restored

_INPUTS = (*PLACEHOLDERS, "PlaceholderWithDefault")


class Renames(NamedTuple):
    """What one side calls otherwise: names of variables and assets, labels of input nodes, as the other side has them."""

    variables: Mapping[str, str] = {}
    inputs: Mapping[str, str] = {}
    assets: Mapping[str, str] = {}


NO_RENAMES = Renames()


class Canonical:
    """A MetaGraph without what exports leave to chance. Everything is computed when it is first asked for. ``lost``: the
    model has no index, and what it is compared with has one."""

    __slots__ = (
        "_computation",
        "_functions",
        "_lost",
        "_names",
        "_objects",
        "ledger",
        "meta",
        "model",
        "reach",
        "renames",
        "variables",
    )

    def __init__(
        self,
        model: Model,
        meta: MetaGraph,
        variables: Mapping[str, Stored],
        ledger: Ledger,
        renames: Renames = NO_RENAMES,
        reach: Reach | None = None,
        *,
        lost: bool = False,
    ) -> None:
        self.model = model
        self.meta = meta
        self.variables = variables
        self.ledger = ledger
        self.renames = renames
        self.reach = Reach(meta) if reach is None else reach
        self._lost = lost
        self._names = {one.key: renames.variables.get(name, name) for name, one in variables.items()}
        if lost:
            self._names = names_without_index(model)
        self._computation: Computation | None = None
        self._objects: dict[int, Hashable] | None = None
        self._functions: dict[str, Restored] | None = None

    @property
    def computation(self) -> Computation:
        if self._computation is None:
            self._computation = Computation(self.meta, self.ledger, dict(self._labels()), self.reach)
        return self._computation

    @property
    def signatures(self) -> dict[str, Signature]:
        """Those that a client can call."""
        return {signature.key: signature for signature in callable_signatures(self.meta)}

    def computed(self, key: str) -> Computed:
        return self.computation.signature(self.meta.signatures[key])

    def initialised(self) -> Token:
        """What a load runs: the init op, and the initializers of resources."""
        objects, found = self.meta.objects, []
        for path, name in self.initializers().items():
            if objects is not None:
                found.append((path, concrete_token(objects, self.computation, self.object_names, name)))
        return self.ledger.note(("initialised", self.computation.run(self.init_ops()), *found))

    def init_ops(self) -> list[str]:
        """The init op that a load runs, if there is one that does something."""
        return [name for name in self.reach.init_ops()[:1] if not self._does_nothing(name)]

    def initializers(self) -> dict[str, str]:
        """Path of a resource's initializer → its concrete function."""
        objects = self.meta.objects
        if objects is None:
            return {}
        where = sorted((path, node) for node, path in paths(objects).items() if path.rpartition(".")[2] == INITIALIZE)
        return {path: name for path, node in where for name in objects.functions_of(node)[:1]}

    def gradients(self) -> list[Token]:
        """What the custom gradients compute."""
        library = self.meta.library
        names = [*library.registered_gradients.values(), *[gradient for _, gradient in library.gradients]]
        return sorted([self.computation.function(name).token for name in names], key=repr)

    def _does_nothing(self, name: str) -> bool:
        """Whether an init op is the NoOp that tf.saved_model.save makes for a model without resources."""
        graph, at = self.meta.graph, self.reach.positions().get(name.partition(":")[0])
        return at is not None and graph.kinds[at].op == "NoOp" and not graph.inputs[at]

    def functions(self) -> dict[str, Restored]:
        """The functions of the loaded object, by path."""
        if self._functions is None:
            self._functions = restored_functions(self.meta, self.computation, self.object_names)
        return self._functions

    @property
    def object_names(self) -> dict[int, Hashable]:
        """What each object is to a function that captures it."""
        if self._objects is None:
            assets = [self.renames.assets.get(file, file) for _, file in self.meta.assets]
            self._objects = captured_names(self.meta, self.computation, self._object_variables(), assets)
        return self._objects

    def renamed(self, renames: Renames) -> Canonical:
        """The same with names of the other side. What does not depend on names is shared."""
        return Canonical(self.model, self.meta, self.variables, self.ledger, renames, self.reach, lost=self._lost)

    def arguments(self, name: str) -> dict[str, Hashable]:
        """Argument of a concrete function → what it is: one of the call, by its place, or an object that is captured."""
        function, objects = self.meta.function(name), self.meta.objects
        if function is None or objects is None:
            return {}
        names = function.arguments
        captured = objects.bound_inputs(name)
        given = len(names) - len(captured)
        found: dict[str, Hashable] = {arg: ("argument", place) for place, arg in enumerate(names[:given])}
        found.update(
            (arg, self.object_names.get(node, node)) for arg, node in zip(names[given:], captured, strict=False)
        )
        return found

    def input_labels(self) -> dict[str, str]:
        """Placeholder, or node that an input of a signature replaces → its label: the name without counters, and the rank
        where several have one name."""
        graph, positions = self.meta.graph, self.reach.positions()
        found = {name: None for name, kind in zip(graph.names, graph.kinds, strict=True) if kind.op in PLACEHOLDERS}
        for signature in self.signatures.values():
            for info in signature.inputs.values():
                for tensor in tensors_of(info):
                    name = tensor.partition(":")[0]
                    at = positions.get(name)
                    if at is not None and graph.kinds[at].op in _INPUTS:
                        found[name] = None
        alike: dict[str, list[str]] = {}
        for name in found:
            alike.setdefault(without_counters(name), []).append(name)
        return {
            name: base if len(names) == 1 else f"{base}#{rank}"
            for base, names in alike.items() for rank, name in enumerate(sorted(names, key=natural))
        }  # fmt: skip

    def _labels(self) -> Iterator[tuple[str, Hashable]]:
        """Node of the main graph → what stands for it."""
        graph = self.meta.graph
        yield from self._resources()
        for name, label in self.input_labels().items():
            yield name, ("input", self.renames.inputs.get(name, label))
        handles = {name: i for i, (name, kind) in enumerate(zip(graph.names, graph.kinds, strict=True))
                   if kind.op in VARIABLES}  # fmt: skip
        labels: dict[str, Hashable] = {name: ("variable", "unrestored", without_counters(name)) for name in handles}
        for one in restored(self.reach):
            if one.handle:
                labels[one.handle] = self._variable(one.key, one.part)
        yield from labels.items()
        for tensor, file in self.meta.assets:
            yield tensor.partition(":")[0], ("asset", self.renames.assets.get(file, file))

    def _variable(self, key: str, part: str = "") -> Hashable:
        return ("variable", self._names.get(key, short(key)), part)

    def _resources(self) -> Iterator[tuple[str, Hashable]]:
        """Handles of tables and the like: by the object that a signature captures there, else by their node's name."""
        newest = release(releases()[-1])
        graph = self.meta.graph
        known: dict[str, bool] = {}
        for name, kind, inputs in zip(graph.names, graph.kinds, graph.inputs, strict=True):
            if inputs or kind.op in VARIABLES:
                continue
            if kind.op not in known:
                op = newest.op(kind.op)
                gives = op.outputs[0] if op is not None and len(op.outputs) == 1 else None
                known[kind.op] = gives is not None and op is not None and op.is_stateful and (
                    gives.type == dtypes.RESOURCE or gives.is_ref
                )  # fmt: skip
            if known[kind.op]:
                yield name, ("resource", kind.op, name)
        yield from self._captured()

    def _captured(self) -> Iterator[tuple[str, Hashable]]:
        """The main graph calls the functions of signatures with what they capture, in the same order."""
        objects = self.meta.objects
        if objects is None:
            return
        where = paths(objects)
        captured = {name: objects.bound_inputs(name) for name in objects.signatures().values()}
        graph, positions = self.meta.graph, self.reach.positions()
        for kind, inputs in zip(graph.kinds, graph.inputs, strict=True):
            for function in kind.functions:
                bound = captured.get(function)
                if bound:
                    for tensor, node in zip(inputs[len(inputs) - len(bound) :], bound, strict=False):
                        at = positions.get(tensor.partition(":")[0], -1)
                        if 0 <= node < len(objects.kinds) and objects.kinds[node] == "resource" and at >= 0:
                            yield graph.names[at], ("resource", graph.kinds[at].op, where.get(node, ""))

    def _object_variables(self) -> dict[int, Hashable]:
        objects = self.meta.objects
        if objects is None:
            return {}
        where = paths(objects)
        return {
            one.node: self._variable(one.key) if one.key else ("variable", where.get(one.node, one.path), "")
            for one in object_variables(self.model, objects, guessed=self._lost)
        }
