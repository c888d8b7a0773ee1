"""The three lists of error texts from public threads (public_errors.toml, more_ and last_), each text with its kind of error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

FILE = Path(__file__).with_name("public_errors.toml")
MORE = Path(__file__).with_name("more_public_errors.toml")
LAST = Path(__file__).with_name("last_public_errors.toml")
UNKNOWN = "UnknownRestoreError"
KINDS = (
    "VersionMismatch", "MissingDependency", "SignatureMismatch", "HardwareMismatch", "DTypeMismatch", "ShapeMismatch",
    "CheckpointDamaged", "CheckpointMismatch", "ModelFilesMissing", "NotASavedModel", "GraphDamaged", "UnsafeModel", UNKNOWN,
)  # fmt: skip
CERTAINTIES = ("accepted", "maintainer", "users", "inferred")


class PublicError(NamedTuple):
    """One pasted text; README.md tells what the fields mean."""

    kind: str
    url: str
    source: str
    certainty: str
    why: str
    quote: str
    tensorflow: str = ""
    also_fits: tuple[str, ...] = ()


def read_public_errors(file: Path = FILE) -> tuple[PublicError, ...]:
    """All texts, in the order of the file. Raises TypeError for a field that is missing or not known."""
    texts = tomllib.loads(file.read_text(encoding="utf-8"))["text"]
    return tuple(PublicError(**{**text, "also_fits": tuple(text.get("also_fits", ()))}) for text in texts)
