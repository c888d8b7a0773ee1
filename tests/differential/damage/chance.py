"""Random damage by a seeded generator: fields of messages by their schema, and bytes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

from google.protobuf.descriptor import FieldDescriptor

from tests.differential.damage.kind import damage
from tests.differential.damage.objects import at as object_at
from tests.differential.places import INDEX, PB, NoPlace, Place, place
from tests.differential.workbench import Copy, base_of

INTEGERS = (0, 1, -1, 2, 7, 99, 1 << 20)
UNSIGNED = (FieldDescriptor.CPPTYPE_UINT32, FieldDescriptor.CPPTYPE_UINT64)
SKIPPED = ("stripped_op_list", "debug_info", "experimental_debug_info")
NAMING = ("name", "local_name", "concrete_function_name", "filename", "checkpoint_key", "tensor_name")
Path = tuple[tuple[Any, Any], ...]


def leaves(message: Any, path: Path = ()) -> Iterator[Path]:
    """Every set field of a message and of all in it, as the way to it: pairs of a message and a field descriptor."""
    for field, value in message.ListFields():
        here = (*path, (message, field))
        if field.name in SKIPPED:
            continue
        yield here
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            inner = field.message_type.fields_by_name["value"]
            if inner.message_type is not None:
                for key in sorted(value):
                    yield from leaves(value[key], here)
        else:
            for item in value if field.is_repeated else (value,):
                yield from leaves(item, here)


def other_value(field: Any, value: Any, chance: random.Random) -> Any:
    """Another value of the field's type."""
    kind = field.cpp_type
    if kind == FieldDescriptor.CPPTYPE_STRING:
        if field.type == FieldDescriptor.TYPE_BYTES:
            return chance.choice([b"", value[:-1], value + b"\0", b"\xff" + value[1:]])
        return chance.choice(["", value[:-1], value + "_x", value.upper(), "other"])
    if kind == FieldDescriptor.CPPTYPE_BOOL:
        return not value
    if kind == FieldDescriptor.CPPTYPE_ENUM:
        return chance.choice(field.enum_type.values).number
    if kind in (FieldDescriptor.CPPTYPE_FLOAT, FieldDescriptor.CPPTYPE_DOUBLE):
        return chance.choice([0.0, -1.0, 1e30, value * 2 + 1])
    fitting = [number for number in (*INTEGERS, value + 1, value - 1) if number != value]
    if kind in UNSIGNED:
        fitting = [number for number in fitting if number >= 0]
    if kind == FieldDescriptor.CPPTYPE_INT32:
        fitting = [number for number in fitting if abs(number) < 1 << 31]
    return chance.choice(fitting)


def named(value: Any) -> list[str]:
    """What a value is called: a string by itself, a message by its name."""
    if isinstance(value, str):
        return [value, base_of(value)]
    names = [getattr(value, key) for key in NAMING if isinstance(getattr(value, key, None), str)]
    names += [base_of(name) for name in names]
    return [*names, value.signature.name] if hasattr(value, "signature") else names


def change(message: Any, field: Any, chance: random.Random) -> list[str]:
    """Changes one field: clears it, repeats or drops an element, puts in another value. Names what it changed."""
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        values = getattr(message, field.name)
        key = chance.choice(sorted(values))
        if (
            chance.random() < 0.5
            and field.message_type.fields_by_name["key"].cpp_type == FieldDescriptor.CPPTYPE_STRING
        ):
            inner = field.message_type.fields_by_name["value"]
            if inner.message_type is not None:
                values[key + "_x"].CopyFrom(values[key])
            else:
                values[key + "_x"] = values[key]
        names = named(values[key])
        del values[key]
        return [str(key), f"{key}_x", *names]
    if field.is_repeated:
        values = getattr(message, field.name)
        number = chance.randrange(len(values))
        names = named(values[number])
        if field.message_type is not None:
            if chance.random() < 0.5:
                values.add().CopyFrom(values[number])
            else:
                del values[number]
        elif chance.random() < 0.3:
            values.append(values[number])
        elif chance.random() < 0.4:
            del values[number]
        else:
            values[number] = other_value(field, values[number], chance)
            names += named(values[number])
        return names
    names = named(getattr(message, field.name))
    if field.message_type is not None:
        for way in leaves(getattr(message, field.name)):
            names += named(way[-1][0])
    if field.message_type is not None or chance.random() < 0.15:
        message.ClearField(field.name)
    else:
        setattr(message, field.name, other_value(field, getattr(message, field.name), chance))
    return names + named(getattr(message, field.name))


