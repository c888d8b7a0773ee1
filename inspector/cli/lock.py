"""Write the interface of a model for git, and hold a model to it."""

from __future__ import annotations

import argparse
import sys

from inspector.cli.exit_codes import COULD_NOT_TELL, OK


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="a SavedModel")


def run(options: argparse.Namespace) -> int:
    """Exit code 3 for a model that cannot be read."""
    from inspector.errors import Unreadable
    from inspector.locking import lock_model

    try:
        sys.stdout.write(lock_model(options.path).dumps())
    except Unreadable as error:
        print(f"inspector: {error}", file=sys.stderr)
        return COULD_NOT_TELL
    return OK
