"""Print what a model holds, in the text form."""

from __future__ import annotations

import argparse

from inspector.cli.check import not_a_model
from inspector.cli.exit_codes import OK


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH")
    for part in ("signatures", "variables", "functions", "ops", "objects", "all"):
        parser.add_argument(f"--{part}", action="store_true")


def run(options: argparse.Namespace) -> int:
    from inspector.model.saved_model import open_model
    from inspector.model.text import print_model

    model = open_model(options.path, verify=False)
    if not model.meta_graphs:
        return not_a_model(options)
    parts = {part: getattr(options, part) for part in ("signatures", "variables", "functions", "ops", "objects")}
    if not any(parts.values()):
        parts["signatures"] = True
    for line in print_model(model, **parts, all=options.all):
        print(line)
    return OK
