"""A checkpoint as TensorFlow saves it: ``variables.index`` and its shards ``variables.data-00000-of-00001``.

The index is read whole and always verified; of the shards only what decides a load is read (``open_bundle``).

What makes the index unreadable is a FormatError: the kinds of ``inspector.wire.sstable``, and

    index-git-lfs-pointer, index-html, index-xml   not the file but what stands for it: "not an sstable (bad magic
                          number)", or "file is too short to be an sstable"
    index-not-a-file      a device, a socket or a pipe
    header-missing        no entry at all: "failed to seek to header entry"
    header-not-parseable  "unable to parse header"

An index that is not there or may not be read is the OSError that ``open`` raises. Everything else that is wrong is a
BundleFault, one of the kinds below, with what TensorFlow does about it; "all" are all loaders, where they read that
tensor. V2 models restore every key of the object graph (``tf2``) or of RestoreV2 (``tf1``, ``serving``).

    header-missing        the first key is not "": its value is taken for the header, often with a wrong num_shards
    header-num-shards     below 1: shards are looked for under that number; all: NotFound
    header-endianness     ``declared`` is not what the strings are written in (``found``); all: "The length checksum
                          does not match"; a model without strings loads, its numbers byte-swapped
    header-endianness-unknown   neither little nor big; nothing: taken for the reader's own
    shard-missing         all: NotFound "...; No such file or directory" (tf2: OpError, FileNotFoundError)
    shard-unreadable      not a regular file, no permission, an error while reading; all
    shard-not-data        a Git LFS pointer, an HTML or XML page; all: OutOfRange or a checksum
    entry-key-not-utf8    tf2: UnicodeDecodeError (get_variable_to_dtype_map); others: nothing
    entry-key-twice       nothing: the first is found
    entry-not-parseable   tf2: abort (checkpoint_reader.cc "Check failed"); tf1, serving: DataLoss "not parseable"
    entry-shape           a negative dimension, too many dimensions or elements: tf2 aborts (tensor_shape.cc "Check
                          failed"), whether the tensor is used or not; tf1, serving: DataLoss "Invalid tensor shape"
    entry-unknown-rank    nothing: the dimensions that are there are taken
    entry-dtype           a number that is no DataType, or none that a checkpoint can hold; tf2: TypeError for the
                          first; tf1, serving: InvalidArgument "expected dtype float does not equal original dtype ..."
    entry-offset          negative; all: InvalidArgument "Seeking to a negative position", DataLoss "Invalid size"
    entry-size            not what dtype and shape make; all: DataLoss "Invalid size in bundle entry"
    entry-beyond-shard    all: OutOfRange "Read less bytes than requested" (tf2: IndexError for the object graph)
    entry-overlap         two tensors share bytes; nothing, as long as the checksums hold
    string-size           strings take other than the entry's size; nothing: only their lengths are looked at
    slice-duplicate       tf2: abort (checkpoint_reader.cc); tf1, serving: Internal "Overlapping slices"
    slice-overlap         all: Internal "Overlapping slices" (compared for up to 500 slices)
    slice-out-of-bounds   all: Internal "Extent in dimension ... out of bounds"
    slice-missing         all: NotFound "Key <the encoded key> not found in checkpoint"
    slice-dtype           not that of the tensor; all: abort (tensor.cc "Check failed: dtype() == expected_dtype")
    slice-shape           not what the slice says; nothing as long as the bytes suffice, and then a wrong value
    slices-do-not-cover   all: InvalidArgument "Does not have sufficient slices"
    slice-orphan          a slice that no tensor names; tf2: UnicodeDecodeError, as its encoded key is listed then and
                          is no UTF-8 as a rule; others: nothing
    checksum              all: DataLoss "Checksum does not match: stored ... vs. calculated on the restored bytes ..."
    lengths-checksum      strings and variants; all: DataLoss "The length checksum does not match"
    data-lengths          strings and variants: lengths that contradict the entry's size; all
    data-short            the shard ended while it was read
    object-graph-not-parseable   tf2: DecodeError at load; others: nothing
    object-graph-not-a-string    no scalar of dtype string; tf2: TypeError at load; others: nothing
    object-graph-over-limit      more than our limits; not decoded, nothing is known of it
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import prod
from operator import itemgetter
from typing import Any, BinaryIO

from ..errors import DEFAULT_LIMITS, FormatError, LimitExceeded, Limits
from ..wire import crc32c, schema, sstable, tensor_data
from . import dtypes
from .bundle_index import BundleEntry, BundleFault, BundleHeader, Index, TensorSlice, Version, decode_index
from .shards import Shard, find_shards, read_whole

__all__ = [
    "ALL_VARIABLES", "OBJECT_GRAPH_KEY", "BundleEntry", "BundleFault", "BundleHeader", "Shard", "TensorBundle",
    "TensorSlice", "Version", "open_bundle",
]  # fmt: skip

OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
ALL_VARIABLES = "_all_variables"  # a list of Keras 3 that holds every variable again

ALL_TENSORS = "all tensors"
OBJECT_GRAPH = "object graph"


class TensorBundle:
    """A checkpoint: the decoded index, the shards, and what is wrong with them.

    ``entries`` are the tensors by key, in the order of the file; ``slices`` the slices of those that were saved in
    slices. ``faults`` are those found when it was opened. ``verified`` says how far checksums were compared then:
    "all tensors", "object graph" or "" (nothing). ``total_bytes`` are those of all tensors, ``parameters`` counts the
    elements of the numeric ones, of a variable that Keras 3 saves twice once.
    """

    __slots__ = (
        "_folder", "_graph", "_readable", "_shards", "entries", "faults", "header", "limits", "parameters", "prefix",
        "shards", "slices", "total_bytes", "verified",
    )  # fmt: skip

    def __init__(self, folder: str, prefix: str, index: Index, limits: Limits) -> None:
        self._folder = folder
        self.prefix = prefix
        self.limits = limits
        self.header = index.header
        self.entries = index.entries
        self.slices = index.slices
        self.verified = ""
        self._graph: Any = None
        stored = list(_stored(index))
        self.total_bytes = sum([entry.size for _, entry in stored if entry.size > 0])
        numeric = [e for e in index.entries.values() if e.dtype in dtypes.SIZES and e.key not in index.unusable]
        self.parameters = _parameters(numeric)
        self._shards = find_shards(folder, prefix, index.header.num_shards, stored, index.faults)
        self.shards = tuple(self._shards.values())
        # (shard, offset, key of the tensor, entry): what can be read, in the order in which it lies.
        self._readable = self._find_readable(stored, index)
        self.faults = tuple(index.faults)

    @property
    def index_file(self) -> str:
        """The name of the index, relative to the model."""
        return f"{self.prefix}.index"

    def object_graph(self) -> Any:
        """The TrackableObjectGraph (lean), or None if there is none or it does not read. Reads it once."""
        return self._graph

    def read_string_tensor(self, key: str) -> list[bytes]:
        """The elements of a string tensor, verified. Reads the tensor's bytes from its shard.

        KeyError for a key that is not there; FormatError for damage (kind as above); LimitExceeded; OSError.
        """
        entry = self._entry(key)
        if entry.dtype != dtypes.STRING:
            raise FormatError("entry-dtype", self._file(entry), f"{key} is {dtypes.name(entry.dtype)}, not string")
        strings: list[bytes] = []
        self._raise_if(self._check(entry, strings), entry)
        return strings

    def tensor_bytes(self, key: str) -> bytes:
        """The bytes of a numeric tensor as they lie in the file (``header.endianness``), verified. Raises as above."""
        entry = self._entry(key)
        if entry.dtype not in dtypes.SIZES:
            raise FormatError("entry-dtype", self._file(entry), f"{key} is {dtypes.name(entry.dtype)}, no number")
        pieces: list[bytes] = []
        self._raise_if(self._check(entry, pieces), entry)
        return b"".join(pieces)

    def pieces(self, key: str) -> tuple[BundleEntry, ...]:
        """The entries that hold a tensor's bytes: its own, or its slices in the order of their extents."""
        entry = self.entries[key]
        if not entry.slices:
            return (entry,)
        return tuple(one for _, one in sorted(self.slices.get(key, {}).items()))

    def chunks(self, entry: BundleEntry) -> Iterator[bytes]:
        """The bytes of one entry as they lie in the file, 1 MiB at a time, not verified. Raises as ``tensor_bytes``."""
        if not any(readable is entry for _, _, _, readable in self._readable):
            raise FormatError("entry-size", self.index_file, f"{entry.key} cannot be read")
        try:
            with open(self._path(entry), "rb", buffering=0) as file:
                yield from tensor_data.Span(file, entry.offset, entry.size).chunks(entry.size)
        except tensor_data.DataDamage as damage:
            raise FormatError(damage.kind, self._file(entry), str(damage.data), offset=entry.offset) from None

    def verify(
        self, keys: Iterable[str] | None = None, progress: tensor_data.Progress | None = None
    ) -> tuple[BundleFault, ...]:
        """Compare the checksums of tensors with their bytes; of all, or of ``keys`` (a sliced tensor is its slices).

        Reads the shards forward, 1 MiB at a time, about 2 GB a second; ``progress`` is told the bytes done so far.
        Tensors that cannot be read are among ``faults`` already and not told again. LimitExceeded if tensors overlap
        so much that they are far more than the shards hold.
        """
        wanted = None if keys is None else set(keys)
        found: list[BundleFault] = []
        budget = 2 * sum([shard.size or 0 for shard in self.shards]) + (1 << 20)
        done = 0
        for shard_id, group in groupby(self._readable, lambda item: item[0]):
            entries = [entry for _, _, key, entry in group if wanted is None or key in wanted]
            if not entries:
                continue
            name = self._shards[shard_id].name
            try:
                with open(os.path.join(self._folder, name), "rb", buffering=0) as file:
                    for entry in entries:
                        if done + entry.size > budget:
                            raise LimitExceeded("over-limit", name, "tensors overlap again and again")
                        damage, used = self._damage(file, entry, None, _since(done, progress))
                        done += max(entry.size, used)
                        if progress is not None:
                            progress(done)
                        if damage is not None:
                            found.append(damage)
            except OSError as error:
                data = {"what": "unreadable", "shard_id": shard_id, "why": error.strerror or str(error)}
                found.append(BundleFault("shard-unreadable", name, entries[0].key, data))
        return tuple(found)

    def _entry(self, key: str) -> BundleEntry:
        entry = self.entries[key]
        if entry.slices:
            raise FormatError("sliced", self.index_file, f"{key} is stored in {len(entry.slices)} slices")
        if not any(readable is entry for _, _, _, readable in self._readable):
            kinds = [fault.kind for fault in self.faults if fault.key == key or fault.file == self._file(entry)]
            raise FormatError(kinds[0] if kinds else "entry-size", self._file(entry), f"{key} cannot be read: {kinds}")
        if entry.size > self.limits.string_tensor:
            raise LimitExceeded("over-limit", self._file(entry), f"{key} has {entry.size} bytes", offset=entry.offset)
        return entry

    def _check(self, entry: BundleEntry, into: list[bytes]) -> BundleFault | None:
        with open(self._path(entry), "rb", buffering=0) as file:
            return self._damage(file, entry, into, None)[0]

    def _raise_if(self, fault: BundleFault | None, entry: BundleEntry) -> None:
        if fault is not None and fault.kind != "string-size":
            details = ", ".join(f"{name} {value}" for name, value in fault.data.items())
            raise FormatError(fault.kind, fault.file, f"{fault.key}: {details}", offset=entry.offset)

    def _damage(
        self, file: BinaryIO, entry: BundleEntry, into: list[bytes] | None, progress: tensor_data.Progress | None
    ) -> tuple[BundleFault | None, int]:
        """Read one tensor: what is wrong with its bytes, and how many it takes."""
        big = self.header.endianness == "big"
        count = prod(entry.shape or ())
        used = entry.size
        try:
            if entry.dtype == dtypes.STRING:
                end = self._shards[entry.shard_id].size or 0
                crc, used = tensor_data.strings(file, entry.offset, entry.size, count, end, big=big, into=into)
            elif entry.dtype == dtypes.VARIANT:
                crc = tensor_data.variants(file, entry.offset, entry.size, count)
            else:
                crc = tensor_data.numbers(file, entry.offset, entry.size, progress, into=into)
        except tensor_data.DataDamage as damage:
            if damage.kind == "lengths-checksum" and entry.dtype == dtypes.STRING and self._reads(file, entry, not big):
                data: dict[str, Any] = {"declared": "big" if big else "little", "found": "little" if big else "big"}
                return BundleFault("header-endianness", self.index_file, entry.key, data), used
            return BundleFault(damage.kind, self._file(entry), entry.key, dict(damage.data)), used
        data = {"offset": entry.offset, "size": entry.size}
        expected = crc32c.unmask(entry.crc32c)
        if crc != expected:
            data.update(expected=expected, found=crc)
            return BundleFault("checksum", self._file(entry), entry.key, data), used
        if used != entry.size:
            return BundleFault("string-size", self._file(entry), entry.key, {**data, "used": used}), used
        return None, used

    def _reads(self, file: BinaryIO, entry: BundleEntry, big: bool) -> bool:
        """Whether a string tensor reads in a byte order."""
        end = self._shards[entry.shard_id].size or 0
        try:
            crc, _ = tensor_data.strings(file, entry.offset, entry.size, prod(entry.shape or ()), end, big=big)
        except tensor_data.DataDamage:
            return False
        return crc == crc32c.unmask(entry.crc32c)

    def _reads_anyway(self, entry: BundleEntry) -> bool:
        """Whether strings whose entry runs beyond the shard are all there nevertheless: TensorFlow reads them then."""
        if entry.dtype != dtypes.STRING or entry.size > self.limits.string_tensor:
            return False
        try:
            with open(self._path(entry), "rb", buffering=0) as file:
                return self._reads(file, entry, self.header.endianness == "big")
        except OSError:
            return False

    def _file(self, entry: BundleEntry) -> str:
        return self._shards[entry.shard_id].name

    def _path(self, entry: BundleEntry) -> str:
        return os.path.join(self._folder, self._file(entry))

    def _find_readable(
        self, stored: list[tuple[str, BundleEntry]], index: Index
    ) -> list[tuple[int, int, str, BundleEntry]]:
        readable = []
        sizes = {
            number: shard.size for number, shard in self._shards.items() if shard.size is not None and not shard.what
        }
        for key, entry in stored:
            _, _, _, shard_id, offset, size, _, _ = entry
            if shard_id not in sizes or entry.key in index.unusable:
                continue
            if size and offset + size > sizes[shard_id] and not self._reads_anyway(entry):
                data = {"offset": offset, "size": size, "shard_size": sizes[shard_id]}
                index.faults.append(BundleFault("entry-beyond-shard", self._file(entry), entry.key, data))
            else:
                readable.append((shard_id, offset, key, entry))
        readable.sort(key=itemgetter(0, 1))
        self._find_overlaps(readable, index)
        return readable

    def _find_overlaps(self, readable: list[tuple[int, int, str, BundleEntry]], index: Index) -> None:
        last: BundleEntry | None = None
        last_end = 0
        for shard_id, offset, _, entry in readable:
            size = entry.size
            if last is None or shard_id != last.shard_id:
                last_end = 0
            if size and last is not None and offset < last_end:
                data = {"other": last.key, "offset": offset, "size": size}
                index.faults.append(BundleFault("entry-overlap", self._file(entry), entry.key, data))
            if size and offset + size > last_end:
                last = entry
                last_end = offset + size

    def _read_at_opening(self, verify: bool | None, progress: tensor_data.Progress | None) -> None:
        if verify is None:
            size = sum([shard.size or 0 for shard in self.shards if shard.entries])
            verify = size <= self.limits.small_weights
            if not verify and OBJECT_GRAPH_KEY in self.entries:
                self.faults += self.verify([OBJECT_GRAPH_KEY], progress)
                self.verified = OBJECT_GRAPH
        if verify:
            self.faults += self.verify(None, progress)
            self.verified = ALL_TENSORS
        self._read_object_graph()

    def _read_object_graph(self) -> None:
        entry = self.entries.get(OBJECT_GRAPH_KEY)
        if entry is None or entry.slices:
            return
        if entry.dtype != dtypes.STRING or entry.shape:
            data = {"dtype": entry.dtype, "shape": entry.shape or ()}
            self.faults += (BundleFault("object-graph-not-a-string", self.index_file, OBJECT_GRAPH_KEY, data),)
            return
        try:
            (message,) = self.read_string_tensor(OBJECT_GRAPH_KEY)
            self._graph = schema.message("TrackableObjectGraph").FromString(message)
        except LimitExceeded:
            data = {"size": entry.size, "limit": self.limits.string_tensor}
            self.faults += (BundleFault("object-graph-over-limit", self._file(entry), OBJECT_GRAPH_KEY, data),)
        except (FormatError, OSError):
            return  # the fault that says so is there already, or was not asked for
        except schema.DecodeError:
            data = {"size": entry.size}
            self.faults += (BundleFault("object-graph-not-parseable", self._file(entry), OBJECT_GRAPH_KEY, data),)


