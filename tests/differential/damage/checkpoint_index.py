"""variables.index: the table, its header, its entries."""

from __future__ import annotations

from tests.differential.damage.files import HTML, LFS
from tests.differential.damage.kind import damage
from tests.differential.places import INDEX, OBJECT_GRAPH, Place, place
from tests.differential.workbench import Copy
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
