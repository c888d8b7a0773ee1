"""Writes tables, as leveldb does, with every knob that a reader must not depend on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from struct import pack

from inspector.wire import crc32c

MAGIC = pack("<Q", 0xDB4775248B80FB57)


def varint(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def block(entries: Iterable[tuple[bytes, bytes]], restart_interval: int = 16) -> bytes:
    """One block, uncompressed, without its trailer."""
    out = bytearray()
    restarts = [0]
    last = b""
    for number, (key, value) in enumerate(entries):
        shared = 0
        if number % restart_interval:
            while shared < min(len(key), len(last)) and key[shared] == last[shared]:
                shared += 1
        elif number:
            restarts.append(len(out))
        out += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        last = key
    return bytes(out) + pack(f"<{len(restarts) + 1}I", *restarts, len(restarts))


def literals(data: bytes) -> bytes:
    """A snappy block without a copy in it."""
    out = bytearray(varint(len(data)))
    for at in range(0, len(data), 100):
        piece = data[at : at + 100]
        out += (bytes([(len(piece) - 1) << 2]) if len(piece) <= 60 else bytes([60 << 2, len(piece) - 1])) + piece
    return bytes(out)


def copies(data: bytes) -> bytes:
    """A snappy block that copies whatever it can: all three kinds of copy, some of them overlapping themselves."""
    out = bytearray(varint(len(data)))
    at = 0
    turn = 0
    while at < len(data):
        size, offset = _longest(data, at)
        if size < 4:
            out += bytes([0]) + data[at : at + 1]
            at += 1
            continue
        turn += 1
        if turn % 3 == 0 and size <= 11 and offset < 2048:
            out += bytes([1 | (size - 4) << 2 | (offset >> 8) << 5, offset & 0xFF])
        elif turn % 3 == 1:
            out += bytes([2 | (size - 1) << 2]) + pack("<H", offset)
        else:
            out += bytes([3 | (size - 1) << 2]) + pack("<I", offset)
        at += size
    return bytes(out)


def _longest(data: bytes, at: int) -> tuple[int, int]:
    best = (0, 0)
    for start in range(max(0, at - 300), at):
        size = 0
        while size < 64 and at + size < len(data) and data[start + size] == data[at + size]:
            size += 1
        best = max(best, (size, at - start), key=lambda found: found[0])
    return best


def stored(contents: bytes, kind: int = 0) -> bytes:
    """A block with its trailer."""
    whole = contents + bytes([kind])
    return whole + pack("<I", crc32c.mask(crc32c.value(whole)))


def table(
    entries: Mapping[bytes, bytes] | Iterable[tuple[bytes, bytes]],
    *,
    restart_interval: int = 16,
    entries_per_block: int = 4,
    compress: Callable[[bytes], bytes] | None = None,
) -> bytes:
    """A whole table."""
    records = list(entries.items() if isinstance(entries, Mapping) else entries)
    out = bytearray()

    def add(contents: bytes) -> bytes:
        packed = contents if compress is None else compress(contents)
        handle = varint(len(out)) + varint(len(packed))
        out.extend(stored(packed, 0 if compress is None else 1))
        return handle

    index = []
    for at in range(0, len(records), entries_per_block):
        group = records[at : at + entries_per_block]
        index.append((group[-1][0], add(block(group, restart_interval))))
    metaindex = add(block([]))
    footer = metaindex + add(block(index, 1))
    return bytes(out) + footer.ljust(40, b"\0") + MAGIC
