"""Shape functions against TensorFlow's own, op by op: what both infer, and what both refuse.

Three laws: what the inspector infers TensorFlow infers too; what it refuses TensorFlow refuses too; and it knows nearly
all that TensorFlow knows. The graphs are imported, as a loader does it; nothing is run.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest

from inspector.catalogue import release
from inspector.model.dtypes import Shape
from inspector.model.graph import Graph, KindTable, Library
from inspector.topology.ops import OpSet
from inspector.topology.shapes.propagation import MAIN, Inference
from inspector.topology.shapes.table import SHAPE_FUNCTIONS
from inspector.wire.schema import message
from tests.topology.shape_cases import FLOAT, INT32, INT64, RECIPES, RESOURCE, STRING, Case, Given, cases
from tests.topology.shape_programs import program

tf = pytest.importorskip("tensorflow")
pytestmark = pytest.mark.xdist_group("tensorflow")

UNEVALUATED = "Unable to evaluate a constant node"
OF_A_RECIPE, OF_A_FAMILY = 40, 8  # cases of an op
# Ops that TensorFlow's importer takes only as a part of more than a case has, and that a model rarely has.
ELSEWHERE = {
    "If",
    "StatelessIf",
    "Case",
    "StatelessCase",
    "While",
    "StatelessWhile",
    "Const",
    "VarHandleOp",
    "NextIteration",
    "Exit",
    "LoopCond",
}
# What TensorFlow refuses of these it does not refuse in every release, or it is not worth following.
SILENT = {
    "Conv2DBackpropInput", "MutableDenseHashTableV2", "ReverseSequence", "Unique", "UniqueWithCounts",
}  # fmt: skip
NODE_WORDS = re.compile(r" for '\{\{node .*|; NodeDef: .*", re.DOTALL)


def shape_proto(target: Any, shape: Shape) -> None:
    if shape is None:
        target.unknown_rank = True
    else:
        target.unknown_rank = False
        for dim in shape:
            target.dim.add(size=-1 if dim is None else dim)


def feed(graph: Any, name: str, given: Given, is_reference: bool) -> None:
    node = graph.node.add(name=name)
    if given.dtype == RESOURCE and not isinstance(given.variable, str):
        node.op = "VarHandleOp"
        node.attr["dtype"].type = FLOAT
        shape_proto(node.attr["shape"].shape, given.variable)
        return
    node.op = "VariableV2" if is_reference else "Placeholder" if given.value is None else "Const"
    node.attr["dtype"].type = given.dtype
    if given.value is None:
        shape_proto(node.attr["shape"].shape, given.shape)
        return
    tensor = node.attr["value"].tensor
    tensor.dtype = given.dtype
    shape_proto(tensor.tensor_shape, given.shape)
    (tensor.int_val if given.dtype == INT32 else tensor.int64_val).extend(given.value)


def set_attr(node: Any, name: str, value: Any, kind: str) -> None:
    attr = node.attr[name]
    if kind == "shape":
        shape_proto(attr.shape, value)
    elif kind == "type":
        attr.type = value
    elif kind == "int":
        attr.i = value
    elif kind == "bool":
        attr.b = value
    elif kind == "string":
        attr.s = value.encode()
    elif kind == "list(int)":
        attr.list.i.extend(value)
    elif kind == "list(type)":
        attr.list.type.extend(value)
    else:
        raise AssertionError(kind)


def graph_of(case: Case, op_def: Any) -> Any | None:
    """The GraphDef of a case; None if the op takes no such types."""
    graph = tf.compat.v1.GraphDef()
    graph.versions.producer = tf.version.GRAPH_DEF_VERSION
    node = graph.node.add(name="node", op=case.op)
    kinds = {attr.name: attr for attr in op_def.attr}
    for name, value in case.attrs.items():
        set_attr(node, name, value, kinds[name].type)
    chosen: dict[str, int] = {}
    places = iter(range(len(case.inputs)))
    types = [given.dtype for given in case.inputs]
    references = [False] * len(types)
    for arg in op_def.input_arg:
        copies = int(case.attrs.get(arg.number_attr, 1)) if arg.number_attr else 1
        if arg.type_list_attr:
            copies = len(case.attrs[arg.type_list_attr])
        for _ in range(copies):
            place = next(places)
            given = types[place]
            references[place] = arg.is_ref
            if arg.type:
                types[place] = arg.type
            elif arg.type_attr:
                types[place] = chosen.setdefault(arg.type_attr, _allowed(kinds[arg.type_attr], given))
    for name, attr in kinds.items():
        if attr.type == "type" and name not in case.attrs:
            dtype = chosen.get(name)
            if dtype is None and attr.HasField("default_value"):
                continue
            node.attr[name].type = dtype or _allowed(attr, FLOAT)
        elif name not in case.attrs and not attr.HasField("default_value") and attr.type == "string":
            node.attr[name].s = b".*"
        elif name not in case.attrs and not attr.HasField("default_value") and attr.type == "int":
            node.attr[name].i = max(1, attr.minimum)
        elif name not in case.attrs and not attr.HasField("default_value") and attr.type == "list(float)":
            node.attr[name].list.f.extend([1.0])
        elif name not in case.attrs and not attr.HasField("default_value") and attr.type == "list(int)":
            node.attr[name].list.i.extend([1, 2])
    for place, given in enumerate(case.inputs):
        feed(graph, f"input_{place}", given._replace(dtype=types[place]), references[place])
        node.input.append(f"input_{place}")
    return graph


def _allowed(attr: Any, dtype: int) -> int:
    types = list(attr.allowed_values.list.type)
    return dtype if not types or dtype in types else types[0]


def tensorflows(graph: Any) -> tuple[dict[str, Shape], str]:
    """What TensorFlow infers: the shapes of all tensors, or the words with which it refuses."""
    with tf.Graph().as_default() as imported:
        try:
            tf.import_graph_def(graph, name="")
        except ValueError as error:
            return {}, NODE_WORDS.sub("", str(error))
        found: dict[str, Shape] = {}
        for op in imported.get_operations():
            for index, output in enumerate(op.outputs):
                shape = output.shape
                dims = None if shape.rank is None else tuple(shape.as_list())
                found[op.name if not index else f"{op.name}:{index}"] = dims
        return found, ""


def ours(graph: Any) -> tuple[dict[str, Shape], str]:
    """What the inspector infers."""
    lean = message("GraphDef").FromString(graph.SerializeToString())
    nodes = [node if not isinstance(node, bytes) else message("NodeDef").FromString(node) for node in lean.node]
    table = KindTable()
    body = Graph(0, "", nodes, table)
    library = Library(0, b"", [], table)
    inference = Inference(OpSet(release(tf.__version__), library), library, graph.versions.producer)
    facts: dict[str, Any] = {}
    troubles = inference.follow(body, facts, MAIN)
    return {name: fact.shape for name, fact in facts.items()}, troubles[0].words if troubles else ""


def is_said_by(mine: Shape, theirs: Shape) -> bool:
    """Whether TensorFlow says all that the inspector says."""
    if mine is None:
        return True
    if theirs is None or len(mine) != len(theirs):
        return False
    return all(a is None or a == b for a, b in zip(mine, theirs, strict=True))


class Score:
    """What came of the cases of one op."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.wrong: list[str] = []

    def add(self, label: str, graph: Any) -> None:
        theirs, refusal = tensorflows(graph)
        mine, words = ours(graph)
        self.counts["cases"] += 1
        if words or refusal:
            self.counts["refused by both" if words and refusal else "refused by TensorFlow alone"] += 1
            if words and not refusal:
                self.wrong.append(f"{label}: only the inspector refuses: {words}; {theirs}")
            elif words:
                self.counts["same words"] += refusal.startswith(words)
            return
        for tensor, shape in theirs.items():
            if tensor.startswith("input_"):
                continue
            self.counts["outputs"] += 1
            found = mine.get(tensor)
            if not is_said_by(found, shape):
                self.wrong.append(f"{label}: {tensor} is {shape}, the inspector says {found}")
            self.counts["equal"] += found == shape


