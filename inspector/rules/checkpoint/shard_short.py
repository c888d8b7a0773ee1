from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.rules.wording import some_of
from inspector.topology.inspection import Inspection
from inspector.topology.restores import routes_of

SHARD = "variables/variables.data-00000-of-00001"
_KINDS = ("shard-not-data", "entry-beyond-shard", "data-short")
_STAND_INS = {"git-lfs-pointer": "a Git LFS pointer", "html": "a web page", "xml": "an XML document"}


class ShardShort(Rule):
    """A data file of the checkpoint ends before its tensors do.

    What it checks: offset and size of every tensor in the index against the size of its data file, and whether the data
    file is a Git LFS pointer or a web page instead.

    Why it matters: every loader that reads such a tensor stops with "Read less bytes than requested"; tf.saved_model.load
    makes an IndexError of it where the tensor is the checkpoint's object graph.

    How to fix: the copy was cut short: copy the file again and compare the sizes, or ``git lfs pull``.
    """

    code = "TB004"
    name = "shard-short"
    otherwise = ADVICE_WARNING
    needs = ("checkpoint fault",)
    message = "{file} {what}; {keys} cannot be read"
    fix = "{cure}"
    good = (Example("variable w float32[2]"),)
    bad = (
        Example("variable w float32[2]", damage=((SHARD, "cut 1"),), expect=("w",)),
        Example(
            "variable w float32[2]", files={SHARD: b"version https://git-lfs.github.com/spec/v1\n"}, expect=(SHARD,)
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        faults = [] if bundle is None else [fault for fault in bundle.faults if fault.kind in _KINDS]
        if not faults:
            return
        assert bundle is not None
        reads = it.routes
        for fault in faults:
            if fault.kind == "shard-not-data":
                number = fault.data["shard_id"]
                inside = [key for key, entry in bundle.entries.items() if entry.shard_id == number]
                yield Found(
                    Location(fault.file),
                    fault.file,
                    {
                        "file": fault.file,
                        "what": f"is {_STAND_INS[fault.data['what']]} of {fault.data['size']} bytes",
                        "keys": some_of(inside),
                        "cure": "git lfs pull"
                        if fault.data["what"] == "git-lfs-pointer"
                        else "download the file itself",
                        "read_by": tuple(sorted({route for key in inside for route in reads.get(key, ())})),
                    },
                )
        short: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for fault in faults:
            if fault.kind != "shard-not-data":
                short.setdefault((fault.file, routes_of(fault.key, bundle, reads)), []).append(fault.key)
        sizes = {shard.name: shard.size for shard in bundle.shards}
        for (file, routes), keys in short.items():
            what = f"ends after {sizes.get(file)} bytes, before its tensors do"
            cure = "copy the data file again from the same export and compare its size with the original"
            data = {"file": file, "what": what, "keys": some_of(keys), "cure": cure, "read_by": routes}
            yield from (Found(Location(file), key, data) for key in keys)
