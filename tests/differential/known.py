"""disagreements.toml, the disagreements that are known, and gates.toml, the numbers that must hold."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.differential.compare import Row

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

HERE = Path(__file__).parent
DISAGREEMENTS = HERE / "disagreements.toml"
GATES = HERE / "gates.toml"
NO_REASON = "not looked at yet"
HEADER = """\
# Where the verdict is not what TensorFlow did, by recorded environment. A disagreement counts, listed or not; one that is
# not listed here fails the tests, and so does one that is listed and is none any more.
# `make differential LIST=1` writes this file and keeps the reasons.
"""

Key = tuple[str, str, str, tuple[str, ...]]  # kind, loader, stage, environments


def load(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def keys(rows: Iterable[Row]) -> dict[Key, list[str]]:
    """The cases of the disagreements, by kind, loader, stage, and where they are."""
    releases: dict[tuple[str, str, str, str], set[str]] = {}
    for row in rows:
        if not row.agrees:
            releases.setdefault((row.kind, row.loader, row.stage, row.case), set()).add(row.release)
    found: dict[Key, list[str]] = {}
    for (kind, loader, stage, case), some in sorted(releases.items()):
        found.setdefault((kind, loader, stage, tuple(sorted(some))), []).append(case)
    return found


def listed() -> dict[Key, list[str]]:
    return {_key(entry): entry["cases"] for entry in load(DISAGREEMENTS).get("disagreement", [])}


def _key(entry: dict[str, Any]) -> Key:
    return entry["kind"], entry["loader"], entry["stage"], tuple(entry["releases"])


def write(rows: Iterable[Row]) -> None:
    """Lists what disagrees now, with the reasons that are given already."""
    old = load(DISAGREEMENTS).get("disagreement", [])
    reasons = {(entry["kind"], entry["loader"], entry["stage"]): entry["reason"] for entry in old}
    parts = [HEADER]
    for key, cases in keys(rows).items():
        kind, loader, stage, releases = key
        parts.append(
            f"\n[[disagreement]]\nkind = {json.dumps(kind)}\nloader = {json.dumps(loader)}\nstage = {json.dumps(stage)}\n"
            f"releases = {json.dumps(releases)}\nreason = {json.dumps(reasons.get((kind, loader, stage), NO_REASON))}\n"
            f"cases = {json.dumps(cases)}\n"
        )
    DISAGREEMENTS.write_text("".join(parts), encoding="utf-8")
