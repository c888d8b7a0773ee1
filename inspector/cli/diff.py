"""What changed between two models, and whom it breaks."""

from __future__ import annotations

import argparse
import sys

from inspector.cli.targeting import add_targets, configuration_of, settings_of, targets_of

_CLASSES = ("load", "callers", "numbers", "weights", "compatible", "metadata")


def add(parser: argparse.ArgumentParser) -> None:
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


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where something of the class --keep or worse changed, 3 where a side could not be judged."""
    from inspector.comparison import diff
    from inspector.report import diff as reporter
    from inspector.report.progress import reading_weights
    from inspector.report.style import Style

    configuration = configuration_of(options)
    settings = settings_of(options, configuration, options.new)
    targets, _ = targets_of(options, configuration, settings)
    with reading_weights(options.new, "comparing") as progress:
        found = diff(
            options.old, options.new, targets=targets, loaders=settings.loaders or (), tags=settings.tags, values=options.values,
            oldest=options.oldest, progress=progress if options.values else None,
        )  # fmt: skip
    sys.stdout.write(reporter.written(found, options.format, Style.of(sys.stdout), details=options.details))
    return found.exit_code(options.keep)
