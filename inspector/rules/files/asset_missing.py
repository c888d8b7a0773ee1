from __future__ import annotations

import os
from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.saved_model import Model
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.assets import AT_CALL, AT_LOAD, GFILE_JOIN, JOIN_PATH, AssetUse, asset_uses, path_of
from inspector.topology.inspection import Inspection

_TABLE = """
meta_graph tags=[serve] tensorflow_version=2.15.0 producer=1645
init_op init
asset vocab.txt = path:0
graph
  path = Const() {dtype: string, value: string[] <"vocab.txt">}
  table = HashTableV2() {key_dtype: string, value_dtype: int64}
  fill = InitializeTableFromTextFileV2(table, path) {key_index: -2, value_index: -1}
  init = NoOp(^fill)
"""


class AssetMissing(Rule):
    """An asset of the model has no file below assets/.

    What it checks: whether every file that asset_file_def names lies below assets/, and whether the load, a call or
    nothing reads it: tables are filled from their vocabulary when the model is loaded.

    Why it matters: the load that reads it stops with "<model>/assets/vocab.txt; No such file or directory";
    tf.saved_model.load makes a FileNotFoundError of it, whose hint at experimental_io_device misleads.

    How to fix: copy the folder assets/ beside saved_model.pb, under the names that the finding tells, or export again.
    """

    code = "SM006"
    name = "asset-missing"
    otherwise = ADVICE_WARNING
    needs = ("assets",)
    message = "asset assets/{filename} is {found}; {reader}"
    fix = "copy the whole model folder again, assets/ included (it must hold {filename}), or export again"
    good = (Example(_TABLE, files={"assets/vocab.txt": b"a\n"}),)
    bad = (
        Example(_TABLE, files={"assets/vocab.txt": None}, expect=("vocab.txt",)),
        Example(_TABLE, files={"assets/vocab.txt": None, "assets/vocab.txt/part": b""}, expect=("vocab.txt",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for use in asset_uses(view.meta, view.reach):
                found, missing_by = _found(it.model, use.filename)
                if found:
                    data = {
                        "filename": use.filename,
                        "found": found,
                        "missing_by": missing_by,
                        "session": use.session,
                        "objects": use.objects,
                        "holders": use.holders,
                        "functions": use.functions,
                        "reader": _reader(use),
                    }
                    where = Location(f"assets/{use.filename}", view.meta.index)
                    yield Found(where, use.filename, data)


def _found(model: Model, filename: str) -> tuple[str, tuple[str, ...]]:
    """What is wrong with an asset's file ("" where it is there), and for which way of joining its path."""
    python, cpp = path_of(model, filename), path_of(model, filename.lstrip("/"))
    missing = [(how, path) for how, path in ((GFILE_JOIN, python), (JOIN_PATH, cpp)) if not _is_readable(path)]
    if not missing:
        return "", ()
    path = missing[0][1]
    what = "a folder, not a file" if os.path.isdir(path) else "a broken link" if os.path.islink(path) else "missing"
    what = "not readable" if os.path.isfile(path) else what
    return what, tuple(how for how, _ in missing)


def _is_readable(path: str) -> bool:
    return os.path.isfile(path) and os.access(path, os.R_OK)


def _reader(use: AssetUse) -> str:
    if AT_LOAD in (use.session, use.objects):
        return "the load reads it"
    return "a call reads it" if AT_CALL in (use.session, use.objects) else "neither a load nor a signature reads it"
