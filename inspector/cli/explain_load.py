"""Rehearse a load: the steps of a loader, one by one."""

from __future__ import annotations

import argparse
import sys

from inspector.cli.exit_codes import COULD_NOT_TELL, FINDINGS, OK
from inspector.cli.targeting import (
    PATH_HELP,
    add_own_ops,
    add_targets,
    configuration_of,
    own_ops_of,
    settings_of,
    targets_of,
)


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=PATH_HELP)
    add_targets(parser, "the release to judge for: 2.15, latest, installed, '>=2.11,<2.16' (repeatable)")
    add_own_ops(parser)
    parser.add_argument("--version", type=int, metavar="N", help="the version to judge, of a Serving base folder")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where a load or a call fails, 3 where something could not be looked at."""
    from inspector.explaining import explain_load
    from inspector.report import told as reporter
    from inspector.report.style import Style

    configuration = configuration_of(options)
    own_ops = own_ops_of(options, configuration)
    told = []
    for path in options.paths:
        settings = settings_of(options, configuration, path)
        targets, _ = targets_of(options, configuration, settings)
        told += explain_load(
            path, loaders=settings.loaders or ("tf2",), targets=targets, tags=settings.tags, version=options.version,
            own_ops=own_ops,
        )  # fmt: skip
    if options.format == "json":
        sys.stdout.write(reporter.dumps(told))
    else:
        style = Style.of(sys.stdout)
        print("\n\n".join("\n".join(reporter.lines(one, style)) for one in told))
    if any("fails" in (one.outcome, *one.calls().values()) for one in told):
        return FINDINGS
    return COULD_NOT_TELL if any(one.outcome == "unknown" for one in told) else OK
