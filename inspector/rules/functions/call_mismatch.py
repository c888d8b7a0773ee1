from __future__ import annotations

from collections.abc import Iterator

from inspector.model import dtypes
from inspector.model.graph import Function, Kind
from inspector.named_tuple import NamedTuple
from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.topology.calls import calls_of, signature_types
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring

_RELU = "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}"
_NODE = "x = Placeholder() {dtype: float32}\n"


class CallMismatch(GraphRule):
    """Call and function disagree about inputs or outputs.

    What it checks: the number and the dtypes of Tin and Tout (T of a While) against the signature of the function that
    PartitionedCall, StatefulPartitionedCall, If, Case, While and their kin name, and that the call fills in the attrs
    that the function's signature declares.

    Why it matters: TensorFlow Serving stops when it instantiates the function for a call of the main graph ("Function
    instantiation included invalid input index"). A call in a function loads, and fails when it is called: "Expects
    arg[0] to be float but double is provided" or "Number of inputs is not equal to the number of function inputs". An
    output that is wrong in the call does harm only where something takes it. A call without an attr that the function
    declares stops a Session with "Attr T is not found from Op<name=f; ...>".

    How to fix: change the call's attrs and inputs together with the function's signature; a tool that adds or removes
    captured inputs of a function has to change all its callers.
    """

    code = "FN006"
    name = "call-mismatch"
    otherwise = ADVICE_WARNING
    needs = ("calls",)
    message = "`{node}` ({op}) calls `{function}` with {side} ({found}), the function has ({expected})"
    fix = (
        "let the {side} of `{node}` be ({expected}), or change the signature of `{function}`; or export the model again"
    )
    good = (
        Example(f"{_NODE}y = PartitionedCall(x) {{f: @f, Tin: [float32], Tout: [float32]}}\n{_RELU}"),
    )  # fmt: skip
    bad = (
        Example(f"{_NODE}y = PartitionedCall(x, x) {{f: @f, Tin: [float32, float32], Tout: [float32]}}\n{_RELU}",
                expect=("y",)),
        Example(f"{_NODE}y = PartitionedCall(x) {{f: @f, Tin: [float32], Tout: [int32]}}\n{_RELU}", expect=("y",)),
        Example(
            f"function g (a: float64) -> (r: float32 = y:output:0)\n"
            f"  y = StatefulPartitionedCall(a) {{f: @f, Tin: [float64], Tout: [float32]}}\n{_RELU}",
            expect=("y",),
        ),
    )  # fmt: skip

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        known: dict[Kind, list[_Mismatch]] = {}
        for at in wiring.graph.calling():
            kind = wiring.graph.kinds[at]
            if kind not in known:
                known[kind] = list(_mismatches(kind, view))
            for wrong in known[kind]:
                node = wiring.graph.names[at]
                taken = bool(wrong.outputs) and not wrong.outputs.isdisjoint(_taken(wiring, view, at))
                yield found_node(wiring, view, at, field="attr", node=node, op=kind.op, taken=taken, **wrong.data)


class _Mismatch(NamedTuple):
    """``outputs`` are those that the call has and the function does not have so."""

    data: dict[str, str]
    outputs: frozenset[int] = frozenset()


def _mismatches(kind: Kind, view: MetaView) -> Iterator[_Mismatch]:
    for call in calls_of(kind):
        function = view.meta.function(call.function)
        if function is None:
            continue
        named = {"function": call.function, "attr": call.attr}
        lacking = [attr.name for attr in function.signature.attr if attr.name not in call.attrs]
        if lacking:
            words = {"side": "attrs", "found": ", ".join(call.attrs), "expected": ", ".join((*call.attrs, *lacking))}
            yield _Mismatch({**named, **words, "mismatch": "fewer attrs"})
        types = signature_types(function)
        if types is None:
            continue
        returned = _returned(function, view, types[1])
        for side, found, expected in (("inputs", call.inputs, types[0]), ("outputs", call.outputs, returned)):
            if found is not None and found != expected:
                how = "fewer" if len(found) < len(expected) else "more" if len(found) > len(expected) else "other"
                words = {"side": side, "found": _words(found), "expected": _words(expected)}
                wrong = frozenset(i for i, one in enumerate(found) if expected[i : i + 1] != (one,))
                outputs = wrong if side == "outputs" else frozenset()
                yield _Mismatch({**named, **words, "mismatch": f"{how} {side}"}, outputs)


def _taken(wiring: Wiring, view: MetaView, at: int) -> Iterator[int]:
    """The outputs of a node that another node, a return or a signature takes."""
    graph, name = wiring.graph, wiring.graph.names[at]
    function = view.meta.function(wiring.function) if wiring.function else None
    taking = [tensor for inputs in graph.inputs for tensor in inputs]
    if function is not None:
        taking += function.ret.values()
    else:
        taking += [info.tensor for s in view.meta.signatures.values() for _, _, info in s.tensors()]
    for tensor in taking:
        node, _, rest = tensor.partition(":")
        index = rest.rpartition(":")[2]
        if node == name:
            yield int(index) if index.isdecimal() else 0


def _returned(function: Function, view: MetaView, declared: tuple[int, ...]) -> tuple[int, ...]:
    """What a function returns where its signature says something else: that is another fault."""
    other = {bad.output: bad.found for bad in view.wiring(function.body, function).bad_returns if bad.found}
    names = [arg.name for arg in function.signature.output_arg]
    return tuple(other.get(name) or dtype for name, dtype in zip(names, declared, strict=True))


def _words(types: tuple[int, ...]) -> str:
    return ", ".join(dtypes.name(number) for number in types)
