from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.model import dtypes
from inspector.model.bundle_index import BundleFault
from inspector.model.saved_model import INDEX
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.restores import OBJECT_GRAPH_ROUTE, routes_of

_WORDS = {
    "entry-not-parseable": "its entry in the index is no BundleEntryProto",
    "entry-shape": "its shape {shape} has {why}",
    "entry-dtype": "its dtype is {dtype}",
    "entry-offset": "its offset {offset} or size {size} is negative",
    "entry-size": "the index gives it {size} bytes, its dtype and shape make {expected}",
    "slice-duplicate": "its slice {slice} is listed twice",
    "slice-overlap": "its slices {slice} and {other} overlap",
    "slice-out-of-bounds": "its slice {slice} does not fit into the shape {shape}",
    "slice-missing": "its slice {slice} is not in the index",
    "slice-dtype": "its slice {slice} has dtype {dtype}, not {expected}",
    "slice-shape": "its slice {slice} has shape {shape}, not {expected}",
    "slices-do-not-cover": "its slices cover {covered} of {elements} elements",
    "object-graph-not-parseable": "its bytes are no TrackableObjectGraph",
    "object-graph-not-a-string": "it is {dtype}{shape}, the object graph is one string",
}
_OF_OBJECT_GRAPH = ("object-graph-not-parseable", "object-graph-not-a-string")  # a RestoreV2 takes any string


class EntryInvalid(Rule):
    """An entry of the checkpoint index contradicts itself.

    What it checks: dtype, shape, offset, size and slices of every entry of variables.index against each other, and
    whether the object graph among them is one string that parses.

    Why it matters: reading such a tensor stops with "Invalid size in bundle entry", "Invalid tensor shape", "entry not
    parseable" or "Does not have sufficient slices". tf.saved_model.load lists all entries of a V2 model before it reads
    any: an entry with a negative dimension, or one that does not parse, kills the Python process ("Check failed: size >=
    0", "Check failed: entry.ParseFromString"), whether the tensor is used or not.

    How to fix: the index was damaged or edited: copy the folder variables/ again, or export again.
    """

    code = "TB006"
    name = "entry-invalid"
    otherwise = ADVICE_NOTE
    needs = ("checkpoint fault",)
    message = "checkpoint entry `{key}`: {why}"
    fix = "copy the whole folder variables/ again, or export again; do not let untrusted checkpoints into a server process"
    good = (Example("variable w float32[2]"),)
    bad = (
        Example("variable w float32[2] shard 0 [0, 4)", expect=("w",)),
        Example("variable w float32[-2] shard 0 [0, 8)", expect=("w",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        faults = [] if bundle is None else [fault for fault in bundle.faults if fault.kind in _WORDS]
        if not faults:
            return
        assert bundle is not None
        reads = it.routes
        for fault in faults:
            read_by = routes_of(fault.key, bundle, reads)
            if fault.kind in _OF_OBJECT_GRAPH:
                read_by = (OBJECT_GRAPH_ROUTE,)
            data = {"key": fault.key, "problem": fault.kind, "why": _why(fault), "read_by": read_by}
            yield Found(Location(INDEX, field=fault.key), fault.key, data)


def _why(fault: BundleFault) -> str:
    data: dict[str, Any] = dict(fault.data)
    for name in ("dtype", "expected") if "dtype" in data and fault.kind != "entry-size" else ():
        data[name] = _dtype(data[name]) if isinstance(data.get(name), int) else data.get(name)
    for name in ("shape", "expected"):
        if isinstance(data.get(name), tuple):
            data[name] = dtypes.shape_text(data[name])
    return _WORDS[fault.kind].format_map(data)


def _dtype(number: int) -> str:
    return dtypes.name(number) if dtypes.is_known(number) else f"no DataType ({number})"
