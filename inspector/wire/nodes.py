"""NodeDefs cut out of the bytes of a graph, each into its name, its inputs and the rest, without a message for each.

Most nodes of a graph differ only in name and inputs: the bytes of the rest (op, device, attrs) are equal, and are the key
under which everything else is known. Only the usual encoding is read here, which every writer of TensorFlow makes:
fields in the order of their numbers, lengths below 2**14. Whatever else there may be is ``Unusual`` and left to protobuf.

Source: tensorflow/core/framework/node_def.proto.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from inspector.wire.coding import varint
from inspector.wire.fields import Span

T = TypeVar("T")
_NAME, _OP, _INPUT, _DEVICE, _ATTR, _DEBUG_INFO, _TYPE = 0x0A, 0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A  # tags


class Unusual(Exception):
    """An encoding that is left to the parsed message."""


def cut_nodes(
    raw: bytes,
    span: Span,
    tag: int,
    into: tuple[list[str], list[Sequence[str]], list[T]],
    known: dict[bytes, T],
    made: Callable[[bytes], T],
) -> list[Span]:
    """Read the nodes of a GraphDef or FunctionDef, which are its fields with ``tag``; returns the spans of the others.

    ``into`` gets the name of each node, its inputs, and what is ``known`` of the rest of its bytes, or else ``made`` of it.

    Raises Unusual, IndexError or ValueError for what is not in the usual encoding, be it damaged or not.
    Cost: about 1 µs a node.
    """
    names, inputs, rests = into
    others: list[Span] = []
    at, end = span
    while at < end:
        if raw[at] != tag:
            stop = _after_field(raw, at, end)
            others.append((at, stop))
            at = stop
            continue
        size, at = raw[at + 1], at + 2
        if size >= 0x80:
            size, at = varint(raw, at - 1, end)
        stop = at + size
        size, start = raw[at + 1], at + 2
        if size >= 0x80:
            size, start = _two_bytes(raw, start)
        op = start + size
        if raw[at] != _NAME or raw[op] != _OP or raw[op + 1] >= 0x80:
            raise Unusual
        names.append(raw[start:op].decode())
        after = at = op + 2 + raw[op + 1]
        data: list[str] = []
        while at < stop and raw[at] == _INPUT:
            size, start = raw[at + 1], at + 2
            if size >= 0x80:
                size, start = _two_bytes(raw, start)
            at = start + size
            data.append(raw[start:at].decode())
        if at > stop or stop > end:
            raise Unusual
        inputs.append(data)
        rest = raw[op:after] + raw[at:stop] if data else raw[op:stop]
        found = known.get(rest)
        rests.append(made(rest) if found is None else found)
        at = stop
    return others


def _two_bytes(raw: bytes, at: int) -> tuple[int, int]:
    """A length of two bytes, the second at ``at``, and where it ends."""
    if raw[at] >= 0x80:
        raise Unusual
    return raw[at - 1] & 0x7F | raw[at] << 7, at + 1


def _after_field(raw: bytes, at: int, end: int) -> int:
    """Where a field ends that begins at ``at``, with its tag in one byte."""
    kind = raw[at] & 7
    if raw[at] >= 0x80 or kind not in (0, 2):
        raise Unusual
    number, start = varint(raw, at + 1, end)
    return start if kind == 0 else start + number


def cut_rest(rest: bytes) -> tuple[str, str, tuple[bytes, ...], bool]:
    """Op, device and the map entries of the attrs in what ``cut_nodes`` leaves of a node; and whether there is more.

    Raises as ``cut_nodes``.
    """
    end = len(rest)
    at = rest[1] + 2
    op, device = rest[2:at].decode(), ""
    if at < end and rest[at] == _DEVICE:
        size, start = varint(rest, at + 1, end)
        at = start + size
        device = rest[start:at].decode()
    entries = []
    more = False
    while at < end:
        tag, size, start = rest[at], rest[at + 1], at + 2
        if size >= 0x80:
            size, start = varint(rest, start - 1, end)
        at = start + size
        if tag == _ATTR:
            entries.append(rest[start:at])
        elif tag in (_DEBUG_INFO, _TYPE):
            more = True
        else:
            raise Unusual
    if at != end:
        raise Unusual
    return op, device, tuple(entries), more
