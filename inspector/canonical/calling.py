"""Calls in words and in Python: the nearest value that is accepted where one was intended, and the line that makes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from inspector.canonical.acceptance import against
from inspector.canonical.specs import (
    RAGGED,
    SPARSE,
    TUPLE,
    Composite,
    Dict,
    DType,
    Named,
    Other,
    Sequence,
    Tensor,
    key_text,
    quoted,
    spelled,
)  # fmt: skip
from inspector.model import dtypes
from inspector.model.dtypes import Shape

_INT64 = dtypes.NUMBERS["int64"]


class NoPython(Exception):
    """A value that no line of Python is known for."""


def nearest(spec: Any, value: Any, *, literals: bool = False) -> Any:
    """What is accepted where ``spec`` is, as near to the intended value as can be; 1 for a size that is free. With
    ``literals`` a Python value that becomes a fitting tensor stays as it is."""
    if isinstance(spec, (Tensor, Composite)):
        plain = value is not None and not isinstance(value, (Tensor, Composite))
        if literals and plain and not any(True for _ in against(value, spec, cast=True)):
            return value
        return spec._replace(shape=_nearest_shape(spec, getattr(value, "shape", None)))
    if isinstance(spec, Sequence):
        fits = isinstance(value, Sequence) and len(value.items) == len(spec.items)
        items = value.items if fits else (None,) * len(spec.items)
        found = [nearest(one, other, literals=literals) for one, other in zip(spec.items, items, strict=True)]
        return Sequence(spec.kind, tuple(found))
    if isinstance(spec, (Dict, Named)):
        known = dict(value.items) if isinstance(value, (Dict, Named)) else {}
        fields = [(name, nearest(one, known.get(name), literals=literals)) for name, one in spec.items]
        return spec._replace(items=tuple(fields))
    return spec


def _nearest_shape(spec: Tensor | Composite, given: Shape) -> Shape:
    if spec.shape is None:
        rank = spec.ragged_rank + 1 if isinstance(spec, Composite) else 0
        return given if given is not None and len(given) >= rank else (1,) * rank
    sizes = given if given is not None and len(given) == len(spec.shape) else (None,) * len(spec.shape)
    return tuple([
        dim if dim is not None else size if size is not None else 1
        for dim, size in zip(spec.shape, sizes, strict=True)
    ])  # fmt: skip


def call_text(name: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """A call as ``canonical.intent`` reads it."""
    parts = [spelled(value) for value in args] + [f"{key_text(key)}: {spelled(value)}" for key, value in kwargs.items()]
    return f"{name}({', '.join(parts)})"


def python_call(function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> str:
    """The line of Python that makes a call; empty where a value has none."""
    try:
        parts = [python(value) for value in args]
        plain = {name: python(value) for name, value in kwargs.items()}
    except NoPython:
        return ""
    parts += [f"{name}={value}" for name, value in plain.items() if name.isidentifier()]
    others = {name: value for name, value in plain.items() if not name.isidentifier()}
    if others:
        parts.append("**{" + ", ".join(f"{quoted(name)}: {value}" for name, value in others.items()) + "}")
    return f"{function}({', '.join(parts)})"


def signature_python(key: str, inputs: Mapping[str, Any], *, v2: bool) -> str:
    """The line that calls a restored signature. Of a V1 model tf.saved_model.load takes the components of sparse and
    ragged inputs apart (load_v1_in_v2.py _extract_signatures)."""
    flat: dict[str, Any] = {}
    for name, value in inputs.items():
        if isinstance(value, Composite) and not v2:
            flat.update(components(name, value))
        else:
            flat[name] = value
    return python_call(f"loaded.signatures[{quoted(key)}]", (), flat)


def components(name: str, value: Composite) -> dict[str, Any]:
    """The tensors that a sparse or ragged input is made of, by the names that a signature of a V1 model has for them
    (load_v1_in_v2.py _extract_signatures)."""
    rank = len(value.shape or ())
    if value.kind == SPARSE:
        return {
            f"{name}_indices": Tensor(_INT64, (0, rank)),
            f"{name}_values": Tensor(value.dtype, (0,)),
            f"{name}_dense_shape": Tensor(_INT64, (rank,)),
        }
    flat = (0, *(value.shape or ())[value.ragged_rank + 1 :])
    splits = {f"{name}_component_{at + 1}": Tensor(value.splits, (1,)) for at in range(value.ragged_rank)}
    return {f"{name}_component_0": Tensor(value.dtype, flat), **splits}


def python(value: Any) -> str:
    """The Python that makes a value. Raises NoPython."""
    if isinstance(value, Tensor):
        return f"tf.zeros({[dim or 0 for dim in value.shape or ()]}, tf.{dtypes.name(value.dtype)})"
    if isinstance(value, Composite):
        return _composite(value)
    if isinstance(value, Sequence):
        inner = ", ".join(map(python, value.items))
        if value.kind != TUPLE:
            return f"[{inner}]"
        return f"({inner},)" if len(value.items) == 1 else f"({inner})"
    if isinstance(value, Dict):
        return "{" + ", ".join(f"{quoted(name)}: {python(item)}" for name, item in value.items) + "}"
    if isinstance(value, Named):
        names = [name for name, _ in value.items]
        inner = ", ".join(python(item) for _, item in value.items)
        return f"collections.namedtuple({quoted(value.name)}, [{', '.join(map(quoted, names))}])({inner})"
    if isinstance(value, Other):
        raise NoPython(value.text)
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f"float({str(value)!r})"
    if isinstance(value, str):
        return quoted(value)
    return str(value) if isinstance(value, DType) else repr(value)


def _composite(value: Composite) -> str:
    dense = python(Tensor(value.dtype, value.shape))
    if value.kind != RAGGED:
        return f"tf.sparse.from_dense({dense})"
    splits = "" if value.splits == _INT64 else f", row_splits_dtype=tf.{dtypes.name(value.splits)}"
    return f"tf.RaggedTensor.from_tensor({dense}, ragged_rank={value.ragged_rank}{splits})"
