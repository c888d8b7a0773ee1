"""``python -m tests.differential``: compares verdicts with recorded outcomes, or records them. See ``make differential``."""

from __future__ import annotations

import argparse

from tests.differential import outcomes


def main() -> None:
    """Parse arguments and do it."""
    parser = argparse.ArgumentParser(prog="python -m tests.differential", description=__doc__)
    parser.add_argument("--record", action="store_true", help="load the cases with a real TensorFlow first")
    parser.add_argument("--anew", action="store_true", help="record also what is recorded already")
    parser.add_argument("--python", metavar="INTERPRETER", help="whose TensorFlow records (default: this one's)")
    parser.add_argument("--kind", action="append", default=[], metavar="NAME", help="only this kind; repeatable")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    if options.record:
        outcomes.record(options.python, options.processes, anew=options.anew, only=options.kind)


if __name__ == "__main__":
    main()
