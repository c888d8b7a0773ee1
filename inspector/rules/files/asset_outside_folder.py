from __future__ import annotations

import os
from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.saved_model import Model
from inspector.rules.rule import UNSAFE_WARNING, Example, Found, Rule
from inspector.topology.assets import path_of, stays_inside
from inspector.topology.inspection import Inspection


class AssetOutsideFolder(Rule):
    """The file of an asset lies outside the model's folder.

    What it checks: the file names of asset_file_def: an absolute one, one with ".." that leaves assets/, a backslash (a
    path on Windows), a link on disk that leads out of the model. Links into a hub's folder of blobs are fine.

    Why it matters: no loader checks this. A model from someone else can make a load read any file that the process may
    read ("../../../etc/passwd"), and hand its content out through a table. An absolute name is read by
    tf.saved_model.load, while TensorFlow Serving looks for it below assets/ and says "No such file or directory".

    How to fix: do not load a model of which you do not know why it does this; export again with the file as
    tf.saved_model.Asset, which copies it into assets/.
    """

    code = "SM007"
    name = "asset-outside-folder"
    otherwise = UNSAFE_WARNING
    needs = ("assets",)
    message = "asset {filename!r} lies outside the model's folder: {why}"
    fix = "export again with tf.saved_model.Asset(...), which copies the file into assets/; until then treat it as hostile"
    good = (Example("asset vocab.txt = path:0\npath = Placeholder() {dtype: string}", files={"assets/vocab.txt": b""}),)
    bad = (
        Example('asset "../../other.txt" = path:0\npath = Placeholder() {dtype: string}', expect=("../../other.txt",)),
        Example('asset "/etc/hostname" = path:0\npath = Placeholder() {dtype: string}', expect=("/etc/hostname",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for filename in dict.fromkeys(filename for _, filename in view.meta.assets):
                if not stays_inside(it.model, filename):
                    data = {"filename": filename, "why": _why(it.model, filename)}
                    yield Found(Location("", view.meta.index, field="asset_file_def"), filename, data)


def _why(model: Model, filename: str) -> str:
    if os.path.isabs(filename):
        return "an absolute path"
    if "\\" in filename:
        return "its name holds a backslash"
    if ".." in filename.split("/"):
        return "its name leaves assets/ by '..'"
    path = path_of(model, filename)
    return (
        f"it is a link to {os.readlink(path)}" if os.path.islink(path) else "a link on its way leads out of the model"
    )
