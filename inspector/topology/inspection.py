"""One model seen by one target: what rules ask, computed once and shared."""

from __future__ import annotations

from collections.abc import Iterator

from inspector.catalogue import Release, release
from inspector.findings import Target
from inspector.model.graph import Function, Graph
from inspector.model.saved_model import MetaGraph, Model
from inspector.topology.ops import OpSet
from inspector.topology.reach import Reach
from inspector.topology.wiring import Wiring, wire


class MetaView:
    """A MetaGraph with its ops resolved against the target's release, its wirings and its reachability."""

    __slots__ = ("_wirings", "meta", "ops", "reach")

    def __init__(self, meta: MetaGraph, ops: OpSet, reach: Reach) -> None:
        self.meta = meta
        self.ops = ops
        self.reach = reach
        self._wirings: dict[int, Wiring] = {}

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

    __slots__ = ("meta_views", "model", "release", "tags", "target")

    def __init__(
        self,
        model: Model,
        target: Target,
        tags: tuple[str, ...] | None = None,
        reaches: dict[int, Reach] | None = None,
    ) -> None:
        self.model = model
        self.tags = tags
        self.target = target
        self.release: Release = release(target.tensorflow)
        shared = {} if reaches is None else reaches
        self.meta_views = []
        for meta in model.meta_graphs:
            reach = shared.setdefault(meta.index, Reach(meta))
            self.meta_views.append(MetaView(meta, OpSet(self.release, meta.library), reach))

    @property
    def reaches(self) -> dict[int, Reach]:
        """The reachability of each MetaGraph, by its index."""
        return {view.meta.index: view.reach for view in self.meta_views}
