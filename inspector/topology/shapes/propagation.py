"""Shapes along the edges of a graph, as TensorFlow infers them when a loader imports it.

Three views of one model, since loaders differ in what they know:

    MAIN      the main graph: `_output_shapes` are checked and believed; calls are followed into their functions with
              the shapes, variables and small constants that they pass (tf1, serving, and tf2 for a V1 model)
    LIBRARY   each function on its own, with the shapes that it declares for its arguments; `_output_shapes` are checked
              and believed; a PartitionedCall is opaque, one by the function's own name is followed (tf2)
    CALLED    a function that a call leads into, or one that only a run comes to, the body of a loop: `_output_shapes` are
              not looked at

Back edges of loops are unknown; nothing is inferred twice. Sources: tensorflow/core/common_runtime/shape_refiner.cc
(AddNode, InferShapesForFunction, RunShapeFn), graph_constructor.cc (ValidateShape),
python/framework/function_def_to_graph.py (function_def_to_graph, function_def_to_graph_def).
"""

from __future__ import annotations

from collections.abc import Iterable

from inspector.model.dtypes import RESOURCE, Shape, shape_of
from inspector.model.graph import Form, Function, Graph, Kind, Library
from inspector.model.saved_model import MetaGraph
from inspector.named_tuple import NamedTuple
from inspector.topology.ops import OpSet, Resolved
from inspector.topology.restores import declared
from inspector.topology.shapes.constants import evaluate
from inspector.topology.shapes.facts import Fact, Facts, Handle, Node, Unreadable, Value, shapes_in
from inspector.topology.shapes.families import ShapeFunction
from inspector.topology.shapes.lattice import ShapeError, merge
from inspector.topology.shapes.state import PASS_HANDLES
from inspector.topology.shapes.table import CALLS, SHAPE_FUNCTIONS
from inspector.topology.wiring import in_dependency_order, output_suffixes

MAIN, LIBRARY, CALLED = "main graph", "library", "called"
CONFLICT, INCONSISTENT, TOO_FEW, UNEVALUATED, UNSHAPED = (
    "conflict",
    "inconsistent",
    "too few",
    "not evaluated",
    "unshaped",
)

_OUTPUT_SHAPES = "_output_shapes"
_DEEPEST = 64  # calls within calls
_NEWEST = 1 << 31
_TRUE = b"(\x01"  # an AttrValue with b: true
_OF_SHAPE = ("Placeholder", "PlaceholderWithDefault", "Variable", "VariableV2", "VarHandleOp", "EnsureShape")
# The attr in which nodes of one form may differ and that their shape function reads. A Const's value may be big.
_READS = {
    **dict.fromkeys(_OF_SHAPE, "shape"),
    **dict.fromkeys(("If", "StatelessIf", "Case", "StatelessCase", "While", "StatelessWhile"), "output_shapes"),
}


class Trouble(NamedTuple):
    """A node that shape inference refuses: ``kind`` is conflict, inconsistent or too few (``_output_shapes``), or
    not evaluated: a Const among its inputs cannot be read; or unshaped: ``node`` is an argument, whose shapes are an empty
    list.

    ``words`` are TensorFlow's; ``shapes`` are those of the inputs, or of the output and the attr.
    """

    function: str
    node: str
    op: str
    kind: str
    words: str
    shapes: tuple[Shape, ...]


_Fault = tuple[str, str, tuple[Shape, ...]]  # kind, words and shapes of a Trouble


class _Shaped:
    """What comes of a node: a fact an output, what is wrong with it, and with nodes in the function that it calls."""

    __slots__ = ("facts", "fault", "inner")

    def __init__(self, facts: tuple[Fact, ...], fault: _Fault | None = None, inner: tuple[Trouble, ...] = ()) -> None:
        self.facts = facts
        self.fault = fault
        self.inner = inner


class _Judged:
    """What comes of a kind with certain inputs in one view: how its outputs are named after the node, and their facts.

    ``troubled`` is None where nothing is wrong.
    """

    __slots__ = ("outputs", "troubled")

    def __init__(self, names: tuple[str, ...], shaped: _Shaped) -> None:
        self.outputs = tuple(zip(names, shaped.facts, strict=True))
        self.troubled = shaped if shaped.fault is not None or shaped.inner else None


class _Plan:
    """What the nodes of one form have in common: types, shape function, how their outputs are named in both graphs."""

    __slots__ = ("function", "main", "resolved", "shape_function", "types", "unknown")

    def __init__(self, resolved: Resolved | None, shape_function: ShapeFunction | None, unknown: Fact) -> None:
        outputs = () if resolved is None or resolved.outputs is None else resolved.outputs
        self.resolved = resolved
        self.shape_function = shape_function
        self.types = tuple([output.dtype for output in outputs])
        self.main = tuple([name for name, _ in output_suffixes(resolved, in_function=False) or ()])
        self.function = tuple([name for name, _ in output_suffixes(resolved, in_function=True) or ()])
        self.unknown = (unknown,) * len(outputs)


