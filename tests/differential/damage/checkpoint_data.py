"""The data shards of a checkpoint, and the object graph that lies in them."""

from __future__ import annotations

from typing import Any

from inspector.wire import crc32c
from inspector.wire.schema import full_message
from tests.differential.damage.checkpoint_index import GRAPH
from tests.differential.damage.files import LFS
from tests.differential.damage.kind import damage
from tests.differential.places import OBJECT_GRAPH, NoPlace, Place, place
from tests.differential.workbench import Copy
from tests.model.bundle_builder import string_data

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
