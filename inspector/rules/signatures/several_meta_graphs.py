from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_NODE = "x = Placeholder() {dtype: float32}"


class SeveralMetaGraphs(Rule):
    """The model holds more than one MetaGraph.

    What it checks: how many MetaGraphs there are, and whether two have the same tags.

    Why it matters: tf.saved_model.load(path) stops: "Importing a SavedModel with `tf.saved_model.load` requires a `tags=`
    argument if there is more than one MetaGraph", and so does keras.layers.TFSMLayer. With tags it takes its V1 path,
    even for MetaGraphs with an object graph. All other loaders take the first MetaGraph with the tags asked for.

    How to fix: name the tags: ``tf.saved_model.load(path, tags=["serve"])``.
    """

    code = "SG006"
    name = "several-meta-graphs"
    otherwise = ADVICE_NOTE
    needs = ("several meta graphs",)
    message = "there are {count} MetaGraphs: {available}{twice}"
    fix = "name the tags when you load it: tf.saved_model.load(path, tags=[{first}])"
    good = (Example(f"meta_graph tags=[serve]\n{_NODE}"),)
    bad = (
        Example(
            f"meta_graph tags=[serve]\ngraph\n{_NODE}\nmeta_graph tags=[serve, gpu]\ngraph\n{_NODE}",
            expect=("[serve], [gpu, serve]",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        sets = [view.meta.tags for view in it.meta_views]
        if len(sets) > 1:
            available = ", ".join(f"[{', '.join(tags)}]" for tags in sets)
            data = {
                "count": len(sets),
                "available": available,
                "first": ", ".join(f"'{tag}'" for tag in sets[0]),
                "twice": "; of those with equal tags only the first can be loaded"
                if len(set(sets)) < len(sets)
                else "",
            }
            yield Found(Location("", field="meta_graphs"), available, data)
