"""The value of a TensorProto, however it is stored: raw bytes, typed values, the last value for the rest.

Source: tensorflow/core/framework/tensor.cc (FromProtoField), tensor.proto.
"""

from __future__ import annotations

import struct
from math import prod
from typing import Any

from inspector.canonical.ledger import brief
from inspector.model import dtypes
from inspector.model.text_values import STORAGES

_EXPANDED = 64 << 20  # bytes of a tensor whose fill value is written out to be compared
_COMPLEX = ("scomplex_val", "dcomplex_val")


def shape_key(proto: Any) -> tuple[int, ...] | None:
    """A TensorShapeProto; unknown dimensions are -1."""
    return None if proto.unknown_rank else tuple([dim.size for dim in proto.dim])


def tensor_key(proto: Any) -> tuple[object, ...]:
    """Equal for equal tensors."""
    shape = shape_key(proto.tensor_shape)
    raw = tensor_bytes(proto)
    if raw is not None:
        return proto.dtype, shape, brief(raw)
    if proto.dtype == dtypes.STRING and not proto.tensor_content:
        strings = list(proto.string_val)
        while len(strings) > 1 and strings[-1] == strings[-2]:
            strings.pop()
        return proto.dtype, shape, brief(repr(strings).encode())
    return proto.dtype, shape, brief(proto.SerializeToString(deterministic=True))


def tensor_bytes(proto: Any) -> bytes | None:
    """The elements in little-endian order; None for strings and resources, odd sizes, and what is too large."""
    content = bytes(proto.tensor_content or proto.float8_val)
    width = dtypes.SIZES.get(proto.dtype)
    storage = STORAGES.get(proto.dtype)
    if content:
        return content if width else None
    if width is None or storage is None or proto.tensor_shape.unknown_rank:
        return None
    count = prod([dim.size for dim in proto.tensor_shape.dim])
    if not 0 <= count * width <= _EXPANDED:
        return None
    values = list(getattr(proto, storage.field))
    pieces = count * 2 if storage.field in _COMPLEX else count
    if not values or len(values) > pieces:
        return bytes(count * width) if not values else None
    try:
        written = struct.pack(f"<{len(values)}{storage.code}", *values)
    except struct.error:
        return None
    fill = written[-width:]
    return bytes(written + fill * ((count * width - len(written)) // width))
