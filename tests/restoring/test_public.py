"""``diagnose`` on the three lists of public error texts, by the text alone.

The lists were labelled by people who did not see the classifier, and README.md tells what its first run on each was, before
its author had read the list: 54 of 83, 87 of 112, and 72 of 92. The texts have been seen since, so the gates below hold what was
reached, and judge nothing anew.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from inspector.restoring.diagnosis import Diagnosis, diagnose
from inspector.restoring.kinds import SURE
from tests.restoring.public_errors import FILE, LAST, MORE, UNKNOWN, PublicError, read_public_errors

REACHED = {FILE: 80, MORE: 108, LAST: 90}
RIGHT = 0.9
each_list = pytest.mark.parametrize("file", REACHED, ids=lambda file: file.stem)


@cache
def judged(file: Path) -> tuple[tuple[PublicError, Diagnosis], ...]:
    return tuple((text, diagnose(text.quote)) for text in read_public_errors(file))


def wrong(file: Path) -> list[tuple[PublicError, Diagnosis]]:
    return [(text, found) for text, found in judged(file) if found.kind != text.kind]


@each_list
def test_right_class(file: Path) -> None:
    """``also_fits`` counts for nothing."""
    for text, found in wrong(file):
        print(f"{text.url}: {text.kind}, said {found.kind} ({found.certainty}, {found.code})")

    right = len(judged(file)) - len(wrong(file))
    assert right >= REACHED[file]
    assert right >= RIGHT * len(judged(file))


@each_list
def test_none_is_wrong_and_sure(file: Path) -> None:
    assert [text.url for text, found in wrong(file) if found.certainty == SURE] == []


@each_list
def test_what_is_not_about_restoring_stays_unknown(file: Path) -> None:
    """Nothing is said that could be taken for a cure of a model."""
    unrelated = [(text, found) for text, found in judged(file) if text.kind == UNKNOWN]

    assert unrelated
    for text, found in unrelated:
        assert found.kind == UNKNOWN, text.url
        assert not found.packages
