"""The entries of variables.index, whole tensors and slices."""

from __future__ import annotations

from typing import Any

from tests.differential.damage.checkpoint_index import GRAPH
from tests.differential.damage.kind import damage
from tests.differential.places import INDEX, OBJECT_GRAPH, NoPlace, Place, place
from tests.differential.workbench import Copy


@damage(5)
def entry_missing(copy: Copy) -> Place:
    key = copy.bundle.key()
    del copy.bundle.entries[key]
    return copy.bundle.at(key)


@damage(3)
def entry_renamed(copy: Copy) -> Place:
    key = copy.bundle.key()
    copy.bundle.entries[key + b"_old"] = copy.bundle.entries.pop(key)
    return copy.bundle.at(key)


@damage(3)
def entry_extra(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[b"zz_extra"] = copy.bundle.entries[key]
    return place("zz_extra")


@damage(2)
def entries_all_missing(copy: Copy) -> Place:
    keys = list(copy.bundle.entries)
    copy.bundle.entries.clear()
    return place(INDEX, *[name for key in keys for name in copy.bundle.at(key).names])


@damage()
def entry_objgraph_missing(copy: Copy) -> Place:
    if GRAPH not in copy.bundle.entries:
        raise NoPlace("no object graph")
    del copy.bundle.entries[GRAPH]
    return place(OBJECT_GRAPH)


@damage(4)
def entry_dtype_int(copy: Copy) -> Place:
    """The same size, another type."""
    key = copy.bundle.key(lambda key, entry: entry.dtype == 1 and not entry.slices)
    copy.bundle.entries[key].dtype = 3
    return copy.bundle.at(key)


@damage(3)
def entry_dtype_wider(copy: Copy) -> Place:
    key = copy.bundle.key(lambda key, entry: entry.dtype == 1 and not entry.slices)
    copy.bundle.entries[key].dtype = 2
    return copy.bundle.at(key)


@damage(3)
def entry_dtype_string(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[key].dtype = 7
    return copy.bundle.at(key)


@damage(2)
def entry_dtype_number_for_string(copy: Copy) -> Place:
    key = copy.bundle.key(lambda key, entry: entry.dtype == 7)
    copy.bundle.entries[key].dtype = 1
    return copy.bundle.at(key)


@damage(3)
def entry_dtype_invalid(copy: Copy) -> Place:
    key = copy.bundle.key()
    copy.bundle.entries[key].dtype = 777
    return copy.bundle.at(key)


@damage(2)
def entry_dtype_0(copy: Copy) -> Place:
    key = copy.bundle.key()
    copy.bundle.entries[key].dtype = 0
    return copy.bundle.at(key)


@damage(2)
def entry_dtype_reference(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[key].dtype += 100
    return copy.bundle.at(key)


@damage(2)
def entry_dtype_resource(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[key].dtype = 20
    return copy.bundle.at(key)


@damage(5)
def entry_shape_transposed(copy: Copy) -> Place:
    def oblong(key: str, entry: Any) -> bool:
        sizes = [dim.size for dim in entry.shape.dim]
        return not entry.slices and sizes != sizes[::-1]

    key = copy.bundle.key(oblong)
    shape = copy.bundle.entries[key].shape
    sizes = [dim.size for dim in shape.dim]
    for dim, size in zip(shape.dim, reversed(sizes), strict=True):
        dim.size = size
    return copy.bundle.at(key)


@damage(3)
def entry_shape_flat(copy: Copy) -> Place:
    key = copy.bundle.key(lambda key, entry: len(entry.shape.dim) > 1 and not entry.slices)
    shape = copy.bundle.entries[key].shape
    total = 1
    for dim in shape.dim:
        total *= dim.size
    shape.Clear()
    shape.dim.add().size = total
    return copy.bundle.at(key)


@damage(3)
def entry_shape_larger(copy: Copy) -> Place:
    """More elements, without more bytes."""
    key = copy.bundle.key(lambda key, entry: entry.shape.dim and not entry.slices and entry.dtype != 7)
    copy.bundle.entries[key].shape.dim[0].size += 1
    return copy.bundle.at(key)


@damage(3)
def entry_resized(copy: Copy) -> Place:
    """A sound tensor, one row longer than the variable."""
    key = copy.bundle.key(lambda key, entry: entry.shape.dim and entry.size and not entry.slices and entry.dtype != 7)
    entry = copy.bundle.entries[key]
    rows = entry.shape.dim[0].size
    data = copy.bundle.data(key)
    entry.shape.dim[0].size = rows + 1
    copy.bundle.store(key, data + data[: len(data) // rows])
    return copy.bundle.at(key)


@damage(3)
def entry_negative_dim(copy: Copy) -> Place:
    key = copy.bundle.key(lambda key, entry: entry.shape.dim)
    copy.bundle.entries[key].shape.dim[0].size = -3
    return copy.bundle.at(key)


@damage(2)
def entry_shape_overflow(copy: Copy) -> Place:
    key = copy.bundle.key()
    for _ in range(3):
        copy.bundle.entries[key].shape.dim.add().size = 1 << 40
    return copy.bundle.at(key)


@damage(2)
def entry_unknown_rank(copy: Copy) -> Place:
    key = copy.bundle.key()
    copy.bundle.entries[key].shape.Clear()
    copy.bundle.entries[key].shape.unknown_rank = True
    return copy.bundle.at(key)


@damage(2)
def entry_shape_cleared(copy: Copy) -> Place:
    key = copy.bundle.key(lambda key, entry: entry.shape.dim and not entry.slices)
    copy.bundle.entries[key].ClearField("shape")
    return copy.bundle.at(key)


@damage(3)
def entry_size_wrong(copy: Copy) -> Place:
    key = copy.bundle.number(4)
    copy.bundle.entries[key].size -= 4
    return copy.bundle.at(key)


@damage(2)
def entry_size_0(copy: Copy) -> Place:
    key = copy.bundle.number(4)
    copy.bundle.entries[key].size = 0
    return copy.bundle.at(key)


@damage(2)
def entry_size_negative(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[key].size = -8
    return copy.bundle.at(key)


@damage(3)
def entry_offset_beyond(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[key].offset = 1 << 30
    return copy.bundle.at(key, copy.bundle.shard(copy.bundle.entries[key].shard_id))


@damage(3)
def entry_offset_shifted(copy: Copy) -> Place:
    key = copy.bundle.number(8)
    copy.bundle.entries[key].offset = 1 if not copy.bundle.entries[key].offset else 0
    return copy.bundle.at(key, copy.bundle.shard(copy.bundle.entries[key].shard_id))


@damage(2)
def entry_offset_negative(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[key].offset = -4
    return copy.bundle.at(key)


@damage(3)
def entry_shard_out_of_range(copy: Copy) -> Place:
    key = copy.bundle.key()
    copy.bundle.entries[key].shard_id = 9
    return copy.bundle.at(key, copy.bundle.shard(9))


@damage(2)
def entry_shard_negative(copy: Copy) -> Place:
    key = copy.bundle.key()
    copy.bundle.entries[key].shard_id = -1
    return copy.bundle.at(key, copy.bundle.shard(-1))


@damage()
def entry_crc_wrong(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[key].crc32c ^= 1
    return copy.bundle.at(key, copy.bundle.shard(copy.bundle.entries[key].shard_id))


@damage(2)
def entry_crc_0(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[key].crc32c = 0
    return copy.bundle.at(key, copy.bundle.shard(copy.bundle.entries[key].shard_id))


@damage(2)
def entry_crc_of_empty(copy: Copy) -> Place:
    """A tensor without elements: its checksum is read all the same?"""
    key = copy.bundle.key(lambda key, entry: not entry.size and not entry.slices)
    copy.bundle.entries[key].crc32c ^= 1
    return copy.bundle.at(key)


@damage(3)
def entry_not_proto(copy: Copy) -> Place:
    key = copy.bundle.key()
    copy.bundle.entries[key] = b"\xff\xff garbage"
    return copy.bundle.at(key)


@damage(2)
def entry_empty(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[key] = b""
    return copy.bundle.at(key)


@damage(2)
def entry_unknown_field(copy: Copy) -> Place:
    key = copy.bundle.number()
    copy.bundle.entries[key] = copy.bundle.entries[key].SerializeToString() + b"\xf8\x06\x07"
    return copy.bundle.at(key)


@damage(3)
def entries_swapped(copy: Copy) -> Place:
    """Two tensors of one type and shape under each other's keys."""
    entries = copy.bundle.entries

    def form(key: bytes) -> tuple[int, bytes]:
        return entries[key].dtype, entries[key].shape.SerializeToString()

    pairs = [
        (one, other)
        for one in entries
        for other in entries
        if one < other and form(one) == form(other) and entries[one].size and not one.startswith((b"\0", b"_"))
    ]
    one, other = copy.pick(pairs)
    entries[one], entries[other] = entries[other], entries[one]
    return place(*copy.bundle.at(one).names, *copy.bundle.at(other).names)


# partitioned variables


def sliced(copy: Copy) -> bytes:
    return copy.pick([key for key, entry in copy.bundle.entries.items() if entry.slices])


@damage(2)
def slice_entry_missing(copy: Copy) -> Place:
    whole = sliced(copy)
    key = copy.pick([key for key in copy.bundle.entries if key.startswith(b"\0")])
    del copy.bundle.entries[key]
    return copy.bundle.at(whole)


@damage(2)
def slice_left_out(copy: Copy) -> Place:
    """The whole tensor does not list one of its slices."""
    key = sliced(copy)
    del copy.bundle.entries[key].slices[-1]
    return copy.bundle.at(key)


@damage(2)
def slice_extent_wrong(copy: Copy) -> Place:
    key = sliced(copy)
    copy.bundle.entries[key].slices[0].extent[0].length += 1
    return copy.bundle.at(key)


@damage(2)
def slices_cleared(copy: Copy) -> Place:
    key = sliced(copy)
    copy.bundle.entries[key].ClearField("slices")
    return copy.bundle.at(key)


@damage(2)
def slice_entry_dtype(copy: Copy) -> Place:
    whole = sliced(copy)
    key = copy.pick([key for key in copy.bundle.entries if key.startswith(b"\0")])
    copy.bundle.entries[key].dtype = 3
    return copy.bundle.at(whole)


@damage(2)
def whole_shape_of_slices(copy: Copy) -> Place:
    key = sliced(copy)
    copy.bundle.entries[key].shape.dim[0].size += 1
    return copy.bundle.at(key)