class Inference:
    """The shapes of one MetaGraph with one set of op types. What is equal, in a node and its inputs, is judged once."""

    __slots__ = (
        "_budget",
        "_called",
        "_depth",
        "_facts",
        "_known",
        "_library",
        "_ops",
        "_plans",
        "_producers",
        "_shaped",
    )

    def __init__(self, ops: OpSet, library: Library, producer: int) -> None:
        self._ops = ops
        self._library = library
        self._producers = {MAIN: producer, CALLED: producer, LIBRARY: _NEWEST}
        self._facts = Facts()
        self._known: dict[str, dict[tuple[object, ...], _Judged]] = {MAIN: {}, LIBRARY: {}, CALLED: {}}
        self._shaped: dict[tuple[object, ...], _Shaped] = {}
        self._called: dict[tuple[object, ...], _Shaped] = {}
        self._plans: dict[Form, _Plan] = {}
        self._depth = 0
        # Nodes of called functions that are looked at before calls become opaque: what calls itself twice, with other
        # shapes each time, would never end.
        self._budget = 20_000 + 8 * sum(len(function.body) for function in library.functions)

    def main(self, graph: Graph) -> tuple[Trouble, ...]:
        """What the import of the main graph refuses, in it and in the functions that it calls."""
        return self.follow(graph, {}, MAIN)

    def function(self, function: Function, view: str = LIBRARY) -> tuple[Trouble, ...]:
        """What the import of a function library refuses in one function; CALLED: what the shapes of its arguments, and of
        the variables that they are, make impossible."""
        names, shapes = function.arguments, declared_shapes(function)
        of, unknown = self._facts.of, self._facts.unknown
        given = {name: unknown if shape is None else of(shape) for name, shape in zip(names, shapes, strict=True)}
        for arg in function.signature.input_arg if view == CALLED else ():
            if len(arg.handle_data) == 1:
                (data,) = arg.handle_data
                given[arg.name] = of(None, handle=(data.dtype, shape_of(data.shape)))
        unshaped = [names[index] for index in _unshaped(function)]
        troubles = [Trouble(function.name, name, "", UNSHAPED, "list index out of range", ()) for name in unshaped]
        return (*troubles, *self.follow(function.body, given, view))

    def followed(self) -> frozenset[Function]:
        """The functions that calls have led into."""
        return frozenset(key[0] for key in self._called if isinstance(key[0], Function))

    def follow(self, graph: Graph, facts: dict[str, Fact], view: str) -> tuple[Trouble, ...]:
        """Fill ``facts``, tensor name → fact, with the outputs of all nodes. Cost: about 1 µs a node that is like others."""
        known = self._known[view]
        bad: list[tuple[str, Kind, _Shaped]] = []
        pending: list[int] = []
        fact_of = facts.__getitem__
        for at, name, inputs, kind in zip(range(len(graph)), graph.names, graph.inputs, graph.kinds, strict=True):
            if inputs and inputs[-1][:1] == "^":
                inputs = [tensor for tensor in inputs if tensor[:1] != "^"]
            try:
                key = (kind.twin, *map(fact_of, inputs))
            except KeyError:
                pending.append(at)
                continue
            judged = known.get(key) or self._judge(key, view)
            for suffix, fact in judged.outputs:
                facts[name + suffix] = fact
            if judged.troubled is not None:
                bad.append((name, kind, judged.troubled))
        for i in in_dependency_order(graph, pending) if pending else ():
            data = [self._find(facts, tensor, view) for tensor in graph.inputs[i] if tensor[:1] != "^"]
            judged = self._judge((graph.kinds[i].twin, *data), view)
            for suffix, fact in judged.outputs:
                facts[graph.names[i] + suffix] = fact
            if judged.troubled is not None:
                bad.append((graph.names[i], graph.kinds[i], judged.troubled))
        return _troubles(graph.function, bad)

    def _find(self, facts: dict[str, Fact], tensor: str, view: str) -> Fact:
        """A tensor, perhaps under its other spelling; unknown if nothing gives it."""
        found = facts.get(tensor)
        if found is None:
            other = tensor.removesuffix(":0") if view == MAIN else f"{tensor}:0"
            found = facts.get(other, self._facts.unknown)
        return found

    def _judge(self, key: tuple[object, ...], view: str) -> _Judged:
        kind, *inputs = key
        assert isinstance(kind, Kind)
        plan = self._plans.get(kind.form) or self._plan(kind.form)
        shaped = self._shape(kind, tuple(inputs), plan, view)  # type: ignore[arg-type]  # facts, after the kind
        if view != CALLED and plan.unknown:
            shaped = self._declared(kind, shaped)
        judged = self._known[view][key] = _Judged(plan.main if view == MAIN else plan.function, shaped)
        return judged

    def _plan(self, form: Form) -> _Plan:
        """What holds for all nodes of a form. One whose types cannot be told is left alone."""
        resolved = self._ops.resolve(form)
        if resolved is not None and (resolved.outputs is None or resolved.inputs is None):
            function = None
        else:
            function = SHAPE_FUNCTIONS.get(form.op)
        plan = self._plans[form] = _Plan(resolved, function, self._facts.unknown)
        return plan

    def _shape(self, kind: Kind, inputs: tuple[Fact, ...], plan: _Plan, view: str) -> _Shaped:
        """By the function that the node calls, or by its op's shape function."""
        if kind.functions or kind.op in self._library.by_name:
            callee = self._callee(kind, view)
            if callee is not None:
                return self._call(callee, inputs, plan)
        producer = self._producers[view]
        read = _READS.get(kind.op)
        if read is not None:
            key: tuple[object, ...] = (kind.form, producer, kind.raw(read), *inputs)
        else:
            key = (kind if kind.op == "Const" else kind.form, producer, *inputs)
        found = self._shaped.get(key)
        if found is None:
            found = self._shaped[key] = self._by_shape_function(kind, inputs, plan, producer)
        return found

    def _by_shape_function(self, kind: Kind, inputs: tuple[Fact, ...], plan: _Plan, producer: int) -> _Shaped:
        function, resolved = plan.shape_function, plan.resolved
        if function is None or resolved is None or resolved.inputs is None or len(inputs) != len(resolved.inputs):
            return _Shaped(plan.unknown)
        node = Node(kind, resolved.op_def, inputs, plan.types, producer)
        try:
            shapes = function(node)
        except ShapeError as error:
            given = tuple([fact.shape for fact in inputs])
            fault = UNEVALUATED if isinstance(error, Unreadable) else CONFLICT
            return _Shaped(plan.unknown, (fault, str(error), given))
        if len(shapes) != len(plan.types):
            return _Shaped(plan.unknown)
        value, partial = evaluate(node, shapes)
        if value is None and partial is None and RESOURCE not in plan.types:
            return _Shaped(tuple([self._facts.of(shape) for shape in shapes]))
        facts = []
        for index, shape in enumerate(shapes):
            handle = _handle(node, index) if plan.types[index] == RESOURCE else None
            facts.append(self._facts.of(shape, value, partial, handle))
            value = partial = None
        return _Shaped(tuple(facts))

    def _declared(self, kind: Kind, shaped: _Shaped) -> _Shaped:
        """``_output_shapes`` are believed where they agree with what was inferred."""
        raw = kind.raw(_OUTPUT_SHAPES)
        if shaped.fault is not None or (not raw and _OUTPUT_SHAPES not in kind.attrs):
            return shaped
        shapes = shapes_in(raw) if raw else ()  # without a value: an empty list
        if shapes is None or shapes == tuple([fact.shape for fact in shaped.facts]):
            return shaped
        unknown = (self._facts.unknown,) * len(shaped.facts)
        if len(shapes) < len(shaped.facts):
            words = f"{len(shaped.facts)} outputs but the {_OUTPUT_SHAPES} attribute specifies shapes for {len(shapes)}"
            return _Shaped(unknown, (TOO_FEW, f"has {words} outputs", ()), shaped.inner)
        facts = []
        for index, (fact, shape) in enumerate(zip(shaped.facts, shapes, strict=False)):
            try:
                both = merge(fact.shape, shape)
            except ShapeError as error:
                words = f"has an {_OUTPUT_SHAPES} attribute inconsistent with the GraphDef for output #{index}: {error}"
                return _Shaped(unknown, (INCONSISTENT, words, (fact.shape, shape)), shaped.inner)
            same = both == fact.shape
            facts.append(fact if same else self._facts.of(both, fact.value, fact.partial, fact.handle))
        return _Shaped(tuple(facts), None, shaped.inner)

    def _callee(self, kind: Kind, view: str) -> Function | None:
        """The function that inference follows a node into."""
        if kind.op in CALLS:
            if view == LIBRARY or not kind.functions or kind.raw("_disable_call_shape_inference") == _TRUE:
                return None
            return self._library.by_name.get(kind.functions[0])
        if kind.op in self._library.by_name and self._ops.registered(kind.op) is None:
            return self._library.by_name[kind.op]
        return None

    def _call(self, callee: Function, inputs: tuple[Fact, ...], plan: _Plan) -> _Shaped:
        names, ret = callee.arguments, callee.ret
        returns = [ret.get(arg.name, "") for arg in callee.signature.output_arg]
        unknown = _Shaped(plan.unknown)
        if len(names) != len(inputs) or len(returns) != len(plan.unknown) or self._depth >= _DEEPEST:
            return unknown
        given = tuple([self._passed(fact, fact.value) for fact in inputs])
        key = (callee, *given)
        found = self._called.get(key)
        if found is None and self._budget < 0:
            return unknown
        if found is None:
            self._budget -= len(callee.body)
            self._called[key] = unknown  # what a function that calls itself gets
            facts = dict(zip(names, given, strict=True))
            self._depth += 1
            inner = self.follow(callee.body, facts, CALLED)
            self._depth -= 1
            results = [self._find(facts, tensor, CALLED) for tensor in returns]
            outputs = tuple([self._passed(fact, None) for fact in results])
            found = self._called[key] = _Shaped(outputs, None, inner)
        return found

    def _passed(self, fact: Fact, value: Value | None) -> Fact:
        """What of a fact gets into a function, or out of it."""
        same = fact.partial is None and fact.value == value
        return fact if same else self._facts.of(fact.shape, value, None, fact.handle)


