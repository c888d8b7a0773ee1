from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.rules.wording import listed
from inspector.topology.endpoints import endpoints_of
from inspector.topology.inspection import Inspection

_MODEL = """
signature serving_default (x: {dtype}[?] = x:0) -> (y: {dtype}[?] = y:0)
graph
  x = Placeholder() {{dtype: {dtype}, shape: [?]}}
  y = Identity(x) {{T: {dtype}}}
"""


class EndpointDtype(Rule):
    """A call endpoint takes floating point numbers that Keras casts to another dtype.

    What it checks: the dtypes of the inputs of each endpoint: float64, float16 and bfloat16.

    Why it matters: a Keras layer casts floating inputs to its own dtype, float32 by default, before its call sees them. The
    function of the SavedModel does not take float32: "Can not cast TensorSpec(shape=(1,), dtype=tf.float32) to
    TensorSpec(shape=(None,), dtype=tf.float64)".

    How to fix: give the layer the dtype of the endpoint: ``TFSMLayer(path, call_endpoint=..., dtype="float64")``. Where
    the inputs have several, set ``layer.autocast = False``.
    """

    code = "KR004"
    name = "endpoint-dtype"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "the endpoint `{endpoint}` takes {dtypes}, and Keras casts the inputs of a layer to float32"
    fix = "{cure}"
    good = (Example(_MODEL.format(dtype="float32")), Example(_MODEL.format(dtype="int64")))
    bad = (Example(_MODEL.format(dtype="float64"), expect=("serving_default",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for endpoint in endpoints_of(view.meta, v2=it.model.is_v2).values():
                if endpoint.casts and not endpoint.problem:
                    data = {
                        "endpoint": endpoint.name,
                        "dtypes": listed(endpoint.casts),
                        "cure": endpoint.line(it.model.path),
                    }
                    yield Found(Location("", view.meta.index, field=endpoint.name), endpoint.name, data)
