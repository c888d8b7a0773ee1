"""Where the models of a path are."""

from __future__ import annotations

import os
from collections.abc import Iterator

from inspector.errors import UsageError
from inspector.model.saved_model import PB, PBTXT


def expand(path: str, version: int | None = None) -> Iterator[str]:
    """``path``, or the version folders of a TensorFlow Serving base folder, newest first."""
    if not os.path.lexists(path) and not os.path.exists(path + ".index"):  # the name of a checkpoint is a prefix
        raise UsageError(f"no such path: {path}")
    names = _versions(path)
    if version is not None:
        if version not in names:
            there = ", ".join(map(str, names)) or "none"
            raise UsageError(f"{path} has no version {version} (versions: {there})")
        names = {version: names[version]}
    if not names:
        yield path
    for name in names.values():
        yield f"{path.rstrip('/')}/{name}"


def _versions(path: str) -> dict[int, str]:
    """The versions below a TensorFlow Serving base folder; none for a path that holds a graph file itself."""
    if not os.path.isdir(path) or any(os.path.lexists(os.path.join(path, name)) for name in (PB, PBTXT)):
        return {}
    from inspector.model.folder import version_names

    return version_names(path)
