"""The tensors of a checkpoint under names that hold in every export of a program.

A checkpoint key is a path through objects, and good for a name, but where its last part is an index into a list: a layer
more moves all that follow, and Keras 3 fills its list ``_all_variables`` in the order of memory addresses (its
export/saved_model_export_archive.py). There the variable's own name stands for the index, without counters.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.canonical.names import natural, without_counters
from inspector.model import dtypes
from inspector.model.bundle import OBJECT_GRAPH_KEY, TensorBundle
from inspector.model.dtypes import Shape
from inspector.model.objects import ATTRIBUTES, VARIABLE_VALUE, ObjectVariable
from inspector.model.saved_model import Model
from inspector.named_tuple import NamedTuple

_VALUE = f"/{ATTRIBUTES}{VARIABLE_VALUE}"
_COUNTER = "save_counter"  # tf.train.Checkpoint counts its saves in a variable
_UNORDERED = ("_all_variables",)


class Stored(NamedTuple):
    """A tensor of the checkpoint. ``crc`` is its checksum as the index has it, of all slices where it is in slices."""

    name: str
    key: str
    dtype: int
    shape: Shape
    crc: tuple[object, ...]
    size: int

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
    renamed = dict(_renamed(model, bundle))
    found = {}
    for key, entry in bundle.entries.items():
        if key == OBJECT_GRAPH_KEY or short(key) == _COUNTER:
            continue
        parts = sorted((part.extents, one.crc32c) for part, one in bundle.slices.get(key, {}).items())
        sizes = [one.size for one in bundle.slices.get(key, {}).values()]
        name = renamed.get(key, short(key))
        crc = tuple(parts) if entry.slices else (entry.crc32c,)
        found[name] = Stored(name, key, entry.dtype, entry.shape, crc, sum(sizes) if entry.slices else entry.size)
    return found


def _renamed(model: Model, bundle: TensorBundle) -> Iterator[tuple[str, str]]:
    """Checkpoint key → name, for the variables in lists."""
    lists: dict[str, list[tuple[int, ObjectVariable]]] = {}
    for variable in _variables(model, bundle):
        if variable.key:
            holder, _, last = short(variable.key).rpartition("/")
            if last.isdecimal() and variable.key.endswith(_VALUE):
                lists.setdefault(holder, []).append((int(last), variable))
    for holder, variables in lists.items():
        alike: dict[str, list[tuple[int, ObjectVariable]]] = {}
        for index, variable in variables:
            alike.setdefault(without_counters(variable.name), []).append((index, variable))
        for name, some in alike.items():
            some.sort(
                key=lambda pair: (natural(pair[1].name), _crc(bundle, pair[1])) if holder in _UNORDERED else pair[0]
            )
            for rank, (_, variable) in enumerate(some):
                if variable.key:
                    yield variable.key, f"{holder}/<{name}>" + (f"#{rank}" if len(some) > 1 else "")


def _crc(bundle: TensorBundle, variable: ObjectVariable) -> int:
    entry = bundle.entries.get(variable.key or "")
    return 0 if entry is None else entry.crc32c


def _variables(model: Model, bundle: TensorBundle) -> list[ObjectVariable]:
    objects = model.meta_graphs[0].objects if model.is_v2 else None
    return [] if objects is None else objects.variables(bundle.object_graph())
