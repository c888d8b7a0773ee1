"""variables.index and the data shards: the table, its header, its entries, the bytes of the tensors."""

from __future__ import annotations

from typing import Any

from inspector.wire import crc32c
from inspector.wire.schema import full_message
from tests.differential.damage.files import HTML, LFS
from tests.differential.damage.kind import damage
from tests.differential.workbench import INDEX, OBJECT_GRAPH, Copy, NoPlace, Place, place
from tests.model.bundle_builder import string_data
from tests.wire.table_builder import copies, literals

GRAPH = OBJECT_GRAPH.encode()


def index_bytes(copy: Copy, content: bytes) -> Place:
    return copy.write(INDEX, content)


@damage(3)
def index_empty(copy: Copy) -> Place:
    copy.read(INDEX)
    return index_bytes(copy, b"")


@damage(3)
def index_lfs_pointer(copy: Copy) -> Place:
    copy.read(INDEX)
    return index_bytes(copy, LFS)


@damage(2)
def index_html(copy: Copy) -> Place:
    copy.read(INDEX)
    return index_bytes(copy, HTML)


@damage(3)
def index_bad_magic(copy: Copy) -> Place:
    return index_bytes(copy, copy.read(INDEX)[:-8] + b"\0" * 8)


@damage(3)
def index_truncated(copy: Copy) -> Place:
    whole = copy.read(INDEX)
    return index_bytes(copy, whole[: len(whole) // 2])


@damage(2)
def index_truncated_tail(copy: Copy) -> Place:
    return index_bytes(copy, copy.read(INDEX)[:-1])


@damage(2)
def index_trailing_bytes(copy: Copy) -> Place:
    return index_bytes(copy, copy.read(INDEX) + b"more")


@damage(2)
def index_garbage(copy: Copy) -> Place:
    return index_bytes(copy, copy.random.randbytes(len(copy.read(INDEX))))


@damage(2)
def index_zero_filled(copy: Copy) -> Place:
    return index_bytes(copy, bytes(len(copy.read(INDEX))))


@damage()
def index_byte_of_block(copy: Copy) -> Place:
    whole = bytearray(copy.read(INDEX))
    whole[copy.random.randrange(5, len(whole) // 2)] ^= 0x20
    return index_bytes(copy, bytes(whole))


@damage(3)
def index_byte_of_footer(copy: Copy) -> Place:
    whole = bytearray(copy.read(INDEX))
    whole[-48] ^= 0x7F
    return index_bytes(copy, bytes(whole))


@damage(2)
def index_first_half_zeroed(copy: Copy) -> Place:
    whole = copy.read(INDEX)
    half = len(whole) // 2
    return index_bytes(copy, bytes(half) + whole[half:])


@damage(2)
def index_is_shard(copy: Copy) -> Place:
    return index_bytes(copy, copy.read(copy.bundle.shard(0)))


@damage(2)
def index_of_another(copy: Copy) -> Place:
    copy.read(INDEX)
    other = "dtypes" if copy.base != "dtypes" else "module-signatures"
    keys = [name for key in copy.bundle.entries for name in copy.bundle.at(key).names]
    return index_bytes(copy, Copy(other).read(INDEX))._replace(names=(INDEX, OBJECT_GRAPH, *keys))


@damage(3)
def index_small_blocks(copy: Copy) -> Place:
    copy.bundle.options["entries_per_block"] = 2
    return place(INDEX)


@damage(3)
def index_snappy(copy: Copy) -> Place:
    copy.bundle.options["compress"] = copies
    return place(INDEX)


@damage(2)
def index_snappy_literals(copy: Copy) -> Place:
    copy.bundle.options["compress"] = literals
    return place(INDEX)


@damage(2)
def index_snappy_damaged(copy: Copy) -> Place:
    copy.bundle.options["compress"] = lambda block: copies(block)[:-3]
    return place(INDEX)


# header


@damage(3)
def header_missing(copy: Copy) -> Place:
    copy.bundle.header = None
    return place(INDEX, "header")


@damage(2)
def header_not_proto(copy: Copy) -> Place:
    copy.bundle.header = b"\xff\xff garbage"
    return place(INDEX, "header")


@damage(3)
def header_num_shards_high(copy: Copy) -> Place:
    shards = copy.bundle.shards()
    copy.bundle.header.num_shards += 2
    return place(INDEX, "num_shards", *shards, *copy.bundle.shards())


@damage(2)
def header_num_shards_0(copy: Copy) -> Place:
    shards = copy.bundle.shards()
    copy.bundle.header.num_shards = 0
    return place(INDEX, "num_shards", *shards, copy.bundle.shard(0))


@damage(2)
def header_num_shards_negative(copy: Copy) -> Place:
    shards = copy.bundle.shards()
    copy.bundle.header.num_shards = -1
    return place(INDEX, "num_shards", *shards)


@damage(3)
def header_min_consumer(copy: Copy) -> Place:
    copy.bundle.header.version.min_consumer = 99
    return place(INDEX, "version", "min_consumer", "99")


@damage(2)
def header_bad_consumers(copy: Copy) -> Place:
    copy.bundle.header.version.bad_consumers.append(1)
    return place(INDEX, "version", "bad_consumers")


@damage(2)
def header_producer_99(copy: Copy) -> Place:
    copy.bundle.header.version.producer = 99
    return place(INDEX, "version")


@damage(2)
def header_producer_negative(copy: Copy) -> Place:
    copy.bundle.header.version.producer = -1
    return place(INDEX, "version", "producer")


@damage(2)
def header_version_cleared(copy: Copy) -> Place:
    copy.bundle.header.ClearField("version")
    return place(INDEX, "version")


@damage()
def header_big_endian(copy: Copy) -> Place:
    copy.bundle.header.endianness = 1
    return place(INDEX, "endianness")


@damage(2)
def header_endianness_unknown(copy: Copy) -> Place:
    copy.bundle.header.endianness = 7
    return place(INDEX, "endianness")


# entries


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


# the data


def shard_bytes(copy: Copy, content: bytes) -> Place:
    file = copy.bundle.shard(0)
    keys = [key for key, entry in copy.bundle.entries.items() if entry.shard_id == 0]
    copy.write(file, content)
    return place(file, *[name for key in keys for name in copy.bundle.at(key).names])


@damage()
def shard_missing_first(copy: Copy) -> Place:
    return copy.remove(copy.bundle.shard(0))


@damage(1)
def shard_missing_last(copy: Copy) -> Place:
    if copy.bundle.header.num_shards < 2:
        raise NoPlace("one shard")
    return copy.remove(copy.bundle.shards()[-1])


@damage(2)
def shard_renamed(copy: Copy) -> Place:
    file = copy.bundle.shard(0)
    copy.files["variables/variables.data-00000-of-00002"] = copy.read(file)
    return copy.remove(file)


@damage(3)
def shard_empty(copy: Copy) -> Place:
    return shard_bytes(copy, b"")


@damage(3)
def shard_truncated_half(copy: Copy) -> Place:
    whole = copy.read(copy.bundle.shard(0))
    return shard_bytes(copy, whole[: len(whole) // 2])


@damage(3)
def shard_truncated_1(copy: Copy) -> Place:
    return shard_bytes(copy, copy.read(copy.bundle.shard(0))[:-1])


@damage(2)
def shard_extra_bytes(copy: Copy) -> Place:
    return shard_bytes(copy, copy.read(copy.bundle.shard(0)) + b"more")


@damage(3)
def shard_lfs_pointer(copy: Copy) -> Place:
    copy.read(copy.bundle.shard(0))
    return shard_bytes(copy, LFS)


@damage(3)
def shard_zero_filled(copy: Copy) -> Place:
    return shard_bytes(copy, bytes(len(copy.read(copy.bundle.shard(0)))))


@damage(3)
def shard_of_another(copy: Copy) -> Place:
    own = len(copy.read(copy.bundle.shard(0)))
    other = Copy("dtypes" if copy.base != "dtypes" else "module-signatures")
    content = other.read("variables/variables.data-00000-of-00001")
    return shard_bytes(copy, (content * (own // len(content) + 1))[:own])


@damage(5)
def shard_bit_flip(copy: Copy) -> Place:
    key = copy.bundle.number()
    entry = copy.bundle.entries[key]
    file = copy.bundle.shard(entry.shard_id)
    whole = bytearray(copy.read(file))
    whole[entry.offset + copy.random.randrange(entry.size)] ^= 1 << copy.random.randrange(8)
    copy.write(file, bytes(whole))
    return copy.bundle.at(key, file)


@damage(3)
def shard_bit_flip_in_string(copy: Copy) -> Place:
    key = copy.bundle.key(lambda key, entry: entry.dtype == 7 and entry.size > 6)
    entry = copy.bundle.entries[key]
    file = copy.bundle.shard(entry.shard_id)
    whole = bytearray(copy.read(file))
    whole[entry.offset + entry.size - 1] ^= 1
    copy.write(file, bytes(whole))
    return copy.bundle.at(key, file)


@damage(3)
def objgraph_bit_flip(copy: Copy) -> Place:
    if GRAPH not in copy.bundle.entries:
        raise NoPlace("no object graph")
    entry = copy.bundle.entries[GRAPH]
    file = copy.bundle.shard(entry.shard_id)
    whole = bytearray(copy.read(file))
    whole[entry.offset + entry.size - 2] ^= 1
    copy.write(file, bytes(whole))
    return place(OBJECT_GRAPH, file)


@damage()
def weights_replaced(copy: Copy) -> Place:
    """Other numbers, with a checksum that fits."""
    key = copy.bundle.key(lambda key, entry: entry.dtype == 1 and entry.size and not entry.slices)
    copy.bundle.store(key, bytes(len(copy.bundle.data(key))))
    return copy.bundle.at(key)


# the object graph of the checkpoint


def tracked(copy: Copy) -> Any:
    if GRAPH not in copy.bundle.entries:
        raise NoPlace("no object graph")
    data = copy.bundle.data(GRAPH)
    at = 0
    while data[at] & 0x80:
        at += 1
    return full_message("TrackableObjectGraph").FromString(data[at + 5 :])


def track(copy: Copy, graph: Any) -> None:
    content = graph if isinstance(graph, bytes) else graph.SerializeToString(deterministic=True)
    data, crc = string_data([content])
    copy.bundle.store(GRAPH, data, crc)


@damage(2)
def tracked_rewritten(copy: Copy) -> Place:
    """No damage: written again."""
    track(copy, tracked(copy))
    return place(OBJECT_GRAPH)


@damage(3)
def tracked_not_proto(copy: Copy) -> Place:
    tracked(copy)
    track(copy, b"\xff\xff garbage")
    return place(OBJECT_GRAPH)


@damage(2)
def tracked_empty(copy: Copy) -> Place:
    tracked(copy)
    track(copy, b"")
    return place(OBJECT_GRAPH)


@damage(3)
def tracked_key_renamed(copy: Copy) -> Place:
    graph = tracked(copy)
    node = copy.pick(graph.nodes, lambda node: node.attributes)
    old, node.attributes[0].checkpoint_key = node.attributes[0].checkpoint_key, "nowhere/.ATTRIBUTES/VARIABLE_VALUE"
    track(copy, graph)
    return place(OBJECT_GRAPH, old, "nowhere/.ATTRIBUTES/VARIABLE_VALUE", old.partition("/.ATTR")[0], "nowhere")


@damage(3)
def tracked_attribute_removed(copy: Copy) -> Place:
    graph = tracked(copy)
    node = copy.pick(graph.nodes, lambda node: node.attributes)
    old = node.attributes[0].checkpoint_key
    del node.attributes[:]
    track(copy, graph)
    return place(OBJECT_GRAPH, old, old.partition("/.ATTR")[0])


@damage(3)
def tracked_child_renamed(copy: Copy) -> Place:
    graph = tracked(copy)
    child = copy.pick([child for node in graph.nodes for child in node.children if child.local_name != "signatures"])
    old, child.local_name = child.local_name, "renamed"
    track(copy, graph)
    return place(OBJECT_GRAPH, old, "renamed")


@damage(2)
def tracked_child_out_of_range(copy: Copy) -> Place:
    graph = tracked(copy)
    child = copy.pick([child for node in graph.nodes for child in node.children])
    child.node_id = 9999
    track(copy, graph)
    return place(OBJECT_GRAPH, child.local_name, "9999")


@damage(2)
def tracked_slot_out_of_range(copy: Copy) -> Place:
    graph = tracked(copy)
    node = copy.pick(graph.nodes, lambda node: node.slot_variables)
    node.slot_variables[0].slot_variable_node_id = 9999
    track(copy, graph)
    return place(OBJECT_GRAPH, "9999")


@damage(2)
def tracked_is_two_strings(copy: Copy) -> Place:
    content = tracked(copy).SerializeToString(deterministic=True)
    data, crc = string_data([content, b""])
    copy.bundle.store(GRAPH, data, crc)
    copy.bundle.entries[GRAPH].shape.dim.add().size = 2
    return place(OBJECT_GRAPH)


@damage(2)
def objgraph_is_number(copy: Copy) -> Place:
    tracked(copy)
    copy.bundle.entries[GRAPH].dtype = 1
    return place(OBJECT_GRAPH)


@damage(2)
def objgraph_length_checksum(copy: Copy) -> Place:
    """The checksum of the string's length, inside the data, does not match."""
    tracked(copy)
    data = bytearray(copy.bundle.data(GRAPH))
    at = 0
    while data[at] & 0x80:
        at += 1
    data[at + 1] ^= 1
    copy.bundle.store(GRAPH, bytes(data), crc32c.value(bytes(data)))
    return place(OBJECT_GRAPH, copy.bundle.shard(copy.bundle.entries[GRAPH].shard_id))
