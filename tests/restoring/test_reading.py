"""Logs as they come: wrapped, chained, endless, hostile."""

from __future__ import annotations

import json
import random
import tracemalloc
from collections.abc import Iterator

import pytest

from inspector.restoring.diagnosis import diagnose
from inspector.restoring.messages.registry import matchers
from inspector.restoring.reading import OCCURRENCES_LOOKED_AT, SIGHTINGS_KEPT, WINDOW, scan

UNREGISTERED = (
    "Op type not registered 'MyCustomOp' in binary running on host-1. Make sure the Op and Kernel are registered"
)


def code_of(text: str) -> str | None:
    best = scan([text]).best()
    return None if best is None else best.message.code


WRAPPED = {
    "plain": UNREGISTERED,
    "colours": "\x1b[31mE\x1b[0m tensorflow: \x1b[1;33mOp type not registered 'My\x1b[0mCustomOp'\x1b[0m in binary",
    "kubectl": f"2024-05-01T12:00:00.123456789Z stderr F 2024-05-01 12:00:00.1: E x.cc:37] failed: Not found: {UNREGISTERED}",
    "kubectl --prefix": f"[pod/serving-7d/main] E0501 12:00:00.1 1 x.cc:37] {UNREGISTERED}",
    "docker -t": f"2024-05-01T12:00:00.123456789Z {UNREGISTERED}",
    "json lines": json.dumps({"log": f"E x.cc] {UNREGISTERED}\n", "stream": "stderr"}),
    "nested json": json.dumps({"severity": "ERROR", "jsonPayload": {"exception": {"text": [UNREGISTERED]}}}),
    "escaped json": '{"message": "Op type not registered \\u0027MyCustomOp\\u0027 in binary"}',
    "rest": json.dumps({"error": UNREGISTERED}),
    "repr": UNREGISTERED.replace("'", "\\'"),
    "typographic": UNREGISTERED.replace("'MyCustomOp'", "‘MyCustomOp’"),
    "carriage returns": f"start\r\n{UNREGISTERED}\r\nend\r\n",
    "quoted in an issue": f"> E tensorflow/core: Not found: {UNREGISTERED}",
    "xml": f"<pre>{UNREGISTERED}</pre>",
}


@pytest.mark.parametrize("wrapped", WRAPPED.values(), ids=list(WRAPPED))
def test_what_wraps_a_message(wrapped: str) -> None:
    found = diagnose(wrapped)

    assert (found.kind, found.certainty, found.fields["op"]) == ("MissingDependency", "sure", "MyCustomOp")


def test_the_root_of_a_chain() -> None:
    """The earliest of what says what is wrong; a hint that misleads is named as one."""
    text = (
        "Traceback (most recent call last):\n  File \"a.py\", line 1, in f\n"
        f"tensorflow.python.framework.errors_impl.NotFoundError: {UNREGISTERED}\n\n"
        "During handling of the above exception, another exception occurred:\n\n"
        "Traceback (most recent call last):\n  File \"b.py\", line 1, in g\n"
        f"FileNotFoundError: {UNREGISTERED}\n You may be trying to load on a different device from the computational device."
    )  # fmt: skip
    found = diagnose(text)

    assert found.code == "op-not-registered"
    assert any("experimental_io_device" in note for note in found.notes)
    assert found.others == ()


def test_an_attempt_that_was_given_up() -> None:
    """What was raised while another error was handled goes before that error; a direct cause does not."""
    first, second = (
        "Key w not found in checkpoint",
        "Checksum does not match: stored 1 vs. calculated on the restored bytes 2",
    )
    chain = "Traceback (most recent call last):\nValueError: {}\n\n{}\n\nTraceback (most recent call last):\nValueError: {}\n"
    handled = "During handling of the above exception, another exception occurred:"
    direct = "The above exception was the direct cause of the following exception:"

    assert code_of(chain.format(first, handled, second)) == "checksum"
    assert code_of(chain.format(first, direct, second)) == "key-not-in-checkpoint"


