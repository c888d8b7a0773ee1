"""Judge models and confirm the verdicts: the default command."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from inspector.cli.exit_codes import COULD_NOT_TELL, FINDINGS, OK, USAGE
from inspector.cli.lock import hold
from inspector.cli.targeting import (
    LOADERS,
    PATH_HELP,
    add_own_ops,
    add_targets,
    apply_configuration,
    own_ops_of,
    wanted_by,
)
from inspector.errors import UsageError

if TYPE_CHECKING:
    from inspector.checking import ConfirmBy, ModelReport, Report


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=PATH_HELP)
    add_targets(parser, "the release to judge for: 2.15, latest, installed, '>=2.11,<2.16' (repeatable)")
    add_own_ops(parser)
    parser.add_argument("--version", type=int, metavar="N", help="the version to judge, of a Serving base folder")
    parser.add_argument("--verify", action="store_true", default=None, help="verify the checksum of every tensor")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.add_argument(
        "--lock", metavar="FILE", help="fail where the interface broke since `inspector lock` wrote FILE"
    )
    parser.add_argument("--fail-on", choices=("error", "warning", "note"), help="default: error")
    confirm = parser.add_argument_group("confirmation (loads the model for real, in a child process)")
    confirm.add_argument("--confirm", choices=("auto", "force"), default="auto",
                         help="auto (the default); force also runs what touches files, network or native code")  # fmt: skip
    confirm.add_argument("--no-confirm", dest="confirm", action="store_const", const="no", help="static only")
    confirm.add_argument("--confirm-loader", action="append", default=[], choices=LOADERS,
                         help="the loader that confirms (repeatable; default: the first chosen)")  # fmt: skip
    confirm.add_argument("--inputs", metavar="FILE", help=".npz or JSON with real inputs for the signatures")
    confirm.add_argument("--timeout", type=float, default=120.0, metavar="SECONDS", help="for each step of the load")


def run(options: argparse.Namespace) -> int:
    from inspector.checking import Report, check, confirm_report
    from inspector.report.progress import doing, reading_weights

    configured = apply_configuration(options)
    wanted = wanted_by(options, configured)
    targets = tuple(dict.fromkeys(target for some in wanted for target in some.targets))
    own_ops = own_ops_of(options, configured)
    by = _confirm_by(options)
    usage = False
    reports: list[ModelReport] = []
    for path in options.paths:
        try:
            with reading_weights(path) as progress:
                found = check(
                    path, targets=targets, loaders=options.loaders, tags=options.tags, version=options.version,
                    own_ops=own_ops, verify=options.verify, progress=progress,
                )  # fmt: skip
        except UsageError as error:
            print(f"inspector: {error}", file=sys.stderr)
            usage = True
            continue
        for one in found.models:
            one.why_target = f"by {configured.file}" if configured.targets else wanted[0].why
            if options.format == "text":
                print_static(one, first=not reports)
            if by is not None:
                with doing("loading the model for real"):
                    confirm_report(one, by, options.tags)
                if options.format == "text":
                    _print_confirmations(one)
            reports.append(one)
    report = Report(reports, targets)
    held = _hold(options, reports)
    if options.format == "json":
        _print_json(report, [document for _, document in held])
    codes = (report.exit_code(options.fail_on), *(code for code, _ in held))
    return USAGE if usage else next((code for code in (FINDINGS, COULD_NOT_TELL) if code in codes), OK)


def _hold(options: argparse.Namespace, reports: Sequence[ModelReport]) -> list[tuple[int, dict[str, Any]]]:
    """The models against the lock, where one is given."""
    found = []
    for one in reports if options.lock else ():
        code, document, lines = hold(one.path, options.lock)
        if options.format == "text":
            print("\n".join(lines))
        found.append((code, document))
    return found


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


def print_static(one: ModelReport, *, first: bool) -> None:
    from inspector.report import text
    from inspector.report.style import Style

    if not first:
        print()
    for line in text.lines(one, Style.of(sys.stdout)):
        print(line)
    sys.stdout.flush()


def _print_confirmations(one: ModelReport) -> None:
    from inspector.report import text
    from inspector.report.style import Style

    for real in one.confirmations:
        for line in text.confirmation_lines(one, real, Style.of(sys.stdout)):
            print(line)


def _print_json(report: Report, held: Sequence[dict[str, Any]] = ()) -> None:
    from inspector.report.json import dumps

    sys.stdout.write(dumps(report, held))


def not_a_model(options: argparse.Namespace) -> int:
    """Say what the path is instead, as ``check`` does."""
    from inspector.checking import check

    for one in check(options.path).models:
        print_static(one, first=True)
    return FINDINGS
