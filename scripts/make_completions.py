"""Write the shell completions of the command line into inspector/completions/.

    python scripts/make_completions.py [--check]

Needs shtab. ``--check`` writes nothing and exits 1 if a shipped file differs.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import shtab

sys.path.insert(0, str(Path(__file__).parent.parent))
os.environ["COLUMNS"] = "100"

from inspector.cli import COMMANDS, build_parser
from inspector.cli.completion import SHELLS

FOLDER = Path(__file__).parent.parent / "inspector" / "completions"
PROGRAM = "savedmodel-inspector"
_FILES = ("PATH", "FILE", "OLD", "NEW", "PYTHON")


def completion(shell: str) -> str:
    """The script that shtab makes of the whole parser, with file names where an argument is one."""
    parser = build_parser(*COMMANDS)
    parser.prog = PROGRAM
    for command in parser._subparsers._group_actions[0].choices.values():  # type: ignore[union-attr]
        for action in command._actions:
            if action.metavar in _FILES:
                action.complete = shtab.FILE  # type: ignore[attr-defined]
    return str(shtab.complete(parser, shell=shell)).rstrip() + "\n"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    stale = 0
    for shell in SHELLS:
        file, text = FOLDER / f"{PROGRAM}.{shell}", completion(shell)
        if not file.exists() or file.read_text() != text:
            print(f"{'stale' if check else 'writing'}: inspector/completions/{file.name}")
            stale += 1
            if not check:
                file.write_text(text)
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
