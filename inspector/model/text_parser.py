"""Reads the text form of a model (``inspector.model.text``) into the protos that a SavedModel folder is made of.

A text without a ``meta_graph`` line means one MetaGraph with the tags [serve] and the newest producer, and node lines
before any ``graph`` or ``function`` line are its main graph. Indentation means nothing. An info of a signature without
a source, ``x: float32[2]``, is computed by ``x:0``. Values that the printer showed as a digest become zeros.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from inspector.errors import FormatError
from inspector.model.text import INIT_OP, PREDICT
from inspector.model.text_cursor import Cursor
from inspector.model.text_objects import read_object, read_trackable
from inspector.model.text_structures import fill_in, read_structure
from inspector.named_tuple import NamedTuple
from inspector.wire.schema import DecodeError, full_message

NEWEST_PRODUCER = 2474  # of the newest release in the catalogue; a test says when that moves on

_RANGE = re.compile(r"shard (-?\d+) \[(-?\d+), (-?\d+)\)")


class Variable(NamedTuple):
    """A checkpoint entry. ``values`` is a TensorProto with its dtype, shape and values.

    ``shard``, ``offset`` and ``size`` are None where the line leaves them to the builder.
    """

    values: Any
    shard: int | None = None
    offset: int | None = None
    size: int | None = None
    slices: tuple[str, ...] = ()

    @property
    def dtype(self) -> int:
        return int(self.values.dtype)

    @property
    def shape(self) -> tuple[int, ...]:
        return tuple(dim.size for dim in self.values.tensor_shape.dim)


class Parsed(NamedTuple):
    """What a text says.

    ``saved_model`` is a SavedModel (full schema); ``variables`` the checkpoint's entries by key; ``header`` its
    BundleHeaderProto, None where the text has no ``checkpoint`` line; ``trackables`` its TrackableObjectGraph, None
    where there are no ``trackable`` lines; ``assets`` the file names of all asset lines; ``files`` path → size.
    """

    saved_model: Any
    variables: dict[str, Variable]
    header: Any | None
    trackables: Any | None
    assets: tuple[str, ...]
    files: dict[str, int]


def parse(text: str, *, producer: int = NEWEST_PRODUCER) -> Parsed:
    """Read a text. ``producer`` is that of a MetaGraph which names none.

    Raises FormatError (kind "text") with the line, the column and what was expected there.
    """
    parser = _Parser(producer)
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        cursor = Cursor(line.rstrip("\r"), number)
        try:
            parser.line(cursor)
        except (ValueError, TypeError, OverflowError, RecursionError, DecodeError) as error:
            message = f"line {number}, column {cursor.at + 1}: expected a value in range: {error}"
            raise FormatError("text", "text", message) from None
    return parser.parsed()


class _Parser:
    """The state between lines: the MetaGraph and the graph that the next line belongs to."""

    def __init__(self, producer: int) -> None:
        self.producer = producer
        self.saved_model = full_message("SavedModel")(saved_model_schema_version=1)
        self.variables: dict[str, Variable] = {}
        self.header: Any | None = None
        self.trackables: Any | None = None
        self.files: dict[str, int] = {}
        self._meta: Any | None = None
        self._nodes: Any | None = None  # where node lines go

    def parsed(self) -> Parsed:
        self.meta()
        for meta in self.saved_model.meta_graphs:
            if meta.HasField("object_graph_def"):
                fill_in(meta)
        assets = [asset.filename for meta in self.saved_model.meta_graphs for asset in meta.asset_file_def]
        return Parsed(
            self.saved_model, self.variables, self.header, self.trackables, tuple(dict.fromkeys(assets)), self.files
        )

    def meta(self) -> Any:
        """The MetaGraphDef of the last meta_graph line; the default one if there is none yet."""
        if self._meta is None:
            meta = self._new_meta()
            meta.meta_info_def.tags.append("serve")
            meta.graph_def.versions.producer = self.producer
        return self._meta

    def _new_meta(self) -> Any:
        self._meta = self.saved_model.meta_graphs.add()
        self._nodes = self._meta.graph_def.node
        return self._meta

    def line(self, cursor: Cursor) -> None:
        """One line: a node if a name and an equals sign begin it, else what its first word says."""
        first = cursor.word("a node or one of " + ", ".join(_LINES))
        if cursor.accept("="):
            self._node(cursor, first)
        elif first in _LINES:
            _LINES[first](self, cursor)
        else:
            cursor.at = 0
            cursor.fail(f"`{first} = Op(...)` or a line that begins with one of " + ", ".join(_LINES))
        cursor.end()

    def _node(self, cursor: Cursor, name: str) -> None:
        self.meta()
        assert self._nodes is not None
        node = self._nodes.add(name=name, op=cursor.word("an op"))
        node.input.extend(cursor.items("(", lambda: cursor.word("an input"), ")"))
        cursor.attrs(node.attr)
        if cursor.accept("@"):
            node.device = cursor.word("a device")

    def _saved_model(self, cursor: Cursor) -> None:
        for _, version in cursor.options(schema_version=cursor.integer):
            self.saved_model.saved_model_schema_version = version

    def _meta_graph(self, cursor: Cursor) -> None:
        meta = self._new_meta()
        info, versions = meta.meta_info_def, meta.graph_def.versions
        info.SetInParent()
        said = dict(
            cursor.options(
                tags=cursor.words,
                tensorflow_version=cursor.word,
                producer=cursor.integer,
                min_consumer=cursor.integer,
                bad_consumers=cursor.integers,
                stripped_default_attrs=cursor.boolean,
            )
        )
        info.tags.extend(said.get("tags", ["serve"]))
        info.tensorflow_version = said.get("tensorflow_version", "")
        info.stripped_default_attrs = said.get("stripped_default_attrs", False)
        versions.producer = said.get("producer", self.producer)
        versions.min_consumer = said.get("min_consumer", 0)
        versions.bad_consumers.extend(said.get("bad_consumers", ()))

    def _init_op(self, cursor: Cursor) -> None:
        info = self.meta().signature_def[INIT_OP].outputs[INIT_OP]
        info.name = cursor.word("a node")
        info.tensor_shape.unknown_rank = True

    def _saver(self, cursor: Cursor) -> None:
        saver = self.meta().saver_def
        saver.version = 2
        fields = {"filename": "filename_tensor_name", "restore": "restore_op_name", "save": "save_tensor_name"}
        readers = dict.fromkeys(fields, cursor.word)
        for name, value in cursor.options(**readers, sharded=cursor.boolean, version=cursor.integer):
            setattr(saver, fields.get(name, name), value)

    def _asset(self, cursor: Cursor) -> None:
        asset = self.meta().asset_file_def.add(filename=cursor.word("a file name"))
        cursor.expect("=")
        asset.tensor_info.name = cursor.word("a tensor")

    def _collection(self, cursor: Cursor) -> None:
        collection = self.meta().collection_def[cursor.word()]
        collection.SetInParent()
        if cursor.keyword("none"):
            return
        if cursor.keyword("any"):
            collection.any_list.SetInParent()
            for raw in cursor.items("[", cursor.string, "]"):
                collection.any_list.value.add().ParseFromString(raw)
            return
        kinds: dict[str, tuple[str, Callable[[], Any]]] = {
            "nodes": ("node_list", cursor.word),
            "bytes": ("bytes_list", cursor.string),
            "ints": ("int64_list", cursor.integer),
            "floats": ("float_list", cursor.floating),
        }
        kind = next((kind for kind in kinds if cursor.keyword(kind)), None)
        if kind is None:
            cursor.fail("nodes, bytes, ints, floats, any or none")
        field, item = kinds[kind]
        getattr(collection, field).SetInParent()
        getattr(collection, field).value.extend(cursor.items("[", item, "]"))

    def _signature(self, cursor: Cursor) -> None:
        signature = self.meta().signature_def[cursor.word("the key of a signature")]
        said = dict(cursor.options(method=cursor.word))
        signature.method_name = said.get("method", PREDICT)
        for field, opening in (("inputs", "("), ("outputs", "->")):
            if opening == "->":
                cursor.expect("->")
            infos = getattr(signature, field)
            for _ in cursor.items("(", lambda infos=infos: _named_info(cursor, infos), ")"):  # type: ignore[misc]
                pass

    def _graph(self, cursor: Cursor) -> None:
        self._nodes = self.meta().graph_def.node

    def _function(self, cursor: Cursor) -> None:
        function = self.meta().graph_def.library.function.add()
        self._nodes = function.node_def
        signature = function.signature
        signature.name = cursor.word("the name of a function")
        signature.is_stateful = cursor.keyword("stateful")
        for _ in cursor.items("(", lambda: _input_arg(cursor, function), ")"):
            pass
        cursor.expect("->")
        for _ in cursor.items("(", lambda: _return(cursor, function), ")"):
            pass
        if cursor.accept("^"):
            for _ in cursor.items("(", lambda: _control_return(cursor, function), ")"):
                pass
        cursor.attrs(function.attr)

    def _gradient(self, cursor: Cursor) -> None:
        gradient = self.meta().graph_def.library.gradient.add(function_name=cursor.word("a function"))
        cursor.expect("=")
        gradient.gradient_func = cursor.word("a function")

    def _object(self, cursor: Cursor) -> None:
        read_object(cursor, self.meta().object_graph_def.nodes)

    def _concrete_function(self, cursor: Cursor) -> None:
        function = self.meta().object_graph_def.concrete_functions[cursor.word("a function")]
        function.SetInParent()
        for name, value in cursor.options(
            bound_inputs=cursor.integers,
            inputs=lambda: read_structure(cursor),
            outputs=lambda: read_structure(cursor),
        ):
            if name == "bound_inputs":
                function.bound_inputs.extend(value)
            elif name == "inputs":
                function.canonicalized_input_signature.CopyFrom(value)
            else:
                function.output_signature.CopyFrom(value)

    def _trackable(self, cursor: Cursor) -> None:
        if self.trackables is None:
            self.trackables = full_message("TrackableObjectGraph")()
        read_trackable(cursor, self.trackables.nodes)

    def _checkpoint(self, cursor: Cursor) -> None:
        self.header = full_message("BundleHeaderProto")(num_shards=1)
        self.header.version.producer = 1
        for name, value in cursor.options(
            shards=cursor.integer,
            endianness=cursor.word,
            producer=cursor.integer,
            min_consumer=cursor.integer,
            bad_consumers=cursor.integers,
        ):
            if name == "shards":
                self.header.num_shards = value
            elif name == "endianness":
                self.header.endianness = ("little", "big").index(value)
            elif name == "bad_consumers":
                self.header.version.bad_consumers.extend(value)
            else:
                setattr(self.header.version, name, value)

    def _variable(self, cursor: Cursor) -> None:
        key = cursor.word("the key of a variable")
        values = full_message("TensorProto")(dtype=cursor.dtype())
        cursor.shape(values.tensor_shape)
        slices: tuple[str, ...] = ()
        shard = offset = size = None
        while not cursor.done:
            if cursor.accept("slices="):
                slices = tuple(cursor.words())
            elif (found := cursor.match(_RANGE)) is not None:
                shard, offset, end = map(int, found.groups())
                size = end - offset
            elif cursor.ahead("<") or cursor.ahead("content"):
                cursor.contents(values)
            else:
                cursor.fail("`shard 0 [0, 8)`, `<values>` or `slices=[...]`")
        self.variables[key] = Variable(values, shard, offset, size, slices)

    def _file(self, cursor: Cursor) -> None:
        name = cursor.word("a file name")
        self.files[name] = cursor.integer("its size in bytes")


_LINES: dict[str, Callable[[_Parser, Cursor], None]] = {
    "saved_model": _Parser._saved_model,
    "meta_graph": _Parser._meta_graph,
    "init_op": _Parser._init_op,
    "saver": _Parser._saver,
    "asset": _Parser._asset,
    "collection": _Parser._collection,
    "signature": _Parser._signature,
    "graph": _Parser._graph,
    "function": _Parser._function,
    "gradient": _Parser._gradient,
    "object": _Parser._object,
    "concrete_function": _Parser._concrete_function,
    "trackable": _Parser._trackable,
    "checkpoint": _Parser._checkpoint,
    "variable": _Parser._variable,
    "file": _Parser._file,
}


def _named_info(cursor: Cursor, infos: Any) -> None:
    name = cursor.key("the name of an input or output")
    cursor.expect(":")
    info = infos[name]
    _info(cursor, info)
    if info.WhichOneof("encoding") is None:
        info.name = f"{name}:0"


def _info(cursor: Cursor, info: Any) -> None:
    """A TensorInfo: dtype, shape, and after an equals sign its source."""
    info.dtype = cursor.dtype()
    if cursor.ahead("["):
        cursor.shape(info.tensor_shape)
    if not cursor.accept("="):
        return
    if cursor.accept("sparse("):
        parts = info.coo_sparse
        parts.values_tensor_name = cursor.word("the tensor of the values")
        cursor.expect(",")
        parts.indices_tensor_name = cursor.word("the tensor of the indices")
        cursor.expect(",")
        parts.dense_shape_tensor_name = cursor.word("the tensor of the dense shape")
        cursor.expect(")")
    elif cursor.accept("composite("):
        cursor.at -= 1
        info.composite_tensor.SetInParent()
        for _ in cursor.items("(", lambda: _info(cursor, info.composite_tensor.components.add()), ")"):
            pass
    else:
        info.name = cursor.word("a tensor")


def _input_arg(cursor: Cursor, function: Any) -> None:
    position = len(function.signature.input_arg)
    _argument(cursor, function.signature.input_arg.add(name=cursor.key("an argument")))
    if cursor.ahead("{"):
        cursor.attrs(function.arg_attr[position].attr)


def _argument(cursor: Cursor, arg: Any) -> None:
    """``: type``, ``: ref type``, ``: $N*type``, ``: $T``, ``: list($T)``, ``: resource<float32[2]>``."""
    cursor.expect(":")
    arg.is_ref = cursor.keyword("ref")
    if cursor.accept("list($"):
        arg.type_list_attr = cursor.key("an attr")
        cursor.expect(")")
    else:
        attr = cursor.key("an attr") if cursor.accept("$") else ""
        if attr and cursor.accept("*"):
            arg.number_attr = attr
            attr = cursor.key("an attr") if cursor.accept("$") else ""
        if attr:
            arg.type_attr = attr
        else:
            arg.type = cursor.dtype()
    if cursor.ahead("<"):
        for _ in cursor.items("<", lambda: _handle(cursor, arg.handle_data.add()), ">"):
            pass


def _handle(cursor: Cursor, handle: Any) -> None:
    handle.dtype = cursor.dtype()
    cursor.shape(handle.shape)


def _return(cursor: Cursor, function: Any) -> None:
    """``r: type = tensor``; without a type only the entry in ret, without a tensor only the output."""
    name = cursor.key("an output")
    typed = cursor.ahead(":")
    if typed:
        _argument(cursor, function.signature.output_arg.add(name=name))
    if cursor.accept("="):
        function.ret[name] = cursor.word("a tensor of the body")
    elif not typed:
        cursor.fail("`: type` or `= tensor`")


def _control_return(cursor: Cursor, function: Any) -> None:
    extra = cursor.accept("!")
    name = cursor.key("a control output")
    if not extra:
        function.signature.control_output.append(name)
    if cursor.accept("="):
        function.control_ret[name] = cursor.word("a node of the body")
