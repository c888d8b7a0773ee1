"""Restored functions against restored functions: what `loaded.f(...)` accepts and returns.

Works on plain ``Callable`` values, which a lock file holds too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from inspector.canonical.interface import takes
from inspector.canonical.objects import Restored
from inspector.canonical.specs import Signature, covers_call
from inspector.comparison.change import Change
from inspector.named_tuple import NamedTuple


class Callable(NamedTuple):
    """A restored function as a caller sees it: ``calls`` maps what each concrete function takes to what it returns."""

    arguments: tuple[str, ...]
    defaults: tuple[str, ...]
    calls: dict[Signature, str]

    @property
    def described(self) -> str:
        """``x, training=False``"""
        values = dict(text.partition("=")[::2] for text in self.defaults)
        return ", ".join(f"{name}={values[name]}" if name in values else name for name in self.arguments)

    def optional(self) -> set[str]:
        return {text.partition("=")[0] for text in self.defaults}


def callable_of(function: Restored) -> Callable:
    calls: dict[Signature, str] = {}
    for trace in function.traces:
        calls.setdefault(trace.takes, trace.returns)  # a call goes to the first that accepts it
    return Callable(function.arguments, function.defaults, calls)


def compare_functions(old: Mapping[str, Callable], new: Mapping[str, Callable]) -> Iterator[Change]:
    for path in sorted(set(old) - set(new)):
        yield Change("DF120", f"function {path}", {"path": path})
    for path in sorted(set(new) - set(old)):
        yield Change("DF407", f"function {path}", {"path": path})
    for path in sorted(set(old) & set(new)):
        yield from _compare(path, old[path], new[path])


def _compare(path: str, old: Callable, new: Callable) -> Iterator[Change]:
    where = f"function {path}"
    if (old.arguments, old.defaults) != (new.arguments, new.defaults):
        extended = (
            new.arguments[: len(old.arguments)] == old.arguments
            and set(old.defaults) <= set(new.defaults)
            and set(new.arguments[len(old.arguments) :]) <= new.optional()
        )
        yield Change(
            "DF409" if extended else "DF121", where, {"path": path, "old": old.described, "new": new.described}
        )
    for call, returns in old.calls.items():
        if call in new.calls:
            if returns != new.calls[call]:
                data = {"path": path, "call": takes(call), "old": returns, "new": new.calls[call]}
                yield Change("DF123", where, data)
        elif not any(covers_call(other, call) for other in new.calls):
            yield Change("DF122", where, {"path": path, "old": takes(call)})
    for call in new.calls:
        if not any(covers_call(other, call) for other in old.calls):
            yield Change("DF408", where, {"path": path, "new": takes(call)})
