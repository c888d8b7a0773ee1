from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.wire import coding, crc32c
from tests.wire.table_builder import varint


@given(st.integers(0, 2**64 - 1), st.binary(max_size=3))
def test_a_varint_comes_back(value: int, rest: bytes) -> None:
    data = b"\xff" + varint(value) + rest
    assert coding.varint(data, 1, len(data)) == (value, len(data) - len(rest))


def test_a_varint_of_32_bits_drops_what_is_above() -> None:
    assert coding.varint(b"\xff\xff\xff\xff\x7f", 0, 5, bits=32) == (0xFFFFFFFF, 5)


@pytest.mark.parametrize("data", [b"", b"\x80", b"\x80" * 9])
def test_a_cut_varint_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match="cut off"):
        coding.varint(data, 0, len(data))


def test_a_varint_without_end_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than 64 bits"):
        coding.varint(b"\x80" * 11, 0, 11)


# As tensorflow/core/lib/strings/ordered_code.cc writes them.
@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("80", 0),
        ("bf", 63),
        ("7f", -1),
        ("40", -64),
        ("c040", 64),
        ("3fbf", -65),
        ("3800", -0x800),
        ("f0424242", 0x424242),
        ("ffc07fffffffffffffff", 2**63 - 1),
        ("003f8000000000000000", -(2**63)),
        ("ff8080000000000000", 2**55),
    ],
)
def test_signed_ordered_numbers(data: str, value: int) -> None:
    raw = bytes.fromhex(data)
    assert coding.ordered_signed(raw + b"x", 0) == (value, len(raw))


@given(st.integers(-(2**63), 2**63 - 1))
def test_a_signed_ordered_number_comes_back(value: int) -> None:
    raw = ordered_signed(value)
    assert coding.ordered_signed(raw, 0) == (value, len(raw))


def ordered_signed(value: int) -> bytes:
    """The encoding by its definition: a sign bit, a unary length, the number in two's complement."""
    length = 1
    while not -(1 << (7 * length - 1)) <= value < 1 << (7 * length - 1):
        length += 1
    bits = value & ((1 << (8 * length)) - 1)
    header = ((1 << length) - 1) << (7 * length)
    return (bits ^ header).to_bytes(length, "big")


@given(st.binary())
def test_an_ordered_string_comes_back(text: bytes) -> None:
    encoded = b"".join({0: b"\x00\xff", 255: b"\xff\x00"}.get(byte, bytes([byte])) for byte in text) + b"\x00\x01"
    assert coding.ordered_string(encoded + b"x", 0) == (text, len(encoded))


@given(st.binary(max_size=12))
def test_any_bytes_decode_or_are_refused(data: bytes) -> None:
    for decode in (coding.ordered_signed, coding.ordered_number, coding.ordered_string):
        try:
            _, at = decode(data, 0)
        except ValueError:
            continue
        assert 0 < at <= len(data)


def test_checksums_as_rfc_3720_gives_them() -> None:
    assert crc32c.value(b"\0" * 32) == 0x8A9136AA
    assert crc32c.value(b"\xff" * 32) == 0x62A8AB43
    assert crc32c.extend(crc32c.value(b"hello "), b"world") == crc32c.value(b"hello world")


@given(st.integers(0, 2**32 - 1))
def test_the_mask_comes_off(crc: int) -> None:
    assert crc32c.unmask(crc32c.mask(crc)) == crc


def test_the_mask_of_nothing_is_not_zero() -> None:
    assert crc32c.mask(0) == 0xA282EAD8
