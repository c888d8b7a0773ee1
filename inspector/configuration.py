"""Defaults from a file: ``inspector.toml``, or ``[tool.inspector]`` in pyproject.toml, from the current folder upward.

The first folder that has either counts; inspector.toml goes before pyproject.toml. Cost: two file look-ups for each
folder; the TOML parser is imported only where there is something to read.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable
from typing import Any

from inspector.errors import UsageError
from inspector.named_tuple import NamedTuple

OWN_FILE, PROJECT_FILE, SECTION = "inspector.toml", "pyproject.toml", "inspector"
SEVERITIES = ("error", "warning", "note")
# tool.inspector, with or without quotes and spaces, or a table [tool] of its own: parsing costs more than this look.
_MAY_HAVE_SECTION = re.compile(rb"""tool["']?\s*\.\s*["']?inspector|^\s*\[\s*["']?tool["']?\s*\]""", re.MULTILINE)
_KEYS = ("targets", "loaders", "tags", "fail-on", "op-lists", "op-libraries")
_TARGET_KEYS = ("tensorflow", "device", "packages", "env")
_HOST = "host"


class TargetDefaults(NamedTuple):
    """One entry of ``targets``, as written: releases, devices, packages, conditions, host (empty: the default)."""

    tensorflow: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    host: str = ""


class Configuration(NamedTuple):
    """What a file says; ``file`` is empty where there is none. Paths are as written below the file's folder."""

    file: str = ""
    targets: tuple[TargetDefaults, ...] = ()
    loaders: tuple[str, ...] = ()
    tags: tuple[str, ...] | None = None
    fail_on: str | None = None
    op_lists: tuple[str, ...] = ()
    op_libraries: tuple[str, ...] = ()


def read_configuration(folder: str | None = None) -> Configuration:
    """The configuration that holds in a folder (None: the current one). Raises UsageError for a file that is wrong."""
    at = os.path.abspath(folder or os.curdir)
    while True:
        for name in (OWN_FILE, PROJECT_FILE):
            file = os.path.join(at, name)
            table = _table(file)
            if table is not None:
                return _configuration(table, os.path.relpath(file))
        above = os.path.dirname(at)
        if above == at:
            return Configuration()
        at = above


def _table(file: str) -> dict[str, Any] | None:
    """The inspector's table of a file; None where it has none."""
    try:
        with open(file, "rb") as opened:
            text = opened.read()
    except OSError:
        return None
    own = os.path.basename(file) == OWN_FILE
    if not own and _MAY_HAVE_SECTION.search(text) is None:
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(text.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{os.path.relpath(file)} is no TOML: {error}") from None
    table: Any = document if own else document.get("tool", {}).get(SECTION)
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{os.path.relpath(file)}: tool.{SECTION} must be a table")
    return table


def _configuration(table: dict[str, Any], file: str) -> Configuration:
    _only(table, _KEYS, file, "")
    entries = table.get("targets", [])
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f'{file}: targets must be a list of tables like {{tensorflow = "2.15", device = "cpu"}}')
    targets = []
    for entry in entries:
        _only(entry, (*_TARGET_KEYS, _HOST), file, "targets: ")
        host = entry.get(_HOST, "")
        if not isinstance(host, str):
            raise UsageError(f"{file}: targets: {_HOST} must be a string")
        words = {key: _words(entry.get(key, []), file, f"targets: {key}") for key in _TARGET_KEYS}
        targets.append(TargetDefaults(**words, host=host))
    tags = table.get("tags")
    if isinstance(tags, str):
        tags = [tag for tag in tags.split(",") if tag]
    fail_on = table.get("fail-on")
    if fail_on is not None and fail_on not in SEVERITIES:
        raise UsageError(f"{file}: fail-on must be one of {', '.join(SEVERITIES)}, not {fail_on!r}")
    return Configuration(
        file,
        tuple(targets),
        _words(table.get("loaders", []), file, "loaders"),
        None if tags is None else _words(tags, file, "tags"),
        fail_on,
        *(
            tuple(os.path.join(os.path.dirname(file), path) for path in _words(table.get(key, []), file, key))
            for key in ("op-lists", "op-libraries")
        ),
    )


def _only(table: dict[str, Any], known: Iterable[str], file: str, within: str) -> None:
    """Raise UsageError for the first key that is not known, with what may have been meant."""
    names = tuple(known)
    for key in table:
        if key not in names:
            from difflib import get_close_matches

            near = get_close_matches(key.replace("_", "-"), names, n=1, cutoff=0.6)
            meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
            raise UsageError(f"{file}: {within}unknown key {key!r}; {meant}")


def _words(value: Any, file: str, key: str) -> tuple[str, ...]:
    """A string, or a list of strings."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise UsageError(f"{file}: {key} must be a string or a list of strings")
    return tuple(values)
