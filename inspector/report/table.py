"""A plain table for the terminal: left-aligned columns, as ``tabulate`` makes them with the format "plain".

Every check prints one, and importing tabulate costs 30 ms of 200: it imports importlib.metadata, and with it email and
zipfile, to learn its own version.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest

from inspector.report.style import Style

_COLOURS = r"\x1b\[\d+m"


def table(rows: Iterable[Sequence[str]], heads: Sequence[str], style: Style) -> str:
    """Cells may have colours and several lines. A column is two wider than its head at least."""
    painted = [style.head(text) for text in heads]
    lined = [[cell.split("\n") for cell in row] for row in (painted, *rows)]
    widths = [max(_width(line) for cell in column for line in cell) for column in zip(*lined, strict=True)]
    widths = [max(width, _width(head) + 2) for width, head in zip(widths, heads, strict=True)]
    return "\n".join(line for row in lined for line in _lines(row, widths))


def _lines(row: Sequence[list[str]], widths: Sequence[int]) -> Iterator[str]:
    for parts in zip_longest(*row, fillvalue=""):
        padded = [part + " " * (width - _width(part)) for part, width in zip(parts, widths, strict=True)]
        yield "  ".join(padded).rstrip()


def _width(text: str) -> int:
    """The columns of a terminal that a line takes."""
    bare = re.sub(_COLOURS, "", text)
    if bare.isascii():
        return len(bare)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(one) else 1 + (east_asian_width(one) in "WF") for one in bare)
