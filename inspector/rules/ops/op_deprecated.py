from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.catalogue import Release
from inspector.model.graph import Form
from inspector.rules.rule import ADVICE_NOTE, Example, Found, KindRule
from inspector.topology.inspection import Inspection
from inspector.topology.ops import OpSet

_X = "x = Placeholder() {dtype: float32}\n"
_OLD = "meta_graph tags=[serve] producer=12\n"


class OpDeprecated(KindRule):
    """Node uses an op that TensorFlow keeps only for old graphs.

    What it checks: the deprecation in the definition of every node's op: the GraphDef version from which on the op counts
    as removed, against the producer of the node's MetaGraph and against the GraphDef version of the target.

    Why it matters: such an op stays registered, and a graph whose producer is older may use it. With a newer producer
    TensorFlow stops: "Op BatchCholesky is not available in GraphDef version 2474. It has been removed in version 13. Use
    Cholesky instead.", TensorFlow Serving and tf.compat.v1.saved_model.load at the import of the main graph, or at the
    call that runs the node in a function. tf.saved_model.load writes its own GraphDef version into every function and
    into what it prunes out of a V1 graph for each signature, so there an old producer does not help.

    How to fix: export the model again with the op that the finding names. An old V1 model still loads with
    tf.compat.v1.saved_model.load and TensorFlow Serving.
    """

    code = "OP009"
    name = "op-deprecated"
    otherwise = ADVICE_NOTE
    needs = ("deprecated op",)
    message = "op `{op}` was removed in GraphDef version {removed}; the producer of this graph is {producer}"
    fix = "export the model again without `{op}`: {explanation}"
    good = (Example(f"{_X}y = Cholesky(x) {{T: float32}}"),)
    bad = (
        Example(f"{_X}y = BatchCholesky(x) {{T: float32}}", expect=("y",)),
        Example(f"{_OLD}{_X}y = BatchCholesky(x) {{T: float32}}", expect=("y",)),
        Example(
            f"{_OLD}function f (a: float32) -> (r: float32 = y:output:0)\n  y = BatchCholesky(a) {{T: float32}}",
            expect=("y",),
        ),
    )

    def check_form(self, form: Form, ops: OpSet) -> Iterator[dict[str, Any]]:
        op_def = ops.registered(form.op)
        if op_def is not None and op_def.deprecation is not None:
            removed, explanation = op_def.deprecation
            yield {
                "op": form.op,
                "removed": removed,
                "explanation": explanation,
                "refused_by_release": _reaches(ops.release, removed),
            }

    def check(self, it: Inspection) -> Iterator[Found]:
        for found in super().check(it):
            producer = it.model.meta_graphs[found.where.meta_graph].versions.producer
            refused = producer >= found.data["removed"]
            yield found._replace(data={**found.data, "producer": producer, "refused_by_producer": refused})


def _reaches(release: Release, version: int) -> bool:
    """op_def_util.cc CheckOpDeprecation, for a graph that has the release's own GraphDef version."""
    return release.graph_def_version >= version
