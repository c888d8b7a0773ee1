from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.policy import Demands
from inspector.rules.rule import POLICY_ERROR, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = "meta_graph tags=[serve]\ngraph\n  x = Placeholder() {dtype: float32, shape: [?]}"


class TagsRequired(Rule):
    """No MetaGraph has the tags that the policy requires.

    What it checks: ``required-tags`` of the configuration: one MetaGraph must have exactly these tags.

    Why it matters: TensorFlow Serving and TensorFlow Hub load by tags, and say "Could not find meta graph def matching
    supplied tags" when the server starts.

    How to fix: export with the tags: ``SavedModelBuilder.add_meta_graph_and_variables(session, tags=["serve"])``;
    ``tf.saved_model.save`` always writes ``serve``.
    """

    code = "PO004"
    name = "tags-required"
    otherwise = POLICY_ERROR
    needs = ("demands",)
    message = "no MetaGraph has the tags [{tags}], which the policy requires (there: {there})"
    fix = "export with the tags [{tags}], or change `required-tags` in the configuration"
    good = (Example(_MODEL), Example(_MODEL, demands=Demands(required_tags=("serve",))))
    bad = (Example(_MODEL, expect=("serve,gpu",), demands=Demands(required_tags=("serve", "gpu"))),)

    def check(self, it: Inspection) -> Iterator[Found]:
        wanted = it.share.demands.required_tags
        metas = it.model.meta_graphs
        if wanted and metas and all(set(meta.tags) != set(wanted) for meta in metas):
            there = ", ".join(f"[{', '.join(meta.tags)}]" for meta in metas)
            data = {"tags": ", ".join(wanted), "there": there}
            yield Found(Location("", field="meta_info_def.tags"), ",".join(wanted), data)
