"""One model seen by one target: what rules ask, computed once and shared, also between targets.

Most ops are the same in many releases, so most of what is computed for one target holds for others. An inspection takes
down which aspects of its target were looked at (``uses``): what was computed from equal aspects is equal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from inspector.catalogue import OpDef, Release, release
from inspector.findings import Target
from inspector.model.graph import Function, Graph
from inspector.model.objects import ObjectVariable
from inspector.model.saved_model import MetaGraph, Model
from inspector.policy import NO_DEMANDS, Demands
from inspector.topology.features import Use, used
from inspector.topology.liveness import live_nodes
from inspector.topology.ops import OPS, RELEASE, TARGET, TYPES, OpSet, OpShare, Uses
from inspector.topology.reach import Reach
from inspector.topology.restores import HandleUse, Restored, handle_conflicts, restored, routes_reading
from inspector.topology.shapes.propagation import Trouble, defaults, troubles
from inspector.topology.wiring import Wiring, wire

if TYPE_CHECKING:
    from inspector.model.bundle import TensorBundle
    from inspector.topology.keras import KerasLoad


class MetaShare:
    """What the views of one MetaGraph for several targets have in common."""

    __slots__ = (
        "features", "handle_conflicts", "live", "meta", "ops", "reach", "restored", "shapes", "types", "variables", "wirings",
    )  # fmt: skip

    def __init__(self, meta: MetaGraph) -> None:
        self.meta = meta
        self.reach = Reach(meta)
        self.ops = OpShare()
        self.types: dict[object, int] = {}
        self.wirings: dict[tuple[int, int], Wiring] = {}
        self.live: dict[tuple[int, str], frozenset[str]] = {}
        self.shapes: dict[object, dict[Trouble, tuple[str, ...]]] = {}
        self.restored: list[Restored] | None = None
        self.handle_conflicts: list[HandleUse] | None = None
        self.variables: list[ObjectVariable] | None = None
        self.features: list[Use] | None = None


class Share:
    """What the inspections of one model for several targets have in common. Cost: none before it is asked.

    ``taught`` are ops of the user's own, which are registered in every target; ``demands`` are what the policy asks;
    ``asks_keras``: a loader of Keras takes part.
    """

    __slots__ = ("_keras", "asks_keras", "demands", "known", "metas", "model", "ops", "routes", "taught")

    def __init__(
        self, model: Model, taught: Mapping[str, OpDef] = {}, demands: Demands = NO_DEMANDS, *, keras: bool = False
    ) -> None:
        self.model = model
        self.asks_keras = keras
        self.taught = taught
        self.demands = demands
        self.metas = [MetaShare(meta) for meta in model.meta_graphs]
        self.known = _ops_of(model)
        self.ops: dict[tuple[object, ...], int] = {}
        self.routes: dict[str, tuple[str, ...]] | None = None
        self._keras: KerasLoad | None = None

    @property
    def keras(self) -> KerasLoad:
        """What the load_model of Keras 2 makes of the model."""
        if self._keras is None:
            from inspector.topology.keras import keras_load

            self._keras = keras_load(self.model)
        return self._keras

    def ops_number(self, ops: OpSet) -> int:
        """A number for what a target makes of the model's ops: equal for targets with the same definitions."""
        made = (ops.serves, *[id(ops.registered(name)) for name in self.known])
        return self.ops.setdefault(made, len(self.ops))


def _ops_of(model: Model) -> frozenset[str]:
    """The names of all ops that the nodes of a model have. Reads all its graphs."""
    for meta in model.meta_graphs:
        for _ in meta.graphs():
            pass  # decoding a graph enters its forms into the table
    return frozenset(form.op for form in model.kinds.forms)


