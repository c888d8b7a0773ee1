"""The table of messages: every wording is found in its own text, and in no other message's."""

from __future__ import annotations

import re
import string

import pytest

from inspector.restoring import kinds
from inspector.restoring.belonging import belongs
from inspector.restoring.exceptions import KINDS
from inspector.restoring.messages.message import HARMLESS, Message
from inspector.restoring.messages.registry import matchers, messages
from inspector.restoring.messages.wording import OUTSIDE, QUOTED, RUN, SOURCE, Matcher, Wording, fields_of, pieces
from inspector.restoring.reading import scan
from inspector.rules.registry import rules

SAMPLES = {"": "some_name", "d": "7", "w": "some_name", "line": "what is left", "lazy": "any thing", "shape": "[2, 3]"}
# Names that a message asks to be of its kind.
NAMED = {"op": "CaseFoldUTF8", "module": "tensorflow_text", "library": "/x/_image_ops.so", "proto": "tensorflow.GraphDef",
         "argument": "ragged"}  # fmt: skip
# Fields that the catalogue adds to those of the text.
ADDED = {"op-not-registered": {"whose", "cure"}, "op-not-known": {"whose", "cure"},
         "attr-missing": {"since", "cure"}, "op-without-module": {"package", "cure"},
         "keras-parent-module": {"why", "cure"}, "keras-custom-object": {"whose", "cure"}, "attr-not-in-op": {"cure"},
         "type-not-registered": {"cure"}}  # fmt: skip
ALL = [(message, wording) for message in messages().values() for wording in message.wordings]


def sample(wording: Wording) -> str:
    """A text that the wording describes, after the frame that it asks for."""
    text = ""
    for kind, part in pieces(wording.template):
        name, _, form = part.partition(":")
        text += part if kind == "literal" else NAMED.get(name, SAMPLES[form]) if form in ("", "w") else SAMPLES[form]
    if not wording.frame:
        return text
    file, _, function = wording.frame.partition(" ")
    return f'Traceback (most recent call last):\n  File "/x/{file}", line 3, in {function or "f"}\n    x()\n{text}'


def named(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


@pytest.mark.parametrize("message", messages().values(), ids=lambda message: message.code)
def test_a_message(message: Message) -> None:
    """Kind, rules and certainty exist; its words need no field that a wording lacks."""
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", message.code)
    assert message.kind in KINDS
    assert message.certainty in kinds.CERTAINTIES
    assert set(message.rules) <= {rule.code for rule in rules()}
    assert message.rank == HARMLESS or message.fix
    for wording in message.wordings:
        fields = set(fields_of(wording.template)) | ADDED.get(message.code, set())
        assert named(message.cause) | named(message.fix) <= fields, wording.template


@pytest.mark.parametrize(("message", "wording"), ALL, ids=lambda one: getattr(one, "template", ""))
def test_a_wording(message: Message, wording: Wording) -> None:
    """It is anchored, of bounded cost, says where it comes from, and is recognised as its own message."""
    fields = [part.partition(":")[2] for kind, part in pieces(wording.template) if kind == "field"]
    first = next(pieces(wording.template))
    assert len(Matcher(wording).anchor) >= 8
    assert fields.count("lazy") <= 2
    assert first[0] == "literal" or first[1].partition(":")[2] in ("w", "d")
    assert wording.source
    assert wording.seen in (RUN, SOURCE, QUOTED)
    if wording.any_text:
        return
    found = scan([sample(wording) + "\n"])
    seen = [one for one in found.sightings if one.message.code == message.code]
    others = [one for one in found.sightings if one.message.rank < message.rank]
    assert seen or others, [one.message.code for one in found.sightings]
    if seen and message.rank != HARMLESS:
        best = found.best()
        assert best is not None
        assert best.message.kind == message.kind or best.message.rank < message.rank


def test_wordings_are_written_once() -> None:
    seen = [(wording.template, wording.frame) for _, wording in ALL]
    assert len(seen) == len(set(seen))


def test_where_a_wording_comes_from() -> None:
    """What was run is of releases that are known; what is only quoted names no release."""
    for _, wording in ALL:
        if wording.seen == QUOTED:
            assert not wording.releases, wording.template
        elif wording.seen == SOURCE and not wording.releases:
            assert any(name in wording.source for name in OUTSIDE), wording.template


def test_anchors_are_shared() -> None:
    """A text is searched once for each anchor: there are fewer of them than wordings."""
    assert len(matchers()) < len(ALL)


@pytest.mark.parametrize(
    ("code", "fields", "ours"),
    [
        ("op-without-module", {"module": "pandas"}, False),
        ("op-without-module", {"module": "tensorflow_text.ops"}, True),
        ("op-library-not-loaded", {"library": "/x/libtorch.so"}, False),
        ("op-library-not-loaded", {"library": "/x/tensorflow/python/_pywrap_tensorflow_internal.so"}, False),
        ("op-library-not-loaded", {"library": "/x/_image_ops.so"}, True),
        ("op-library-not-loaded", {"library": r"C:\x\tensorflow_io\python\ops\libtensorflow_io.so"}, True),
        ("graph-def-not-parsed", {"proto": "sentencepiece.ModelProto"}, False),
        ("graph-def-not-parsed", {"proto": "tensorflow.GraphDef"}, True),
        ("op-not-known", {"op": "user_id"}, False),
        ("op-not-known", {"op": "Name"}, False),
        ("op-not-known", {"op": "MatMul"}, False),  # of all releases: nothing that a program could lack
        ("op-not-known", {"op": "CaseFoldUTF8"}, True),
        ("keras-argument", {"argument": "timeout"}, False),
        ("keras-argument", {"argument": "ragged"}, True),
        ("file-missing", {"file": "data/label_map.pbtxt"}, False),
        ("file-missing", {"file": "/m/1/saved_model.pbtxt"}, True),
        ("file-missing", {"file": "/tmp/vocab.txt"}, True),
        ("file-missing", {"file": "/m/assets/names.csv"}, True),
    ],
)
def test_what_belongs(code: str, fields: dict[str, str], ours: bool) -> None:
    """A module, file or key of somebody else's is no message of ours."""
    assert belongs(code, fields) is ours


def test_a_key_that_is_no_op_hides_nothing() -> None:
    """What is not ours is not seen at all: the frame still tells what the same line means."""
    text = "Traceback (most recent call last):\n  File \"/x/load.py\", line 3, in _recreate_constant\n    x()\nKeyError: 'x'\n"
    assert [one.message.code for one in scan([text]).sightings] == ["constant-value"]
