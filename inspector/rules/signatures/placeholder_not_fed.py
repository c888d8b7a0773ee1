from __future__ import annotations

from collections.abc import Iterable, Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.rules.wording import some_of
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.reach import INIT_SIGNATURE, callable_signatures

_PLACEHOLDERS = ("Placeholder", "PlaceholderV2")
_GRAPH = """
graph
  x = Placeholder() {dtype: float32, shape: [?]}
  training = PlaceholderWithDefault(off) {dtype: float32, shape: []}
  off = Const() {dtype: float32, value: float32[] <0.0>}
  rate = Placeholder() {dtype: float32, shape: []}
  y = Mul(x, training) {T: float32}
  z = Mul(x, rate) {T: float32}
"""


class PlaceholderNotFed(Rule):
    """The outputs of a signature need a placeholder that is none of its inputs.

    What it checks: the part of the main graph that computes the outputs of each signature, back to its inputs, for
    placeholders without a default; the same for the init op, which is fed the assets.

    Why it matters: tf.saved_model.load of a model without an object graph stops: "A SavedModel signature needs an input
    for each placeholder the signature's outputs use". tf.compat.v1.saved_model.load and TensorFlow Serving load the model,
    and the call fails with "You must feed a value for placeholder tensor 'rate'". In an init op it stops their load.

    How to fix: add the placeholder to the signature's inputs, or make it a tf.compat.v1.placeholder_with_default, and
    export again (keep_prob, is_training and learning rates are the usual ones).
    """

    code = "SG007"
    name = "placeholder-not-fed"
    otherwise = ADVICE_WARNING
    message = "signature `{signature}` needs {placeholders}, which none of its inputs feeds"
    fix = "add it to the signature's inputs, or build it with tf.compat.v1.placeholder_with_default, and export again"
    good = (Example("signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = y:0)" + _GRAPH),)
    bad = (
        Example("signature serving_default (x: float32[?] = x:0) -> (z: float32[?] = z:0)" + _GRAPH, expect=("rate",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for signature in callable_signatures(view.meta):
                yield from _found(view, signature.key, view.reach.signature(signature).nodes)
            assets = {tensor.partition(":")[0] for tensor, _ in view.meta.assets}
            positions = view.reach.positions()
            fed = {positions[name] for name in assets if name in positions}
            yield from _found(view, INIT_SIGNATURE, view.reach.init().nodes - fed)


def _found(view: MetaView, key: str, nodes: Iterable[int]) -> Iterator[Found]:
    graph = view.meta.graph
    names = [graph.names[i] for i in sorted(nodes) if graph.kinds[i].op in _PLACEHOLDERS]
    data = {"signature": key, "placeholders": some_of(names)}
    for name in names:
        yield Found(Location("", view.meta.index, node=name), name, data)
