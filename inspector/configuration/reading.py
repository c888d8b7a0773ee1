"""Finds and reads a configuration file: ``inspector.toml``, or ``[tool.inspector]`` in pyproject.toml.

The first folder from the current one upward that has either counts; inspector.toml goes before pyproject.toml. Cost: two
file look-ups for each folder; the TOML parser is imported only where there is something to read, and the rules' codes only
where some are named. What a file may hold is published as ``inspector/configuration/schema.json``.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from inspector.configuration.selectors import check_selectors
from inspector.configuration.settings import Configuration, Settings, TargetDefaults
from inspector.errors import UsageError
from inspector.findings import SEVERITIES

OWN_FILE, PROJECT_FILE, SECTION = "inspector.toml", "pyproject.toml", "inspector"
# tool.inspector, with or without quotes and spaces, or a table [tool] of its own: parsing costs more than this look.
_MAY_HAVE_SECTION = rb"""(?m)tool["']?\s*\.\s*["']?inspector|^\s*\[\s*["']?tool["']?\s*\]"""
_TARGET_KEYS = ("tensorflow", "device", "packages", "env")
_HOST = "host"
_SIZES, _COUNTS = ("max-bytes", "max-graphdef-bytes"), ("max-parameters", "max-nodes")
_PATTERNS = ("allowed-ops", "denied-ops", "required-signatures", "required-tags")
_SELECTORS = ("select", "extend-select", "ignore")
_OF_A_MODEL = (
    "targets", "loaders", "tags", "fail-on", "lock", *_SELECTORS, "severity", *_SIZES, *_COUNTS, *_PATTERNS,
)  # fmt: skip
_OF_A_RUN = ("per-model", "op-lists", "op-libraries", "baseline")
_SIZE = r"(\d+(?:\.\d+)?)\s*(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)\Z"
_UNITS = {
    "B": 1,
    **{f"{p}B": 1000**n for n, p in enumerate("kMGT", 1)},
    **{f"{p}iB": 1024**n for n, p in enumerate("KMGT", 1)},
}


def read_configuration(folder: str | None = None) -> Configuration:
    """The configuration that holds in a folder (None: the current one). Raises UsageError for a file that is wrong."""
    at = os.path.abspath(folder or os.curdir)
    while True:
        for name in (OWN_FILE, PROJECT_FILE):
            file = os.path.join(at, name)
            table = _table(file, must=False)
            if table is not None:
                return _configuration(table, os.path.relpath(file))
        above = os.path.dirname(at)
        if above == at:
            return Configuration()
        at = above


def read_configuration_file(file: str) -> Configuration:
    """The configuration in a file: a pyproject.toml has it in ``[tool.inspector]``, any other file is nothing else.

    Raises UsageError for a file that cannot be read or is wrong.
    """
    return _configuration(_table(file, must=True) or {}, file)


def _table(file: str, *, must: bool) -> dict[str, Any] | None:
    """The inspector's table of a file; None where it has none."""
    try:
        with open(file, "rb") as opened:
            text = opened.read()
    except OSError as error:
        if must:
            raise UsageError(f"{file}: {error.strerror or error}") from None
        return None
    own = os.path.basename(file) != PROJECT_FILE
    if not own and re.search(_MAY_HAVE_SECTION, text) is None:
        return None
    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document = tomllib.loads(text.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{os.path.relpath(file)} is no TOML: {error}") from None
    tool = document.get("tool", {})
    table: Any = document if own else tool.get(SECTION) if isinstance(tool, dict) else None
    if table is not None and not isinstance(table, dict):
        raise UsageError(f"{os.path.relpath(file)}: tool.{SECTION} must be a table")
    return table


def _configuration(table: dict[str, Any], file: str) -> Configuration:
    _only(table, (*_OF_A_MODEL, *_OF_A_RUN), file)
    per_model = []
    for pattern, changes in _a_table(table, "per-model", file).items():
        where = f"{file}: per-model.{pattern!r}"
        if not isinstance(changes, dict):
            raise UsageError(f"{where} must be a table")
        _only(changes, _OF_A_MODEL, where)
        per_model.append((pattern, _settings(changes, where, file)))
    lists, libraries = (
        tuple(_beside(file, p) for p in _words(table.get(k, []), file, k)) for k in ("op-lists", "op-libraries")
    )
    baseline = _word(table, "baseline", file)
    return Configuration(
        file, _settings(table, file, file), tuple(per_model), lists, libraries, baseline and _beside(file, baseline)
    )


def _settings(table: dict[str, Any], where: str, file: str) -> Settings:
    """The part of a table that may hold for one model. ``where`` is for the words of an error."""
    words = {key: _words(table[key], where, key) for key in ("loaders", *_SELECTORS, *_PATTERNS) if key in table}
    for key in _SELECTORS:
        check_selectors(words.get(key, ()), f"{where}: {key}")
    lock = _word(table, "lock", where)
    return Settings(
        targets=_targets(table["targets"], where) if "targets" in table else None,
        loaders=words.get("loaders"),
        tags=_tags(table["tags"], where) if "tags" in table else None,
        fail_on=_severity(table["fail-on"], where, "fail-on") if "fail-on" in table else None,
        lock=lock and _beside(file, lock),
        select=words.get("select"),
        extend_select=words.get("extend-select", ()),
        ignore=words.get("ignore", ()),
        severity=_severities(_a_table(table, "severity", where), where),
        demands={
            **{_field(key): _bytes(table[key], where, key) for key in _SIZES if key in table},
            **{_field(key): _count(table[key], where, key) for key in _COUNTS if key in table},
            **{_field(key): words[key] for key in _PATTERNS if key in table},
        },
    )


def _targets(entries: Any, where: str) -> tuple[TargetDefaults, ...]:
    if not isinstance(entries, list) or not all(isinstance(entry, dict) for entry in entries):
        raise UsageError(f'{where}: targets must be a list of tables like {{tensorflow = "2.15", device = "cpu"}}')
    targets = []
    for entry in entries:
        _only(entry, (*_TARGET_KEYS, _HOST), f"{where}: targets")
        words = {key: _words(entry.get(key, []), where, f"targets: {key}") for key in _TARGET_KEYS}
        targets.append(TargetDefaults(**words, host=_word(entry, _HOST, f"{where}: targets") or ""))
    return tuple(targets)


def _tags(value: Any, where: str) -> tuple[str, ...]:
    return _words([tag for tag in value.split(",") if tag] if isinstance(value, str) else value, where, "tags")


def _severities(table: Mapping[str, Any], where: str) -> dict[str, str]:
    check_selectors(table, f"{where}: severity")
    return {selector: _severity(value, where, f"severity.{selector}") for selector, value in table.items()}


def _severity(value: Any, where: str, key: str) -> str:
    if value not in SEVERITIES:
        raise UsageError(f"{where}: {key} must be one of {', '.join(SEVERITIES)}, not {value!r}")
    return str(value)


def _bytes(value: Any, where: str, key: str) -> int:
    """1500, or "1.5 kB": units of a thousand and of 1024 (KiB)."""
    match = re.match(_SIZE, value.strip()) if isinstance(value, str) else None
    if match is not None:
        return int(float(match[1]) * _UNITS[match[2]])
    if isinstance(value, str):
        raise UsageError(f"{where}: {key} must be a size like 500000, '500 kB' or '2 GiB', not {value!r}")
    return _count(value, where, key)


def _count(value: Any, where: str, key: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise UsageError(f"{where}: {key} must be a whole number, not {value!r}")
    return value


def _field(key: str) -> str:
    return key.replace("-", "_")


def _beside(file: str, path: str) -> str:
    """A path as written in a file, from the current folder."""
    return os.path.join(os.path.dirname(file), path)


def _only(table: dict[str, Any], known: Iterable[str], where: str) -> None:
    """Raise UsageError for the first key that is not known, with what may have been meant."""
    names = tuple(known)
    for key in table:
        if key not in names:
            from difflib import get_close_matches

            near = get_close_matches(key.replace("_", "-"), names, n=1, cutoff=0.6)
            meant = f"did you mean {near[0]!r}?" if near else f"there are {', '.join(names)}"
            raise UsageError(f"{where}: unknown key {key!r}; {meant}")


def _a_table(table: dict[str, Any], key: str, where: str) -> dict[str, Any]:
    found = table.get(key, {})
    if not isinstance(found, dict):
        raise UsageError(f"{where}: {key} must be a table")
    return found


def _word(table: dict[str, Any], key: str, where: str) -> str | None:
    value = table.get(key)
    if value is not None and not isinstance(value, str):
        raise UsageError(f"{where}: {key} must be a string")
    return value


def _words(value: Any, where: str, key: str) -> tuple[str, ...]:
    """A string, or a list of strings."""
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list) or not all(isinstance(one, str) for one in values):
        raise UsageError(f"{where}: {key} must be a string or a list of strings")
    return tuple(values)
