from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = """
asset vocab.txt = path:0
graph
  path = Placeholder() {{dtype: string}}
object 0 user_object _generic_user_object children=[file: 1]
object 1 asset {index}
"""


class AssetIndex(Rule):
    """An object refers to an asset that asset_file_def does not list.

    What it checks: the index of each SavedAsset of the object graph against the number of entries of asset_file_def. A
    small negative one counts from the end, as in a Python list.

    Why it matters: tf.saved_model.load stops with a bare "IndexError: list index out of range". All other loaders ignore
    the object graph; if a list of assets is missing altogether, they fail with "You must feed a value for placeholder
    tensor".

    How to fix: export again; a tool that removes assets must remove the objects that refer to them.
    """

    code = "OB004"
    name = "asset-index"
    otherwise = ADVICE_NOTE
    needs = ("object asset",)
    message = "object `{path}` refers to asset {index}, asset_file_def lists {count}"
    fix = "export the model again; a tool that rewrote saved_model.pb dropped its assets"
    good = (Example(_MODEL.format(index=0)),)
    bad = (Example(_MODEL.format(index=7), expect=("file",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            count = len(view.meta.proto.asset_file_def)
            for node in objects.of_kind("asset"):
                saved = objects.nodes[node]
                if -count <= saved.asset.asset_file_def_index < count:
                    continue
                path = objects.path(node)
                where = Location("", view.meta.index, field=f"object_graph_def.nodes[{node}].asset")
                yield Found(where, path, {"path": path, "index": saved.asset.asset_file_def_index, "count": count})
