"""What is said of a code, whichever it is: that of a rule, or that of a difference which a lock does not allow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from inspector.findings import ERROR, NOTE, POLICY, Otherwise
from inspector.named_tuple import NamedTuple
from inspector.rules.registry import rule_of

if TYPE_CHECKING:
    from inspector.differences.difference import Difference


class Described(NamedTuple):
    """``otherwise`` is what a finding means where no loader minds it; ``message`` and ``fix`` are templates over its data."""

    name: str
    otherwise: Otherwise
    message: str
    fix: str


def described(code: str) -> Described | None:
    """None for the code of a rule that broke."""
    rule = rule_of(code)
    if rule is not None:
        return Described(rule.name, rule.otherwise, rule.message, rule.fix)
    one = _difference(code)
    return None if one is None else Described(one.name, _otherwise(one), one.message, one.advice)


def _difference(code: str) -> Difference | None:
    from inspector.differences.registry import differences

    return differences().get(code)


def _otherwise(one: Difference) -> Otherwise:
    from inspector.differences.difference import CALLERS, CLASSES

    breaks = CLASSES.index(one.level) <= CLASSES.index(CALLERS)
    return Otherwise(POLICY, ERROR if breaks else NOTE)


def help_of(code: str) -> tuple[str, str]:
    """One sentence, and the rest: what it checks, why it matters, how to fix it."""
    import inspect

    rule = rule_of(code)
    if rule is not None:
        summary, _, text = (inspect.getdoc(rule) or "").partition("\n")
        return summary, text.strip()
    one = _difference(code)
    if one is None:
        return "A rule that raised: a bug of the inspector.", "Please report it."
    return one.summary, f"What it checks: {one.what}\n\nWhy it matters: {one.why}\n\nHow to fix: {one.advice}"
