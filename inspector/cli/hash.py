"""The digest of a model: equal for equal models."""

from __future__ import annotations

import argparse
import json
import sys

from inspector.cli.exit_codes import COULD_NOT_TELL, OK


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="a SavedModel")
    parser.add_argument(
        "--verify", action="store_true", help="hash the weights themselves (sha256), not their checksums"
    )
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: argparse.Namespace) -> int:
    """Exit code 3 for a model that cannot be read."""
    from inspector.errors import Unreadable
    from inspector.hashing import hash_model
    from inspector.report.progress import reading_weights

    try:
        with reading_weights(options.path, "hashing") as progress:
            found = hash_model(options.path, verify=options.verify, progress=progress if options.verify else None)
    except Unreadable as error:
        print(f"inspector: {error}", file=sys.stderr)
        return COULD_NOT_TELL
    if options.format == "json":
        sys.stdout.write(json.dumps(found.as_dict(), indent=1, ensure_ascii=False) + "\n")
    else:
        print(found.digest)
        for name in found._fields[1:]:
            print(f"  {name:10}  {getattr(found, name)}")
    return OK