class MetaView:
    """A MetaGraph with its ops resolved against the target's release, its wirings and its reachability."""

    __slots__ = ("_ops", "_share", "_uses", "meta", "ops_number", "reach", "types_number")

    def __init__(self, share: MetaShare, ops: OpSet, uses: Uses, ops_number: int, types_number: int) -> None:
        self.meta = share.meta
        self.reach = share.reach
        self.ops_number = ops_number
        self.types_number = types_number
        self._ops = ops
        self._share = share
        self._uses = uses

    @property
    def ops(self) -> OpSet:
        """What the target's release makes of the op names of this MetaGraph."""
        self._uses.seen.add(OPS)
        return self._ops

    @property
    def restored(self) -> list[Restored]:
        """Every tensor that running the saver's restore op reads."""
        if self._share.restored is None:
            self._share.restored = restored(self.reach)
        return self._share.restored

    @property
    def handle_conflicts(self) -> list[HandleUse]:
        """Direct reads of resource variables in the main graph, and assignments to them, of another dtype than theirs."""
        if self._share.handle_conflicts is None:
            self._share.handle_conflicts = list(handle_conflicts(self.meta.graph))
        return self._share.handle_conflicts

    def variables(self, bundle: TensorBundle | None) -> list[ObjectVariable]:
        """The object graph's variables with their keys in the model's checkpoint; none without an object graph."""
        if self._share.variables is None:
            objects = self.meta.objects
            checkpoint = bundle.object_graph() if bundle is not None else None
            self._share.variables = objects.variables(checkpoint) if objects is not None else []
        return self._share.variables

    def features(self, bundle: TensorBundle | None) -> list[Use]:
        """What the MetaGraph uses of the features of SavedModels that some releases refuse."""
        if self._share.features is None:
            checkpoint = bundle.object_graph() if bundle is not None else None
            self._share.features = used(self.meta, checkpoint)
        return self._share.features

    def live(self, function: str) -> frozenset[str]:
        """The nodes of a function that a call of it runs; none for a function that is missing."""
        self._uses.seen.add(OPS)
        key = self.ops_number, function
        if key not in self._share.live:
            body = self.meta.function(function)
            self._share.live[key] = frozenset() if body is None else live_nodes(body, self._ops)
        return self._share.live[key]

    def wiring(self, graph: Graph, function: Function | None = None) -> Wiring:
        """The resolved edges of the main graph or of one function."""
        self._uses.seen.add(TYPES)
        key = self.types_number, id(graph)
        found = self._share.wirings.get(key)
        if found is None:
            found = self._share.wirings[key] = wire(graph, self._ops, function)
        return found

    @property
    def shape_troubles(self) -> dict[Trouble, tuple[str, ...]]:
        """What shape inference refuses, and in which views of the model (``inspector.topology.shapes``)."""
        self._uses.seen.add(OPS)
        key = self.types_number, defaults(self._ops, self._uses.known)
        found = self._share.shapes.get(key)
        if found is None:
            found = self._share.shapes[key] = troubles(self.meta, self._ops)
        return found

    def wirings(self) -> Iterator[Wiring]:
        """The main graph's wiring, then each function's in file order."""
        yield self.wiring(self.meta.graph)
        for function in self.meta.library.functions:
            yield self.wiring(function.body, function)


class Inspection:
    """A model seen by a target. Immutable in meaning; what it holds is computed on request.

    ``uses`` tells which aspects of the target were looked at; ``share`` is common to the targets of one model.
    """

    __slots__ = ("_release", "_target", "meta_views", "model", "share", "tags", "uses")

    def __init__(
        self, model: Model, target: Target, tags: tuple[str, ...] | None = None, share: Share | None = None
    ) -> None:
        self.model = model
        self.tags = tags
        self.share = Share(model) if share is None else share
        self.uses = Uses(self.share.known)
        self._target = target
        # The GPU build registers the GPU's ops; its kernels (Release.kernels) belong to the same object.
        self._release: Release = release(target.tensorflow, gpu=target.device == "gpu")
        self.meta_views = [self._view(meta) for meta in self.share.metas]

    def _view(self, share: MetaShare) -> MetaView:
        packages, host = self._target.packages, self._target.host
        ops = OpSet(self._release, share.meta.library, packages, share.ops, self.uses, host, self.share.taught)
        number = self.share.ops_number(ops)
        resolved = [ops.resolve(form) for form in self.model.kinds.forms]
        types = tuple([one and (one.inputs, one.outputs) for one in resolved])
        return MetaView(share, ops, self.uses, number, share.types.setdefault(types, len(share.types)))

    @property
    def target(self) -> Target:
        self.uses.seen.add(TARGET)
        return self._target

    @property
    def release(self) -> Release:
        self.uses.seen.add(RELEASE)
        return self._release

    @property
    def version(self) -> str:
        """The release's version, for words only: who decides by it asks ``release``."""
        return self._release.version

    def aspect(self, name: str) -> object:
        """One aspect of the target: equal for targets that do not differ in it."""
        if name == TYPES:
            return tuple([view.types_number for view in self.meta_views])
        if name == OPS:
            return self.meta_views[0].ops_number if self.meta_views else 0
        return self._release if name == RELEASE else self._target

    @property
    def keras(self) -> KerasLoad:
        """What the load_model of Keras 2 makes of the model's objects."""
        return self.share.keras

    @property
    def ops_beside(self) -> tuple[str, ...]:
        """The ops of the model that TensorFlow's core library does not register and something beside it does, sorted.

        Nothing is known of their kernels.
        """
        if not self.meta_views:
            return ()
        ops = self.meta_views[0].ops
        return tuple(sorted(name for name in self.share.known if self._release.op(name) is None and ops.beside(name)))

    @property
    def reaches(self) -> dict[int, Reach]:
        """The reachability of each MetaGraph, by its index."""
        return {view.meta.index: view.reach for view in self.meta_views}

    @property
    def routes(self) -> dict[str, tuple[str, ...]]:
        """Checkpoint key → the routes by which some loader reads it (``inspector.topology.restores``)."""
        if self.share.routes is None:
            self.share.routes = routes_reading(self.model, [view.restored for view in self.meta_views])
        return self.share.routes
