"""TensorFlow's DataType enum, with numpy's names for people.

Source: tensorflow/core/framework/types.proto and types.cc (DataTypeSize).
"""

from __future__ import annotations

NAMES: dict[int, str] = {
    1: "float32", 2: "float64", 3: "int32", 4: "uint8", 5: "int16", 6: "int8", 7: "string", 8: "complex64",
    9: "int64", 10: "bool", 11: "qint8", 12: "quint8", 13: "qint32", 14: "bfloat16", 15: "qint16", 16: "quint16",
    17: "uint16", 18: "complex128", 19: "float16", 20: "resource", 21: "variant", 22: "uint32", 23: "uint64",
    24: "float8_e5m2", 25: "float8_e4m3fn", 26: "float8_e4m3fnuz", 27: "float8_e4m3b11fnuz", 28: "float8_e5m2fnuz",
    29: "int4", 30: "uint4", 31: "int2", 32: "uint2", 33: "float4_e2m1fn",
}  # fmt: skip

NUMBERS: dict[str, int] = {name: number for number, name in NAMES.items()}

# Bytes of one element; a string, resource or variant has none.
SIZES: dict[int, int] = {
    1: 4, 2: 8, 3: 4, 4: 1, 5: 2, 6: 1, 8: 8, 9: 8, 10: 1, 11: 1, 12: 1, 13: 4, 14: 2, 15: 2, 16: 2, 17: 2, 18: 16,
    19: 2, 22: 4, 23: 8, 24: 1, 25: 1, 26: 1, 27: 1, 28: 1, 29: 1, 30: 1, 31: 1, 32: 1, 33: 1,
}  # fmt: skip

STRING = 7
RESOURCE = 20
VARIANT = 21
REF = 100  # DT_FLOAT_REF = 101: a reference to a V1 variable's buffer

Shape = tuple["int | None", ...] | None  # None: unknown rank; an unknown dimension is None


def base(number: int) -> int:
    """``number`` without its reference mark."""
    return number - REF if number > REF else number


def is_known(number: int) -> bool:
    """Whether a TensorFlow that we know has this DataType (references included)."""
    return base(number) in NAMES


def name(number: int) -> str:
    """``float32``, ``float32_ref``, or ``invalid(777)`` for a number that no DataType has."""
    if not is_known(number):
        return f"invalid({number})"
    return f"{NAMES[number - REF]}_ref" if number > REF else NAMES[number]


def shape_of(proto: object) -> Shape:
    """The shape in a TensorShapeProto, unknown dimensions as None."""
    if proto.unknown_rank:  # type: ignore[attr-defined]
        return None
    return tuple(None if dim.size < 0 else dim.size for dim in proto.dim)  # type: ignore[attr-defined]


def shape_text(shape: Shape) -> str:
    """``[?,64]``; ``[...]`` for an unknown rank, ``[]`` for a scalar."""
    if shape is None:
        return "[...]"
    return "[" + ",".join("?" if dim is None else str(dim) for dim in shape) + "]"


def shapes_agree(one: Shape, other: Shape) -> bool:
    """Whether some tensor could have both shapes."""
    if one is None or other is None or one == other:
        return True
    return len(one) == len(other) and all(a is None or b is None or a == b for a, b in zip(one, other, strict=True))
