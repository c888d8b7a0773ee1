"""What every rule's examples promise: bad ones are flagged at exactly the named places, good ones are silent for all rules."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from inspector.catalogue import release
from inspector.engine import judge_each, run_rules, words
from inspector.findings import Target
from inspector.loaders import LOADERS
from inspector.model.saved_model import open_model
from inspector.rules.index import INDEX
from inspector.rules.registry import fitting, rules, walk
from inspector.rules.rule import Example, Rule
from inspector.topology.inspection import Inspection, Share
from inspector.topology.signs import signs
from tests.building import build

# Rules that good examples of other rules may set off, and why that cannot be avoided.
NOISY: dict[str, str] = {
    "SG004": "most examples have no signature at all",
    "KR001": "every SavedModel is one",
    "KR002": "most examples have no signature at all",
    "KR005": "an example may be about an old target",
    "KR016": "most examples have no object graph",
}


class Case(NamedTuple):
    rule: Rule
    example: Example


def cases(*kinds: str) -> list[Any]:
    return [
        pytest.param(Case(rule, example), id=f"{rule.code}-{rule.name}-{kind}-{number}")
        for rule in rules()
        for kind in kinds
        for number, example in enumerate(getattr(rule, kind), 1)
    ]


def inspection(example: Example, folder: Path, *, keras: bool = True) -> Inspection:
    model = open_model(build(example, folder / "model"))
    share = Share(model, demands=example.demands, keras=keras)
    return Inspection(model, Target(release(example.target).version, "cpu"), share=share)


@pytest.mark.parametrize("case", cases("bad"))
def test_a_bad_example_is_flagged_at_exactly_the_named_places(case: Case, tmp_path: Path) -> None:
    found = list(case.rule.check(inspection(case.example, tmp_path)))
    assert {one.place for one in found} == set(case.example.expect)
    assert found, "a bad example must expect something"


@pytest.mark.parametrize("case", cases("good"))
def test_a_good_example_is_silent_for_its_rule(case: Case, tmp_path: Path) -> None:
    assert list(case.rule.check(inspection(case.example, tmp_path))) == []
    assert case.example.expect == ()


@pytest.mark.parametrize("case", cases("good"))
def test_other_rules_are_silent_on_a_good_example(case: Case, tmp_path: Path) -> None:
    keras = case.rule.code.startswith("KR")
    groups, broken = run_rules(inspection(case.example, tmp_path, keras=keras), strict=True)
    assert broken == []
    others = [
        (group.finding.rule, group.finding.places, words(group.finding)[0])
        for group in groups
        if group.finding.rule not in (case.rule.code, *NOISY)
    ]
    assert others == []


@pytest.mark.parametrize("case", cases("good", "bad"))
def test_verdicts_and_words_come_of_every_example(case: Case, tmp_path: Path) -> None:
    it = inspection(case.example, tmp_path)
    (judgement,) = judge_each(it.model, [it.target], loaders=LOADERS, demands=case.example.demands, strict=True)
    assert {verdict.loader for verdict in judgement.verdicts} == set(LOADERS)
    for finding in judgement.findings:
        message, fix = words(finding)
        assert message.strip()
        assert fix.strip()


@pytest.mark.parametrize("rule", [pytest.param(rule, id=f"{rule.code}-{rule.name}") for rule in rules()])
def test_a_rule_is_documented(rule: Rule) -> None:
    lines = (rule.__doc__ or "").splitlines()
    assert lines[0].endswith("."), "the first line is one sentence"
    headings = [line.strip().partition(":")[0] for line in lines]
    there = [h for h in headings if h in ("What it checks", "Why it matters", "How to fix")]
    assert there == ["What it checks", "Why it matters", "How to fix"]


def test_what_is_noisy_is_a_rule() -> None:
    assert set(NOISY) <= {rule.code for rule in rules()}


@pytest.mark.parametrize("case", cases("good", "bad"))
def test_no_rule_finds_anything_where_a_sign_that_it_needs_is_not_there(case: Case, tmp_path: Path) -> None:
    it = inspection(case.example, tmp_path)
    asked = set(fitting(signs(it)))
    assert [rule.code for rule in rules() if rule.code not in asked and list(rule.check(it))] == []
    if case.example.expect:
        assert case.rule.code in asked


def test_what_rules_need_are_signs() -> None:
    named = r"(op|attr|function attr|fault|edges|object) \S+"
    known = re.compile(
        rf"{named}|no saver|odd tensorflow_version|(big-endian )?checkpoint( fault)?|[a-z]+( [a-z]+){{0,4}}"
    )
    assert [rule.code for rule in rules() if not all(map(known.fullmatch, rule.needs))] == []


def test_the_index_is_that_of_the_rules() -> None:
    made = {code: (place, rule.needs) for code, (place, rule) in walk().items()}
    assert made == INDEX, "run scripts/make_rule_index.py"
