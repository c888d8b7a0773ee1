"""The graph file as bytes of protobuf, and in the text format."""

from __future__ import annotations

from google.protobuf import text_format

from inspector.wire.schema import full_message
from tests.differential.damage.kind import damage
from tests.differential.places import PB, PBTXT, Directory, NoPlace, Place, place
from tests.differential.workbench import Copy
from tests.wire.table_builder import varint


@damage(3)
def pb_unknown_field(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + varint(99 << 3 | 2) + b"\x05hello")


@damage(3)
def pb_unknown_group(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + varint(99 << 3 | 3) + b"\x08\x01" + varint(99 << 3 | 4))


@damage(3)
def pb_group_not_ended(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + varint(99 << 3 | 3) + b"\x08\x01")


@damage(3)
def pb_group_ended_by_another(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + varint(99 << 3 | 3) + varint(98 << 3 | 4))


@damage(3)
def pb_wire_type_7(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + varint(99 << 3 | 7))


@damage(3)
def pb_field_number_0(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + b"\x02\x01a")


@damage(3)
def pb_endless_varint(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + b"\x08" + b"\xff" * 11 + b"\x01")


@damage(3)
def pb_length_beyond_end(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + b"\x12" + varint(1 << 20) + b"abc")


@damage(3)
def pb_length_negative(copy: Copy) -> Place:
    return copy.graph_file(copy.pb + b"\x12" + b"\xff" * 9 + b"\x01")


@damage(3)
def pb_wrong_wire_type(copy: Copy) -> Place:
    """meta_graphs as a number: an unknown field."""
    return copy.graph_file(copy.pb + b"\x10\x05")


@damage(2)
def pb_deep_nesting(copy: Copy) -> Place:
    """A StructuredValue of lists in lists, deeper than protobuf reads."""
    value = full_message("StructuredValue")()
    inner = value
    for _ in range(60):
        inner = inner.list_value.values.add()
    function = copy.pick(sorted(copy.objects.concrete_functions))
    copy.objects.concrete_functions[function].output_signature.CopyFrom(value)
    return place(PB, function)


def replaced(copy: Copy, old: bytes, new: bytes) -> Place:
    """Puts bytes of the same length into the serialized model, at the first place."""
    if old not in copy.pb:
        raise NoPlace("does not apply")
    return copy.graph_file(copy.pb.replace(old, new, 1))


def bad_text(text: str) -> tuple[bytes, bytes]:
    raw = text.encode()
    if len(raw) < 2:
        raise NoPlace("does not apply")
    return raw, b"\xff" + raw[1:]


def field(copy: Copy, number: int, text: str) -> Place:
    """Spoils the UTF-8 of a string field, found by its tag and length."""
    old, new = bad_text(text)
    head = bytes([number << 3 | 2]) + varint(len(old))
    return replaced(copy, head + old, head + new)


@damage(3)
def utf8_node_name(copy: Copy) -> Place:
    return field(copy, 1, copy.pick(copy.graph.node).name)


@damage(3)
def utf8_node_op(copy: Copy) -> Place:
    return field(copy, 2, copy.pick(copy.graph.node).op)


@damage(3)
def utf8_node_input(copy: Copy) -> Place:
    node = copy.pick(copy.graph.node, lambda node: node.input)
    return field(copy, 3, node.input[0])


@damage(3)
def utf8_function_name(copy: Copy) -> Place:
    return field(copy, 1, copy.pick(copy.library.function).signature.name)


@damage(3)
def utf8_child_name(copy: Copy) -> Place:
    node = copy.pick(copy.objects.nodes, lambda node: node.children)
    return field(copy, 2, node.children[0].local_name)


@damage(3)
def utf8_tag(copy: Copy) -> Place:
    return field(copy, 4, copy.pick(copy.meta.meta_info_def.tags))


@damage(3)
def utf8_tensorflow_version(copy: Copy) -> Place:
    return field(copy, 5, copy.meta.meta_info_def.tensorflow_version)


@damage(2)
def utf8_asset_name(copy: Copy) -> Place:
    return field(copy, 2, copy.pick(copy.meta.asset_file_def).filename)


@damage(3)
def utf8_signature_key(copy: Copy) -> Place:
    return field(copy, 1, copy.pick(sorted(copy.meta.signature_def)))


@damage(3)
def utf8_method_name(copy: Copy) -> Place:
    found = copy.meta.signature_def
    return field(copy, 3, found[copy.pick(sorted(found), lambda key: found[key].method_name)].method_name)


@damage(3)
def utf8_attr_key(copy: Copy) -> Place:
    node = copy.pick(copy.graph.node, lambda node: any(len(key) > 2 for key in node.attr))
    return field(copy, 1, copy.pick(sorted(node.attr), lambda key: len(key) > 2))


@damage(3)
def utf8_in_attr_bytes(copy: Copy) -> Place:
    """An attr of kind string is bytes: anything goes for protobuf."""
    node = copy.pick(copy.graph.node, lambda node: any(len(value.s) > 2 for value in node.attr.values()))
    key = copy.pick(sorted(node.attr), lambda key: len(node.attr[key].s) > 2)
    node.attr[key].s = b"\xff" + node.attr[key].s[1:]
    return place(PB, node.name)


# the text format


def as_text(copy: Copy) -> str:
    copy.saved.meta_graphs[0].meta_info_def.ClearField("stripped_op_list")
    text = text_format.MessageToString(copy.saved)
    copy.remove(PB)
    return text


@damage(3)
def pbtxt_only(copy: Copy) -> Place:
    return copy.write(PBTXT, as_text(copy).encode())


@damage(3)
def pbtxt_bad_only(copy: Copy) -> Place:
    copy.remove(PB)
    return copy.write(PBTXT, b"this is { not a text proto\n")


@damage(2)
def pbtxt_empty_only(copy: Copy) -> Place:
    copy.remove(PB)
    return copy.write(PBTXT, b"")


@damage(3)
def pbtxt_unknown_field(copy: Copy) -> Place:
    return copy.write(PBTXT, as_text(copy).encode() + b'future_field: "x"\n')


@damage(3)
def pbtxt_truncated(copy: Copy) -> Place:
    text = as_text(copy).encode()
    return copy.write(PBTXT, text[: len(text) * 2 // 3])


@damage(2)
def pbtxt_repeated_scalar(copy: Copy) -> Place:
    return copy.write(PBTXT, as_text(copy).encode() + b"saved_model_schema_version: 2\n")


@damage(2)
def pbtxt_comments(copy: Copy) -> Place:
    return copy.write(PBTXT, b"# a comment\n" + as_text(copy).encode())


@damage(2)
def pbtxt_is_binary(copy: Copy) -> Place:
    content = copy.pb
    copy.remove(PB)
    return copy.write(PBTXT, content)


@damage(2)
def pbtxt_bad_beside(copy: Copy) -> Place:
    copy.read(PB)
    return copy.write(PBTXT, b"this is { not a text proto\n")


@damage(2)
def pbtxt_is_directory(copy: Copy) -> Place:
    copy.remove(PB)
    return copy.write(PBTXT, Directory())


@damage(2)
def pb_empty_pbtxt_good(copy: Copy) -> Place:
    text = as_text(copy)
    copy.write(PB, b"")
    copy.write(PBTXT, text.encode())
    return place(PB)
