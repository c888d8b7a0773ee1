from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.rules.wording import some_of
from inspector.topology.inspection import Inspection
from inspector.topology.restores import routes_of

SHARD = "variables/variables.data-00000-of-00001"


class Checksum(Rule):
    """The bytes of a tensor do not match the checksum in the index.

    What it checks: the crc32c of each tensor (of all when the data files are small or ``--verify`` is given, otherwise of
    the object graph of the checkpoint), and of the lengths of strings.

    Why it matters: every loader that reads such a tensor stops: "TensorBundle at ... shard 0 (... bytes): Checksum does
    not match: stored ... vs. calculated on the restored bytes ...", "The length checksum does not match". A stored
    checksum of 0 is checked like any other.

    How to fix: index and data files come from different exports, or the copy was damaged: copy the whole folder
    variables/ again.
    """

    code = "TB005"
    name = "checksum"
    otherwise = ADVICE_WARNING
    needs = ("checkpoint fault",)
    message = "in {file} the bytes of {keys} do not match the checksums in variables.index"
    fix = "copy the whole folder variables/ again: index and data files must come from one export"
    good = (Example("variable w float32[2]"),)
    bad = (Example("variable w float32[2]", damage=((SHARD, "flip 0"),), expect=("w",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        kinds = ("checksum", "lengths-checksum", "data-lengths")
        faults = [] if bundle is None else [fault for fault in bundle.faults if fault.kind in kinds]
        if not faults:
            return
        assert bundle is not None
        reads = it.routes
        grouped: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for fault in faults:
            grouped.setdefault((fault.file, routes_of(fault.key, bundle, reads)), []).append(fault.key)
        for (file, routes), keys in grouped.items():
            data = {"file": file, "keys": some_of(keys), "read_by": routes}
            yield from (Found(Location(file), key, data) for key in keys)
