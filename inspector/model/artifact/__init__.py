"""What a file or some bytes are when they are no SavedModel: text, then magic bytes, then the structure of messages."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable

from inspector.model.artifact.kinds import GRAPH_FILES, KINDS, PART_FOLDERS, PARTS, Artifact, Source, describe
from inspector.model.artifact.magic import by_magic, packed, sstable, text_mode
from inspector.model.artifact.messages import as_message
from inspector.model.artifact.texts import as_text

__all__ = [
    "GRAPH_FILES",
    "KINDS",
    "PARTS",
    "PART_FOLDERS",
    "Artifact",
    "describe",
    "has_graph_file",
    "identify_bytes",
    "identify_file",
]

_HEAD = 64 << 10
_ARRIVED_WRONG = (
    "git-lfs-pointer", "git-annex-pointer", "dvc-pointer", "html-page", "error-document", "empty-file", "zero-filled",
    "broken-link", "unreadable", "special-file", "savedmodel-truncated", "savedmodel-damaged", "text-mode-damage",
)  # fmt: skip


def identify_bytes(head: bytes, size: int, name: str, read_all: Callable[[], bytes] | None = None) -> Artifact | None:
    """What bytes are that should be a SavedModel and do not parse, or hold no meta graph; None: nothing else is known.

    ``name`` is the path for the cure (relative to the model is enough); ``head`` the first 64 KiB or so. Cost: a look
    at the head. ``read_all`` is called at most once, for what stands after the head: the directory of a zip or tar,
    the footer of a checkpoint index, the middle of a file that begins with zeros, the fields of a protobuf message.
    """
    kept: list[bytes] = []

    def far(offset: int, count: int) -> bytes:
        if not kept and read_all is not None:
            kept.append(read_all())
        return kept[0][offset : offset + count]

    found = look(Source(head, size, name, far if read_all is not None else None))
    return None if found is None or found.kind == "savedmodel-file" else found


def identify_file(path: str) -> Artifact:
    """What the file at ``path`` is; the path may also be the prefix of a checkpoint. Raises OSError.

    Cost: 64 KiB, and small reads after that where ``identify_bytes`` would call ``read_all`` (at most 4 MiB, the
    directory of a zip). Never opens a pipe or a device.
    """
    try:
        mode = os.stat(path).st_mode
    except ValueError as error:  # a NUL in the path
        raise FileNotFoundError(2, str(error), path) from None
    except OSError as error:
        return _absent(path, error)
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return describe(KINDS, "special-file", path, {})
    try:
        with open(path, "rb") as file:

            def far(offset: int, count: int) -> bytes:
                file.seek(offset)
                return file.read(count)

            head = file.read(_HEAD)
            source = Source(head, os.fstat(file.fileno()).st_size, path, far)
            found = look(source) or source.found("unknown-file")
    except PermissionError:
        return describe(KINDS, "unreadable", path, {})
    return _in_its_folder(found, path)


def has_graph_file(folder: str) -> bool:
    """Whether ``folder`` holds saved_model.pb or saved_model.pbtxt. Cost: two stats."""
    return any(os.path.isfile(os.path.join(folder, name)) for name in GRAPH_FILES)


def _absent(path: str, error: OSError) -> Artifact:
    """What stands beside a path that leads nowhere; raises ``error`` where nothing does."""
    if os.path.islink(path):
        return describe(KINDS, "broken-link", path, {"target": os.readlink(path)})
    if os.path.isfile(path + ".index"):
        return describe(KINDS, "checkpoint-prefix", path, {"prefix": path})
    if os.path.isfile(path + ".dvc"):
        return describe(KINDS, "dvc-pointer", path + ".dvc", {})
    if isinstance(error, PermissionError):
        return describe(KINDS, "unreadable", path, {})
    raise error


def _in_its_folder(found: Artifact, path: str) -> Artifact:
    """``found``, or its model where the file is a part of one."""
    folder, name = os.path.split(os.path.abspath(path))
    if found.kind == "savedmodel-file" and name not in GRAPH_FILES:
        wanted = GRAPH_FILES[bool(found.data.get("text"))]
        return describe(KINDS, "savedmodel-misnamed", path, {"wanted": wanted})
    if found.kind in _ARRIVED_WRONG or found.kind.startswith("savedmodel"):
        return found
    here = os.path.dirname(path) or "."
    inner = os.path.basename(folder) in PART_FOLDERS
    model = os.path.normpath(os.path.join(here, "..")) if inner else here
    if (inner or name in PARTS) and name not in GRAPH_FILES and has_graph_file(model):
        data = {"contains": found.kind, "model": model}
        return describe(KINDS, "savedmodel-part", os.path.join(model, name), data)
    return found


def look(s: Source) -> Artifact | None:
    """The bytes of ``s`` by what they say, then by what they look like."""
    if s.size == 0:
        return s.found("empty-file")
    shard = re.search(r"\.data-\d{5}-of-\d{5}$", s.name)
    if not shard and not s.head.strip(b"\0"):  # a shard of zeros may hold weights that are zero
        return _zeros(s)
    found = as_text(s)
    if found is not None and (not shard or found.kind in _ARRIVED_WRONG):
        return found
    if shard:
        return s.found("checkpoint-data", "likely")
    return by_magic(s) or packed(s) or sstable(s) or text_mode(s) or as_message(s)


def _zeros(s: Source) -> Artifact | None:
    """Zeros in the head: looks at the middle and the end as well."""
    rest = b"" if len(s.head) == s.size else s.at(s.size // 2, 4096) + s.at(max(0, s.size - 4096), 4096)
    if rest.strip(b"\0"):
        return None
    return s.found("zero-filled", "sure" if s.size <= len(s.head) else "likely", size=s.size)
