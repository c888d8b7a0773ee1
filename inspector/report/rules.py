"""The rules as people read them: the list, one rule explained, the table of the README."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

from inspector.differences.difference import Difference
from inspector.differences.registry import differences
from inspector.differences.registry import find as find_difference
from inspector.errors import UsageError
from inspector.rules.registry import find, rules
from inspector.rules.rule import Example, Rule


def summary(rule: Rule) -> str:
    """The first line of a rule's docstring."""
    return inspect.getdoc(rule).partition("\n")[0]  # type: ignore[union-attr]


def listing(form: str) -> Iterator[str]:
    """Every rule and every kind of difference, by code: ``text``, ``json`` or ``markdown`` (the README's table)."""
    rows = [(rule.code, rule.name, summary(rule), rule.since) for rule in rules()]
    rows = sorted([*rows, *((one.code, one.name, one.summary, one.since) for one in differences().values())])
    if form == "json":
        import json

        names = ("code", "name", "summary", "since")
        yield json.dumps([dict(zip(names, row, strict=True)) for row in rows], indent=1)
    elif form == "markdown":
        yield "| code | name | what it finds |"
        yield "|---|---|---|"
        for code, name, text, _ in rows:
            yield f"| {code} | {name} | {text} |"
    else:
        from tabulate import tabulate

        yield tabulate([row[:3] for row in rows], tablefmt="plain")


def explanation(code_or_name: str) -> Iterator[str]:
    """The whole of one rule: words, message, examples. Raises UsageError with near names for an unknown one."""
    difference = find_difference(code_or_name)
    if difference is not None:
        yield from _difference(difference)
        return
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


def _difference(one: Difference) -> Iterator[str]:
    yield f"{one.code} {one.name} (since {one.since}), a difference of the class {one.level}"
    yield ""
    yield one.summary
    for heading, text in (("What it checks", one.what), ("Why it matters", one.why), ("What to do", one.advice)):
        yield ""
        yield heading
        yield f"    {text}"
    yield ""
    yield f"Message: {one.message}"


def _near(asked: str) -> str:
    from difflib import get_close_matches

    known = [(rule.code, rule.name) for rule in rules()] + [(one.code, one.name) for one in differences().values()]
    names = {name.lower(): name for pair in known for name in pair}
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
