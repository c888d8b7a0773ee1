"""The matrix: what every release, device and loader does with a model, where that changes, why, and what would help.

Cost: one check, and some milliseconds for each release (releases share what they do not differ in).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from inspector.checking import choose_loaders, tags_for
from inspector.discovery import expand
from inspector.engine import Judgement, judge_each, words
from inspector.errors import DEFAULT_LIMITS, Limits
from inspector.findings import CAPI, FAILS, LOADS, RUNS, UNKNOWN, CallVerdict, Finding, Target, Verdict
from inspector.loaders import LOADERS
from inspector.model.saved_model import Model, open_model
from inspector.named_tuple import NamedTuple
from inspector.own_ops import NO_OPS, OwnOps
from inspector.rules.registry import rule_of
from inspector.targets import choose_targets, judged_releases
from inspector.version import VERSION

PARTLY = "partly"  # it loads, but some signature fails
SCHEMA_VERSION = 1
OLDER, NEWER = "older", "newer"
# What a finding says of the release that it is about, and not of the model.
_OF_RELEASE = ("tensorflow", "version", "cure", "meaning")


class Reason(NamedTuple):
    """Why a loader does not do what it should: a finding in words. ``cause`` leaves out what names the release."""

    finding: Finding
    message: str
    fix: str
    cause: str

    @property
    def rule(self) -> str:
        return self.finding.rule

    @property
    def key(self) -> tuple[str, str]:
        """Equal for reasons that differ only in the release that they name."""
        return self.rule, self.cause


class Cell(NamedTuple):
    """What one loader does on one target: ``outcome`` is loads, partly, fails or unknown."""

    loader: str
    target: Target
    outcome: str
    because: tuple[Reason, ...]
    signatures: dict[str, str]
    assumes: tuple[str, ...]


class Run(NamedTuple):
    """Neighbouring releases, oldest first, with the same outcome for the same first reason."""

    cells: tuple[Cell, ...]

    @property
    def outcome(self) -> str:
        return self.cells[0].outcome

    @property
    def reason(self) -> Reason | None:
        return self.cells[0].because[0] if self.cells[0].because else None

    @property
    def span(self) -> str:
        """ "2.3.4 – 2.9.3", or the only release."""
        return span([cell.target.tensorflow for cell in self.cells])

    @property
    def message(self) -> str:
        """The first reason's words, with all the releases of the run where they name the release."""
        if self.reason is None:
            return ""
        finding = self.reason.finding
        if "tensorflow" not in finding.data:
            return self.reason.message
        data = {**finding.data, "tensorflow": self.span}
        return words(Finding(finding.rule, finding.where, data))[0]


def span(versions: Sequence[str]) -> str:
    """The first and the last of some releases."""
    return versions[0] if len(versions) == 1 else f"{versions[0]} – {versions[-1]}"


class Widening(NamedTuple):
    """What would make a loader work on more releases: all ``reasons`` must go, then ``gains`` will do too."""

    loader: str
    device: str
    direction: str
    gains: tuple[str, ...]
    reasons: tuple[Reason, ...]

    @property
    def span(self) -> str:
        """The first and the last of the releases that would be won."""
        return span(self.gains)

    @property
    def fixes(self) -> tuple[str, ...]:
        """What to do about each reason, for the nearest of the releases that are to be won."""
        nearest = self.gains[-1] if self.direction == OLDER else self.gains[0]
        return tuple(_widening_fix(reason, nearest) for reason in self.reasons)


def _widening_fix(reason: Reason, release: str) -> str:
    rule = rule_of(reason.rule)
    return reason.fix if rule is None else rule.widening(reason.finding.data, release)


