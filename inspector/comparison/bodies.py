"""Graph against graph: which ops were added, removed and changed, attr by attr, functions within functions.

Nodes are aligned by what they do and which variables they read, not by name. What a function's arguments are is known
from the call that led to it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from inspector.canonical.form import Canonical
from inspector.canonical.graphs import CALLS, Computation, own_attrs
from inspector.canonical.kinds import said
from inspector.canonical.names import function_base, without_counters
from inspector.canonical.tensors import tensor_bytes
from inspector.comparison.alignment import aligned
from inspector.comparison.numeric import summarised
from inspector.model import text_values
from inspector.model.graph import Function, Graph, Kind
from inspector.named_tuple import NamedTuple
from inspector.topology.restores import VARIABLES

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
NOTHING = "none"
_MAIN = ""
_BRANCHES = ("If", "StatelessIf", "Case", "StatelessCase")  # their first input is no argument of the functions
_SCOPES = 3  # that a summary names
_READERS = 3  # inputs of an op that is told from others by the variables that it reads; calls have more

Pairs = Sequence[tuple[str, str]]  # arguments of two functions that are given the same


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
        """(what, op) → how many; calls that only pass more or less on are left out."""
        found: dict[tuple[str, str], int] = {}
        for change in self.changes:
            if change.attrs or change.op not in CALLS or change.what != CHANGED:
                found[change.what, change.op] = found.get((change.what, change.op), 0) + 1
        return found


def summary(bodies: Sequence[Body]) -> str:
    """``: +1 Relu, -1 Relu6, ~2 Const in model/dense``"""
    total: dict[tuple[str, str], int] = {}
    for body in bodies:
        for key, count in body.counts().items():
            total[key] = total.get(key, 0) + count
    signs = {ADDED: "+", REMOVED: "-", CHANGED: "~"}
    parts = [f"{signs[what]}{count} {op}" for (what, op), count in sorted(total.items())]
    shown = ", ".join(parts[:8]) + (f" and {len(parts) - 8} more kinds" if len(parts) > 8 else "")
    return f": {shown}{_scopes(bodies)}" if shown else ""


def _scopes(bodies: Iterable[Body]) -> str:
    """The name scopes that the ops are in: layers, where Keras made them; those of added and removed ops first."""
    found: dict[str, bool] = {}
    for body in bodies:
        for change in body.changes:
            scope = without_counters(change.name.rpartition("/")[0])
            if scope and change.op not in VARIABLES and (change.op not in CALLS or change.attrs):
                found[scope] = found.get(scope, False) or change.what != CHANGED
    names = [scope for scope, whole in found.items() if whole] or list(found)
    names = [scope for scope in names if not any(scope.startswith(f"{other}/") for other in names)]
    more = f" and {len(names) - _SCOPES} more scopes" if len(names) > _SCOPES else ""
    return f" in {', '.join(names[:_SCOPES])}{more}" if names else ""


class Bodies:
    """Compares graphs of two MetaGraphs."""

    __slots__ = ("_compared", "new", "old")

    def __init__(self, old: Canonical, new: Canonical) -> None:
        self.old = old
        self.new = new
        self._compared: dict[Hashable, tuple[tuple[OpChange, ...], list[tuple[str, str, Pairs]]]] = {}

    def main(
        self, old: Iterable[int], new: Iterable[int], results: tuple[Mapping[str, str], Mapping[str, str]] = ({}, {})
    ) -> tuple[Body, ...]:
        """The main graphs, as far as these nodes, and the functions below that differ. ``results`` are the tensors that
        one asks for, by the same names."""
        left, right = (
            _Side(side.meta.graph, sorted(nodes), side.computation.labels, its, side.computation)
            for side, nodes, its in zip((self.old, self.new), (old, new), results, strict=True)
        )
        below: list[tuple[str, str, Pairs]] = []
        return self._found(_MAIN, tuple(self._changes(left, right, below)), below, set())

    def functions(self, old: str, new: str, pairs: Pairs) -> tuple[Body, ...]:
        """A pair of functions, and those below that differ."""
        return tuple(self._functions(old, new, pairs, set()))

    def _functions(self, old: str, new: str, pairs: Pairs, seen: set[tuple[str, str]]) -> Iterator[Body]:
        one, other = self.old.meta.function(old), self.new.meta.function(new)
        if one is None or other is None or (old, new) in seen:
            return
        seen.add((old, new))
        key = old, new, frozenset(pairs)
        if key not in self._compared:
            below: list[tuple[str, str, Pairs]] = []
            left, right = (_function_side(function, place, pairs, side.computation)
                           for place, (function, side) in enumerate(((one, self.old), (other, self.new))))  # fmt: skip
            self._compared[key] = (*_own(one, other), *self._changes(left, right, below)), below
        yield from self._found(function_base(new), *self._compared[key], seen)

    def _found(
        self,
        function: str,
        changes: tuple[OpChange, ...],
        below: list[tuple[str, str, Pairs]],
        seen: set[tuple[str, str]],
    ) -> tuple[Body, ...]:
        found = [Body(function, changes)] if changes else []
        for pair in below:
            found += self._functions(*pair, seen)
        return tuple(found)

    def _changes(self, old: _Side, new: _Side, below: list[tuple[str, str, Pairs]]) -> Iterator[OpChange]:
        left, right = ([side.key(at) for at in side.nodes] for side in (old, new))
        pairs = aligned(left, right, (
            (lambda i: (old.name(i), left[i]), lambda j: (new.name(j), right[j])),
            (lambda i: (old.role(i), left[i]), lambda j: (new.role(j), right[j])),
            (old.role, new.role),
            (lambda i: old.name(i)[1], lambda j: new.name(j)[1]),
            (lambda i: left[i], lambda j: right[j]),
            (old.does, new.does),
        ))  # fmt: skip
        named = {label: name for name, label in new.known.items()}
        partner = _Partners([
            *[(old.graph.names[old.nodes[i]], new.graph.names[new.nodes[j]]) for i, j in pairs.items()],
            *[(name, named[label]) for name, label in old.known.items() if label in named],
        ])  # fmt: skip
        backwards = {j: i for i, j in pairs.items()}
        gone = deque(i for i in range(len(left)) if i not in pairs)
        for j, at in enumerate(new.nodes):
            while gone and j in backwards and gone[0] < backwards[j]:
                yield self._whole(REMOVED, old, old.nodes[gone.popleft()])
            if j not in backwards:
                yield self._whole(ADDED, new, at)
                continue
            change = self._pair(old, old.nodes[backwards[j]], new, at, partner, below)
            if change is not None:
                yield change
        for i in gone:
            yield self._whole(REMOVED, old, old.nodes[i])
        yield from _results(old, new, partner)

    def _whole(self, what: str, side: _Side, at: int) -> OpChange:
        kind = side.graph.kinds[at]
        attrs = tuple((name, "", _spelled(kind, name)) for name, _ in said(kind, function_base))
        return OpChange(what, kind.op, side.graph.names[at], attrs)

    def _pair(
        self, old: _Side, before: int, new: _Side, after: int, partner: _Partners,
        below: list[tuple[str, str, Pairs]],
    ) -> OpChange | None:  # fmt: skip
        one, other = old.graph.kinds[before], new.graph.kinds[after]
        given, wanted = old.graph.inputs[before], new.graph.inputs[after]
        attrs: list[tuple[str, str, str]] = []
        if one is not other and old.computation.said(one) != new.computation.said(other):
            left, right = dict(said(one, function_base)), dict(said(other, function_base))
            for name in sorted({*left, *right}):
                if left.get(name) != right.get(name) and not _implied(one, other, name):
                    attrs.append((name, *_both(one, other, name)))
        if one.op != other.op:
            attrs.insert(0, ("op", one.op, other.op))
        labels = [side.known.get(side.graph.names[at]) for side, at in ((old, before), (new, after))]
        if labels[0] != labels[1]:
            attrs.append(("is", _label(labels[0]), _label(labels[1])))
        self._descend(one, other, given, wanted, partner, below)
        inputs = _inputs(given, wanted, partner)
        if not attrs and not inputs:
            return None
        return OpChange(CHANGED, other.op, new.graph.names[after], tuple(attrs), tuple(inputs))

    def _descend(
        self, one: Kind, other: Kind, given: Sequence[str], wanted: Sequence[str], partner: _Partners,
        below: list[tuple[str, str, Pairs]],
    ) -> None:  # fmt: skip
        """Functions that aligned nodes call, where they differ, with the arguments that are given the same."""
        library, its = self.old.meta.library.by_name, self.new.meta.library.by_name
        called = (*one.functions, *([one.op] if one.op in library else []))
        calls = (*other.functions, *([other.op] if other.op in its else []))
        for name, its_name in zip(called, calls, strict=False):
            known = name in library and its_name in its
            if known and self.old.computation.function(name) != self.new.computation.function(its_name):
                arguments = [library[name].arguments, its[its_name].arguments]
                skipped = 1 if one.op in _BRANCHES else 0
                below.append((name, its_name, _passed(given[skipped:], wanted[skipped:], arguments, partner)))


class _Side:
    """A graph of one model, and those of its nodes that run, in file order. ``known`` are nodes and arguments that have
    a name of their own, ``results`` the tensors that are asked for."""

    __slots__ = ("computation", "graph", "known", "nodes", "results")

    def __init__(
        self, graph: Graph, nodes: list[int], known: Mapping[str, Hashable], results: Mapping[str, str],
        computation: Computation,
    ) -> None:  # fmt: skip
        self.computation = computation
        self.graph = graph
        self.nodes = nodes
        self.known = known
        self.results = results

    def key(self, at: int) -> Hashable:
        """What a node does, and which variables and arguments it reads; a variable is what it is called."""
        name = self.graph.names[at]
        if name in self.known:
            return "known", self.known[name]
        does, inputs = self.computation.said(self.graph.kinds[at]), self.graph.inputs[at]
        if len(inputs) > _READERS:
            return does
        read = [self.known.get(text) for text in inputs]
        return (does, *read) if any(read) else does

    def does(self, place: int) -> Hashable:
        """What a node does, by itself."""
        return self.computation.said(self.graph.kinds[self.nodes[place]])

    def name(self, place: int) -> tuple[str, str]:
        at = self.nodes[place]
        return self.graph.kinds[at].op, self.graph.names[at]

    def role(self, place: int) -> Hashable:
        """The op and the name without counters."""
        at = self.nodes[place]
        return self.graph.kinds[at].op, without_counters(self.graph.names[at])


def _function_side(function: Function, place: int, pairs: Pairs, computation: Computation) -> _Side:
    ends = [*function.ret.values(), *function.control_ret.values()]
    known = {pair[place]: ("argument", number) for number, pair in enumerate(pairs)}
    results = {str(at): function.ret.get(arg.name, "") for at, arg in enumerate(function.signature.output_arg)}
    return _Side(function.body, _alive(function.body, ends), known, results, computation)


def _own(old: Function, new: Function) -> Iterator[OpChange]:
    """Attrs of the functions themselves."""
    one, other = own_attrs(old), own_attrs(new)
    attrs = [
        (name, _attr_of(old, name), _attr_of(new, name))
        for name in sorted({*one, *other}) if one.get(name) != other.get(name)
    ]  # fmt: skip
    if attrs:
        yield OpChange(CHANGED, "function", function_base(new.name), tuple(attrs))


def _attr_of(function: Function, name: str) -> str:
    own = function.proto.attr
    return text_values.attr(own[name]) if name in own else NOTHING


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


def _translated(tensor: str, partner: _Partners) -> str:
    """How the new graph names a tensor of the old one; a name without partner stays, and then differs or not."""
    name, colon, output = tensor.removesuffix(":0").partition(":")
    return f"{partner.get(name, chr(0) + name)}{colon}{output}"


def _passed(given: Sequence[str], wanted: Sequence[str], arguments: list[list[str]], partner: _Partners) -> Pairs:
    """The arguments of two functions that are given the same; the rest in order, where there are as many on both sides."""
    waiting: dict[str, deque[str]] = {}
    for name, text in zip(arguments[1], wanted, strict=False):
        waiting.setdefault(text.removesuffix(":0"), deque()).append(name)
    found, left = [], []
    for name, text in zip(arguments[0], given, strict=False):
        twins = waiting.get(_translated(text, partner))
        if twins:
            found.append((name, twins.popleft()))
        else:
            left.append(name)
    taken = {name for _, name in found}
    rest = [name for name in arguments[1] if name not in taken]
    left += arguments[0][len(given) :]
    return found + list(zip(left, rest, strict=True)) if len(left) == len(rest) else found


def _inputs(given: Sequence[str], wanted: Sequence[str], partner: _Partners) -> list[tuple[str, str, str]]:
    """Data inputs that come from elsewhere, by place; control inputs of nodes that both graphs have."""
    data, its = ([text for text in side if text[0] != "^"] for side in (given, wanted))
    one, other = [_translated(text, partner) for text in data], [text.removesuffix(":0") for text in its]
    found = []
    if one != other:
        equal_sizes = len(one) == len(other)
        blocks = [("replace", 0, len(one), 0, len(other))] if equal_sizes else SequenceMatcher(
            None, one, other, autojunk=False).get_opcodes()  # fmt: skip
        for what, start, end, begin, stop in blocks:
            for step in range(max(end - start, stop - begin) if what != "equal" else 0):
                was = data[start + step] if start + step < end else NOTHING
                now = its[begin + step] if begin + step < stop else NOTHING
                if NOTHING in (was, now) or one[start + step] != other[begin + step]:
                    found.append((str(begin + step), was, f"another {now}" if now == was else now))
    return found + _controls(given, wanted, partner)


def _controls(given: Sequence[str], wanted: Sequence[str], partner: _Partners) -> list[tuple[str, str, str]]:
    """Control inputs of nodes that both graphs have; those of added and removed nodes say nothing new."""
    before = {partner[text[1:]]: text for text in given if text[0] == "^" and text[1:] in partner}
    after = {text[1:]: text for text in wanted if text[0] == "^"}
    if before.keys() == after.keys():
        return []
    found = [("control", before[name], NOTHING) for name in before if name not in after]
    return found + [("control", NOTHING, after[name]) for name in after if name not in before and name in partner.there]


class _Partners(dict[str, str]):
    """Node or argument of the old graph → that of the new one; ``there`` are those of the new one."""

    __slots__ = ("there",)

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        super().__init__(pairs)
        self.there = frozenset(self.values())


def _results(old: _Side, new: _Side, partner: _Partners) -> Iterator[OpChange]:
    """Results that come from another node of those that both graphs have."""
    for name, was in old.results.items():
        now = new.results.get(name, "")
        both = was.partition(":")[0] in partner and now.partition(":")[0] in partner.there
        if both and _translated(was, partner) != now.removesuffix(":0"):
            yield OpChange(CHANGED, "result", name, (), ((name, was, now),))


def _implied(old: Kind, new: Kind, name: str) -> bool:
    """Whether an attr says only what the inputs and the functions that are called say as well."""
    attrs = old.attrs.get(name), new.attrs.get(name)
    return (name == "Tin" and new.op in CALLS) or all(attr is not None and attr.kind == "func" for attr in attrs)


def _label(label: Hashable) -> str:
    """``variable dense/kernel``, ``input x``"""
    return " ".join(str(part) for part in label if part) if isinstance(label, tuple) else NOTHING


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
