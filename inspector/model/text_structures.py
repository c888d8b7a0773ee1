"""How structured values are spelled in the text form, and how they are read back.

    none  true  3  0.5  "text"                       literals; ``unset`` is a StructuredValue without a kind
    (a, b)   [a, b]   {key: a}                       tuple, list, dict
    @FullArgSpec{args: ["x"], varargs: none}         named tuple
    float32[?,3]   float32[?,3] as x                 TensorSpec, with its name
    bounded float32[2] as x float32[] <0.0> float32[] <1.0>
    shape [2]   dtype float32                        TensorShape, DType
    tensor float32[] <1.0>   numpy int32[] <2>       tensor_value, numpy_value
    spec 3 RaggedTensorSpec 2 (shape [2,?])          TypeSpec: class, name, number of its tensors, state

Source: tensorflow/core/protobuf/struct.proto.
"""

from __future__ import annotations

from typing import Any

from inspector.model import dtypes
from inspector.model.text_cursor import Cursor
from inspector.model.text_values import float_text, key, quoted, shape, tensor, word
from inspector.wire.schema import full_message, message


def structure_text(raw: bytes) -> str:
    """A serialized StructuredValue."""
    return _text(message("StructuredValue").FromString(raw))


def _text(proto: Any) -> str:
    kind = proto.WhichOneof("kind")
    if kind is None:
        return "unset"
    value = getattr(proto, kind)
    if kind == "tuple_value":
        return "(" + ", ".join(map(_text, value.values)) + ")"
    if kind == "list_value":
        return "[" + ", ".join(map(_text, value.values)) + "]"
    if kind == "dict_value":
        return "{" + ", ".join(f"{key(name)}: {_text(value.fields[name])}" for name in sorted(value.fields)) + "}"
    if kind == "named_tuple_value":
        pairs = (f"{key(pair.key)}: {_text(pair.value)}" for pair in value.values)
        return f"@{key(value.name)}{{{', '.join(pairs)}}}"
    return _leaf(kind, value)


def _leaf(kind: str, value: Any) -> str:
    if kind == "none_value":
        return "none"
    if kind == "bool_value":
        return "true" if value else "false"
    if kind == "float64_value":
        return float_text(value)
    if kind == "string_value":
        return quoted(value)
    if kind == "tensor_spec_value":
        return _spec(value)
    if kind == "bounded_tensor_spec_value":
        return f"bounded {_spec(value)} {tensor(value.minimum)} {tensor(value.maximum)}"
    if kind == "tensor_shape_value":
        return f"shape {shape(value)}"
    if kind == "tensor_dtype_value":
        return f"dtype {dtypes.name(value)}"
    if kind in ("tensor_value", "numpy_value"):
        return f"{kind[:6].rstrip('_')} {tensor(value)}"
    if kind == "type_spec_value":
        name = word(value.type_spec_class_name)
        return f"spec {value.type_spec_class} {name} {value.num_flat_components} {_text(value.type_state)}"
    return str(value)


def _spec(proto: Any) -> str:
    name = f" as {word(proto.name)}" if proto.name else ""
    return f"{dtypes.name(proto.dtype)}{shape(proto.shape)}{name}"


def read_structure(cursor: Cursor) -> Any:
    """A StructuredValue, as ``structure_text`` spells it."""
    proto = full_message("StructuredValue")()
    if cursor.ahead("("):
        proto.tuple_value.SetInParent()
        proto.tuple_value.values.extend(cursor.items("(", lambda: read_structure(cursor), ")"))
    elif cursor.ahead("["):
        proto.list_value.SetInParent()
        proto.list_value.values.extend(cursor.items("[", lambda: read_structure(cursor), "]"))
    elif cursor.ahead("{"):
        proto.dict_value.SetInParent()
        for name, value in cursor.items("{", lambda: _pair(cursor), "}"):
            proto.dict_value.fields[name].CopyFrom(value)
    elif cursor.accept("@"):
        proto.named_tuple_value.name = cursor.key("the name of a named tuple")
        for name, value in cursor.items("{", lambda: _pair(cursor), "}"):
            proto.named_tuple_value.values.add(key=name, value=value)
    else:
        _read_leaf(cursor, proto)
    return proto


def _pair(cursor: Cursor) -> tuple[str, Any]:
    name = cursor.key()
    cursor.expect(":")
    return name, read_structure(cursor)


