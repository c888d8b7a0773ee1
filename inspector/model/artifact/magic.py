"""Files with magic bytes: other model formats, archives, tables, and binary files that were treated as text."""

from __future__ import annotations

import os
import re
import struct

from inspector.model.artifact.kinds import (
    GRAPH_FILES,
    KINDS,
    Artifact,
    Source,
    describe,
)

_MAGICS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"TFL3", "tflite"), (0, b"ftrt", "tensorrt-plan"), (0, b"ptrt", "tensorrt-plan"), (0, b"GGUF", "gguf"),
    (0, b"\x93NUMPY", "numpy"), (0, b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19", "pytorch"),
)  # fmt: skip
_PACKERS: tuple[tuple[bytes, str, str], ...] = (
    (b"BZh", "bzip2", "tar -xjf {path}"), (b"\xfd7zXZ\0", "xz", "tar -xJf {path}"),
    (b"\x28\xb5\x2f\xfd", "zstd", "tar --zstd -xf {path}"), (b"7z\xbc\xaf\x27\x1c", "7z", "7z x {path}"),
    (b"Rar!\x1a\x07", "rar", "unrar x {path}"),
)  # fmt: skip


def by_magic(s: Source) -> Artifact | None:
    head = s.head
    for offset, magic, kind in _MAGICS:
        if head.startswith(magic, offset):
            return s.found(kind, "likely" if kind == "tensorrt-plan" else "sure")
    if any(head.startswith(b"\x89HDF\r\n\x1a\n", offset) for offset in (0, 512, 1024, 2048, 4096)):
        whole = b"model_config" in head
        weights = not whole and "weights" in s.name.lower()
        return s.found("hdf5-weights" if weights else "hdf5", "sure" if whole else "likely")
    if re.match(rb"\x80[\2-\5][}\](c)\x95\x8aXK]", head):
        return s.found("pickle", "likely")
    if head[8:9] == b"{" and len(head) > 8 and struct.unpack_from("<Q", head)[0] <= s.size - 8:
        return s.found("safetensors")
    return s.found("pickle", "likely") if s.name.endswith((".pkl", ".pickle", ".joblib")) else None


def packed(s: Source) -> Artifact | None:
    """Archives and the model files that are zips."""
    if s.head.startswith((b"PK\3\4", b"PK\5\6")):
        return _zip(s)
    if s.head.startswith(b"\x1f\x8b"):
        return _gzip(s)
    if s.head[257:262] == b"ustar":
        return _archive(s, "tar", "tar -xf {path}", _tar_names(s))
    for magic, form, unpack in _PACKERS:
        if s.head.startswith(magic):
            return _archive(s, form, unpack, [])
    return None


def _archive(s: Source, form: str, unpack: str, names: list[str]) -> Artifact:
    """An archive, and the folder in it that holds the graph file, where its listing tells."""
    from shlex import quote

    into = re.sub(r"(\.tar)?\.\w+$", "", s.name) or "model"
    into = into if into != s.name else into + ".d"
    inside = [os.path.dirname(name) for name in names if os.path.basename(name) in GRAPH_FILES]
    command = unpack.format(path=quote(s.path), into=quote(into))
    if unpack.startswith("tar"):
        command = f"mkdir {quote(into)} && {command} -C {quote(into)}"
    elif "{into}" not in unpack:
        into = "."
    there = os.path.normpath(os.path.join(into, inside[0].lstrip("/")) if inside else into)
    data = {"format": form, "inside": inside[0] or "."} if inside else {"format": form}
    return describe(KINDS, "archive", s.path, data, words={"unpack": command, "there": quote(there)})


def _zip(s: Source) -> Artifact:
    names = _zip_names(s)
    bases = {os.path.basename(name) for name in names}
    if "config.json" in names and ("metadata.json" in names or "model.weights.h5" in names):
        return s.found("keras-v3")
    if "data.pkl" in bases:
        return s.found("pytorch", "sure" if bases & {"version", "constants.pkl"} else "likely")
    if names and all(name.endswith(".npy") for name in names):
        return s.found("numpy")
    if s.name.endswith(".keras") and not names:
        return s.found("keras-v3", "likely")
    return _archive(s, "zip", "unzip {path} -d {into}", names)


