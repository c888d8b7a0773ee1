"""From paths to a report: open, judge, confirm, compare. The public ``check``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence

from inspector.assumptions import SERVING
from inspector.baseline import Entry
from inspector.catalogue import release
from inspector.confirmation import COMPANIONS, confirm, packages_of, tensorflow_of
from inspector.discovery import find_models
from inspector.engine import concerned, judge, judge_each, merge
from inspector.errors import DEFAULT_LIMITS, Limits, UnknownRelease, UsageError
from inspector.findings import (
    CAPI,
    ERROR,
    FAILS,
    KERAS,
    LOADS,
    TENSORFLOW,
    TF_SERVING,
    UNKNOWN,
    Confirmation,
    Target,
    Verdict,
)
from inspector.loaders import LOADERS
from inspector.loaders.session import TRANSFORM_TAGS
from inspector.model.saved_model import Model, open_model
from inspector.named_tuple import NamedTuple
from inspector.own_ops import NO_OPS, OwnOps
from inspector.policy import ANY, Policy
from inspector.results import ModelReport, Report
from inspector.targets import AS_ASKED, Chosen, choose_targets
from inspector.topology.host_access import Access, host_access
from inspector.topology.reach import Reach

NOT_CONFIRMED = "not-confirmed"
BYTECODE, RUN_BYTECODE = "KR017", ("keras", "tf_keras")
OTHER_PURPOSES = {TRANSFORM_TAGS: "TensorFlow Transform loads its graph by this tag"}


class ConfirmBy(NamedTuple):
    """How to confirm: which loaders, whose TensorFlow, and whether to run what touches the host."""

    loaders: tuple[str, ...] = ()
    python: str | None = None
    force: bool = False
    inputs: str | None = None
    timeout: float = 120.0
    memory: int = 8 << 30


def default_target(tensorflow: str | None = None, device: str = "cpu", packages: Iterable[str] = ()) -> Target:
    """The target that was asked for; without a release the installed TensorFlow's, else the newest in the catalogue.

    Raises UnknownRelease, and UsageError for "installed" where TensorFlow is not.
    """
    return choose_targets(tensorflow, device, packages).targets[0]


def choose_loaders(asked: Iterable[str]) -> tuple[str, ...]:
    """The loaders that were asked for, TensorFlow's if none was. Raises UsageError for one that does not exist."""
    chosen = tuple(dict.fromkeys(asked)) or TENSORFLOW
    for name in chosen:
        if name not in LOADERS:
            raise UsageError(f"unknown loader {name!r}; there are {', '.join(LOADERS)}")
    return chosen


