"""What the index of a checkpoint says: its header, and where each tensor lies.

The keys of ``variables.index`` (an SSTable, see ``inspector.wire.sstable``):

    ""                             BundleHeaderProto, the first entry
    "dense/kernel"                 BundleEntryProto: dtype, shape, shard, offset, size, masked crc32c
    00 "part" 00 01 rank extents   the same for one slice of a tensor that was saved in slices, under an OrderedCode
                                   key; the tensor's own entry has `slices` and no data

Source: tensorflow/core/util/tensor_bundle/tensor_bundle.cc, core/util/saved_tensor_slice_util.cc
(DecodeTensorNameSlice), core/framework/tensor_slice.cc. Only decoding and judging here: no file is opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import prod
from typing import Any

from inspector.named_tuple import NamedTuple

from ..errors import FormatError, LimitExceeded
from ..wire import coding, schema
from . import dtypes

MAX_RANK = 254  # core/framework/tensor_shape.h, TensorShapeRep::MaxDimensions
MAX_ELEMENTS = (1 << 63) - 1

# Decoded entries take some hundred times their bytes, so a limit on the file does not limit memory. The largest
# checkpoints known have some ten thousand entries.
MAX_ENTRIES = 1_000_000
MAX_ENTRY_SIZE = 4 << 20
MAX_EXTENTS = 4_000_000
_SLICES_COMPARED = 500  # with each other: the work is quadratic

_VARINT_TAGS = frozenset((0x18, 0x20, 0x28))
_new = tuple.__new__


class TensorSlice(NamedTuple):
    """A part of a tensor: for each dimension a start and a length; (0, -1) is the whole dimension."""

    extents: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        """``0,2:-`` as TensorFlow prints it (TensorSlice::DebugString)."""
        return ":".join("-" if length < 0 else f"{start},{length}" for start, length in self.extents)


class BundleEntry(NamedTuple):
    """One tensor, or one slice of one: where its bytes are. Sizes and offsets in bytes.

    ``shape`` is None where the file gives more dimensions than TensorFlow has; "unknown rank" is ignored, as there.
    ``crc32c`` is the stored, masked checksum; 0 is one like any other. An entry with ``slices`` has no data of its
    own. The ``key`` of a slice is made for people: ``part [0,2:-]``.
    """

    key: str
    dtype: int
    shape: tuple[int, ...] | None
    shard_id: int
    offset: int
    size: int
    crc32c: int
    slices: tuple[TensorSlice, ...] = ()


class Version(NamedTuple):
    """A VersionDef. A bundle of today has producer 1 and min_consumer 0; this is what CheckVersions looks at."""

    producer: int = 0
    min_consumer: int = 0
    bad_consumers: tuple[int, ...] = ()


class BundleHeader(NamedTuple):
    """``endianness`` is the byte order of the machine that wrote the data, "little" or "big"."""

    num_shards: int
    endianness: str
    version: Version


class BundleFault(NamedTuple):
    """Something wrong that does not stop the reading. ``inspector.model.bundle`` lists the kinds."""

    kind: str
    file: str
    key: str
    data: dict[str, Any]


class Index(NamedTuple):
    """The decoded index. ``slices`` holds the entries of slices, by the name of their tensor.

    ``unusable`` are the keys of entries whose bytes cannot be found by what the entry says.
    """

    header: BundleHeader
    entries: dict[str, BundleEntry]
    slices: dict[str, dict[TensorSlice, BundleEntry]]
    faults: list[BundleFault]
    unusable: set[str]


def decode_index(table: Iterable[tuple[bytes, bytes]], file: str) -> Index:
    """Decode all entries of the index ``file``, in one pass over ``table``. FormatError if there is no header."""
    records = iter(table)
    first = next(records, None)
    if first is None:
        raise FormatError("header-missing", file, "the index holds no entry at all, not even its header")
    faults: list[BundleFault] = []
    header = _header(first[1], file, faults)
    index = Index(header, {}, {}, faults, set())
    decoder = _Decoder(index, file)
    if first[0] != b"":
        # TensorFlow seeks "", takes what it finds there for the header, and still finds the entry by its key.
        data = {"num_shards": header.num_shards}
        faults.append(BundleFault("header-missing", file, _text(first[0]), data))
        decoder.add(*first)
    for key, value in records:
        decoder.add(key, value)
    _judge_slices(index, file)
    return index


def _header(value: bytes, file: str, faults: list[BundleFault]) -> BundleHeader:
    if len(value) > MAX_ENTRY_SIZE:
        raise LimitExceeded("over-limit", file, f"a header of {len(value)} bytes")
    try:
        proto = schema.message("BundleHeaderProto").FromString(value)
    except schema.DecodeError:
        raise FormatError("header-not-parseable", file, "the first entry is no BundleHeaderProto") from None
    if proto.endianness not in (0, 1):
        faults.append(BundleFault("header-endianness-unknown", file, "", {"declared": proto.endianness}))
    if proto.num_shards < 1:
        faults.append(BundleFault("header-num-shards", file, "", {"num_shards": proto.num_shards}))
    version = proto.version
    return BundleHeader(
        proto.num_shards,
        "big" if proto.endianness == 1 else "little",
        Version(version.producer, version.min_consumer, tuple(version.bad_consumers)),
    )


class _Decoder:
    """Turns records into entries of an Index, and into faults."""

    __slots__ = ("count", "extents", "file", "index", "kinds", "parse")

    def __init__(self, index: Index, file: str) -> None:
        self.index = index
        self.file = file
        self.count = 0
        self.extents = 0
        self.parse = schema.message("BundleEntryProto").FromString
        self.kinds: dict[bytes, tuple[int, tuple[int, ...], int]] = {}

    def add(self, raw: bytes, value: bytes) -> None:
        self.count += 1
        if self.count > MAX_ENTRIES or len(value) > MAX_ENTRY_SIZE:
            raise LimitExceeded(
                "over-limit", self.file, f"more than {MAX_ENTRIES} entries, or one of {len(value)} bytes"
            )
        name, part = (raw, None) if raw[:1] != b"\x00" else decode_key(raw)
        try:
            key = name.decode()
        except UnicodeDecodeError:
            key = _text(name)
            self.fault("entry-key-not-utf8", key, {"bytes": raw[:80].hex()})
        shown = key if part is None else f"{key} [{part}]"
        entry = self.usual(shown, value) or self.entry(shown, value)
        if entry is None:
            return
        place: dict[Any, BundleEntry] = self.index.entries if part is None else self.index.slices.setdefault(key, {})
        if place.setdefault(key if part is None else part, entry) is not entry:
            self.fault("entry-key-twice", shown, {"bytes": raw[:80].hex()})

    def usual(self, key: str, value: bytes) -> BundleEntry | None:
        """A sound entry without slices, encoded as every protobuf runtime does; None for anything else.

        Tensors of one dtype and shape share the bytes that say so, and these are decoded once.
        """
        if len(value) < 4 or value[0] != 0x08 or value[2] != 0x12 or (value[1] | value[3]) > 0x7F:
            return None
        at = 4 + value[3]
        head = value[:at]
        kind = self.kinds.get(head)
        if kind is None:
            kind = self.kinds[head] = self.kind(head)
        fields = [0, 0, 0]  # shard_id, offset, size: fields 3, 4, 5
        end = len(value)
        crc = 0
        while at < end:
            tag = value[at]
            if tag == 0x35 and at + 5 <= end:
                crc = int.from_bytes(value[at + 1 : at + 5], "little")
                at += 5
                continue
            if tag not in _VARINT_TAGS or at + 1 == end:
                return None
            number = value[at + 1]
            at += 2
            if number > 0x7F:
                number &= 0x7F
                shift = 7
                while at < end and value[at] > 0x7F and shift < 28:
                    number |= (value[at] & 0x7F) << shift
                    shift += 7
                    at += 1
                if at == end or value[at] > 0x7F:  # cut off, or more than 35 bits
                    return None
                number |= value[at] << shift
                at += 1
            fields[(tag >> 3) - 3] = number
        shard_id, offset, size = fields
        dtype, shape, expected = kind
        if shard_id > 0x7FFFFFFF or (size != expected if expected >= 0 else size < ~expected):
            return None
        return _new(BundleEntry, (key, dtype, shape, shard_id, offset, size, crc, ()))

    def kind(self, head: bytes) -> tuple[int, tuple[int, ...], int]:
        """dtype, shape and size in bytes (``~count`` for strings: at least as many bytes) of an entry's first bytes."""
        never = (0, (), ~(1 << 63))
        try:
            proto = self.parse(head)
        except schema.DecodeError:
            return never
        shape = tuple([dim.size for dim in proto.shape.dim])
        if proto.shape.unknown_rank or len(shape) > MAX_RANK or min(shape, default=0) < 0:
            return never
        count = prod(shape)
        if count > MAX_ELEMENTS:
            return never
        if proto.dtype in dtypes.SIZES:
            return proto.dtype, shape, count * dtypes.SIZES[proto.dtype]
        return (proto.dtype, shape, ~count) if proto.dtype in (dtypes.STRING, dtypes.VARIANT) else never

    def entry(self, key: str, value: bytes) -> BundleEntry | None:
        """Any entry; faults for what is wrong with it, None if it does not parse."""
        try:
            proto = self.parse(value)
        except schema.DecodeError:
            self.fault("entry-not-parseable", key, {"size": len(value)})
            return None
        dims = proto.shape.dim
        if len(dims) > MAX_RANK:
            self.fault("entry-shape", key, {"shape": None, "why": f"{len(dims)} dimensions"}, unusable=True)
            shape: tuple[int, ...] | None = None
        else:
            shape = tuple([dim.size for dim in dims])
            if proto.shape.unknown_rank:
                self.fault("entry-unknown-rank", key, {"shape": shape})
        slices = self.slices(key, proto.slices) if proto.slices else ()
        entry = BundleEntry(key, proto.dtype, shape, proto.shard_id, proto.offset, proto.size, proto.crc32c, slices)
        if len(dims) <= MAX_RANK:
            self.judge(entry)
        return entry

    def slices(self, key: str, protos: Any) -> tuple[TensorSlice, ...]:
        found = []
        for proto in protos:
            self.extents += len(proto.extent)
            if self.extents > MAX_EXTENTS:
                raise LimitExceeded("over-limit", self.file, f"more than {MAX_EXTENTS} extents of slices")
            extents = [(e.start, e.length) if e.HasField("length") else (0, -1) for e in proto.extent]
            found.append(TensorSlice(tuple([(0, -1) if length < 0 else (start, length) for start, length in extents])))
        return tuple(found)

    def judge(self, entry: BundleEntry) -> None:
        """Shape, dtype, size and offset of one entry against each other."""
        shape = entry.shape or ()
        count = prod(shape)
        if shape and (min(shape) < 0 or count > MAX_ELEMENTS):
            why = "a negative dimension" if min(shape) < 0 else "more than 2**63 elements"
            self.fault("entry-shape", entry.key, {"shape": shape, "why": why}, unusable=True)
            return
        width = dtypes.SIZES.get(entry.dtype)
        if width is None and entry.dtype not in (dtypes.STRING, dtypes.VARIANT):
            self.fault("entry-dtype", entry.key, {"dtype": entry.dtype}, unusable=True)
            return
        if entry.slices:
            return
        if entry.offset < 0 or entry.size < 0:
            self.fault("entry-offset", entry.key, {"offset": entry.offset, "size": entry.size}, unusable=True)
        elif width is not None and entry.size != width * count:
            self.size_fault(entry, width * count)
        elif width is None and entry.size < count:
            # Every string takes at least one byte, that of its length.
            self.size_fault(entry, count)

    def size_fault(self, entry: BundleEntry, expected: int) -> None:
        data = {"size": entry.size, "expected": expected, "dtype": entry.dtype, "shape": entry.shape}
        self.fault("entry-size", entry.key, data, unusable=True)

    def fault(self, kind: str, key: str, data: dict[str, Any], *, unusable: bool = False) -> None:
        self.index.faults.append(BundleFault(kind, self.file, key, data))
        if unusable:
            self.index.unusable.add(key)