def _zip_names(s: Source) -> list[str]:
    """The names in a zip: of its directory (at most 4 MiB, 10,000 entries), or where that is gone of the head."""
    tail_at = max(0, s.size - 65557)
    tail = s.at(tail_at, 65557)
    end = tail.rfind(b"PK\5\6")
    names: list[str] = []
    if end >= 0 and len(tail) >= end + 22:
        size = int(struct.unpack_from("<I", tail, end + 12)[0])
        start = tail_at + end - size
        names = _entries(s.at(start, min(size, 4 << 20)), b"PK\1\2", 46, 28) if start >= 0 else []
    return names or _entries(s.head, b"PK\3\4", 30, 26)


def _entries(block: bytes, magic: bytes, fixed: int, lengths: int) -> list[str]:
    names: list[str] = []
    at = block.find(magic)
    while at >= 0 and len(names) < 10_000 and at + fixed <= len(block):
        size = struct.unpack_from("<H", block, at + lengths)[0]
        names.append(block[at + fixed : at + fixed + size].decode("utf-8", "replace"))
        at = block.find(magic, at + fixed + size)
    return names


def _tar_names(s: Source) -> list[str]:
    """The names in a tar, from the headers of its first 1,000 members."""
    names: list[str] = []
    at = 0
    while len(names) < 1_000 and at < s.size:
        header = s.at(at, 512)
        if header[257:262] != b"ustar":
            break
        name, prefix = (header[a:b].split(b"\0")[0].decode("utf-8", "replace") for a, b in ((0, 100), (345, 500)))
        names.append(f"{prefix}/{name}" if prefix and header[257:263] == b"ustar\0" else name)
        size = re.match(rb"[ 0]*([0-7]{0,11})[ \0]*$", header[124:136])
        if size is None:
            break
        at += 512 + (int(size[1] or b"0", 8) + 511) // 512 * 512
    return names


def _gzip(s: Source) -> Artifact:
    """A gzip: a look into the first 256 KiB of what it holds."""
    import zlib
    from shlex import quote

    from inspector.model.artifact import look  # what is inside is looked at in the same way

    try:
        inner = zlib.decompressobj(31).decompress(s.head, 256 << 10)
    except zlib.error:
        inner = b""
    name = re.sub(r"\.(gz|gzip)$", "", s.name)
    within = Source(inner, len(inner) + (len(s.head) < s.size or len(inner) == 256 << 10), name, None)
    if not inner or inner[257:262] == b"ustar":
        return _archive(s, "gzip", "tar -xzf {path}", _tar_names(within))
    found = None if inner.startswith(b"\x1f\x8b") else look(within)
    target = s.path[: len(s.path) - len(s.name)] + (name if name != s.name else name + ".unpacked")
    data = {"format": "gzip", "contains": found.kind if found else "unknown-file"}
    words = {"unpack": f"gunzip -c {quote(s.path)} > {quote(target)}", "there": quote(target)}
    return describe(KINDS, "archive", s.path, data, words=words)


def sstable(s: Source) -> Artifact | None:
    """The footer's magic number, which a checkpoint index ends with. Reads 8 bytes at the end."""
    if s.at(max(0, s.size - 8), 8) == b"\x57\xfb\x80\x8b\x24\x75\x47\xdb":
        return s.found("checkpoint-index", "sure" if s.name.endswith(".index") else "likely")
    return None


def text_mode(s: Source) -> Artifact | None:
    """Bytes that some program took for text: every line feed has its carriage return, or all is UTF-8 by force."""
    if 8 <= s.head.count(b"\n") == s.head.count(b"\r\n"):
        return s.found("text-mode-damage", "likely", how="line ends changed to CRLF")
    if s.head.count(b"\xef\xbf\xbd") >= 8:
        try:
            s.head[:-3].decode()
        except UnicodeDecodeError as error:
            if error.start < len(s.head) - 7:
                return None
        return s.found("text-mode-damage", "likely", how="bytes replaced by U+FFFD")
    return None
