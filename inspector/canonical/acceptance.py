"""Whether one value is accepted where another was traced: dtypes, shapes, nests, and what TensorFlow converts by itself.

Sources: tensorflow/python/saved_model/function_deserialization.py (``_concrete_function_callable_with``),
tensorflow/python/framework/tensor.py (``TensorSpec.cast``), tensorflow/python/util/nest_util.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.canonical.specs import (
    SPARSE,
    Composite,
    Dict,
    Named,
    Sequence,
    Tensor,
    covers,
    covers_shape,
    is_number,
    leaves,
    spelled,
)
from inspector.model import dtypes
from inspector.model.dtypes import Shape

UNCHECKED = "tf.saved_model.load does not check it: the graph fails, aborts, or computes what was never traced"
_CAST_FROM_BOOL = ("float16", "float32", "float64", "int32", "int64", "uint64", "bool", "complex128")


def against(value: Any, wanted: Any, *, cast: bool = False) -> Iterator[str]:
    """Why a value is not accepted where ``wanted`` is. ``cast`` where TensorFlow casts to the spec of an argument
    (TensorSpec.cast), instead of trying a conversion (``_try_convert_to_tensor_spec``)."""
    if isinstance(wanted, (Tensor, Composite)):
        yield from _against_spec(value, wanted, cast)
    elif isinstance(wanted, (Sequence, Dict, Named)):
        yield from _against_nest(value, wanted, cast)
    elif not covers(wanted, value):
        yield f"is {spelled(value)}, traced was {spelled(wanted)}"


def _against_spec(value: Any, wanted: Tensor | Composite, cast: bool) -> Iterator[str]:
    if not isinstance(value, (Tensor, Composite)):
        made = _converted(value, wanted, cast) if isinstance(wanted, Tensor) else None
        if made is None:
            yield f"is {spelled(value)}, wanted is {wanted}"
            return
        value = made
    if type(value) is not type(wanted) or value._replace(dtype=0, shape=()) != wanted._replace(dtype=0, shape=()):
        yield f"is {value}, wanted is {wanted}"
        return
    if value.dtype != wanted.dtype:
        yield f"is {dtypes.name(value.dtype)}, wanted is {dtypes.name(wanted.dtype)}: nothing converts it"
    if not covers_shape(wanted.shape, value.shape):
        same_rank = value.shape is not None and wanted.shape is not None and len(value.shape) == len(wanted.shape)
        traced_without = isinstance(value, Composite) and value.kind == SPARSE and same_rank  # its sizes are a tensor
        yield misfit(value.shape, wanted.shape, unchecked=traced_without)


def misfit(given: Shape, wanted: Shape, *, unchecked: bool = False) -> str:
    told = f"has the shape {dtypes.shape_text(given)}, wanted is {dtypes.shape_text(wanted)}"
    return f"{told} ({UNCHECKED})" if unchecked else told


def _against_nest(value: Any, wanted: Any, cast: bool) -> Iterator[str]:
    """Lists for lists, tuples for tuples, dicts with the same keys (nest_util.py _tf_core_assert_shallow_structure)."""
    plain = (
        isinstance(value, Named) and isinstance(wanted, Sequence) and wanted.kind == "tuple"
    )  # a named tuple is a tuple
    if plain:
        value = Sequence("tuple", tuple([item for _, item in value.items]))
    if type(value) is not type(wanted):
        yield f"is {spelled(value)}, wanted is {spelled(wanted)}"
    elif isinstance(wanted, Sequence):
        if (value.kind, len(value.items)) != (wanted.kind, len(wanted.items)):
            yield f"is {_counted(value)}, wanted is {_counted(wanted)}: {spelled(wanted)}"
            return
        for place, (one, other) in enumerate(zip(value.items, wanted.items, strict=True)):
            yield from (f"[{place}] {reason}" for reason in against(one, other, cast=cast))
    else:
        keys, its = [name for name, _ in value.items], [name for name, _ in wanted.items]
        if keys != its or (isinstance(wanted, Named) and value.name != wanted.name):
            kind = value.name if isinstance(value, Named) else "a dict"
            yield f"is {kind} of {', '.join(keys) or 'nothing'}, wanted is {spelled(wanted)}"
            return
        for (name, one), (_, other) in zip(value.items, wanted.items, strict=True):
            yield from (f"[{name!r}] {reason}" for reason in against(one, other, cast=cast))


def _counted(value: Sequence) -> str:
    return f"a {value.kind} of {len(value.items)}"


def _converted(value: Any, wanted: Tensor, cast: bool) -> Tensor | None:
    """The tensor that TensorFlow makes of a Python value where one of a dtype is wanted; None where it makes none, or
    one of another dtype. Measured with 2.15 and 2.21: integers become any number, floats any float, no number a bool."""
    shape = _shape_of(value)
    if shape is None:
        return None
    flat = list(leaves(value))
    name = dtypes.name(wanted.dtype)
    if flat and all(isinstance(one, Tensor) for one in flat):
        return Tensor(flat[0].dtype, shape) if len(set(flat)) == 1 else None
    floating = "float" in name or "complex" in name
    if any(isinstance(one, str) for one in flat):
        fits = name == "string" and all(isinstance(one, str) for one in flat)
    elif not all(is_number(one) for one in flat):
        fits = False
    elif name == "bool":
        fits = all(isinstance(one, bool) for one in flat)
    elif cast and flat and isinstance(flat[0], bool):
        fits = name in _CAST_FROM_BOOL
    else:
        whole = not any(isinstance(one, float) for one in flat)
        fits = floating or (whole and name.startswith(("int", "uint")))
    return Tensor(wanted.dtype, shape) if fits or not flat else None


def _shape_of(value: Any) -> Shape:
    """The shape of the tensor that a nest of lists becomes; None where it is ragged or no such nest."""
    if isinstance(value, Tensor):
        return value.shape
    if not isinstance(value, Sequence):
        return () if is_number(value) or isinstance(value, str) else None
    below = {_shape_of(item) for item in value.items}
    if len(below) > 1 or None in below:
        return None
    return (len(value.items), *(below.pop() or ())) if below else (0,)