def decode_key(raw: bytes) -> tuple[bytes, TensorSlice | None]:
    """The name of a tensor and which slice of it the key stands for; any other key is its own name."""
    try:
        zero, at = coding.ordered_number(raw, 0)
        name, at = coding.ordered_string(raw, at)
        rank, at = coding.ordered_number(raw, at)
        if zero or not 0 < rank <= MAX_RANK:
            return raw, None
        extents = []
        for _ in range(rank):
            start, at = coding.ordered_signed(raw, at)
            length, at = coding.ordered_signed(raw, at)
            extents.append((0, -1) if length < 0 else (start, length))
    except ValueError:
        return raw, None
    return (name, TensorSlice(tuple(extents))) if at == len(raw) else (raw, None)


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "backslashreplace")


def _judge_slices(index: Index, file: str) -> None:
    """Compare what tensors say of their slices with the slices that are there."""
    for name, entry in index.entries.items():
        if entry.slices and name not in index.unusable:
            _judge_sliced(index, file, entry, index.slices.get(name, {}))
    for name, parts in index.slices.items():
        parent = index.entries.get(name)
        known = set(parent.slices) if parent is not None else set()
        for part in parts:
            if part not in known:
                index.faults.append(BundleFault("slice-orphan", file, name, {"slice": str(part)}))


