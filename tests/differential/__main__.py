"""Compare the verdicts on damaged models with what a real TensorFlow did with them.

python -m tests.differential                    static: against the recorded outcomes of the pinned TensorFlow
python -m tests.differential --all              against those of every recorded release
python -m tests.differential --record --python INTERPRETER
"""

from __future__ import annotations

import argparse
import sys

from tests.differential import known, outcomes, report
from tests.differential.cases import ALL, KERAS, held_out, parse
from tests.differential.compare import compare

PINNED = "2.21.0"


def main() -> int:
    """Parse arguments and do it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.differential", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--record", action="store_true", help="load the cases with a real TensorFlow first")
    parser.add_argument("--keras", action="store_true", help="record the loaders of Keras, on the models for them")
    parser.add_argument("--anew", action="store_true", help="record also what is recorded already")
    parser.add_argument("--python", metavar="INTERPRETER", help="whose TensorFlow records (default: this one's)")
    parser.add_argument(
        "--release", default=PINNED, metavar="NAME", help=f"recorded outcomes to use (default {PINNED})"
    )
    parser.add_argument("--all", action="store_true", help="use the outcomes of all recorded releases")
    parser.add_argument("--kind", action="append", default=[], metavar="NAME", help="only this kind; repeatable")
    parser.add_argument("--base", action="append", default=[], metavar="NAME", help="record only this; repeatable")
    parser.add_argument("--held-out", action="store_true", help="list disagreements of held-out kinds too")
    parser.add_argument("--unnamed", action="store_true", help="list failures whose first finding names another place")
    parser.add_argument("--show", metavar="CASE", help="one case: its findings, verdicts and recorded outcome")
    parser.add_argument("--list", action="store_true", help="write disagreements.toml")
    parser.add_argument("--quiet", action="store_true", help="numbers only")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    if options.list and (options.kind or not options.all):
        parser.error("--list needs the outcomes of all releases: --all, without --kind")
    if options.record:
        pool = KERAS if options.keras else ALL
        outcomes.record(
            options.python, options.processes, anew=options.anew, only=options.kind, on=options.base, pool=pool
        )
        return 0
    many = [some for some in outcomes.recorded() if options.all or some.name == options.release]
    if not many:
        print(f"nothing is recorded for {options.release}", file=sys.stderr)
        return 2
    if options.show:
        print("\n".join(report.one(parse(options.show), many)))
        return 0
    apart = held_out()
    every = dict.fromkeys(name for some in many for name in some.cases)
    wanted = [name for name in every if not options.kind or parse(name).kind in options.kind]
    rows, stale = compare(many, wanted, options.processes)
    for some in many:
        mine = [row for row in rows if row.release == some.name]
        print(f"TensorFlow {some.name}: {len(some.cases)} cases, {len({row.kind for row in mine})} kinds\n")
        print("\n".join(report.numbers(mine, apart)), end="\n\n")
        if not options.quiet:
            shown = [row for row in mine if options.held_out or row.kind not in apart]
            print("disagreements:")
            print("\n".join(report.classes(shown)), end="\n\n")
            if options.unnamed:
                print("first finding names another place:")
                print("\n".join(report.unnamed(shown)), end="\n\n")
    if options.list:
        known.write(row for row in rows if row.kind not in apart)
    if stale:
        print(f"{len(stale)} cases are not what was recorded; record again: {'; '.join(stale[:5])}", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())
