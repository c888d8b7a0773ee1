"""How the bytes of one tensor lie in a shard of a checkpoint, and their checksums.

    numbers    the elements in row-major order and the byte order of the bundle; crc32c of the bytes
    strings    length: varint64, for each | masked crc32c of the lengths: fixed32 | the bytes of all
               the crc32c goes over the lengths (each as 4 bytes, or 8 from 2**32 on), that checksum, and the bytes
    variants   length: varint64 | VariantTensorDataProto | masked crc32c of all so far: fixed32, for each
               the crc32c goes over the length (as 8 bytes), the message and that checksum, and on to the next

Source: tensorflow/core/util/tensor_bundle/tensor_bundle.cc, ReadStringTensor, ReadVariantTensor and GetValue. Lengths
and checksums inside the data have the byte order of the machine that wrote them, and so have the elements.

Memory: 1 MiB at a time, whatever the tensor's size; what ``strings`` returns besides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from struct import pack
from typing import BinaryIO

from . import coding, crc32c

CHUNK = 1 << 20

Progress = Callable[[int], object]


class DataDamage(Exception):
    """The bytes of a tensor contradict themselves; ``kind`` is a stable word, ``data`` says expected and found."""

    def __init__(self, kind: str, **data: int | str) -> None:
        super().__init__(kind, data)
        self.kind = kind
        self.data: dict[str, int | str] = data


class Span:
    """The bytes ``[offset, offset + size)`` of an open file, read forward once, in chunks."""

    __slots__ = ("at", "buffer", "crc", "end", "file", "start")

    def __init__(self, file: BinaryIO, offset: int, size: int) -> None:
        self.file = file
        self.start = offset  # of the buffer, in the file
        self.end = offset + size
        self.buffer = b""
        self.at = 0  # in the buffer
        self.crc = 0
        file.seek(offset)

    def left(self) -> int:
        """Bytes that were not taken yet."""
        return self.end - self.start - self.at

    def chunks(self, size: int) -> Iterator[bytes]:
        """The next ``size`` bytes in pieces of at most 1 MiB. DataDamage if the span or the file ends before."""
        if size > self.left():
            raise DataDamage("data-short", expected=size, found=self.left())
        while size:
            if self.at >= len(self.buffer):
                self._fill()
            piece = self.buffer[self.at : self.at + size]
            self.at += len(piece)
            size -= len(piece)
            yield piece

    def hash(self, size: int, into: list[bytes] | None = None) -> None:
        """Take ``size`` bytes into the checksum, and into a list of pieces."""
        for piece in self.chunks(size):
            self.crc = crc32c.extend(self.crc, piece)
            if into is not None:
                into.append(piece)

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes, not hashed."""
        return b"".join(self.chunks(size))

    def varint(self) -> int:
        """The next varint64, not hashed."""
        if len(self.buffer) - self.at < 10 and self.start + len(self.buffer) < self.end:
            self._fill()
        try:
            value, self.at = coding.varint(self.buffer, self.at, len(self.buffer))
        except ValueError as error:
            raise DataDamage("data-lengths", why=str(error)) from None
        return value

    def _fill(self) -> None:
        rest = self.buffer[self.at :]
        self.start += self.at
        self.at = 0
        want = min(CHUNK, self.end - self.start - len(rest))
        piece = self.file.read(want) if want > 0 else b""
        if not piece:
            raise DataDamage("data-short", expected=self.end - self.start, found=len(rest))
        self.buffer = rest + piece


def numbers(
    file: BinaryIO, offset: int, size: int, progress: Progress | None = None, *, into: list[bytes] | None = None
) -> int:
    """The crc32c of ``size`` plain bytes, which are appended to ``into``; ``progress`` is told each chunk's size."""
    span = Span(file, offset, size)
    for piece in span.chunks(size):
        span.crc = crc32c.extend(span.crc, piece)
        if into is not None:
            into.append(piece)
        if progress is not None:
            progress(len(piece))
    return span.crc


def strings(
    file: BinaryIO, offset: int, size: int, count: int, end: int, *, big: bool = False, into: list[bytes] | None = None
) -> tuple[int, int]:
    """The crc32c of a string tensor of ``count`` elements and how many bytes it takes; the strings go to ``into``.

    As in TensorFlow the lengths alone say how far to read, up to the ``end`` of the file; the ``size`` of the entry
    only bounds the lengths. DataDamage: ``data-short``, ``data-lengths``, ``lengths-checksum``.
    """
    if size == 0:  # TensorFlow reads nothing then, whatever the count is
        if into is not None:
            into.extend([b""] * count)
        return 0, 0
    span = Span(file, offset, end - offset)
    total, lengths = _lengths(span, count, big, into is not None)
    if span.start + span.at > offset + size:
        raise DataDamage("data-lengths", why=f"the lengths alone take more than the {size} bytes of the entry")
    raw = span.take(4)
    stored = int.from_bytes(raw, "big" if big else "little")
    if crc32c.unmask(stored) != span.crc:
        raise DataDamage("lengths-checksum", expected=crc32c.unmask(stored), found=span.crc)
    span.crc = crc32c.extend(span.crc, raw)
    if total > span.left():
        raise DataDamage("data-short", expected=total, found=span.left())
    if into is None:
        span.hash(total)
    else:
        for length in lengths:
            pieces: list[bytes] = []
            span.hash(length, pieces)
            into.append(pieces[0] if len(pieces) == 1 else b"".join(pieces))
    return span.crc, span.start + span.at - offset


def _lengths(span: Span, count: int, big: bool, keep: bool) -> tuple[int, list[int]]:
    """Hash the lengths of ``count`` strings: their sum, and the lengths themselves if they are to be kept."""
    order = ">" if big else "<"
    total = 0
    kept: list[int] = []
    batch: list[int] = []
    for _ in range(count):
        length = span.varint()
        total += length
        if keep:
            kept.append(length)
        if length >> 32:
            span.crc = crc32c.extend(span.crc, pack(f"{order}{len(batch)}I", *batch) + pack(order + "Q", length))
            batch.clear()
            continue
        batch.append(length)
        if len(batch) == 4096:
            span.crc = crc32c.extend(span.crc, pack(f"{order}4096I", *batch))
            batch.clear()
    span.crc = crc32c.extend(span.crc, pack(f"{order}{len(batch)}I", *batch))
    return total, kept


def variants(file: BinaryIO, offset: int, size: int, count: int) -> int:
    """The crc32c of a variant tensor. DataDamage: ``data-short``, ``data-lengths``, ``lengths-checksum``."""
    if size == 0:
        return 0
    span = Span(file, offset, size)
    for _ in range(count):
        length = span.varint()
        if length + 4 > span.left():
            raise DataDamage("data-lengths", why=f"a variant of {length} bytes, {span.left()} bytes are left")
        span.crc = crc32c.extend(span.crc, pack("<Q", length))
        span.hash(length)
        raw = span.take(4)
        stored = int.from_bytes(raw, "little")
        if crc32c.unmask(stored) != span.crc:
            raise DataDamage("lengths-checksum", expected=crc32c.unmask(stored), found=span.crc)
        span.crc = crc32c.extend(span.crc, raw)
    return span.crc
