"""The cutting of messages at the level of the wire."""

from __future__ import annotations

import pytest

from inspector.wire.fields import carve
from inspector.wire.schema import DecodeError

FIELD = b"\x12\x03abc"  # field 2, three bytes
OPEN, CLOSE = b"\x0b", b"\x0c"  # group 1
INNER = b"\x08\x01" + b"\x15\0\0\0\0" + b"\x11" + bytes(8) + b"\x1a\x01\x0c" + b"\x23\x24"  # one of each, a group in it


def test_an_unknown_group_is_skipped_whole() -> None:
    raw = OPEN + INNER + FIELD + CLOSE + FIELD
    found, rest = carve(raw, (0, len(raw)), 2)

    assert [raw[start:end] for start, end in found[0]] == [b"abc"]
    assert rest == OPEN + INNER + FIELD + CLOSE


@pytest.mark.parametrize(
    "raw", [OPEN, OPEN + INNER, OPEN + b"\x14", OPEN + b"\x1a\x7f" + CLOSE, CLOSE, OPEN + b"\x0e" + CLOSE]
)
def test_a_group_that_does_not_end_is_no_message(raw: bytes) -> None:
    with pytest.raises(DecodeError):
        carve(raw, (0, len(raw)), 2)