def _judge_sliced(index: Index, file: str, entry: BundleEntry, parts: Mapping[TensorSlice, BundleEntry]) -> None:
    shape = entry.shape or ()
    covered = 0
    seen: list[TensorSlice] = []

    def fault(kind: str, part: TensorSlice, **data: Any) -> None:
        index.faults.append(BundleFault(kind, file, entry.key, {"slice": str(part), **data}))

    for part in dict.fromkeys(entry.slices):
        lengths = _sliced_shape(part, shape)
        if lengths is None:
            fault("slice-out-of-bounds", part, shape=shape)
            continue
        covered += prod(lengths)
        if len(entry.slices) <= _SLICES_COMPARED:
            other = next((one for one in seen if _overlap(one, part)), None)
            if other is not None:
                fault("slice-overlap", part, other=str(other))
            seen.append(part)
        found = parts.get(part)
        if found is None:
            fault("slice-missing", part)
        elif found.dtype != entry.dtype:
            fault("slice-dtype", part, dtype=found.dtype, expected=entry.dtype)
        elif found.shape != lengths:
            fault("slice-shape", part, shape=found.shape, expected=lengths)
    if len(set(entry.slices)) < len(entry.slices):
        counted: set[TensorSlice] = set()
        twice = next(part for part in entry.slices if part in counted or counted.add(part))  # type: ignore[func-returns-value]
        fault("slice-duplicate", twice)
    if covered != prod(shape):
        data = {"covered": covered, "elements": prod(shape)}
        index.faults.append(BundleFault("slices-do-not-cover", file, entry.key, data))


def _overlap(one: TensorSlice, other: TensorSlice) -> bool:
    """Whether two slices of one tensor share an element."""
    return all(
        a_size < 0 or b_size < 0 or (a < b + b_size and b < a + a_size)
        for (a, a_size), (b, b_size) in zip(one.extents, other.extents, strict=True)
    )


def _sliced_shape(part: TensorSlice, shape: tuple[int, ...]) -> tuple[int, ...] | None:
    """The shape of a slice; None if it does not fit into ``shape`` (TensorSlice::SliceTensorShape)."""
    if len(part.extents) != len(shape):
        return None
    lengths = []
    for (start, length), size in zip(part.extents, shape, strict=True):
        if length >= 0 and not 0 <= start <= start + length <= size:
            return None
        lengths.append(size if length < 0 else length)
    return tuple(lengths)
