"""Our plain table is tabulate's."""

from __future__ import annotations

import pytest
from tabulate import tabulate

from inspector.report.style import Style
from inspector.report.table import table

ROWS = {
    "narrow": [["  a", "b"]],
    "wide": [["  tf2", "loads in a moment"], ["  serving", "-"]],
    "lines": [["  one\n  two\n  three", "x"], ["  four", "y\nz"]],
    "empty cells": [["", ""], ["  a", ""]],
    "coloured": [["  \x1b[31mfails\x1b[0m", "\x1b[2mwhy\x1b[0m"], ["  loads", "because of nothing"]],
}


@pytest.mark.parametrize("colour", [False, True])
@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_like_tabulate(rows: list[list[str]], colour: bool) -> None:
    style = Style(colour)
    heads = ["  loader", "load"]
    painted = [style.head(head) for head in heads]
    theirs = tabulate(rows, headers=painted, tablefmt="plain", disable_numparse=True, preserve_whitespace=True)
    assert table(rows, heads, style) == theirs


def test_wide_characters_take_two_columns() -> None:
    first, second = table([["漢字", "x"], ["abcd", "x"]], ["a", "b"], Style(False)).splitlines()[1:]
    assert (first, second) == ("漢字  x", "abcd  x")
