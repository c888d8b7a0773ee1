"""What the saver's restore op reads from the checkpoint, and into which variables it puts it.

tf.compat.v1.saved_model.load, TensorFlow Serving and the V1 path of tf.saved_model.load take their keys from the constant
inputs of RestoreV2; the V2 path takes them from the checkpoint's object graph (``ObjectGraph.variables``).

Sources: tensorflow/core/kernels/save_restore_v2_ops.cc (RestoreV2), save_restore_tensor.cc (RestoreOp::run, shape and
slice checks), tensorflow/python/training/saver.py, tensorflow/python/checkpoint/functional_saver.py.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from inspector.model import dtypes
from inspector.model.dtypes import Shape
from inspector.model.graph import Form, Function, Graph, Kind
from inspector.model.saved_model import Model
from inspector.named_tuple import NamedTuple
from inspector.topology.reach import Reach
from inspector.wire.schema import message

if TYPE_CHECKING:
    from inspector.model.bundle import TensorBundle

OBJECT_GRAPH_KEY = "_CHECKPOINTABLE_OBJECT_GRAPH"
OBJECT_GRAPH_ROUTE = "object graph"
RESTORE_ROUTE = "RestoreV2"
HANDLE_ROUTE = "VarHandleOp"

_PASS_ON = ("Identity", "Reshape", "Cast")
_ASSIGNS = ("AssignVariableOp", "Assign")
_USES = ("ReadVariableOp", "AssignVariableOp")
VARIABLES = ("VarHandleOp", "VariableV2", "Variable")


class Restored(NamedTuple):
    """One tensor that a RestoreV2 reads.

    ``part`` is its shape_and_slice ("" for the whole tensor); ``handle`` the variable's node in the main graph and
    ``assign`` the op that assigns to it, both "" where that cannot be told.
    """

    key: str
    part: str
    dtype: int
    function: str
    node: str
    handle: str
    assign: str


def restored(reach: Reach) -> list[Restored]:
    """Every tensor that running the restore op reads, in file order. Cost: a pass over the graphs that hold RestoreV2."""
    ran = reach.restore()
    meta = reach.meta
    found: list[Restored] = []
    if not ran.nodes.isdisjoint(meta.graph.of_op(("RestoreV2",))):
        found += _in_graph(meta.graph, {}, ran.nodes)
    for function in meta.library.functions:
        if function.name in ran.functions and function.body.of_op(("RestoreV2",)):
            handles = _passed(reach, function.name, function.arguments)
            found += _in_graph(function.body, handles, _alive(function, function.body.of_op(("RestoreV2",))))
    return found


def routes_reading(model: Model, read: Iterable[list[Restored]]) -> dict[str, tuple[str, ...]]:
    """Checkpoint key → the routes by which some loader reads it: "object graph" (tf2, V2), "RestoreV2" (all others).

    ``read`` is what ``restored`` says of each MetaGraph.
    """
    found: dict[str, tuple[str, ...]] = {}
    bundle = model.bundle
    if model.is_v2 and bundle is not None:
        graph = bundle.object_graph()
        objects = model.meta_graphs[0].objects
        if objects is not None and graph is not None:
            asked = objects.restored_keys(graph)
            # A saver of its own reads what its restore function makes of the key: "table" is in "table-keys".
            own = [key for key in bundle.entries if key not in asked and key.rpartition("-")[0] in asked]
            found = dict.fromkeys((*sorted(asked), *own), (OBJECT_GRAPH_ROUTE,))
        found[OBJECT_GRAPH_KEY] = (OBJECT_GRAPH_ROUTE,)
    for one in chain.from_iterable(read):
        routes = found.get(one.key, ())
        if RESTORE_ROUTE not in routes:
            found[one.key] = (*routes, RESTORE_ROUTE)
    return found


def routes_of(key: str, bundle: TensorBundle, reads: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The routes that read an entry; that of a slice ("w [0,2:-]") is read with its tensor."""
    if key not in reads and key not in bundle.entries:
        key = key.rpartition(" [")[0] or key
    return reads.get(key, ())


def declared(kind: Kind) -> tuple[int, Shape]:
    """The dtype (0: not told) and shape that a variable's node declares."""
    return _dtype(kind.form), _shape_in(kind.raw("shape"))


@lru_cache(maxsize=4096)
def _dtype(form: Form) -> int:
    """The attr ``dtype`` of all nodes of a form; 0 where they have none."""
    attr = form.attrs.get("dtype")
    return int(attr.proto.type) if attr is not None else 0


@lru_cache(maxsize=4096)
def _shape_in(value: bytes) -> Shape:
    """The shape in a serialized AttrValue; None (unknown) where it holds none."""
    proto = message("AttrValue").FromString(value)
    return dtypes.shape_of(proto.shape) if proto.WhichOneof("value") == "shape" else None


class HandleUse(NamedTuple):
    """A node of the main graph that reads or assigns a variable, and the dtypes that they say it has, which differ."""

    handle: str
    node: str
    handle_dtype: int
    dtype: int


def handle_conflicts(graph: Graph) -> Iterator[HandleUse]:
    """Direct reads of and assignments to resource variables of another dtype, in file order. Cost: one pass over them."""
    names, kinds, inputs = graph.names, graph.kinds, graph.inputs
    handles = {names[at]: _dtype(kinds[at].form) for at in graph.of_op(("VarHandleOp",))}
    dtype_of = {kind: _dtype(kind.form) for kind in {kinds[at] for at in graph.of_op(_USES)}} if handles else {}
    several = len({*handles.values(), *dtype_of.values()} - {0}) > 1
    for at in graph.of_op(_USES) if several else ():
        handle = inputs[at][0].removesuffix(":0") if inputs[at] else ""
        dtype = dtype_of[kinds[at]]
        if dtype and handles.get(handle, dtype) != dtype:
            yield HandleUse(handle, names[at], handles[handle], dtype)


