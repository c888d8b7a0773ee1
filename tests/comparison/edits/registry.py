"""The table: an edit takes a ``Copy`` of a base and changes it.

``there`` are all changes of diff(base, edited), for every loader and TensorFlow 2.21 on a CPU, ``back`` those of
diff(edited, base), each as ``CODE where``, the where of a load without its target.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inspector.named_tuple import NamedTuple
from tests.differential.workbench import Copy


class Edit(NamedTuple):
    name: str
    base: str
    there: tuple[str, ...]
    back: tuple[str, ...]
    make: Callable[[Copy], None]
    on: Callable[[Copy], None] | None = None

    def sides(self) -> tuple[Copy, Copy]:
        """The base and the edited one; where the edit stands ``on`` another, that one is made in both first."""
        one, other = Copy(self.base), Copy(self.base)
        if self.on is not None:
            self.on(one)
            self.on(other)
        self.make(other)
        return one, other


EDITS: list[Edit] = []
MODULE, MLP, FLOW = "module-signatures", "keras3-mlp", "nested-control-flow"
V1, TAGS, TABLE = "v1-main-op-table", "v1-two-tagsets", "table-asset"
Codes = str | tuple[str, ...]


def edit(base: str, there: Codes = (), back: Codes | None = None, *, on: Callable[[Copy], None] | None = None) -> Any:
    """Registers an edit; ``back`` is the same as ``there`` where it is not given."""

    def register(make: Callable[[Copy], None]) -> Callable[[Copy], None]:
        one, other = ((text,) if isinstance(text, str) else text for text in (there, there if back is None else back))
        EDITS.append(Edit(make.__name__, base, one, other, make, on))
        return make

    return register


LOADERS = ("serving", "tf1", "tf2")


def calls_fail(key: str, *loaders: str) -> tuple[str, ...]:
    """A signature that runs in the old model fails in the new one, in these loaders (all of them if none is named)."""
    return tuple(f"DF002 {loader}, signature {key}" for loader in loaders or LOADERS)


def calls_run(key: str, *loaders: str) -> tuple[str, ...]:
    return tuple(f"DF411 {loader}, signature {key}" for loader in loaders or LOADERS)


def loads_fail(*loaders: str) -> tuple[str, ...]:
    return tuple(f"DF001 {loader}" for loader in loaders or LOADERS)


def loads_work(*loaders: str) -> tuple[str, ...]:
    return tuple(f"DF410 {loader}" for loader in loaders or LOADERS)


def signature(copy: Copy, key: str = "serving_default") -> Any:
    return copy.meta.signature_def[key]


def dims(info: Any, *sizes: int) -> None:
    info.tensor_shape.unknown_rank = False
    del info.tensor_shape.dim[:]
    for size in sizes:
        info.tensor_shape.dim.add(size=size)


def function(copy: Copy, part: str) -> Any:
    """The function with this in its name."""
    (found,) = [one for name, one in copy.functions().items() if part in name]
    return found


def node(copy: Copy, op: str, *, part: str = "", name: str = "") -> Any:
    """The first node with this op (and name) in the functions with this in their names, or in the main graph."""
    bodies = [one.node_def for its, one in copy.functions().items() if part in its] if part else [copy.graph.node]
    return next(one for nodes in bodies for one in nodes if one.op == op and (not name or one.name == name))


def rewire(nodes: Any, old: str, new: str) -> None:
    """Whoever took one tensor takes another."""
    for one in nodes:
        for place, text in enumerate(one.input):
            if text == old:
                one.input[place] = new
