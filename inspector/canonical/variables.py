"""The tensors of a checkpoint under names that hold in every export of a program.

A checkpoint key is a path through objects, and good for a name, but where its last part is an index into a list: a layer
more moves all that follow, and Keras 3 fills its list ``_all_variables`` in the order of memory addresses (its
export/saved_model_export_archive.py). There the variable's own name stands for the index, without counters; of several
with one name, those of ``_all_variables`` come in the order of the variables with the same values elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator, Mapping

from inspector.canonical.names import natural, without_counters
from inspector.model import dtypes
from inspector.model.bundle import ALL_VARIABLES, OBJECT_GRAPH_KEY, BundleEntry
from inspector.model.dtypes import Shape
from inspector.model.objects import ATTRIBUTES, VARIABLE_VALUE, ObjectGraph, ObjectVariable
from inspector.model.saved_model import Model
from inspector.named_tuple import NamedTuple

_VALUE = f"/{ATTRIBUTES}{VARIABLE_VALUE}"
_COUNTER = "save_counter"  # tf.train.Checkpoint counts its saves in a variable


class Stored(NamedTuple):
    """A tensor of the checkpoint. ``crc`` is its checksum as the index has it, of all slices where it is in slices;
    ``again`` says that the same variable stands in the checkpoint under another key too (Keras 3 saves it twice)."""

    name: str
    key: str
    dtype: int
    shape: Shape
    crc: tuple[object, ...]
    size: int
    again: bool = False

    @property
    def described(self) -> str:
        """``float32[3,4]``"""
        return f"{dtypes.name(self.dtype)}{dtypes.shape_text(self.shape)}"


def short(key: str) -> str:
    """A checkpoint key without the part that all variables have."""
    return key.removesuffix(_VALUE)


def stored(model: Model) -> dict[str, Stored]:
    """The tensors of a model's checkpoint by name. Reads nothing but the index and the object graphs."""
    bundle = model.bundle
    if bundle is None:
        return {}
    renamed = dict(_renamed(model, bundle.entries))
    found = {}
    for key, entry in bundle.entries.items():
        if key == OBJECT_GRAPH_KEY or short(key) == _COUNTER:
            continue
        parts = sorted((part.extents, one.crc32c) for part, one in bundle.slices.get(key, {}).items())
        sizes = [one.size for one in bundle.slices.get(key, {}).values()]
        name, again = renamed.get(key, (short(key), False))
        crc = tuple(parts) if entry.slices else (entry.crc32c,)
        found[name] = Stored(
            name, key, entry.dtype, entry.shape, crc, sum(sizes) if entry.slices else entry.size, again
        )
    return found


def lacks_index(model: Model) -> bool:
    """Whether the index is damaged, or missing beside weights or for a model with variables."""
    faults = [fault for fault in model.faults if "index" in fault.kind]
    if all(fault.kind == "index-missing" and not fault.data.get("folder") for fault in faults):
        objects = model.meta_graphs[0].objects if model.is_v2 else None
        return bool(faults) and objects is not None and bool(objects.of_kind("variable"))
    return True


def names_without_index(model: Model) -> dict[str, str]:
    """Checkpoint key → name, of the variables in lists, where a model lacks its index."""
    return {key: name for key, (name, _) in _renamed(model, {}, guessed=True)}


def object_variables(model: Model, objects: ObjectGraph, *, guessed: bool = False) -> list[ObjectVariable]:
    """The SavedVariables of an object graph with their checkpoint keys. Where the checkpoint's own object graph does not
    read (a shard is missing), the keys of the index are followed from the root. ``guessed``: without an index a key is the
    path that a save takes, which depends on the order in the file."""
    bundle = model.bundle
    graph = bundle.object_graph() if bundle is not None else None
    found = objects.variables(graph)
    if bundle is None and guessed:
        return [
            one._replace(key=f"{one.path.replace('.', '/')}{_VALUE}") if " " not in one.path else one for one in found
        ]
    if bundle is None or graph is not None:
        return found
    keys = {_followed(objects, key): key for key in bundle.entries if key.endswith(_VALUE)}
    return [one._replace(key=keys.get(one.node)) for one in found]


def _followed(objects: ObjectGraph, key: str) -> int | None:
    """The object that a key leads to (names in it are escaped: tensorflow/python/trackable/trackable_utils.py)."""
    node: int | None = 0
    for part in short(key).split("/"):
        name = re.sub(r"\.([.S])", lambda found: "." if found[1] == "." else "/", part)
        node = objects.tracked(node).get(name) if node is not None and node < len(objects.nodes) else None
    return node


def _renamed(
    model: Model, entries: Mapping[str, BundleEntry], *, guessed: bool = False
) -> Iterator[tuple[str, tuple[str, bool]]]:
    """Checkpoint key → name, and whether it stands there again, for the variables in lists."""
    lists: dict[str, list[tuple[int, ObjectVariable]]] = {}
    twins: dict[Hashable, int] = {}  # content → the place of the first variable that has it, and a place of its own
    objects = model.meta_graphs[0].objects if model.is_v2 else None
    variables = [] if objects is None else object_variables(model, objects, guessed=guessed)
    for place, variable in enumerate(sorted(variables, key=lambda one: natural(one.path))):
        if variable.key:
            holder, _, last = short(variable.key).rpartition("/")
            if last.isdecimal() and variable.key.endswith(_VALUE):
                lists.setdefault(holder, []).append((int(last), variable))
            if holder != ALL_VARIABLES:
                twins.setdefault(_content(entries, variable), place)
    for holder, listed in lists.items():
        alike: dict[str, list[tuple[int, ObjectVariable]]] = {}
        for index, variable in listed:
            alike.setdefault(without_counters(variable.name), []).append((index, variable))
        for name, some in alike.items():
            if holder == ALL_VARIABLES:
                some.sort(key=lambda pair: _rank(twins, _content(entries, pair[1])))
            else:
                some.sort(key=lambda pair: pair[0])
            for rank, (_, variable) in enumerate(some):
                if variable.key:
                    again = holder == ALL_VARIABLES and _content(entries, variable) in twins
                    yield variable.key, (f"{holder}/<{name}>" + (f"#{rank}" if len(some) > 1 else ""), again)


def _content(entries: Mapping[str, BundleEntry], variable: ObjectVariable) -> tuple[str, int, str, int]:
    entry = entries.get(variable.key or "")
    crc = 0 if entry is None else entry.crc32c
    return without_counters(variable.name), variable.dtype, dtypes.shape_text(variable.shape), crc


def _rank(twins: dict[Hashable, int], content: tuple[str, int, str, int]) -> tuple[int, Hashable]:
    """Variables with twins in their order, then the others."""
    return twins.get(content, len(twins)), content
