"""A copy of a model in a scratch folder, with another graph file: the user's files are read, and never touched.

Everything but the graph file is a link to the user's own; assets are named by their absolute paths, so that what was loaded
does not need the copy any more.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from inspector.errors import FormatError, UsageError
from inspector.model.saved_model import PB, PBTXT
from inspector.wire.schema import DecodeError, full_message, full_pool

_ASSETS = "assets"


class NothingToChange(Exception):
    """The model has nothing that the change would change."""


@contextmanager
def changed_copy(path: str, change: Callable[[Any], int]) -> Iterator[tuple[str, int]]:
    """The folder of a copy whose SavedModel message was changed, and how often; the folder goes at the end.

    Cost: the graph file is parsed and written, nothing else. Raises NothingToChange, and FormatError or UsageError for a
    model that is not a local folder with a graph file that parses.
    """
    saved = _read(path)
    count = change(saved)
    if not count:
        raise NothingToChange
    for meta in saved.meta_graphs:
        for asset in meta.asset_file_def:  # a loader joins it with the folder: an absolute path stays as it is
            asset.filename = os.path.abspath(os.path.join(path, _ASSETS, asset.filename))
    with tempfile.TemporaryDirectory(prefix="inspector-") as scratch:
        for name in os.listdir(path):
            if name not in (PB, PBTXT):
                os.symlink(os.path.abspath(os.path.join(path, name)), os.path.join(scratch, name))
        with open(os.path.join(scratch, PB), "wb") as stream:
            stream.write(saved.SerializeToString())
        yield scratch, count


def _read(path: str) -> Any:
    if not os.path.isdir(path):
        raise UsageError(f"{path} is no local folder")
    pb, pbtxt = os.path.join(path, PB), os.path.join(path, PBTXT)
    if os.path.exists(pb):
        with open(pb, "rb") as stream:
            raw = stream.read()
        try:
            return full_message("SavedModel").FromString(raw)
        except DecodeError as error:
            raise FormatError("graph-file-damaged", PB, str(error)) from None
    if not os.path.exists(pbtxt):
        raise UsageError(f"{path} has no {PB}")
    from google.protobuf import text_format

    with open(pbtxt, encoding="utf-8") as stream:
        text = stream.read()
    try:
        return text_format.Parse(text, full_message("SavedModel")(), descriptor_pool=full_pool())
    except text_format.ParseError as error:
        raise FormatError("graph-file-damaged", PBTXT, str(error)) from None


def clear_devices(saved: Any) -> int:
    """Takes the device of every node, variable and resource away."""
    count = 0
    for meta in saved.meta_graphs:
        graph = meta.graph_def
        objects = list(meta.object_graph_def.nodes)
        placed = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
        placed += [node.variable for node in objects if node.HasField("variable")]
        placed += [node.resource for node in objects if node.HasField("resource")]
        for one in placed:
            count += bool(one.device)
            one.device = ""
    return count


def remove_slots(saved: Any) -> int:
    """Takes the slot variables of every optimizer away; the variables themselves stay."""
    count = 0
    for meta in saved.meta_graphs:
        for node in meta.object_graph_def.nodes:
            count += len(node.slot_variables)
            del node.slot_variables[:]
    return count
