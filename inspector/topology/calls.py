"""What a node that calls functions promises about them.

Source: tensorflow/core/ops/functional_ops.cc; core/common_runtime/lower_functional_ops.cc.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.model.graph import Attr, Form, Function, Kind
from inspector.named_tuple import NamedTuple


class Call(NamedTuple):
    """One function that a node calls: the attr that names it, the DataTypes that go in and come out, what fills its attrs."""

    attr: str
    function: str
    inputs: tuple[int, ...]
    outputs: tuple[int, ...] | None  # None: anything
    attrs: tuple[str, ...] = ()


class _Shape(NamedTuple):
    functions: tuple[str, ...]
    inputs: str
    outputs: str


_CALLS = {
    "PartitionedCall": _Shape(("f",), "Tin", "Tout"),
    "StatefulPartitionedCall": _Shape(("f",), "Tin", "Tout"),
    "TPUPartitionedCall": _Shape(("f",), "Tin", "Tout"),
    "RemoteCall": _Shape(("f",), "Tin", "Tout"),
    "If": _Shape(("then_branch", "else_branch"), "Tin", "Tout"),
    "StatelessIf": _Shape(("then_branch", "else_branch"), "Tin", "Tout"),
    "Case": _Shape(("branches",), "Tin", "Tout"),
    "StatelessCase": _Shape(("branches",), "Tin", "Tout"),
    "While": _Shape(("body",), "T", "T"),
    "StatelessWhile": _Shape(("body",), "T", "T"),
}


def calls_of(kind: Kind) -> Iterator[Call]:
    """The calls that a node of this kind makes, if its op is one of the control flow and call ops."""
    shape = _CALLS.get(kind.op)
    if shape is None:
        return
    inputs, outputs = _types(kind.form, shape.inputs), _types(kind.form, shape.outputs)
    if inputs is None or outputs is None:
        return
    for attr in shape.functions:
        for function, attrs in _functions(kind, attr):
            yield Call(attr, function, inputs, outputs, attrs)
    if shape.inputs == "T":
        for function, attrs in _functions(kind, "cond"):
            yield Call("cond", function, inputs, None, attrs)


def _types(form: Form, name: str) -> tuple[int, ...] | None:
    attr = form.attrs.get(name)
    return tuple(attr.proto.list.type) if attr is not None and attr.kind == "list" else None


def _functions(kind: Kind, name: str) -> list[tuple[str, tuple[str, ...]]]:
    attr = kind.attrs.get(name)
    named = () if attr is None else _named(attr)
    return [(function.name, tuple(sorted(function.attr))) for function in named]


def functions_named(attr: Attr) -> tuple[str, ...]:
    """The functions that an attr names."""
    return tuple(function.name for function in _named(attr))


def _named(attr: Attr) -> tuple[Any, ...]:
    """The NameAttrLists in an attr."""
    if attr.kind not in ("func", "list"):
        return ()
    value = attr.proto
    return (value.func,) if attr.kind == "func" else tuple(value.list.func)


def signature_types(function: Function) -> tuple[tuple[int, ...], tuple[int, ...]] | None:
    """The DataTypes of a function's arguments and returns; None where attrs of the call decide them."""
    outputs = function.signature.output_arg
    if function.taken.generic or any(map(_is_generic, outputs)):
        return None
    return tuple(function.taken.types), tuple([arg.type for arg in outputs])


def _is_generic(arg: Any) -> bool:
    return bool(arg.type_attr or arg.number_attr or arg.type_list_attr or arg.is_ref)
