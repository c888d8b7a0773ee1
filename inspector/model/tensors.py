"""What the message of a Const's tensor holds, as far as it can be wrong.

Source: tensorflow/core/framework/tensor.cc (Tensor::FromProto), core/lib/core/coding.cc (DecodeStringList).
"""

from __future__ import annotations

from typing import Any

from inspector.model import dtypes
from inspector.wire.coding import varint


def is_readable(tensor: Any, count: int) -> bool:
    """Whether TensorFlow can make a tensor of ``count`` elements of a TensorProto: it has a dtype, and enough bytes."""
    if tensor.dtype not in dtypes.NAMES:
        return False
    return not count or not tensor.tensor_content or holds(tensor.tensor_content, tensor.dtype, count)


def holds(content: bytes, dtype: int, count: int) -> bool:
    """Whether bytes are as many elements; strings are their lengths as varints, then what they hold."""
    if dtype != dtypes.STRING:
        return dtype not in dtypes.SIZES or len(content) == dtypes.SIZES[dtype] * count
    at = whole = 0
    try:
        for _ in range(count):
            length, at = varint(content, at, len(content))
            whole += length
    except ValueError:
        return False
    return at + whole == len(content)
