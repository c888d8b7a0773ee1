"""What a check comes to: findings, verdicts and confirmations of each model, how much they count, exit codes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from inspector.baseline import BY_POLICY, Matched, Suppression
from inspector.engine import Judgement, Summary, sum_up, words
from inspector.errors import InspectorError
from inspector.findings import (
    ERROR,
    FAILS,
    SEVERITIES,
    UNKNOWN,
    CallVerdict,
    Confirmation,
    Finding,
    Target,
    Verdict,
)
from inspector.model.saved_model import Model
from inspector.named_tuple import NamedTuple
from inspector.own_ops import NO_OPS, OwnOps
from inspector.policy import ANY, Policy
from inspector.targets import AS_ASKED


class Lock(NamedTuple):
    """A lock that a model was held to, and the worst class of change since; UNKNOWN for a model that cannot be read."""

    file: str
    worst: str


class ModelReport:
    """One model, what the engine makes of it, and what real loads did.

    ``policy`` says which rules count and how much; ``against_baseline`` is what a baseline knows of the findings,
    if there is one.
    """

    __slots__ = (
        "against_baseline", "chosen", "confirmations", "fail_on", "judgement", "layout", "lock", "model", "own_ops", "policy",
        "why_tags", "why_target",
    )  # fmt: skip

    def __init__(
        self,
        model: Model,
        judgement: Judgement,
        chosen: tuple[str, ...],
        why_tags: str = "",
        own_ops: OwnOps = NO_OPS,
        policy: Policy = ANY,
    ) -> None:
        self.model = model
        self.own_ops = own_ops
        self.judgement = judgement
        self.chosen = chosen
        self.why_tags = why_tags
        self.why_target = AS_ASKED
        self.policy = policy
        self.fail_on = ERROR
        self.layout = ""
        self.lock: Lock | None = None
        self.against_baseline: Matched | None = None
        self.confirmations: list[Confirmation] = []

    @property
    def path(self) -> str:
        return self.model.path

    @property
    def findings(self) -> tuple[Finding, ...]:
        return self.judgement.findings

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        return self.judgement.verdicts

    def add(self, findings: Iterable[Finding]) -> None:
        """Findings that no loader minds, after those of the judgement."""
        self.judgement = self.judgement._replace(findings=(*self.judgement.findings, *findings))

    def summary(self, index: int) -> Summary:
        """Effect, severity and loaders of one finding, over the chosen loaders; the policy may set the severity."""
        finding = self.findings[index]
        summary = sum_up(index, finding, self.judgement.meanings, self.chosen)
        severity = self.policy.severity(finding.rule)
        return summary if severity is None else summary._replace(severity=severity)

    def suppression(self, index: int) -> Suppression | None:
        """Why a finding is not told; None where it is."""
        if not self.policy.is_on(self.findings[index].rule):
            return Suppression(BY_POLICY)
        return None if self.against_baseline is None else self.against_baseline.known.get(index)

    @property
    def follows(self) -> dict[int, int]:
        """Findings that are only consequences, with their causes, where both are told."""
        told = set(self.told())
        return {effect: cause for effect, cause in self.judgement.follows.items() if effect in told and cause in told}

    def told(self) -> list[int]:
        """The findings that are not suppressed, in order."""
        return [index for index in range(len(self.findings)) if self.suppression(index) is None]

    def exit_code(self, fail_on: str | None = None) -> int:
        """0 nothing at or above ``fail_on`` (None: the plan's), 1 findings or a real load that failed, 3 a chosen verdict is
        unknown."""
        worst = SEVERITIES.index(fail_on or self.fail_on)
        if any(SEVERITIES.index(self.summary(i).severity) <= worst for i in self.told()):
            return 1
        if any(self._fails_unforetold(real) for real in self.confirmations):
            return 1
        if self.lock is not None and self.lock.worst == UNKNOWN:
            return 3
        return 3 if any(v.outcome == UNKNOWN for v in self.verdicts if v.loader in self.chosen) else 0

    def _fails_unforetold(self, real: Confirmation) -> bool:
        """Whether a real load or call failed that no finding answers for: the policy or a baseline may have let it pass."""
        fails = real.outcome == FAILS or any(call.outcome == FAILS for call in real.signatures.values())
        foretold = any(
            verdict.loader == real.loader and verdict.target.tensorflow == real.tensorflow and _fails(verdict)
            for verdict in self.verdicts
            if verdict.loader in self.chosen
        )
        return fails and not (real.agrees and foretold)


def _fails(verdict: Verdict) -> bool:
    calls: Sequence[CallVerdict] = tuple(verdict.signatures.values())
    return verdict.outcome == FAILS or any(call.outcome == FAILS for call in calls)


class RestoreWouldFail(InspectorError):
    """What ``Report.raise_for_errors`` raises: one line a finding of severity error."""


class Report:
    """What ``check`` returns: one ModelReport a model (a TensorFlow Serving base folder has several)."""

    __slots__ = ("models", "targets")

    def __init__(self, models: Sequence[ModelReport], targets: Sequence[Target]) -> None:
        self.models = tuple(models)
        self.targets = tuple(targets)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of all models, in order."""
        return tuple(finding for report in self.models for finding in report.findings)

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts of all models, in order."""
        return tuple(verdict for report in self.models for verdict in report.verdicts)

    def exit_code(self, fail_on: str | None = None) -> int:
        """The worst of the models' codes: 1 before 3 before 0."""
        codes = {report.exit_code(fail_on) for report in self.models}
        return next((code for code in (1, 3) if code in codes), 0)

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, version 1."""
        from inspector.report.json import document

        return document(self)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from inspector.report.notebook import report_html

        return report_html(self)

    def raise_for_errors(self) -> None:
        """Raise RestoreWouldFail if there is a finding of severity error, with all of them in its text."""
        lines = [
            f"{report.path}: {finding.rule} {words(finding)[0]} ({finding.where})"
            for report in self.models
            for i, finding in enumerate(report.findings)
            if report.suppression(i) is None and report.summary(i).severity == ERROR
        ]
        if lines:
            raise RestoreWouldFail("\n".join(lines))
