from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection, MetaView

MISSING, NO_INDEX, TWICE = "missing", "no index", "twice"
_WHY = {
    MISSING: "the graph does not have",
    NO_INDEX: "is a node, not a tensor",
    TWICE: "is listed more than once",
}
_NODE = "graph\n  path = Placeholder() {dtype: string}\n"


class AssetTensor(Rule):
    """An asset is bound to a tensor that the graph lacks, or one tensor is bound to several assets.

    What it checks: the tensor of each entry of asset_file_def against the main graph, and against the other entries.

    Why it matters: loaders that run the main graph feed the asset's path into that tensor whenever they restore or
    initialise. A missing one stops them: "Tensor nope:0, specified in either feed_devices or fetch_devices was not found
    in the Graph", "Cannot interpret feed_dict key as Tensor". TensorFlow Serving also refuses a tensor that is listed
    twice: "Endpoint "asset_path:0" fed more than once", which happens in V1 exports that collect an asset twice.

    How to fix: list each asset once, under the tensor that holds its path, and export again.
    """

    code = "SM009"
    name = "asset-tensor"
    otherwise = ADVICE_NOTE
    needs = ("assets",)
    message = "asset assets/{filename} is bound to `{tensor}`, which {why}"
    fix = "export again with each asset listed once (tf.compat.v1.GraphKeys.ASSET_FILEPATHS holds it twice, or not at all)"
    good = (Example("asset vocab.txt = path:0\n" + _NODE),)
    bad = (
        Example("asset vocab.txt = other:0\n" + _NODE, expect=("other:0",)),
        Example("asset vocab.txt = path\n" + _NODE, expect=("path",)),
        Example("asset vocab.txt = path:0\nasset vocab.txt = path:0\n" + _NODE, expect=("path:0",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            seen: set[str] = set()
            for tensor, filename in view.meta.assets:
                problem = _problem(tensor, view, seen)
                if problem:
                    data = {"filename": filename, "tensor": tensor, "problem": problem, "why": _WHY[problem]}
                    yield Found(Location("", view.meta.index, field="asset_file_def"), tensor, data)
                seen.add(tensor)


def _problem(tensor: str, view: MetaView, seen: set[str]) -> str:
    """What is wrong with the tensor of an asset, empty if nothing is; ``seen`` are those of the assets before it."""
    if tensor.partition(":")[0] not in view.reach.positions():
        return MISSING
    if tensor in seen:
        return TWICE
    return "" if ":" in tensor else NO_INDEX
