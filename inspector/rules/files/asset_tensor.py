from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

MISSING, TWICE = "missing", "twice"
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
    message = "asset assets/{filename} is bound to `{tensor}`, which {why}"
    fix = "export again with each asset listed once (tf.compat.v1.GraphKeys.ASSET_FILEPATHS holds it twice, or not at all)"
    good = (Example("asset vocab.txt = path:0\n" + _NODE),)
    bad = (
        Example("asset vocab.txt = other:0\n" + _NODE, expect=("other:0",)),
        Example("asset vocab.txt = path:0\nasset vocab.txt = path:0\n" + _NODE, expect=("path:0",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            seen: set[str] = set()
            for tensor, filename in view.meta.assets:
                problem = MISSING if tensor.partition(":")[0] not in view.reach.positions() else TWICE
                if problem == MISSING or tensor in seen:
                    why = "the graph does not have" if problem == MISSING else "is listed more than once"
                    data = {"filename": filename, "tensor": tensor, "problem": problem, "why": why}
                    yield Found(Location("", view.meta.index, field="asset_file_def"), tensor, data)
                seen.add(tensor)
