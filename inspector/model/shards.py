"""The files of a checkpoint on disk: which shards are there, and which of them are something else.

Looks at names, sizes and the first 64 bytes; reads no tensor. Every path is opened only if it is a regular file, so
that a pipe or a device in a model's folder is never waited for.
"""

from __future__ import annotations

import os
import stat
from typing import Any

from inspector.named_tuple import NamedTuple

from ..errors import FormatError, LimitExceeded, Limits
from .bundle_index import BundleEntry, BundleFault

# What stands for a file that was not fetched, by how it begins.
_STAND_INS = (
    (b"version https://git-lfs", "git-lfs-pointer"),
    (b"<!doctype html", "html"),
    (b"<html", "html"),
    (b"<?xml", "xml"),
)
_SHARDS_LISTED = 1024
_NEIGHBOURS_NAMED = 5


class Shard(NamedTuple):
    """One data file. ``size`` is in bytes, None if the file is not there.

    ``what`` is "" for data, or git-lfs-pointer, html, xml, unreadable. ``entries`` counts the tensors and slices that
    lie in it.
    """

    name: str
    size: int | None
    what: str
    shard_id: int
    entries: int


def read_whole(path: str, file: str, limits: Limits) -> bytes:
    """The bytes of the index file; FormatError if it is something else, LimitExceeded, OSError."""
    mode = os.stat(path).st_mode
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        raise FormatError("index-not-a-file", file, "not a regular file")
    with open(path, "rb") as source:
        size = os.fstat(source.fileno()).st_size
        if size > limits.index_file:
            raise LimitExceeded("over-limit", file, f"{size} bytes; the limit is {limits.index_file}")
        data = source.read(limits.index_file + 1)
    what = _stand_in(data[:64])
    if what:
        raise FormatError(f"index-{what}", file, f"not a checkpoint index but {what}: {data[:40]!r}", offset=0)
    return data


def _stand_in(head: bytes) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    return next((what for begin, what in _STAND_INS if start.startswith(begin)), "")


def find_shards(
    folder: str, prefix: str, count: int, stored: list[tuple[str, BundleEntry]], faults: list[BundleFault]
) -> dict[int, Shard]:
    """The shards of the header (at most 1,024) and those that entries name, by number; faults for those in use."""
    used: dict[int, int] = {}
    first: dict[int, str] = {}
    for key, entry in stored:
        used[entry.shard_id] = used.get(entry.shard_id, 0) + 1
        first.setdefault(entry.shard_id, key)
    shards = {}
    present: list[str] | None = None
    for number in sorted({*used, *range(min(count, _SHARDS_LISTED))}):
        shard = _look_at_shard(folder, f"{prefix}.data-{number:05d}-of-{count:05d}", number, used.get(number, 0))
        shards[number] = shard
        if not shard.entries or (shard.size is not None and not shard.what):
            continue
        data: dict[str, Any] = {"shard_id": number, "num_shards": count, "entries": shard.entries, "size": shard.size}
        if shard.size is None and not shard.what:
            present = _neighbours(folder, prefix) if present is None else present
            faults.append(BundleFault("shard-missing", shard.name, first[number], {**data, "present": present}))
        else:
            kind = "shard-unreadable" if shard.what == "unreadable" else "shard-not-data"
            faults.append(BundleFault(kind, shard.name, first[number], {**data, "what": shard.what}))
    return shards


def _look_at_shard(folder: str, name: str, number: int, entries: int) -> Shard:
    path = os.path.join(folder, name)
    try:
        state = os.stat(path)
        if not stat.S_ISREG(state.st_mode):
            return Shard(name, None, "unreadable", number, entries)
        with open(path, "rb", buffering=0) as file:
            what = _stand_in(file.read(64))
    except FileNotFoundError:
        return Shard(name, None, "", number, entries)
    except OSError:
        return Shard(name, None, "unreadable", number, entries)
    return Shard(name, state.st_size, what, number, entries)


def _neighbours(folder: str, prefix: str) -> list[str]:
    """Data files that are there, under whatever number: a few names for the message."""
    place, stem = os.path.split(os.path.join(folder, prefix))
    try:
        names = os.listdir(place)
    except OSError:
        return []
    return sorted(name for name in names if name.startswith(f"{stem}.data-"))[:_NEIGHBOURS_NAMED]
