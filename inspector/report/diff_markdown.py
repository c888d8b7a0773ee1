"""A comparison in Markdown, for a pull request: a comment there has at most 65,536 characters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import TYPE_CHECKING

from inspector.report.diff import facts, graph_lines, listed, places, value_rows, verdict
from inspector.report.markdown import escaped
from inspector.report.style import Style

if TYPE_CHECKING:
    from inspector.comparison import Comparison
    from inspector.comparison.bodies import Body

_TABLE = 12_000  # characters of a table
_GRAPHS = 30_000  # characters of graphs


def markdown_lines(found: Comparison, details: bool = False) -> Iterator[str]:
    """The verdict, a table of changes, the graphs that differ folded away, and both sides in a table."""
    yield f"### `{_code(found.old.path)}` → `{_code(found.new.path)}`"
    yield ""
    yield f"**{verdict(found)}**"
    if found.changes:
        yield from ("", "| class | code | change |", "|---|---|---|")
        yield from _within(_changes(found))
    if details:
        yield from _graphs(found)
    if found.values:
        (head, *rows), more = value_rows(found, details)
        yield from ("", _row(head), "|---|" + "---:|" * (len(head) - 1))
        yield from _within(map(_row, rows), more)
    for why in found.unjudged:
        yield from ("", f"not judged: {escaped(why)}")
    yield from ("", "| | old | new |", "|---|---|---|")
    for name, one, other in facts(found):
        yield f"| {name} | {escaped(one)} | {escaped(other)} |"


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(map(escaped, cells))} |"


def _within(rows: Iterable[str], left: int = 0) -> Iterator[str]:
    """The rows of a table that find room, and how many do not."""
    written = 0
    for row in rows:
        written += len(row)
        if written <= _TABLE:
            yield row
        else:
            left += 1
    if left:
        yield f"| and {left} more |"


def _changes(found: Comparison) -> Iterator[str]:
    for (change, _), more in listed(zip(found.changes, found.bodies, strict=True), False):
        said = "<br>".join(map(escaped, (change.message, *places(change, False))))
        yield f"| {change.level} | {change.code} | {said} |"
        if more:
            yield f"| {change.level} | {change.code} | and {more} more |"


def _graphs(found: Comparison) -> Iterator[str]:
    """Like a unified diff, which colours lines by their first character; a graph once, however many changes it makes."""
    shown: set[Body] = set()
    written = 0
    for change, bodies in zip(found.changes, found.bodies, strict=True):
        new = tuple(body for body in bodies if body not in shown)
        lines = [line.replace("~ ", "! ", 1) for line in graph_lines(new, Style(colour=False), shown)]
        written += sum(map(len, lines))
        if written > _GRAPHS:
            yield ""
            yield f"The graphs of {escaped(change.where)} and of what follows are left out: `diff --details` lists them."
            return
        if lines:
            head = f"<details><summary>{change.code} {escape(change.where)}</summary>"
            yield from ("", head, "", "```diff", *lines, "```", "</details>")


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")
