"""Explain a rule."""

from __future__ import annotations

import argparse

from inspector.cli.exit_codes import OK


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("rule", help="a code (OP001) or a name (op-not-registered)")


def run(options: argparse.Namespace) -> int:
    from inspector.report.rules import explanation

    for line in explanation(options.rule):
        print(line)
    return OK
