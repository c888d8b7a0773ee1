"""Reads an error, a traceback or a log, of any size, and finds the messages that are recognised in it.

A text is looked through in windows: memory is bounded, and the time grows with the text, whatever the text is. What wraps
messages is taken off: ANSI colours, JSON lines, escaped quotes. Prefixes of lines (kubectl, docker, glog) need nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from inspector.named_tuple import NamedTuple
from inspector.restoring.belonging import belongs
from inspector.restoring.messages.message import HARMLESS, Message
from inspector.restoring.messages.registry import WORD, matchers, words_of_anchors
from inspector.restoring.messages.wording import AFTER, Matcher, Wording, unquoted

WINDOW = 1 << 20
CONTEXT = 24_000  # characters before a match in which its traceback is looked for
SIGHTINGS_KEPT = 20  # of one message, with different fields
OCCURRENCES_LOOKED_AT = 1_000  # of one anchor: a log may repeat a line millions of times
LONGEST_JSON = 1 << 20
EXCERPT = 400
AROUND = 8_000  # characters before and after a match that are kept with it

_TRACEBACK = "Traceback (most recent call last)"
_HANDLED = "During handling of the above exception, another exception occurred"
_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]|\x1b\][^\x07\n]{0,200}\x07")
_CONTAINER = re.compile(  # what kubectl logs --prefix, docker logs -t and the runtime's own files put before a line
    r"^(?:\[pod/[^\]\n]{1,200}\] )?[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,20}(?:Z|[+-][0-9:]{4,5}) (?:std(?:out|err) [FP] )?"
    r"|^\[pod/[^\]\n]{1,200}\] ",
    re.MULTILINE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ", "\r": "\n"})
_RELEASE = re.compile(
    r"(?:\btensorflow(?:[-_](?:cpu|gpu|intel|macos))?==|\btensorflow/serving:|TensorFlow(?: version:?| Library:| ModelServer:)? )"
    r"([0-9]{1,2}\.[0-9]{1,3}\.[0-9]{1,3})\b"
)
_NODE = re.compile(r"\{\{node ([^{}\s]{1,400})\}\}")
_FUNCTION_NODE = re.compile(r"\{\{function_node ([^{}\s]{1,400})\}\}")
_EXCEPTION = re.compile(
    r"(?<![\w.'\"])((?:[A-Za-z_]\w{0,60}\.){0,8}[A-Z]\w{0,60}(?:Error|Exception|Failure|Interrupt|Exit))(?=:|\n|$)"
)
_SEVERE = re.compile(r"(?:^|\s)(?:[EF]\d{4} |[EF] )[^\n]{0,600}")


class Sighting(NamedTuple):
    """One recognised message: where it stands (character of the text), its fields and the line that holds it.

    ``superseded`` says that another exception was raised while this one was handled: it may have been a mere attempt.
    ``before`` and ``detail`` are the text in front of the match, and from it on.
    """

    at: int
    message: Message
    wording: Wording
    fields: dict[str, str]
    excerpt: str
    weight: int
    superseded: bool
    before: str
    detail: str


class Scan:
    """What was found in a text. ``errors`` are the last lines that look like an error and are not recognised."""

    def __init__(self) -> None:
        self.sightings: list[Sighting] = []
        self.errors: list[str] = []
        self.context = ""  # the end of the text
        self.release = ""  # of TensorFlow, as the text names it
        self.length = 0
        self._seen: dict[str, set[tuple[tuple[str, str], ...]]] = {}
        self._looked_at: dict[str, int] = {}

    def best(self) -> Sighting | None:
        """The root cause: what says what is wrong before what followed from it, and the earliest of these."""
        failures = [one for one in self.sightings if one.message.rank != HARMLESS]
        return min(failures, key=lambda one: (one.message.rank, one.superseded, one.at, -one.weight), default=None)


def scan(chunks: Iterable[str]) -> Scan:
    """Looks through a text that comes in pieces. Cost: some ms for a traceback, some 0.1 s for a MB of log."""
    found = Scan()
    for window in _windows(_plain(chunks)):
        _look(window, found)
    found.sightings = _without_covered(found.sightings)
    return found


class _Window(NamedTuple):
    text: str
    begin: int  # what is before was looked at in the window before
    end: int  # what is after comes in the next one
    offset: int


def _windows(pieces: Iterator[str]) -> Iterator[_Window]:
    text, begin, offset, more = "", 0, 0, True
    while more:
        parts, size = [text], len(text)
        while size - begin < WINDOW + AFTER:
            piece = next(pieces, None)
            if piece is None:
                more = False
                break
            parts.append(piece)
            size += len(piece)
        text = "".join(parts)
        end = len(text) - AFTER if more else len(text)
        yield _Window(text, begin, end, offset)
        cut = max(0, end - CONTEXT)
        text, begin, offset = text[cut:], end - cut, offset + cut


def _plain(chunks: Iterable[str]) -> Iterator[str]:
    """The text without what wraps it, in whole lines as far as they are not endless."""
    rest = ""
    for chunk in chunks:
        for start in range(0, len(chunk), WINDOW):
            rest += chunk[start : start + WINDOW]
            at = rest.rfind("\n") + 1
            if at or len(rest) > LONGEST_JSON:
                at = at or len(rest)
                yield _cleaned(rest[:at])
                rest = rest[at:]
    if rest:
        yield _cleaned(rest)


def _cleaned(text: str) -> str:
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    if not text.isascii() or "\r" in text:
        text = text.translate(_QUOTES)
    if _CONTROL.search(text):
        text = _CONTROL.sub(" ", text)
    if _CONTAINER.match(text) or "[pod/" in text:
        text = _CONTAINER.sub("", text)
    if '{"' in text or '{ "' in text:
        text = "\n".join(map(_of_json, text.split("\n")))
    if "`" in text:
        text = unquoted(text)
    if "\\" in text:
        text = text.replace("\\'", "'").replace('\\"', '"')
    return text


def _of_json(line: str) -> str:
    """The strings in a line that is a JSON object; any other line as it is."""
    start = line.find("{")
    if start < 0 or not line.endswith("}") or len(line) > LONGEST_JSON or '"' not in line:
        return line
    import json

    try:
        tree = json.loads(line[start:])
    except (ValueError, RecursionError):
        return line
    return line[:start] + "\n".join(_strings(tree))


def _strings(tree: object, depth: int = 0) -> Iterator[str]:
    if isinstance(tree, str):
        yield tree
    elif depth < 8 and isinstance(tree, dict):
        for key, value in tree.items():
            inner = list(_strings(value, depth + 1))
            yield from ([f"{key}: {inner[0]}", *inner[1:]] if key == "error" and inner else inner)
    elif depth < 8 and isinstance(tree, list):
        for value in tree:
            yield from _strings(value, depth + 1)


def _look(window: _Window, found: Scan) -> None:
    words = set(WORD.findall(window.text, window.begin, window.end))
    needed = words_of_anchors()
    for anchor, some in matchers().items():
        if not needed[anchor] <= words:
            continue
        count = found._looked_at.get(anchor, 0)
        at = window.text.find(anchor, window.begin, window.end)
        while at >= 0 and count < OCCURRENCES_LOOKED_AT:
            count += 1
            before = _before(window.text, at)
            for message, matcher in some:
                match = matcher.match(window.text, at) if matcher.framed(before) else None
                if match is not None:
                    _note(found, window, message, matcher, match)
            at = window.text.find(anchor, at + len(anchor), window.end)
        found._looked_at[anchor] = count
    for pattern in (_EXCEPTION, _SEVERE):
        lines = [_line(window.text, hit.start()) for hit in _few(pattern, window)]
        found.errors = [*found.errors, *lines][-SIGHTINGS_KEPT:]
    if not found.release and (named := _RELEASE.search(window.text, window.begin, window.begin + CONTEXT)):
        found.release = named[1]
    found.context = window.text[-CONTEXT:]
    found.length = window.offset + len(window.text)


def _few(pattern: re.Pattern[str], window: _Window) -> list[re.Match[str]]:
    """The last matches: errors at the end of a text are what it ended with."""
    start = max(window.begin, window.end - CONTEXT)
    return list(pattern.finditer(window.text, start, window.end))[-SIGHTINGS_KEPT:]


def _before(text: str, at: int) -> str:
    """What stands before a message, from the beginning of its traceback on."""
    start = max(0, at - CONTEXT)
    begun = text.rfind(_TRACEBACK, start, at)
    return text[max(start, begun) : at]


def _note(found: Scan, window: _Window, message: Message, matcher: Matcher, match: re.Match[str]) -> None:
    fields = {name: value.strip() for name, value in match.groupdict().items() if value is not None}
    after = window.text[match.start() : match.end() + EXCERPT]
    for name, pattern in (("node", _NODE), ("function_node", _FUNCTION_NODE)):
        if name not in fields and (near := pattern.search(after)):
            fields[name] = near[1]
    if not belongs(message.code, fields):
        return
    identity = tuple(sorted(fields.items()))
    seen = found._seen.setdefault(message.code, set())
    if identity in seen or len(seen) >= SIGHTINGS_KEPT:
        return
    seen.add(identity)
    excerpt = _line(window.text, match.start())
    handled = window.text.find(_HANDLED, match.end(), match.end() + CONTEXT)
    superseded = 0 <= handled < window.text.find(_TRACEBACK, match.end())
    at = window.offset + match.start()
    before, detail = window.text[max(0, match.start() - AROUND) : match.start()], window.text[match.start() :][:AROUND]
    found.sightings.append(
        Sighting(at, message, matcher.wording, fields, excerpt, matcher.weight, superseded, before, detail)
    )


def _line(text: str, at: int) -> str:
    """The line that holds a position, without being endless."""
    begin = max(text.rfind("\n", 0, at) + 1, at - EXCERPT)
    end = text.find("\n", at)
    return text[begin : min(end if end >= 0 else len(text), at + EXCERPT)].strip()


def _without_covered(sightings: list[Sighting]) -> list[Sighting]:
    """Of several readings of one line the one that says most; all others in the order of the text."""
    kept: list[Sighting] = []
    for one in sorted(sightings, key=lambda s: (s.wording.any_text, s.message.rank, -s.weight)):
        if not any(other.excerpt == one.excerpt and abs(other.at - one.at) < EXCERPT for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda s: s.at)
