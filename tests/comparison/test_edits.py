"""The table of edits: exactly the changes that each makes, there and back, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.comparison import diff
from inspector.differences.registry import differences
from tests.comparison.edits import EDITS, Edit

TARGET = " (TensorFlow 2.21.0 on cpu)"
LOCKED = {"DF003", "DF306", "DF412"}  # what only a lock tells: test_contract.py
# What is added in one direction is removed in the other; a code that is not here is its own mirror.
MIRRORS = (
    {"DF001"}, {"DF410"}, {"DF002"}, {"DF411"}, {"DF101", "DF114"}, {"DF400"}, {"DF103", "DF404"}, {"DF104"},
    {"DF109"}, {"DF403"}, {"DF115"}, {"DF405"}, {"DF120"}, {"DF407"}, {"DF122"}, {"DF408"}, {"DF301"}, {"DF302"},
    {"DF204"}, {"DF205"},
)  # fmt: skip
WIDENED = {"DF107": {"DF107", "DF401"}, "DF401": {"DF107"}, "DF112": {"DF112", "DF402"}, "DF402": {"DF112"},
           "DF409": {"DF121"}, "DF121": {"DF121", "DF409"}, "DF406": {"DF100"}, "DF100": {"DF100", "DF406"}}  # fmt: skip


def told(old: Path, new: Path) -> list[str]:
    changes = diff(old, new, tensorflow="2.21").changes
    return sorted(f"{change.code} {change.where.replace(TARGET, '')}" for change in changes)


@pytest.mark.parametrize("one", EDITS, ids=lambda one: one.name)
def test_an_edit_makes_exactly_these_changes(one: Edit, tmp_path: Path) -> None:
    for copy, name in zip(one.sides(), ("base", "edited"), strict=True):
        copy.save(f"{tmp_path}/{name}")

    assert told(tmp_path / "base", tmp_path / "edited") == sorted(one.there)
    assert told(tmp_path / "edited", tmp_path / "base") == sorted(one.back)


@pytest.mark.parametrize("one", EDITS, ids=lambda one: one.name)
def test_what_is_added_in_one_direction_is_removed_in_the_other(one: Edit) -> None:
    there, back = ([text[:5] for text in side] for side in (one.there, one.back))
    for code in there:
        assert not back or mirrors(code) & set(back), f"{code} has no mirror in {back}"
    paired = [(MIRRORS[i], MIRRORS[i + 1]) for i in range(0, len(MIRRORS), 2)]
    for removed, added in paired:
        renamed_default = removed == {"DF101", "DF114"} and "DF102" in there + back
        if not renamed_default:
            assert sum(code in removed for code in there) == sum(code in added for code in back)
            assert sum(code in added for code in there) == sum(code in removed for code in back)


def mirrors(code: str) -> set[str]:
    if code in WIDENED:
        return WIDENED[code]
    place = next((place for place, codes in enumerate(MIRRORS) if code in codes), None)
    if code == "DF114":
        return {"DF400", "DF102"}
    return {code} if place is None else MIRRORS[place ^ 1]


def test_there_are_enough_edits() -> None:
    assert len({one.name for one in EDITS}) == len(EDITS) >= 100


def test_every_code_is_in_the_table() -> None:
    known = {text[:5] for one in EDITS for text in (*one.there, *one.back)}

    assert set(differences()) - known == LOCKED
