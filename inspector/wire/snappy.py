"""Decompression of one raw snappy block, as table blocks use it.

    varint32  length of what comes out
    tags      low two bits of a tag byte:
       00     literal: its length - 1 in the upper six bits; 60 to 63 mean that 1 to 4 bytes hold it
       01     copy of 4 to 11 bytes, offset 11 bits
       10     copy of 1 to 64 bytes, offset 16 bits
       11     copy of 1 to 64 bytes, offset 32 bits

A copy of 64 bytes takes at least 3, so nothing grows by more than 64/3: a length beyond that is refused before
anything is allocated. Time and memory are linear in the input.
"""

from __future__ import annotations

from . import coding


class SnappyError(ValueError):
    """Bytes that are no snappy block; ``offset`` is in bytes of the compressed input."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.offset = offset


def decompressed_length(data: bytes) -> tuple[int, int]:
    """What the preamble says the length is, and where the tags begin. SnappyError if it cannot be true."""
    try:
        length, at = coding.varint(data, 0, len(data), bits=32)
    except ValueError as error:
        raise SnappyError(str(error), 0) from None
    if length * 3 > (len(data) - at) * 64:
        raise SnappyError(f"{len(data)} compressed bytes cannot hold {length} bytes", 0)
    return length, at


def decompress(data: bytes) -> bytes:
    """The bytes that ``data`` stands for. SnappyError for anything that the snappy library refuses too."""
    length, at = decompressed_length(data)
    end = len(data)
    out = bytearray()
    while at < end:
        start = at
        tag = data[at]
        kind = tag & 3
        if kind == 0:
            size, at = _literal_size(data, at)
            if at + size > end:
                raise SnappyError(f"a literal of {size} bytes runs beyond the end", start)
            out += data[at : at + size]
            at += size
        else:
            width = 1 << (kind - 1)
            if at + 1 + width > end:
                raise SnappyError("a copy is cut off", start)
            offset = int.from_bytes(data[at + 1 : at + 1 + width], "little")
            at += 1 + width
            size = (tag >> 2) + 1
            if kind == 1:
                size = ((tag >> 2) & 7) + 4
                offset |= (tag >> 5) << 8
            if not 0 < offset <= len(out):
                raise SnappyError(f"a copy from {offset} bytes back, where {len(out)} are out", start)
            _copy(out, offset, size)
        if len(out) > length:
            raise SnappyError(f"more comes out than the {length} bytes of the preamble", start)
    if len(out) != length:
        raise SnappyError(f"{len(out)} bytes come out, {length} were announced", end)
    return bytes(out)


def _literal_size(data: bytes, at: int) -> tuple[int, int]:
    size = data[at] >> 2
    if size < 60:
        return size + 1, at + 1
    width = size - 59
    if at + 1 + width > len(data):
        raise SnappyError("the length of a literal is cut off", at)
    return int.from_bytes(data[at + 1 : at + 1 + width], "little") + 1, at + 1 + width


def _copy(out: bytearray, offset: int, size: int) -> None:
    start = len(out) - offset
    if offset >= size:
        out += out[start : start + size]
    else:  # the copy reads what it writes
        piece = bytes(out[start:])
        out += (piece * (size // offset + 1))[:size]
