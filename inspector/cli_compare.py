"""The commands that compare: hash, diff, lock, call. Arguments and exit codes; what they print, the reporters write."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

OK, BREAKS, USAGE, COULD_NOT_TELL = 0, 1, 2, 3


def add_hash(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="a SavedModel")
    parser.add_argument(
        "--verify", action="store_true", help="hash the weights themselves (sha256), not their checksums"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(command=hash_command)


def hash_command(options: argparse.Namespace) -> int:
    """Exit code 3 for a model that cannot be read."""
    from inspector.hashing import CannotHash, hash_model
    from inspector.report.progress import reading_weights

    try:
        with reading_weights(options.path) as progress:
            found = hash_model(options.path, verify=options.verify, progress=progress if options.verify else None)
    except CannotHash as error:
        print(f"inspector: {error}", file=sys.stderr)
        return COULD_NOT_TELL
    if options.format == "json":
        _print_json(found.as_dict())
    else:
        print(found.digest)
        for name in found._fields[1:]:
            print(f"  {name:10}  {getattr(found, name)}")
    return OK


def _print_json(document: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
