"""Graph against graph: which ops were added, removed and changed, attr by attr, functions within functions.

Nodes are aligned by what they do and by their place in the file, not by name: a common beginning and a common end are cut
off first, then the rest is aligned like lines of text; what is left over is matched by name without counters. Where the
rest is too long for that, names alone decide, so that the cost stays near-linear.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator
from difflib import SequenceMatcher

from inspector.canonical.form import Canonical
from inspector.canonical.kinds import said
from inspector.canonical.names import function_base, without_counters
from inspector.canonical.tensors import tensor_bytes
from inspector.comparison.numeric import summarised
from inspector.model import text_values
from inspector.model.graph import Graph, Kind
from inspector.named_tuple import NamedTuple

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
_ALIGNED = 40_000  # pairs of nodes that are aligned like lines of text: the work may grow with the cube of the side
_MAIN = ""


class OpChange(NamedTuple):
    """One op that was added, removed or changed. ``attrs`` and ``inputs`` are (name or place, old, new), spelled."""

    what: str
    op: str
    name: str
    attrs: tuple[tuple[str, str, str], ...] = ()
    inputs: tuple[tuple[str, str, str], ...] = ()


class Body(NamedTuple):
    """The changes of one graph: ``function`` is the name that a pair of functions has without counters, "" for the main
    graph."""

    function: str
    changes: tuple[OpChange, ...]

    def counts(self) -> dict[tuple[str, str], int]:
        """(what, op) → how many."""
        found: dict[tuple[str, str], int] = {}
        for change in self.changes:
            found[change.what, change.op] = found.get((change.what, change.op), 0) + 1
        return found


def summary(bodies: Iterable[Body]) -> str:
    """``: +1 Relu, -1 Relu6, ~2 Const``"""
    total: dict[tuple[str, str], int] = {}
    for body in bodies:
        for key, count in body.counts().items():
            total[key] = total.get(key, 0) + count
    signs = {ADDED: "+", REMOVED: "-", CHANGED: "~"}
    parts = [f"{signs[what]}{count} {op}" for (what, op), count in sorted(total.items())]
    shown = ", ".join(parts[:8]) + (f" and {len(parts) - 8} more kinds" if len(parts) > 8 else "")
    return f": {shown}" if shown else ""


class Bodies:
    """Compares graphs of two MetaGraphs; each pair of functions once."""

    __slots__ = ("_kinds", "_pairs", "new", "old")

    def __init__(self, old: Canonical, new: Canonical) -> None:
        self.old = old
        self.new = new
        self._pairs: dict[tuple[str, str], tuple[Body, ...]] = {}
        self._kinds: dict[Kind, Hashable] = {}

    def main(self, old_nodes: Iterable[int], new_nodes: Iterable[int]) -> tuple[Body, ...]:
        """The main graphs, as far as these nodes, and the functions below that differ."""
        left = _Side(self.old.meta.graph, sorted(old_nodes))
        right = _Side(self.new.meta.graph, sorted(new_nodes))
        names = [{label: name for name, label in side.computation.labels.items()} for side in (self.old, self.new)]
        common = [label for label in names[0] if label in names[1]]
        left.arguments, right.arguments = ([side[label] for label in common] for side in names)
        return self._compare(_MAIN, left, right, [], set())

    def functions(self, old: str, new: str) -> tuple[Body, ...]:
        """A pair of functions, and those below that differ."""
        return self._functions(old, new, [], set())

    def _functions(self, old: str, new: str, found: list[Body], seen: set[tuple[str, str]]) -> tuple[Body, ...]:
        one, other = self.old.meta.function(old), self.new.meta.function(new)
        if one is None or other is None or (old, new) in seen:
            return tuple(found)
        seen.add((old, new))
        left = _Side(one.body, _alive(one.body, [*one.ret.values(), *one.control_ret.values()]))
        right = _Side(other.body, _alive(other.body, [*other.ret.values(), *other.control_ret.values()]))
        for side, function in ((left, one), (right, other)):
            side.results = {arg.name: function.ret.get(arg.name, "") for arg in function.signature.output_arg}
            side.arguments = [arg.name for arg in function.signature.input_arg]
        return self._compare(function_base(new), left, right, found, seen)

    def _compare(
        self, function: str, old: _Side, new: _Side, found: list[Body], seen: set[tuple[str, str]]
    ) -> tuple[Body, ...]:
        below: list[tuple[str, str]] = []
        changes = tuple(self._changes(old, new, below))
        if changes:
            found.append(Body(function, changes))
        for pair in below:
            self._functions(*pair, found, seen)
        return tuple(found)

    def _changes(self, old: _Side, new: _Side, below: list[tuple[str, str]]) -> Iterator[OpChange]:
        left = [self._key(old.graph.kinds[at]) for at in old.nodes]
        right = [self._key(new.graph.kinds[at]) for at in new.nodes]
        pairs = _align(old, new, left, right)
        partner = {old.graph.names[old.nodes[i]]: new.graph.names[new.nodes[j]] for i, j in pairs.items()}
        partner.update(zip(old.arguments, new.arguments, strict=False))
        origin = {after: before for before, after in partner.items()}
        backwards = {j: i for i, j in pairs.items()}
        gone = deque(i for i in range(len(left)) if i not in pairs)
        for j, at in enumerate(new.nodes):
            while gone and j in backwards and gone[0] < backwards[j]:
                yield self._whole(REMOVED, old, old.nodes[gone.popleft()])
            if j not in backwards:
                yield self._whole(ADDED, new, at)
                continue
            before = old.nodes[backwards[j]]
            change = self._pair(old, before, new, at, partner, origin, below)
            if change is not None:
                yield change
        for i in gone:
            yield self._whole(REMOVED, old, old.nodes[i])
        yield from _results(old, new, partner)

    def _key(self, kind: Kind) -> Hashable:
        found = self._kinds.get(kind)
        if found is None:
            found = self._kinds[kind] = (kind.op, said(kind, function_base))
        return found

    def _whole(self, what: str, side: _Side, at: int) -> OpChange:
        kind = side.graph.kinds[at]
        attrs = tuple((name, "", _spelled(kind, name)) for name, _ in said(kind, function_base))
        return OpChange(what, kind.op, side.graph.names[at], attrs)

    def _pair(
        self, old: _Side, before: int, new: _Side, after: int, partner: dict[str, str], origin: dict[str, str],
        below: list[tuple[str, str]],
    ) -> OpChange | None:  # fmt: skip
        one, other = old.graph.kinds[before], new.graph.kinds[after]
        attrs: list[tuple[str, str, str]] = []
        if one is not other and self._key(one) != self._key(other):
            left, right = dict(said(one, function_base)), dict(said(other, function_base))
            for name in sorted({*left, *right}):
                if left.get(name) != right.get(name):
                    attrs.append((name, *_both(one, other, name)))
        self._descend(one, other, below)
        inputs = []
        given, wanted = old.graph.inputs[before], new.graph.inputs[after]
        for place in range(max(len(given), len(wanted))):
            was = given[place] if place < len(given) else ""
            now = wanted[place] if place < len(wanted) else ""
            if _translated(was, partner) != now.removesuffix(":0") and not _both_controls(was, now):
                inputs.append((str(place), was or "none", now or "none"))
        if not attrs and not inputs:
            return None
        return OpChange(CHANGED, other.op, new.graph.names[after], tuple(attrs), tuple(inputs))

    def _descend(self, one: Kind, other: Kind, below: list[tuple[str, str]]) -> None:
        """Functions that aligned nodes call, where they differ."""
        library, its = self.old.meta.library.by_name, self.new.meta.library.by_name
        called = (*one.functions, *([one.op] if one.op in library else []))
        calls = (*other.functions, *([other.op] if other.op in its else []))
        for name, its_name in zip(called, calls, strict=False):
            known = name in library and its_name in its
            if known and self.old.computation.function(name) != self.new.computation.function(its_name):
                below.append((name, its_name))


class _Side:
    """A graph of one model, and those of its nodes that run, in file order."""

    __slots__ = ("arguments", "graph", "nodes", "results")

    def __init__(self, graph: Graph, nodes: list[int]) -> None:
        self.graph = graph
        self.nodes = nodes
        self.arguments: list[str] = []
        self.results: dict[str, str] = {}

    def name(self, place: int) -> Hashable:
        at = self.nodes[place]
        return self.graph.kinds[at].op, self.graph.names[at]

    def role(self, place: int) -> Hashable:
        """The op and the name without counters."""
        at = self.nodes[place]
        return self.graph.kinds[at].op, without_counters(self.graph.names[at])

    def op(self, place: int) -> Hashable:
        return self.graph.kinds[self.nodes[place]].op


def _alive(graph: Graph, roots: Iterable[str]) -> list[int]:
    positions = graph.index()
    todo = [tensor.partition(":")[0] for tensor in roots]
    seen: set[int] = set()
    while todo:
        at = positions.get(todo.pop())
        if at is not None and at not in seen:
            seen.add(at)
            todo += [tensor.lstrip("^").partition(":")[0] for tensor in graph.inputs[at]]
    return sorted(seen)


def _align(left: _Side, right: _Side, keys: list[Hashable], its: list[Hashable]) -> dict[int, int]:
    """Place on the left → place on the right."""
    start, end = 0, 0
    shorter = min(len(keys), len(its))
    while start < shorter and keys[start] == its[start]:
        start += 1
    while end < shorter - start and keys[-1 - end] == its[-1 - end]:
        end += 1
    pairs = {i: i for i in range(start)}
    pairs.update((len(keys) - 1 - i, len(its) - 1 - i) for i in range(end))
    rest, others = range(start, len(keys) - end), range(start, len(its) - end)
    if len(rest) * len(others) <= _ALIGNED:
        numbers: dict[Hashable, int] = {}
        one = [numbers.setdefault(keys[i], len(numbers)) for i in rest]
        other = [numbers.setdefault(its[j], len(numbers)) for j in others]
        for i, j, size in SequenceMatcher(None, one, other, autojunk=False).get_matching_blocks():
            pairs.update((start + i + k, start + j + k) for k in range(size))
    # What is left over: equal nodes of one name, of one name but for counters; changed nodes of one name; equal nodes.
    for by_name, by_key in ((_Side.name, True), (_Side.role, True), (_Side.role, False), (_Side.op, True)):
        taken = set(pairs.values())
        waiting: dict[Hashable, list[int]] = {}
        for j in reversed(others):
            if j not in taken:
                waiting.setdefault((by_name(right, j), by_key and its[j]), []).append(j)
        for i in rest:
            if i not in pairs and (candidates := waiting.get((by_name(left, i), by_key and keys[i]))):
                pairs[i] = candidates.pop()
    return pairs


def _translated(tensor: str, partner: dict[str, str]) -> str:
    """How the new graph names a tensor of the old one; a name without partner stays, and then differs or not."""
    mark = "^" if tensor[:1] == "^" else ""
    name, colon, output = tensor.removeprefix("^").removesuffix(":0").partition(":")
    return f"{mark}{partner.get(name, chr(0) + name)}{colon}{output}" if tensor else ""


def _both_controls(was: str, now: str) -> bool:
    return was[:1] == "^" and now[:1] == "^"


def _results(old: _Side, new: _Side, partner: dict[str, str]) -> Iterator[OpChange]:
    """Results of a function that come from another node."""
    for (name, was), (_, now) in zip(old.results.items(), new.results.items(), strict=False):
        if _translated(was, partner) != now.removesuffix(":0"):
            yield OpChange(CHANGED, "result", name, (), ((name, was, now),))


def _spelled(kind: Kind, name: str) -> str:
    attr = kind.attrs.get(name)
    return text_values.attr(attr.proto) if attr is not None else "default"


def _both(old: Kind, new: Kind, name: str) -> tuple[str, str]:
    """An attr of two kinds, spelled; tensors with how they differ."""
    one, other = old.attrs.get(name), new.attrs.get(name)
    before, after = _spelled(old, name), _spelled(new, name)
    if one is not None and other is not None and one.kind == other.kind == "tensor":
        left, right = one.proto.tensor, other.proto.tensor
        if left.dtype == right.dtype:
            raws = tensor_bytes(left), tensor_bytes(right)
            if raws[0] is not None and raws[1] is not None and len(raws[0]) == len(raws[1]):
                after += f" ({summarised(raws[0], raws[1], left.dtype)})"
    return before, after
