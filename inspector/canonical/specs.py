"""What a concrete function takes and returns, as plain values: the structured values of the object graph, with shapes.

Sources: tensorflow/core/protobuf/struct.proto; tensorflow/python/saved_model/nested_structure_coder.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from inspector.model import dtypes
from inspector.model.dtypes import Shape, shape_of
from inspector.model.text_structures import structure_text
from inspector.named_tuple import NamedTuple
from inspector.wire.schema import message

LIST, TUPLE = "list", "tuple"
RAGGED, SPARSE = "ragged", "sparse"
_COMPOSITE = {1: SPARSE, 3: RAGGED}  # TypeSpecProto.TypeSpecClass
_INT64 = dtypes.NUMBERS["int64"]


class Tensor(NamedTuple):
    """A TensorSpec. Its name says nothing to a caller."""

    dtype: int
    shape: Shape

    def __str__(self) -> str:
        return f"{dtypes.name(self.dtype)}{dtypes.shape_text(self.shape)}"


class Composite(NamedTuple):
    """A SparseTensorSpec, or a RaggedTensorSpec with its ragged rank and the dtype of its row splits."""

    kind: str
    dtype: int
    shape: Shape
    ragged_rank: int = 0
    splits: int = _INT64

    def __str__(self) -> str:
        usual = self.kind != RAGGED or (self.shape is not None and self.ragged_rank == len(self.shape) - 1)
        how = [] if usual else [str(self.ragged_rank)]
        how += [] if self.splits == _INT64 else [dtypes.name(self.splits)]
        return f"{self.kind}{'(' + ', '.join(how) + ')' if how else ''} {Tensor(self.dtype, self.shape)}"


class DType(NamedTuple):
    """A dtype that is itself an argument."""

    dtype: int

    def __str__(self) -> str:
        return f"tf.{dtypes.name(self.dtype)}"


class Other(NamedTuple):
    """Any other TypeSpec or value, spelled."""

    text: str

    def __str__(self) -> str:
        return f"other({quoted(self.text)})"


class Sequence(NamedTuple):
    """A list or a tuple. TensorFlow takes neither for the other."""

    kind: str
    items: tuple[Any, ...]


class Dict(NamedTuple):
    """A dict, in the order of its keys."""

    items: tuple[tuple[str, Any], ...]


class Named(NamedTuple):
    """A named tuple."""

    name: str
    items: tuple[tuple[str, Any], ...]


class Signature(NamedTuple):
    """The canonicalized input signature of a concrete function: its arguments by position, and those by name."""

    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...]

    def __str__(self) -> str:
        """``(float32[?,4], training=False)``"""
        parts = [spelled(value) for value in self.args] + [f"{name}={spelled(value)}" for name, value in self.kwargs]
        return f"({', '.join(parts)})"


class Parameters(NamedTuple):
    """The arguments of a restored function: those by position or name, those by name only, ``*rest`` and ``**rest``.

    ``defaults`` are the values of those that may be left out. ``constraint`` is the input_signature of the tf.function,
    one spec for each of the first arguments; None where it has none.
    """

    positional: tuple[str, ...]
    named: tuple[str, ...] = ()
    star: str = ""
    double_star: str = ""
    defaults: tuple[tuple[str, Any], ...] = ()
    constraint: tuple[Any, ...] | None = None

    def __str__(self) -> str:
        """``x, training=False, *, mask``"""
        values = dict(self.defaults)

        def one(name: str) -> str:
            return f"{name}={spelled(values[name])}" if name in values else name

        parts = [one(name) for name in self.positional]
        parts += [f"*{self.star}"] if self.star else ["*"] if self.named else []
        parts += [one(name) for name in self.named]
        parts += [f"**{self.double_star}"] if self.double_star else []
        return ", ".join(parts)


def call_signature(raw: bytes) -> Signature:
    """What a concrete function takes."""
    value = value_of(message("StructuredValue").FromString(raw))
    if isinstance(value, Sequence) and len(value.items) == 2:
        args, kwargs = value.items
        if isinstance(args, Sequence) and isinstance(kwargs, Dict):
            return Signature(args.items, kwargs.items)
    return Signature((value,), ())


def output_specs(raw: bytes) -> str:
    """What a concrete function returns, spelled without the names of tensors."""
    return spelled(value_of(message("StructuredValue").FromString(raw)))


def parameters(spec: Any) -> Parameters:
    """The arguments that a FunctionSpec tells of (function_deserialization.py _deserialize_function_spec_as_nonmethod)."""
    full = value_of(message("StructuredValue").FromString(spec.fullargspec))
    fields = dict(full.items) if isinstance(full, (Dict, Named)) else {}
    args = [str(name) for name in _items(fields.get("args"))]
    if args and (spec.is_method or args[0] == "self"):
        args = args[1:]
    values = _items(fields.get("defaults"))
    keyword = fields.get("kwonlydefaults")
    defaults = [*zip(args[len(args) - len(values) :], values, strict=False)] if len(values) <= len(args) else []
    defaults += keyword.items if isinstance(keyword, Dict) else ()
    constraint = value_of(message("StructuredValue").FromString(spec.input_signature))
    return Parameters(
        tuple(args), tuple([str(name) for name in _items(fields.get("kwonlyargs"))]), str(fields.get("varargs") or ""),
        str(fields.get("varkw") or ""), tuple(defaults),
        constraint.items if isinstance(constraint, Sequence) and constraint.items else None,
    )  # fmt: skip


def _items(value: Any) -> tuple[Any, ...]:
    return value.items if isinstance(value, Sequence) else ()


def spelled(value: Any) -> str:
    """``(float32[?,3], {mask: bool[?]})``, as ``canonical.intent`` reads it."""
    if isinstance(value, Sequence):
        inner = ", ".join(map(spelled, value.items))
        if value.kind == LIST:
            return f"[{inner}]"
        return f"({inner},)" if len(value.items) == 1 else f"({inner})"
    if isinstance(value, (Dict, Named)):
        inner = ", ".join(f"{key_text(name)}: {spelled(item)}" for name, item in value.items)
        return f"{{{inner}}}" if isinstance(value, Dict) else f"{key_text(value.name)}({inner})"
    if isinstance(value, str):
        return quoted(value)
    return repr(value) if isinstance(value, (bool, int, float)) or value is None else str(value)


def key_text(name: str) -> str:
    """A key as it is, or quoted where it is no plain word."""
    return name if name.isidentifier() and name.isascii() else quoted(name)


def quoted(text: str) -> str:
    """A string of Python, in double quotes where that is as good as single ones."""
    plain = text.isprintable() and '"' not in text and "\\" not in text
    return f'"{text}"' if plain else repr(text)


def value_of(proto: Any) -> Any:
    """A StructuredValue."""
    kind = proto.WhichOneof("kind")
    if kind is None or kind == "none_value":
        return None
    content = getattr(proto, kind)
    if kind in ("float64_value", "int64_value", "string_value", "bool_value"):
        return content
    if kind in ("tensor_spec_value", "bounded_tensor_spec_value"):
        return Tensor(content.dtype, shape_of(content.shape))
    if kind in ("tuple_value", "list_value"):
        return Sequence(kind.removesuffix("_value"), tuple([value_of(one) for one in content.values]))
    if kind == "dict_value":
        return Dict(tuple([(name, value_of(content.fields[name])) for name in sorted(content.fields)]))
    if kind == "named_tuple_value":
        return Named(content.name, tuple([(pair.key, value_of(pair.value)) for pair in content.values]))
    if kind == "tensor_dtype_value":
        return DType(content)
    if kind == "type_spec_value" and (found := composite_of(content)) is not None:
        return found
    return Other(structure_text(proto.SerializeToString(deterministic=True)))


def composite_of(proto: Any) -> Composite | None:
    """A TypeSpecProto, where it is sparse or ragged (sparse_tensor.py, ragged_tensor.py _serialize)."""
    kind = _COMPOSITE.get(proto.type_spec_class)
    state = list(proto.type_state.tuple_value.values) if kind is not None else []
    if len(state) < 2 or [one.WhichOneof("kind") for one in state[:2]] != ["tensor_shape_value", "tensor_dtype_value"]:
        return None
    shape, dtype = shape_of(state[0].tensor_shape_value), state[1].tensor_dtype_value
    if kind == SPARSE and len(state) == 2:
        return Composite(SPARSE, dtype, shape)
    known = kind == RAGGED and [one.WhichOneof("kind") for one in state[2:]] == ["int64_value", "tensor_dtype_value"]
    return Composite(RAGGED, dtype, shape, state[2].int64_value, state[3].tensor_dtype_value) if known else None


def covers(wide: Any, narrow: Any) -> bool:
    """Whether every value of ``narrow`` is accepted where ``wide`` is."""
    if isinstance(wide, Tensor) and isinstance(narrow, Tensor):
        return wide.dtype == narrow.dtype and covers_shape(wide.shape, narrow.shape)
    if isinstance(wide, Composite) and isinstance(narrow, Composite):
        return wide._replace(shape=None) == narrow._replace(shape=None) and covers_shape(wide.shape, narrow.shape)
    if type(wide) is not type(narrow):
        return is_number(wide) and is_number(narrow) and bool(wide == narrow)  # True is 1, here as there
    if isinstance(wide, Sequence):
        return (wide.kind, len(wide.items)) == (narrow.kind, len(narrow.items)) and all(
            map(covers, wide.items, narrow.items)
        )
    if isinstance(wide, (Dict, Named)):
        same = [name for name, _ in wide.items] == [name for name, _ in narrow.items]
        return same and (isinstance(wide, Dict) or wide.name == narrow.name) and all(
            covers(one, other) for (_, one), (_, other) in zip(wide.items, narrow.items, strict=True)
        )  # fmt: skip
    return bool(wide == narrow) or (isinstance(wide, float) and math.isnan(wide) and math.isnan(narrow))


def is_number(value: Any) -> bool:
    """Whether a value is a Python number."""
    return isinstance(value, (bool, int, float))


def covers_shape(wide: Shape, narrow: Shape) -> bool:
    """Whether every shape of ``narrow`` is one of ``wide``."""
    if wide is None:
        return True
    if narrow is None or len(wide) != len(narrow):
        return False
    return all(one is None or one == other for one, other in zip(wide, narrow, strict=True))


def covers_call(wide: Signature, narrow: Signature) -> bool:
    """Whether a concrete function that takes ``wide`` accepts every call that one with ``narrow`` accepts."""
    return covers(Sequence(TUPLE, wide.args), Sequence(TUPLE, narrow.args)) and covers(
        Dict(wide.kwargs), Dict(narrow.kwargs)
    )


def leaves(value: Any) -> Iterator[Any]:
    """What a nest of lists and tuples holds."""
    if isinstance(value, Sequence):
        for item in value.items:
            yield from leaves(item)
    else:
        yield value


def flat_inputs(takes: Signature) -> list[Any]:
    """The specs of the tensors that a concrete function takes, in order; dicts by key."""
    found: list[Any] = []

    def collect(value: Any) -> None:
        if isinstance(value, Sequence):
            for item in value.items:
                collect(item)
        elif isinstance(value, (Dict, Named)):
            for _, item in value.items:
                collect(item)
        elif isinstance(value, (Tensor, Composite)):
            found.append(value)

    for value in (*takes.args, *[value for _, value in takes.kwargs]):
        collect(value)
    return found
