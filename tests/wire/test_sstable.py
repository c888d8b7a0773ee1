from __future__ import annotations

import contextlib
from collections.abc import Callable
from itertools import product
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inspector.errors import DEFAULT_LIMITS, FormatError, LimitExceeded
from inspector.wire.sstable import read_table
from tests.wire.table_builder import MAGIC, block, copies, literals, stored, table, varint

SMALL = {b"": b"head", b"a": b"1", b"ab": b"", b"abc": b"x" * 200, b"abd": b"2", b"b": b"3", b"c" * 150: b"4"}
COMPRESSIONS = (None, literals, copies)


def read(data: bytes) -> list[tuple[bytes, bytes]]:
    return list(read_table(data, "t.index"))


@pytest.mark.parametrize(("interval", "per_block", "compress"), [*product((1, 2, 16), (1, 2, 100), COMPRESSIONS)])
def test_round_trip(interval: int, per_block: int, compress: Callable[[bytes], bytes] | None) -> None:
    data = table(SMALL, restart_interval=interval, entries_per_block=per_block, compress=compress)
    assert read(data) == list(SMALL.items())
    assert list(read_table(memoryview(data), "t.index")) == list(SMALL.items())


@settings(deadline=None)
@given(
    st.dictionaries(st.binary(max_size=20) | st.text("ab", max_size=30).map(str.encode), st.binary(max_size=150)),
    st.sampled_from((1, 2, 3, 16)),
    st.sampled_from((1, 2, 7, 100)),
    st.sampled_from(COMPRESSIONS),
)
def test_anything_comes_back(
    entries: dict[bytes, bytes], interval: int, per_block: int, compress: Callable[[bytes], bytes] | None
) -> None:
    entries = dict(sorted(entries.items()))
    data = table(entries, restart_interval=interval, entries_per_block=per_block, compress=compress)
    assert read(data) == list(entries.items())


def test_an_empty_table_has_no_keys() -> None:
    assert read(table({})) == []


@given(st.binary(max_size=200))
def test_any_bytes_read_or_are_refused(data: bytes) -> None:
    for candidate in (data, data + MAGIC, data.ljust(40, b"\0")[:40] + MAGIC):
        try:
            read(candidate)
        except FormatError as error:
            assert error.kind
            assert error.file == "t.index"


@settings(deadline=None)
@given(st.binary(max_size=80), st.binary(max_size=30), st.booleans())
def test_any_block_reads_or_is_refused(contents: bytes, index: bytes, compressed: bool) -> None:
    """Damage behind a right checksum: only a hand makes it, and still nothing but FormatError may come."""
    first = stored(contents, int(compressed))
    second = stored(block([(b"z" * 9, varint(0) + varint(len(contents)))]))
    footer = (varint(0) * 2 + varint(len(first)) + varint(len(second) - 5)).ljust(40, b"\0") + MAGIC
    for candidate in (
        first + second + footer,
        stored(index) + (b"\0\0\0" + varint(len(index))).ljust(40, b"\0") + MAGIC,
    ):
        try:
            read(candidate)
        except FormatError as error:
            assert error.kind


@pytest.mark.parametrize("compress", COMPRESSIONS)
def test_a_flipped_bit_is_noticed_or_harmless(compress: Callable[[bytes], bytes] | None) -> None:
    data = table(SMALL, entries_per_block=3, compress=compress)
    for at, bit in product(range(len(data)), range(8)):
        damaged = bytearray(data)
        damaged[at] ^= 1 << bit
        with contextlib.suppress(FormatError):
            assert read(bytes(damaged)) == list(SMALL.items())


def test_every_cut_is_noticed() -> None:
    data = table(SMALL)
    for size in range(len(data)):
        with pytest.raises(FormatError):
            read(data[:size])


def kind_of(data: bytes) -> str:
    with pytest.raises(FormatError) as caught:
        read(data)
    return caught.value.kind


def around(contents: bytes, kind: int = 0, *, separator: bytes = b"~") -> bytes:
    """A table whose only data block is ``contents``, with right checksums."""
    first = stored(contents, kind)
    second = stored(block([(separator, b"\0" + varint(len(contents)))]))
    handles = b"\0\0" + varint(len(first)) + varint(len(second) - 5)
    return first + second + handles.ljust(40, b"\0") + MAGIC


