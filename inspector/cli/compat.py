"""On which TensorFlow releases, devices and loaders a model works."""

from __future__ import annotations

import argparse
import sys
from typing import TYPE_CHECKING

from inspector.cli.exit_codes import USAGE
from inspector.cli.targeting import PATH_HELP, add_own_ops, add_targets, configuration_of, own_ops_of, settings_of
from inspector.errors import UsageError
from inspector.findings import CAPI

if TYPE_CHECKING:
    from inspector.compatibility import Compatibility


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("paths", nargs="+", metavar="PATH", help=PATH_HELP)
    add_targets(parser, "only these releases: 2.15, '>=2.11,<2.16' (repeatable; default: all from 1.15 on)")
    add_own_ops(parser)
    parser.add_argument("--version", type=int, metavar="N", help="the version to judge, of a Serving base folder")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    parser.add_argument("--oldest", action="store_true",
                        help="print only the oldest release on which every chosen loader loads and runs the model")  # fmt: skip


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where no release will do for all chosen loaders and devices."""
    from inspector.compatibility import CompatReport, compat

    configuration = configuration_of(options)
    own_ops = own_ops_of(options, configuration)
    models: list[Compatibility] = []
    usage = False
    for path in options.paths:
        settings = settings_of(options, configuration, path)
        try:
            models += compat(
                path, tensorflow=options.tensorflow, device=options.device or ("cpu", "gpu"),
                packages=options.packages, env=options.env, host=options.host or CAPI, loaders=settings.loaders or (),
                tags=settings.tags, version=options.version, own_ops=own_ops,
            ).models  # fmt: skip
        except UsageError as error:
            print(f"inspector: {error}", file=sys.stderr)
            usage = True
    report = CompatReport(models)
    if options.oldest:
        for one in models:
            print(one.oldest_for_all() or "none", *([one.path] if len(models) > 1 else []), sep="  ")
    else:
        from inspector.report import compat as reporter
        from inspector.report.style import Style

        sys.stdout.write(reporter.written(report, options.format, Style.of(sys.stdout)))
    return USAGE if usage else report.exit_code()
