"""Random small graphs that compute shapes: what a model does with tf.shape before a reshape."""

from __future__ import annotations

from random import Random
from typing import Any

from inspector.model.dtypes import Shape
from tests.topology.shape_cases import FLOAT, INT32, INT64, dim


class Program:
    """A GraphDef that grows; each tensor of integers is known by its node and whether it is a vector or a scalar."""

    def __init__(self, graph: Any, rng: Random) -> None:
        self.graph = graph
        self.rng = rng
        self.dtype = rng.choice((INT32, INT64))
        self.vectors: list[str] = []
        self.scalars: list[str] = []
        self.data: list[str] = []

    def node(self, op: str, inputs: list[str], **types: int) -> Any:
        name = f"n{len(self.graph.node)}"
        node = self.graph.node.add(name=name, op=op)
        node.input.extend(inputs)
        for key, dtype in types.items():
            node.attr[key].type = dtype
        return node

    def const(self, values: list[int], *, vector: bool = True, dtype: int = 0) -> str:
        node = self.node("Const", [], dtype=dtype or self.dtype)
        tensor = node.attr["value"].tensor
        tensor.dtype = dtype or self.dtype
        if vector:
            tensor.tensor_shape.dim.add(size=len(values))
        (tensor.int_val if tensor.dtype == INT32 else tensor.int64_val).extend(values)
        return str(node.name)

    def placeholder(self, shape: Shape) -> str:
        node = self.node("Placeholder", [], dtype=FLOAT)
        if shape is None:
            node.attr["shape"].shape.unknown_rank = True
        else:
            for size in shape:
                node.attr["shape"].shape.dim.add(size=-1 if size is None else size)
        return str(node.name)

    def start(self) -> None:
        for _ in range(2):
            rank = self.rng.randrange(4)
            self.data.append(
                self.placeholder(None if self.rng.random() < 0.1 else [dim(self.rng) for _ in range(rank)])
            )
        self.vectors.append(self.const([self.rng.randrange(-1, 4) for _ in range(self.rng.randrange(4))]))
        self.scalars.append(self.const([self.rng.randrange(-1, 4)], vector=False))

    def step(self) -> None:
        self.rng.choice((
            self.shape, self.shape, self.size, self.slice, self.slice, self.element, self.element, self.pack, self.pack,
            self.concat, self.concat, self.binary, self.binary, self.product, self.cast, self.same, self.gather,
            self.range, self.fill, self.expand, self.squeeze, self.use, self.use, self.use,
        ))()  # fmt: skip

    def vector(self) -> str:
        return self.rng.choice(self.vectors[-4:])

    def scalar(self) -> str:
        return self.rng.choice(self.scalars[-4:])

    def shape(self) -> None:
        node = self.node("Shape", [self.rng.choice(self.data)], T=FLOAT, out_type=self.dtype)
        self.vectors.append(node.name)

    def size(self) -> None:
        self.scalars.append(self.node("Size", [self.rng.choice(self.data)], T=FLOAT, out_type=self.dtype).name)

    def cut(self, begin: int, end: int, stride: int, **masks: int) -> str:
        places = [self.const([number], dtype=INT32) for number in (begin, end, stride)]
        node = self.node("StridedSlice", [self.vector(), *places], T=self.dtype, Index=INT32)
        for name in ("begin_mask", "end_mask", "ellipsis_mask", "new_axis_mask", "shrink_axis_mask"):
            node.attr[name].i = masks.get(name, 0)
        return str(node.name)

    def slice(self) -> None:
        begin, end = self.rng.randrange(-2, 3), self.rng.randrange(-2, 4)
        masks = {"begin_mask": self.rng.randrange(2), "end_mask": self.rng.randrange(2)}
        self.vectors.append(self.cut(begin, end, self.rng.choice((1, 1, 1, 2, -1)), **masks))

    def element(self) -> None:
        at = self.rng.randrange(-2, 3)
        self.scalars.append(self.cut(at, at + 1, 1, shrink_axis_mask=1))

    def pack(self) -> None:
        count = self.rng.randrange(1, 4)
        node = self.node("Pack", [self.scalar() for _ in range(count)], T=self.dtype)
        node.attr["N"].i = count
        node.attr["axis"].i = 0
        self.vectors.append(node.name)

    def concat(self) -> None:
        parts = [self.vector() for _ in range(2)]
        node = self.node("ConcatV2", [*parts, self.const([0], vector=False, dtype=INT32)], T=self.dtype, Tidx=INT32)
        node.attr["N"].i = 2
        self.vectors.append(node.name)

    def binary(self) -> None:
        op = self.rng.choice(("AddV2", "Sub", "Mul", "FloorDiv", "FloorMod", "Maximum", "Minimum"))
        if self.rng.random() < 0.6:
            self.scalars.append(self.node(op, [self.scalar(), self.scalar()], T=self.dtype).name)
        else:
            self.vectors.append(self.node(op, [self.vector(), self.scalar()], T=self.dtype).name)

    def product(self) -> None:
        axes = self.const([0], dtype=INT32)
        op = self.rng.choice(("Prod", "Sum", "Max", "Min"))
        node = self.node(op, [self.vector(), axes], T=self.dtype, Tidx=INT32)
        node.attr["keep_dims"].b = False
        self.scalars.append(node.name)

    def cast(self) -> None:
        through = self.rng.choice((FLOAT, INT32, INT64))
        there = self.node("Cast", [self.vector()], SrcT=self.dtype, DstT=through).name
        self.vectors.append(self.node("Cast", [there], SrcT=through, DstT=self.dtype).name)

    def same(self) -> None:
        self.vectors.append(self.node("Identity", [self.vector()], T=self.dtype).name)

    def gather(self) -> None:
        places = self.const([self.rng.randrange(2) for _ in range(2)], dtype=INT32)
        axis = self.const([0], vector=False, dtype=INT32)
        node = self.node("GatherV2", [self.vector(), places, axis], Tparams=self.dtype, Tindices=INT32, Taxis=INT32)
        self.vectors.append(node.name)

    def range(self) -> None:
        start, step = self.const([0], vector=False), self.const([1], vector=False)
        self.vectors.append(self.node("Range", [start, self.scalar(), step], Tidx=self.dtype).name)

    def fill(self) -> None:
        count = self.const([self.rng.randrange(3)])
        self.vectors.append(self.node("Fill", [count, self.scalar()], T=self.dtype, index_type=self.dtype).name)

    def expand(self) -> None:
        axis = self.const([0], vector=False, dtype=INT32)
        self.vectors.append(self.node("ExpandDims", [self.scalar(), axis], T=self.dtype, Tdim=INT32).name)

    def squeeze(self) -> None:
        node = self.node("Squeeze", [self.cut(0, 1, 1)], T=self.dtype)
        node.attr["squeeze_dims"].list.i.append(0)
        self.scalars.append(node.name)

    def use(self) -> None:
        """Reshape, BroadcastTo or Fill by a vector of the program."""
        op = self.rng.choice(("Reshape", "BroadcastTo", "Fill", "Tile", "RandomUniform"))
        data = self.rng.choice(self.data)
        if op == "Reshape":
            node = self.node(op, [data, self.vector()], T=FLOAT, Tshape=self.dtype)
        elif op == "BroadcastTo":
            node = self.node(op, [data, self.vector()], T=FLOAT, Tidx=self.dtype)
        elif op == "Tile":
            node = self.node(op, [data, self.vector()], T=FLOAT, Tmultiples=self.dtype)
        elif op == "RandomUniform":
            node = self.node(op, [self.vector()], T=self.dtype, dtype=FLOAT)
        else:
            node = self.node(op, [self.vector(), self.placeholder(())], T=FLOAT, index_type=self.dtype)
        if op != "Tile":
            self.data.append(node.name)


def program(graph: Any, seed: int, steps: int = 12) -> None:
    """Add a program to a GraphDef."""
    made = Program(graph, Random(seed))
    made.start()
    for _ in range(steps):
        made.step()
