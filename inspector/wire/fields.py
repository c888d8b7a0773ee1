"""Protobuf's wire format, one level at a time: where the fields of a message lie, without parsing or copying them.

A SavedModel is a message in a message in a message; parsing each level with protobuf copies the whole graph each time,
and touching fresh memory costs more than reading it. ``carve`` cuts out the big fields instead.
Source: https://protobuf.dev/programming-guides/encoding.
"""

from __future__ import annotations

from google.protobuf.message import DecodeError

from inspector.wire.coding import varint

Span = tuple[int, int]

_VARINT, _FIXED64, _BYTES, _GROUP, _END_GROUP, _FIXED32 = 0, 1, 2, 3, 4, 5


def carve(raw: bytes, span: Span, *numbers: int) -> tuple[list[list[Span]], bytes]:
    """Where the length-delimited fields with these numbers lie in a message, and the bytes of everything else.

    ``span`` is the message's place in ``raw``. A message field that occurs twice is merged by protobuf, which is the
    same as parsing its spans one after the other. Raises DecodeError for what is no message.
    """
    found: dict[int, list[Span]] = {number: [] for number in numbers}
    rest: list[bytes] = []
    at, end = span
    kept = at
    try:
        while at < end:
            begin = at
            tag = raw[at]
            at += 1
            if tag >= 0x80:
                tag, at = varint(raw, begin, end)
            kind = tag & 7
            if kind == _BYTES:
                size = raw[at]
                at += 1
                if size >= 0x80:
                    size, at = varint(raw, at - 1, end)
                if tag >> 3 in found:
                    rest.append(raw[kept:begin])
                    found[tag >> 3].append((at, at + size))
                    kept = at + size
                at += size
            elif kind == _VARINT:
                _, at = varint(raw, at, end)
            elif kind in (_FIXED64, _FIXED32):
                at += 8 if kind == _FIXED64 else 4
            elif kind == _GROUP:
                at = _after_group(raw, at, end, tag >> 3)
            else:
                raise DecodeError(f"wire type {kind} at byte {begin}")
    except IndexError:
        at = end + 1
    except ValueError as error:
        raise DecodeError(f"{error} (at byte {at})") from None
    if at != end:
        raise DecodeError(f"a field runs over the end of its message at byte {end}")
    rest.append(raw[kept:end])
    return [found[number] for number in numbers], b"".join(rest)


def _after_group(raw: bytes, at: int, end: int, number: int) -> int:
    """Where a group ends that begins before ``at``: no message of TensorFlow has one, and a parser skips it whole."""
    opened = [number]
    while opened:
        if at >= end:
            raise DecodeError(f"group {opened[-1]} has no end")
        tag, at = varint(raw, at, end)
        kind = tag & 7
        if kind == _GROUP:
            opened.append(tag >> 3)
        elif kind == _END_GROUP and tag >> 3 == opened[-1]:
            opened.pop()
        elif kind == _BYTES:
            size, at = varint(raw, at, end)
            at += size
        elif kind == _VARINT:
            _, at = varint(raw, at, end)
        elif kind in (_FIXED64, _FIXED32):
            at += 8 if kind == _FIXED64 else 4
        else:
            raise DecodeError(f"wire type {kind} in group {opened[-1]} at byte {at}")
    return at
