"""Reads the lines of the object graphs: ``object`` and ``trackable``, as ``inspector.model.text`` prints them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from inspector.model.text_cursor import Cursor
from inspector.model.text_structures import read_structure


def read_object(cursor: Cursor, nodes: Any) -> None:
    """What comes after ``object``, into a new SavedObject."""
    node = _numbered(cursor, nodes)
    kind = next((kind for kind in _OBJECTS if cursor.keyword(kind)), None)
    if kind is None:
        cursor.fail("one of " + ", ".join(_OBJECTS))
    if kind != "none":
        getattr(node, kind).SetInParent()
        _OBJECTS[kind](cursor, getattr(node, kind))
    for name, value in cursor.options(
        children=lambda: _pairs(cursor, 1),
        dependencies=lambda: _pairs(cursor, 1),
        slots=lambda: _pairs(cursor, 2),
        saveables=lambda: _pairs(cursor, 2),
        registered_name=cursor.word,
        registered_saver=cursor.word,
    ):
        if name in ("children", "dependencies"):
            _add_references(getattr(node, name), value)
        elif name == "slots":
            _add_slots(node, value)
        elif name == "saveables":
            for local, (save, restore) in value:
                node.saveable_objects[local].save_function = save
                node.saveable_objects[local].restore_function = restore
        else:
            setattr(node, name, value)


def read_trackable(cursor: Cursor, nodes: Any) -> None:
    """What comes after ``trackable``, into a new TrackableObject."""
    node = _numbered(cursor, nodes)
    for name, value in cursor.options(
        children=lambda: _pairs(cursor, 1),
        values=lambda: list(cursor.items("[", lambda: _named_word(cursor), "]")),
        slots=lambda: _pairs(cursor, 2),
    ):
        if name == "children":
            _add_references(node.children, value)
        elif name == "slots":
            _add_slots(node, value)
        else:
            for local, key in value:
                node.attributes.add(name=local, checkpoint_key=key)


def _numbered(cursor: Cursor, nodes: Any) -> Any:
    """A new node; the number in the text must be its own."""
    start = cursor.at
    if cursor.integer("the number of an object") != len(nodes):
        cursor.at = start
        cursor.fail(f"number {len(nodes)}, as objects come in order")
    return nodes.add()


def _add_references(references: Any, pairs: list[tuple[str, list[int]]]) -> None:
    for local, (number,) in pairs:
        references.add(local_name=local, node_id=number)


def _add_slots(node: Any, pairs: list[tuple[str, list[int]]]) -> None:
    for slot, (original, variable) in pairs:
        node.slot_variables.add(slot_name=slot, original_variable_node_id=original, slot_variable_node_id=variable)


def _pairs(cursor: Cursor, count: int) -> list[tuple[str, list[int]]]:
    """``[name: 1, other: 2]``, each with so many numbers."""

    def pair() -> tuple[str, list[int]]:
        name = cursor.key()
        cursor.expect(":")
        return name, [cursor.integer() for _ in range(count)]

    return list(cursor.items("[", pair, "]"))


def _named_word(cursor: Cursor) -> tuple[str, str]:
    name = cursor.key()
    cursor.expect(":")
    return name, cursor.word()


def _user_object(cursor: Cursor, proto: Any) -> None:
    proto.identifier = cursor.word("the identifier of a user object")
    for name, value in cursor.options(producer=cursor.integer, min_consumer=cursor.integer, metadata=cursor.long_text):
        setattr(proto if name == "metadata" else proto.version, name, value)


def _asset_object(cursor: Cursor, proto: Any) -> None:
    proto.asset_file_def_index = cursor.integer("the index of an asset")


def _function_object(cursor: Cursor, proto: Any) -> None:
    for _, names in cursor.options(concrete=cursor.words):
        proto.concrete_functions.extend(names)
    _function_spec(cursor, proto)


def _variable_object(cursor: Cursor, proto: Any) -> None:
    proto.name = cursor.word("the name of a variable")
    proto.dtype = cursor.dtype()
    cursor.shape(proto.shape)
    for name, value in cursor.options(
        trainable=cursor.boolean,
        synchronization=cursor.integer,
        aggregation=cursor.integer,
        device=cursor.word,
    ):
        setattr(proto, name, value)


def _bare_function(cursor: Cursor, proto: Any) -> None:
    proto.concrete_function_name = cursor.word("a function")
    for name, value in cursor.options(keywords=cursor.words, positional=cursor.integer):
        if name == "keywords":
            proto.argument_keywords.extend(value)
        else:
            proto.allowed_positional_arguments = value
    _function_spec(cursor, proto)


def _function_spec(cursor: Cursor, proto: Any) -> None:
    """The options of a FunctionSpec, into the message that has one."""
    for name, value in cursor.options(
        spec=lambda: read_structure(cursor),
        signature=lambda: read_structure(cursor),
        is_method=cursor.boolean,
        jit_compile=cursor.integer,
    ):
        if name == "spec":
            proto.function_spec.fullargspec.CopyFrom(value)
        elif name == "signature":
            proto.function_spec.input_signature.CopyFrom(value)
        else:
            setattr(proto.function_spec, name, value)


def _constant(cursor: Cursor, proto: Any) -> None:
    proto.operation = cursor.word("a node")


def _resource(cursor: Cursor, proto: Any) -> None:
    for _, device in cursor.options(device=cursor.word):
        proto.device = device


def _captured_tensor(cursor: Cursor, proto: Any) -> None:
    proto.name = cursor.word("a tensor")
    proto.concrete_function = cursor.word("a function")


def _nothing(cursor: Cursor, proto: Any) -> None:
    return


_OBJECTS: dict[str, Callable[[Cursor, Any], None]] = {
    "user_object": _user_object,
    "asset": _asset_object,
    "function": _function_object,
    "variable": _variable_object,
    "bare_concrete_function": _bare_function,
    "constant": _constant,
    "resource": _resource,
    "captured_tensor": _captured_tensor,
    "none": _nothing,
}
