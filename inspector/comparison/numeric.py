"""How far numbers lie apart, in bounded memory: chunk by chunk, with numpy where it is installed.

NaN and infinities are counted and left out of the sums.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Iterable, Iterator, Sequence
from operator import mul, sub
from typing import Any

from inspector.model import dtypes
from inspector.model.text_values import BFLOAT16, HALF
from inspector.named_tuple import NamedTuple

# dtype → struct code of one number; complex numbers are two.
CODES = {
    1: "f", 2: "d", 3: "i", 4: "B", 5: "h", 6: "b", 8: "f", 9: "q", 10: "?", 11: "b", 12: "B", 13: "i", 15: "h", 16: "H",
    17: "H", 18: "d", 22: "I", 23: "Q", BFLOAT16: "H", HALF: "e",
}  # fmt: skip


class Distance(NamedTuple):
    """How two tensors of one shape differ. ``relative`` is |new - old| / |old| (norms), ``cosine`` that of the angle;
    None where they are not defined, or too large for a double."""

    total: int
    differing: int
    max_abs: float
    mean_abs: float
    relative: float | None
    cosine: float | None
    not_finite: int

    def as_dict(self) -> dict[str, Any]:
        """Without infinities, which JSON does not have."""
        return {
            name: value if value is None or math.isfinite(value) else None for name, value in self._asdict().items()
        }

    def __str__(self) -> str:
        parts = [f"{self.differing:,} of {self.total:,} differ", f"max {self.max_abs:.3g}", f"mean {self.mean_abs:.3g}"]
        if self.relative is not None:
            parts.append(f"relative {self.relative:.3g}")
        if self.cosine is not None:
            parts.append(f"cosine {self.cosine:.6g}")
        if self.not_finite:
            parts.append(f"{self.not_finite:,} not finite")
        return ", ".join(parts)


def can_measure(dtype: int) -> bool:
    return dtype in CODES


def summarised(old: bytes, new: bytes, dtype: int) -> str:
    """Two tensors of equal size, in words; how many bytes differ where the numbers cannot be read."""
    if not can_measure(dtype):
        return f"{sum(a != b for a, b in zip(old, new, strict=True)):,} of {len(old):,} bytes differ"
    return str(distance([old], [new], dtype))


def distance(
    old: Iterable[bytes], new: Iterable[bytes], dtype: int, *, big: tuple[bool, bool] = (False, False)
) -> Distance:
    """Compare two streams of bytes of one size. ``big`` says which of them is big-endian."""
    return summed(old, new, dtype, big=big).distance()


def summed(old: Iterable[bytes], new: Iterable[bytes], dtype: int, *, big: tuple[bool, bool] = (False, False)) -> Sums:
    """As ``distance``, to be added to others."""
    total = Sums()
    width = dtypes.SIZES[dtype]
    numpy = _numpy()
    for one, other in _blocks(old, new, width):
        if numpy is not None:
            with numpy.errstate(all="ignore"):
                total.add_arrays(numpy, _array(numpy, one, dtype, big[0]), _array(numpy, other, dtype, big[1]))
        else:
            total.add(_numbers(one, dtype, big[0]), _numbers(other, dtype, big[1]))
    return total


def _numpy() -> Any:
    try:
        import numpy
    except ImportError:
        return None
    return numpy


def _blocks(old: Iterable[bytes], new: Iterable[bytes], width: int) -> Iterator[tuple[bytes, bytes]]:
    """Pieces of equal size, of whole numbers."""
    left, right = iter(old), iter(new)
    one = other = b""
    while True:
        while len(one) < width and (piece := next(left, b"")):
            one += piece
        while len(other) < width and (piece := next(right, b"")):
            other += piece
        size = min(len(one), len(other)) // width * width
        if not size:
            return
        yield one[:size], other[:size]
        one, other = one[size:], other[size:]


def _array(numpy: Any, raw: bytes, dtype: int, big: bool) -> Any:
    code = CODES[dtype].replace("?", "B")
    array = numpy.frombuffer(raw, dtype=(">" if big else "<") + code)
    return (array.astype("uint32") << 16).view("float32") if dtype == BFLOAT16 else array


def _numbers(raw: bytes, dtype: int, big: bool) -> tuple[float, ...]:
    code = CODES[dtype]
    count = len(raw) // struct.calcsize(code)
    values = struct.unpack(f"{'>' if big else '<'}{count}{code}", raw)
    if dtype == BFLOAT16:
        return struct.unpack(f"<{count}f", struct.pack(f"<{count}I", *[value << 16 for value in values]))
    return values


class Sums:
    """What a distance is made of, added up."""

    __slots__ = ("both", "count", "differing", "largest", "lost", "new", "old", "squares", "total")

    def __init__(self) -> None:
        self.count = self.differing = self.lost = 0
        self.largest = self.total = self.squares = self.old = self.new = self.both = 0.0

    def merge(self, other: Sums) -> None:
        """Takes in the sums of another tensor."""
        self.largest = max(self.largest, other.largest)
        for name in self.__slots__:
            if name != "largest":
                setattr(self, name, getattr(self, name) + getattr(other, name))

    def add(self, old: Sequence[float], new: Sequence[float]) -> None:
        self.count += len(old)
        if not (all(map(math.isfinite, old)) and all(map(math.isfinite, new))):
            old, new = self._finite(old, new)
        if not old:
            return
        far = list(map(abs, map(sub, new, old)))
        self.differing += len(far) - far.count(0)
        self.largest = max(self.largest, float(max(far)))
        self.total += sum(far)
        self.squares += sum(map(mul, far, far))
        self.old += sum(map(mul, old, old))
        self.new += sum(map(mul, new, new))
        self.both += sum(map(mul, old, new))

    def _finite(self, old: Sequence[float], new: Sequence[float]) -> tuple[list[float], list[float]]:
        """Counts NaN and infinities, and leaves them out."""
        kept = []
        for one, other in zip(old, new, strict=True):
            if math.isfinite(one) and math.isfinite(other):
                kept.append((one, other))
            else:
                self.lost += 1
                self.differing += not (one == other or (one != one and other != other))
        return [one for one, _ in kept], [other for _, other in kept]

    def add_arrays(self, numpy: Any, old: Any, new: Any) -> None:
        self.count += len(old)
        whole = int(numpy.count_nonzero(old != new)) if old.dtype.kind in "iu" else None  # as doubles some are equal
        old, new = old.astype("float64"), new.astype("float64")
        finite = numpy.isfinite(old) & numpy.isfinite(new)
        if not finite.all():
            lost_old, lost_new = old[~finite], new[~finite]
            self.lost += len(lost_old)
            equal = (lost_old == lost_new) | (numpy.isnan(lost_old) & numpy.isnan(lost_new))
            self.differing += int((~equal).sum())
            old, new = old[finite], new[finite]
        if not len(old):
            return
        far = numpy.abs(new - old)
        self.differing += int(numpy.count_nonzero(far)) if whole is None else whole
        self.largest = max(self.largest, float(far.max()))
        self.total += float(far.sum())
        self.squares += float(far @ far)
        self.old += float(old @ old)
        self.new += float(new @ new)
        self.both += float(old @ new)

    def distance(self) -> Distance:
        finite = self.count - self.lost
        norms = math.sqrt(self.old) * math.sqrt(self.new)
        relative = math.sqrt(self.squares / self.old) if self.old else math.nan
        cosine = self.both / norms if norms else math.nan
        return Distance(
            self.count,
            self.differing,
            self.largest,
            self.total / finite if finite else 0.0,
            relative if math.isfinite(relative) else None,
            cosine if math.isfinite(cosine) else None,
            self.lost,
        )
