from __future__ import annotations

from collections.abc import Iterator

from inspector.model.graph import Kind
from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring


class FunctionMissing(GraphRule):
    """Node names a function that the library does not have.

    What it checks: the functions that attrs of nodes name (f, body, then_branch ...), and the functions of custom
    gradients, against the function library, in the main graph and in all functions.

    Why it matters: tf.saved_model.load says "There is a cyclic dependency between functions. Could not resolve [...]",
    which misleads: nothing is cyclic, a function is missing. TensorFlow Serving stops with "Failed to find function "x"
    in function library" for a call in the main graph; a call in a function loads and fails when it is called with
    "Function x is not defined.", and a While without its body crashes the process.

    How to fix: export the model again; a tool that strips unused functions has to follow every attr of kind func.
    """

    code = "FN001"
    name = "function-missing"
    otherwise = ADVICE_WARNING
    message = (
        "`{node}` ({op}) names the function `{function}`, which the library does not have "
        "(TensorFlow may call this a cyclic dependency between functions)"
    )
    fix = "export the model again, with the function `{function}` in its library"
    good = (
        Example(
            "x = Placeholder() {dtype: float32}\ny = PartitionedCall(x) {f: @f, Tin: [float32], Tout: [float32]}\n"
            "function f (a: float32) -> (r: float32 = y:activations:0)\n  y = Relu(a) {T: float32}"
        ),
    )
    bad = (
        Example(
            "x = Placeholder() {dtype: float32}\ny = PartitionedCall(x) {f: @gone, Tin: [float32], Tout: [float32]}",
            expect=("y",),
        ),
        Example(
            "function f (a: float32) -> (r: float32 = y:output:0)\n"
            "  y = StatefulPartitionedCall(a) {f: @gone, Tin: [float32], Tout: [float32]}",
            expect=("y",),
        ),
        Example(
            "function f (a: bool, b: float32) -> (r: float32 = y:output:0)\n"
            "  y = If(a, b) {Tcond: bool, Tin: [float32], Tout: [float32], then_branch: @gone, else_branch: @f}",
            expect=("y",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        missing: dict[Kind, tuple[str, ...]] = {}
        has_gradients = bool(view.meta.library.registered_gradients)
        for at, kind in enumerate(wiring.graph.kinds):
            if not (kind.functions or has_gradients):
                continue
            if kind not in missing:
                missing[kind] = _missing(kind, view)
            for function in missing[kind]:
                yield found_node(
                    wiring, view, at, field="attr", node=wiring.graph.names[at], op=kind.op, function=function
                )


def _missing(kind: Kind, view: MetaView) -> tuple[str, ...]:
    library = view.meta.library
    named = kind.functions
    gradient = kind.attrs.get("_gradient_op_type") if library.registered_gradients else None
    if gradient is not None:
        op_type = gradient.proto.s.decode("utf-8", "replace")
        named = (*named, library.registered_gradients.get(op_type, ""))
    return tuple(
        name for name in dict.fromkeys(named) if name and name not in library.by_name and view.ops.op(name) is None
    )
