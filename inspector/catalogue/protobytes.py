"""Reads the fields of a serialized protobuf message, for the build of the catalogue. No part of the runtime path.

Written by hand, so that the build needs neither TensorFlow nor its protobuf classes.
"""

from __future__ import annotations

from collections.abc import Iterator

Value = int | bytes
Fields = dict[int, list[Value]]


def fields(data: bytes) -> Iterator[tuple[int, Value]]:
    """The fields of one serialized message: numbers (varint and fixed) or bytes. ValueError where they break off."""
    position, end = 0, len(data)
    while position < end:
        tag, position = _varint(data, position)
        wire_type = tag & 7
        if wire_type == 0:
            number, position = _varint(data, position)
            yield tag >> 3, number
            continue
        if wire_type == 2:
            size, position = _varint(data, position)
        elif wire_type in (1, 5):
            size = 8 if wire_type == 1 else 4
        else:
            raise ValueError(f"wire type {wire_type} in a message of TensorFlow")
        if position + size > end:
            raise ValueError("a message that breaks off")
        chunk = data[position : position + size]
        position += size
        yield tag >> 3, chunk if wire_type == 2 else int.from_bytes(chunk, "little")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        if position >= len(data):
            raise ValueError("a message that breaks off")
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
        shift += 7


def packed(data: bytes) -> Iterator[int]:
    """The varints of a packed repeated field."""
    position = 0
    while position < len(data):
        number, position = _varint(data, position)
        yield number


def grouped(data: bytes) -> Fields:
    """The fields of a message by their numbers."""
    found: Fields = {}
    for number, value in fields(data):
        found.setdefault(number, []).append(value)
    return found


def messages(message: Fields, number: int) -> list[bytes]:
    """The sub-messages, strings or packed numbers of one field."""
    return [value for value in message.get(number, []) if isinstance(value, bytes)]


def text(message: Fields, number: int) -> str:
    """A string field; empty where it is not set."""
    values = messages(message, number)
    return values[-1].decode("utf-8") if values else ""


def number_of(message: Fields, number: int) -> int:
    """A number field, unsigned; 0 where it is not set."""
    values = [value for value in message.get(number, []) if isinstance(value, int)]
    return values[-1] if values else 0


def signed(number: int) -> int:
    """A varint as int32 or int64."""
    return number - (1 << 64) if number >= 1 << 63 else number


def numbers(message: Fields, number: int) -> list[int]:
    """The numbers of a repeated field, packed or not, unsigned."""
    found: list[int] = []
    for value in message.get(number, []):
        found.extend(packed(value) if isinstance(value, bytes) else (value,))
    return found
