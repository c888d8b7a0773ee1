"""keras.layers.TFSMLayer: tf.saved_model.load, then one function of what it gives, called with one argument.

What it offers are its call endpoints: alternatives, of which its user names one.
"""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders import session, tf2
from inspector.loaders.objects import is_lost
from inspector.loaders.step import Entry, Loader, Step, Walk, minds
from inspector.topology.endpoints import SIGNATURE, Endpoint, endpoints_of
from inspector.topology.inspection import MetaView

LAYER = Step("make a layer", minds("no-tfsm-layer"), "keras/src/export/tfsm_layer.py TFSMLayer.__init__")
FIND = Step("find an endpoint", minds("no-call-endpoint"), "keras/src/export/tfsm_layer.py TFSMLayer.__init__")


def of_endpoint(finding: Finding, walk: Walk) -> bool:
    """Findings about the endpoint that is being called."""
    return bool(finding.data["endpoint"] == walk.signature)


BIND = Step(
    "cast and bind the argument",
    minds("endpoint-inputs", "endpoint-dtype", when=of_endpoint),
    "keras/src/layers/layer.py Layer.__call__; keras/src/export/tfsm_layer.py TFSMLayer.call",
    stage="call",
)


def _endpoints(walk: Walk) -> dict[str, Endpoint]:
    return {} if walk.view is None else endpoints_of(walk.view.meta, v2=walk.model.is_v2)


def is_lost_signature(finding: Finding, walk: Walk) -> bool:
    """A signature that cannot be looked up; an attribute of the same name goes before it."""
    return _endpoints(walk)[walk.signature].of == SIGNATURE and is_lost(finding, walk)


def steps(walk: Walk) -> tuple[Step, ...]:
    """Those of tf.saved_model.load, with Keras's own before the load, after it and before the call."""
    whole = tf2.steps(walk)
    load = tuple(step for step in whole if step.stage == "load")
    call = tuple(_of_endpoints(step) for step in whole if step.stage == "call")
    return (LAYER, *load, FIND, BIND, *call)


def _of_endpoints(step: Step) -> Step:
    lost = tuple(
        mind._replace(when=is_lost_signature) if mind.rule == "signatures-unusable" else mind for mind in step.minds
    )
    return step._replace(name="call the endpoint", minds=lost)


def choose(walk: Walk) -> MetaView | None:
    return tf2.choose(walk)


def signatures(walk: Walk) -> list[str]:
    return list(_endpoints(walk))


def entry(walk: Walk, key: str) -> Entry:
    view = walk.view
    assert view is not None
    if not walk.model.is_v2:
        return session.session_entry(walk, key)
    first = frozenset(_endpoints(walk)[key].functions)
    return Entry(frozenset(), view.reach.closure(first), first)


LOADER = Loader(
    "tfsm", "keras.layers.TFSMLayer", choose, steps, signatures, entry,
    like="tf2", takes_tags=False, calls="endpoints", one_is_enough=True,
)  # fmt: skip
