"""All rules, found by walking this package. A half-defined rule stops the program: a rule that is not there looks green."""

from __future__ import annotations

import importlib
import os
import re
from functools import lru_cache

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
    "keras": "KR",
    "policy": "PO",
}
KERAS = "keras"  # asked, and imported, only where a loader of Keras takes part
_SHAPES = (Rule, KindRule, GraphRule)
_HEADINGS = ("What it checks", "Why it matters", "How to fix")


class HalfDefinedRule(Exception):
    """A rule that lacks a part, or breaks a convention."""


@lru_cache(maxsize=2)
def rules(*, keras: bool = True) -> tuple[Rule, ...]:
    """One instance of every rule, by code; without those of Keras if so asked. Cost: one import a rule, the first time."""
    if keras:
        return tuple(sorted((*rules(keras=False), *_rules_in((KERAS,))), key=lambda rule: rule.code))
    return _rules_in(tuple(room for room in FAMILIES if room != KERAS))


def _rules_in(rooms: tuple[str, ...]) -> tuple[Rule, ...]:
    found: dict[str, Rule] = {}
    here = os.path.dirname(__file__)
    for room in rooms:
        prefix = FAMILIES[room]
        for file in sorted(os.listdir(os.path.join(here, room))):
            if file.endswith(".py") and file != "__init__.py":
                rule = _rule_in(f"inspector.rules.{room}.{file[:-3]}", prefix)
                if rule.code in found:
                    raise HalfDefinedRule(f"{rule.code} is defined twice: {type(found[rule.code]).__name__}, {file}")
                found[rule.code] = rule
    _by_code.update(found)
    return tuple(found[code] for code in sorted(found))


_by_code: dict[str, Rule] = {}


def by_code() -> dict[str, Rule]:
    """The rules that findings may be of: without those of Keras, as long as none of them was asked."""
    if not _by_code:
        rules(keras=False)
    return _by_code


def find(code_or_name: str) -> Rule | None:
    """A rule by code ("OP001") or name ("op-not-registered"), in any case."""
    asked = code_or_name.lower()
    return next((rule for rule in rules() if asked in (rule.code.lower(), rule.name)), None)


def _rule_in(module_name: str, prefix: str) -> Rule:
    module = importlib.import_module(module_name)
    classes = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Rule) and value not in _SHAPES
        and value.__module__ == module_name
    ]  # fmt: skip
    if len(classes) != 1:
        raise HalfDefinedRule(f"{module_name} must define exactly one rule, it defines {len(classes)}")
    cls = classes[0]
    for part in ("code", "name", "otherwise", "message", "fix", "good", "bad"):
        if not getattr(cls, part, None):
            raise HalfDefinedRule(f"{module_name}: {cls.__name__} lacks {part}")
    if not re.fullmatch(prefix + r"\d{3}", cls.code):
        raise HalfDefinedRule(f"{module_name}: code {cls.code} does not belong to family {prefix}")
    if module_name.rpartition(".")[2].replace("_", "-") != cls.name:
        raise HalfDefinedRule(f"{module_name}: the rule's name is {cls.name}")
    missing = [heading for heading in _HEADINGS if heading not in (cls.__doc__ or "")]
    if missing:
        raise HalfDefinedRule(f"{module_name}: the docstring lacks the headings {', '.join(missing)}")
    return cls()
