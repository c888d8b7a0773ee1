"""List the rules."""

from __future__ import annotations

import argparse

from inspector.cli.exit_codes import OK


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")


def run(options: argparse.Namespace) -> int:
    from inspector.report.rules import listing

    for line in listing(options.format):
        print(line)
    return OK