class Compatibility:
    """The matrix of one model. ``releases`` are oldest first; ``cells`` are by loader, device, release."""

    __slots__ = ("_by_place", "cells", "devices", "loaders", "model", "releases")

    def __init__(self, model: Model, cells: Sequence[Cell]) -> None:
        self.model = model
        self.cells = tuple(cells)
        self.loaders = tuple(dict.fromkeys(cell.loader for cell in cells))
        self.devices = tuple(dict.fromkeys(cell.target.device for cell in cells))
        self.releases = tuple(dict.fromkeys(cell.target.tensorflow for cell in cells))
        self._by_place = {(c.loader, c.target.device, c.target.tensorflow): c for c in cells}

    @property
    def path(self) -> str:
        return self.model.path

    def row(self, loader: str, device: str) -> tuple[Cell, ...]:
        """One loader on one device, oldest release first."""
        return tuple(self._by_place[loader, device, version] for version in self.releases)

    def runs(self, loader: str, device: str) -> list[Run]:
        """A row, neighbours with equal outcome and first reason together."""
        runs: list[list[Cell]] = []
        for cell in self.row(loader, device):
            if runs and _alike(runs[-1][0], cell):
                runs[-1].append(cell)
            else:
                runs.append([cell])
        return [Run(tuple(run)) for run in runs]

    def working(self, loader: str, device: str) -> tuple[str, ...]:
        """The releases on which the model loads and every signature runs, oldest first."""
        return tuple(c.target.tensorflow for c in self.row(loader, device) if c.outcome == LOADS)

    def oldest_for_all(self) -> str | None:
        """The oldest release on which every loader on every device loads and runs the model."""
        sets = [set(self.working(loader, device)) for loader in self.loaders for device in self.devices]
        return next((version for version in self.releases if all(version in some for some in sets)), None)

    def widenings(self) -> list[Widening]:
        """What bars the neighbours of the working releases, the cheapest first: few causes, many releases won."""
        found = [w for loader in self.loaders for device in self.devices for w in self._widenings(loader, device)]
        return sorted(found, key=lambda w: (len(w.reasons), -len(w.gains)))

    def _widenings(self, loader: str, device: str) -> Iterator[Widening]:
        row = self.row(loader, device)
        working = [i for i, cell in enumerate(row) if cell.outcome == LOADS]
        first, last = (working[0], working[-1]) if working else (len(row), len(row) - 1)
        sides = ((OLDER, row[:first][::-1]), (NEWER, row[last + 1 :]))
        for direction, beyond in sides:
            if beyond and beyond[0].because:
                reasons = {reason.key: reason for reason in beyond[0].because}
                gains = []
                for cell in beyond:
                    if not cell.because or not {reason.key for reason in cell.because} <= set(reasons):
                        break
                    gains.append(cell.target.tensorflow)
                yield Widening(loader, device, direction, tuple(sorted(gains, key=self.releases.index)),
                               tuple(reasons.values()))  # fmt: skip

    def as_dict(self) -> dict[str, Any]:
        """This model's part of the JSON document."""
        extremes = {
            name: {
                loader: {
                    device: (self.working(loader, device) or (None,))[at] for device in self.devices
                }
                for loader in self.loaders
            }
            for name, at in (("oldest", 0), ("newest", -1))
        }  # fmt: skip
        return {
            "path": self.path,
            "matrix": [_cell_dict(cell) for cell in self.cells],
            **extremes,
            "widen": [_widening_dict(widening) for widening in self.widenings()],
        }


