"""A baseline: the findings that a team knows of and lives with, in a file that is kept beside the configuration.

A JSON document, written by ``--write-baseline`` and completed by hand: each entry may have a ``reason`` and an ``expires``
date. Entries are matched by fingerprint, never by counters or numbers of nodes. Schema: ``baseline_schema.json``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from inspector.errors import UsageError
from inspector.named_tuple import NamedTuple

SCHEMA_VERSION = 1
BY_POLICY, BY_BASELINE = "policy", "baseline"
_DATE = r"\d{4}-\d{2}-\d{2}\Z"
_VERSION_FOLDER = r"(?s)(.*)/\d+\Z"
_STRINGS = ("rule", "message", "where", "reason", "expires")


class Suppression(NamedTuple):
    """Why a finding is neither told nor counted: ``by`` is BY_POLICY, or BY_BASELINE with the entry's reason and expiry."""

    by: str
    reason: str = ""
    expires: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {key: value for key, value in self._asdict().items() if value}


class Entry(NamedTuple):
    """A finding that is known, and ``times`` times: one more of them is new. ``expires`` is a date like 2027-01-31, the
    last day on which the entry counts; an empty string: never. ``rule``, ``message`` and ``where`` are for people."""

    fingerprint: str
    rule: str = ""
    message: str = ""
    where: str = ""
    times: int = 1
    reason: str = ""
    expires: str = ""


class Matched(NamedTuple):
    """A model against its entries: suppressions by the number of the finding, entries that match nothing, and those that
    match but whose day is over."""

    known: Mapping[int, Suppression] = {}
    stale: tuple[Entry, ...] = ()
    expired: tuple[Entry, ...] = ()


class Baseline(NamedTuple):
    """The entries of each model, by the model's path relative to the file's folder, without the number of its version."""

    file: str
    models: Mapping[str, tuple[Entry, ...]] = {}

    def entries_for(self, path: str) -> tuple[Entry, ...]:
        return self.models.get(model_key(path, self.file), ())


def model_key(path: str, file: str) -> str:
    """A model's path as a baseline names it. A new version of a TensorFlow Serving base folder has the old one's name."""
    whole = os.path.relpath(path, os.path.dirname(file) or os.curdir).replace(os.sep, "/")
    version = re.match(_VERSION_FOLDER, whole)
    return version[1] if version else whole


def match(entries: Iterable[Entry], fingerprints: Sequence[str], today: str) -> Matched:
    """The findings with these fingerprints against a model's entries. ``today`` is a date like 2026-11-30."""
    known: dict[int, Suppression] = {}
    stale, expired = [], []
    places: dict[str, list[int]] = {}
    for index, one in enumerate(fingerprints):
        places.setdefault(one, []).append(index)
    for entry in entries:
        here = places.get(entry.fingerprint, [])
        if not here:
            stale.append(entry)
        elif entry.expires and entry.expires < today:
            expired.append(entry)
        else:
            some, places[entry.fingerprint] = here[: entry.times], here[entry.times :]
            known.update(dict.fromkeys(some, Suppression(BY_BASELINE, entry.reason, entry.expires)))
    return Matched(known, tuple(stale), tuple(expired))


def read_baseline(file: str, *, must: bool = True) -> Baseline:
    """Raises UsageError for a file that cannot be read or is no baseline; without ``must`` a missing one is empty."""
    import json

    try:
        with open(file, encoding="utf-8") as stream:
            document = json.load(stream)
    except FileNotFoundError:
        if must:
            raise UsageError(f"{file}: no such file; --write-baseline {file} makes it") from None
        return Baseline(file)
    except (OSError, UnicodeDecodeError, RecursionError, json.JSONDecodeError) as error:
        raise UsageError(f"{file} is no baseline: {error}") from None
    if not isinstance(document, dict) or document.get("baseline") != SCHEMA_VERSION:
        raise UsageError(f'{file} is no baseline: "baseline": {SCHEMA_VERSION} is missing')
    models = document.get("models")
    if not isinstance(models, dict) or not all(isinstance(entries, list) for entries in models.values()):
        raise UsageError(f"{file}: models must map paths to lists of entries")
    return Baseline(
        file, {path: tuple(_entry(one, f"{file}: {path}") for one in some) for path, some in models.items()}
    )


def _entry(value: Any, where: str) -> Entry:
    if not isinstance(value, dict) or not isinstance(value.get("fingerprint"), str):
        raise UsageError(f"{where}: an entry must have a fingerprint")
    unknown = sorted(value.keys() - set(Entry._fields))
    if unknown:
        raise UsageError(f"{where}: unknown key {unknown[0]!r}; there are {', '.join(Entry._fields)}")
    words = {key: value.get(key) or "" for key in _STRINGS}
    times = value.get("times", 1)
    if not all(isinstance(word, str) for word in words.values()) or not isinstance(times, int) or times < 1:
        raise UsageError(f"{where}: {value['fingerprint']}: times is a number from 1 on, anything else a string")
    if words["expires"] and not re.match(_DATE, words["expires"]):
        raise UsageError(
            f"{where}: {value['fingerprint']}: expires is a date like 2027-01-31, not {words['expires']!r}"
        )
    return Entry(value["fingerprint"], times=times, **words)


def written(before: Baseline, models: Iterable[Mapping[str, Any]]) -> str:
    """The text of a baseline that knows every finding of these models (of JSON documents) that the policy lets through.

    Reasons and dates of ``before`` stay with their entries; models that were not judged stay as they are.
    """
    import json

    found: dict[str, dict[str, Entry]] = {}
    for model in models:
        path = model_key(model["path"], before.file)
        told = {entry.fingerprint: entry for entry in before.models.get(path, ())}
        mine: dict[str, Entry] = {}
        for one in model["findings"]:
            if (one["suppressed"] or {}).get("by") in (None, BY_BASELINE):
                mark, old = one["fingerprint"], mine.get(one["fingerprint"])
                where = ", ".join(str(value) for key, value in one["where"].items() if key != "meta_graph")
                fresh = Entry(mark, one["rule"], one["message"], where)
                if old is not None:
                    mine[mark] = old._replace(times=old.times + 1)
                else:
                    kept = told.get(mark, fresh)
                    mine[mark] = fresh._replace(reason=kept.reason, expires=kept.expires)
        versions = found.setdefault(path, {})
        for mark, entry in mine.items():  # versions of one model: what any of them has
            if mark not in versions or versions[mark].times < entry.times:
                versions[mark] = entry
    kept_models = {path: {e.fingerprint: e for e in some} for path, some in before.models.items() if path not in found}
    whole = {path: list(some.values()) for path, some in sorted({**kept_models, **found}.items()) if some}
    document = {
        "baseline": SCHEMA_VERSION,
        "models": {path: [e._asdict() for e in some] for path, some in whole.items()},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"
