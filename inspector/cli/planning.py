"""From the options and the configuration to a plan for each model."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from inspector.cli.targeting import configuration_of, own_ops_of, settings_of, targets_of
from inspector.errors import UsageError

if TYPE_CHECKING:
    from inspector.baseline import Baseline
    from inspector.checking import ConfirmBy, Plan
    from inspector.configuration import Configuration, Settings
    from inspector.own_ops import OwnOps
    from inspector.policy import Policy


def plans_of(options: argparse.Namespace) -> tuple[list[Plan], list[tuple[str, str]]]:
    """A plan for each model, and the paths that are wrong, with why."""
    from inspector.discovery import find_models, model_of

    configuration = configuration_of(options)
    baseline = _baseline(options, configuration)
    own_ops = own_ops_of(options, configuration)
    by = _confirm_by(options)
    plans: list[Plan] = []
    problems: list[tuple[str, str]] = []
    paths = _paths(options.paths)
    for path in dict.fromkeys(map(model_of, paths) if options.of_files else paths):
        try:
            models = find_models(path, options.version, recursive=options.recursive)
        except UsageError as error:
            problems.append((path, str(error)))
            continue
        plans += [
            _plan(model.path, options, configuration, baseline, own_ops, by)._replace(layout=model.layout)
            for model in models
        ]
    return plans, problems


def _plan(
    path: str,
    options: argparse.Namespace,
    configuration: Configuration,
    baseline: Baseline | None,
    own_ops: OwnOps,
    by: ConfirmBy | None,
) -> Plan:
    from inspector.checking import Plan

    settings = _settings(path, options, configuration)
    targets, why = targets_of(options, configuration, settings)
    return Plan(
        path, targets, why, settings.loaders or (), settings.tags, own_ops, _policy(options, settings),
        options.verify, by, fail_on=settings.fail_on or "error", lock=settings.lock,
        baseline=None if baseline is None else baseline.entries_for(path),
    )  # fmt: skip


def _settings(path: str, options: argparse.Namespace, configuration: Configuration) -> Settings:
    found = settings_of(options, configuration, path)
    return found._replace(fail_on=options.fail_on or found.fail_on, lock=options.lock or found.lock)


def _policy(options: argparse.Namespace, settings: Settings) -> Policy:
    """The file's policy, and the selectors of the command line over it."""
    from inspector.configuration.selectors import check_selectors
    from inspector.policy import Selectors

    some = [
        tuple(code for text in texts for code in text.split(",") if code)
        for texts in (options.select, options.extend_select, options.ignore)
    ]
    for name, codes in zip(("--select", "--extend-select", "--ignore"), some, strict=True):
        check_selectors(codes, name)
    select, extend, ignore = some
    if not any(some):
        return settings.policy
    return settings.policy._replace(selectors=(*settings.policy.selectors, Selectors(select or None, extend, ignore)))


def _confirm_by(options: argparse.Namespace) -> ConfirmBy | None:
    if options.confirm == "no":
        return None
    from inspector.checking import ConfirmBy

    return ConfirmBy(
        loaders=tuple(options.confirm_loader),
        python=options.confirm_with,
        force=options.confirm == "force",
        inputs=options.inputs,
        timeout=options.timeout,
    )


def _paths(asked: Sequence[str]) -> Iterator[str]:
    """``-`` is a list of paths on standard input, a line (or a NUL) each; globs that the shell left alone are expanded."""
    for text in asked:
        listed = sys.stdin.read() if text == "-" else text
        for path in listed.split("\0" if "\0" in listed else "\n") if text == "-" else (text,):
            if path.strip():
                yield from (path,) if os.path.lexists(path) else _matching(path)


def _matching(path: str) -> Sequence[str]:
    from glob import glob, has_magic

    return (has_magic(path) and sorted(glob(path, recursive=True))) or (path,)


def _baseline(options: argparse.Namespace, configuration: Configuration) -> Baseline | None:
    file = options.baseline or configuration.baseline
    if file is None:
        return None
    from inspector.baseline import read_baseline

    return read_baseline(file, must=not options.write_baseline)


def show_settings(options: argparse.Namespace) -> None:
    """Print what holds for each path."""
    from inspector.report.settings import settings_lines

    configuration = configuration_of(options)
    for number, path in enumerate(dict.fromkeys(_paths(options.paths))):
        settings = _settings(path, options, configuration)
        targets, why = targets_of(options, configuration, settings)
        policy = _policy(options, settings)
        if number:
            print()
        for line in settings_lines(path, configuration, settings, policy, targets, why, options.baseline):
            print(line)