def check(
    path: str | os.PathLike[str],
    *,
    tensorflow: str | Sequence[str] | None = None,
    device: str | Sequence[str] = "cpu",
    packages: Iterable[str] = (),
    env: Iterable[str] = (),
    host: str = CAPI,
    targets: Sequence[Target] = (),
    loaders: Iterable[str] = (),
    tags: Iterable[str] | None = None,
    version: int | None = None,
    own_ops: OwnOps = NO_OPS,
    policy: Policy = ANY,
    verify: bool | None = None,
    confirm_by: ConfirmBy | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Judge a SavedModel, or every version of a TensorFlow Serving base folder, and confirm it if asked to.

    ``loaders`` says who will load the model (default: tf2, tf1 and serving): only their failures are errors.
    Judged is every combination of ``tensorflow`` ("2.15", "latest", "installed", ">=2.11,<2.16") and ``device``, with
    ``packages``, ``env`` ("onednn=off") and ``host`` (who runs the loader serving: "capi" or "tf-serving"); or
    ``targets``, if given. ``own_ops`` are registered in all of them (``read_own_ops``). ``policy`` says which rules
    count and what else is asked of the model. ``confirm_by`` runs the model's code in a child process; None runs nothing.
    Cost: about 0.1 s for a 2 MB graph, some milliseconds for each further target. Raises UsageError for a path that does
    not exist, an unknown loader, device, host or release.
    """
    wanted = Chosen(tuple(targets), AS_ASKED) if targets else choose_targets(tensorflow, device, packages, env, host)
    plan = Plan(
        os.fspath(path), wanted.targets, wanted.why, tuple(loaders), None if tags is None else tuple(tags), own_ops,
        policy, verify, confirm_by, limits,
    )  # fmt: skip
    reports = []
    for found in find_models(plan.path, version):
        one = plan._replace(path=found.path, layout=found.layout)
        report = carry_out(one, progress)
        confirm_as_planned(report, one)
        reports.append(report)
    return Report(reports, wanted.targets)


class Plan(NamedTuple):
    """All that a check of one model needs to know, as plain values: it can be handed to another process.

    ``fail_on``, ``baseline`` (what it says of the model; None without one) and ``lock`` decide what counts; ``layout`` is
    where the model was found (``inspector.discovery``).
    """

    path: str
    targets: tuple[Target, ...]
    why_target: str = AS_ASKED
    loaders: tuple[str, ...] = ()
    tags: tuple[str, ...] | None = None
    own_ops: OwnOps = NO_OPS
    policy: Policy = ANY
    verify: bool | None = None
    confirm_by: ConfirmBy | None = None
    limits: Limits = DEFAULT_LIMITS
    fail_on: str = ERROR
    baseline: tuple[Entry, ...] | None = None
    lock: str | None = None
    layout: str = ""


def carry_out(plan: Plan, progress: Callable[[int], None] | None = None) -> ModelReport:
    """The static part of a plan. Raises UsageError for a path that does not exist and an unknown loader."""
    chosen = choose_loaders(plan.loaders)
    model = open_model(plan.path, verify=plan.verify, limits=plan.limits, progress=progress)
    report = examine(model, plan.targets, chosen, _tag_set(plan.tags), plan.own_ops, plan.policy)
    report.why_target = plan.why_target
    report.fail_on = plan.fail_on
    report.layout = plan.layout
    return report


def confirm_as_planned(report: ModelReport, plan: Plan) -> None:
    """The other part: real loads, if the plan wants any."""
    if plan.confirm_by is not None:
        confirm_report(report, plan.confirm_by, _tag_set(plan.tags))


def _tag_set(tags: Iterable[str] | None) -> tuple[str, ...] | None:
    return None if tags is None else tuple(sorted(set(tags)))


def examine(
    model: Model,
    targets: Sequence[Target],
    chosen: tuple[str, ...],
    tags: tuple[str, ...] | None,
    own_ops: OwnOps = NO_OPS,
    policy: Policy = ANY,
) -> ModelReport:
    """Judge an open model. Cost: a pass over its nodes for each set of targets that register the same ops."""
    tags, why = tags_for(model, tags)
    loaders = concerned(model, chosen)
    judgements = judge_each(model, targets, tags=tags, loaders=loaders, taught=own_ops.ops, demands=policy.demands)
    return ModelReport(model, merge(judgements), chosen, why, own_ops, policy)


def tags_for(model: Model, tags: tuple[str, ...] | None) -> tuple[tuple[str, ...] | None, str]:
    """The tags to load a model by, and why they are not those asked for, if they are not."""
    if tags is None and len(model.meta_graphs) == 1 and model.meta_graphs[0].tags in OTHER_PURPOSES:
        own = model.meta_graphs[0].tags
        return own, OTHER_PURPOSES[own]
    return tags, ""


def confirm_report(report: ModelReport, by: ConfirmBy, tags: tuple[str, ...] | None) -> None:
    """Load the model for real, once for each loader asked for, and compare with the verdict for that very TensorFlow."""
    model = report.model
    env = _shared_env(report.judgement.targets)
    for loader in by.loaders or report.chosen[:1]:
        if not model.meta_graphs:
            report.confirmations.append(_not_confirmed(loader, None, "there is no graph to load"))
            continue
        installed = tensorflow_of(by.python)
        if installed is None:
            report.confirmations.append(_not_confirmed(loader, None, "tensorflow is not installed"))
            continue
        reaches = {meta.index: Reach(meta) for meta in model.meta_graphs}
        access = host_access(model, reaches, keras=loader in KERAS)
        unsafe = _unsafe_load(report, loader, access)
        if unsafe and not by.force:
            report.confirmations.append(_not_confirmed(loader, installed, unsafe))
            continue
        cannot = _why_not(report, loader)
        if cannot:
            report.confirmations.append(_not_confirmed(loader, installed, cannot))
            continue
        verdict_tags = tags if tags is not None else (model.meta_graphs[0].tags if report.why_tags else None)
        skip = {}
        if not by.force:
            skip = {key: f"reaches {a.op}" for a in access for key in a.at_call.get(loader, ())}
        imported = _imported(report, loader)
        real = confirm(
            model.folder,
            loader=loader,
            python=by.python,
            tags=verdict_tags,
            skip_calls=skip,
            inputs=by.inputs,
            libraries=report.own_ops.libraries,
            imports=_import_statements(imported),
            timeout=by.timeout,
            memory=by.memory,
            env=env,
        )
        here = Target(installed, "cpu", tuple(sorted({*packages_of(by.python), *imported})), env)
        predicted = _prediction(report, loader, here, verdict_tags)
        report.confirmations.append(real._replace(agrees=agreement(predicted, real, _foreign_ops(report, installed))))


def _unsafe_load(report: ModelReport, loader: str, access: Iterable[Access]) -> str:
    """What a load would do to the host; empty where it does nothing."""
    if loader in RUN_BYTECODE and any(finding.rule == BYTECODE for finding in report.findings):
        return "its load runs Python bytecode of a Lambda layer"
    reached = next((one.op for one in access if loader in one.at_load), None)
    return f"its load reaches {reached}" if reached is not None else ""


def _why_not(report: ModelReport, loader: str) -> str:
    """Why a real load would say nothing about the verdicts; empty where it does."""
    if loader == SERVING and all(target.host == TF_SERVING for target in report.judgement.targets):
        return "a TensorFlow Serving is not run here; --host capi is confirmed, by the C API"
    listed = report.own_ops.only_listed({form.op for form in report.model.kinds.forms})
    if listed:
        source = report.own_ops.sources[listed[0]]
        return f"of `{listed[0]}` only {source} is there, and no library that registers it (--op-library)"
    return ""


def _imported(report: ModelReport, loader: str) -> tuple[str, ...]:
    """The packages that are imported before the load: those of the targets, in a process of Python."""
    if loader == SERVING:
        return ()
    return tuple(sorted({name for target in report.judgement.targets for name in target.packages} - {*COMPANIONS}))


def _import_statements(packages: Iterable[str]) -> tuple[str, ...]:
    """How to import packages so that they register their ops."""
    import ast

    from inspector.catalogue import companions

    statements = []
    for name in packages:
        held = companions.package(name)
        statement = held.import_statement if held is not None else ""
        try:
            ast.parse(statement)
        except SyntaxError:
            statement = ""  # words for people, such as "import a (3.x) / import b (<= 2.x)"
        statements.append(statement or f"import {name}")
    return tuple(statements)


def _not_confirmed(loader: str, tensorflow: str | None, why: str) -> Confirmation:
    return Confirmation(loader, tensorflow, NOT_CONFIRMED, error_message=why)


def _shared_env(targets: Sequence[Target]) -> tuple[tuple[str, str], ...]:
    """The conditions of the host, if all targets agree in them: else those of a fresh install."""
    first, *more = {target.env: None for target in targets}
    return () if more else first


def _prediction(report: ModelReport, loader: str, here: Target, tags: tuple[str, ...] | None) -> Verdict | None:
    """The verdict for the confirming interpreter's own release, packages, device and conditions."""
    try:
        target = here._replace(tensorflow=release(here.tensorflow).version)
    except UnknownRelease:
        return None
    judgement = report.judgement
    if not any(v.loader == loader and v.target == target for v in judgement.verdicts):
        judgement = judge(report.model, target, tags=tags, loaders=(loader,), taught=report.own_ops.ops)
    return next((v for v in judgement.verdicts if v.loader == loader and v.target == target), None)


def _foreign_ops(report: ModelReport, tensorflow: str) -> tuple[str, ...]:
    """The ops of a model that a release's core library does not register: their kernels are not judged."""
    try:
        core = release(tensorflow)
    except UnknownRelease:
        return ()
    return tuple({form.op for form in report.model.kinds.forms if core.op(form.op) is None})


def agreement(predicted: Verdict | None, real: Confirmation, foreign: Iterable[str] = ()) -> bool | None:
    """Whether a real load did what the verdict said; None where there is nothing to compare.

    A missing kernel of a ``foreign`` op is nothing that the verdict spoke of.
    """
    if predicted is None or real.outcome not in (LOADS, FAILS) or predicted.outcome == UNKNOWN:
        return None
    unspoken = tuple(f"No OpKernel was registered to support Op '{op}'" for op in foreign)
    if any(words in (real.error_message or "") for words in unspoken):
        return None
    if predicted.outcome != real.outcome:
        return False
    for key, call in real.signatures.items():
        said = predicted.signatures.get(key)
        if said is None or call.outcome not in ("runs", "fails") or said.outcome == UNKNOWN:
            continue
        if any(words in (call.error_message or "") for words in unspoken):
            return None
        if said.outcome != call.outcome:
            return False
    return True
