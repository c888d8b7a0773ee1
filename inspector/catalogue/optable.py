"""A table of the data file: the OpDefs of many builds. Bit n of a mask is the n-th build.

The table opens with its index; its blocks open when an op of theirs is asked for.
"""

from __future__ import annotations

from inspector.catalogue import encoding
from inspector.catalogue.container import Container
from inspector.catalogue.opdef import OpDef


class Blocks:
    """A run of texts in blocks, each of them opened when one of its texts is asked for."""

    __slots__ = ("_container", "_opened", "_prefix", "_starts")

    def __init__(self, container: Container, prefix: str) -> None:
        self._container = container
        self._prefix = prefix
        self._starts = list(map(int, container.lines(f"{prefix}.blocks")))
        self._opened: dict[int, list[str]] = {}

    def text(self, index: int) -> str:
        """The n-th text; 60 microseconds for the first of a block."""
        block = sum(start <= index for start in self._starts) - 1
        texts = self._opened.get(block)
        if texts is None:
            text = self._container.read(f"{self._prefix}.{block}").decode("latin-1")
            texts = self._opened[block] = text.split(encoding.OP)
        return texts[index - self._starts[block]]

    def opened(self) -> int:
        """How many blocks were opened."""
        return len(self._opened)


class OpTable:
    """The variants of ops over many builds. Equal definitions are the same objects."""

    __slots__ = ("_decoded", "_indices", "_masks", "_variant_masks", "blocks")

    def __init__(self, container: Container, prefix: str) -> None:
        names = container.lines(f"{prefix}.names")
        self._indices = dict(zip(names, range(len(names)), strict=True))
        self._variant_masks = container.lines(f"{prefix}.variants")
        self._masks = container.lines(f"{prefix}.masks")
        self.blocks = Blocks(container, prefix)
        self._decoded: dict[tuple[str, int], OpDef] = {}

    def op(self, name: str, bit: int) -> OpDef | None:
        """The variant of an op that the n-th build registers."""
        for variant, mask in enumerate(self.masks(name)):
            if mask >> bit & 1:
                return self._decoded.get((name, variant)) or self._decode(name, variant)
        return None

    def index(self, name: str) -> int | None:
        """The place of an op; None for an op of no build."""
        return self._indices.get(name)

    def masks(self, name: str) -> list[int]:
        """The builds that register each variant of an op; empty for an op of no build. Opens no block."""
        index = self._indices.get(name)
        if index is None:
            return []
        return [int(self._masks[int(mask)], 16) for mask in self._variant_masks[index].split(",")]

    def op_names(self, bit: int) -> tuple[str, ...]:
        """The ops of the n-th build, sorted: about 2 ms."""
        carrying = {str(number) for number, mask in enumerate(self._masks) if int(mask, 16) >> bit & 1}
        lines = zip(self._indices, self._variant_masks, strict=True)
        return tuple(sorted(name for name, masks in lines if not carrying.isdisjoint(masks.split(","))))

    def _decode(self, name: str, variant: int) -> OpDef:
        text = self.blocks.text(self._indices[name]).split(encoding.VARIANT)[variant]
        op = self._decoded[name, variant] = encoding.decode(name, text)
        return op
