"""The bytes that protobuf's C++ writes of a message when it is asked to be deterministic: maps in the order of their keys.

Python's protobuf sorts maps too, but by its own rules (numbers downwards, and a key after those that it begins), and a
file holds what Python wrote. Nothing else differs, and sorting changes no length: entries only change places.
Which fields are maps, and which lead to some, is in maps.txt (scripts/make_schema.py).

Sources: google/protobuf/generated_message_util.h (MapSorter), upb/message/map_sorter.c; measured with TensorFlow's
CreateFingerprintDef.
"""

from __future__ import annotations

import os
from functools import cache

from inspector.wire.coding import varint
from inspector.wire.schema import DecodeError

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_SHORT = 4096  # bytes of what is remembered
_DEEPEST = 200  # messages in messages
_MAPS = os.path.join(os.path.dirname(__file__), "maps.txt")


class NotDeterministic(Exception):
    """What none of the writers that we know leaves behind: fields out of order, or fields of a later release."""


class _Type:
    """A message type with maps in it: ``inner`` are its fields that lead to some, ``maps`` its maps by number, and whether
    their keys are texts."""

    __slots__ = ("fields", "inner", "maps")

    def __init__(self) -> None:
        self.fields: set[int] = set()
        self.inner: dict[int, _Type] = {}
        self.maps: dict[int, bool] = {}


@cache
def _types() -> dict[str, _Type]:
    with open(_MAPS, encoding="ascii") as stream:
        lines = [line.split() for line in stream]
    types = {name: _Type() for name, *_ in lines}
    for name, *fields in lines:
        one = types[name]
        for field in fields:
            head, _, inner = field.partition(":")
            number = int(head.rstrip("*#"))
            one.fields.add(number)
            if head[-1] in "*#":
                one.maps[number] = head[-1] == "*"
            if inner:
                one.inner[number] = types[inner]
    return types


def deterministic(raw: bytes, name: str) -> bytes:
    """The bytes of a message of type ``tensorflow.<name>`` with every map sorted, as C++ does it.

    Cost: some 20 MB a second. Raises NotDeterministic, and DecodeError for what is no message.
    """
    sorter = _Sorter(raw)
    try:
        sorter.message(_types()[name], 0, len(raw))
    except (IndexError, ValueError) as error:
        raise DecodeError(str(error)) from None
    return bytes(sorter.sorted)


class _Sorter:
    """The bytes of one message, and the same bytes in order."""

    def __init__(self, raw: bytes) -> None:
        self.sorted = bytearray(raw)
        self._raw = raw
        self._depth = 0
        self._known: dict[tuple[_Type, bytes], bytes] = {}

    def message(self, one: _Type, at: int, end: int) -> None:
        """Sort what is in a message. Its end, from the first map on, is remembered: most nodes end like another."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise NotDeterministic
        self._sort_fields(one, at, end)
        self._depth -= 1

    def _sort_fields(self, one: _Type, at: int, end: int) -> None:
        raw, fields, inner, maps = self._raw, one.fields, one.inner, one.maps
        entries: dict[int, list[tuple[int, int]]] = {}
        last = first = 0
        tail = b""
        while at < end:
            begin = at
            tag = raw[at]
            at += 1
            if tag >= 0x80:
                tag, at = varint(raw, begin, end)
            number = tag >> 3
            if number < last or number not in fields:
                raise NotDeterministic
            last = number
            is_map = number in maps
            if is_map and not entries and end - begin <= _SHORT:
                first, tail = begin, raw[begin:end]
                known = self._known.get((one, tail))
                if known is not None:
                    self.sorted[begin:end] = known
                    return
            if tag & 7 == _BYTES:
                size = raw[at]
                at += 1
                if size >= 0x80:
                    size, at = varint(raw, at - 1, end)
                if number in inner:
                    self.message(inner[number], at, at + size)
                at += size
            else:
                at = _after(raw, at, end, tag & 7)
            if is_map:
                entries.setdefault(number, []).append((begin, at))
        if at != end:
            raise DecodeError(f"a field runs over the end of its message at byte {end}")
        for number, some in entries.items():
            if len(some) > 1:
                self._sort(some, is_text=maps[number])
        if tail:
            self._known[one, tail] = bytes(self.sorted[first:end])

    def _sort(self, entries: list[tuple[int, int]], *, is_text: bool) -> None:
        keyed = [(self._key(begin, end, is_text), begin, end) for begin, end in entries]
        order = sorted(keyed)
        if order != keyed:
            pieces = b"".join([self.sorted[begin:end] for _, begin, end in order])
            self.sorted[entries[0][0] : entries[-1][1]] = pieces

    def _key(self, begin: int, end: int, is_text: bool) -> bytes | int:
        """The key of a map's entry, which stands first in it; left out, it is empty."""
        raw = self._raw
        _, at = varint(raw, begin, end)
        _, at = varint(raw, at, end)
        if at == end or raw[at] >> 3 != 1:
            return b"" if is_text else 0
        key, at = varint(raw, at + 1, end)
        return raw[at : at + key] if is_text else key


def _after(raw: bytes, at: int, end: int, kind: int) -> int:
    """Where a number ends."""
    if kind == _VARINT:
        return varint(raw, at, end)[1]
    if kind in (_FIXED64, _FIXED32):
        return at + (8 if kind == _FIXED64 else 4)
    raise DecodeError(f"wire type {kind} at byte {at}")