def op_defs() -> dict[str, Any]:
    from tensorflow.python.framework import op_def_registry

    return {op: op_def_registry.get(op) for op in SHAPE_FUNCTIONS}


@pytest.mark.parametrize("op", sorted(set(SHAPE_FUNCTIONS) - ELSEWHERE))
def test_an_op_as_tensorflow_infers_it(op: str) -> None:
    op_def = op_defs()[op]
    assert op_def is not None
    score = Score()
    for case in cases(op, op_def, OF_A_RECIPE if op in RECIPES else OF_A_FAMILY):
        graph = graph_of(case, op_def)
        score.add(f"{case}", graph)
    assert not score.wrong, score.wrong[:5]
    counts = score.counts
    assert counts["equal"] >= 0.75 * counts["outputs"], counts
    if op not in SILENT:
        assert counts["refused by TensorFlow alone"] <= 1 + counts["refused by both"] // 4, counts


def unreadable(graph: Any, place: int) -> Any | None:
    """The graph with a Const that cannot be read for one input; None where the input has no whole shape, or no elements."""
    node = next(node for node in graph.node if node.name == f"input_{place}")
    shape = node.attr["value"].tensor.tensor_shape if node.op == "Const" else node.attr["shape"].shape
    dtype = node.attr["dtype"].type
    whole = not shape.unknown_rank and all(dim.size > 0 for dim in shape.dim)
    if node.op not in ("Const", "Placeholder") or not whole or dtype not in (FLOAT, INT32, STRING, INT64):
        return None
    damaged = type(graph).FromString(graph.SerializeToString())
    node = next(node for node in damaged.node if node.name == f"input_{place}")
    node.op = "Const"
    node.attr.pop("shape", None)
    node.attr["value"].tensor.Clear()
    node.attr["value"].tensor.dtype = dtype
    node.attr["value"].tensor.tensor_shape.CopyFrom(shape)
    node.attr["value"].tensor.tensor_content = b"\x7f" * 3
    return damaged


@pytest.mark.parametrize("op", sorted((set(SHAPE_FUNCTIONS) - ELSEWHERE) & set(RECIPES)))
def test_which_values_a_shape_function_asks_for(op: str) -> None:
    """A Const that cannot be read stops the import where its value is asked for, and nowhere else."""
    op_def = op_defs()[op]
    for case in cases(op, op_def, OF_A_FAMILY):
        graph = graph_of(case, op_def)
        if tensorflows(graph)[1]:
            continue
        for place in range(len(case.inputs)):
            damaged = unreadable(graph, place)
            refusal = tensorflows(damaged)[1] if damaged is not None else ""
            if damaged is not None and (not refusal or refusal == UNEVALUATED):
                assert ours(damaged)[1] == refusal, (case, place)


def test_what_graphs_compute_with_shapes() -> None:
    """Values of constants and of shapes that are known in part, through slices, sums and casts."""
    score = Score()
    for seed in range(400):
        graph = tf.compat.v1.GraphDef()
        graph.versions.producer = tf.version.GRAPH_DEF_VERSION
        program(graph, seed)
        score.add(f"program {seed}", graph)
    assert not score.wrong, score.wrong[:5]
    assert score.counts["equal"] >= 0.98 * score.counts["outputs"], score.counts
    refused = score.counts["refused by both"]
    assert refused >= 0.9 * (refused + score.counts["refused by TensorFlow alone"]), score.counts
