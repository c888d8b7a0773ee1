"""List the ops of a model: who owns them, which releases and devices have them."""

from __future__ import annotations

import argparse
import sys

from inspector.cli.check import not_a_model
from inspector.cli.exit_codes import OK
from inspector.cli.targeting import PATH_HELP, add_configuration, add_own_ops, configuration_of, own_ops_of


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help=PATH_HELP)
    parser.add_argument(
        "--tensorflow", metavar="X.Y", help="the release to judge for (default: installed, else newest)"
    )
    parser.add_argument("--device", choices=("cpu", "gpu", "tpu"), default="cpu")
    add_own_ops(parser)
    add_configuration(parser)
    parser.add_argument("--version", type=int, metavar="N", help="the version to list, of a Serving base folder")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")


def run(options: argparse.Namespace) -> int:
    from inspector.op_inventory import list_ops
    from inspector.report import ops as reporter
    from inspector.report.style import Style

    own_ops = own_ops_of(options, configuration_of(options))
    report = list_ops(
        options.path, tensorflow=options.tensorflow, device=options.device, version=options.version, own_ops=own_ops
    )
    if not any(one.model.meta_graphs for one in report.models):
        return not_a_model(options)
    sys.stdout.write(reporter.written(report, options.format, Style.of(sys.stdout)))
    return OK
