"""What each TensorFlow release registers, read lazily from the data file that ships with the package.

Cost, CPU on a slow machine: opening under 1 ms, then some 60 microseconds for each block of ops that is opened and a
few for each op. Common ops share the first blocks. The data comes from TF_GetAllOpList of the released wheels (Linux,
x86_64; the last patch release of each minor), the version numbers from tensorflow/core/public/version.h.
``scripts/make_catalogue.py`` writes it.
"""

from __future__ import annotations

import os

from inspector.catalogue import encoding
from inspector.catalogue.container import Container
from inspector.catalogue.opdef import OpDef
from inspector.errors import UnknownRelease

DATA_FILE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "ops.bin")
NEAR_SHOWN = 3
CPU, GPU = "cpu", "gpu"


class Release:
    """What one build of a TensorFlow release registers, and the versions that it reads.

    The numbers are those of tensorflow/core/public/version.h; ``gpu`` tells the GPU build from the CPU build.
    """

    __slots__ = (
        "_bit",
        "_catalogue",
        "_ops",
        "checkpoint_min_consumer",
        "checkpoint_min_producer",
        "checkpoint_version",
        "gpu",
        "graph_def_min_consumer",
        "graph_def_min_producer",
        "graph_def_version",
        "version",
    )

    def __init__(self, catalogue: Catalogue, bit: int) -> None:
        self.version, device, *numbers = catalogue.builds[bit]
        self.gpu = device == GPU
        (
            self.graph_def_version,
            self.graph_def_min_producer,
            self.graph_def_min_consumer,
            self.checkpoint_version,
            self.checkpoint_min_producer,
            self.checkpoint_min_consumer,
        ) = map(int, numbers)
        self._catalogue = catalogue
        self._bit = bit
        self._ops: dict[str, OpDef | None] = {}

    def op(self, name: str) -> OpDef | None:
        """The op as this release registers it, None if it does not.

        Releases that registered the same definition give the same object. The second question costs a dict lookup.
        """
        try:
            return self._ops[name]
        except KeyError:
            found = self._ops[name] = self._catalogue.op(name, self._bit)
            return found

    def op_names(self) -> tuple[str, ...]:
        """The names of all its ops, sorted: about 2 ms."""
        return self._catalogue.op_names(self._bit)

    def __repr__(self) -> str:
        return f"<Release {self.version}{'-gpu' if self.gpu else ''}>"


class Catalogue:
    """The data file, opened. Bit n of a mask is the n-th build of the file.

    A build is its line in words: version, device, and the version numbers as scripts/make_catalogue.py wrote them.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self.builds = [line.split(" ") for line in container.lines("builds")]
        names = container.lines("ops.names")
        self._indices = dict(zip(names, range(len(names)), strict=True))
        self._variant_masks = container.lines("ops.variants")
        self._masks = container.lines("ops.masks")
        self._block_starts = list(map(int, container.lines("ops.blocks")))
        self._blocks: dict[int, list[str]] = {}
        self._decoded: dict[tuple[str, int], OpDef] = {}
        self._releases: dict[int, Release] = {}

    def bits(self, gpu: bool) -> dict[str, int]:
        """The CPU builds or the GPU builds, oldest first, with their numbers."""
        device = GPU if gpu else CPU
        return {words[0]: bit for bit, words in enumerate(self.builds) if words[1] == device}

    def release(self, bit: int) -> Release:
        """The n-th build; always the same object."""
        found = self._releases.get(bit)
        if found is None:
            found = self._releases[bit] = Release(self, bit)
        return found

    def op(self, name: str, bit: int) -> OpDef | None:
        """The variant of an op that the n-th build registers."""
        for variant, mask in enumerate(self.masks(name)):
            if mask >> bit & 1:
                return self._decoded.get((name, variant)) or self._decode(name, variant)
        return None

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
        index = self._indices[name]
        block = sum(start <= index for start in self._block_starts) - 1
        ops = self._blocks.get(block)
        if ops is None:
            text = self._container.read(f"ops.{block}").decode("latin-1")
            ops = self._blocks[block] = text.split(encoding.OP)
        text = ops[index - self._block_starts[block]].split(encoding.VARIANT)[variant]
        op = self._decoded[name, variant] = encoding.decode(name, text)
        return op


def releases(*, gpu: bool = False) -> tuple[str, ...]:
    """The releases of the catalogue, oldest first: their CPU builds, or their GPU builds."""
    return tuple(_catalogue().bits(gpu))


def release(asked: str, *, gpu: bool = False) -> Release:
    """The release that was asked for: "2.15.1", "2.15" or "latest".

    A patch release that the catalogue does not hold ("2.15.0", "2.15.0.post1") is the held one of the same minor:
    TensorFlow's patch releases hardly touch ops. UnknownRelease, with the nearest ones, for everything else.
    """
    catalogue = _catalogue()
    bits = catalogue.bits(gpu)
    if asked == "latest":
        return catalogue.release(list(bits.values())[-1])
    if asked in bits:
        return catalogue.release(bits[asked])
    minor = _minor(asked)
    same_minor = [version for version in bits if minor is not None and _minor(version) == minor]
    if not same_minor:
        raise UnknownRelease(asked, _nearest(minor, tuple(bits)))
    return catalogue.release(bits[same_minor[-1]])


def releases_with(op: str, *, gpu: bool = False) -> tuple[str, ...]:
    """The releases whose CPU (or GPU) build registers an op, oldest first. Decodes nothing: some 20 microseconds."""
    catalogue = _catalogue()
    union = 0
    for mask in catalogue.masks(op):
        union |= mask
    return tuple(version for version, bit in catalogue.bits(gpu).items() if union >> bit & 1) if union else ()


def all_op_names(release: Release) -> tuple[str, ...]:
    """The names of the ops that a release registers, sorted: about 2 ms."""
    return release.op_names()


def near_ops(name: str, release: Release) -> tuple[str, ...]:
    """What may have been meant by an op that a release does not register, nearest first: at most three, tens of ms."""
    from difflib import get_close_matches

    spelled: dict[str, str] = {}
    for known in all_op_names(release):
        spelled.setdefault(known.lower(), known)
    return tuple(spelled[match] for match in get_close_matches(name.lower(), spelled, n=NEAR_SHOWN, cutoff=0.75))


_opened: Catalogue | None = None


def _catalogue() -> Catalogue:
    global _opened
    if _opened is None:
        with open(DATA_FILE, "rb") as file:
            _opened = Catalogue(Container(file.read()))
    return _opened


def _minor(asked: str) -> tuple[int, int] | None:
    """Major and minor of "2.15", "2.15.0" or "2.15.0.post1"; None for what is no release number."""
    parts = asked.split(".")
    if len(parts) < 2 or not all(part.isascii() and part.isdigit() for part in parts[:2]):
        return None
    if len(parts) > 2 and not (parts[2][:1].isascii() and parts[2][:1].isdigit()):
        return None
    return int(parts[0]), int(parts[1])


def _nearest(minor: tuple[int, int] | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """The known releases nearest to a number, nearest first; the newest ones for what is no number."""
    newest_first = known[::-1]
    if minor is None:
        return newest_first[:NEAR_SHOWN]
    order = {version: place for place, version in enumerate(known)}
    at = sum((_minor(version) or (0, 0)) < minor for version in known) - 0.5
    return tuple(sorted(newest_first, key=lambda version: abs(order[version] - at))[:NEAR_SHOWN])
