"""The object graph of a V2 SavedModel: what tf.saved_model.load rebuilds.

Source: tensorflow/core/protobuf/saved_object_graph.proto, tensorflow/python/saved_model/load.py (Loader).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from inspector.model.dtypes import Shape, shape_of
from inspector.wire.schema import message

SIGNATURES = "signatures"
VARIABLE_VALUE = "VARIABLE_VALUE"


class ObjectVariable(NamedTuple):
    """A SavedVariable: its node, its path from the root, and the checkpoint key that the restore will ask for.

    ``key`` is None where the checkpoint's own object graph has no attribute for it: such a variable stays unrestored.
    """

    node: int
    path: str
    dtype: int
    shape: Shape
    name: str
    key: str | None


class ObjectGraph:
    """A SavedObjectGraph. ``nodes`` are its SavedObject messages, node 0 is the root.

    ``children`` holds for each node its references as (name, node); a small negative id counts from the end, as in the
    Python list that load.py looks it up in, and an id out of range is left out.
    """

    __slots__ = ("_matched", "children", "nodes", "proto")

    def __init__(self, raw: bytes) -> None:
        self.proto = message("SavedObjectGraph").FromString(raw)
        self.nodes: list[Any] = list(self.proto.nodes)
        self._matched: tuple[Any, dict[int, int]] = (None, {})
        count = len(self.nodes)
        self.children: list[list[tuple[str, int]]] = [
            [(child.local_name, i % count) for child in node.children[:] if -count <= (i := child.node_id) < count]
            for node in self.nodes
        ]

    def child(self, node: int, name: str) -> int | None:
        """The id of a child by name (the last one wins, as with setattr); None where there is none in range."""
        return dict(self.children[node]).get(name) if node < len(self.nodes) else None

    def signatures(self) -> dict[str, str]:
        """Signature key → name of its concrete function, as the loaded object's ``signatures`` will have them."""
        holder = self.child(0, SIGNATURES)
        found: dict[str, str] = {}
        if holder is None:
            return found
        for name, target in self.children[holder]:
            names = self.functions_of(target)
            if names:
                found[name] = names[0]
        return found

    def functions_of(self, node: int) -> tuple[str, ...]:
        """The concrete functions that one node names, empty for a node that is no function."""
        saved = self.nodes[node]
        kind = saved.WhichOneof("kind")
        if kind == "function":
            return tuple(saved.function.concrete_functions)
        if kind == "bare_concrete_function":
            return (saved.bare_concrete_function.concrete_function_name,)
        return ()

    def initializers(self) -> tuple[str, ...]:
        """Concrete functions that a load runs: ``_create_resource`` and ``_initialize`` of each resource."""
        return self._children_functions("_create_resource", "_initialize")

    def run_besides(self) -> tuple[str, ...]:
        """Concrete functions that the restore runs (of objects with savers of their own), and ``_destroy_resource``,
        which runs when the loaded object is freed."""
        found = list(self._children_functions("_destroy_resource"))
        for node in self.nodes:
            for saveable in node.saveable_objects.values():
                if 0 <= saveable.restore_function < len(self.nodes):
                    found.extend(self.functions_of(saveable.restore_function))
        return tuple(dict.fromkeys(found))

    def _children_functions(self, *names: str) -> tuple[str, ...]:
        found: list[str] = []
        for children in self.children:
            for name, target in children:
                if name in names:
                    found.extend(self.functions_of(target))
        return tuple(dict.fromkeys(found))

    def walk(self) -> Iterator[tuple[int, str]]:
        """Each reachable node once, with its shortest path from the root ("dense.kernel")."""
        paths = {0: ""} if len(self.nodes) else {}
        queue = list(paths)
        for node in queue:
            yield node, paths[node]
            for name, target in self.children[node]:
                if target not in paths:
                    paths[target] = f"{paths[node]}.{name}" if paths[node] else name
                    queue.append(target)

    def variables(self, checkpoint: Any | None) -> list[ObjectVariable]:
        """Every SavedVariable reachable from the root, with its key in ``checkpoint`` (a TrackableObjectGraph).

        The two graphs are matched as a restore does it: from the root, child by child of the same name
        (tensorflow/python/checkpoint/restore.py CheckpointPosition).
        """
        matched = self.matched(checkpoint)
        found = []
        for node, path in self.walk():
            saved = self.nodes[node]
            if saved.WhichOneof("kind") != "variable":
                continue
            variable = saved.variable
            key = _key(checkpoint.nodes[matched[node]]) if checkpoint is not None and node in matched else None
            shape = shape_of(variable.shape)
            found.append(ObjectVariable(node, path, variable.dtype, shape, variable.name, key))
        return found

    def matched(self, checkpoint: Any | None) -> dict[int, int]:
        """Node → node of the checkpoint's object graph, matched from the roots by the names of children."""
        if self._matched[0] is not checkpoint:
            self._matched = (checkpoint, _match(self, checkpoint))
        return self._matched[1]

    def restored_keys(self, checkpoint: Any) -> frozenset[str]:
        """The checkpoint keys that a restore asks for: of variables, and of objects with savers of their own (tables)."""
        found: set[str] = set()
        for node, other in self.matched(checkpoint).items():
            saved = self.nodes[node]
            if saved.WhichOneof("kind") == "variable" or saved.saveable_objects or saved.registered_saver:
                found.update(attribute.checkpoint_key for attribute in checkpoint.nodes[other].attributes)
        return frozenset(found)

    def bound_inputs(self, function: str) -> tuple[int, ...]:
        """Ids of the objects that a concrete function captures; empty where the object graph does not hold it."""
        if function not in self.proto.concrete_functions:  # asking a map for a missing key would add it
            return ()
        return tuple(self.proto.concrete_functions[function].bound_inputs)


def _match(graph: ObjectGraph, checkpoint: Any) -> dict[int, int]:
    """Node of the SavedObjectGraph → node of the checkpoint's graph."""
    others = checkpoint.nodes[:]
    if not graph.nodes or not others:
        return {}
    matched = {0: 0}
    queue = [0]
    for node in queue:
        children = dict(graph.children[node])
        for child in others[matched[node]].children[:]:
            target = children.get(child.local_name)
            if target is not None and target not in matched and 0 <= child.node_id < len(others):
                matched[target] = child.node_id
                queue.append(target)
    return matched


def _key(trackable: Any) -> str | None:
    for attribute in trackable.attributes:
        if attribute.name == VARIABLE_VALUE:
            return str(attribute.checkpoint_key)
    return None
