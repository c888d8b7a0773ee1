"""The command line: one module a command, imported when the command is run. Nothing else prints.

A module has ``add(parser)``, which declares the command's arguments, and ``run(options)``, which returns the exit code.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

from inspector.cli.exit_codes import FINDINGS, OK, USAGE
from inspector.errors import InspectorError, UsageError
from inspector.version import VERSION

COMMANDS = {
    "check": "judge models and confirm the verdicts (the default)",
    "compat": "on which TensorFlow releases, devices and loaders it works",
    "ops": "list the ops: who owns them, which releases and devices have them",
    "show": "print what a model holds, in the text form",
    "graph": "write the op graph or the call graph: DOT, JSON, PNG or SVG",
    "explain-load": "rehearse a load: the steps of a loader, one by one",
    "diff": "what changed between two models, and whom it breaks",
    "hash": "the digest of a model: equal for equal models",
    "lock": "write the interface of a model: check --lock holds it to it",
    "call": "will this call be accepted, and if not, which one would be",
    "diagnose": "what an error, a traceback or a log says, and what to do",
    "rules": "list the rules",
    "explain": "explain a rule",
    "completion": "print the completion of the command line for bash, zsh or tcsh",
}
DEFAULT_COMMAND = "check"
_EXIT_CODES = """\
exit codes: 0 nothing at or above --fail-on · 1 findings (a damaged path is a finding) · 2 wrong usage, no such path ·
3 nothing failed, but a chosen loader's verdict is unknown. A folder that is named like a command: ./show"""


def run() -> NoReturn:
    """The console entry point."""
    gc.disable()  # many small objects and a short life: collecting them costs more than it frees
    try:
        code = main(sys.argv[1:])
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = OK
    except KeyboardInterrupt:
        code = 130
    sys.stderr.flush()
    os._exit(code)  # freeing what the operating system is about to free costs 10 ms


def main(argv: Sequence[str]) -> int:
    """Run one command; returns the exit code."""
    arguments = list(argv)
    if arguments in (["--version"], ["-V"]):
        print(f"inspector {VERSION}")
        return OK
    if arguments and arguments[0] not in COMMANDS and arguments[0] not in ("-h", "--help"):
        arguments.insert(0, DEFAULT_COMMAND)
    parser = build_parser(*arguments[:1])
    if not arguments:
        parser.print_help(sys.stderr)
        return USAGE
    options = parser.parse_args(arguments)
    try:
        code: int = _module(arguments[0]).run(options)
        return code
    except UsageError as error:
        print(f"inspector: {error}", file=sys.stderr)
        return USAGE
    except InspectorError as error:
        print(f"inspector: {error}", file=sys.stderr)
        return FINDINGS


def build_parser(*complete: str) -> argparse.ArgumentParser:
    """The parser of all commands. Only those that are named in ``complete`` have their arguments: that imports them."""
    parser = argparse.ArgumentParser(
        prog="python -m inspector",
        description="Will this SavedModel load and run, where, why not, and what to do. "
        "`python -m inspector PATH` is short for `python -m inspector check PATH`.",
        epilog=_EXIT_CODES,
        formatter_class=_Raw,
    )
    commands = parser.add_subparsers(  # type: ignore[call-overload]  # any callable will do
        title="commands", metavar="COMMAND", required=True, prog=parser.prog,
        parser_class=lambda **kept: _Parser(**kept) if kept["prog"].rpartition(" ")[2] in complete else None,
    )  # fmt: skip
    for name, summary in COMMANDS.items():
        command = commands.add_parser(name, help=summary)
        if command is not None:
            _module(name).add(command)
    return parser


def _width() -> int:
    """As argparse finds it by way of shutil, which costs three milliseconds to import, for every argument that is added."""
    with suppress(KeyError, ValueError):
        if int(os.environ["COLUMNS"]) > 0:
            return int(os.environ["COLUMNS"]) - 2
    with suppress(AttributeError, OSError, ValueError):
        return (os.get_terminal_size(sys.__stdout__.fileno()).columns or 80) - 2  # type: ignore[union-attr]
    return 78


class _Formatter(argparse.HelpFormatter):
    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_width())


class _Raw(argparse.RawDescriptionHelpFormatter, _Formatter):
    pass


class _Parser(argparse.ArgumentParser):
    def __init__(self, **kept: Any) -> None:
        super().__init__(**{"formatter_class": _Formatter, **kept})


def _module(command: str) -> ModuleType:
    return import_module(f"{__name__}.{command.replace('-', '_')}")
