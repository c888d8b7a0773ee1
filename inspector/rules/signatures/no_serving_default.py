from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.rules.wording import listed
from inspector.topology.inspection import Inspection
from inspector.topology.reach import callable_signatures

DEFAULT = "serving_default"
_GRAPH = "graph\nx = Placeholder() {dtype: float32, shape: [?]}\ny = Relu(x) {T: float32}\n"


class NoServingDefault(Rule):
    """The model has no signature serving_default.

    What it checks: whether a MetaGraph with the tag "serve" has the signature that clients call when they name none.

    Why it matters: the model loads everywhere. ``model.signatures["serving_default"]`` is a KeyError, and TensorFlow
    Serving answers a request without signature_name with "Serving signature name: "serving_default" not found in
    signature def".

    How to fix: call one of the signatures that there are, by name, or export with
    ``tf.saved_model.save(model, path, signatures={"serving_default": fn.get_concrete_function(...)})``.
    """

    code = "SG004"
    name = "no-serving-default"
    otherwise = ADVICE_NOTE
    message = "there is no signature serving_default; there are: {there}"
    fix = "name the signature in the call, or export with signatures={{'serving_default': ...}}"
    good = (Example("signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = y:0)\n" + _GRAPH),)
    bad = (
        Example("signature predict (x: float32[?] = x:0) -> (y: float32[?] = y:0)\n" + _GRAPH, expect=(DEFAULT,)),
        Example(_GRAPH, expect=(DEFAULT,)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            keys = [signature.key for signature in callable_signatures(view.meta)]
            if "serve" in view.meta.tags and DEFAULT not in keys:
                yield Found(Location("", view.meta.index, field="signature_def"), DEFAULT, {"there": listed(keys)})
