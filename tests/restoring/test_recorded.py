"""``diagnose`` on everything that three TensorFlows said of the damaged models of the differential suite.

The right class comes from the damage (expected.toml), not from the classifier. The numbers are printed, and held by gates.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from inspector.restoring.diagnosis import Diagnosis, diagnose
from inspector.restoring.exceptions import KINDS
from inspector.restoring.kinds import SURE
from tests.differential import outcomes
from tests.differential.cases import HEALTHY, KERAS, parse
from tests.differential.damage import KINDS as DAMAGES
from tests.restoring.recording import Failure, recorded, releases

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXPECTED = tomllib.loads((Path(__file__).parent / "expected.toml").read_text())
# Of all recorded failures: how many get the right class, by the traceback and by its last line alone; how many of those
# that are said to be sure are wrong.
RIGHT_BY_TRACEBACK, RIGHT_BY_LINE, WRONG_AND_SURE = 0.99, 0.94, 0.005
# Healthy models that TensorFlow 2.12 does not load (VR005): what their damage would say is not seen.
NOT_FOR_THIS_RELEASE = "save_fn(checkpoint_key) expected a Tensor"


def classes(kind: str) -> set[str]:
    family = EXPECTED[DAMAGES[kind].family]
    return set(family.get(kind, family["default"]).split("|"))


@cache
def healthy_fails(release: str) -> frozenset[tuple[str, str]]:
    """(base, loader) that fail without damage: v1-two-tagsets wants tags, some pin devices."""
    recordings = {one.name: one for one in outcomes.recorded()}
    cases = recordings.get(release, recordings["2.15.1"]).cases
    return frozenset(
        (parse(name).base, loader) for name, found in cases.items() if parse(name).damage == HEALTHY
        for loader in outcomes.LOADERS if found.get(loader, {}).get("outcome") == outcomes.FAILS
    )  # fmt: skip


def failures(release: str) -> Iterator[Failure]:
    """Those that TensorFlow said something of: not the runner's own words, nor what the healthy model does too."""
    for one in recorded(release):
        silent = one.died and (not one.message.strip() or one.message.startswith("ended by signal"))
        ours = one.type == "CannotInvent" or NOT_FOR_THIS_RELEASE in one.message
        if not silent and not ours and (parse(one.case).base, one.loader) not in healthy_fails(release):
            yield one


def test_the_table() -> None:
    """Every family has a default, every kind is of its family, every class exists.

    But for what no loader notices, and what only the loaders of Keras do, whose messages are not recorded.
    """
    assert set(EXPECTED) == {damage.family for damage in DAMAGES.values()} - {"silent", KERAS}
    for family, kinds in EXPECTED.items():
        for kind, value in kinds.items():
            assert kind == "default" or DAMAGES[kind].family == family
            assert set(value.split("|")) <= set(KINDS)


@pytest.mark.parametrize("release", releases())
def test_right_class(release: str) -> None:
    """At least 99 of 100, by the text alone."""
    some = list(failures(release))
    by_traceback = [(one, diagnose(one.traceback or one.line)) for one in some]
    by_line = [(one, diagnose(one.line)) for one in some]
    right = {name: share(pairs) for name, pairs in (("traceback", by_traceback), ("line", by_line))}
    wrong = [(one, found) for one, found in by_traceback if not is_right(one, found)]
    sure = [pair for pair in wrong if pair[1].certainty == SURE]
    print(f"TensorFlow {release}: {len(some)} failures, {right}, sure and wrong {len(sure)}")
    for one, found in wrong:
        print(
            f"  {one.case} {one.loader} {one.phase}: {found.kind} ({found.certainty}, {found.code}): {one.line[:120]!r}"
        )

    assert right["traceback"] >= RIGHT_BY_TRACEBACK
    assert right["line"] >= RIGHT_BY_LINE
    assert len(sure) <= WRONG_AND_SURE * len(some)


def share(pairs: list[tuple[Failure, Diagnosis]]) -> float:
    return round(sum(is_right(one, found) for one, found in pairs) / len(pairs), 4)


def is_right(one: Failure, found: Diagnosis) -> bool:
    return found.kind in classes(one.kind)
