"""What an error, a traceback or a log says, and what to do."""

from __future__ import annotations

import argparse
import codecs
import sys
from collections.abc import Iterator
from typing import IO, TYPE_CHECKING

from inspector.cli.exit_codes import COULD_NOT_TELL, FINDINGS, OK
from inspector.errors import UsageError

if TYPE_CHECKING:
    from inspector.restoring.diagnosis import Diagnosis

_PIECE = 1 << 18
_MARKS = ((b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"), (b"\xef\xbb\xbf", "utf-8-sig"))


def add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("path", nargs="?", metavar="PATH", help="the SavedModel that the log speaks of")
    parser.add_argument("--log", metavar="FILE", help="a traceback or a log of any size (default: standard input)")
    parser.add_argument(
        "--tensorflow", metavar="X.Y", help="the TensorFlow that failed (default: the one installed here)"
    )
    parser.add_argument("--device", default="cpu", choices=("cpu", "gpu", "tpu"))
    parser.add_argument("--with", dest="packages", action="append", default=[], metavar="PACKAGE",
                        help="a companion package that was imported before the load (repeatable)")  # fmt: skip
    parser.add_argument("--tags", metavar="A,B", help="the tag-set that was loaded")
    parser.add_argument("--format", choices=("text", "json"), default="text")


def run(options: argparse.Namespace) -> int:
    """Exit code 1 where a failure is recognised, 3 where an error is there and is not, 0 for a text without one."""
    from inspector.report import diagnosis as reporter
    from inspector.report.style import Style
    from inspector.restoring.diagnosis import diagnose

    tags = None if options.tags is None else [tag for tag in options.tags.split(",") if tag]
    with _opened(options.log) as stream:
        found = diagnose(
            pieces(stream), options.path, tensorflow=options.tensorflow, device=options.device,
            packages=options.packages, tags=tags,
        )  # fmt: skip
    if options.format == "json":
        sys.stdout.write(reporter.dumps(found))
    else:
        print("\n".join(reporter.lines(found, Style.of(sys.stdout))))
    return exit_code(found)


def exit_code(found: Diagnosis) -> int:
    if found.known:
        return FINDINGS
    return COULD_NOT_TELL if found.text else OK


def pieces(stream: IO[bytes]) -> Iterator[str]:
    """A log as text, piece by piece: UTF-8, or what its byte order mark says (PowerShell writes UTF-16)."""
    piece = stream.read(_PIECE)
    encoding = next((name for mark, name in _MARKS if piece.startswith(mark)), "utf-8")
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    while piece:
        yield decoder.decode(piece)
        piece = stream.read(_PIECE)
    yield decoder.decode(b"", final=True)


def _opened(log: str | None) -> IO[bytes]:
    if log in (None, "-"):
        if sys.stdin.isatty():
            raise UsageError("no log: --log FILE, or pipe it in (... 2>&1 | python -m inspector diagnose PATH)")
        return sys.stdin.buffer
    try:
        return open(str(log), "rb")
    except OSError as error:
        raise UsageError(f"{log}: {error.strerror or error}") from None
