"""The commands that compare: hash, diff, lock, call. Arguments and exit codes; what they print, the reporters write."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from inspector.findings import Target

AddTargets = Callable[[argparse.ArgumentParser, str], None]
TargetsOf = Callable[[argparse.Namespace], "tuple[Target, ...]"]
_CLASSES = ("load", "callers", "numbers", "weights", "compatible", "metadata")
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


def add_diff(parser: argparse.ArgumentParser, add_targets: AddTargets, targets_of: TargetsOf) -> None:
    """``targets_of`` completes the options from the configuration, and says where the models have to load."""
    parser.add_argument(
        "old", metavar="OLD", help="a SavedModel, or a TensorFlow Serving base folder (its newest version)"
    )
    parser.add_argument("new", metavar="NEW")
    add_targets(parser, "where the new one has to load: 2.15, latest, installed, '>=2.11,<2.16' (repeatable)")
    parser.add_argument("--keep", choices=_CLASSES, default="numbers",
                        help="exit 1 only where something of this class or worse changed (default: numbers)")  # fmt: skip
    parser.add_argument("--details", action="store_true", help="list the ops that differ, and every changed tensor")
    parser.add_argument("--values", action="store_true", help="read the tensors that changed, and say by how much")
    parser.add_argument("--oldest", action="store_true", help="find the oldest release that will do for each side")
    parser.add_argument("--format", choices=("text", "json", "markdown"), default="text")
    parser.set_defaults(command=diff_command, targets_of=targets_of)


def diff_command(options: argparse.Namespace) -> int:
    """Exit code 1 where something of the class --keep or worse changed, 3 where a side could not be judged."""
    from inspector.comparison import diff
    from inspector.report import diff as reporter
    from inspector.report.progress import reading_weights
    from inspector.report.style import Style

    targets = options.targets_of(options)
    with reading_weights(options.new) as progress:
        found = diff(
            options.old, options.new, targets=targets, loaders=options.loaders, tags=options.tags, values=options.values,
            oldest=options.oldest, progress=progress if options.values else None,
        )  # fmt: skip
    sys.stdout.write(reporter.written(found, options.format, Style.of(sys.stdout), details=options.details))
    return found.exit_code(options.keep)


def add_lock(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="a SavedModel")
    parser.set_defaults(command=lock_command)


def lock_command(options: argparse.Namespace) -> int:
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
    return (BREAKS if held.breaks else OK), document, lines


def add_call(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", metavar="PATH", help="a SavedModel")
    parser.add_argument("call", metavar="CALL", help="'serving_default(x: float32[1,10], mask: bool[1,10])'")
    parser.add_argument("--tags", metavar="A,B", help="only the MetaGraph with these tags")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    parser.set_defaults(command=call_command)


def call_command(options: argparse.Namespace) -> int:
    """Exit code 1 where nothing that goes by the name accepts the call, 3 for a model that cannot be read."""
    from inspector.contract import explain_call
    from inspector.hashing import CannotHash

    tags = None if options.tags is None else [tag for tag in options.tags.split(",") if tag]
    try:
        found = explain_call(options.path, options.call, tags=tags)
    except CannotHash as error:
        print(f"inspector: {error}", file=sys.stderr)
        return COULD_NOT_TELL
    if options.format == "json":
        _print_json(found.as_dict())
        return OK if found.accepted else BREAKS
    for answer in found.answers:
        print(f"{answer.of}: {'accepted' if answer.accepted else 'refused'}")
        for why in answer.why:
            print(f"  {why}")
        if not answer.accepted and answer.nearest:
            print(f"  nearest  {answer.nearest}")
        if answer.python:
            print(f"  python   {answer.python}")
    return OK if found.accepted else BREAKS


def _print_json(document: dict[str, Any]) -> None:
    import json

    sys.stdout.write(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
