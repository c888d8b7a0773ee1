from __future__ import annotations

from collections.abc import Iterator

from inspector.model.graph import Kind
from inspector.rules.rule import ADVICE_WARNING, Example, Found, GraphRule, found_node, node_at
from inspector.topology.calls import functions_named
from inspector.topology.inspection import MetaView
from inspector.topology.wiring import Wiring

_GRADIENT = "_gradient_op_type"
_IN_FUNCTION = "TensorFlow may call this a cyclic dependency between functions"
_IN_MAIN = f"{_IN_FUNCTION}; tf.compat.v1.saved_model.load seems to hang for up to a minute before it says anything"


class FunctionMissing(GraphRule):
    """Node names a function that the library does not have.

    What it checks: the functions that attrs of nodes name (f, body, then_branch ...), and the functions of custom
    gradients, against the function library, in the main graph and in all functions.

    Why it matters: tf.saved_model.load says "There is a cyclic dependency between functions. Could not resolve [...]",
    which misleads: nothing is cyclic, a function is missing. TensorFlow Serving stops with "Failed to find function "x"
    in function library" for a call in the main graph; a call in a function loads and fails when it is called with
    "Function x is not defined.", and a While without its body crashes the process. tf.compat.v1.saved_model.load prints
    the whole library into its message for a call in the main graph, which takes up to a minute: it looks like a hang.

    How to fix: export the model again; a tool that strips unused functions has to follow every attr of kind func.
    """

    code = "FN001"
    name = "function-missing"
    otherwise = ADVICE_WARNING
    needs = ("missing function",)
    message = "`{node}` ({op}) names the function `{function}`, which the library does not have ({misleads})"
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
        Example(
            'x = Placeholder() {dtype: float32}\ny = PartitionedCall(x) {f: @"", Tin: [float32], Tout: [float32]}',
            expect=("y",),
        ),
    )

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterator[Found]:
        missing: dict[Kind, dict[str, str]] = {}
        has_gradients = bool(view.meta.library.registered_gradients)
        for at, kind in enumerate(wiring.graph.kinds):
            if not (kind.functions or has_gradients):
                continue
            if kind not in missing:
                missing[kind] = _missing(kind, view)
            for function, attr in missing[kind].items():
                yield found_node(
                    wiring,
                    view,
                    at,
                    field="attr",
                    node=wiring.graph.names[at],
                    op=kind.op,
                    function=function,
                    attr=attr,
                    gradient=attr == _GRADIENT,
                    stateful=_is_stateful(kind, view),
                    misleads=_IN_FUNCTION if wiring.function else _IN_MAIN,
                )
        yield from () if wiring.function else _gradients(view)


def _gradients(view: MetaView) -> Iterator[Found]:
    library = view.meta.library
    for function, gradient in library.gradients:
        if gradient not in library.by_name:
            data = {"node": function, "op": "gradient", "function": gradient, "attr": ""}
            data.update(gradient=True, stateful=False, misleads=_IN_FUNCTION)
            yield Found(node_at(view, function, "", "gradient"), function, data)


def _is_stateful(kind: Kind, view: MetaView) -> bool:
    op_def = view.ops.op(kind.op)
    return op_def is None or op_def.is_stateful


def _missing(kind: Kind, view: MetaView) -> dict[str, str]:
    """The missing functions that a node of this kind names, and the attrs that name each."""
    named: dict[str, list[str]] = {}
    if not all(name in view.meta.library.by_name for name in kind.functions):
        for attr in kind.attrs.values():
            for name in functions_named(attr):
                named.setdefault(name, []).append(attr.name)
    gradients = view.meta.library.registered_gradients
    if gradients and _GRADIENT in kind.attrs:
        op_type = kind.attrs[_GRADIENT].proto.s.decode("utf-8", "replace")
        if gradients.get(op_type):
            named.setdefault(gradients[op_type], []).append(_GRADIENT)
    return {
        name: ", ".join(dict.fromkeys(sorted(attrs)))
        for name, attrs in named.items()
        if name not in view.meta.library.by_name and view.ops.op(name) is None
    }
