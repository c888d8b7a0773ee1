from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from inspector.findings import Location
from inspector.policy import Demands
from inspector.rules.rule import POLICY_ERROR, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = """
signature serving_default (x: float32[?] = x:0) -> (y: float32[?] = y:0)
graph
  x = Placeholder() {dtype: float32, shape: [?]}
  y = Relu(x) {T: float32}
"""


class SignatureRequired(Rule):
    """A signature that the policy requires is not there.

    What it checks: ``required-signatures`` of the configuration (patterns are allowed) against the signatures of the
    MetaGraph with ``required-tags``, or of all MetaGraphs together.

    Why it matters: a server answers "Serving signature key ... not found" only when the first request comes.

    How to fix: export with the signature: ``tf.saved_model.save(model, path, signatures={"serving_default": fn})``.
    """

    code = "PO003"
    name = "signature-required"
    otherwise = POLICY_ERROR
    needs = ("demands",)
    message = "there is no signature `{signature}`, which the policy requires (there: {there})"
    fix = "export with it: tf.saved_model.save(model, path, signatures={{{signature!r}: model.serve}})"
    good = (
        Example(_MODEL),
        Example(_MODEL, demands=Demands(required_signatures=("serving_default", "serv*"))),
    )
    bad = (Example(_MODEL, expect=("predict",), demands=Demands(required_signatures=("serving_default", "predict"))),)

    def check(self, it: Inspection) -> Iterator[Found]:
        demands = it.share.demands
        tags = set(demands.required_tags)
        metas = [meta for meta in it.model.meta_graphs if set(meta.tags) == tags] or it.model.meta_graphs
        keys = list(dict.fromkeys(key for meta in metas for key in meta.signatures))
        for wanted in demands.required_signatures if metas else ():
            if not any(fnmatchcase(key, wanted) for key in keys):
                where = Location("", metas[0].index, field="signature_def")
                yield Found(where, wanted, {"signature": wanted, "there": ", ".join(keys) or "none"})