def defaults(ops: OpSet, names: Iterable[str]) -> tuple[object, ...]:
    """What shape functions take from a release besides types: the default values of the attrs of these ops."""
    known = [ops.op(name) for name in sorted(names) if name in SHAPE_FUNCTIONS]
    return tuple([(op.name, attr.name, attr.default) for op in known if op for attr in op.attrs if attr.default])


def troubles(meta: MetaGraph, ops: OpSet) -> dict[Trouble, tuple[str, ...]]:
    """Everything that shape inference refuses in one MetaGraph, with the views that see it. Cost: two passes over the nodes."""
    inference = Inference(ops, meta.library, meta.versions.producer)
    found: dict[Trouble, tuple[str, ...]] = dict.fromkeys(inference.main(meta.graph), (MAIN,))
    followed = inference.followed()
    for function in meta.library.functions:
        bad = inference.function(function)
        for trouble in bad:
            found[trouble] = (*found.get(trouble, ()), LIBRARY)
        for trouble in inference.function(function, CALLED) if bad and function not in followed else ():
            same = next((one for one in bad if (one.node, one.kind) == (trouble.node, trouble.kind)), trouble)
            found[same] = (*found.get(same, ()), CALLED)
    return found


def _troubles(function: str, bad: list[tuple[str, Kind, _Shaped]]) -> tuple[Trouble, ...]:
    found: dict[Trouble, None] = {}
    for name, kind, shaped in bad:
        found.update(dict.fromkeys(shaped.inner))
        if shaped.fault is not None:
            found[Trouble(function, name, kind.op, *shaped.fault)] = None
    return tuple(found)


