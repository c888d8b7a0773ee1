"""A comparison as text and JSON: the classes worst first, then both sides in a table."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from inspector.differences.difference import CALLERS, CLASSES, COMPATIBLE, LOAD, METADATA, NUMBERS, SAME, WEIGHTS
from inspector.report.style import Style
from inspector.report.text import size

if TYPE_CHECKING:
    from inspector.comparison import Change, Comparison
    from inspector.comparison.bodies import Body, OpChange
    from inspector.comparison.computation import Told
    from inspector.comparison.environment import Environment
    from inspector.comparison.numeric import Distance
    from inspector.comparison.values import Moved

TITLES = {
    LOAD: "no longer loads or runs", CALLERS: "breaks callers", NUMBERS: "computes otherwise", WEIGHTS: "other weights",
    COMPATIBLE: "compatible", METADATA: "metadata", SAME: "no difference",
}  # fmt: skip
UNKNOWN = "unknown"
_FOLDED = ("key", "loader")  # in a change's data: what several changes may differ in alone
_PLACES = 10
_ALIKE = 20  # changes of one code that are listed without --details
_TENSORS = 20  # whose values are shown without --details
_MEASURES = ("differ", "max", "mean", "relative", "cosine", "not finite")
_OPS = 200  # of one graph
_MARKS = {"added": "+", "removed": "-", "changed": "~"}
_SCALE = 90  # characters of a value


def written(found: Comparison, form: str, style: Style, *, details: bool = False) -> str:
    """The comparison in one format."""
    if form == "json":
        import json

        return json.dumps(found.as_dict(), indent=1, ensure_ascii=False) + "\n"
    if form == "markdown":
        from inspector.report.diff_markdown import markdown_lines

        return "\n".join(markdown_lines(found, details)) + "\n"
    return "\n".join(text_lines(found, style, details)) + "\n"


def verdict(found: Comparison) -> str:
    """ "breaks callers: 2 changes, suggested version bump: major" """
    partly = ", but not everything was judged" if found.unjudged else ""
    if not found.changes:
        return TITLES[SAME] + partly
    count = len(found.changes)
    return f"{TITLES[found.worst]}: {count} change{'s' * (count != 1)}, suggested version bump: {found.bump}{partly}"


def text_lines(found: Comparison, style: Style, details: bool = False) -> Iterator[str]:
    """For people at a terminal."""
    paint = {LOAD: style.bad, CALLERS: style.bad, NUMBERS: style.warn, SAME: style.good, COMPATIBLE: style.good}
    yield f"old  {style.title(found.old.path)}"
    yield f"new  {style.title(found.new.path)}"
    yield f"     {(style.warn if found.unjudged else paint.get(found.worst, style.head))(verdict(found))}"
    shown: set[Body] = set()
    for level, pairs in _by_class(found):
        yield ""
        yield f"{paint.get(level, style.head)(TITLES[level])}"
        for (change, bodies), more in listed(pairs, details):
            yield f"  {style.title(change.code)}  {change.message}"
            yield from (f"         {line}" for line in places(change, details))
            if details:
                yield from (f"         {line}" for line in graph_lines(bodies, style, shown))
            if more:
                yield f"  {style.title(change.code)}  and {more} more"
    if any(found.bodies) and not details:
        yield "  (--details lists the ops)"
    if found.values:
        yield ""
        yield from _values(found, style, details)
    for why in found.unjudged:
        yield f"{style.bad('not judged')}: {why}"
    yield ""
    yield from _table(found, style)


def _values(found: Comparison, style: Style, details: bool) -> Iterator[str]:
    rows, more = value_rows(found, details)
    widths = [max(map(len, column)) for column in zip(*[row for row in rows if len(row) == len(rows[0])], strict=True)]
    for place, row in enumerate(rows):
        line = "  ".join(f"{cell:{width}}" for cell, width in zip(row, widths, strict=False)).rstrip()
        yield style.head(line) if place == 0 else line
    if more:
        yield f"and {more} more"


def value_rows(found: Comparison, details: bool) -> tuple[list[tuple[str, ...]], int]:
    """A table of how far the tensors moved: its head, all of them as one, then the furthest first; those that could not be
    measured come last, with the reason. And how many are left out."""
    ordered = _furthest_first(found)
    shown = ordered if details else ordered[:_TENSORS]
    measured = [("all of them", found.total), *[(one.name, one.distance) for one in shown]]
    rows: list[tuple[str, ...]] = [("values of what changed", *_MEASURES)]
    rows += [(name, *_measures(distance)) for name, distance in measured if distance is not None]
    if all(row[-1] == "" for row in rows[1:]):
        rows = [row[:-1] for row in rows]
    return [*rows, *[(one.name, one.why) for one in shown if one.distance is None]], len(ordered) - len(shown)


def _furthest_first(found: Comparison) -> list[Moved]:
    """The tensors that were measured by how far they moved; those that could not be measured come first."""
    return sorted(found.values, key=lambda one: -(one.distance.relative or 0.0) if one.distance else -math.inf)


def _measures(distance: Distance) -> tuple[str, ...]:
    known = [("-" if value is None else f"{value:.{digits}g}")
             for value, digits in ((distance.relative, 3), (distance.cosine, 6))]  # fmt: skip
    lost = f"{distance.not_finite:,}" if distance.not_finite else ""
    differ = f"{distance.differing:,} of {distance.total:,}"
    return differ, f"{distance.max_abs:.3g}", f"{distance.mean_abs:.3g}", *known, lost


def _by_class(found: Comparison) -> Iterator[tuple[str, list[tuple[Change, tuple[Body, ...]]]]]:
    pairs = list(zip(found.changes, found.bodies, strict=True))
    for level in CLASSES:
        some = [pair for pair in pairs if pair[0].level == level]
        if some:
            yield level, some


def listed(pairs: Iterable[Told], details: bool) -> Iterator[tuple[Told, int]]:
    """Each change that is shown, and after the last one of its code how many more of it there are."""
    for _, alike in groupby(pairs if details else _folded(pairs), key=lambda told: told[0].code):
        told = list(alike)
        kept = told if details or len(told) <= _ALIKE else told[:_ALIKE]
        yield from ((one, 0) for one in kept[:-1])
        yield kept[-1], len(told) - len(kept)


def _folded(pairs: Iterable[Told]) -> list[Told]:
    """Changes that say the same of several signatures or loaders as one, of all of them."""
    found: dict[object, list[Told]] = {}
    for number, (change, bodies) in enumerate(pairs):
        named = next((name for name in _FOLDED if name in change.data), "")
        rest = tuple(sorted((name, str(value)) for name, value in change.data.items() if name != named))
        found.setdefault((change.code, named, rest) if named else number, []).append((change, bodies))
    return [_as_one(told) for told in found.values()]


def _as_one(told: list[Told]) -> Told:
    change, bodies = told[0]
    named = next((name for name in _FOLDED if name in change.data), "")
    if len(told) == 1 or not named:
        return change, bodies
    all_of_them = ", ".join(str(one.data[named]) for one, _ in told)
    return change._replace(data={**change.data, named: all_of_them}), bodies


def places(change: Change, details: bool) -> Iterator[str]:
    if change.code != "DF300":
        return
    shown = change.places if details else change.places[:_PLACES]
    yield from shown
    if len(shown) < len(change.places):
        yield f"and {len(change.places) - len(shown)} more"


def graph_lines(bodies: tuple[Body, ...], style: Style, shown: set[Body]) -> Iterator[str]:
    """Like a unified diff: a head for each graph, a mark for each op. A graph that was shown before is only named."""
    for body in bodies:
        again = " as above" if body in shown else ""
        yield style.head(f"@@ {body.function or 'main graph'} @@{again}")
        if again:
            continue
        shown.add(body)
        for change in body.changes[:_OPS]:
            paint = {"+": style.good, "-": style.bad}.get(_MARKS[change.what], style.warn)
            for line in _op(change):
                yield paint(line)
        if len(body.changes) > _OPS:
            yield f"and {len(body.changes) - _OPS} more ops"


def _op(change: OpChange) -> Iterator[str]:
    mark = _MARKS[change.what]
    if change.what != "changed":
        attrs = ", ".join(f"{name}: {_cut(value)}" for name, _, value in change.attrs)
        yield f"{mark} {change.name} = {change.op}" + (f" {{{attrs}}}" if attrs else "")
        return
    yield f"{mark} {change.name} = {change.op}"
    for name, old, new in change.attrs:
        yield f"    {name}: {_cut(old)} -> {_cut(new)}"
    for place, old, new in change.inputs:
        yield f"    input {place}: {old} -> {new}" if change.op != "result" else f"    {old} -> {new}"


def _cut(text: str) -> str:
    """A value, its middle left out where it is long; what stands in brackets after it stays."""
    head, bracket, tail = text.partition(" (")
    head = head if len(head) <= _SCALE else f"{head[: _SCALE - 20]} ... {head[-15:]}"
    return f"{head}{bracket}{tail}"


def facts(found: Comparison) -> list[tuple[str, str, str]]:
    """What both sides are, one fact a row."""
    columns = [_side_facts(side, bool(report.model.meta_graphs))
               for side, report in zip(found.environments, (found.old, found.new), strict=True)]  # fmt: skip
    oldest = sorted({*found.environments[0].oldest, *found.environments[1].oldest})
    for column, side in zip(columns, found.environments, strict=True):
        column.update((f"oldest for {name}", side.oldest.get(name, UNKNOWN)) for name in oldest)
    return [(name, one, columns[1][name]) for name, one in columns[0].items()]


def _side_facts(side: Environment, read: bool) -> dict[str, str]:
    """What one side is; of a model that cannot be read only its size is known."""
    found = {
        "saved by TensorFlow": side.saved_by or UNKNOWN,
        "producer": str(side.producer),
        "companion packages": ", ".join(side.packages) or "none",
        "size on disk": size(side.disk),
        "parameters": f"{side.parameters:,}",
        "estimated memory": size(side.memory),
        "nodes": f"{side.nodes:,}",
        "functions": f"{side.functions:,}",
    }
    return found if read else {name: value if name == "size on disk" else UNKNOWN for name, value in found.items()}


def _table(found: Comparison, style: Style) -> Iterator[str]:
    rows = facts(found)
    widths = [max(len(row[i]) for row in [("", "old", "new"), *rows]) for i in (0, 1)]
    yield style.head(f"{'':{widths[0]}}  {'old':{widths[1]}}  new")
    for name, one, other in rows:
        line = f"{name:{widths[0]}}  {one:{widths[1]}}  {other}"
        yield line if one == other else style.title(line)
