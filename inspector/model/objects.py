"""The object graph of a V2 SavedModel: what tf.saved_model.load rebuilds.

Source: tensorflow/core/protobuf/saved_object_graph.proto, tensorflow/python/saved_model/load.py (Loader).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from inspector.model.dtypes import Shape, shape_of
from inspector.model.structures import Structure, decode, leaves
from inspector.named_tuple import NamedTuple
from inspector.wire.schema import message

SIGNATURES = "signatures"
SIGNATURE_MAP = "signature_map"
CREATE_RESOURCE, INITIALIZE, DESTROY_RESOURCE = "_create_resource", "_initialize", "_destroy_resource"
_REVIVED = (SIGNATURE_MAP, "trackable_dict_wrapper", "trackable_list_wrapper", "trackable_tuple_wrapper")
_REVIVED_VERSION = 1  # of all of them, in every release
VARIABLE_VALUE = "VARIABLE_VALUE"
# What the root of a model.export() holds, of Keras 3 and of Keras 2 from 2.13 on; a tf.Module has no such children.
_EXPORTED = frozenset(("variables", "trainable_variables", "non_trainable_variables"))
TENSORS = ".TENSORS"  # the one saver of an object that saves a dict of tensors
ATTRIBUTES = ".ATTRIBUTES/"  # stands in a checkpoint key between the path of an object and the name of its tensor


class ObjectVariable(NamedTuple):
    """A SavedVariable: its node, its path from the root, and the checkpoint key that the restore will ask for.

    ``key`` is None where the checkpoint's own object graph does not have the object, and empty where that has no value.
    """

    node: int
    path: str
    dtype: int
    shape: Shape
    name: str
    key: str | None


class Match(NamedTuple):
    """Which objects of a checkpoint a restore binds to those of an object graph (checkpoint/restore.py CheckpointPosition).

    ``nodes``: node → node of the checkpoint's graph, where small negative ids count from the end. ``keys``: SavedVariable
    that the checkpoint has → its key, empty where nothing is read for it; of several with one key only the last is read.
    ``strays``: children and slots of the checkpoint's objects with an id out of range, as (node, name, id).
    """

    nodes: dict[int, int]
    keys: dict[int, str]
    strays: list[tuple[int, str, int]]


_NO_MATCH = Match({}, {}, [])


class ObjectGraph:
    """A SavedObjectGraph. ``nodes`` are its SavedObject messages, node 0 is the root.

    ``children`` holds for each node its references as (name, node); a small negative id counts from the end, as in the
    Python list that load.py looks it up in, and an id out of range is left out. ``blobs`` are the distinct serialized
    StructuredValues. ``mentions_keras``: there may be objects that Keras 2 saved.
    """

    __slots__ = (
        "_cycle", "_having", "_match", "_paths", "_slots", "_structures", "blobs", "children", "kinds", "mentions_keras",
        "nodes", "proto",
    )  # fmt: skip

    def __init__(self, raw: bytes) -> None:
        self.mentions_keras = b"_tf_keras_" in raw
        self.proto = message("SavedObjectGraph").FromString(raw)
        self.nodes: list[Any] = list(self.proto.nodes)
        self.kinds: list[str] = [node.WhichOneof("kind") or "" for node in self.nodes]
        self._match: tuple[Any, Match] | None = None
        self._paths: dict[int, str] = {}
        self._slots: dict[tuple[int, int, str], int] | None = None
        self._structures: dict[bytes, Structure] = {}
        self._having: dict[str, list[int]] = {}
        self._cycle: list[int] | None = None
        self.blobs = frozenset(self.structured())
        for blob in self.blobs:  # may raise, as the loaders parse the whole file before they begin
            message("StructuredValue").FromString(blob)
        count = len(self.nodes)
        self.children: list[list[tuple[str, int]]] = [
            [(child.local_name, i % count) for child in node.children[:] if -count <= (i := child.node_id) < count]
            for node in self.nodes
        ]

    @property
    def of_keras(self) -> bool:
        """Whether Keras made what was saved: it holds objects of Keras 2, or what ``model.export()`` writes."""
        return self.mentions_keras or (bool(self.nodes) and {name for name, _ in self.children[0]} >= _EXPORTED)

    def of_kind(self, *kinds: str) -> Iterator[int]:
        """The nodes of these kinds, in file order."""
        return (node for node, kind in enumerate(self.kinds) if kind in kinds)

    def having(self, field: str) -> list[int]:
        """The nodes with something in a field of SavedObject that few of them have, in file order."""
        found = self._having.get(field)
        if found is None:
            found = self._having[field] = [node for node, saved in enumerate(self.nodes) if getattr(saved, field)]
        return found

    def structure(self, raw: bytes) -> Structure:
        """A serialized StructuredValue of this graph, decoded once: most layers of a model share theirs."""
        found = self._structures.get(raw)
        if found is None:
            found = self._structures[raw] = decode(raw)
        return found

    def spec(self, node: int) -> Any | None:
        """The FunctionSpec of a function; None where a bare concrete function has none (as before TensorFlow 2.3)."""
        saved = getattr(self.nodes[node], self.kinds[node])
        return saved.function_spec if self.kinds[node] == "function" or saved.HasField("function_spec") else None

    def structured(self) -> Iterator[bytes]:
        """Every serialized StructuredValue of the graph, functions by name, then nodes in file order."""
        for name in sorted(self.proto.concrete_functions):
            function = self.proto.concrete_functions[name]
            yield function.canonicalized_input_signature
            yield function.output_signature
        for node in self.of_kind("function", "bare_concrete_function"):
            spec = self.spec(node)
            if spec is not None:
                yield spec.fullargspec
                yield spec.input_signature

    def path(self, node: int) -> str:
        """The shortest path from the root to a node, "root" for the root; its number where no path leads to it."""
        self._paths = self._paths or dict(self.walk())
        return self._paths.get(node, f"node {node}") or "root"

    def child(self, node: int, name: str) -> int | None:
        """The id of a child by name (the last one wins, as with setattr); None where there is none in range."""
        return dict(self.children[node]).get(name) if node < len(self.nodes) else None

    def signatures(self) -> dict[str, str]:
        """Signature key → name of its concrete function, as the loaded object's ``signatures`` will have them."""
        named = {key: self.functions_of(node) for key, node in self.signature_children().items()}
        return {key: functions[0] for key, functions in named.items() if functions}

    def signature_children(self) -> dict[str, int]:
        """Key → node of the root's child ``signatures``."""
        holder = self.child(0, SIGNATURES)
        return {} if holder is None else dict(self.children[holder])

    def revived(self, node: int) -> str:
        """The type that a user object comes back as: its identifier where TensorFlow has the type in a version that fits,
        else an empty string, for a plain object (python/saved_model/revived_types.py). The optimizer is not told of."""
        if node >= len(self.nodes) or self.kinds[node] != "user_object":
            return ""
        user = self.nodes[node].user_object
        version = user.version
        fits = version.min_consumer <= _REVIVED_VERSION <= version.producer
        known = user.identifier in _REVIVED and fits and _REVIVED_VERSION not in version.bad_consumers
        return str(user.identifier) if known else ""

    def takes(self, node: int, count: int) -> bool:
        """Whether a node is a function that can be called with so many arguments, as far as can be told."""
        functions = [one for one in self.functions_of(node) if one in self.proto.concrete_functions]
        structures = [
            self.structure(self.proto.concrete_functions[one].canonicalized_input_signature) for one in functions
        ]
        if not functions:
            return False
        return any(structure.fault or len(list(leaves(structure.value or ()))) == count for structure in structures)

    def functions_of(self, node: int) -> tuple[str, ...]:
        """The concrete functions that one node names, empty for a node that is no function."""
        kind = self.kinds[node]
        if kind == "function":
            return tuple(self.nodes[node].function.concrete_functions)
        if kind == "bare_concrete_function":
            return (self.nodes[node].bare_concrete_function.concrete_function_name,)
        return ()

    def initializers(self) -> tuple[str, ...]:
        """Concrete functions that a load runs: ``_create_resource`` and ``_initialize`` of each resource."""
        return self._children_functions(CREATE_RESOURCE, INITIALIZE)

    def run_besides(self) -> tuple[str, ...]:
        """Concrete functions that the restore runs (both savers of objects that have their own: one tells the names of the
        tensors, the other takes them), and ``_destroy_resource``, which runs when the loaded object is freed."""
        found = list(self._children_functions(DESTROY_RESOURCE))
        for node in self.having("saveable_objects"):
            for saveable in self.nodes[node].saveable_objects.values():
                for function in (saveable.save_function, saveable.restore_function):
                    if 0 <= function < len(self.nodes):
                        found.extend(self.functions_of(function))
        return tuple(dict.fromkeys(found))

    def run_by_load(self) -> frozenset[str]:
        """Concrete functions that a load calls by themselves: initializers, and savers, which tell their tensors."""
        return frozenset(self.initializers()).union(self.run_besides()) - set(
            self._children_functions(DESTROY_RESOURCE)
        )

    def _children_functions(self, *names: str) -> tuple[str, ...]:
        found: list[str] = []
        for children in self.children:
            for name, target in children:
                if name in names:
                    found.extend(self.functions_of(target))
        return tuple(dict.fromkeys(found))

    def walk(self, *, tracked: bool = False) -> Iterator[tuple[int, str]]:
        """Each reachable node once, with its shortest path from the root ("dense.kernel").

        ``tracked``: only by the children that a restore follows.
        """
        paths = {0: ""} if len(self.nodes) else {}
        queue = list(paths)
        for node in queue:
            yield node, paths[node]
            for name, target in self.tracked(node).items() if tracked else self.children[node]:
                if target not in paths:
                    paths[target] = f"{paths[node]}.{name}" if paths[node] else name
                    queue.append(target)

    def variables(self, checkpoint: Any | None) -> list[ObjectVariable]:
        """Every SavedVariable that a restore looks for, with its key in ``checkpoint`` (a TrackableObjectGraph).

        The two graphs are matched as a restore does it: from the root, child by child of the same name
        (tensorflow/python/checkpoint/restore.py CheckpointPosition).
        """
        keys = self.match(checkpoint).keys
        tracked = dict(self.walk(tracked=True))
        found = []
        for node, path in tracked.items():
            if self.kinds[node] == "variable":
                found.append(self._variable(node, path, node, keys.get(node)))
        for (optimizer, original, name), node in self.slots().items():
            if optimizer in tracked and original in tracked and self.kinds[original] == "variable":
                found.append(self._variable(node, f"slot {name} of {tracked[original]}", original, keys.get(node)))
        return found

    def _variable(self, node: int, path: str, form: int, key: str | None) -> ObjectVariable:
        """``form`` is the node of the variable whose dtype and shape it has: a slot's are those of its original."""
        variable = self.nodes[form].variable
        return ObjectVariable(node, path, variable.dtype, shape_of(variable.shape), variable.name, key)

    def without_value(self, checkpoint: Any) -> list[int]:
        """SavedVariables that a restore passes over without a word: no path leads to them, or the checkpoint's object
        has no value, or one that only a registered saver can read, or one that another variable takes."""
        keys = self.match(checkpoint).keys
        unmatched = [node for node in self.of_kind("variable") if node not in keys]
        looked_for = {node for node, _ in self.walk(tracked=True)}.union(self.slots().values()) if unmatched else set()
        return sorted([node for node, key in keys.items() if not key] + [n for n in unmatched if n not in looked_for])

    def match(self, checkpoint: Any | None) -> Match:
        """The objects of the checkpoint's graph that a restore binds to those of this one. Cost: a pass over both, once."""
        if checkpoint is None:
            return _NO_MATCH
        if self._match is None or self._match[0] is not checkpoint:
            self._match = (checkpoint, _matched(self, checkpoint))
        return self._match[1]

    def matched(self, checkpoint: Any | None) -> dict[int, int]:
        """Node → node of the checkpoint's object graph, matched from the roots by the names of children."""
        return self.match(checkpoint).nodes

    def tracked(self, node: int) -> dict[str, int]:
        """The children that a restore goes on to, the last of a name: those of user objects other than signature maps, and
        those of resources other than tf.functions (python/trackable/autotrackable.py, resource.py)."""
        kind = self.kinds[node]
        if kind == "resource":
            return {name: child for name, child in self.children[node] if self.kinds[child] != "function"}
        if kind != "user_object" or self.nodes[node].user_object.identifier == SIGNATURE_MAP:
            return {}
        return dict(self.children[node])

    def slots(self) -> dict[tuple[int, int, str], int]:
        """(optimizer, original variable, name) → slot variable, which the optimizer makes and restores."""
        if self._slots is None:
            count = len(self.nodes)
            self._slots = {
                (node, slot.original_variable_node_id, slot.slot_name): slot.slot_variable_node_id
                for node in self.having("slot_variables")
                for slot in self.nodes[node].slot_variables
                if 0 <= slot.original_variable_node_id < count and 0 <= slot.slot_variable_node_id < count
            }
        return self._slots

    def restored_keys(self, checkpoint: Any) -> frozenset[str]:
        """The checkpoint keys that a restore asks for: of variables, and of objects with savers of their own (tables)."""
        found: set[str] = set()
        matched = self.matched(checkpoint)
        for node in (*self.having("saveable_objects"), *self.having("registered_saver")):
            if node in matched:
                found.update(attribute.checkpoint_key for attribute in checkpoint.nodes[matched[node]].attributes)
        return frozenset(found.union(key for key in self.match(checkpoint).keys.values() if key))

    def functions(self) -> Iterator[tuple[str, Any]]:
        """(name, SavedConcreteFunction), by name."""
        return ((name, self.proto.concrete_functions[name]) for name in sorted(self.proto.concrete_functions))

    def dependency_cycle(self) -> list[int]:
        """Nodes that wait for each other, sorted; empty where all can be made (load.py _generate_ordered_node_ids)."""
        if self._cycle is None:
            self._cycle = self._find_cycle()
        return self._cycle

    def _find_cycle(self) -> list[int]:
        waiting: dict[int, set[int]] = {}
        for node in self.having("dependencies"):
            waiting.setdefault(node, set()).update(one.node_id for one in self.nodes[node].dependencies)
        for node in self.of_kind("function", "bare_concrete_function"):
            for function in self.functions_of(node):
                waiting.setdefault(node, set()).update(self.bound_inputs(function))
        for node in self.of_kind("resource"):
            made_by = [one.node_id for one in self.nodes[node].children if one.local_name == CREATE_RESOURCE]
            waiting.setdefault(node, set()).update(made_by)
        for node in self.having("slot_variables"):
            previous: set[int] = set()
            for slot in self.nodes[node].slot_variables:
                slot_needs = waiting.setdefault(slot.slot_variable_node_id, set())
                slot_needs.update((node, slot.original_variable_node_id), previous)
                previous = {slot.slot_variable_node_id}
        waiters: dict[int, list[int]] = {}
        for node, needs in waiting.items():
            needs.intersection_update(waiting)
            for one in needs:
                waiters.setdefault(one, []).append(node)
        ready = [node for node, needs in waiting.items() if not needs]
        for node in ready:
            del waiting[node]
            for waiter in waiters.get(node, ()):
                waiting[waiter].discard(node)
                if not waiting[waiter]:
                    ready.append(waiter)
        needed = {one for needs in waiting.values() for one in needs}
        return sorted(node for node in waiting if node in needed)

    def bound_inputs(self, function: str) -> tuple[int, ...]:
        """Ids of the objects that a concrete function captures; empty where the object graph does not hold it."""
        if function not in self.proto.concrete_functions:  # asking a map for a missing key would add it
            return ()
        return tuple(self.proto.concrete_functions[function].bound_inputs)


