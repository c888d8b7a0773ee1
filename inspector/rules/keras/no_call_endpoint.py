from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.endpoints import endpoints_of
from inspector.topology.inspection import Inspection

_GRAPH = "graph\nx = Placeholder() {dtype: float32, shape: [?]}\ny = Relu(x) {T: float32}\n"
_SIGNATURE = "signature predict (x: float32[?] = x:0) -> (y: float32[?] = y:0)\n"


class NoCallEndpoint(Rule):
    """The model has nothing that TFSMLayer can call.

    What it checks: signatures, and functions among the attributes of the loaded object.

    Why it matters: ``keras.layers.TFSMLayer`` wants the name of one, and stops with "The endpoint 'serve' is neither an
    attribute of the reloaded SavedModel, nor an entry in the `signatures` field". A model that was saved before it was
    called, or with ``save_traces=False``, holds weights and no function.

    How to fix: export again after a call, with ``model.export(path)`` or ``tf.saved_model.save(model, path,
    signatures=...)``; or rebuild the model in code and load its weights.
    """

    code = "KR002"
    name = "no-call-endpoint"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "there is neither a signature nor a function of the loaded object: nothing that TFSMLayer could call"
    fix = "call the model once and export it again (model.export(path)), or rebuild it in code and load its weights"
    good = (Example(_SIGNATURE + _GRAPH),)
    bad = (Example(_GRAPH, expect=("call_endpoint",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            if not endpoints_of(view.meta, v2=it.model.is_v2):
                yield Found(Location("", view.meta.index), "call_endpoint", {})
