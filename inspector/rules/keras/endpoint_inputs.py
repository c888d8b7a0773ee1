from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.rules.wording import some_of
from inspector.topology.endpoints import NO_FUNCTION, NO_INPUT, SEVERAL, UNTRACED, Endpoint, best, endpoints_of
from inspector.topology.inspection import Inspection

_MODEL = """
signature serving_default ({inputs}) -> (y: float32[?] = y:0)
graph
  a = Placeholder() {{dtype: float32, shape: [?]}}
  b = Placeholder() {{dtype: float32, shape: [?]}}
  y = AddV2(a, {second}) {{T: float32}}
"""
_WHY = {
    NO_INPUT: "takes no input",
    SEVERAL: "takes {count} inputs of its own, {inputs}",
    UNTRACED: "was traced with other values than the defaults of its further arguments",
    NO_FUNCTION: "is no function",
}


class EndpointInputs(Rule):
    """A call endpoint cannot be called with one argument, and TFSMLayer gives one.

    What it checks: what each signature, and each function among the attributes of the loaded object, takes.

    Why it matters: ``keras.layers.TFSMLayer`` is made, and its call hands over one argument: a tensor, or a list or a dict
    of tensors. A signature with several inputs takes them by name, so the call stops with "too many positional arguments"
    or "missing a required argument". A restored function is called with the defaults of its other arguments, and has to
    have been traced with them.

    How to fix: take another endpoint. A model that Keras saved has ``__call__``, which takes the list or the dict that the
    model was built for. Else subclass TFSMLayer and call ``self.call_endpoint_fn(**inputs)`` in its call.
    """

    code = "KR003"
    name = "endpoint-inputs"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "the endpoint `{endpoint}` {why}; TFSMLayer calls it with one argument"
    fix = "{cure}"
    good = (Example(_MODEL.format(inputs="a: float32[?] = a:0", second="a")),)
    bad = (
        Example(
            _MODEL.format(inputs="a: float32[?] = a:0, b: float32[?] = b:0", second="b"), expect=("serving_default",)
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            endpoints = endpoints_of(view.meta, v2=it.model.is_v2)
            other = best(view.meta, v2=it.model.is_v2)
            for endpoint in endpoints.values():
                if endpoint.problem:
                    data = {
                        "endpoint": endpoint.name,
                        "why": _WHY[endpoint.problem].format(
                            count=len(endpoint.inputs), inputs=some_of(sorted(endpoint.inputs))
                        ),
                        "cure": _cure(it, other),
                    }
                    yield Found(Location("", view.meta.index, field=endpoint.name), endpoint.name, data)


def _cure(it: Inspection, other: Endpoint | None) -> str:
    if other is not None:
        return f"take another endpoint: {other.line(it.model.path)}"
    return (
        "subclass keras.layers.TFSMLayer with def call(self, inputs): return self.call_endpoint_fn(**inputs), "
        "and call the layer with a dict of the inputs by name"
    )
