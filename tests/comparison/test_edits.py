"""The table of edits: exactly the changes that each makes, there and back, and nothing else."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from inspector.comparison import diff
from inspector.differences.difference import LOAD
from tests.comparison.edits import EDITS, Edit
from tests.differential.workbench import Copy

LOADS = ("DF410", "DF411")  # what became better of the class that is judged, not compared


@cache
def saved(base: str, folder: Path) -> str:
    Copy(base).save(f"{folder}/{base}")
    return f"{folder}/{base}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bases")


def told(old: str, new: str, wanted: tuple[str, ...]) -> list[str]:
    """The changes; what a load makes of an edit only where the edit is about loads."""
    about_loads = any(text[:5] in ("DF001", "DF002", *LOADS) for text in wanted)
    found = diff(old, new, tensorflow="2.21", loaders=["tf2"])
    changes = [c for c in found.changes if about_loads == (c.level == LOAD or c.code in LOADS)]
    return sorted(f"{change.code} {change.where}" for change in changes)


@pytest.mark.parametrize("one", EDITS, ids=lambda one: one.name)
def test_an_edit_makes_exactly_these_changes(one: Edit, folder: Path, tmp_path: Path) -> None:
    copy = Copy(one.base)
    one.make(copy)
    copy.save(f"{tmp_path}/edited")
    base, edited = saved(one.base, folder), f"{tmp_path}/edited"

    assert told(base, edited, one.there) == sorted(one.there)
    assert told(edited, base, one.back) == sorted(one.back)


def test_there_are_enough_edits() -> None:
    assert len({one.name for one in EDITS}) == len(EDITS) >= 60