def entry(shared: int, fresh: bytes, value: bytes) -> bytes:
    return varint(shared) + varint(len(fresh)) + varint(len(value)) + fresh + value


RESTART = pack("<II", 0, 1)


@pytest.mark.parametrize(
    ("kind", "data"),
    [
        ("index-too-short", b""),
        ("index-too-short", b"x" * 47),
        ("index-bad-magic", b"x" * 48),
        ("index-bad-handle", b"\xff" * 40 + MAGIC),
        ("index-bad-handle", stored(block([(b"k", b"\x80")])) + b"\0\0\0\x0d".ljust(40, b"\0") + MAGIC),
        ("block-truncated", (b"\0\0\0" + varint(99)).ljust(40, b"\0") + MAGIC),
        ("block-truncated", (b"\0\0" + varint(2**64 - 1) * 2).ljust(40, b"\0") + MAGIC),
        ("block-checksum", b"x" * 20 + b"\0\0\0\x0f".ljust(40, b"\0") + MAGIC),
        ("block-compression", around(block([]), 2)),
        ("block-snappy", around(b"\xff\xff", 1)),
        ("block-restarts", around(b"")),
        ("block-restarts", around(pack("<I", 1))),
        ("block-restarts", around(entry(0, b"a", b"") + pack("<I", 0))),
        ("block-restarts", around(entry(0, b"a", b"") + pack("<II", 1, 1))),
        ("block-restarts", around(entry(0, b"a", b"") + entry(1, b"b", b"") + pack("<III", 0, 4, 2))),
        ("block-restarts", around(entry(0, b"a", b"") + pack("<III", 0, 99, 2))),
        ("block-entry", around(b"\0\x01" + RESTART)),
        ("block-entry", around(b"\x80\x80\x80" + RESTART)),
        ("block-restarts", around(entry(1, b"a", b"") + RESTART)),
        ("block-entry", around(entry(0, b"a", b"") + entry(2, b"b", b"") + RESTART)),
        ("block-entry", around(b"\0\x01\x05ab" + RESTART)),
        ("keys-out-of-order", around(entry(0, b"b", b"") + entry(0, b"a", b"") + RESTART)),
        ("keys-out-of-order", around(block([(b"b", b"")]), separator=b"a")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_kind(kind: str, data: bytes) -> None:
    assert kind_of(data) == kind


def test_equal_keys_are_left_to_the_reader() -> None:
    """TensorFlow finds the first of them."""
    assert read(table([(b"a", b"1"), (b"a", b"2")])) == [(b"a", b"1"), (b"a", b"2")]


def test_a_message_says_expected_found_and_where() -> None:
    data = bytearray(table({b"": b"head", b"a": b"1"}, entries_per_block=1))
    data[25] ^= 1
    with pytest.raises(
        FormatError, match=r"t\.index at byte 20: the checksum .* is [0-9a-f]{8}, stored is [0-9a-f]{8}"
    ):
        read(bytes(data))


def test_blocks_that_are_read_again_and_again_are_refused() -> None:
    first = stored(block([]))
    handle = b"\0" + varint(len(first) - 5)
    second = stored(block([(pack(">I", number), handle) for number in range(5000)]))
    handles = b"\0\0" + varint(len(first)) + varint(len(second) - 5)
    # As long as the blocks together fit into the file they are read; an endless chain of them does not.
    assert kind_of(first + second + handles.ljust(40, b"\0") + MAGIC) == "index-bad-handle"


def test_keys_that_grow_without_measure_are_refused() -> None:
    entries = entry(0, b"k" * 200_000, b"") + b"".join(entry(200_000, pack(">I", n), b"") for n in range(2000))
    with pytest.raises(LimitExceeded, match="out of all proportion"):
        read(around(entries + RESTART))


def test_a_block_over_the_limit_is_refused() -> None:
    limits = DEFAULT_LIMITS._replace(block=100)
    for compress in (None, copies):
        with pytest.raises(LimitExceeded):
            list(read_table(table({b"": b"x" * 500}, compress=compress), "t.index", limits))
