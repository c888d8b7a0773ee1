from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.saved_model import INDEX
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection

_WORDS = {
    "header-missing": "its header entry is gone; the first tensor's entry is read for it",
    "header-num-shards": "its header counts {num_shards} shards",
    "header-endianness": "its header says that the data is {declared}-endian, and it is {found}-endian",
}


class IndexDamaged(Rule):
    """The checkpoint index variables/variables.index cannot be read, or its header is wrong.

    What it checks: the index as a table (magic number, block checksums, keys), its header (number of shards, byte order),
    whether it can be opened, and whether it is a Git LFS pointer or a web page instead.

    Why it matters: every loader that restores stops: "not an sstable (bad magic number)", "file is too short to be an
    sstable", "block checksum mismatch", or "Unable to read file (...). Perhaps the file is corrupt or was produced by a
    newer version of TensorFlow with format changes", which it hardly ever was. A wrong byte order breaks the checksums
    of strings, and of a model without strings every number, silently.

    How to fix: copy the whole folder variables/ again (index and shards belong together), ``git lfs pull``, or export
    again.
    """

    code = "TB002"
    name = "index-damaged"
    otherwise = ADVICE_WARNING
    needs = ("fault index-damaged", "fault index-unreadable", "checkpoint fault")
    message = "variables/variables.index is damaged: {why}"
    fix = "copy the whole folder variables/ again in binary mode (git lfs pull, if it comes from Git), or export again"
    good = (Example("variable w float32[2]"),)
    bad = (
        Example("variable w float32[2]", damage=((INDEX, "cut 8"),), expect=(INDEX,)),
        Example(
            "variable w float32[2]", files={INDEX: b"version https://git-lfs.github.com/spec/v1\n"}, expect=(INDEX,)
        ),
        Example("variable w float32[2]", files={INDEX: b""}, expect=(INDEX,)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for unread in it.model.faults_of("index-damaged", "index-unreadable"):
            why = unread.data["why"]
            data = {"problem": unread.data.get("kind", unread.kind), "why": why, "stops": True, "read_by": ()}
            yield Found(Location(unread.file), unread.file, data)
        bundle = it.model.bundle
        faults = [] if bundle is None else [fault for fault in bundle.faults if fault.kind in _WORDS]
        if not faults:
            return
        assert bundle is not None
        shards_gone = any(fault.kind == "shard-missing" for fault in bundle.faults)
        reads = it.routes
        for fault in faults:
            where = Location(bundle.index_file)
            stops = fault.kind == "header-num-shards" or (fault.kind == "header-missing" and shards_gone)
            data = {
                "problem": fault.kind,
                "why": _WORDS[fault.kind].format_map(fault.data),
                "stops": stops,
                "read_by": reads.get(fault.key, ()) if fault.kind == "header-endianness" else (),
            }
            yield Found(where, bundle.index_file, data)
