"""Variables and assets."""

from __future__ import annotations

from inspector.wire import crc32c
from tests.comparison.edits.registry import MODULE, TABLE, V1, calls_fail, calls_run, edit, loads_fail, loads_work
from tests.differential.workbench import Copy


def flip(copy: Copy, key: str) -> None:
    """Another last byte of a tensor, with the checksum to fit."""
    entry = copy.bundle.entries[key.encode()]
    shard = copy.bundle.shard(entry.shard_id)
    raw = bytearray(copy.read(shard))
    raw[entry.offset + entry.size - 1] ^= 1
    copy.write(shard, bytes(raw))
    entry.crc32c = crc32c.mask(crc32c.value(bytes(raw[entry.offset : entry.offset + entry.size])))


KERNEL = "kernel/.ATTRIBUTES/VARIABLE_VALUE"


@edit(MODULE, "DF300 variables", "DF300 variables")
def weights_changed(copy: Copy) -> None:
    flip(copy, KERNEL)


@edit("sharded-checkpoint", "DF300 variables", "DF300 variables")
def weights_changed_in_a_shard(copy: Copy) -> None:
    flip(copy, "second/.ATTRIBUTES/VARIABLE_VALUE")


@edit(V1, "DF300 variables", "DF300 variables")
def v1_weights_changed(copy: Copy) -> None:
    flip(copy, "weights")


@edit(MODULE, "DF301 variable extra", "DF302 variable extra")
def tensor_added(copy: Copy) -> None:
    added = copy.bundle.entries.setdefault(b"extra", type(copy.bundle.entries[KERNEL.encode()])())
    added.CopyFrom(copy.bundle.entries[b"bias/.ATTRIBUTES/VARIABLE_VALUE"])
    added.size = 8
    added.shape.dim[0].size = 2
    raw = copy.read(copy.bundle.shard(0))[added.offset : added.offset + 8]
    added.crc32c = crc32c.mask(crc32c.value(raw))


@edit(TABLE, "DF203 asset vocab.txt", "DF203 asset vocab.txt")
def asset_content(copy: Copy) -> None:
    copy.write("assets/vocab.txt", b"alpha\nbeta\ndelta\n")


@edit(MODULE, "DF509 assets")
def asset_added(copy: Copy) -> None:
    copy.write("assets/more.txt", b"more\n")


@edit(MODULE, "DF300 variables")
def all_weights_changed(copy: Copy) -> None:
    for key in (KERNEL, "bias/.ATTRIBUTES/VARIABLE_VALUE"):
        flip(copy, key)


@edit(V1, "DF303 variable weights", "DF303 variable rows")
def v1_variable_renamed(copy: Copy) -> None:
    copy.bundle.entries[b"rows"] = copy.bundle.entries.pop(b"weights")
    for one in copy.graph.node:
        if one.name in ("save/RestoreV2/tensor_names", "save/SaveV2/tensor_names"):
            one.attr["value"].tensor.string_val[:] = [b"rows"]


@edit(
    V1,
    ("DF207 variable weights", *calls_fail("serving_default")),
    ("DF207 variable weights", *calls_run("serving_default")),
)
def v1_variable_reshaped(copy: Copy) -> None:
    entry = copy.bundle.entries[b"weights"]
    entry.shape.dim[0].size, entry.shape.dim[1].size = 2, 4


@edit(V1, ("DF208 variable weights", *loads_fail()), ("DF208 variable weights", *loads_work()))
def v1_variable_dtype(copy: Copy) -> None:
    copy.bundle.entries[b"weights"].dtype = 3


@edit("adam-slots", "DF300 variables")
def slot_of_an_optimizer_changed(copy: Copy) -> None:
    (key,) = [
        key for key in copy.bundle.entries if b"/m/" in key or key.endswith(b"momentum/.ATTRIBUTES/VARIABLE_VALUE")
    ][:1]
    flip(copy, key.decode())


@edit(TABLE, "DF506 asset vocab.txt", "DF506 asset words.txt")
def asset_renamed(copy: Copy) -> None:
    copy.write("assets/words.txt", copy.read("assets/vocab.txt"))
    copy.remove("assets/vocab.txt")
    copy.meta.asset_file_def[0].filename = "words.txt"


@edit(TABLE, ("DF204 asset vocab.txt", "DF205 asset words.txt", "DF202 initialisation"),
      ("DF204 asset words.txt", "DF205 asset vocab.txt", "DF202 initialisation"))  # fmt: skip
def asset_replaced(copy: Copy) -> None:
    """Another name and another content: another asset."""
    copy.write("assets/words.txt", b"one\ntwo\n")
    copy.remove("assets/vocab.txt")
    copy.meta.asset_file_def[0].filename = "words.txt"