def names_on(path: Path) -> list[str]:
    """What the messages on the way to a field are called."""
    names = []
    for message, field in path:
        names.extend(named(message))
        if hasattr(message, "input") and message.DESCRIPTOR.name == "NodeDef":
            names.extend(base_of(text) for text in message.input)
        names.append(field.name)
    return names


def random_field(copy: Copy, message: Any, keep: int = 6) -> Place:
    """Changes one field in a message; deep ones are as likely as shallow ones."""
    by_kind: dict[str, list[Path]] = {}
    for path in leaves(message):
        kind = ".".join(field.name for _, field in path[-2:])
        by_kind.setdefault(kind, []).append(path)
    if not by_kind:
        raise NoPlace("nothing set")
    path = copy.random.choice(by_kind[copy.random.choice(sorted(by_kind))])
    names = names_on(path)
    changed = change(*path[-1], copy.random)
    return place(*names, *changed, *names_on(path[:-1]))


@damage(30)
def random_saved_model_field(copy: Copy) -> Place:
    return random_field(copy, copy.saved)


@damage(30)
def random_node_field(copy: Copy) -> Place:
    """A field of a node of the main graph or a function."""
    graphs = [("", copy.graph.node), *[(f.signature.name, f.node_def) for f in copy.library.function]]
    function, nodes = copy.pick(graphs, lambda graph: graph[1])
    node = copy.pick(nodes)
    names = [node.name, *map(base_of, node.input)]
    consumers = [other.name for other in nodes if any(base_of(text) == node.name for text in other.input)]
    found = random_field(copy, node)
    return place(*names, *found.names, *consumers, function=function)


@damage(30)
def random_function_field(copy: Copy) -> Place:
    function = copy.pick(copy.library.function)
    found = random_field(copy, function)
    return place(function.signature.name, *found.names)


@damage(30)
def random_object_field(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)), lambda i: copy.objects.nodes[i].ListFields())
    names = object_at(copy, number).names
    found = random_field(copy, copy.objects.nodes[number])
    return place(*names, *found.names)


@damage(15)
def random_concrete_function_field(copy: Copy) -> Place:
    name = copy.pick(sorted(copy.objects.concrete_functions))
    found = random_field(copy, copy.objects.concrete_functions[name])
    return place(name, *found.names)


@damage(15)
def random_signature_field(copy: Copy) -> Place:
    key = copy.pick(sorted(copy.meta.signature_def))
    found = random_field(copy, copy.meta.signature_def[key])
    return place(key, *found.names)


@damage(25)
def random_entry_field(copy: Copy) -> Place:
    key = copy.pick(sorted(copy.bundle.entries))
    found = random_field(copy, copy.bundle.entries[key])
    return place(*copy.bundle.at(key).names, *found.names, *copy.bundle.shards())


@damage(4)
def random_header_field(copy: Copy) -> Place:
    found = random_field(copy, copy.bundle.header)
    return place(INDEX, *found.names, *copy.bundle.shards())


@damage(24)
def random_pb_bit(copy: Copy) -> Place:
    """One bit of saved_model.pb; where it hits is not known."""
    whole = bytearray(copy.pb)
    whole[copy.random.randrange(len(whole))] ^= 1 << copy.random.randrange(8)
    copy.write(PB, bytes(whole))
    return place()


@damage(10)
def random_pb_cut(copy: Copy) -> Place:
    copy.write(PB, copy.pb[: copy.random.randrange(1, len(copy.pb))])
    return place()


@damage(10)
def random_pb_block_zeroed(copy: Copy) -> Place:
    whole = bytearray(copy.pb)
    start = copy.random.randrange(len(whole))
    end = min(len(whole), start + 64)
    whole[start:end] = bytes(end - start)
    copy.write(PB, bytes(whole))
    return place()


@damage(20)
def random_index_byte(copy: Copy) -> Place:
    whole = bytearray(copy.read(INDEX))
    whole[copy.random.randrange(len(whole))] ^= 1 << copy.random.randrange(8)
    copy.write(INDEX, bytes(whole))
    return place(INDEX)


@damage(20)
def random_shard_byte(copy: Copy) -> Place:
    file = copy.pick(sorted(file for file in copy.under("variables") if ".data-" in file))
    whole = bytearray(copy.read(file))
    if not whole:
        raise NoPlace("empty")
    whole[copy.random.randrange(len(whole))] ^= 1 << copy.random.randrange(8)
    copy.write(file, bytes(whole))
    return place()


@damage(6)
def random_shard_cut(copy: Copy) -> Place:
    file = copy.pick(sorted(file for file in copy.under("variables") if ".data-" in file))
    copy.write(file, copy.read(file)[: copy.random.randrange(max(1, len(copy.read(file))))])
    return place(file)
