"""Protobuf messages, told by their structure: graphs, meta graphs, SavedModels cut short, ONNX, Core ML."""

from __future__ import annotations

import re
from collections.abc import Callable

from inspector.model.artifact.kinds import (
    KINDS,
    Artifact,
    Source,
    describe,
)
from inspector.named_tuple import NamedTuple


class _Field(NamedTuple):
    number: int
    wire: int
    start: int
    stop: int
    value: int


def _varint(window: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        byte = window[at + place]
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value, at + place + 1
    raise ValueError


def _scan(read: Callable[[int, int], bytes], start: int, end: int, most: int) -> tuple[list[_Field], str]:
    """The fields of a message and how the scan ended: whole, more, cut (no more bytes to read), short, bad.

    Short: a field reaches beyond ``end``. Cost: 20 bytes for each field, contents are skipped.
    """
    fields: list[_Field] = []
    while start < end:
        if len(fields) == most:
            return fields, "more"
        window = read(start, min(20, end - start))
        try:
            tag, used = _varint(window, 0)
            wire, value = tag & 7, 0
            if not 0 < tag >> 3 < 1 << 29 or wire not in (0, 1, 2, 5):
                return fields, "bad"
            if wire in (0, 2):
                value, used = _varint(window, used)
        except IndexError:
            return fields, "short" if len(window) == end - start else "cut"
        except ValueError:
            return fields, "bad"
        stop = start + used + {0: 0, 1: 8, 2: value, 5: 4}[wire]
        fields.append(_Field(tag >> 3, wire, start + used, stop, value))
        if stop > end:
            return fields, "short"
        start = stop
    return fields, "whole"


def _inside(s: Source, field: _Field, most: int = 8) -> list[_Field] | None:
    """The first fields of the message in ``field``, as far as the head shows them; None: it is no message."""
    if field.wire != 2:
        return None
    fields, end = _scan(s.near, field.start, min(field.stop, s.size), most)
    return None if end == "bad" or (end == "short" and field.stop <= s.size) else fields


def _string(s: Source, field: _Field, pattern: bytes) -> bytes | None:
    """The string in ``field`` if the first 256 bytes of it match ``pattern``."""
    value = s.head[field.start : min(field.stop, field.start + 256)]
    return value if field.wire == 2 and re.fullmatch(pattern, value) else None


_NAME = rb"[A-Za-z0-9._][A-Za-z0-9_.\\/>:-]*"
_PRINTABLE = rb"[\x20-\x7e]+"


def _fits(fields: list[_Field], wires: dict[int, int]) -> bool:
    return bool(fields) and all(wires.get(field.number) == field.wire for field in fields)


def _first(fields: list[_Field] | None, number: int) -> _Field | None:
    """The first field with ``number``: writers differ in the order of fields, some write them backwards."""
    return next((field for field in fields or () if field.number == number), None)


def _node(s: Source, field: _Field) -> tuple[bytes, bytes] | None:
    """Name and op of a NodeDef."""
    parts = _inside(s, field, 64)
    name_field, op_field = _first(parts, 1), _first(parts, 2)
    if name_field is None or op_field is None:
        return None
    name, op = _string(s, name_field, _NAME), _string(s, op_field, rb"[A-Za-z_][A-Za-z0-9_>.]*")
    return (name, op) if name and op else None


def _library(s: Source, field: _Field) -> bool:
    """Whether this is a FunctionDefLibrary: a function in it has an OpDef that has a name."""
    function = _first(_inside(s, field, 64), 1)
    signature = _first(_inside(s, function, 64), 1) if function else None
    name = _first(_inside(s, signature, 64), 1) if signature else None
    return bool(name and _string(s, name, _NAME))


def _graph(s: Source, fields: list[_Field]) -> bool:
    if not _fits(fields, {1: 2, 2: 2, 3: 0, 4: 2, 5: 2}):
        return False
    node, library, versions = (_first(fields, number) for number in (1, 2, 4))
    if node is not None:
        return _node(s, node) is not None
    if library is not None:
        return _library(s, library)
    numbers = _inside(s, versions) if versions is not None else None
    return bool(numbers) and all(part.number <= 3 for part in numbers or ())


def _meta_info(s: Source, field: _Field) -> bool:
    parts = _inside(s, field)
    if not parts or not _fits(parts, {1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2, 7: 0, 8: 2}):
        return False
    words = [part for part in parts if part.number in (1, 4, 5, 6)]
    seen = [part for part in words if part.start < min(part.stop, len(s.head))]
    readable = all(_string(s, part, _PRINTABLE) for part in seen)
    ops = [part for part in parts if part.number == 2]
    return readable and all(_inside(s, part, 1) is not None for part in ops)


def _meta_graph(s: Source, fields: list[_Field]) -> bool:
    if not _fits(fields, dict.fromkeys(range(1, 8), 2)):
        return False
    info, graph = _first(fields, 1), _first(fields, 2)
    if info is not None:
        return _node(s, info) is None and _meta_info(s, info)
    if graph is not None:
        return _graph(s, _inside(s, graph) or [])
    return len(fields) > 1 and all(_inside(s, field) is not None for field in fields)


def as_message(s: Source) -> Artifact | None:
    """A message by its fields: at most 200 of them, contents looked into as far as the head goes."""
    fields, end = _scan(s.at, 0, s.size, 200)
    if not fields:
        return None
    other = _onnx(s, fields, end) or _coreml(s, fields, end)
    if other is not None:
        return other
    good = fields if end != "bad" else fields[:8]
    graphs = [_inside(s, field) for field in good if field.number == 2]
    likely = any(_meta_graph(s, parts) for parts in graphs if parts)
    if _fits(good, {1: 0, 2: 2}) and (likely or _first(good, 1)):
        return _saved_model(s, fields, end, likely)
    if end == "bad":
        return None
    if _meta_graph(s, fields):
        return s.found("metagraph", "sure" if _first(fields, 1) else "likely")
    if _graph(s, fields):
        return _graph_def(s, fields, end)
    return _hlo(s, fields)


def _saved_model(s: Source, fields: list[_Field], end: str, likely: bool) -> Artifact | None:
    """A SavedModel: whole on the outside, cut off, or followed by something else."""
    last = fields[-1]
    if end == "short":
        if not likely and last.number == 2 and last.stop <= s.size:
            return None
        seen = min(last.stop, s.size) - last.start if last.number == 2 else 0
        if not likely and seen > 1024:
            return None
        declared = last.stop if last.stop > s.size else s.size + 1
        return s.found("savedmodel-truncated", "sure" if likely else "likely",
                       declared=declared, size=s.size, missing=declared - s.size)  # fmt: skip
    if end == "bad":
        return s.found("savedmodel-damaged", "likely", offset=last.stop, size=s.size) if likely else None
    return s.found("savedmodel-file", "sure" if likely else "likely")


def _graph_def(s: Source, fields: list[_Field], end: str) -> Artifact:
    nodes = [node for field in fields if field.number == 1 and (node := _node(s, field))]
    inputs = [name.decode() for name, op in nodes if op.startswith(b"Placeholder")][:5]
    data = {"placeholders": inputs, "truncated": end == "short"}
    words = {"x": f"{inputs[0]}:0"} if inputs else None
    return describe(KINDS, "frozen-graphdef", s.path, data, "sure" if nodes else "likely", words)


def _onnx(s: Source, fields: list[_Field], end: str) -> Artifact | None:
    wires = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
    if not _fits(fields, wires) or end == "bad":
        return None
    words = [field for field in fields if field.number in (2, 3, 4)]
    if any(field.stop > field.start and not _string(s, field, _PRINTABLE) for field in words):
        return None
    if _first(fields, 7) is None and _first(fields, 8) is None:
        return None
    return s.found("onnx") if _first(fields, 1) else None


def _coreml(s: Source, fields: list[_Field], end: str) -> Artifact | None:
    version, description = _first(fields, 1), _first(fields, 2)
    if end == "bad" or version is None or version.wire != 0 or description is None:
        return None
    parts = _inside(s, description) or []
    if any(part.number in (10, 100) for part in parts) or any(200 <= field.number < 4000 for field in fields):
        return s.found("coreml", "likely")
    return None


def _hlo(s: Source, fields: list[_Field]) -> Artifact | None:
    begins = [field.number for field in fields[:3]] == [1, 2, 3]
    if begins and all(_string(s, field, _PRINTABLE) for field in fields[:2]) and _inside(s, fields[2]):
        return s.found("hlo-module", "likely")
    return None
