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
# Where the verdict for the pinned TensorFlow is not what TensorFlow did. A disagreement counts, listed or not; one that
# is not listed here fails the tests, and so does one that is listed and is none any more.
# `make differential LIST=1` writes this file and keeps the reasons.
"""


def load(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def keys(rows: Iterable[Row]) -> dict[tuple[str, str, str], list[str]]:
    """The cases of the disagreements, by kind, loader and stage."""
    found: dict[tuple[str, str, str], set[str]] = {}
    for row in rows:
        if not row.agrees:
            found.setdefault((row.kind, row.loader, row.stage), set()).add(row.case)
    return {key: sorted(cases) for key, cases in sorted(found.items())}


def listed() -> dict[tuple[str, str, str], list[str]]:
    return {
        (entry["kind"], entry["loader"], entry["stage"]): entry["cases"]
        for entry in load(DISAGREEMENTS).get("disagreement", [])
    }


def write(rows: Iterable[Row]) -> None:
    """Lists what disagrees now, with the reasons that are given already."""
    old = load(DISAGREEMENTS).get("disagreement", [])
    reasons = {(entry["kind"], entry["loader"], entry["stage"]): entry["reason"] for entry in old}
    parts = [HEADER]
    for key, cases in keys(rows).items():
        kind, loader, stage = key
        parts.append(
            f"\n[[disagreement]]\nkind = {json.dumps(kind)}\nloader = {json.dumps(loader)}\nstage = {json.dumps(stage)}\n"
            f"reason = {json.dumps(reasons.get(key, NO_REASON))}\ncases = {json.dumps(cases)}\n"
        )
    DISAGREEMENTS.write_text("".join(parts), encoding="utf-8")
