from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.wire import snappy
from tests.wire.table_builder import copies, literals, varint


@given(st.binary(max_size=400) | st.text("ab", max_size=300).map(str.encode), st.sampled_from([literals, copies]))
def test_round_trip(data: bytes, compress: object) -> None:
    assert callable(compress)
    assert snappy.decompress(compress(data)) == data


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_long_literals(width: int) -> None:
    data = bytes(range(256)) * (1 if width == 1 else 2)
    tag = bytes([(59 + width) << 2]) + (len(data) - 1).to_bytes(width, "little")
    assert snappy.decompress(varint(len(data)) + tag + data) == data


@given(st.binary(max_size=60))
def test_any_bytes_decompress_or_are_refused(data: bytes) -> None:
    try:
        out = snappy.decompress(data)
    except snappy.SnappyError as error:
        assert 0 <= error.offset <= len(data)
    else:
        assert len(out) <= 22 * len(data)


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "cut off"),
        (b"\x80\x80\x80\x80\x80\x01", "longer than 32 bits"),
        (b"\xff\xff\xff\xff\x0f\x00a", "cannot hold 4294967295"),
        (b"\x05\x00a", "1 bytes come out, 5 were announced"),
        (b"\x01\x04ab", "more comes out than the 1 bytes"),
        (b"\x09\x08ab", "runs beyond the end"),
        (b"\x05\xf0", "cut off"),
        (b"\x05\x00a\x01", "cut off"),
        (b"\x05\x00a\x01\x00", "from 0 bytes back"),
        (b"\x05\x00a\x01\x02", "from 2 bytes back, where 1 are out"),
    ],
)
def test_every_way_to_be_wrong(data: bytes, why: str) -> None:
    with pytest.raises(snappy.SnappyError, match=why):
        snappy.decompress(data)


def test_a_long_copy_of_one_byte_is_made_fast() -> None:
    size = 3_000_000
    pieces = (size - 1) // 64
    data = varint(1 + 64 * pieces) + b"\x00a" + b"\xfe\x01\x00" * pieces
    assert snappy.decompress(data) == b"a" * (1 + 64 * pieces)
