"""Restored functions against restored functions: what `loaded.f(...)` accepts and returns.

Works on plain ``Callable`` values, which a lock file holds too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inspector.canonical.objects import Restored
from inspector.canonical.specs import Parameters, Signature, covers_call
from inspector.comparison.change import Change
from inspector.named_tuple import NamedTuple


class Callable(NamedTuple):
    """A restored function as a caller sees it: ``calls`` maps what each concrete function takes to what it returns."""

    parameters: Parameters
    calls: dict[Signature, str]


def callable_of(function: Restored) -> Callable:
    calls: dict[Signature, str] = {}
    for trace in function.traces:
        calls.setdefault(trace.takes, trace.returns)  # a call goes to the first that accepts it
    return Callable(function.parameters._replace(constraint=None), calls)


def compare_functions(old: Mapping[str, Callable], new: Mapping[str, Callable]) -> Iterator[Change]:
    for path in sorted(set(old) - set(new)):
        yield Change("DF120", f"function {path}", {"path": path})
    for path in sorted(set(new) - set(old)):
        yield Change("DF407", f"function {path}", {"path": path})
    for path in sorted(set(old) & set(new)):
        yield from _compare(path, old[path], new[path])


def _compare(path: str, old: Callable, new: Callable) -> Iterator[Change]:
    where = f"function {path}"
    one, other = old.parameters, new.parameters
    if one != other:
        code = "DF409" if _extended(one, other) else "DF121"
        yield Change(code, where, {"path": path, "old": str(one), "new": str(other)})
    calls = {call: as_called(call, one, other) for call in old.calls}
    for call, returns in old.calls.items():
        now = calls[call]
        if now in new.calls:
            if returns != new.calls[now]:
                yield Change("DF123", where, {"path": path, "call": str(call), "old": returns, "new": new.calls[now]})
        elif not any(covers_call(accepted, now) for accepted in new.calls):
            yield Change("DF122", where, {"path": path, "old": str(call)})
    for call in new.calls:
        if not any(covers_call(accepted, call) for accepted in calls.values()):
            yield Change("DF408", where, {"path": path, "new": str(call)})


def _extended(old: Parameters, new: Parameters) -> bool:
    """Whether every call that binds to the old arguments binds to the new ones, with the same values."""
    optional = {name for name, _ in new.defaults}
    added = {*new.positional[len(old.positional) :], *new.named} - {*old.named}
    return (
        new.positional[: len(old.positional)] == old.positional
        and (not old.star or (new.star == old.star and len(new.positional) == len(old.positional)))
        and set(old.named) <= {*new.named, *new.positional}
        and (not old.double_star or new.double_star != "")
        and all(pair in new.defaults for pair in old.defaults)
        and added <= optional
    )


def as_called(call: Signature, old: Parameters, new: Parameters) -> Signature:
    """What the new function is given where the old one is called: the same values by name, or by position where the name
    is gone; what is gone altogether only where it has not its default; the new defaults beside."""
    if old == new:
        return call
    names = {*new.positional, *new.named}
    values = dict(new.defaults)
    given = [*zip(old.positional, call.args, strict=False), *call.kwargs]
    for place, (name, value) in enumerate(given):
        if name in names:
            values[name] = value
        elif place < min(len(call.args), len(new.positional)):
            values[new.positional[place]] = value
        elif (name, value) not in old.defaults:
            values[name] = value
    args = [values.pop(name) for name in new.positional if name in values]
    return Signature(
        (*args, *call.args[len(old.positional) :]), tuple(sorted(values.items(), key=lambda pair: pair[0]))
    )
