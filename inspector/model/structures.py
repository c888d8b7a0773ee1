"""Structured values: what the object graph says of the arguments and results of functions.

A StructuredValue is a nest of lists, tuples and dicts with TensorSpecs and the like as leaves.
Sources: tensorflow/core/protobuf/struct.proto; tensorflow/python/saved_model/nested_structure_coder.py (decode_proto);
tensorflow/python/framework/tensor.py (_TensorSpecCodec), extension_type.py (_ExtensionTypeSpecCodec).
"""

from __future__ import annotations

from collections.abc import Iterator
from keyword import iskeyword
from typing import Any

from inspector.model import dtypes
from inspector.named_tuple import NamedTuple
from inspector.wire.schema import message

# TypeSpecProto.TypeSpecClass: those that nested_structure_coder has a codec for, and the two that are looked up by name.
BUILT_IN_TYPE_SPECS = range(1, 11)
REGISTERED_TYPE_SPEC = 12
EXTENSION_TYPE_SPEC = 13


class Undecodable(Exception):
    """decode_proto raises here; ``why`` names the part and what is wrong with it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Spec(NamedTuple):
    """A TensorSpec, or another TypeSpec: ``tensors`` is how many tensors a value of it has, None where that is not told."""

    dtype: int
    tensors: int | None
    type_class: int = 0
    type_name: str = ""


class Leaf(NamedTuple):
    """A value that is no Python literal: a shape, a dtype, a tensor. ``kind`` is its field in StructuredValue."""

    kind: str


class Named(NamedTuple):
    """A named tuple."""

    name: str
    fields: dict[str, Any]


class Structure(NamedTuple):
    """A decoded StructuredValue. ``fault`` is why TensorFlow cannot decode it, empty where it can; then ``value`` counts.

    ``registered`` are the names of the TypeSpecs in it that are looked up by name and must be there.
    """

    value: Any
    fault: str
    registered: tuple[str, ...]


def decode(raw: bytes) -> Structure:
    """A serialized StructuredValue as Python values: the literals as they are, Spec, Leaf and Named for the others."""
    registered: list[str] = []
    try:
        value = _value(message("StructuredValue").FromString(raw), registered)
    except Undecodable as error:
        return Structure(None, error.why, tuple(registered))
    return Structure(value, "", tuple(registered))


def _value(proto: Any, registered: list[str]) -> Any:
    kind = proto.WhichOneof("kind")
    if kind is None:
        raise Undecodable("a value without a kind that this TensorFlow knows")
    if kind == "none_value":
        return None
    content = getattr(proto, kind)
    if kind in ("float64_value", "int64_value", "string_value", "bool_value"):
        return content
    if kind == "tensor_spec_value" or kind == "bounded_tensor_spec_value":
        return Spec(_dtype(content.dtype), 1)
    if kind == "tuple_value":
        return tuple([_value(one, registered) for one in content.values])
    if kind == "list_value":
        return [_value(one, registered) for one in content.values]
    if kind == "dict_value":
        return {key: _value(content.fields[key], registered) for key in sorted(content.fields)}
    if kind == "named_tuple_value":
        return _named_tuple(content, registered)
    if kind == "type_spec_value":
        return _type_spec(content, registered)
    if kind == "tensor_dtype_value":
        _dtype(content)
    return Leaf(kind)


def _dtype(number: int) -> int:
    if not dtypes.is_known(number):
        raise Undecodable(f"the dtype {number}, which is none")
    return number


def _named_tuple(proto: Any, registered: list[str]) -> Named:
    """As collections.namedtuple makes it: names are identifiers, of fields also distinct and without underscore first."""
    fields: dict[str, Any] = {}
    for pair in proto.values:
        value = _value(pair.value, registered)
        if pair.key in fields or pair.key.startswith("_"):
            raise Undecodable(f"a named tuple with the field name `{pair.key}`")
        fields[pair.key] = value
    for name in (proto.name, *fields):
        if not name.isidentifier() or iskeyword(name):
            raise Undecodable(f"a named tuple with the name `{name}`")
    return Named(proto.name, fields)


def _type_spec(proto: Any, registered: list[str]) -> Spec:
    number, name = proto.type_spec_class, proto.type_spec_class_name
    if number == REGISTERED_TYPE_SPEC:
        registered.append(name)
    elif number not in BUILT_IN_TYPE_SPECS and number != EXTENSION_TYPE_SPEC:
        raise Undecodable(f"a {name or 'TypeSpec'} of the class {number}, which this TensorFlow does not know")
    state = _value(proto.type_state, registered)
    if not isinstance(state, tuple) and number != REGISTERED_TYPE_SPEC:
        raise Undecodable(f"a {name or 'TypeSpec'} with a state that is no tuple")
    return Spec(0, proto.num_flat_components or None, number, name)


def leaves(value: Any) -> Iterator[Any]:
    """The leaves of a nest, as tf.nest.flatten takes it apart: sequences and dicts are opened, everything else is one."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, (list, tuple)) and not isinstance(one, (Spec, Leaf, Named)):
            todo.extend(reversed(one))
        elif isinstance(one, dict):
            todo.extend(one[key] for key in sorted(one, reverse=True))
        elif isinstance(one, Named):
            todo.extend(reversed(one.fields.values()))
        else:
            yield one


def tensors(value: Any) -> list[int] | None:
    """The dtypes of the tensors that a value of this structure is flattened into (0: not told); None where unknown."""
    found: list[int] = []
    for leaf in leaves(value):
        if isinstance(leaf, Leaf):
            return None
        if isinstance(leaf, Spec):
            if leaf.tensors is None:
                return None
            found += [leaf.dtype] if leaf.tensors == 1 else [0] * leaf.tensors
    return found
