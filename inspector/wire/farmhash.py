"""FarmHash's Fingerprint64, the hash in fingerprint.pb.

Source: google/farmhash, farmhash.cc, namespace farmhashna (Hash64); tensorflow/core/platform/fingerprint.h. Pure Python:
about 20 MB a second, so callers bound what they give it.
"""

from __future__ import annotations

from struct import Struct

_MASK = (1 << 64) - 1
_K0, _K1, _K2 = 0xC3A5C85C97CB3127, 0xB492B66FBE98F273, 0x9AE16A3B2F90404F
_SEED = 81
_BLOCK = Struct("<8Q")


def fingerprint64(data: bytes) -> int:
    """The 64-bit fingerprint of some bytes, the same on every machine."""
    size = len(data)
    if size > 64:
        return _long(data)
    if size > 32:
        return _up_to_64(data)
    return _up_to_32(data) if size > 16 else _up_to_16(data)


def _fetch(data: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _rotate(value: int, by: int) -> int:
    value &= _MASK
    return (value >> by | value << (64 - by)) & _MASK


def _shift_mix(value: int) -> int:
    value &= _MASK
    return value ^ value >> 47


def _join(u: int, v: int, mul: int) -> int:
    a = _shift_mix((u ^ v) * mul)
    return _shift_mix((v ^ a) * mul) * mul & _MASK


def _up_to_16(data: bytes) -> int:
    size = len(data)
    mul = _K2 + size * 2
    if size >= 8:
        a, b = _fetch(data, 0) + _K2, _fetch(data, size - 8)
        c, d = _rotate(b, 37) * mul + a, (_rotate(a, 25) + b) * mul
        return _join(c & _MASK, d & _MASK, mul)
    if size >= 4:
        return _join(size + (_fetch(data, 0, 4) << 3), _fetch(data, size - 4, 4), mul)
    if size == 0:
        return _K2
    y, z = data[0] + (data[size >> 1] << 8), size + (data[size - 1] << 2)
    return _shift_mix(y * _K2 ^ z * _K0) * _K2 & _MASK


def _ends(data: bytes) -> tuple[int, int, int, int, int]:
    """What a short text begins and ends with, mixed: a, b, y, the other half, and the multiplier."""
    size = len(data)
    mul = _K2 + size * 2
    a, b = _fetch(data, 0) * (_K1 if size <= 32 else _K2) & _MASK, _fetch(data, 8)
    c, d = _fetch(data, size - 8) * mul & _MASK, _fetch(data, size - 16) * _K2 & _MASK
    y = (_rotate(a + b, 43) + _rotate(c, 30) + d) & _MASK
    return a, b, y, (a + _rotate(b + _K2, 18) + c) & _MASK, mul


def _up_to_32(data: bytes) -> int:
    _, _, y, other, mul = _ends(data)
    return _join(y, other, mul)


def _up_to_64(data: bytes) -> int:
    size = len(data)
    a, _, y, other, mul = _ends(data)
    z = _join(y, other, mul)
    e, f = _fetch(data, 16) * mul & _MASK, _fetch(data, 24)
    g, h = (y + _fetch(data, size - 32)) * mul & _MASK, (z + _fetch(data, size - 24)) * mul & _MASK
    first = (_rotate(e + f, 43) + _rotate(g, 30) + h) & _MASK
    return _join(first, (e + _rotate(f + a, 18) + g) & _MASK, mul)


def _long(data: bytes) -> int:
    size = len(data)
    x, y = _SEED, (_SEED * _K1 + 113) & _MASK
    z = _shift_mix(y * _K2 + 113) * _K2 & _MASK
    state = (x * _K2 + _fetch(data, 0)) & _MASK, y, z, 0, 0, 0, 0
    end = (size - 1) // 64 * 64
    for block in _BLOCK.iter_unpack(memoryview(data)[:end]):
        state = _round(block, state, _K1, 1)
    x, y, z, v1, v2, w1, w2 = state
    mul = (_K1 + ((z & 0xFF) << 1)) & _MASK
    w1 += (size - 1) & 63
    v1 += w1
    w1 += v1
    last = _BLOCK.unpack_from(data, size - 64)
    x, y, z, v1, v2, w1, w2 = _round(last, (x, y, z, v1 & _MASK, v2, w1 & _MASK, w2), mul, 9)
    high = (_join(v1, w1, mul) + _shift_mix(y) * _K0 + z) & _MASK
    return _join(high, (_join(v2, w2, mul) + x) & _MASK, mul)


_State = tuple[int, int, int, int, int, int, int]


def _round(block: tuple[int, ...], state: _State, mul: int, weight: int) -> _State:
    """64 bytes go into the state. Rotations are written out: this is where the time goes."""
    x, y, z, v1, v2, w1, w2 = state
    f0, f1, f2, f3, f4, f5, f6, f7 = block
    x = (x + y + v1 + f1) & _MASK
    x = ((x >> 37 | x << 27) & _MASK) * mul & _MASK
    y = (y + v2 + f6) & _MASK
    y = ((y >> 42 | y << 22) & _MASK) * mul & _MASK
    x ^= w2 * weight & _MASK
    y = (y + v1 * weight + f5) & _MASK
    z = (z + w1) & _MASK
    z = ((z >> 33 | z << 31) & _MASK) * mul & _MASK

    a = v2 * mul + f0
    b = (x + w1 + a + f3) & _MASK
    c = a
    a = (a + f1 + f2) & _MASK
    v1, v2 = (a + f3) & _MASK, ((b >> 21 | b << 43) + (a >> 44 | a << 20 & _MASK) + c) & _MASK

    a = z + w2 + f4
    b = (y + f2 + a + f7) & _MASK
    c = a
    a = (a + f5 + f6) & _MASK
    w1, w2 = (a + f7) & _MASK, ((b >> 21 | b << 43) + (a >> 44 | a << 20 & _MASK) + c) & _MASK
    return z, y, x, v1, v2, w1, w2
