"""The rules as people read them: the list, one rule explained, the table of the README."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from inspector.errors import UsageError
from inspector.rules.registry import find, rules
from inspector.rules.rule import Example, Rule


def summary(rule: Rule) -> str:
    """The first line of a rule's docstring."""
    return inspect.getdoc(rule).partition("\n")[0]  # type: ignore[union-attr]


def listing(form: str) -> Iterator[str]:
    """Every rule, by code: ``text``, ``json`` or ``markdown`` (the README's table)."""
    if form == "json":
        import json

        yield json.dumps(
            [{"code": r.code, "name": r.name, "summary": summary(r), "since": r.since} for r in rules()], indent=1
        )
    elif form == "markdown":
        yield "| code | name | what it finds |"
        yield "|---|---|---|"
        for rule in rules():
            yield f"| {rule.code} | {rule.name} | {summary(rule)} |"
    else:
        from tabulate import tabulate

        yield tabulate([[r.code, r.name, summary(r)] for r in rules()], tablefmt="plain")


def explanation(code_or_name: str) -> Iterator[str]:
    """The whole of one rule: words, message, examples. Raises UsageError with near names for an unknown one."""
    rule = find(code_or_name)
    if rule is None:
        raise UsageError(f"no rule {code_or_name!r}{_near(code_or_name)}; `python -m inspector rules` lists them")
    yield f"{rule.code} {rule.name} (since {rule.since})"
    yield ""
    yield inspect.getdoc(rule) or ""
    yield ""
    yield f"Message: {rule.message}"
    for title, examples in (("Flagged", rule.bad), ("Not flagged", rule.good)):
        for example in examples:
            yield ""
            yield f"{title}:"
            yield from _example(example)


def _near(asked: str) -> str:
    from difflib import get_close_matches

    names = {name.lower(): name for rule in rules() for name in (rule.code, rule.name)}
    near = get_close_matches(asked.lower(), list(names), n=3, cutoff=0.5)
    return f" (near: {', '.join(names[n] for n in near)})" if near else ""


def _example(example: Example) -> Iterator[str]:
    for line in example.text.splitlines():
        yield f"    {line}"
    for name, content in example.files.items():
        yield f"    file {name}: " + ("absent" if content is None else f"{len(content)} bytes {content[:40]!r}")
    for file, edit in example.damage:
        yield f"    damage {file}: {edit}"
    if example.expect:
        yield f"    flags {', '.join(example.expect)}"
