"""A comparison in Markdown, for a pull request: a comment there has at most 65,536 characters."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from inspector.report.diff import TENSORS, facts, folded, furthest_first, graph_lines, verdict
from inspector.report.markdown import escaped
from inspector.report.style import Style

if TYPE_CHECKING:
    from inspector.comparison import Comparison
    from inspector.comparison.bodies import Body

_KEPT = 40_000  # characters of graphs


def markdown_lines(found: Comparison, details: bool = False) -> Iterator[str]:
    """The verdict, a table of changes, the graphs that differ folded away, and both sides in a table."""
    yield f"### `{_code(found.old.path)}` → `{_code(found.new.path)}`"
    yield ""
    yield f"**{verdict(found)}**"
    if found.changes:
        yield from ("", "| class | code | change |", "|---|---|---|")
        for change, _ in folded(zip(found.changes, found.bodies, strict=True)):
            yield f"| {change.level} | {change.code} | {escaped(change.message)} |"
    if details:
        yield from _graphs(found)
    if found.values:
        yield from _values(found, details)
    for why in found.unjudged:
        yield from ("", f"not judged: {escaped(why)}")
    yield from ("", "| | old | new |", "|---|---|---|")
    for name, one, other in facts(found):
        yield f"| {name} | {escaped(one)} | {escaped(other)} |"


def _graphs(found: Comparison) -> Iterator[str]:
    """Like a unified diff, which colours lines by their first character; a graph once, however many changes it makes."""
    shown: set[Body] = set()
    written = 0
    for change, bodies in zip(found.changes, found.bodies, strict=True):
        new = tuple(body for body in bodies if body not in shown)
        lines = [line.replace("~ ", "! ", 1) for line in graph_lines(new, Style(colour=False), shown)]
        written += sum(map(len, lines))
        if written > _KEPT:
            yield from (
                "",
                f"The graphs of {escaped(change.where)} and of what follows are left out: `diff --details` lists them.",
            )
            return
        if lines:
            yield from (
                "",
                f"<details><summary>{change.code} {escape(change.where)}</summary>",
                "",
                "```diff",
                *lines,
                "```",
            )
            yield "</details>"


def _values(found: Comparison, details: bool) -> Iterator[str]:
    ordered = furthest_first(found)
    shown = ordered if details else ordered[:TENSORS]
    yield from ("", "| tensor | difference |", "|---|---|")
    if found.total is not None:
        yield f"| all of them | {found.total} |"
    for one in shown:
        yield f"| {escaped(one.name)} | {escaped(str(one.distance or one.why))} |"
    if len(shown) < len(ordered):
        yield f"| and {len(ordered) - len(shown)} more | |"


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")
