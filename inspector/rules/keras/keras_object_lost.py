from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.objects import ObjectGraph
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_NODE = "x = Placeholder() {dtype: float32}"
_FILE = "keras_metadata.pb"
# KerasMetadata{nodes{node_path: "root", identifier: "_tf_keras_layer", metadata: "{...}"}}
_TEXT = b'{"class_name": "Dense", "name": "d", "config": {"units": 1}}'
_ROOT = b"\x1a\x04root\x22\x0f_tf_keras_layer\x2a" + bytes([len(_TEXT)]) + _TEXT
_FAR = b"\x10\x07" + _ROOT
_GRAPH = "object 0 user_object _tf_keras_layer producer=1 min_consumer=1"


def _metadata(node: bytes) -> dict[str, bytes | None]:
    return {_FILE: b"\x0a" + bytes([len(node)]) + node}


class KerasObjectLost(Rule):
    """keras_metadata.pb names an object that the object graph does not have.

    What it checks: the number and the path of each object of keras_metadata.pb.

    Why it matters: the file belongs to another saved_model.pb, or one of both was edited. The load_model of Keras 2 stops
    with "list index out of range" or "Unable to find node root...".

    How to fix: copy both files from the same export.
    """

    code = "KR013"
    name = "keras-object-lost"
    otherwise = ADVICE_NOTE
    needs = ("keras",)
    message = "keras_metadata.pb names `{path}` (object {node}), which the object graph does not have"
    fix = "copy saved_model.pb and keras_metadata.pb from the same export"
    good = (Example(_GRAPH, files=_metadata(_ROOT)), Example(_NODE))
    bad = (
        Example(_GRAPH, files=_metadata(_FAR), expect=("root",)),
        Example("x = Placeholder() {dtype: float32}\n", files=_metadata(_ROOT), expect=("root",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        metadata = it.keras.metadata
        objects = it.meta_views[0].meta.objects if it.meta_views else None
        count = 0 if objects is None else len(objects.nodes)
        for one in metadata.objects:
            absent = not -count <= one.node < count
            if absent or objects is None or not _leads(objects, one.path):
                data = {"path": one.path, "node": one.node, "case": "node" if absent else "path"}
                yield Found(Location(metadata.file or it.model.format, field=one.path), one.path, data)


def _leads(objects: ObjectGraph, path: str) -> bool:
    """Whether a path is found as load.py _convert_node_paths_to_ints looks for it: the first child of a name."""
    first, *names = path.split(".")
    node = 0
    if first != "root":
        return False
    for name in names:
        below = next((child for local, child in objects.children[node] if local == name), None)
        if below is None:
            return False
        node = below
    return bool(objects.nodes)
