"""The verdicts on thousands of damaged models against what TensorFlow did with them, as recorded in outcomes/.

All of it runs once, in one worker with two processes, in about a minute and a half of CPU.
"""

from __future__ import annotations

from typing import Any

import pytest

from inspector.findings import FAILS, LOADS, RUNS, UNKNOWN
from tests.differential import known, outcomes, report
from tests.differential.cases import ALL, HEALTHY, choose_held_out, held_out
from tests.differential.compare import Row, compare
from tests.differential.damage import KINDS
from tests.differential.workbench import bases

pytestmark = pytest.mark.xdist_group("differential")
RELEASES = sorted(file.name.removesuffix(".json.xz") for file in outcomes.FOLDER.glob("*.json.xz"))
LOADERS = [
    (release, loader) for release in RELEASES for loader in outcomes.LOADERS_OF[release.partition("@")[2] or ALL]
]


class Compared:
    """All rows of all recorded releases."""

    def __init__(self) -> None:
        self.many = outcomes.recorded()
        self.rows, self.stale = compare(self.many, dict.fromkeys(name for some in self.many for name in some.cases))
        self.held_out = held_out()

    def of(self, release: str, *, apart: bool = False) -> list[Row]:
        return [row for row in self.rows if row.release == release and (row.kind in self.held_out) == apart]


@pytest.fixture(scope="session")
def compared() -> Compared:
    return Compared()


def gate(release: str, name: str) -> Any:
    gates: dict[str, dict[str, Any]] = known.load(known.GATES)
    return gates.get(release, gates["else"])[name]


def test_there_are_enough_of_everything() -> None:
    assert len(bases()) >= 15
    assert len(KINDS) >= 300
    assert len(held_out()) >= 40


def test_held_out_kinds_exist() -> None:
    """They were chosen once, over the kinds that there were; newer kinds are never held out."""
    assert held_out() <= set(KINDS)
    assert len(choose_held_out()) >= 40


def test_recorded_is_what_is_damaged_now(compared: Compared) -> None:
    assert compared.stale == []


@pytest.mark.parametrize("release", RELEASES)
def test_no_false_alarm_on_healthy_models(compared: Compared, release: str) -> None:
    sound = [row for row in compared.of(release) if row.kind == HEALTHY]
    alarms = [row for row in sound if row.predicted == FAILS and row.real in (LOADS, RUNS)]

    assert sound
    assert {row.case for row in alarms} <= set(gate(release, "alarms"))


@pytest.mark.parametrize(("release", "loader"), LOADERS)
def test_agreement(compared: Compared, release: str, loader: str) -> None:
    assert report.share(report.select(compared.of(release), loader)) >= gate(release, "agreement")[loader]


@pytest.mark.parametrize("release", RELEASES)
def test_agreement_of_held_out_kinds(compared: Compared, release: str) -> None:
    assert report.share(compared.of(release, apart=True)) >= gate(release, "held_out")


@pytest.mark.parametrize("release", RELEASES)
def test_few_are_unknown(compared: Compared, release: str) -> None:
    rows = compared.of(release) + compared.of(release, apart=True)

    assert report.share(rows, lambda row: row.predicted == UNKNOWN) < gate(release, "unknown")


@pytest.mark.parametrize("release", RELEASES)
def test_the_first_finding_names_the_damaged_place(compared: Compared, release: str) -> None:
    failing = [row for row in compared.of(release) if row.named is not None]

    assert report.share(failing, lambda row: row.named) >= gate(release, "names_the_place")


@pytest.mark.parametrize("release", RELEASES)
def test_killers_are_told_from_errors(compared: Compared, release: str) -> None:
    both = [row for row in compared.of(release) if row.real == row.predicted == FAILS]

    assert report.share(both, lambda row: row.how == row.real_how) >= gate(release, "how")


@pytest.mark.parametrize("release", RELEASES)
def test_silent_damage_is_told(compared: Compared, release: str) -> None:
    differing = [row for row in compared.of(release) + compared.of(release, apart=True) if row.differs]

    assert report.share(differing, lambda row: row.warned) >= gate(release, "warned")
    assert all(row.warned for row in differing if row.marked)


def test_every_disagreement_is_listed(compared: Compared) -> None:
    """And what is listed disagrees: `make differential LIST=1` writes the list."""
    rows = [row for row in compared.rows if row.kind not in compared.held_out]

    assert known.keys(rows) == known.listed()
