"""Which findings are consequences of another one: they lie where it lies, or read what it broke.

A finding follows another only if some loader would meet the other one first, and no loader meets it first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from inspector.findings import Finding, Verdict
from inspector.model.saved_model import MetaGraph, Model
from inspector.rehearsal import Group
from inspector.rules.registry import rule_of

_FILES_OF_TENSORS = ("TB001", "TB002", "TB003", "TB004", "TB005", "TB006")
_NAMES = ("function", "variable", "key", "signature")
_LOOKED_AT = 50  # of the findings that one loader minds


def follows(model: Model, groups: Sequence[Group], verdicts: Iterable[Verdict]) -> dict[int, int]:
    """Finding → the finding that it follows from, by their places in ``groups``.

    Cost: nothing where no loader minds two findings; else a look at the inputs of the nodes concerned.
    """
    chains = [chain for verdict in verdicts for chain in _chains(verdict) if chain]
    first = {chain[0] for chain in chains}
    found: dict[int, int] = {}
    for chain in chains:
        for place, later in enumerate(chain):
            if later in first or later in found:
                continue
            cause = next((one for one in chain[:place] if _explains(model, groups[one], groups[later])), None)
            if cause is not None:
                found[later] = found.get(cause, cause)
    return found


def _chains(verdict: Verdict) -> list[tuple[int, ...]]:
    calls = (call.because for call in verdict.signatures.values())
    return [because[:_LOOKED_AT] for because in dict.fromkeys((verdict.because, *calls))]


def _explains(model: Model, cause: Group, effect: Group) -> bool:
    one, other = cause.finding, effect.finding
    if one.where.meta_graph != other.where.meta_graph:
        return False
    if one.rule == other.rule:
        return _misses_the_same(one, other) or _reads_its_node(model, cause, effect)
    return any(test(model, cause, effect) for test in _TESTS)


def _misses_the_same(one: Finding, other: Finding) -> bool:
    """Two places that ask for one thing, which one rule misses: the function, the node of an input."""
    if one.where.function == other.where.function and "input" in one.data:
        return str(one.data["input"]).partition(":")[0] == str(other.data.get("input")).partition(":")[0]
    return bool(one.data.get("function")) and one.data["function"] == other.data.get("function")


def _is_at_its_node(model: Model, cause: Group, effect: Group) -> bool:
    """The same node of the same graph: what is wrong with it shows in several ways."""
    if (
        not _about_nodes(cause)
        or not _about_nodes(effect)
        or cause.finding.where.function != effect.finding.where.function
    ):
        return False
    return not set(cause.nodes).isdisjoint(effect.nodes)


def _reads_its_node(model: Model, cause: Group, effect: Group) -> bool:
    """A node, or the return of a function, that takes an output of the faulty node."""
    where = effect.finding.where
    if not _about_nodes(cause) or cause.finding.where.function != where.function:
        return False
    meta = _meta_graph(model, where.meta_graph)
    if meta is None:
        return False
    faulty = set(cause.nodes)
    function = meta.function(where.function) if where.function else None
    if where.field == "ret" and function is not None:
        return any(tensor.partition(":")[0] in faulty for tensor in function.ret.values())
    graph = meta.graph if function is None else function.body
    readers = set(effect.nodes)
    inputs = (some for name, some in zip(graph.names, graph.inputs, strict=True) if name in readers)
    return any(tensor.lstrip("^").partition(":")[0] in faulty for some in inputs for tensor in some)


def _is_of_its_file(model: Model, cause: Group, effect: Group) -> bool:
    """A checkpoint that is missing or damaged lacks what is asked of it."""
    return (
        cause.finding.rule in _FILES_OF_TENSORS
        and effect.finding.rule.startswith("TB")
        and (effect.finding.rule not in _FILES_OF_TENSORS)
    )


def _names_the_same(model: Model, cause: Group, effect: Group) -> bool:
    """Both are about one function, key or signature by name."""
    one, other = cause.finding.data, effect.finding.data
    return any(key in one and one[key] and one[key] == other.get(key) for key in _NAMES)


def _about_nodes(group: Group) -> bool:
    rule = rule_of(group.finding.rule)
    return rule is not None and rule.about_nodes


def _meta_graph(model: Model, index: int) -> MetaGraph | None:
    return model.meta_graphs[index] if 0 <= index < len(model.meta_graphs) else None


_TESTS: tuple[Callable[[Model, Group, Group], bool], ...] = (
    _is_at_its_node, _reads_its_node, _is_of_its_file, _names_the_same,
)  # fmt: skip
