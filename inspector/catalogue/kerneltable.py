"""The table of kernels of the data file: the KernelDefs of many builds. Bit n of a mask is the n-th build.

It opens with the first question for a kernel (0.4 ms) and knows an op by the place that the table of ops gives it.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.catalogue import encoding
from inspector.catalogue.container import Container
from inspector.catalogue.kernelcoding import Shapes, decode_group
from inspector.catalogue.kerneldef import KernelDef
from inspector.catalogue.optable import Blocks

# Before the number of a group's builds: the kernels exist only once `import tensorflow` ran.
PYTHON_LAYER = "p"
# How a build's kernels became known, beside TF_GetAllRegisteredKernels (the section kernels.sources).
TEXT_SOURCE, XLA_SOURCE = "t", "x"


class KernelTable:
    """The kernels of ops over many builds. Equal kernels, and equal sets of kernels, are the same objects."""

    __slots__ = ("_groups", "_masks", "_sets", "_shapes", "_sources", "blocks")

    def __init__(self, container: Container) -> None:
        self._sources = container.lines("kernels.sources")
        self._masks = container.lines("kernels.masks")
        self._shapes = Shapes(container.lines("kernels.shapes"))
        self.blocks = Blocks(container, "kernels")
        self._groups: dict[tuple[str, str], tuple[KernelDef, ...]] = {}
        self._sets: dict[tuple[str, tuple[str, ...]], tuple[KernelDef, ...]] = {}

    def from_text(self, bit: int) -> bool:
        """Whether the n-th build's kernels were read from a listing, without host memory and priority."""
        return TEXT_SOURCE in self._sources[bit]

    def lists_xla(self, bit: int) -> bool:
        """Whether the n-th build's XLA_CPU_JIT kernels are known."""
        return XLA_SOURCE in self._sources[bit]

    def kernels(self, op: str, index: int, bit: int, *, python_layer: bool) -> tuple[KernelDef, ...]:
        """The kernels that the n-th build has for an op in one layer; ``index`` is the op's place."""
        groups = tuple([group for builds, group in self._groups_of(index, python_layer) if builds >> bit & 1])
        found = self._sets.get((op, groups))
        if found is None:
            decoded = [
                kernel for group in groups for kernel in self._groups.get((op, group)) or self._decode(op, group)
            ]
            found = self._sets[op, groups] = tuple(decoded)
        return found

    def _groups_of(self, index: int, python_layer: bool) -> Iterator[tuple[int, str]]:
        """The groups of an op in one layer, each with its builds."""
        text = self.blocks.text(index)
        for group in text.split(encoding.VARIANT) if text else ():
            number = group.split(encoding.FIELD, 1)[0]
            if number.startswith(PYTHON_LAYER) is python_layer:
                yield int(self._masks[int(number.removeprefix(PYTHON_LAYER))], 16), group

    def _decode(self, op: str, group: str) -> tuple[KernelDef, ...]:
        families = group.split(encoding.FIELD)[1:]
        decoded = self._groups[op, group] = decode_group(op, families, self._shapes)
        return decoded
