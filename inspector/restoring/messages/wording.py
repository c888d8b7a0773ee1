"""A message as TensorFlow's source has it, with fields where it puts names: ``Key {key} not found in checkpoint``.

A field runs to the character that follows it in the template. ``{n:d}`` is a number, ``{name:w}`` a word, ``{rest:line}``
what is left of the line, ``{text:lazy}`` anything in the line up to the literal that follows it, ``{size:shape}`` something
in brackets; ``{}`` is not kept. Every field has a greatest length, and a template has two lazy fields at most: looking a
template up costs time in proportion to the text, whatever the text is. A newline in a template is any white space. A text
may be cut before the last field (titles, summaries), where what stands before it is long enough to tell the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

from inspector.named_tuple import NamedTuple

LONGEST = 600  # characters of a field: paths and keys may be long
BEFORE = 2 * LONGEST  # how far before its anchor a match may begin
AFTER = 4 * LONGEST
ANY_TEXT = "Error: {:line}"
STANDS_ALONE = 24  # characters that tell a message without the field that follows them
FRAMED = 1000  # what a frame is worth beside characters of text, where several wordings fit one line

_FIELD = re.compile(r"\{(?P<name>\w*)(?::(?P<kind>\w+))?\}")
_KINDS = {"d": r"-?[0-9]{1,20}", "w": rf"[^\s'\"`,;()\[\]{{}}]{{1,{LONGEST}}}", "line": rf"[^\n]{{0,{LONGEST}}}",
          "lazy": rf"[^\n]{{0,{LONGEST}}}?", "shape": r"[\[(][^\[\]()\n]{0,200}[\])]"}  # fmt: skip

# Where a text comes from: a program that was run here said it; it is in the files of a release, or in a program's source;
# users quote it, and nothing here proves it. scripts/message_sources.py looks that up.
RUN, SOURCE, QUOTED = "run", "source", "quoted"
# What a source is named by that is in no wheel of TensorFlow that was looked at: other programs, older releases.
OUTSIDE = ("tensorflow_serving", "tensorflow_hub", "platform/windows", "triton", "LevelDB", "tensorflow/java", "tensorflow/go",
           "tensorflow/rust", "google-cloud-ml", "tfjs-", "tfgo", "sagemaker", "tf2onnx", "coremltools", "openvino", "cppflow", "before 1.", "before 2.")  # fmt: skip


class Wording(NamedTuple):
    """One wording of a message.

    ``template`` is as above. ``releases`` are those of TensorFlow whose files have it, of the eight that were looked at
    (1.15 to 2.21); ``source`` is the file and the function, or the program; ``seen`` is RUN, SOURCE or QUOTED. ``frame`` asks
    for a frame of the traceback, "load.py _add_object_graph_edges" or "load.py": for messages that other programs say too.
    """

    template: str
    releases: str = ""
    source: str = ""
    seen: str = RUN
    frame: str = ""

    @property
    def any_text(self) -> bool:
        """Whether only the frame tells what the message means: an exception of Python's with whatever text."""
        return self.template.endswith(ANY_TEXT)


class Matcher:
    """A wording that is ready to be searched for. ``anchor`` is its longest literal part."""

    def __init__(self, wording: Wording) -> None:
        self.wording = wording
        parts = list(pieces(unquoted(wording.template)))
        literals = [part for kind, part in parts if kind == "literal"]
        sought = [*literals[:-1], _stem(parts)] if _stem(parts) else literals
        self.anchor = max((line for part in sought for line in part.split("\n")), key=len)
        self.weight = sum(map(len, literals)) + (FRAMED if wording.frame and not wording.any_text else 0)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        return re.compile(pattern_of(unquoted(self.wording.template)))

    @cached_property
    def _frame(self) -> re.Pattern[str]:
        file, _, function = self.wording.frame.partition(" ")
        inside = rf", in {re.escape(function)}\b" if function else ""
        return re.compile(rf"{re.escape(file)}\\?\", line [0-9]{{1,6}}{inside}")

    def match(self, text: str, at: int) -> re.Match[str] | None:
        """The match around an anchor that was found at a position."""
        begin = max(0, at - BEFORE)
        found = self._pattern.search(text, begin, at + AFTER)
        while found is not None and found.end() <= at:  # an earlier one, without this anchor in it
            found = self._pattern.search(text, found.end(), at + AFTER)
        return found if found is not None and found.start() <= at else None

    def framed(self, context: str) -> bool:
        """Whether the text before a match has the frame that the wording asks for."""
        frame = self.wording.frame
        return not frame or (frame.partition(" ")[0] in context and self._frame.search(context) is not None)


def unquoted(text: str) -> str:
    """Without backticks, which get lost where people paste a message."""
    return text.replace("`", "")


def pieces(template: str) -> Iterator[tuple[str, str]]:
    """("literal", text) and ("field", "name:kind") in order."""
    at = 0
    for found in _FIELD.finditer(template):
        if found.start() > at:
            yield "literal", template[at : found.start()]
        yield "field", f"{found['name']}:{found['kind'] or ''}"
        at = found.end()
    if at < len(template):
        yield "literal", template[at:]


def fields_of(template: str) -> tuple[str, ...]:
    """The names of the fields of a template."""
    return tuple(part.partition(":")[0] for kind, part in pieces(template) if kind == "field" and part[0] != ":")


def pattern_of(template: str) -> str:
    """The regular expression of a template."""
    parts = list(pieces(template))
    stem = _stem(parts)
    out = []
    for index, (kind, part) in enumerate(parts):
        if kind == "literal":
            cut = len(stem) if stem and index == len(parts) - 2 else len(part)
            out += [_literal(part[:cut]), f"(?:{_literal(part[cut:])}" if cut < len(part) else ""]
            continue
        name, _, form = part.partition(":")
        following = parts[index + 1][1][0] if index + 1 < len(parts) else "\n"
        body = _KINDS[form] if form else rf"[^{re.escape(following)}\n]{{0,{LONGEST}}}"
        out.append(f"(?P<{name}>{body})" if name else f"(?:{body})")
    return "".join(out) + (")?" if stem else "")


def _literal(text: str) -> str:
    return r"\s{1,20}".join(map(re.escape, text.split("\n")))


def _stem(parts: list[tuple[str, str]]) -> str:
    """What stands before the last field, where that alone tells the message; else nothing."""
    if len(parts) < 2 or [kind for kind, _ in parts[-2:]] != ["literal", "field"]:
        return ""
    stem = parts[-2][1].rstrip(" :")
    return stem if len(stem) >= STANDS_ALONE and stem != parts[-2][1] else ""
