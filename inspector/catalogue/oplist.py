"""Reads a serialized tensorflow.OpList, as TF_GetAllOpList returns it, into OpDefs.

Field numbers: tensorflow/core/framework/op_def.proto and attr_value.proto. At run time only a user's own ops are read so.
"""

from __future__ import annotations

from inspector.catalogue.opdef import ArgDef, AttrDef, OpDef
from inspector.catalogue.protobytes import Fields, fields, grouped, messages, number_of, numbers, signed, text


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
    op = grouped(data)
    return OpDef(
        name=text(op, 1),
        inputs=tuple(map(_read_arg, messages(op, 2))),
        outputs=tuple(map(_read_arg, messages(op, 3))),
        control_outputs=tuple(value.decode("utf-8") for value in messages(op, 20)),
        attrs=tuple(map(_read_attr, messages(op, 4))),
        is_stateful=bool(number_of(op, 17)),
        is_commutative=bool(number_of(op, 18)),
        is_aggregate=bool(number_of(op, 16)),
        allows_uninitialized_input=bool(number_of(op, 19)),
        is_distributed_communication=bool(number_of(op, 21)),
        deprecation=_read_deprecation(op),
    )


def _read_arg(data: bytes) -> ArgDef:
    arg = grouped(data)
    return ArgDef(text(arg, 1), number_of(arg, 3), text(arg, 4), text(arg, 5), text(arg, 6), bool(number_of(arg, 16)))


def _read_attr(data: bytes) -> AttrDef:
    attr = grouped(data)
    defaults = messages(attr, 3)
    allowed = messages(attr, 7)
    return AttrDef(
        name=text(attr, 1),
        type=text(attr, 2),
        default=defaults[-1] if defaults else None,
        minimum=signed(number_of(attr, 6)) if number_of(attr, 5) else None,
        allowed=_read_allowed(allowed[-1]) if allowed else None,
    )


def _read_allowed(data: bytes) -> tuple[int, ...] | tuple[bytes, ...]:
    """The AttrValue of ``allowed_values``: a list of strings (ListValue.s, 2) or of types (ListValue.type, 6)."""
    lists = messages(grouped(data), 1)
    values = grouped(lists[-1]) if lists else {}
    strings = messages(values, 2)
    if strings:
        return tuple(strings)
    return tuple(numbers(values, 6))


def _read_deprecation(op: Fields) -> tuple[int, str] | None:
    found = messages(op, 8)
    if not found:
        return None
    deprecation = grouped(found[-1])
    return signed(number_of(deprecation, 1)), text(deprecation, 2)
