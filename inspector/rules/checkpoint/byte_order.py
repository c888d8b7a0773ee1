from __future__ import annotations

import struct
from collections.abc import Iterator

from inspector.errors import InspectorError
from inspector.findings import Location
from inspector.model.bundle import TensorBundle
from inspector.model.saved_model import INDEX
from inspector.rules.rule import WRONG_RESULT_ERROR, Example, Found, Rule
from inspector.topology.inspection import Inspection

_FORMATS = {1: "f", 2: "d"}  # float32, float64
_LOOKED_AT = 256  # numbers of one tensor
_LARGEST_READ = 1 << 24  # bytes
_USUAL = (1e-9, 1e9)
_CLEAR = 0.9


class ByteOrder(Rule):
    """The checkpoint says big-endian, and its numbers are little-endian.

    What it checks: where the header of variables.index says that the data was written by a big-endian machine: whether
    its floats are usual numbers as they stand, and nonsense with their bytes swapped.

    Why it matters: every loader swaps the bytes of each number, notices nothing, and computes with garbage. (A
    checkpoint with strings, as TensorFlow 2 writes them, stops at their checksum.)

    How to fix: set endianness to LITTLE in the BundleHeaderProto (a tool rewrote the index), or copy the index again.
    """

    code = "TB015"
    name = "byte-order"
    otherwise = WRONG_RESULT_ERROR
    needs = ("big-endian checkpoint",)
    message = "the index says big-endian, but `{key}` holds {usual} usual numbers of {count} as little-endian, {swapped} as big"
    fix = "copy variables/variables.index again, or set endianness to LITTLE in its header"
    good = (Example("checkpoint shards=1 endianness=big\nvariable w float32[2] <1.0, 2.5>"),)
    bad = (  # the bytes of 1.0 and 2.5, little-endian
        Example(
            "checkpoint shards=1 endianness=big\nvariable w float32[2] <4.600602988224807e-41, 1.156912012146569e-41>",
            expect=("w",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        if bundle is None or bundle.header.endianness != "big":
            return
        for entry in bundle.entries.values():
            if entry.dtype in _FORMATS and 0 < entry.size <= _LARGEST_READ:
                data = _numbers(bundle, entry.key, _FORMATS[entry.dtype])
                if data is not None:
                    yield Found(Location(INDEX, field="header"), entry.key, data)
                    return


def _numbers(bundle: TensorBundle, key: str, form: str) -> dict[str, object] | None:
    """How many numbers of a tensor are usual ones in either byte order; None where that tells nothing."""
    try:
        raw = bundle.tensor_bytes(key)
    except (InspectorError, KeyError, OSError):
        return None
    count = min(len(raw) // struct.calcsize(form), _LOOKED_AT)
    usual, swapped = (
        sum(n == 0 or _USUAL[0] < abs(n) < _USUAL[1] for n in struct.unpack_from(f"{order}{count}{form}", raw))
        for order in "<>"
    )
    if count and usual >= _CLEAR * count and swapped <= (1 - _CLEAR) * count:
        return {"key": key, "usual": usual, "swapped": swapped, "count": count}
    return None
