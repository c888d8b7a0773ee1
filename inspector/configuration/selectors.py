"""Codes and prefixes of codes, as users write them."""

from __future__ import annotations

from collections.abc import Iterable

from inspector.errors import UsageError
from inspector.policy import ALL


def check_selectors(selectors: Iterable[str], where: str) -> None:
    """Raise UsageError for a selector that no rule's code begins with, with what may have been meant.

    Cost: an import of all rules, where there is a selector.
    """
    asked = [selector for selector in selectors if selector != ALL]
    if not asked:
        return
    names = _names()
    for selector in asked:
        if not selector or not any(code.startswith(selector) for code in names):
            raise UsageError(f"{where}: no rule's code begins with {selector!r}{_meant(selector, names)}")


def _names() -> dict[str, str]:
    """The name of every rule and difference, by code."""
    from inspector.differences.registry import differences
    from inspector.rules.registry import rules

    return {rule.code: rule.name for rule in rules()} | {code: one.name for code, one in differences().items()}


def _meant(selector: str, names: dict[str, str]) -> str:
    from difflib import get_close_matches

    by_name = {name: code for code, name in names.items()}
    if selector.lower() in by_name:
        return f"; the code of {selector.lower()} is {by_name[selector.lower()]!r}"
    known = [ALL, *sorted({code[:2] for code in names}), *names]
    near = get_close_matches(selector.upper(), known, n=1, cutoff=0.5)
    if near:
        return f"; did you mean {near[0]!r}?"
    named = get_close_matches(selector.lower(), by_name, n=1, cutoff=0.6)
    return (
        f"; did you mean {by_name[named[0]]!r} ({named[0]})?" if named else "; `python -m inspector rules` lists them"
    )
