"""Builds real SavedModel folders from the text form, or from a rule's example."""

from __future__ import annotations

import os
import shutil
from math import prod
from pathlib import Path
from struct import pack
from typing import Any

from inspector.catalogue import release
from inspector.model import dtypes
from inspector.model.bundle import OBJECT_GRAPH_KEY
from inspector.model.objects import VARIABLE_VALUE, ObjectGraph
from inspector.model.saved_model import PB
from inspector.model.text_parser import Parsed, Variable, parse
from inspector.model.text_values import STORAGES
from inspector.rules.rule import Example
from inspector.wire import crc32c
from inspector.wire.schema import full_message
from tests.model.bundle_builder import entry, string_data
from tests.wire.table_builder import table

PREFIX = "variables/variables"
LATEST = "latest"
_LARGEST = 64 << 20


def build(source: Example | str, folder: str | Path) -> str:
    """Write the model of a text or an example into ``folder``, which is made, and return it.

    The checkpoint is always written, with nothing but its header where the text has no variables. Variables get zeros,
    or the values in the text, one after another; those with a place (``shard 1 [8, 16)``) lie there. A model with an
    object graph gets the checkpoint's own object graph: that of the ``trackable`` lines, else one like the model's.
    Then come the example's files, and its damage last.
    """
    example = Example(source) if isinstance(source, str) else source
    top = os.fspath(folder)
    parsed = parse(example.text, producer=release(example.target).graph_def_version)
    write(top, PB, parsed.saved_model.SerializeToString(deterministic=True))
    write_checkpoint(top, parsed)
    for name in parsed.assets:
        write(top, f"assets/{name}", f"{name}\n".encode())
    for name, size in parsed.files.items():
        write(top, name, (b"line\n" * (size // 5 + 1))[:size])
    for name, raw in example.files.items():
        if raw is None:
            remove(top, name)
        else:
            write(top, name, raw)
    for name, edit in example.damage:
        damage(top, name, edit)
    return top


def write(top: str, name: str, raw: bytes) -> None:
    """Write a file below ``top``; a name that leads outside, or is that of no file, is left alone."""
    path = os.path.normpath(os.path.join(top, name))
    outside = not path.startswith(os.path.normpath(top) + os.sep)
    if outside or "\0" in name or os.path.basename(path) != os.path.basename(name):
        return
    os.makedirs(os.path.dirname(path), exist_ok=True)
    Path(path).write_bytes(raw)


def remove(top: str, name: str) -> None:
    path = os.path.join(top, name)
    if os.path.isdir(path):
        shutil.rmtree(path)
    else:
        os.remove(path)


def damage(top: str, name: str, edit: str) -> None:
    """One edit of one file.

    ``cut N`` the last N bytes · ``flip N`` the lowest bit of byte N (negative: from the end) · ``write N HEX`` over the
    bytes from N on · ``append HEX`` · ``remove`` the file or folder.
    """
    verb, *arguments = edit.split(" ", 2)
    if verb == "remove":
        remove(top, name)
        return
    path = Path(top, name)
    raw = bytearray(path.read_bytes())
    if verb == "cut":
        del raw[len(raw) - int(arguments[0]) :]
    elif verb == "flip":
        raw[int(arguments[0])] ^= 1
    elif verb == "write":
        at, new = int(arguments[0]), bytes.fromhex(arguments[1])
        raw[at : at + len(new)] = new
    elif verb == "append":
        raw += bytes.fromhex("".join(arguments))
    else:
        raise ValueError(f"unknown edit {edit!r}")
    path.write_bytes(raw)


def write_checkpoint(top: str, parsed: Parsed) -> None:
    """The index and the shards."""
    header = parsed.header
    if header is None:
        header = full_message("BundleHeaderProto")(num_shards=1)
        header.version.producer = 1
    shards: dict[int, bytearray] = {number: bytearray() for number in range(header.num_shards)}
    records: dict[bytes, Any] = {}
    order = ">" if header.endianness == 1 else "<"
    # Those with a place first, so that the others come after them.
    for key, variable in sorted(parsed.variables.items(), key=lambda item: item[1].offset is None):
        if key != OBJECT_GRAPH_KEY:
            records[key.encode()] = _place(variable, shards, order)
    graph = _trackables(parsed)
    if graph is not None:
        values = full_message("TensorProto")(dtype=dtypes.STRING, string_val=[graph.SerializeToString()])
        shard = max(shards, default=0)
        records[OBJECT_GRAPH_KEY.encode()] = _place(Variable(values, shard), shards, order)
    raw = {b"": header.SerializeToString(deterministic=True)}
    raw.update((key, records[key].SerializeToString(deterministic=True)) for key in sorted(records))
    write(top, f"{PREFIX}.index", table(raw))
    for number, data in shards.items():
        write(top, f"{PREFIX}.data-{number:05d}-of-{max(header.num_shards, number + 1):05d}", bytes(data))


def _place(variable: Variable, shards: dict[int, bytearray], order: str) -> Any:
    """Put a variable's bytes into its shard, and make its entry."""
    data, crc = _data(variable, order)
    shard = variable.shard or 0
    bytes_of_shard = shards.setdefault(shard, bytearray())
    offset = len(bytes_of_shard) if variable.offset is None else variable.offset
    proto = entry(variable.dtype, variable.shape, offset, data, crc)
    proto.shard_id = shard
    if variable.size is not None:
        proto.size = variable.size
    if offset >= 0:
        missing = offset + len(data) - len(bytes_of_shard)
        bytes_of_shard.extend(bytes(max(0, missing)))
        bytes_of_shard[offset : offset + len(data)] = data
    return proto


def _data(variable: Variable, order: str) -> tuple[bytes, int]:
    """The bytes of a tensor and their checksum; as many as its place has, if it has one."""
    count = prod(max(0, size) for size in variable.shape)
    if count > _LARGEST:
        raise ValueError(f"an example with a variable of {count} elements")
    values = variable.values
    if variable.dtype == dtypes.STRING and not values.tensor_content:
        return _strings(variable, count, order)
    data = bytes(values.tensor_content) or numbers(values, count, order)
    if variable.size is not None:
        data = data[: max(0, variable.size)].ljust(min(variable.size, _LARGEST), b"\0")
    return data, crc32c.value(data)


def numbers(values: Any, count: int, order: str) -> bytes:
    """The elements of a TensorProto's typed values, the last one repeated; zeros where there are none."""
    storage = STORAGES.get(values.dtype)
    if storage is None:
        return bytes(count * dtypes.SIZES.get(values.dtype, 0))
    given = list(getattr(values, storage.field)) or [0]
    if storage.field in ("scomplex_val", "dcomplex_val"):
        count *= 2
    filled = (given + given[-1:] * count)[:count]
    return pack(f"{order}{count}{storage.code}", *filled)


def _strings(variable: Variable, count: int, order: str) -> tuple[bytes, int]:
    given = list(variable.values.string_val) or [b""]
    strings = (given + given[-1:] * count)[:count]
    data, crc = string_data(strings, order)
    if variable.size is not None and len(data) != variable.size and strings:
        for length in range(max(0, variable.size - len(data) - 10), max(0, variable.size - len(data)) + 1):
            longer, longer_crc = string_data([bytes(length), *strings[1:]], order)
            if len(longer) == variable.size:
                return longer, longer_crc
    return data, crc


def _trackables(parsed: Parsed) -> Any | None:
    """The checkpoint's TrackableObjectGraph; None for a model without objects.

    Where the text has no ``trackable`` lines it is like the model's own, and a variable that the root reaches as
    ``dense.kernel`` has the key ``dense/kernel/.ATTRIBUTES/VARIABLE_VALUE``, whether that is in the checkpoint or not; a
    slot ``w/.OPTIMIZER_SLOT/optimizer/momentum/.ATTRIBUTES/VARIABLE_VALUE``.
    """
    if parsed.trackables is not None:
        return parsed.trackables
    metas = parsed.saved_model.meta_graphs
    if not metas or not metas[0].HasField("object_graph_def"):
        return None
    objects = ObjectGraph(metas[0].object_graph_def.SerializeToString())
    paths = {node: path.replace(".", "/") for node, path in objects.walk()}
    for (optimizer, original, name), slot in objects.slots().items():
        paths[slot] = f"{paths.get(original, '')}/.OPTIMIZER_SLOT/{paths.get(optimizer, '')}/{name}"
    graph = full_message("TrackableObjectGraph")()
    for number, node in enumerate(objects.nodes):
        trackable = graph.nodes.add()
        for child in node.children:
            trackable.children.add(local_name=child.local_name, node_id=child.node_id)
        for one in node.slot_variables:
            trackable.slot_variables.add(
                slot_name=one.slot_name,
                original_variable_node_id=one.original_variable_node_id,
                slot_variable_node_id=one.slot_variable_node_id,
            )
        if node.WhichOneof("kind") == "variable":
            key = f"{paths.get(number, '')}/.ATTRIBUTES/{VARIABLE_VALUE}"
            trackable.attributes.add(name=VARIABLE_VALUE, checkpoint_key=key)
    return graph