def test_symptoms_do_not_win() -> None:
    """The missing asset, not the table that it should have filled; the cause, not what wraps it."""
    log = (
        "W op_kernel.cc] OP_REQUIRES failed at lookup_table_init_op.cc: NOT_FOUND: /models/m/1/assets/vocab.txt; "
        "No such file or directory\nE serving: FAILED_PRECONDITION: Table not initialized.\n"
    )
    found = diagnose(log)

    assert found.code == "asset-missing"
    assert found.fields["file"] == "vocab.txt"
    assert [one.code for one in found.others] == ["not-initialised"]
    wrapped = (
        "Restoring from checkpoint failed. This is most likely due to a mismatch between the current graph and the graph from "
        "the checkpoint. Original error:\n\nKey w not found in checkpoint"
    )
    assert code_of(wrapped) == "key-not-in-checkpoint"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "2024 I tensorflow: all is well",
        "Traceback (most recent call last):\n  File \"x.py\", line 3, in f\nKeyError: 'name'",
        "Traceback (most recent call last):\n  File \"/lib/x/frame.py\", line 3, in load\nIndexError: list index out of range",
        "ModuleNotFoundError: No module named 'pandas'",
        "RuntimeError: Error(s) in loading state_dict for Net: size mismatch for fc.weight",
        "TypeError: f() got an unexpected keyword argument 'x'",
        "ValueError: not enough values to unpack (expected 2, got 1)",
        "UnicodeDecodeError: 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte",
        "AttributeError: 'str' object has no attribute 'decode'",
        "FileNotFoundError: [Errno 2] No such file or directory: 'config.yaml'",
        "ImportError: /lib/libtorch.so: undefined symbol: _ZN2at",
        "json.decoder.JSONDecodeError: Expecting value: line 1 column 1 (char 0)",
        "E0501 12:00:00.1 1 server.cc:3] Connection refused",
        "RuntimeError: CUDA error: no kernel image is available for execution on the device",
        "KeyError: 'image/encoded'",
        "KeyError: 'UserName'",
        "TypeError: __init__() got an unexpected keyword argument 'timeout'",
        "NotFoundError: data/label_map.pbtxt; No such file or directory",
        "ValueError: Error when checking target: expected dense_2 to have shape (10,) but got array with shape (1,)",
        "DecodeError: Error parsing message with type 'sentencepiece.ModelProto'",
    ],
)  # fmt: skip
def test_what_is_not_ours_stays_unknown(text: str) -> None:
    found = diagnose(text)

    assert (found.kind, found.certainty) == ("UnknownRestoreError", "unknown")


def test_harmless_lines_are_no_failure() -> None:
    """They are named for what they are."""
    found = diagnose(
        "W cuda.cc:9] failed call to cuInit: UNKNOWN ERROR (303)\nI x] NodeDef. Unknown attributes will be ignored."
    )

    assert found.kind == "UnknownRestoreError"
    assert len(found.notes) == 2


def test_the_release_that_a_text_names() -> None:
    """An op of a package is asked for in the version that fits it."""
    found = diagnose(f"TensorFlow ModelServer: 2.12.1-rc0\n{UNREGISTERED.replace('MyCustomOp', 'CaseFoldUTF8')}")

    assert found.packages == ("tensorflow-text==2.12.*",)


@pytest.mark.parametrize(
    ("named", "op", "kind", "certainty"),
    [
        ("", "DisableCopyOnRead", "VersionMismatch", "likely"),  # of 2.10 and newer; or a build that leaves ops out
        ("TensorFlow 2.12.1", "DisableCopyOnRead", "VersionMismatch", "likely"),
        ("TensorFlow 2.9.3", "DisableCopyOnRead", "VersionMismatch", "sure"),
        ("", "ImageProjectiveTransformV2", "MissingDependency", "likely"),  # of tf.contrib, of TensorFlow from 2.2 on
        ("TensorFlow 2.1.4", "ImageProjectiveTransformV2", "VersionMismatch", "sure"),
        ("", "CaseFoldUTF8", "MissingDependency", "sure"),
        ("", "NobodysOp", "MissingDependency", "sure"),
    ],
)
def test_an_op_is_sure_where_only_one_cause_fits(named: str, op: str, kind: str, certainty: str) -> None:
    text = f"{named}\n{UNREGISTERED.replace('MyCustomOp', op)}"
    found = diagnose(text, tensorflow=None if named else "2.21")

    assert (found.kind, found.certainty) == (kind, certainty)


