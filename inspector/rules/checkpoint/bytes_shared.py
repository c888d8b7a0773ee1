from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.saved_model import INDEX
from inspector.rules.rule import WRONG_RESULT_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.restores import routes_of

_V1 = """
saver filename=file:0 restore=restore save=file:0
graph
  a = VarHandleOp() {{dtype: float32, shape: [2], shared_name: "a"}}
  b = VarHandleOp() {{dtype: float32, shape: [2], shared_name: "b"}}
  file = Placeholder() {{dtype: string, shape: []}}
  names = Const() {{dtype: string, value: string[2] <"a", "b">}}
  slices = Const() {{dtype: string, value: string[2] <"">}}
  values = RestoreV2(file, names, slices) {{dtypes: [float32, float32]}}
  set_a = AssignVariableOp(a, values) {{dtype: float32}}
  set_b = AssignVariableOp(b, values:1) {{dtype: float32}}
  restore = NoOp(^set_a, ^set_b)
variable a float32[2] shard 0 [0, 8)
variable b float32[2] shard 0 {b}
"""
_UNREAD = "variable a float32[2] shard 0 [0, 8)\nvariable b float32[2] shard 0 [0, 8)"


class BytesShared(Rule):
    """Two tensors of the checkpoint are the same bytes.

    What it checks: whether two entries of variables.index that a load reads have one offset, size and checksum in one shard.

    Why it matters: TensorFlow writes each tensor to a place of its own. One of the two has lost its own place, its
    checksum fits the other's bytes, and every loader gives it the other's weights without a word.

    How to fix: copy variables/ again from the export, or export again; a tool that rewrites the index must keep each
    entry's offset.
    """

    code = "TB016"
    name = "bytes-shared"
    otherwise = WRONG_RESULT_WARNING
    needs = ("checkpoint",)
    message = "`{key}` and `{other}` are the same {size} bytes of {file}, from byte {offset} on"
    fix = "copy variables/ again from the export, or export again: one of the two has the other's weights"
    good = (Example(_V1.format(b="[8, 16)")), Example(_UNREAD), Example("variable a float32[0]\nvariable b float32[0]"))
    bad = (Example(_V1.format(b="[0, 8)"), expect=("b",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        if bundle is None:
            return
        slices = (one for some in bundle.slices.values() for one in some.values())
        first: dict[tuple[int, int, int, int], str] = {}
        for entry in (*bundle.entries.values(), *slices):
            if entry.slices or not entry.size:
                continue
            other = first.setdefault((entry.shard_id, entry.offset, entry.size, entry.crc32c), entry.key)
            if other is not entry.key and all(routes_of(key, bundle, it.routes) for key in (entry.key, other)):
                where = Location(INDEX, field=entry.key)
                file = next(shard.name for shard in bundle.shards if shard.shard_id == entry.shard_id)
                data = {"key": entry.key, "other": other, "size": entry.size, "offset": entry.offset, "file": file}
                yield Found(where, entry.key, data)