def _handle(node: Node, index: int) -> Handle | None:
    """The variable behind an output that is a resource."""
    if node.op == "VarHandleOp":
        return declared(node.kind)
    if node.op not in PASS_HANDLES:
        return None
    return node.inputs[0 if node.op in ("Switch", "Enter") else index].handle


def declared_shapes(function: Function) -> list[Shape]:
    """What a function says of its arguments' shapes: by an argument's own attr, else by ``_input_shapes``.

    A resource is a scalar whatever is said of it: what is written there is the shape of the variable, or nothing.
    """
    proto = function.proto
    listed = proto.attr["_input_shapes"].list.shape if "_input_shapes" in proto.attr else ()
    attrs = proto.arg_attr
    arguments = proto.signature.input_arg
    shapes: list[Shape] = [None] * len(arguments)
    for index, dtype in enumerate(function.taken.types):
        if dtype == RESOURCE or arguments[index].type == RESOURCE:
            continue
        shapes[index] = shape_of(listed[index]) if index < len(listed) else None
        own = attrs[index].attr if index in attrs else {}
        if _OUTPUT_SHAPES in own:
            value = own[_OUTPUT_SHAPES]
            if value.WhichOneof("value") == "shape":
                shapes[index] = shape_of(value.shape)
            elif value.list.shape:
                shapes[index] = shape_of(value.list.shape[0])
    return shapes


def _unshaped(function: Function) -> list[int]:
    """The arguments whose attr ``_output_shapes`` is an empty list."""
    if not function.may_say_shapes:
        return []
    arguments, attrs = len(function.arguments), function.proto.arg_attr
    own = {index: attrs[index].attr for index in sorted(attrs) if index < arguments}
    return [
        index
        for index, attr in own.items()
        if _OUTPUT_SHAPES in attr and attr[_OUTPUT_SHAPES].HasField("list") and not attr[_OUTPUT_SHAPES].list.shape
    ]
