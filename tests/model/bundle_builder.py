"""Writes checkpoints into a folder without TensorFlow: sound ones, and ones damaged in one place."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from struct import pack
from typing import Any

from inspector.wire import crc32c, schema
from tests.wire.table_builder import table, varint

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def entry(dtype: int, shape: tuple[int, ...], offset: int, data: bytes, crc: int | None = None) -> Any:
    proto = schema.message("BundleEntryProto")(dtype=dtype, offset=offset, size=len(data))
    proto.shape.SetInParent()
    for size in shape:
        proto.shape.dim.add().size = size
    proto.crc32c = crc32c.mask(crc32c.value(data) if crc is None else crc)
    return proto


def string_data(strings: list[bytes], order: str = "<") -> tuple[bytes, int]:
    """The bytes of a string tensor, and their checksum."""
    lengths = b"".join(pack(order + "I", len(text)) for text in strings)
    check = pack(order + "I", crc32c.mask(crc32c.value(lengths)))
    texts = b"".join(strings)
    return b"".join(varint(len(text)) for text in strings) + check + texts, crc32c.value(lengths + check + texts)


class Bundle:
    """Records by key and the bytes of one shard; ``write`` puts them into a folder."""

    def __init__(self, order: str = "<") -> None:
        self.order = order
        self.header = schema.message("BundleHeaderProto")(num_shards=1, endianness=int(order == ">"))
        self.header.version.producer = 1
        self.records: dict[bytes, Any] = {}
        self.data = b""

    def add(self, key: str | bytes, data: bytes, dtype: int = 4, shape: tuple[int, ...] | None = None) -> Any:
        raw = key.encode() if isinstance(key, str) else key
        self.records[raw] = proto = entry(dtype, (len(data),) if shape is None else shape, len(self.data), data)
        self.data += data
        return proto

    def add_strings(self, key: str, strings: list[bytes]) -> Any:
        data, crc = string_data(strings, self.order)
        self.records[key.encode()] = proto = entry(7, (len(strings),), len(self.data), data, crc)
        self.data += data
        return proto

    def write(self, folder: str, prefix: str = "variables/variables", **options: Any) -> None:
        values: Mapping[bytes, bytes] = {
            key: value if isinstance(value, bytes) else value.SerializeToString(deterministic=True)
            for key, value in sorted({b"": self.header, **self.records}.items())
            if value is not None
        }
        path = os.path.join(folder, prefix)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(f"{path}.index", "wb") as file:
            file.write(table(values, **options))
        with open(f"{path}.data-00000-of-00001", "wb") as file:
            file.write(self.data)


def sample() -> Bundle:
    """Two numeric tensors, two of strings, one in two slices."""
    bundle = Bundle()
    graph = schema.message("TrackableObjectGraph")()
    graph.nodes.add()
    bundle.add_strings(OBJECT_GRAPH, [graph.SerializeToString()]).shape.Clear()
    bundle.records[OBJECT_GRAPH.encode()].shape.SetInParent()
    bundle.add("a", b"\1\2\3\4" * 6, 1, (2, 3))
    bundle.add("b", b"\5" * 7)
    bundle.add_strings("s", [b"one", b"", b"three"])
    whole = entry(1, (4, 3), 0, b"")
    whole.size = 0
    whole.crc32c = 0
    for start, length in ((0, 1), (1, 3)):
        part = whole.slices.add()
        part.extent.add(start=start, length=length)
        part.extent.add()
        key = b"\x00part\x00\x01\x01\x02" + bytes([0x80 + start, 0x80 + length, 0x80, 0x7F])
        bundle.add(key, bytes(range(12 * length)), 1, (length, 3))
    bundle.records[b"part"] = whole
    return bundle


Damage = Callable[[Bundle], object]