def _read_leaf(cursor: Cursor, proto: Any) -> None:
    if cursor.keyword("unset"):
        return
    if cursor.keyword("none"):
        proto.none_value.SetInParent()
    elif cursor.keyword("shape"):
        cursor.shape(proto.tensor_shape_value)
    elif cursor.keyword("dtype"):
        proto.tensor_dtype_value = cursor.dtype()
    elif cursor.keyword("bounded"):
        bounded = proto.bounded_tensor_spec_value
        _read_spec(cursor, bounded)
        for limit in (bounded.minimum, bounded.maximum):
            limit.dtype = cursor.dtype()
            cursor.tensor_after_dtype(limit)
    elif cursor.keyword("tensor"):
        _read_tensor(cursor, proto.tensor_value)
    elif cursor.keyword("numpy"):
        _read_tensor(cursor, proto.numpy_value)
    elif cursor.keyword("spec"):
        spec = proto.type_spec_value
        spec.type_spec_class = cursor.integer("the class of a TypeSpec")
        spec.type_spec_class_name = cursor.word("the name of a TypeSpec")
        spec.num_flat_components = cursor.integer("a number of tensors")
        spec.type_state.CopyFrom(read_structure(cursor))
    elif cursor.ahead('"'):
        proto.string_value = cursor.string().decode()
    elif cursor.keyword("true"):
        proto.bool_value = True
    elif cursor.keyword("false"):
        proto.bool_value = False
    else:
        _read_number_or_spec(cursor, proto)


def _read_tensor(cursor: Cursor, proto: Any) -> None:
    proto.dtype = cursor.dtype()
    cursor.tensor_after_dtype(proto)


def _read_number_or_spec(cursor: Cursor, proto: Any) -> None:
    number = cursor.number_text()
    if number is None:
        _read_spec(cursor, proto.tensor_spec_value)
    elif any(mark in number for mark in ".en"):
        proto.float64_value = float(number)
    else:
        proto.int64_value = int(number)


def _read_spec(cursor: Cursor, proto: Any) -> None:
    proto.dtype = cursor.dtype()
    cursor.shape(proto.shape)
    if cursor.keyword("as"):
        proto.name = cursor.word("the name of a TensorSpec")


def fill_in(meta: Any) -> None:
    """What the lines of an object graph leave to the reader: structures that fit the functions of the library.

    Arguments that are not bound become positional, results a dict by name; the spec of a function has the arguments of
    its first concrete function.
    """
    graph = meta.object_graph_def
    library = {function.signature.name: function.signature for function in meta.graph_def.library.function}
    for name, function in graph.concrete_functions.items():
        signature = library.get(name)
        if not function.HasField("canonicalized_input_signature"):
            arguments = _positional(function.canonicalized_input_signature.tuple_value)
            for arg in _free_arguments(signature, function):
                arguments.add().tensor_spec_value.CopyFrom(_spec_of(arg))
        if not function.HasField("output_signature"):
            function.output_signature.dict_value.SetInParent()
            for arg in signature.output_arg if signature is not None else ():
                fields = function.output_signature.dict_value.fields
                fields[arg.name].tensor_spec_value.CopyFrom(_spec_of(arg))
    for node in graph.nodes:
        if node.WhichOneof("kind") == "function" and not node.function.HasField("function_spec"):
            first = next(iter(node.function.concrete_functions), "")
            known = first in graph.concrete_functions
            arguments = _free_arguments(library.get(first), graph.concrete_functions[first]) if known else []
            _plain_spec(node.function.function_spec, [arg.name for arg in arguments])


def _positional(structure: Any) -> Any:
    """Makes the pair of positional arguments, which it returns, and of no keyword arguments."""
    arguments = structure.values.add()
    arguments.tuple_value.SetInParent()
    structure.values.add().dict_value.SetInParent()
    return arguments.tuple_value.values


def _free_arguments(signature: Any | None, function: Any) -> list[Any]:
    if signature is None:
        return []
    return list(signature.input_arg)[: max(0, len(signature.input_arg) - len(function.bound_inputs))]


def _spec_of(arg: Any) -> Any:
    proto = full_message("TensorSpecProto")(dtype=arg.type or dtypes.NUMBERS["float32"], name=arg.name)
    proto.shape.unknown_rank = True
    return proto


def _plain_spec(spec: Any, names: list[str]) -> None:
    """A FunctionSpec of positional arguments without defaults, and without an input signature."""
    texts = ", ".join(map(quoted, names))
    fullargspec = (
        f"@FullArgSpec{{args: [{texts}], varargs: none, varkw: none, defaults: none, kwonlyargs: [], "
        "kwonlydefaults: none, annotations: {}}"
    )
    spec.fullargspec.CopyFrom(read_structure(Cursor(fullargspec)))
    spec.input_signature.none_value.SetInParent()
