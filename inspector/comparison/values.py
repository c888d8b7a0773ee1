"""By how much tensors differ: reads the changed ones from both checkpoints, 1 MiB at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from inspector.canonical.variables import Stored
from inspector.comparison.numeric import Distance, Sums, can_measure, summed
from inspector.errors import FormatError
from inspector.model import dtypes
from inspector.model.bundle import TensorBundle
from inspector.named_tuple import NamedTuple

Progress = Callable[[int, int], None]  # bytes done, bytes in all


class Values(NamedTuple):
    """How far each tensor moved, and all of them taken as one."""

    tensors: tuple[Moved, ...] = ()
    total: Distance | None = None


class Moved(NamedTuple):
    """One tensor: how far it moved, or ``why`` that cannot be told."""

    name: str
    key: str
    distance: Distance | None
    why: str = ""

    def as_dict(self) -> dict[str, Any]:
        told = None if self.distance is None else self.distance.as_dict()
        return {"name": self.name, "key": self.key, "distance": told, "why": self.why}


def measure(
    names: Iterable[str], old: Mapping[str, Stored], new: Mapping[str, Stored], old_bundle: TensorBundle,
    new_bundle: TensorBundle, progress: Progress | None = None,
) -> Values:  # fmt: skip
    """The distance of each of these tensors, which both sides have with one dtype and shape.

    ``progress`` is told the bytes done so far, of one side, and how many there are.
    """
    wanted = list(names)
    done, whole = 0, sum(new[name].size for name in wanted)
    total = Sums()
    found = []

    def tell(read: int) -> None:
        if progress is not None:
            progress(done + read, whole)

    for name in wanted:
        one, other = old[name], new[name]
        try:
            found.append(_measure(name, one, other, old_bundle, new_bundle, total, tell))
        except (FormatError, OSError) as error:
            found.append(Moved(name, other.key, None, str(error)))
        done += other.size
        tell(0)
    return Values(tuple(found), total.distance() if total.count else None)


def _measure(
    name: str,
    one: Stored,
    other: Stored,
    old: TensorBundle,
    new: TensorBundle,
    total: Sums,
    tell: Callable[[int], None],
) -> Moved:
    if one.dtype == dtypes.STRING and not (old.entries[one.key].slices or new.entries[other.key].slices):
        left, right = old.read_string_tensor(one.key), new.read_string_tensor(other.key)
        differ = sum(a != b for a, b in zip(left, right, strict=False))
        return Moved(name, other.key, None, f"{differ:,} of {len(right):,} strings differ")
    if not can_measure(one.dtype):
        return Moved(name, other.key, None, f"{dtypes.name(one.dtype)} is not compared")
    left_pieces, right_pieces = old.pieces(one.key), new.pieces(other.key)
    if [piece.shape for piece in left_pieces] != [piece.shape for piece in right_pieces]:
        return Moved(name, other.key, None, "the tensor is cut into other slices")
    found = summed(
        chain.from_iterable(map(old.chunks, left_pieces)),
        _counted(chain.from_iterable(map(new.chunks, right_pieces)), tell), one.dtype,
        big=(old.header.endianness == "big", new.header.endianness == "big"),
    )  # fmt: skip
    total.merge(found)
    return Moved(name, other.key, found.distance())


def _counted(chunks: Iterable[bytes], tell: Callable[[int], None]) -> Iterator[bytes]:
    read = 0
    for chunk in chunks:
        yield chunk
        read += len(chunk)
        tell(read)
