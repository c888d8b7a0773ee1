"""Reads a serialized tensorflow.OpList, as TF_GetAllOpList returns it, into OpDefs.

Written by hand, so that the build of the catalogue needs neither TensorFlow nor its protobuf classes. Field numbers:
tensorflow/core/framework/op_def.proto and attr_value.proto. No part of the runtime path.
"""

from __future__ import annotations

from collections.abc import Iterator

from inspector.catalogue.opdef import ArgDef, AttrDef, OpDef

Value = int | bytes
Fields = dict[int, list[Value]]


def read_op_list(data: bytes, seen: dict[bytes, OpDef] | None = None) -> list[OpDef]:
    """The ops of a serialized OpList, in its order; ``seen`` remembers equal bytes from one list to the next."""
    known: dict[bytes, OpDef] = {} if seen is None else seen
    ops = []
    for number, value in fields(data):
        if number == 1 and isinstance(value, bytes):
            op = known.get(value)
            if op is None:
                op = known[value] = read_op(value)
            ops.append(op)
    return ops


def read_op(data: bytes) -> OpDef:
    """A serialized OpDef, without its descriptions."""
    op = _grouped(data)
    return OpDef(
        name=_text(op, 1),
        inputs=tuple(map(_read_arg, _messages(op, 2))),
        outputs=tuple(map(_read_arg, _messages(op, 3))),
        control_outputs=tuple(value.decode("utf-8") for value in _messages(op, 20)),
        attrs=tuple(map(_read_attr, _messages(op, 4))),
        is_stateful=bool(_number(op, 17)),
        is_commutative=bool(_number(op, 18)),
        is_aggregate=bool(_number(op, 16)),
        allows_uninitialized_input=bool(_number(op, 19)),
        is_distributed_communication=bool(_number(op, 21)),
        deprecation=_read_deprecation(op),
    )


def _read_arg(data: bytes) -> ArgDef:
    arg = _grouped(data)
    return ArgDef(_text(arg, 1), _number(arg, 3), _text(arg, 4), _text(arg, 5), _text(arg, 6), bool(_number(arg, 16)))


def _read_attr(data: bytes) -> AttrDef:
    attr = _grouped(data)
    defaults = _messages(attr, 3)
    allowed = _messages(attr, 7)
    return AttrDef(
        name=_text(attr, 1),
        type=_text(attr, 2),
        default=defaults[-1] if defaults else None,
        minimum=_signed(_number(attr, 6)) if _number(attr, 5) else None,
        allowed=_read_allowed(allowed[-1]) if allowed else None,
    )


def _read_allowed(data: bytes) -> tuple[int, ...] | tuple[bytes, ...]:
    """The AttrValue of ``allowed_values``: a list of strings (ListValue.s, 2) or of types (ListValue.type, 6)."""
    lists = _messages(_grouped(data), 1)
    values = _grouped(lists[-1]) if lists else {}
    strings = _messages(values, 2)
    if strings:
        return tuple(strings)
    types: list[int] = []
    for value in values.get(6, []):
        types.extend(_packed(value) if isinstance(value, bytes) else (value,))
    return tuple(types)


def _read_deprecation(op: Fields) -> tuple[int, str] | None:
    messages = _messages(op, 8)
    if not messages:
        return None
    deprecation = _grouped(messages[-1])
    return _signed(_number(deprecation, 1)), _text(deprecation, 2)


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
            raise ValueError(f"wire type {wire_type} in an OpList")
        if position + size > end:
            raise ValueError("an OpList that breaks off")
        chunk = data[position : position + size]
        position += size
        yield tag >> 3, chunk if wire_type == 2 else int.from_bytes(chunk, "little")


def _varint(data: bytes, position: int) -> tuple[int, int]:
    result = shift = 0
    while True:
        if position >= len(data):
            raise ValueError("an OpList that breaks off")
        byte = data[position]
        position += 1
        result |= (byte & 0x7F) << shift
        if byte < 0x80:
            return result, position
        shift += 7


def _packed(data: bytes) -> Iterator[int]:
    position = 0
    while position < len(data):
        number, position = _varint(data, position)
        yield number


def _grouped(data: bytes) -> Fields:
    grouped: Fields = {}
    for number, value in fields(data):
        grouped.setdefault(number, []).append(value)
    return grouped


def _messages(message: Fields, number: int) -> list[bytes]:
    return [value for value in message.get(number, []) if isinstance(value, bytes)]


def _text(message: Fields, number: int) -> str:
    values = _messages(message, number)
    return values[-1].decode("utf-8") if values else ""


def _number(message: Fields, number: int) -> int:
    values = [value for value in message.get(number, []) if isinstance(value, int)]
    return values[-1] if values else 0


def _signed(number: int) -> int:
    return number - (1 << 64) if number >= 1 << 63 else number
