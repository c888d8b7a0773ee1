"""Numbers and strings as leveldb and TensorFlow write them: varints, fixed ints and the ordered code.

Floor zero: this module knows of no file and of no error of ours. Whatever does not decode is a ``ValueError``; the
caller knows the file and the place, and says so.
"""

from __future__ import annotations

from struct import Struct

_FIXED32 = Struct("<I").unpack_from
_FIXED64 = Struct("<Q").unpack_from

# OrderedCode's header bits, by the length of the encoding: what to clear in the raw big-endian number
# (tensorflow/core/lib/strings/ordered_code.cc, kLengthToMask).
_SIGNED_MASKS = (0, 0x80, 0xC000, 0xE00000, 0xF0000000, 0xF8 << 32, 0xFC << 40, 0xFE << 48, 0xFF << 56, 0x80 << 56, 0)


def fixed32(data: bytes | memoryview, at: int) -> int:
    """The little-endian unsigned 32 bits at byte ``at``, which must lie within ``data``."""
    value: int = _FIXED32(data, at)[0]
    return value


def fixed64(data: bytes | memoryview, at: int) -> int:
    """The little-endian unsigned 64 bits at byte ``at``, which must lie within ``data``."""
    value: int = _FIXED64(data, at)[0]
    return value


def varint(data: bytes | memoryview, at: int, end: int, *, bits: int = 64) -> tuple[int, int]:
    """A base-128 number at byte ``at``, and where it ends; ``end`` is one past the last byte that may be read.

    Bits beyond ``bits`` (32 or 64) are dropped, as core/lib/core/coding.cc does. ValueError where the number is cut
    off or longer than 5 (32 bits) or 10 bytes (64 bits).
    """
    value = 0
    shift = 0
    while at < end and shift < bits:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & ((1 << bits) - 1), at
        shift += 7
    raise ValueError("a varint is cut off" if at >= end else f"a varint is longer than {bits} bits")


def ordered_string(data: bytes, at: int) -> tuple[bytes, int]:
    """An OrderedCode string: 00 FF stands for 00, FF 00 for FF, and 00 01 ends it."""
    parts: list[bytes] = []
    end = len(data)
    start = at
    while at + 1 < end:
        byte = data[at]
        if 0 < byte < 0xFF:
            at += 1
            continue
        parts.append(data[start:at])
        pair = data[at : at + 2]
        at += 2
        start = at
        if pair == b"\x00\x01":
            return b"".join(parts), at
        if pair not in (b"\x00\xff", b"\xff\x00"):
            raise ValueError("an ordered string holds an unknown escape")
        parts.append(pair[:1])
    raise ValueError("an ordered string has no end")


def ordered_number(data: bytes, at: int) -> tuple[int, int]:
    """An OrderedCode unsigned number: a count of bytes (0 to 8), then the number, big-endian."""
    if at >= len(data) or data[at] > 8 or at + 1 + data[at] > len(data):
        raise ValueError("an ordered number is cut off or too long")
    end = at + 1 + data[at]
    return int.from_bytes(data[at + 1 : end], "big"), end


def ordered_signed(data: bytes, at: int) -> tuple[int, int]:
    """An OrderedCode signed number: a sign bit, as many equal bits as bytes follow, then the number, big-endian."""
    if at >= len(data):
        raise ValueError("an ordered signed number is cut off")
    flip = 0 if data[at] & 0x80 else 0xFF
    # The run of equal bits, of at most ten, is the length of the encoding.
    head = int.from_bytes(bytes(byte ^ flip for byte in data[at : at + 2]).ljust(2, b"\x00"), "big")
    length = 16 - (head ^ 0xFFFF).bit_length()
    if length > 10 or at + length > len(data):
        raise ValueError("an ordered signed number is cut off or longer than 64 bits")
    if length == 10 and (data[at + 1] ^ flip) & 0x3F | (data[at + 2] ^ flip) & 0x80:
        raise ValueError("an ordered signed number is longer than 64 bits")
    raw = data[at : at + length]
    if length < 8:
        raw = bytes([flip]) * (8 - length) + raw
    value = int.from_bytes(raw[-8:], "big") ^ _SIGNED_MASKS[length]
    return value - (1 << 64) if value >> 63 else value, at + length
