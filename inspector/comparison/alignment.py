"""Which node of one graph is which of the other: by what they do, what they read, and their place in the file.

A common beginning and a common end are cut off, what is unique on both sides splits the rest (patience diff), short rests
are aligned like lines of text; what is left over is matched by name. Cost: near-linear.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Hashable, Iterator, Sequence
from difflib import SequenceMatcher

_SHORT = 40_000  # pairs of nodes that are aligned like lines of text: the work may grow with the cube of the side
Role = Callable[[int], Hashable]  # the place of a node → what it is matched by


def aligned(left: Sequence[Hashable], right: Sequence[Hashable], roles: Sequence[tuple[Role, Role]]) -> dict[int, int]:
    """Place on the left → place on the right, for nodes of equal content in equal order; then, of what is left over, for
    those with equal roles, one kind of role after the other."""
    pairs = dict(_in_order(left, right))
    for role, its in roles:
        taken = set(pairs.values())
        waiting: dict[Hashable, list[int]] = {}
        for j in range(len(right) - 1, -1, -1):
            if j not in taken:
                waiting.setdefault(its(j), []).append(j)
        if not waiting:
            break
        for i in range(len(left)):
            if i not in pairs and (candidates := waiting.get(role(i))):
                pairs[i] = candidates.pop()
    return pairs


def _in_order(left: Sequence[Hashable], right: Sequence[Hashable]) -> Iterator[tuple[int, int]]:
    numbers: dict[Hashable, int] = {}
    one = [numbers.setdefault(key, len(numbers)) for key in left]
    other = [numbers.setdefault(key, len(numbers)) for key in right]
    waiting = [(0, len(one), 0, len(other))]
    while waiting:
        start, end, begin, stop = waiting.pop()
        while start < end and begin < stop and one[start] == other[begin]:
            yield start, begin
            start, begin = start + 1, begin + 1
        while start < end and begin < stop and one[end - 1] == other[stop - 1]:
            end, stop = end - 1, stop - 1
            yield end, stop
        if (end - start) * (stop - begin) <= _SHORT:
            blocks = SequenceMatcher(None, one[start:end], other[begin:stop], autojunk=False).get_matching_blocks()
            yield from ((start + i + k, begin + j + k) for i, j, size in blocks for k in range(size))
            continue
        last, its = start, begin
        for i, j in _anchors(one, other, range(start, end), range(begin, stop)):
            yield i, j
            waiting.append((last, i, its, j))
            last, its = i + 1, j + 1
        if (last, its) != (start, begin):
            waiting.append((last, end, its, stop))


def _anchors(one: list[int], other: list[int], places: range, others: range) -> list[tuple[int, int]]:
    """What occurs once on each side, the longest run of it that has one order."""
    once = _once(other, others)
    found = [(i, once[key]) for key, i in sorted(_once(one, places).items(), key=lambda item: item[1]) if key in once]
    tops: list[int] = []  # the smallest end of a run, by its length
    ends: list[int] = []  # which pair that is
    before: list[int] = []
    for at, (_, j) in enumerate(found):
        length = bisect_left(tops, j)
        before.append(ends[length - 1] if length else -1)
        tops[length : length + 1] = [j]
        ends[length : length + 1] = [at]
    run = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(found[at])
        at = before[at]
    return run[::-1]


def _once(keys: list[int], places: range) -> dict[int, int]:
    """Key → its place, of those that occur once."""
    found: dict[int, int] = {}
    for place in places:
        found[keys[place]] = -1 if keys[place] in found else place
    return {key: place for key, place in found.items() if place >= 0}
