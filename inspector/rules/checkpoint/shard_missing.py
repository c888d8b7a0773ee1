from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.rules.wording import plural
from inspector.topology.inspection import Inspection

SHARD = "variables/variables.data-00000-of-00001"


class ShardMissing(Rule):
    """A data file of the checkpoint is missing or cannot be opened.

    What it checks: for every shard in which the index places a tensor, whether variables.data-NNNNN-of-MMMMM is there
    and readable; and which data files are there instead.

    Why it matters: every loader stops: "variables.data-00000-of-00001; No such file or directory" (a bare OpError or a
    FileNotFoundError in tf.saved_model.load). ``.gitignore`` rules like ``*.data*`` and uploads by pattern drop it.

    How to fix: copy the missing file from where the model was exported; index and data files belong to one export. Do not
    rename another data file: its checksums will not match.
    """

    code = "TB003"
    name = "shard-missing"
    otherwise = ADVICE_WARNING
    needs = ("checkpoint fault",)
    message = "{file} {what}: {tensors} of the checkpoint in it ({present})"
    fix = "copy {file} from the same export as variables.index (it is often dropped by .gitignore or upload filters)"
    good = (Example("variable w float32[2]"),)
    bad = (Example("variable w float32[2]", damage=((SHARD, "remove"),), expect=(SHARD,)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        if bundle is None or any(fault.kind in ("header-num-shards", "header-missing") for fault in bundle.faults):
            return
        for fault in bundle.faults:
            if fault.kind not in ("shard-missing", "shard-unreadable"):
                continue
            reads = it.routes
            number = fault.data["shard_id"]
            inside = {key for key, entry in bundle.entries.items() if entry.shard_id == number and not entry.slices}
            sliced = {key for key, parts in bundle.slices.items() if any(e.shard_id == number for e in parts.values())}
            routes = {route for key in inside | sliced for route in reads.get(key, ())}
            present = ", ".join(fault.data.get("present") or ())
            yield Found(
                Location(fault.file),
                fault.file,
                {
                    "file": fault.file,
                    "what": "is missing" if fault.kind == "shard-missing" else "cannot be opened",
                    "tensors": plural(fault.data["entries"], "tensor"),
                    "present": f"there is {present}" if present else "there is no data file",
                    "read_by": tuple(sorted(routes)),
                },
            )