def open_bundle(
    folder: str,
    prefix: str = "variables/variables",
    *,
    verify: bool | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: tensor_data.Progress | None = None,
) -> TensorBundle:
    """Open the checkpoint ``<folder>/<prefix>.index`` and its shards.

    The index is read and verified. ``verify`` None: also every tensor's checksum if the shards together have at most
    ``limits.small_weights`` bytes, else that of the object graph only; True: every tensor's (``progress`` is told the
    bytes done); False: none. The object graph is read in any case, as bytes that fail their checksum are not decoded.

    FormatError for an index that does not read; LimitExceeded (a FormatError too: it is a gap, not damage); OSError as
    it comes for the index: FileNotFoundError, NotADirectoryError, PermissionError, IsADirectoryError. What is wrong with
    a shard is a fault.
    """
    file = f"{prefix}.index"
    data = read_whole(os.path.join(folder, file), file, limits)
    index = decode_index(sstable.read_table(data, file, limits), file)
    bundle = TensorBundle(folder, prefix, index, limits)
    bundle._read_at_opening(verify, progress)
    return bundle


def _stored(index: Index) -> Iterator[tuple[str, BundleEntry]]:
    """Every entry that has data, with the key of its tensor."""
    for key, entry in index.entries.items():
        if not entry.slices:
            yield key, entry
    for key, parts in index.slices.items():
        for entry in parts.values():
            yield key, entry


def _parameters(numeric: list[BundleEntry]) -> int:
    """Their elements. What Keras 3's list ALL_VARIABLES has again counts once (export/saved_model_export_archive.py)."""
    listed: Counter[tuple[Any, ...]] = Counter()
    elsewhere: Counter[tuple[Any, ...]] = Counter()
    for entry in numeric:
        content = entry.dtype, entry.shape, entry.crc32c
        (listed if entry.key.startswith(f"{ALL_VARIABLES}/") else elsewhere)[content] += 1
    return sum([prod(shape or ()) * times for (_, shape, _), times in (elsewhere | listed).items()])


def _since(done: int, progress: tensor_data.Progress | None) -> tensor_data.Progress | None:
    """A callback for the chunks of one tensor that tells ``progress`` of all bytes since the begin."""
    if progress is None:
        return None
    total = done

    def tell(size: int) -> None:
        nonlocal total
        total += size
        progress(total)

    return tell