class CompatReport:
    """What ``compat`` returns: one Compatibility a model (a TensorFlow Serving base folder has several)."""

    __slots__ = ("models",)

    def __init__(self, models: Iterable[Compatibility]) -> None:
        self.models = tuple(models)

    def exit_code(self) -> int:
        """0 where every model has a release on which all loaders and devices work, else 1."""
        return 0 if all(model.oldest_for_all() for model in self.models) else 1

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, version 1. Its schema is ``inspector/report/compat_schema.json``."""
        models = [model.as_dict() for model in self.models]
        return {"schema_version": SCHEMA_VERSION, "inspector": VERSION, "models": models}

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from inspector.report.notebook import compat_html

        return compat_html(self)


def compat(
    path: str | os.PathLike[str],
    *,
    tensorflow: str | Sequence[str] = (),
    device: str | Sequence[str] = ("cpu", "gpu"),
    packages: Iterable[str] = (),
    env: Iterable[str] = (),
    host: str = CAPI,
    loaders: Iterable[str] = (),
    tags: Iterable[str] | None = None,
    version: int | None = None,
    own_ops: OwnOps = NO_OPS,
    limits: Limits = DEFAULT_LIMITS,
) -> CompatReport:
    """The matrix of a model, or of every version of a TensorFlow Serving base folder.

    ``tensorflow`` narrows the releases ("2.15", ">=2.11,<2.16"); all from 1.15 on by default. ``host`` and ``own_ops`` as
    in ``check``. Raises UsageError for a path that does not exist, an unknown loader, device, host or release.
    """
    chosen = choose_loaders(loaders)
    targets = _all_targets(choose_targets(tensorflow or judged_releases(), device, packages, env, host).targets)
    asked = None if tags is None else tuple(sorted(set(tags)))
    found = []
    for one in expand(os.fspath(path), version):
        model = open_model(one, limits=limits)
        judgements = judge_each(model, targets, tags=tags_for(model, asked)[0], loaders=chosen, taught=own_ops.ops)
        found.append(Compatibility(model, list(_cells(judgements, chosen))))
    return CompatReport(found)


def _all_targets(chosen: Sequence[Target]) -> list[Target]:
    """By device, then oldest release first."""
    order = judged_releases()
    devices = list(dict.fromkeys(target.device for target in chosen))
    return sorted(chosen, key=lambda target: (devices.index(target.device), order.index(target.tensorflow)))


def _cells(judgements: Sequence[Judgement], loaders: Sequence[str]) -> Iterator[Cell]:
    """By loader, then as the targets are ordered."""
    told: dict[int, Reason] = {}
    for place in range(len(loaders)):
        for judgement in judgements:
            yield _cell(judgement.verdicts[place], judgement.findings, told)


def _cell(verdict: Verdict, findings: Sequence[Finding], told: dict[int, Reason]) -> Cell:
    """``told`` keeps the words of findings that several judgements share."""
    calls = verdict.signatures
    because = verdict.because or tuple(dict.fromkeys(i for call in calls.values() for i in call.because))
    reasons = tuple(
        told.get(id(findings[i])) or told.setdefault(id(findings[i]), _reason(findings[i])) for i in because
    )
    signatures = {key: call.outcome for key, call in sorted(calls.items())}
    return Cell(verdict.loader, verdict.target, _outcome(verdict, calls.values()), reasons, signatures, verdict.assumes)


def _outcome(verdict: Verdict, calls: Iterable[CallVerdict]) -> str:
    outcomes = {call.outcome for call in calls}
    if verdict.outcome != LOADS:
        return verdict.outcome
    if RUNS in outcomes and LOADERS[verdict.loader].one_is_enough:
        return LOADS
    if FAILS in outcomes:
        return PARTLY
    return LOADS if outcomes <= {RUNS} else UNKNOWN


def _reason(finding: Finding) -> Reason:
    message, fix = words(finding)
    data = {key: value for key, value in finding.data.items() if key not in _OF_RELEASE}
    return Reason(finding, message, fix, repr(sorted(data.items())))


def _alike(one: Cell, other: Cell) -> bool:
    if one.outcome != other.outcome or bool(one.because) != bool(other.because):
        return False
    return not one.because or one.because[0].key == other.because[0].key


def _cell_dict(cell: Cell) -> dict[str, Any]:
    return {
        "loader": cell.loader,
        "device": cell.target.device,
        "tensorflow": cell.target.tensorflow,
        "host": cell.target.host,
        "outcome": cell.outcome,
        "because": [{"rule": reason.rule, "message": reason.message} for reason in cell.because],
        "signatures": cell.signatures,
        "assumes": list(cell.assumes),
    }


def _widening_dict(widening: Widening) -> dict[str, Any]:
    return {
        "loader": widening.loader,
        "device": widening.device,
        "direction": widening.direction,
        "gains": list(widening.gains),
        "because": [
            {"rule": reason.rule, "message": reason.message, "fix": fix}
            for reason, fix in zip(widening.reasons, widening.fixes, strict=True)
        ],
    }
