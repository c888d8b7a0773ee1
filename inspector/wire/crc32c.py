"""CRC-32C, the checksum of tables and tensors, and the mask under which TensorFlow stores it.

The arithmetic is google-crc32c's: its C extension (about 7 GB/s), or its pure Python where that is missing (some
MB/s). Importing it costs about a millisecond.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", RuntimeWarning)  # the fallback announces itself on stderr
    from google_crc32c import extend, value

__all__ = ["extend", "mask", "unmask", "value"]

_DELTA = 0xA282EAD8


def mask(crc: int) -> int:
    """``crc`` as it is stored: rotated and shifted, so that a checksum of checksums stays a good one.

    tensorflow/core/lib/hash/crc32c.h, Mask. The masked form of 0 (no bytes) is 0xa282ead8: a stored 0 is a checksum
    like any other, never "none".
    """
    return (((crc >> 15) | (crc << 17)) + _DELTA) & 0xFFFFFFFF


def unmask(stored: int) -> int:
    """The checksum that ``stored`` masks."""
    rotated = (stored - _DELTA) & 0xFFFFFFFF
    return ((rotated >> 17) | (rotated << 15)) & 0xFFFFFFFF
