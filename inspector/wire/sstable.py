"""The table that ``variables.index`` is: a read-only sorted map from bytes to bytes, as leveldb made it.

    +----------------------+
    | data block 0         |   block:    entries | restarts: fixed32[n] | n: fixed32
    | data block 1 ...     |   on disk:  block (perhaps compressed) | type: 1 byte (0 none, 1 snappy)
    +----------------------+             | masked crc32c of block and type: fixed32
    | metaindex block      |   entry:    shared: varint32 | fresh: varint32 | length: varint32
    +----------------------+             | fresh bytes of the key | value
    | index block          |             key = the first `shared` bytes of the key before, then the fresh ones;
    |  key -> block handle |             `shared` is 0 at each restart
    +----------------------+   handle:   offset: varint64 | size: varint64, without the 5 bytes after the block
    | footer, 48 bytes     |   footer:   metaindex handle | index handle | zeros up to 40 bytes
    +----------------------+             | magic 0xdb4775248b80fb57: fixed64

What is wrong with a table is one of these kinds of FormatError, with TensorFlow's words for it (core/lib/io/table.cc,
format.cc, block.cc; all loaders fail, with DataLoss if no other is named):

    index-too-short     "file is too short to be an sstable"
    index-bad-magic     "not an sstable (bad magic number)"
    index-bad-handle    "bad block handle", in the footer or in the index block
    block-truncated     a handle that points beyond the file: OutOfRange, or "truncated block read"
    block-checksum      "block checksum mismatch"
    block-compression   "bad block type"
    block-snappy        "corrupted compressed block contents"
    block-restarts      "bad block contents", "bad entry in block"
    block-entry         "bad entry in block"
    keys-out-of-order   nothing at first: lookups miss keys that are there, "Key ... not found in checkpoint"
    over-limit          LimitExceeded: more than our limits allow; TensorFlow has none

TensorFlow reads a data block when a key of it is first asked for; here all of them are read. The metaindex block is
read by neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from struct import unpack_from

from ..errors import DEFAULT_LIMITS, FormatError, LimitExceeded, Limits
from . import coding, crc32c, snappy

MAGIC = 0xDB4775248B80FB57  # the first 64 bits of sha1("http://code.google.com/p/leveldb/")
FOOTER_SIZE = 48
TRAILER_SIZE = 5  # the type byte and the masked crc32c
NO_COMPRESSION = 0
SNAPPY = 1

# Keys share prefixes, so that a small file could stand for endless keys. Real ones grow less than tenfold.
_KEY_BYTES_FREE = 64 << 20
_KEY_BYTES_PER_FILE_BYTE = 16


def read_table(data: bytes | memoryview, file: str, limits: Limits = DEFAULT_LIMITS) -> Iterator[tuple[bytes, bytes]]:
    """All keys and values of a table, in order (equal keys may follow each other), each block verified before its use.

    ``data`` is the whole file, ``file`` its name for messages. Raises FormatError (kinds above), as late as the
    damaged block is reached, and LimitExceeded. About 0.6 µs an entry; one decompressed block in memory.
    """
    table = _Table(data, file, limits)
    last: bytes | None = None
    for separator, handle, at in table.index():
        block, where = table.block(*handle, at=at)
        for key, value in table.entries(block, where):
            if last is not None and key < last:
                raise table.error("keys-out-of-order", f"key {_short(key)} comes after {_short(last)}", where)
            last = key
            yield key, value
        if last is not None and last > separator:
            message = f"the block ends with key {_short(last)}, its index entry says {_short(separator)}"
            raise table.error("keys-out-of-order", message, where)


class _Table:
    """One table while it is read: the bytes, the name for messages, and what may still be spent."""

    __slots__ = ("data", "file", "key_budget", "limits", "read_budget")

    def __init__(self, data: bytes | memoryview, file: str, limits: Limits) -> None:
        self.data = data
        self.file = file
        self.limits = limits
        self.read_budget = len(data)
        self.key_budget = _KEY_BYTES_FREE + _KEY_BYTES_PER_FILE_BYTE * len(data)

    def error(self, kind: str, message: str, offset: int | None = None) -> FormatError:
        return FormatError(kind, self.file, message, offset=offset)

    def footer(self) -> tuple[int, int]:
        """The handle of the index block."""
        start = len(self.data) - FOOTER_SIZE
        if start < 0:
            message = f"too short to be a table: {len(self.data)} bytes, its footer alone has {FOOTER_SIZE}"
            raise self.error("index-too-short", message)
        end = start + FOOTER_SIZE - 8
        magic = coding.fixed64(self.data, end)
        if magic != MAGIC:
            message = f"not a table: it ends with {magic:016x}, a table ends with the number {MAGIC:016x}"
            raise self.error("index-bad-magic", message, end)
        # TensorFlow lets the handles run into the magic, too; no writer makes them so long.
        _, _, at = self.handle(self.data, start, end, start)
        offset, size, _ = self.handle(self.data, at, end, start)
        return offset, size

    def handle(self, data: bytes | memoryview, at: int, end: int, where: int) -> tuple[int, int, int]:
        """Offset and size of a block, and where the handle ends; ``where`` is the place of the handle in the file."""
        try:
            offset, at = coding.varint(data, at, end)
            size, at = coding.varint(data, at, end)
        except ValueError as error:
            raise self.error("index-bad-handle", f"a block handle does not decode: {error}", where) from None
        return offset, size, at

    def index(self) -> Iterator[tuple[bytes, tuple[int, int], int]]:
        """For each data block: a key that is at least its last one, its handle, and the place of the index block."""
        offset, size = self.footer()
        block, where = self.block(offset, size, at=len(self.data) - FOOTER_SIZE)
        for key, value in self.entries(block, where):
            start, length, _ = self.handle(value, 0, len(value), where)
            yield key, (start, length), where

    def block(self, offset: int, size: int, *, at: int) -> tuple[bytes, int]:
        """The decompressed block behind a handle (found at byte ``at``), and its offset for messages."""
        total = size + TRAILER_SIZE
        if offset + total > len(self.data):
            message = f"a block handle says bytes {offset} to {offset + total}, the file has {len(self.data)}"
            raise self.error("block-truncated", message, at)
        if size > self.limits.block:
            raise LimitExceeded("over-limit", self.file, f"a block of {size} bytes", offset=offset)
        self.read_budget -= total
        if self.read_budget < 0:
            raise self.error("index-bad-handle", "the blocks overlap: together they are longer than the file", at)
        stored = bytes(self.data[offset : offset + size + 1])
        expected = crc32c.unmask(coding.fixed32(self.data, offset + size + 1))
        found = crc32c.value(stored)
        if expected != found:
            message = f"the checksum of the block of {size} bytes is {found:08x}, stored is {expected:08x}"
            raise self.error("block-checksum", message, offset)
        if stored[size] == NO_COMPRESSION:
            return stored[:size], offset
        if stored[size] == SNAPPY:
            return self.decompressed(stored[:size], offset), offset
        message = f"compression type {stored[size]}; known are {NO_COMPRESSION} (none) and {SNAPPY} (snappy)"
        raise self.error("block-compression", message, offset + size)

    def decompressed(self, data: bytes, offset: int) -> bytes:
        try:
            length, _ = snappy.decompressed_length(data)
            if length > self.limits.block:
                raise LimitExceeded("over-limit", self.file, f"a block of {length} bytes, decompressed", offset=offset)
            return snappy.decompress(data)
        except snappy.SnappyError as error:
            raise self.error("block-snappy", f"not a snappy block: {error}", offset + error.offset) from None

    def restarts(self, block: bytes, where: int) -> tuple[int, ...]:
        """The offsets within the block at which a key is stored whole."""
        count = coding.fixed32(block, len(block) - 4) if len(block) >= 4 else -1
        if not 0 <= count <= len(block) // 4 - 1:
            message = f"a block of {len(block)} bytes has no room for its {max(count, 0)} restarts"
            raise self.error("block-restarts", message, where)
        points: tuple[int, ...] = unpack_from(f"<{count}I", block, len(block) - 4 * count - 4)
        return points

    def entries(self, block: bytes, where: int) -> Iterator[tuple[bytes, bytes]]:
        """The keys and values of one block. Offsets in messages are those of the block: it may be compressed."""
        restarts = self.restarts(block, where)
        end = len(block) - 4 * len(restarts) - 4
        pending = iter(restarts)
        restart = next(pending, -1)
        if restart != 0 and (end or restarts):
            raise self.error("block-restarts", "the first restart of a block is not at its begin", where)
        at = 0
        key = b""
        while at < end:
            start = at
            shared, fresh, length, at = self.lengths(block, at, end, where)
            if start >= restart >= 0:
                if start > restart or shared:
                    message = f"a restart at byte {restart} of the block is no whole key"
                    raise self.error("block-restarts", message, where)
                restart = next(pending, -1)
            value_at = at + fresh
            if shared > len(key) or value_at + length > end:
                message = (
                    f"the entry at byte {start} of the block shares {shared} of {len(key)} bytes of the key before "
                    f"and takes {fresh} + {length} of {end - at} bytes left"
                )
                raise self.error("block-entry", message, where)
            key = key[:shared] + block[at:value_at]
            self.key_budget -= len(key)
            if self.key_budget < 0:
                raise LimitExceeded("over-limit", self.file, "keys out of all proportion to the file", offset=where)
            at = value_at + length
            yield key, block[value_at:at]
        if restart > 0:
            raise self.error("block-restarts", f"a restart at byte {restart} of a block of {end} bytes", where)

    def lengths(self, block: bytes, at: int, end: int, where: int) -> tuple[int, int, int, int]:
        """``shared``, ``fresh`` and ``length`` of the entry at byte ``at`` of the block, and where its key begins."""
        if end - at >= 3:
            shared, fresh, length = block[at], block[at + 1], block[at + 2]
            if shared | fresh | length < 0x80:
                return shared, fresh, length, at + 3
        start = at
        try:
            shared, at = coding.varint(block, at, end, bits=32)
            fresh, at = coding.varint(block, at, end, bits=32)
            length, at = coding.varint(block, at, end, bits=32)
        except ValueError as error:
            message = f"the entry at byte {start} of the block does not decode: {error}"
            raise self.error("block-entry", message, where) from None
        return shared, fresh, length, at


def _short(key: bytes) -> str:
    return repr(key if len(key) <= 60 else key[:57] + b"...")[1:]
