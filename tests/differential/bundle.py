"""The checkpoint of a Copy, to be damaged."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from inspector.wire import crc32c, sstable
from inspector.wire.schema import full_message
from tests.differential.places import INDEX, OBJECT_GRAPH, Place, place
from tests.wire.table_builder import table

if TYPE_CHECKING:
    from tests.differential.workbench import Copy


class Bundle:
    """The records of variables.index; a value is a message, or bytes where a damage put them."""

    def __init__(self, copy: Copy) -> None:
        self.copy = copy
        self.header: Any = None
        self.entries: dict[bytes, Any] = {}
        self.options: dict[str, Any] = {}
        for key, value in sstable.read_table(copy.read(INDEX), INDEX):
            if not key:
                self.header = full_message("BundleHeaderProto").FromString(value)
            else:
                self.entries[key] = full_message("BundleEntryProto").FromString(value)

    def key(self, test: Callable[[str, Any], object] = lambda key, entry: True) -> bytes:
        """The key of a tensor, not the object graph or a slice, that passes the test."""

        def fits(key: bytes) -> bool:
            plain = key != OBJECT_GRAPH.encode() and not key.startswith(b"\0") and b"SAVE_COUNTER" not in key.upper()
            return plain and bool(test(key.decode("latin-1"), self.entries[key]))

        return self.copy.pick(list(self.entries), fits)

    def number(self, least: int = 1) -> bytes:
        """The key of a tensor of numbers with at least so many bytes."""
        return self.key(lambda key, entry: entry.size >= least and entry.dtype != 7 and not entry.slices)

    def shard(self, number: int) -> str:
        return f"variables/variables.data-{number:05d}-of-{self.header.num_shards:05d}"

    def shards(self) -> list[str]:
        return [self.shard(number) for number in range(self.header.num_shards)]

    def data(self, key: bytes) -> bytes:
        entry = self.entries[key]
        return self.copy.read(self.shard(entry.shard_id))[entry.offset : entry.offset + entry.size]

    def store(self, key: bytes, data: bytes, crc: int | None = None) -> None:
        """Gives an entry other bytes, at the end of its shard."""
        entry = self.entries[key]
        file = self.shard(entry.shard_id)
        whole = self.copy.read(file)
        entry.offset, entry.size = len(whole), len(data)
        entry.crc32c = crc32c.mask(crc32c.value(data) if crc is None else crc)
        self.copy.files[file] = whole + data

    def at(self, key: bytes, *more: str) -> Place:
        name = key.decode("latin-1")
        return place(name, re.sub(r"/\.ATTRIBUTES/VARIABLE_VALUE$", "", name), *more)

    def finish(self) -> None:
        if not isinstance(self.copy.files.get(INDEX), bytes):
            return
        records: dict[bytes, bytes] = {}
        if self.header is not None:
            records[b""] = raw(self.header)
        records.update({key: raw(self.entries[key]) for key in sorted(self.entries)})
        self.copy.files[INDEX] = table(records, **{"entries_per_block": 1000, **self.options})


def raw(value: Any) -> bytes:
    return value if isinstance(value, bytes) else value.SerializeToString(deterministic=True)
