from __future__ import annotations

import pytest

from inspector.wire.farmhash import fingerprint64

# Of tf.fingerprint(data, "farmhash64"), TensorFlow 2.21.
KNOWN = {
    b"": 0x9AE16A3B2F90404F,
    b"abc": 0x24A5B3A074E7F369,
    b"0123456789": 0xAD052244B781C4EB,
    b"a" * 20: 0xD1128F7D2CDB832E,
    b"a" * 40: 0x1E17B601E177E8EF,
    b"a" * 64: 0x51C924CEBD9A6379,
    b"a" * 65: 0x6BF136A09F841C74,
    b"abc" * 100: 0xB0B40DD49DC00C61,
}


@pytest.mark.parametrize("data", KNOWN, ids=[str(len(data)) for data in KNOWN])
def test_fingerprints_are_tensorflows(data: bytes) -> None:
    assert fingerprint64(data) == KNOWN[data]


def test_fingerprints_against_tensorflow() -> None:
    """Every length up to some blocks, in one call."""
    tensorflow = pytest.importorskip("tensorflow")
    texts = [bytes((n * 7 + i * 13) % 256 for i in range(n)) for n in range(200)]
    found = tensorflow.fingerprint(tensorflow.constant(texts)).numpy()
    assert [int.from_bytes(bytes(row), "little") for row in found] == [fingerprint64(text) for text in texts]
