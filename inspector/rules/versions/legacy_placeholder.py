from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.reach import callable_signatures
from inspector.topology.restores import declared

# core/ops/array_ops.cc, shape function of Placeholder: up to this producer the shape [] means an unknown shape.
LAST_PRODUCER = 21
_PLACEHOLDER = "Placeholder"
_GRAPH = """
meta_graph tags=[serve] producer={producer}
signature serving_default (x: float32[?] = y:0) -> (z: float32[?] = z:0)
graph
  x = Placeholder() {{dtype: float32, shape: []}}
  y = Relu(x) {{T: float32}}
  z = Relu(y) {{T: float32}}
"""


class LegacyPlaceholder(Rule):
    """A placeholder of an old graph has the shape [], which then meant an unknown shape.

    What it checks: in graphs of producer 21 or older without an object graph: placeholders with the shape [] that lie
    behind an input of a signature which is itself no placeholder.

    Why it matters: tf.saved_model.load copies them into a new graph, where [] is a scalar. An op that wants more stops the
    load: "Shape must be rank 1 but is rank 0 for '{{node ParseExample}}'". Whether the ops there take a scalar is not
    known here, so the verdict is unknown. The other loaders keep the producer.

    How to fix: load it with tf.compat.v1.saved_model.load, or save it again from there with TensorFlow 1.15 or newer.
    """

    code = "VR007"
    name = "legacy-placeholder"
    otherwise = ADVICE_NOTE
    message = "placeholder `{placeholder}` has the shape [], which in a graph of producer {producer} means any shape"
    fix = "load the model with tf.compat.v1.saved_model.load, or save it again from there with a newer TensorFlow"
    good = (Example(_GRAPH.format(producer=22)),)
    bad = (Example(_GRAPH.format(producer=21), expect=("x",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            producer = view.meta.versions.producer
            if producer <= LAST_PRODUCER and view.meta.objects is None:
                for name in _behind_inputs(view):
                    data = {"placeholder": name, "producer": producer}
                    yield Found(Location("", view.meta.index, field="graph_def"), name, data)


def _behind_inputs(view: MetaView) -> list[str]:
    """Placeholders with the shape [] that some signature's inputs are computed from, in file order."""
    graph, positions = view.meta.graph, view.reach.positions()
    found: set[int] = set()
    for signature in callable_signatures(view.meta):
        fed = {info.tensor.partition(":")[0] for info in signature.inputs.values()}
        computed = [name for name in fed if name in positions and graph.kinds[positions[name]].op != _PLACEHOLDER]
        found.update(i for i in view.reach.back_from(computed).nodes if graph.names[i] not in fed)
    return [
        graph.names[i] for i in sorted(found) if graph.kinds[i].op == _PLACEHOLDER and declared(graph.kinds[i])[1] == ()
    ]