def output_shape(kind: Kind, index: int) -> Shape:
    """The shape that ``_output_shapes`` promises for one output; None where it says nothing."""
    attr = kind.attrs.get("_output_shapes")
    if attr is None or attr.kind != "list":
        return None
    shapes = attr.proto.list.shape
    return dtypes.shape_of(shapes[index]) if index < len(shapes) else None


def strings_of(graph: Graph, positions: dict[str, int], tensor: str) -> list[str] | None:
    """The elements of a constant string tensor; None where it is none."""
    seen: set[str] = set()
    while True:
        name = tensor.lstrip("^").partition(":")[0]
        position = positions.get(name)
        if position is None or name in seen:
            return None
        seen.add(name)
        kind = graph.kinds[position]
        if kind.op != "Identity" or not graph.inputs[position]:
            break
        tensor = graph.inputs[position][0]
    value = kind.attrs.get("value")
    if kind.op != "Const" or value is None or value.kind != "tensor":
        return None
    proto = value.proto.tensor
    texts = [text.decode("utf-8", "backslashreplace") for text in proto.string_val]
    count = 1
    for dim in proto.tensor_shape.dim:
        count *= dim.size
    if not 0 <= count <= 1 << 24 or len(texts) > max(count, 1):
        return None
    return texts + [texts[-1] if texts else ""] * (count - len(texts))


def int_of(graph: Graph, tensor: str) -> int | None:
    """The value of a constant int32 or int64 scalar; None where it is none."""
    name = tensor.partition(":")[0]
    kind = next((k for n, k in zip(graph.names, graph.kinds, strict=True) if n == name), None)
    value = kind.attrs.get("value") if kind is not None and kind.op == "Const" else None
    if value is None or value.kind != "tensor":
        return None
    proto = value.proto.tensor
    size = {3: 4, 9: 8}.get(proto.dtype)
    if size is None or proto.tensor_shape.dim:
        return None
    if proto.tensor_content:
        return int.from_bytes(proto.tensor_content[:size], "little", signed=True)
    return int(next(iter((*proto.int_val, *proto.int64_val)), 0))


def _alive(function: Function, asked: Iterable[int]) -> set[int]:
    """Those of some nodes of a body that its returns need: a RestoreV2 that nothing uses is not run, and reads nothing."""
    body = function.body
    missing = set(asked)
    position_of = body.index().get
    todo = [tensor.partition(":")[0] for tensor in function.ret.values()] + list(function.control_ret.values())
    seen: set[int] = set()
    while todo and missing:
        position = position_of(todo.pop())
        if position is not None and position not in seen:
            seen.add(position)
            missing.discard(position)
            todo += [tensor.partition(":")[0].lstrip("^") for tensor in body.inputs[position]]
    return seen.intersection(asked)


def _in_graph(graph: Graph, handles: dict[str, str], ran: Container[int]) -> Iterator[Restored]:
    positions = graph.index()
    assigned: dict[tuple[int, str], tuple[str, str]] | None = None
    for i in graph.of_op(("RestoreV2",)):
        if i not in ran or len(graph.inputs[i]) < 3:
            continue
        keys = strings_of(graph, positions, graph.inputs[i][1])
        parts = strings_of(graph, positions, graph.inputs[i][2]) or []
        types = graph.kinds[i].attrs.get("dtypes")
        if keys is None or types is None:
            continue
        if assigned is None:
            assigned = _assigned(graph, positions)
        numbers = list(types.proto.list.type)
        for j, (key, dtype) in enumerate(zip(keys, numbers, strict=False)):
            variable, assign = assigned.get((i, str(j)), ("", ""))
            handle = _handle(graph, positions, handles, variable)
            part = parts[j] if j < len(parts) else ""
            yield Restored(key, part, dtype, graph.function, graph.names[i], handle, assign)


def _assigned(graph: Graph, positions: dict[str, int]) -> dict[tuple[int, str], tuple[str, str]]:
    """(RestoreV2, number of its output) → the variable that the tensor is assigned to, and the op that assigns."""
    found: dict[tuple[int, str], tuple[str, str]] = {}
    kinds, inputs = graph.kinds, graph.inputs
    for assigning in graph.of_op(_ASSIGNS):
        if len(inputs[assigning]) < 2:
            continue
        variable, tensor = inputs[assigning][:2]
        for _ in range(5):
            name, _, output = tensor.partition(":")
            at = positions.get(name)
            op = "" if at is None else kinds[at].op
            if at is None or op not in _PASS_ON or not inputs[at]:
                if at is not None and op == "RestoreV2":
                    found.setdefault((at, output.rpartition(":")[2] or "0"), (variable, kinds[assigning].op))
                break
            tensor = inputs[at][0]
    return found


def _handle(graph: Graph, positions: dict[str, int], handles: dict[str, str], tensor: str) -> str:
    name = tensor.partition(":")[0]
    if graph.function:
        return handles.get(name, "")
    position = positions.get(name)
    return name if position is not None and graph.kinds[position].op in VARIABLES else ""


def _passed(reach: Reach, function: str, arguments: list[str]) -> dict[str, str]:
    """Argument of a function → node of the main graph that its one caller there passes in."""
    main = reach.meta.graph
    ran = reach.restore().nodes
    callers = [i for i in sorted(ran) if function in reach.callees(main.kinds[i])]
    if len(callers) != 1:
        return {}
    given = [tensor.partition(":")[0] for tensor in main.inputs[callers[0]] if tensor[:1] != "^"]
    return dict(zip(arguments, given, strict=False))
