"""One model seen by one target: what rules ask, computed once and shared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inspector.catalogue import Release, release
from inspector.findings import Target
from inspector.model.graph import Function, Graph
from inspector.model.objects import ObjectVariable
from inspector.model.saved_model import MetaGraph, Model
from inspector.topology.liveness import live_nodes
from inspector.topology.ops import OpSet
from inspector.topology.reach import Reach
from inspector.topology.restores import HandleUse, Restored, handle_uses, restored, routes_reading
from inspector.topology.wiring import Wiring, wire

if TYPE_CHECKING:
    from inspector.model.bundle import TensorBundle


class MetaView:
    """A MetaGraph with its ops resolved against the target's release, its wirings and its reachability."""

    __slots__ = ("_handle_uses", "_live", "_restored", "_variables", "_wirings", "meta", "ops", "reach")

    def __init__(self, meta: MetaGraph, ops: OpSet, reach: Reach) -> None:
        self.meta = meta
        self.ops = ops
        self.reach = reach
        self._wirings: dict[int, Wiring] = {}
        self._live: dict[str, frozenset[str]] = {}
        self._restored: list[Restored] | None = None
        self._handle_uses: list[HandleUse] | None = None
        self._variables: list[ObjectVariable] | None = None

    @property
    def restored(self) -> list[Restored]:
        """Every tensor that running the saver's restore op reads."""
        if self._restored is None:
            self._restored = restored(self.reach)
        return self._restored

    @property
    def handle_uses(self) -> list[HandleUse]:
        """Direct reads of resource variables in the main graph, and constants assigned to them."""
        if self._handle_uses is None:
            self._handle_uses = list(handle_uses(self.meta.graph))
        return self._handle_uses

    def variables(self, bundle: TensorBundle | None) -> list[ObjectVariable]:
        """The object graph's variables with their keys in the model's checkpoint; none without an object graph."""
        if self._variables is None:
            objects = self.meta.objects
            checkpoint = bundle.object_graph() if bundle is not None else None
            self._variables = objects.variables(checkpoint) if objects is not None else []
        return self._variables

    def live(self, function: str) -> frozenset[str]:
        """The nodes of a function that a call of it runs; none for a function that is missing."""
        if function not in self._live:
            body = self.meta.function(function)
            self._live[function] = frozenset() if body is None else live_nodes(body, self.ops)
        return self._live[function]

    def wiring(self, graph: Graph, function: Function | None = None) -> Wiring:
        """The resolved edges of the main graph or of one function."""
        found = self._wirings.get(id(graph))
        if found is None:
            found = self._wirings[id(graph)] = wire(graph, self.ops, function)
        return found

    def wirings(self) -> Iterator[Wiring]:
        """The main graph's wiring, then each function's in file order."""
        yield self.wiring(self.meta.graph)
        for function in self.meta.library.functions:
            yield self.wiring(function.body, function)


class Inspection:
    """A model seen by a target. Immutable in meaning; what it holds is computed on request."""

    __slots__ = ("_routes", "meta_views", "model", "release", "tags", "target")

    def __init__(
        self,
        model: Model,
        target: Target,
        tags: tuple[str, ...] | None = None,
        reaches: dict[int, Reach] | None = None,
    ) -> None:
        self.model = model
        self._routes: dict[str, tuple[str, ...]] | None = None
        self.tags = tags
        self.target = target
        self.release: Release = release(target.tensorflow)
        shared = {} if reaches is None else reaches
        self.meta_views = []
        for meta in model.meta_graphs:
            reach = shared.setdefault(meta.index, Reach(meta))
            self.meta_views.append(MetaView(meta, OpSet(self.release, meta.library, target.packages), reach))

    @property
    def reaches(self) -> dict[int, Reach]:
        """The reachability of each MetaGraph, by its index."""
        return {view.meta.index: view.reach for view in self.meta_views}

    @property
    def routes(self) -> dict[str, tuple[str, ...]]:
        """Checkpoint key → the routes by which some loader reads it (``inspector.topology.restores``)."""
        if self._routes is None:
            self._routes = routes_reading(self.model, [view.restored for view in self.meta_views])
        return self._routes