def test_an_attr_that_came_later() -> None:
    """A node without it was written by an older TensorFlow; any other attr was lost."""
    text = "No attr named '{}' in NodeDef:\n\t [[Node: a/ones_like = Fill[T=DT_FLOAT](a/Shape, a/Const)]]"
    came, lost = diagnose(text.format("index_type")), diagnose(text.format("T"))

    assert (came.kind, came.certainty) == ("VersionMismatch", "likely")
    assert "1.6.0" in came.cause
    assert lost.kind == "GraphDamaged"


def test_the_module_of_a_class_of_keras() -> None:
    """Keras's own modules and classes come with another Keras; all others are somebody's code."""
    text = "Could not deserialize class 'Net' because its parent module {} cannot be imported. Full object config"
    own, theirs = diagnose(text.format("keras.src.engine.functional")), diagnose(text.format("my_project.nets"))

    assert (own.kind, own.certainty) == ("VersionMismatch", "likely")
    assert (theirs.kind, theirs.certainty) == ("MissingDependency", "sure")
    assert diagnose("ValueError: Unknown layer: 'TFOpLambda'. Please ensure").kind == "VersionMismatch"
    assert diagnose("ValueError: Unknown layer: 'MyLayer'. Please ensure").kind == "MissingDependency"


@pytest.mark.parametrize("named", ["1.5.0", "1.12.3", "0.9", "99.1.0"])
def test_a_release_that_cannot_be_judged(named: str) -> None:
    """What the text says is told all the same."""
    text = (
        f"GraphDef min consumer version 99 above current version 24 for TensorFlow {named}.  Please upgrade TensorFlow."
    )
    found = diagnose(text)

    assert (found.kind, found.certainty) == ("VersionMismatch", "sure")


def in_pieces(text: str, size: int) -> Iterator[str]:
    for at in range(0, len(text), size):
        yield text[at : at + size]


def test_pieces_make_no_difference() -> None:
    """Messages across the borders of pieces and windows are found, each once."""
    chance = random.Random(7)
    filler = "".join(chance.choice("abcdefgh \n") for _ in range(50_000)) + "\n"
    line = f"E x.cc:37] {UNREGISTERED}\n"
    for before in (WINDOW - 40, 2 * WINDOW - 2_450, 2 * WINDOW + 10):
        text = (filler * (before // len(filler) + 1))[:before] + "\n" + line + filler
        for size in (1 << 16, 999_983):
            found = scan(in_pieces(text, size))
            assert [one.fields["op"] for one in found.sightings] == ["MyCustomOp"]
            assert text[found.sightings[0].at :].startswith("Op type")


def endless(line: str, megabytes: float) -> Iterator[str]:
    block = line * (100_000 // len(line) + 1)
    for _ in range(int(megabytes * 1e6 / len(block)) + 1):
        yield block


HOSTILE = {
    "a message repeated": f"{UNREGISTERED}\n",
    "no line ends": "Op type not registered '",
    "open quotes": "'" * 100 + "\n",
    "open braces": '{"a":' * 200 + "\n",
    "all anchors": "".join(f"{anchor}\n" for anchor in matchers()),
    "frames": 'KeyError: x\n  File "/tensorflow/python/saved_model/load.py", line 3, in _load_nodes\n',
    "tracebacks": "Traceback (most recent call last):\nIndexError: list index out of range\n",
    "colours": "\x1b[31m" * 50 + "\n",
    "nulls": "\0" * 100 + "\n",
    "spaces": "KeyError: " + " " * 1000,
}


@pytest.mark.parametrize("line", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_logs(line: str) -> None:
    """Bounded memory, bounded findings, and the work grows with the text at most."""
    tracemalloc.start()
    found = scan(endless(line, 6))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 40e6
    assert max(found._looked_at.values()) <= OCCURRENCES_LOOKED_AT
    assert all(len(seen) <= SIGHTINGS_KEPT for seen in found._seen.values())
    assert all(len(one.excerpt) < 1_000 for one in found.sightings)


def test_any_bytes() -> None:
    """Random characters and cut messages: an answer, never a traceback."""
    chance = random.Random(3)
    anchors = list(matchers())
    alphabet = "\0\x1b[]{}'\"\\\n:,()<>=*abc 0123\u2028\ud7ff"
    for _ in range(150):
        parts = [
            chance.choice((chance.choice(anchors), "".join(chance.choice(alphabet) for _ in range(30))))
            for _ in range(20)
        ]
        assert diagnose("".join(parts)).kind
