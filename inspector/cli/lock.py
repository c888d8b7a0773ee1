"""Write the interface of a model for git, and hold a model to it."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from inspector.cli.exit_codes import COULD_NOT_TELL, FINDINGS, OK


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="a SavedModel")


def run(options: argparse.Namespace) -> int:
    """Exit code 3 for a model that cannot be read."""
    from inspector.hashing import CannotHash
    from inspector.locking import lock_model

    try:
        sys.stdout.write(lock_model(options.path).dumps())
    except CannotHash as error:
        print(f"inspector: {error}", file=sys.stderr)
        return COULD_NOT_TELL
    return OK


def hold(path: str, lock: str) -> tuple[int, dict[str, Any], list[str]]:
    """A model against its lock, for ``check --lock``: the exit code, the part of the JSON document, and the lines."""
    from inspector.hashing import CannotHash
    from inspector.locking import check_lock

    try:
        held = check_lock(path, lock)
    except CannotHash as error:
        return COULD_NOT_TELL, {"file": lock, "class": "unknown", "changes": []}, [f"lock {lock}: {error}"]
    lines = [f"lock {lock}: {'broken' if held.breaks else held.worst}"]
    lines += [f"  {change.code}  {change.level:10}  {change.message}" for change in held.changes]
    document = {"file": lock, "class": held.worst, "changes": [change.as_dict() for change in held.changes]}
    return (FINDINGS if held.breaks else OK), document, lines
