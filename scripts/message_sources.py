"""In which releases the recognised messages occur: fills in ``releases`` and ``seen`` of every Wording.

    python scripts/message_sources.py --release 1.15.0=FOLDER --release 2.21.0=FOLDER ... [--write]

FOLDER is an unpacked wheel, or a site-packages folder: its string literals of Python and the printable strings of its
shared libraries are searched for the longest literal part of each wording. A wording that matches a text in
tests/restoring/ was said by a TensorFlow that was run (RUN); one that is only found in files is SOURCE; one that is in
none, and is not named for a file of another program's source, is QUOTED: users quote it, nothing here proves it.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from inspector.restoring.messages.registry import FAMILIES, messages
from inspector.restoring.messages.wording import OUTSIDE, Matcher, Wording, pieces
from tests.restoring.recording import recorded, releases

MESSAGES = ROOT / "inspector" / "restoring" / "messages"
SAID = ROOT / "tests" / "restoring" / "said"
_PRINTABLE = re.compile(rb"[\x20-\x7e]{8,}")
_ERROR = re.compile(r"^(?:\w+\.)*\w*Error: ")
SMALL_LIBRARY = 1 << 20
LOOKED_AT = 300


def strings_of(folder: str) -> str:
    found: set[str] = set()
    for place, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(place, name)
            if name.endswith(".py"):
                found.update(literals(path))
            elif ".so" in name and os.path.getsize(path) > SMALL_LIBRARY:
                raw = Path(path).read_bytes()
                found.update(match[0].decode() for match in _PRINTABLE.finditer(raw) if b" " in match[0])
    return "\n".join(found)


def literals(path: str) -> Iterator[str]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(Path(path).read_text(encoding="utf-8", errors="replace"))
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        text = literal(node)
        if text and len(text) > 7:
            yield text


def literal(node: ast.AST) -> str | None:
    """A string with a NUL where a value is put in."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(literal(part) or "\0" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (literal(node.left) or "\0") + (literal(node.right) or "\0")
    return None


def telling(wording: Wording) -> str:
    """The longest literal part, without the name of an exception's class."""
    parts = [line for kind, part in pieces(wording.template) if kind == "literal" for line in part.split("\n")]
    return _ERROR.sub("", max(parts, key=len)).strip()


def spans(known: list[str], having: list[str]) -> str:
    """``1.15-2.6, 2.12-2.21``: the neighbouring releases that have it."""
    short = [".".join(release.split(".")[:2]) for release in known]
    groups: list[list[str]] = []
    for place, release in enumerate(known):
        if release in having:
            if place and known[place - 1] in having:
                groups[-1].append(short[place])
            else:
                groups.append([short[place]])
    return ", ".join(f"{group[0]}-{group[-1]}" if len(group) > 1 else group[0] for group in groups)


def said() -> str:
    """Everything that a TensorFlow said here, as one text."""
    texts = [failure.traceback or failure.line for release in releases() for failure in recorded(release)]
    return "\n\n".join(texts + [path.read_text() for path in sorted(SAID.glob("*.txt"))])


def was_said(wording: Wording, text: str) -> bool:
    matcher, at = Matcher(wording), -1
    for _ in range(LOOKED_AT):
        at = text.find(matcher.anchor, at + 1)
        if at < 0:
            return False
        if matcher.match(text, at) is not None:
            return True
    return False


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--release", action="append", default=[], metavar="X.Y.Z=FOLDER")
    parser.add_argument("--write", action="store_true")
    options = parser.parse_args()
    folders = dict(one.split("=", 1) for one in options.release)
    known = sorted(folders, key=lambda release: [int(part) for part in release.split(".")])
    strings = {release: strings_of(folders[release]) for release in known}
    text = said()
    for family in FAMILIES:
        file = MESSAGES / f"{family}.py"
        source = file.read_text()
        changed = rewritten(source, known, strings, text)
        if options.write and changed != source:
            file.write_text(changed)
    return 0


def rewritten(source: str, known: list[str], strings: dict[str, str], text: str) -> str:
    """The module with the second and the fourth argument of every Wording filled in."""
    lines = source.split("\n")
    sources = {wording.template: wording.source for message in messages().values() for wording in message.wordings}
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call) and _is_wording(node)]
    for call in sorted(calls, key=lambda node: (node.lineno, node.col_offset), reverse=True):
        wording = Wording(ast.literal_eval(call.args[0]))
        part = telling(wording)
        span = spans(known, [release for release in known if part and part in strings[release]])
        ran = was_said(wording, text)
        outside = any(name in sources.get(wording.template, "") for name in OUTSIDE)
        seen = "RUN" if ran else "SOURCE" if span or outside else "QUOTED"
        print(f"{seen:7} {span:24} {wording.template}")
        kept = [keyword for keyword in call.keywords if keyword.arg != "seen"]
        arguments = [written(call.args[0]), f'"{span}"', written(call.args[2])]
        arguments += [f"seen={seen}"] * (seen != "RUN") + [
            f"{keyword.arg}={written(keyword.value)}" for keyword in kept
        ]
        new = f"Wording({', '.join(arguments)})"
        first, last = call.lineno - 1, call.end_lineno or call.lineno
        joined = "\n".join(lines[first:last])
        tail = lines[last - 1][call.end_col_offset :]
        lines[first:last] = [joined[: call.col_offset] + new + tail]
    return "\n".join(lines)


def written(node: ast.expr) -> str:
    """An argument as the formatter writes it."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str) and '"' not in node.value:
        return '"' + repr(node.value + '"')[1:-2].replace("\\'", "'") + '"'
    text = ast.unparse(node)
    return f'f"{text[2:-1]}"' if text.startswith("f'") and '"' not in text else text


def _is_wording(node: ast.Call) -> bool:
    named = isinstance(node.func, ast.Name) and node.func.id == "Wording"
    return named and len(node.args) > 2 and isinstance(node.args[0], ast.Constant)


if __name__ == "__main__":
    sys.exit(main())
