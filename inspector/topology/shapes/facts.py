"""What shape inference knows of a tensor, and of a node whose inputs it knows.

Source: tensorflow/core/framework/shape_inference.h (InferenceContext).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from inspector.catalogue import OpDef
from inspector.model.dtypes import Shape, shape_of
from inspector.model.graph import Kind
from inspector.topology.shapes.lattice import SCALAR, ShapeError, unknown_of, with_rank
from inspector.wire.schema import message

Handle = tuple[int, Shape]  # the dtype and shape of the variable behind a resource
Value = tuple[int, ...]  # the elements of a small integer tensor, in row-major order
UNREADABLE: Value = (1 << 64,)  # in place of them: a Const of which TensorFlow can make no tensor


class Unreadable(ShapeError):
    """A shape function asks for the elements of a Const that has none."""

    def __init__(self) -> None:
        super().__init__("Unable to evaluate a constant node")


class Fact:
    """What is known of one tensor. Equal facts are one object (``Facts``), so that they compare by identity.

    ``partial`` is, in a tuple of one, the shape that the tensor spells by the op that made it.
    """

    __slots__ = ("handle", "partial", "shape", "value")

    def __init__(self, shape: Shape, value: Value | None, partial: tuple[Shape] | None, handle: Handle | None) -> None:
        self.shape = shape
        self.value = value
        self.partial = partial
        self.handle = handle


class Facts:
    """The facts of one model, each made once."""

    __slots__ = ("_known", "unknown")

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Fact] = {}
        self.unknown = self.of(None)

    def of(
        self,
        shape: Shape,
        value: Value | None = None,
        partial: tuple[Shape] | None = None,
        handle: Handle | None = None,
    ) -> Fact:
        key = shape, value, partial, handle
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = Fact(shape, value, partial, handle)
        return found


class Node:
    """A node as its shape function sees it. ``outputs`` are the DataTypes of its outputs."""

    __slots__ = ("inputs", "kind", "op", "op_def", "outputs", "producer")

    def __init__(
        self, kind: Kind, op_def: OpDef, inputs: Sequence[Fact], outputs: tuple[int, ...], producer: int
    ) -> None:
        self.kind = kind
        self.op = kind.op
        self.op_def = op_def
        self.inputs = inputs
        self.outputs = outputs
        self.producer = producer

    def shape(self, index: int) -> Shape:
        return self.inputs[index].shape

    def ranked(self, index: int, rank: int) -> tuple[int | None, ...]:
        """The shape of an input that must have this rank."""
        return with_rank(self.inputs[index].shape, rank)

    def value(self, index: int) -> Value | None:
        """The elements of an input that is a small constant of integers. Raises Unreadable."""
        value = self.inputs[index].value
        if value == UNREADABLE:
            raise Unreadable
        return value

    def scalar(self, index: int) -> int | None:
        """The value of an input that is one constant integer. Raises Unreadable."""
        value = self.value(index)
        return value[0] if value is not None and len(value) == 1 else None

    def as_shape(self, index: int) -> Shape:
        """The shape that an input spells, as far as its elements are known."""
        self.ranked(index, 1)
        return shape_spelled_by(self.inputs[index])

    def attr(self, name: str) -> Any:
        """The AttrValue of an attr or of its default; an empty one if there is none."""
        return _decoded(self._raw(name))

    def _raw(self, name: str) -> bytes:
        raw = self.kind.raw(name)
        if raw:
            return raw
        return next((a.default for a in self.op_def.attrs if a.name == name and a.default is not None), b"")

    def number(self, name: str) -> int:
        return int(self.attr(name).i)

    def numbers(self, name: str) -> list[int]:
        return [int(i) for i in self.attr(name).list.i]

    def flag(self, name: str) -> bool:
        return bool(self.attr(name).b)

    def word(self, name: str) -> str:
        return bytes(self.attr(name).s).decode("latin-1")

    def dtype(self, name: str) -> int:
        return int(self.attr(name).type)

    def shape_attr(self, name: str = "shape") -> Shape:
        """The shape in an attr; unknown where it holds none. Raises ShapeError for a dimension below -1."""
        return _shape_in(self._raw(name))

    def shapes_attr(self, name: str) -> tuple[Shape, ...]:
        return shapes_in(self.kind.raw(name)) or ()


@lru_cache(maxsize=4096)
def _decoded(raw: bytes) -> Any:
    return message("AttrValue").FromString(raw)


@lru_cache(maxsize=8192)
def _shape_in(raw: bytes) -> Shape:
    value = message("AttrValue").FromString(raw)
    if value.WhichOneof("value") != "shape":
        return None
    sizes = [dim.size for dim in value.shape.dim]
    if min(sizes, default=0) < -1:
        spelled = "[" + ",".join("?" if size == -1 else str(size) for size in sizes) + "]"
        raise ShapeError(f"Shape {spelled} has dimensions with values below -1 (where -1 means unknown)")
    return shape_of(value.shape)


@lru_cache(maxsize=8192)
def shapes_in(raw: bytes) -> tuple[Shape, ...] | None:
    """The shapes in a serialized AttrValue; None if it holds no list of shapes."""
    if not raw:
        return None
    value = message("AttrValue").FromString(raw)
    if value.WhichOneof("value") != "list":
        return None
    some = value.list
    if not some.shape and (some.s or some.i or some.f or some.b or some.type or some.tensor or some.func):
        return None
    return tuple(shape_of(shape) for shape in some.shape)


def shape_spelled_by(fact: Fact) -> Shape:
    """The shape that a vector spells (shape_refiner.cc ConstantPartialShape). Raises ShapeError for a dimension below -1, and
    Unreadable."""
    if fact.shape == (0,):
        return SCALAR
    if fact.partial is not None:
        return fact.partial[0]
    if fact.value == UNREADABLE:
        raise Unreadable
    if fact.value is not None:
        return spelled(fact.value)
    length = fact.shape[0] if fact.shape is not None and len(fact.shape) == 1 else None
    return unknown_of(length)


def spelled(value: Value) -> Shape:
    for dim in value:
        if dim < -1:
            raise ShapeError(f"Invalid value in tensor used for shape: {dim}")
    return tuple(None if dim < 0 else dim for dim in value)
