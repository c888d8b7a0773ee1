"""The form of the three lists: that each is what their README says. What a diagnosis makes of them is tested elsewhere."""

from __future__ import annotations

import re
from collections import Counter
from itertools import chain

import pytest

from tests.restoring.public_errors import CERTAINTIES, FILE, KINDS, LAST, MORE, UNKNOWN, PublicError, read_public_errors

LISTS = {file.stem: read_public_errors(file) for file in (FILE, MORE, LAST)}
TEXTS = tuple(chain.from_iterable(LISTS.values()))
THREAD = re.compile(r"https://github\.com/[\w.-]+/[\w.-]+/(issues|pull)/\d+")
each_text = pytest.mark.parametrize("text", TEXTS, ids=[text.url.removeprefix("https://github.com/") for text in TEXTS])
each_list = pytest.mark.parametrize("texts", LISTS.values(), ids=LISTS)


@each_text
def test_a_text_is_labelled_sourced_and_short(text: PublicError) -> None:
    assert text.kind in KINDS
    assert text.certainty in CERTAINTIES
    assert THREAD.fullmatch(text.url)
    assert text.source
    assert re.fullmatch(r"\S.*\.", text.why), "one line, one sentence or two"
    assert text.quote.strip()
    assert len(text.quote.splitlines()) <= 15
    assert len(text.quote) <= 1500


@each_text
def test_what_a_text_also_fits_is_another_kind(text: PublicError) -> None:
    assert set(text.also_fits) <= set(KINDS) - {text.kind}


def test_each_thread_is_quoted_once() -> None:
    twice = [url for url, number in Counter(text.url.lower() for text in TEXTS).items() if number > 1]
    assert twice == []


@each_list
def test_a_list_is_long_and_wide_enough(texts: tuple[PublicError, ...]) -> None:
    kinds = Counter(text.kind for text in texts)
    assert set(kinds) == set(KINDS)
    assert kinds[UNKNOWN] >= 12
    assert len(texts) - kinds[UNKNOWN] >= 60
    assert len({text.source for text in texts}) >= 10


def test_equal_words_under_two_kinds_are_said_to_be_undecidable() -> None:
    by_words: dict[str, list[PublicError]] = {}
    for text in TEXTS:
        by_words.setdefault(" ".join(text.quote.split()), []).append(text)
    for texts in by_words.values():
        kinds = {text.kind for text in texts}
        assert all(kinds - {text.kind} <= set(text.also_fits) for text in texts)


@each_list
def test_a_list_is_in_order(texts: tuple[PublicError, ...]) -> None:
    assert list(texts) == sorted(texts, key=lambda text: (KINDS.index(text.kind), text.url.lower()))
