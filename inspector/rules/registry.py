"""All rules, found by walking this package. A half-defined rule stops the program: a rule that is not there looks green.

A check goes by the index (``inspector.rules.index``) and imports the rules that can find something. A file that the index
does not know yet is imported always.
"""

from __future__ import annotations

import os
from collections.abc import Set
from functools import cache, lru_cache
from importlib import import_module

from inspector.rules.index import INDEX
from inspector.rules.rule import GraphRule, KindRule, Rule

FAMILIES = {
    "files": "SM",
    "checkpoint": "TB",
    "graph": "GR",
    "functions": "FN",
    "signatures": "SG",
    "objects": "OB",
    "ops": "OP",
    "versions": "VR",
    "security": "SC",
    "policy": "PO",
    "keras": "KR",
}
_SHAPES = (Rule, KindRule, GraphRule)
_HEADINGS = ("What it checks", "Why it matters", "How to fix")


class HalfDefinedRule(Exception):
    """A rule that lacks a part, or breaks a convention."""


def fitting(signs: Set[str]) -> list[str]:
    """The codes of the rules that can find something where there are these signs, in order."""
    known = [code for code, (_, needs) in INDEX.items() if not needs or not signs.isdisjoint(needs)]
    return sorted([*known, *_not_indexed()])


@cache
def rule_of(code: str) -> Rule | None:
    """The rule with a code; None if there is none. Cost: one import, the first time."""
    return _made(INDEX[code][0]) if code in INDEX else _not_indexed().get(code)


def code_of(name: str) -> str:
    """The code of a rule by its name, which is also that of its file; a code stays as it is. KeyError if there is none."""
    return name if name in INDEX else _codes()[name]


@cache
def _codes() -> dict[str, str]:
    indexed = {place.rpartition(".")[2].replace("_", "-"): code for code, (place, _) in INDEX.items()}
    return {**indexed, **{rule.name: rule.code for rule in _not_indexed().values()}}


def _places() -> list[str]:
    """Where the rules are ("ops.no_kernel"), by family. Cost: the list of nine folders."""
    here = os.path.dirname(__file__)
    files = [(room, file) for room in FAMILIES for file in sorted(os.listdir(os.path.join(here, room)))]
    return [f"{room}.{file[:-3]}" for room, file in files if file.endswith(".py") and file != "__init__.py"]


@cache
def _not_indexed() -> dict[str, Rule]:
    """The rules in files that the index does not know."""
    known = {place for place, _ in INDEX.values()}
    return {rule.code: rule for rule in map(_made, [place for place in _places() if place not in known])}


def walk() -> dict[str, tuple[str, Rule]]:
    """Every rule of the package by code, with its place. Cost: one import a rule, the first time."""
    found: dict[str, tuple[str, Rule]] = {}
    for place in _places():
        rule = _made(place)
        _check(rule, FAMILIES[place.partition(".")[0]])
        if rule.code in found:
            raise HalfDefinedRule(f"{rule.code} is defined twice: {found[rule.code][0]}, {place}")
        found[rule.code] = place, rule
    return {code: found[code] for code in sorted(found)}


@lru_cache(maxsize=1)
def rules() -> tuple[Rule, ...]:
    """One instance of every rule, by code."""
    found = walk()
    made = {code: (place, rule.needs) for code, (place, rule) in found.items()}
    stale = [code for code in INDEX if INDEX[code] != made.get(code)]
    if stale:
        raise HalfDefinedRule(f"not as the index has them: {', '.join(stale)}; run scripts/make_rule_index.py")
    return tuple(rule for _, rule in found.values())


def find(code_or_name: str) -> Rule | None:
    """A rule by code ("OP001") or name ("op-not-registered"), in any case."""
    asked = code_or_name.lower()
    return next((rule for rule in rules() if asked in (rule.code.lower(), rule.name)), None)


def _made(place: str) -> Rule:
    """An instance of the one rule in a module."""
    module_name = f"inspector.rules.{place}"
    classes = [
        value
        for value in vars(import_module(module_name)).values()
        if isinstance(value, type) and issubclass(value, Rule) and value not in _SHAPES
        and value.__module__ == module_name
    ]  # fmt: skip
    if len(classes) != 1:
        raise HalfDefinedRule(f"{module_name} must define exactly one rule, it defines {len(classes)}")
    rule: Rule = classes[0]()
    return rule


def _check(rule: Rule, prefix: str) -> None:
    where = type(rule).__module__
    for part in ("code", "name", "otherwise", "message", "fix", "good", "bad"):
        if not getattr(rule, part, None):
            raise HalfDefinedRule(f"{where} lacks {part}")
    if not (rule.code.startswith(prefix) and len(rule.code) == 5 and rule.code[2:].isdecimal()):
        raise HalfDefinedRule(f"{where}: code {rule.code} does not belong to family {prefix}")
    if where.rpartition(".")[2].replace("_", "-") != rule.name:
        raise HalfDefinedRule(f"{where}: the rule's name is {rule.name}")
    missing = [heading for heading in _HEADINGS if heading not in (rule.__doc__ or "")]
    if missing:
        raise HalfDefinedRule(f"{where}: the docstring lacks the headings {', '.join(missing)}")
