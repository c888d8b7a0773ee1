"""What each TensorFlow release registers, read lazily from the data file that ships with the package.

Cost, CPU on a slow machine: opening under 1 ms, then some 60 microseconds for each block of ops that is opened and a
few for each op. Common ops share the first blocks. Who asks for no kernel pays nothing for them. The data comes from
TF_GetAllOpList and TF_GetAllRegisteredKernels of the released wheels (Linux, x86_64; the last patch release of each
minor), the version numbers from tensorflow/core/public/version.h. ``scripts/make_catalogue.py`` writes it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.catalogue.container import Container, shipped
from inspector.catalogue.opdef import OpDef
from inspector.catalogue.optable import OpTable
from inspector.errors import UnknownRelease

if TYPE_CHECKING:
    from inspector.catalogue.kerneldef import KernelDef
    from inspector.catalogue.kerneltable import KernelTable

NEAR_SHOWN = 3
CPU, GPU = "cpu", "gpu"


class Release:
    """What one build of a TensorFlow release registers, and the versions that it reads.

    The numbers are those of tensorflow/core/public/version.h; ``gpu`` tells the GPU build from the CPU build.
    """

    __slots__ = (
        "_bit",
        "_catalogue",
        "_kernels",
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
        self._kernels: dict[str, tuple[KernelDef, ...]] = {}

    @property
    def minor(self) -> tuple[int, int]:
        """Major and minor: (2, 15)."""
        major, minor = self.version.split(".")[:2]
        return int(major), int(minor)

    def op(self, name: str) -> OpDef | None:
        """The op as this release registers it, None if it does not.

        Releases that registered the same definition give the same object. The second question costs a dict lookup.
        """
        try:
            return self._ops[name]
        except KeyError:
            found = self._ops[name] = self._catalogue.ops.op(name, self._bit)
            return found

    def kernels(self, op: str) -> tuple[KernelDef, ...]:
        """The kernels of an op in TensorFlow's core library; empty where it has none.

        Judge a GPU target from the GPU build only: the CPU build has some kernels for GPUs, but few. 10 microseconds and
        some 2 for each kernel; the second question costs a dict lookup, and equal answers of two releases are one object.
        """
        try:
            return self._kernels[op]
        except KeyError:
            found = self._kernels[op] = self._catalogue.kernels_of(op, self._bit, python_layer=False)
            return found

    def python_layer_kernels(self, op: str) -> tuple[KernelDef, ...]:
        """The kernels of an op that only a process with TensorFlow's Python has: PyFunc's, up to 2.18 SobolSample's.

        They come on top of :meth:`kernels`. TensorFlow Serving and the C library alone lack them. Up to 2.11 the Python
        wheel's C library holds them; they count as Python's there too. Not known before 2.2 for other ops than PyFunc's.
        """
        return self._catalogue.kernels_of(op, self._bit, python_layer=True)

    @property
    def kernels_from_text(self) -> bool:
        """Whether the kernels were read from a listing (1.3 to 1.10): without host memory and priority."""
        return self._catalogue.kernels.from_text(self._bit)

    @property
    def lists_xla_kernels(self) -> bool:
        """Whether :meth:`kernels` tells XLA_CPU_JIT kernels; for the other builds nothing is known of them."""
        return self._catalogue.kernels.lists_xla(self._bit)

    def op_names(self) -> tuple[str, ...]:
        """The names of all its ops, sorted: about 2 ms."""
        return self._catalogue.ops.op_names(self._bit)

    def __repr__(self) -> str:
        return f"<Release {self.version}{'-gpu' if self.gpu else ''}>"


class Catalogue:
    """The data file, opened. Bit n of a mask is the n-th build of the file.

    A build is its line in words: version, device, and the version numbers as scripts/make_catalogue.py wrote them.
    """

    def __init__(self, container: Container) -> None:
        self._container = container
        self.builds = [line.split(" ") for line in container.lines("builds")]
        self.ops = OpTable(container, "ops")
        self._kernels: KernelTable | None = None
        self._releases: dict[int, Release] = {}

    @property
    def kernels(self) -> KernelTable:
        """The kernels; 1 ms when first asked for, half of it to import their module."""
        if self._kernels is None:
            from inspector.catalogue.kerneltable import KernelTable

            self._kernels = KernelTable(self._container)
        return self._kernels

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

    def kernels_of(self, op: str, bit: int, *, python_layer: bool) -> tuple[KernelDef, ...]:
        """The kernels that the n-th build has for an op: the core library's, or those of the Python layer."""
        index = self.ops.index(op)
        return () if index is None else self.kernels.kernels(op, index, bit, python_layer=python_layer)


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
    for mask in catalogue.ops.masks(op):
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
        _opened = Catalogue(shipped())
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
