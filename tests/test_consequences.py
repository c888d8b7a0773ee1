"""What follows from what: told under its cause, and only if no loader meets it first."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.checking import check
from inspector.report.style import Style
from inspector.report.text import lines
from inspector.results import ModelReport
from inspector.rules.rule import Example
from tests.building import build

GOLDEN = Path(__file__).parent.parent / "golden" / "models"


def report_on(text: str, folder: Path) -> ModelReport:
    (report,) = check(build(Example(text), folder / "model"), tensorflow="2.21").models
    return report


def chains(report: ModelReport) -> set[tuple[str, str]]:
    """(effect, cause) by their rules and nodes."""
    named = [f"{finding.rule} {finding.where.node}".strip() for finding in report.findings]
    return {(named[effect], named[cause]) for effect, cause in report.judgement.follows.items()}


def test_a_missing_function() -> None:
    """The call and the object that name it: one cause, in the text one block."""
    (report,) = check(GOLDEN / "broken-missing-function", tensorflow="2.21").models
    printed = list(lines(report, Style(colour=False)))

    assert chains(report) == {("OB002", "FN001 StatefulPartitionedCall")}
    assert "findings: 1 error, 1 warning (1 more follows from them)" in printed
    told = [line.split()[1] for line in printed if line.startswith(("error", "warning", "note"))]
    assert told == ["FN001", "SM013"]  # the file was edited, and its fingerprint tells
    assert sum(line.startswith("      so     OB002 ") for line in printed) == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the same node: an input too few, and a number of inputs that the op does not allow
        ("x = Placeholder() {dtype: float32}\ny = AddN() {T: float32, N: 0}", set()),
        # the same node: an output that its input does not have, and an input too many
        (
            "function f (a: float32) -> (r: float32 = z:output:0)\n  z = Identity(a, nothing:output:1) {T: float32}",
            {("GR003 z", "GR001 z")},
        ),
        # a reader of the faulty node: its dtype conflicts with one that the node should not have
        (
            "x = Placeholder() {dtype: float32}\ny = Identity(x) {T: int32}\nz = Relu(y) {T: float32}",
            {("GR004 z", "GR004 y")},
        ),
        # two faults that have nothing to do with each other
        ("x = NoSuchOp()\ny = NoSuchOther()", set()),
    ],
)
def test_places(text: str, expected: set[tuple[str, str]], tmp_path: Path) -> None:
    """By the node, by what reads it; faults of different places stay apart."""
    found = chains(report_on(text, tmp_path))

    assert expected <= found if expected else not found


def test_a_cause_that_some_loader_meets_first_is_no_consequence() -> None:
    """Every finding that is the first cause of some verdict keeps its own block."""
    for folder in sorted(GOLDEN.iterdir()):
        for report in check(folder, tensorflow=["2.12", "2.21"]).models:
            first = {verdict.because[0] for verdict in report.verdicts if verdict.because}
            first |= {
                call.because[0] for verdict in report.verdicts for call in verdict.signatures.values() if call.because
            }
            assert first.isdisjoint(report.judgement.follows)
            assert set(report.judgement.follows.values()).isdisjoint(report.judgement.follows)


def test_what_one_loader_meets_alone_is_no_consequence(tmp_path: Path) -> None:
    """Python's import drops the pin of a colocated node, so that tf1 stops at the other one and serving at the first."""
    report = report_on(
        "init_op z\ngraph\n  x = Const() {dtype: float32, value: float32[] <1>} @/device:GPU:0\n"
        '  a = Relu(x) {T: float32, _class: ["loc:@x"]} @/device:GPU:0\n  z = Neg(a) {T: float32} @/device:GPU:0',
        tmp_path,
    )
    stops = {verdict.loader: verdict.because for verdict in report.verdicts}

    assert stops["serving"][0] != stops["tf1"][0]
    assert chains(report) == set()
