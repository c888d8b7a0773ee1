"""Will an intended call be accepted, and if not, which one would be?"""

from __future__ import annotations

import argparse
import json
import sys

from inspector.cli.exit_codes import COULD_NOT_TELL, FINDINGS, OK


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="a SavedModel")
    parser.add_argument("call", metavar="CALL", help="'serving_default(x: float32[1,10], mask: bool[1,10])'")
    parser.add_argument("--tags", metavar="A,B", help="only the MetaGraph with these tags")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where nothing that goes by the name accepts the call, 3 for a model that cannot be read."""
    from inspector.contract import explain_call
    from inspector.errors import Unreadable

    tags = None if options.tags is None else [tag for tag in options.tags.split(",") if tag]
    try:
        found = explain_call(options.path, options.call, tags=tags)
    except Unreadable as error:
        print(f"inspector: {error}", file=sys.stderr)
        return COULD_NOT_TELL
    if options.format == "json":
        sys.stdout.write(json.dumps(found.as_dict(), indent=1, ensure_ascii=False) + "\n")
        return OK if found.accepted else FINDINGS
    for answer in found.answers:
        print(f"{answer.of}: {'accepted' if answer.accepted else 'refused'}")
        for why in answer.why:
            print(f"  {why}")
        if not answer.accepted and answer.nearest:
            print(f"  nearest  {answer.nearest}")
        if answer.python:
            print(f"  python   {answer.python}")
    return OK if found.accepted else FINDINGS
