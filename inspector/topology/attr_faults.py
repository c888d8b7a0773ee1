"""What is wrong with the attrs of a node, judged against its OpDef as ValidateNodeDef does.

Sources: tensorflow/core/framework/node_def_util.cc (ValidateNodeDef), op_def_util.cc (ValidateAttrValue),
attr_value_util.cc (AttrValueHasType).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.catalogue import AttrDef, OpDef
from inspector.catalogue.features import DTYPES_SINCE
from inspector.model import dtypes
from inspector.model.dtypes import REF
from inspector.model.graph import Attr, Form
from inspector.named_tuple import NamedTuple
from inspector.topology.ops import arg_types
from inspector.topology.wiring import Wiring

# The fields of AttrValue.ListValue, with the name of each as TensorFlow's messages use it.
_LIST_FIELDS = {
    "s": "string", "i": "int", "f": "float", "b": "bool", "type": "type", "shape": "shape", "tensor": "tensor",
    "func": "func",
}  # fmt: skip
_SHOWN = 8

NO_DTYPE, NOT_LISTED, TOO_SMALL = "no dtype", "not listed", "too small"


class WrongKind(NamedTuple):
    """An attr that holds another kind of value than its OpDef says; ``found`` is empty where nothing is set."""

    attr: str
    expected: str
    found: str


class NotAllowed(NamedTuple):
    """An attr whose value is outside of what its OpDef allows, in words; ``kind`` is one of the words above."""

    attr: str
    found: str
    expected: str
    kind: str


def missing(op_def: OpDef, form: Form) -> list[AttrDef]:
    """The attrs without a default that a node lacks."""
    return [attr for attr in op_def.attrs if attr.default is None and attr.name not in form.attrs]


def wrong_kinds(op_def: OpDef, form: Form) -> Iterator[WrongKind]:
    """Attrs with a value of another kind. A placeholder, as functions with attrs have them, is let through."""
    for definition in op_def.attrs:
        attr = form.attrs.get(definition.name)
        if attr is None or attr.kind in (definition.type, "placeholder"):
            continue
        found = _kind(attr)
        if found == "list()" and not definition.type.startswith("list("):
            yield WrongKind(definition.name, definition.type, "")
        elif found not in (definition.type, "list()"):
            yield WrongKind(definition.name, definition.type, found)


def has_default(op_def: OpDef, attr: str) -> bool:
    return any(definition.name == attr and definition.default is not None for definition in op_def.attrs)


def decides_types(attr: str, op_def: OpDef) -> bool:
    """Whether inputs or outputs have their types or their number from an attr."""
    args = (*op_def.inputs, *op_def.outputs)
    return any(attr in (arg.type_attr, arg.number_attr, arg.type_list_attr) for arg in args)


def contradicts_edges(attr: str, at: int, wiring: Wiring, op_def: OpDef) -> bool:
    """Whether an input of a node has another dtype than an attr says that decides it, be that allowed or not."""
    attrs = wiring.graph.kinds[at].attrs
    data = [tensor for tensor in wiring.graph.inputs[at] if tensor[:1] != "^"]
    for arg in op_def.inputs:
        types = arg_types(arg, op_def, attrs)
        if types is None:
            return False
        taken, data = data[: len(types)], data[len(types) :]
        if arg.type_attr == attr:
            said = attrs[attr].proto.type
            return any(wiring.types.get(tensor, 0) not in (0, said, said + REF) for tensor in taken)
    return False


def not_allowed(op_def: OpDef, form: Form) -> Iterator[NotAllowed]:
    """Attrs of the right kind whose value is not allowed, is below the minimum, or is no DataType."""
    for definition in op_def.attrs:
        attr = form.attrs.get(definition.name)
        if attr is None or attr.kind == "placeholder":
            continue
        bounded = definition.minimum is not None or definition.allowed is not None
        if not bounded and definition.type not in ("type", "list(type)"):
            continue
        found = _kind(attr)
        if found == definition.type or (found in ("list()", "") and definition.type.startswith("list(")):
            yield from _outside(definition, attr.proto)


def young_dtypes(op_def: OpDef, form: Form) -> Iterator[tuple[str, int]]:
    """Attrs with a DataType that not every release has, where the op's definition does not say what is allowed."""
    for definition in op_def.attrs:
        attr = form.attrs.get(definition.name)
        if attr is None or definition.allowed is not None or definition.type not in ("type", "list(type)"):
            continue
        if attr.kind == "type" or _kind(attr) == "list(type)":
            numbers = [attr.proto.type] if attr.kind == "type" else list(attr.proto.list.type)
            yield from ((definition.name, number) for number in dict.fromkeys(numbers) if number in DTYPES_SINCE)


def _kind(attr: Attr) -> str:
    """``type``, ``list(int)`` ...; ``list()`` for an empty list, the first field's kind for a mixed one."""
    if attr.kind != "list":
        return attr.kind
    listed = attr.proto.list
    filled = [kind for field, kind in _LIST_FIELDS.items() if len(getattr(listed, field))]
    return f"list({filled[0] if filled else ''})"


def _outside(definition: AttrDef, value: Any) -> Iterator[NotAllowed]:
    name = definition.name
    if definition.type in ("type", "list(type)"):
        numbers = [value.type] if definition.type == "type" else list(value.list.type)
        for number in dict.fromkeys(numbers):
            if number not in dtypes.NAMES:
                yield NotAllowed(name, f"DataType {number}", "the number of a DataType", NO_DTYPE)
            elif definition.allowed is not None and number not in definition.allowed:
                yield NotAllowed(
                    name, dtypes.name(number), _some([dtypes.name(int(n)) for n in definition.allowed]), NOT_LISTED
                )
    elif definition.allowed is not None:
        texts = [value.s] if definition.type == "string" else list(value.list.s)
        for text in dict.fromkeys(texts):
            if text not in definition.allowed:
                allowed = [f'"{_text(bytes(a))}"' for a in definition.allowed if isinstance(a, bytes)]
                yield NotAllowed(name, f'"{_text(text)}"', _some(allowed), NOT_LISTED)
    if definition.minimum is None:
        return
    if definition.type == "int":
        if value.i < definition.minimum:
            yield NotAllowed(name, str(value.i), f"at least {definition.minimum}", TOO_SMALL)
        return
    field = next((f for f, kind in _LIST_FIELDS.items() if definition.type == f"list({kind})"), "")
    if field and len(getattr(value.list, field)) < definition.minimum:
        yield NotAllowed(
            name, f"a list of {len(getattr(value.list, field))}", f"a list of at least {definition.minimum}", TOO_SMALL
        )


def _some(words: list[str]) -> str:
    more = "" if len(words) <= _SHOWN else f" and {len(words) - _SHOWN} more"
    return "one of " + ", ".join(words[:_SHOWN]) + more


def _text(value: bytes) -> str:
    return value.decode("utf-8", "backslashreplace")
