"""What a concrete function takes and returns, as plain values: the structured values of the object graph, with shapes.

Sources: tensorflow/core/protobuf/struct.proto; tensorflow/python/saved_model/nested_structure_coder.py.
"""

from __future__ import annotations

from typing import Any

from inspector.model import dtypes
from inspector.model.dtypes import Shape, shape_of
from inspector.model.text_structures import structure_text
from inspector.named_tuple import NamedTuple
from inspector.wire.schema import message


class Tensor(NamedTuple):
    """A TensorSpec. Its name says nothing to a caller."""

    dtype: int
    shape: Shape

    def __str__(self) -> str:
        return f"{dtypes.name(self.dtype)}{dtypes.shape_text(self.shape)}"


class Other(NamedTuple):
    """A TypeSpec that is no TensorSpec, spelled."""

    text: str

    def __str__(self) -> str:
        return self.text


class Tuple(NamedTuple):
    """A list or a tuple: a caller may give either."""

    items: tuple[Any, ...]


class Dict(NamedTuple):
    """A dict, or a named tuple by its fields."""

    items: tuple[tuple[str, Any], ...]


class Signature(NamedTuple):
    """The canonicalized input signature: ``args`` and ``kwargs`` of Tensor, Other, Tuple, Dict and plain values."""

    args: tuple[Any, ...]
    kwargs: tuple[tuple[str, Any], ...]


def call_signature(raw: bytes) -> Signature:
    """What a concrete function takes."""
    value = _value(message("StructuredValue").FromString(raw))
    if isinstance(value, Tuple) and len(value.items) == 2:
        args, kwargs = value.items
        if isinstance(args, Tuple) and isinstance(kwargs, Dict):
            return Signature(args.items, kwargs.items)
    return Signature((value,), ())


def output_specs(raw: bytes) -> str:
    """What a concrete function returns, spelled without the names of tensors."""
    return spelled(_value(message("StructuredValue").FromString(raw)))


def written_default(spec: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The argument names of a FunctionSpec, and ``name=value`` for each default."""
    full = _value(message("StructuredValue").FromString(spec.fullargspec))
    fields = dict(full.items) if isinstance(full, Dict) else {}
    args = [str(name) for name in _items(fields.get("args"))]
    if spec.is_method and args:
        args = args[1:]
    defaults = _items(fields.get("defaults"))
    written = [
        f"{name}={spelled(value)}" for name, value in zip(args[len(args) - len(defaults) :], defaults, strict=False)
    ]
    only = [str(name) for name in _items(fields.get("kwonlyargs"))]
    keyword = fields.get("kwonlydefaults")
    written += [f"{name}={spelled(value)}" for name, value in (keyword.items if isinstance(keyword, Dict) else ())]
    starred = [f"*{fields['varargs']}"] if fields.get("varargs") else []
    double = [f"**{fields['varkw']}"] if fields.get("varkw") else []
    bare = ["*"] if only and not starred else []
    return (*args, *starred, *bare, *only, *double), tuple(written)


def _items(value: Any) -> tuple[Any, ...]:
    return value.items if isinstance(value, Tuple) else ()


def spelled(value: Any) -> str:
    """``(float32[?,3], {mask: bool[?]})``"""
    if isinstance(value, Tuple):
        return "(" + ", ".join(map(spelled, value.items)) + ")"
    if isinstance(value, Dict):
        return "{" + ", ".join(f"{name}: {spelled(item)}" for name, item in value.items) + "}"
    return repr(value) if isinstance(value, (str, bool, int, float)) or value is None else str(value)


def _value(proto: Any) -> Any:
    kind = proto.WhichOneof("kind")
    if kind is None or kind == "none_value":
        return None
    content = getattr(proto, kind)
    if kind in ("float64_value", "int64_value", "string_value", "bool_value"):
        return content
    if kind in ("tensor_spec_value", "bounded_tensor_spec_value"):
        return Tensor(content.dtype, shape_of(content.shape))
    if kind in ("tuple_value", "list_value"):
        return Tuple(tuple([_value(one) for one in content.values]))
    if kind == "dict_value":
        return Dict(tuple([(name, _value(content.fields[name])) for name in sorted(content.fields)]))
    if kind == "named_tuple_value":
        return Dict(tuple([(pair.key, _value(pair.value)) for pair in content.values]))
    return Other(structure_text(proto.SerializeToString(deterministic=True)))


def covers(wide: Any, narrow: Any) -> bool:
    """Whether every value of ``narrow`` is accepted where ``wide`` is."""
    if isinstance(wide, Tensor) and isinstance(narrow, Tensor):
        return wide.dtype == narrow.dtype and _covers_shape(wide.shape, narrow.shape)
    if isinstance(wide, Tuple) and isinstance(narrow, Tuple):
        return len(wide.items) == len(narrow.items) and all(map(covers, wide.items, narrow.items))
    if isinstance(wide, Dict) and isinstance(narrow, Dict):
        names = [name for name, _ in wide.items]
        return names == [name for name, _ in narrow.items] and all(
            covers(one, other) for (_, one), (_, other) in zip(wide.items, narrow.items, strict=True)
        )
    return type(wide) is type(narrow) and bool(wide == narrow)


def _covers_shape(wide: Shape, narrow: Shape) -> bool:
    if wide is None:
        return True
    if narrow is None or len(wide) != len(narrow):
        return False
    return all(one is None or one == other for one, other in zip(wide, narrow, strict=True))


def covers_call(wide: Signature, narrow: Signature) -> bool:
    """Whether a concrete function that takes ``wide`` accepts every call that one with ``narrow`` accepts."""
    return covers(Tuple(wide.args), Tuple(narrow.args)) and covers(Dict(wide.kwargs), Dict(narrow.kwargs))