def _matched(graph: ObjectGraph, checkpoint: Any) -> Match:
    """From the roots, child by child of the same name; one of the checkpoint's is bound to one object only.

    A slot is bound as soon as its optimizer and its original variable are (python/checkpoint/restore.py
    _queue_children_for_restoration, _queue_slot_variables).
    """
    others = checkpoint.nodes[:]
    count = len(others)
    if not graph.nodes or not others:
        return _NO_MATCH
    slots = _Slots(graph, others)
    nodes = {0: 0}
    bound = {0: 0}
    queue = [(0, 0)]
    strays = []
    for node, other in queue:
        children = graph.tracked(node)
        wanted = [(child.local_name, child.node_id, children.get(child.local_name)) for child in others[other].children]
        for name, number, target in chain(wanted, slots.ready(node, other, bound)):
            if not -count <= number < count:
                strays.append((node, name, number))
            elif target is not None and number not in bound:
                bound[number] = target
                nodes.setdefault(target, number % count)
                queue.append((target, number))
    keys = {node: _key(others[other]) for node, other in nodes.items() if graph.kinds[node] == "variable"}
    last = {key: node for node, key in keys.items()}
    return Match(nodes, {node: key if last[key] == node else "" for node, key in keys.items()}, strays)


class _Slots:
    """The slots of a checkpoint's object graph that wait for their optimizer and their original variable.

    Optimizers that come back without slots are left out: a plain object has none, another one makes them as it restores.
    """

    def __init__(self, graph: ObjectGraph, others: Sequence[Any]) -> None:
        self._made = graph.slots()
        self._optimizers = {optimizer for optimizer, _, _ in self._made}
        self._by_original: dict[int, list[tuple[int, str, int]]] = {}
        self._deferred: dict[int, list[tuple[int, str, int]]] = {}
        for optimizer, other in enumerate(others) if self._made else ():
            for slot in other.slot_variables:
                one = (optimizer, slot.slot_name, slot.slot_variable_node_id)
                self._by_original.setdefault(slot.original_variable_node_id, []).append(one)

    def ready(self, node: int, other: int, bound: Mapping[int, int]) -> Iterator[tuple[str, int, int | None]]:
        """(name, id in the checkpoint, slot variable) of those that a visit of ``node`` brings back."""
        for original, name, number in self._deferred.pop(other, ()):
            if node in self._optimizers:
                yield name, number, self._made.get((node, original, name))
        for optimizer, name, number in self._by_original.pop(other, ()):
            if optimizer not in bound:
                self._deferred.setdefault(optimizer, []).append((node, name, number))
            elif bound[optimizer] in self._optimizers:
                yield name, number, self._made.get((bound[optimizer], node, name))


def _key(trackable: Any) -> str:
    """The key that a variable is restored by: its object's part of the first attribute's. Empty where nothing is read."""
    attributes = trackable.attributes
    if not attributes or (trackable.HasField("registered_saver") and trackable.registered_saver.name):
        return ""
    head, mark, _ = attributes[0].checkpoint_key.partition(ATTRIBUTES)
    return f"{head}{mark}{VARIABLE_VALUE}" if mark else head
