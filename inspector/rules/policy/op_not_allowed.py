from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from inspector.policy import Demands
from inspector.rules.rule import POLICY_ERROR, Example, Found, KindRule
from inspector.topology.inspection import Inspection

_PYTHON = 'x = Placeholder() {dtype: float32, shape: [?]}\ny = PyFunc(x) {Tin: [float32], Tout: [float32], token: "p"}'
_PLAIN = "x = Placeholder() {dtype: float32, shape: [?]}\ny = Relu(x) {T: float32}"


class OpNotAllowed(KindRule):
    """Node uses an op that the policy does not allow.

    What it checks: every node of every MetaGraph and function against ``denied-ops`` and, where it is set, ``allowed-ops``
    of the configuration; both are patterns (``*PyFunc``, ``TPU*``). A node that calls a function by its name is none.

    Why it matters: what a server can run, what a security review has let pass, or what a converter supports is known in
    the team and not in TensorFlow; a new op in an export should be a decision, not a surprise.

    How to fix: export without the op, or add it to ``allowed-ops`` (or take it from ``denied-ops``) in the configuration.
    """

    code = "PO002"
    name = "op-not-allowed"
    otherwise = POLICY_ERROR
    needs = ("demands",)
    message = "op `{op}` is {why}"
    fix = "export the model without `{op}`, or allow it in the configuration ({key})"
    good = (
        Example(_PLAIN),
        Example(_PLAIN, demands=Demands(allowed_ops=("Placeholder", "Re*"), denied_ops=("*PyFunc",))),
    )
    bad = (
        Example(_PYTHON, expect=("y",), demands=Demands(denied_ops=("*PyFunc",))),
        Example(_PLAIN, expect=("y",), demands=Demands(allowed_ops=("Placeholder", "MatMul"))),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        demands = it.share.demands
        if not demands.allowed_ops and not demands.denied_ops:
            return
        for view in it.meta_views:
            functions = view.meta.library.by_name
            wrong: dict[Any, list[dict[str, Any]]] = {}
            for form in it.model.kinds.forms:
                found = None if form.op in functions else _refused(form.op, demands)
                if found is not None:
                    wrong[form] = [found]
            if wrong:
                yield from self._places(view, wrong)


def _refused(op: str, demands: Demands) -> dict[str, Any] | None:
    for pattern in demands.denied_ops:
        if fnmatchcase(op, pattern):
            named = "" if pattern == op else f" (`{pattern}`)"
            return {"op": op, "why": f"denied by the policy{named}", "key": "denied-ops"}
    if demands.allowed_ops and not any(fnmatchcase(op, pattern) for pattern in demands.allowed_ops):
        return {"op": op, "why": "not among the ops that the policy allows", "key": "allowed-ops"}
    return None
