"""The whole texts of failures on damaged models: recorded once a release, for the tests of ``diagnose``.

    python -m tests.restoring.recording [--python INTERPRETER] [--like NAME]

The outcomes of the differential suite say which cases fail, with the beginning of each message. Of all cases that fail in
one way (equal kinds of damage, loaders and messages but for names and numbers) one is loaded again, and its messages and
tracebacks are kept in full, in ``messages/RELEASE.json.xz``: what a user would paste.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

from inspector.confirmation import tensorflow_of
from inspector.confirmation.message import spellings
from tests.differential import outcomes
from tests.differential.cases import Case, parse, select

FOLDER = Path(__file__).parent / "messages"
KEPT = 12_000  # characters of one text: Python's loaders may write a whole function library into a message
_NAMES = re.compile(r"'[^']*'|\"[^\"]*\"|`[^`]*`|\{\{.*?\}\}|\S*[/_.:\d]\S*")
_ELSEWHERE = re.compile(r"[^\s'\"(<]*/(?:site-packages|lib/python3\.\d+)/")


class Failure(NamedTuple):
    """One failure: ``phase`` is "load" or the key of a signature; ``died`` says that there was no exception."""

    case: str
    loader: str
    phase: str
    type: str
    message: str
    traceback: str
    died: bool

    @property
    def kind(self) -> str:
        return parse(self.case).kind

    @property
    def line(self) -> str:
        """As the last line of a traceback has it."""
        return f"{self.type}: {self.message}" if self.type else self.message


def recorded(release: str) -> list[Failure]:
    """The failures of one release, by case, loader and phase."""
    raw = lzma.decompress((FOLDER / f"{release}.json.xz").read_bytes())
    return [Failure(*one) for one in json.loads(raw)]


def releases() -> list[str]:
    return sorted(file.name.removesuffix(".json.xz") for file in FOLDER.glob("*.json.xz"))


def form(text: str) -> str:
    """A message without names and numbers: equal for messages that say the same."""
    return _NAMES.sub("#", text)[:160]


def failing(like: outcomes.Outcomes) -> dict[str, set[tuple[str, str]]]:
    """Case → the (loader, phase) in which it is the first to fail in its way."""
    seen: set[tuple[str, ...]] = set()
    wanted: dict[str, set[tuple[str, str]]] = {}
    for name, found in like.cases.items():
        for loader in outcomes.LOADERS:
            parts = {"load": found.get(loader, {}), **found.get(loader, {}).get("calls", {})}
            for phase, part in parts.items():
                if part.get("outcome") != outcomes.FAILS or part.get("how") in ("hang", "kill"):
                    continue
                key = (parse(name).kind, loader, str(phase == "load"), form(part["error"]))
                if key not in seen:
                    seen.add(key)
                    wanted.setdefault(name, set()).add((loader, phase))
    return wanted


def record(python: str | None, like: outcomes.Outcomes, processes: int) -> None:
    release = str(tensorflow_of(python))
    wanted = failing(like)
    cases: list[Case] = [case for case in select() if str(case) in wanted]
    print(f"{len(cases)} cases, {sum(map(len, wanted.values()))} failures", file=sys.stderr)
    failures = []
    for number, (case, result) in enumerate(outcomes.load(cases, python, processes, tidy), 1):
        loader = result["loader"]
        for phase, told in {"load": result["load"], **result["calls"]}.items():
            if (loader, phase) in wanted[str(case)] and told["outcome"] == outcomes.FAILS:
                died = told["how"] != "error"
                message = told.get("words") or told["message"] if died else told["message"]
                failures.append(Failure(
                    str(case), loader, phase, told.get("type") or "", message, told.get("traceback", ""), died
                ))  # fmt: skip
        if number % 300 == 0:
            print(f"{number} of {3 * len(cases)} loads", file=sys.stderr, flush=True)
    failures.sort()
    FOLDER.mkdir(exist_ok=True)
    raw = json.dumps(failures, ensure_ascii=False, indent=0).encode()
    (FOLDER / f"{release}.json.xz").write_bytes(lzma.compress(raw, preset=9 | lzma.PRESET_EXTREME))
    print(f"{len(failures)} failures, {len(raw)} bytes", file=sys.stderr)


def tidy(result: dict[str, Any], folder: str) -> None:
    """Whole texts, but for paths of this machine and what is too long to keep."""
    for told in (result["load"], *result["calls"].values()):
        for key in ("message", "traceback", "words"):
            if told.get(key):
                told[key] = shortened(homeless(told[key], folder))


def homeless(text: str, folder: str) -> str:
    for spelling in sorted(spellings(folder), key=len, reverse=True):
        text = text.replace(spelling, "/models/m")
    return _ELSEWHERE.sub("/usr/lib/python3/site-packages/", text)


def shortened(text: str) -> str:
    return text if len(text) <= KEPT else f"{text[: KEPT // 2]}\n[...]\n{text[-KEPT // 2 :]}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", metavar="INTERPRETER", help="whose TensorFlow fails (default: this one's)")
    parser.add_argument("--like", default="2.21.0", metavar="NAME", help="the outcomes that say which cases fail")
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()
    like = next(one for one in outcomes.recorded() if one.name == options.like)
    record(options.python, like, options.processes)


if __name__ == "__main__":
    main()
