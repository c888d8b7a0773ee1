"""The engine: what a finding means to each loader, broken rules, and agreement with real loads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inspector import engine
from inspector.checking import agreement, check, default_target
from inspector.errors import UnknownRelease
from inspector.findings import CallConfirmation, CallVerdict, Confirmation, Gap, Target, Verdict
from inspector.model.saved_model import open_model
from inspector.results import RestoreWouldFail
from inspector.rules.rule import ADVICE_NOTE, Found, Rule
from inspector.topology.inspection import Inspection

MODELS = Path(__file__).parent.parent / "golden" / "models"
TARGET = Target("2.21.0")


class Broken(Rule):
    """A rule that raises."""

    code, name, otherwise, message, fix = "GR999", "broken", ADVICE_NOTE, "-", "-"

    def check(self, it: Inspection) -> Iterator[Found]:
        raise KeyError("lost")
        yield


def test_a_rule_that_raises_turns_verdicts_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """XX000 says which; nothing is green about what was not looked at; under test it flies."""
    monkeypatch.setattr(engine, "fitting", lambda signs: [Broken.code])
    monkeypatch.setattr(engine, "rule_of", {Broken.code: Broken()}.get)
    model = open_model(MODELS / "keras3-mlp")
    judgement = engine.judge(model, TARGET)

    assert [finding.rule for finding in judgement.findings] == ["XX000"]
    assert {verdict.outcome for verdict in judgement.verdicts} == {"unknown"}
    assert {call.outcome for verdict in judgement.verdicts for call in verdict.signatures.values()} == {"unknown"}
    with pytest.raises(KeyError):
        engine.judge(model, TARGET, strict=True)


def test_where_a_first_look_raises_all_rules_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then each raises for itself, or finds what it would have found."""

    def broken(it: object) -> frozenset[str]:
        raise KeyError("our own bug")

    model = open_model(MODELS / "broken-dtype-conflict")
    expected = engine.judge(model, TARGET)
    monkeypatch.setattr(engine, "signs", broken)

    assert [f.rule for f in engine.judge(model, TARGET).findings] == [f.rule for f in expected.findings]
    with pytest.raises(KeyError):
        engine.judge(model, TARGET, strict=True)


def test_a_gap_is_never_green() -> None:
    """What could not be looked at makes the verdict unknown and the exit code 3."""
    model = open_model(MODELS / "keras3-mlp")
    model.gaps.append(Gap("variables/variables.index", "over limit"))
    judgement = engine.judge(model, TARGET)

    assert {verdict.outcome for verdict in judgement.verdicts if verdict.loader != "keras"} == {"unknown"}


def test_one_fault_means_other_things_to_other_loaders() -> None:
    """A missing index stops tf2 and tf1 at load, and one signature of serving at its call."""
    (one,) = check(MODELS / "broken-missing-index", tensorflow="2.21").models
    meanings = {(m.loader, m.stage, m.signatures) for m in one.judgement.meanings}

    assert meanings == {("tf2", "load", ()), ("tf1", "load", ()), ("serving", "call", ("serving_default",))}


def test_unread_weights_are_an_assumption(monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint over the limit is assumed to match its checksums, unless --verify reads it."""
    from inspector.errors import Limits

    limits = Limits(small_weights=10)
    (assumed,) = check(MODELS / "keras3-mlp", tensorflow="2.21", limits=limits).models
    (verified,) = check(MODELS / "keras3-mlp", tensorflow="2.21", limits=limits, verify=True).models

    assert assumed.verdicts[0].assumes == ("weights match their checksums",)
    assert verified.verdicts[0].assumes == ()


def test_raise_for_errors() -> None:
    """The error's text has one line a finding of severity error."""
    check(MODELS / "keras3-mlp", tensorflow="2.21").raise_for_errors()
    with pytest.raises(RestoreWouldFail, match="GR005"):
        check(MODELS / "broken-cycle", tensorflow="2.21").raise_for_errors()


def test_targets() -> None:
    """A patch release that the catalogue lacks is the one that it holds; an unknown release names the near ones."""
    assert default_target("2.15.0").tensorflow == "2.15.1"
    assert default_target("latest").tensorflow == "2.21.0"
    with pytest.raises(UnknownRelease) as caught:
        default_target("2.151")
    assert caught.value.near


VERDICT = Verdict("tf2", TARGET, ("serve",), "loads", signatures={"a": CallVerdict("runs"), "b": CallVerdict("fails")})


@pytest.mark.parametrize(
    ("real", "agrees"),
    [
        (Confirmation("tf2", "2.21.0", "loads", signatures={"a": CallConfirmation("runs")}), True),
        (Confirmation("tf2", "2.21.0", "loads", signatures={"b": CallConfirmation("fails")}), True),
        (Confirmation("tf2", "2.21.0", "loads", signatures={"a": CallConfirmation("fails")}), False),
        (Confirmation("tf2", "2.21.0", "loads", signatures={"b": CallConfirmation("inconclusive")}), True),
        (Confirmation("tf2", "2.21.0", "fails", "abort"), False),
        (Confirmation("tf2", "2.21.0", "not-confirmed"), None),
    ],
)
def test_agreement(real: Confirmation, agrees: bool | None) -> None:
    """Load and calls are compared; what the invented inputs could not tell is left out."""
    assert agreement(VERDICT, real) is agrees
    assert agreement(None, real) is None
    assert agreement(VERDICT._replace(outcome="unknown"), real) is None
