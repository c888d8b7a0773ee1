"""The text form of a model: one node, signature, variable or file a line. This module prints it.

    meta_graph tags=[serve] tensorflow_version=2.15.0 producer=1645
    init_op NoOp
    saver filename=save/Const:0 restore=save/restore_all save=save/control_dependency:0
    asset vocab.txt = asset_path_initializer:0
    collection saved_model_main_op nodes [init_all_tables]
    signature serving_default (x: float32[?,64] = x:0) -> (y: float32[?,10] = y:0)
    graph
      x = Placeholder() {dtype: float32, shape: [?,64]}
      y = MatMul(x, w, ^ctrl) {T: float32} @/device:GPU:0
    function __inference_f_12 (a: float32) -> (r: float32 = y:output:0)
      y = Relu(a) {T: float32}
    gradient f = f_grad
    object 0 user_object root children=[signatures: 1, w: 2]
    concrete_function __inference_f_12 bound_inputs=[2]
    trackable 1 values=[VARIABLE_VALUE: dense/kernel]
    checkpoint shards=1
    variable dense/kernel float32[64,10] shard 0 [0, 2560)
    file assets/vocab.txt 12

``inspector.model.text_values`` tells how values are spelled, ``inspector.model.text_parser`` reads all of it back.
Lines that begin with ``#`` are for people.

Not carried: what is shown as a digest; how a tensor's values are stored (raw or typed), values of resources and
variants; the order of attrs and map entries, names of dimensions; debug information and experimental types of nodes;
OpDef attrs of a function, registered gradients; stripped_op_list, any_info, function_aliases, git versions, the saver's
housekeeping; default inputs of signatures and the type spec of a composite tensor; serialized protos and distributed
components of the object graph; full names and saver names of
trackables; the data of variables and of their slices, checksums, and where the checkpoint's object graph lies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from inspector.model import dtypes, text_values
from inspector.model.bundle import BundleEntry, TensorBundle
from inspector.model.graph import Function, Graph, Kind
from inspector.model.objects import ObjectGraph
from inspector.model.saved_model import MetaGraph, Model
from inspector.model.text_structures import structure_text
from inspector.model.text_values import key, quoted, string, word, words

PREDICT = "tensorflow/serving/predict"
INIT_OP = "__saved_model_init_op"
MAIN_COLLECTIONS = ("legacy_init_op", "saved_model_main_op")


def print_model(
    model: Model,
    *,
    signatures: bool = True,
    variables: bool = False,
    functions: bool = False,
    ops: bool = False,
    objects: bool = False,
    all: bool = False,  # noqa: A002 - the name of the option
) -> Iterator[str]:
    """The lines of a model, without its path. Lazy: a line costs what it shows.

    ``functions`` shows the function's lines, ``ops`` the nodes of the main graph, both together the functions' bodies;
    ``objects`` the object graphs of the model and of its checkpoint, ``variables`` the checkpoint's entries; ``all``
    everything, other collections too. What is left out is counted.
    """
    spelled = _Spelled()
    yield f"# {model.format}"
    for fault in model.faults:
        yield f"# {fault.kind}: {fault.file}" if fault.file else f"# {fault.kind}"
    for gap in model.gaps:
        yield f"# not looked at: {gap.where}, {gap.why}"
    if model.meta_graphs and model.schema_version != 1:
        yield f"saved_model schema_version={model.schema_version}"
    for meta in model.meta_graphs:
        yield from _header(meta, signatures or all, all)
        yield from _graphs(meta, functions or all, ops or all, spelled)
        if meta.objects is not None:
            yield from _objects(meta.objects, objects or all)
    if model.bundle is not None:
        yield from _checkpoint(model.bundle, variables or all, objects or all)
    for folder, sizes in (("assets", model.assets), ("assets.extra", model.extra_assets)):
        for name, size in sizes.items():
            yield f"file {word(f'{folder}/{name}')} {size}"


def _left_out(count: int, what: str, option: str) -> Iterator[str]:
    if count:
        yield f"# {what} {count}, --{option} shows them"


def _header(meta: MetaGraph, signatures: bool, collections: bool) -> Iterator[str]:
    info, versions = meta.proto.meta_info_def, meta.versions
    line = f"meta_graph tags={words(info.tags)}"
    if info.tensorflow_version:
        line += f" tensorflow_version={word(info.tensorflow_version)}"
    line += f" producer={versions.producer}"
    if versions.min_consumer:
        line += f" min_consumer={versions.min_consumer}"
    if versions.bad_consumers:
        line += f" bad_consumers={list(versions.bad_consumers)}"
    if info.stripped_default_attrs:
        line += " stripped_default_attrs=true"
    yield line
    defs = meta.proto.signature_def
    init = is_init_op(defs[INIT_OP]) if INIT_OP in defs else False
    if init:
        yield f"init_op {word(defs[INIT_OP].outputs[INIT_OP].name)}"
    if meta.saver_def is not None:
        yield _saver(meta.saver_def)
    for asset in meta.proto.asset_file_def:
        yield f"asset {word(asset.filename)} = {word(asset.tensor_info.name)}"
    shown = [name for name in sorted(meta.collections) if collections or name in MAIN_COLLECTIONS]
    for name in shown:
        yield f"collection {word(name)} {_collection(meta.collections[name])}"
    yield from _left_out(len(meta.collections) - len(shown), "other collections", "all")
    keys = [name for name in sorted(defs) if not (init and name == INIT_OP)]
    if signatures:
        yield from (_signature(name, defs[name]) for name in keys)
    else:
        yield from _left_out(len(keys), "signatures", "signatures")


def is_init_op(proto: Any) -> bool:
    """Whether a SignatureDef is the usual one that names the initialisation op, and says nothing else."""
    if proto.inputs or proto.method_name or list(proto.outputs) != [INIT_OP]:
        return False
    info = proto.outputs[INIT_OP]
    return bool(info.WhichOneof("encoding") == "name" and not info.dtype and info.tensor_shape.unknown_rank)


def _saver(proto: Any) -> str:
    line = "saver"
    for name, value in (
        ("filename", proto.filename_tensor_name),
        ("restore", proto.restore_op_name),
        ("save", proto.save_tensor_name),
    ):
        line += f" {name}={word(value)}" if value else ""
    line += " sharded=true" if proto.sharded else ""
    return line + (f" version={proto.version}" if proto.version != 2 else "")


def _collection(proto: Any) -> str:
    kind = proto.WhichOneof("kind")
    if kind == "node_list":
        return f"nodes {words(proto.node_list.value)}"
    if kind == "bytes_list":
        return "bytes [" + ", ".join(map(quoted, proto.bytes_list.value)) + "]"
    if kind == "int64_list":
        return f"ints {list(proto.int64_list.value)}"
    if kind == "float_list":
        return "floats [" + ", ".join(text_values.float_text(v, "f") for v in proto.float_list.value) + "]"
    return "any [" + ", ".join(quoted(_any_bytes(v)) for v in proto.any_list.value) + "]" if kind else "none"


def _any_bytes(value: Any) -> bytes:
    """A google.protobuf.Any: bytes in the lean schema, a message in the full one."""
    return value if isinstance(value, bytes) else bytes(value.SerializeToString(deterministic=True))


def _signature(name: str, proto: Any) -> str:
    method = "" if proto.method_name == PREDICT else f" method={word(proto.method_name)}"
    return f"signature {word(name)}{method} ({_infos(proto.inputs)}) -> ({_infos(proto.outputs)})"


def _infos(infos: Any) -> str:
    return ", ".join(f"{key(name)}: {_info(infos[name])}" for name in sorted(infos))


def _info(info: Any) -> str:
    """A TensorInfo: dtype, shape if there is one, and what it is computed by."""
    shape = text_values.shape(info.tensor_shape) if info.HasField("tensor_shape") else ""
    encoding = info.WhichOneof("encoding")
    if encoding == "coo_sparse":
        parts = info.coo_sparse
        names = (parts.values_tensor_name, parts.indices_tensor_name, parts.dense_shape_tensor_name)
        source = "sparse(" + ", ".join(map(word, names)) + ")"
    elif encoding == "composite_tensor":
        source = "composite(" + ", ".join(map(_info, info.composite_tensor.components)) + ")"
    else:
        source = word(info.name)
    return f"{dtypes.name(info.dtype)}{shape} = {source}"


class _Spelled:
    """What comes after a node's inputs, spelled once for each kind."""

    def __init__(self) -> None:
        self._kinds: dict[int, str] = {}

    def kind(self, kind: Kind) -> str:
        found = self._kinds.get(id(kind))
        if found is None:
            found = self._kinds[id(kind)] = self._spell(kind)
        return found

    def _spell(self, kind: Kind) -> str:
        text = ""
        if kind.attrs:
            text += " " + text_values.attrs({name: attr.proto for name, attr in kind.attrs.items()})
        return text + (f" @{word(kind.device)}" if kind.device else "")


def _graphs(meta: MetaGraph, functions: bool, ops: bool, spelled: _Spelled) -> Iterator[str]:
    if ops:
        yield "graph"
        yield from _nodes(meta.graph, spelled)
    else:
        yield from _left_out(len(meta.graph), "nodes", "ops")
    library = meta.library
    if not functions:
        yield from _left_out(len(library.functions), "functions", "functions")
        return
    for function in library.functions:
        yield _function(function)
        if ops:
            yield from _nodes(function.body, spelled)
        else:
            yield from _left_out(len(function.body), "  nodes", "ops")
    for name, gradient in library.gradients:
        yield f"gradient {word(name)} = {word(gradient)}"


def _nodes(graph: Graph, spelled: _Spelled) -> Iterator[str]:
    for name, kind, inputs in zip(graph.names, graph.kinds, graph.inputs, strict=True):
        yield f"  {word(name)} = {word(kind.op)}({', '.join(map(word, inputs))}){spelled.kind(kind)}"


def _function(function: Function) -> str:
    proto, signature = function.proto, function.signature
    arguments = []
    for position, arg in enumerate(signature.input_arg):
        attrs = proto.arg_attr[position].attr if position in proto.arg_attr else None
        arguments.append(_argument(arg) + (" " + text_values.attrs(attrs) if attrs else ""))
    returns = list(_returns(map(_argument, signature.output_arg), signature.output_arg, function.ret))
    line = f"function {word(signature.name)}{' stateful' if signature.is_stateful else ''}"
    line += f" ({', '.join(arguments)}) -> ({', '.join(returns)})"
    controls = list(_controls(signature.control_output, function.control_ret))
    line += f" ^({', '.join(controls)})" if controls else ""
    return line + (" " + text_values.attrs(proto.attr) if proto.attr else "")


def _argument(arg: Any) -> str:
    if arg.type_list_attr:
        kind = f"list(${key(arg.type_list_attr)})"
    else:
        kind = f"${key(arg.type_attr)}" if arg.type_attr else dtypes.name(arg.type)
        kind = f"${key(arg.number_attr)}*{kind}" if arg.number_attr else kind
    if arg.handle_data:
        kind += "<" + ", ".join(dtypes.name(h.dtype) + text_values.shape(h.shape) for h in arg.handle_data) + ">"
    return f"{key(arg.name)}: {'ref ' if arg.is_ref else ''}{kind}"


def _returns(spelled: Iterable[str], args: Any, ret: dict[str, str]) -> Iterator[str]:
    left = dict(ret)
    for text, arg in zip(spelled, args, strict=True):
        tensor = left.pop(arg.name, None)
        yield text if tensor is None else f"{text} = {word(tensor)}"
    for name in sorted(left):
        yield f"{key(name)} = {word(left[name])}"


def _controls(names: Iterable[str], ret: dict[str, str]) -> Iterator[str]:
    """``name = node``; ``name`` for a control output without a node, ``!name = node`` for the reverse."""
    left = dict(ret)
    for name in names:
        node = left.pop(name, None)
        yield key(name) if node is None else f"{key(name)} = {word(node)}"
    for name in sorted(left):
        yield f"!{key(name)} = {word(left[name])}"


def _objects(graph: ObjectGraph, shown: bool) -> Iterator[str]:
    if not shown:
        yield from _left_out(len(graph.nodes), "objects", "objects")
        return
    for number, node in enumerate(graph.nodes):
        yield f"object {number} {_object(node)}"
    for name in sorted(graph.proto.concrete_functions):
        function = graph.proto.concrete_functions[name]
        line = f"concrete_function {word(name)} bound_inputs={list(function.bound_inputs)}"
        line += f" inputs={structure_text(function.canonicalized_input_signature)}"
        yield f"{line} outputs={structure_text(function.output_signature)}"


def _object(node: Any) -> str:
    kind = node.WhichOneof("kind")
    line = "none" if kind is None else kind + _OBJECTS[kind](getattr(node, kind))
    line += _references("children", node.children)
    line += _references("dependencies", node.dependencies)
    line += _slots(node.slot_variables)
    if node.saveable_objects:
        pairs = sorted(node.saveable_objects.items())
        texts = (f"{key(name)}: {pair.save_function} {pair.restore_function}" for name, pair in pairs)
        line += f" saveables=[{', '.join(texts)}]"
    line += f" registered_name={word(node.registered_name)}" if node.registered_name else ""
    return line + (f" registered_saver={word(node.registered_saver)}" if node.registered_saver else "")


def _references(name: str, references: Any) -> str:
    if not references:
        return ""
    return f" {name}=[" + ", ".join(f"{key(r.local_name)}: {r.node_id}" for r in references) + "]"


def _slots(slots: Any) -> str:
    if not slots:
        return ""
    texts = (f"{key(s.slot_name)}: {s.original_variable_node_id} {s.slot_variable_node_id}" for s in slots)
    return f" slots=[{', '.join(texts)}]"


def _user_object(proto: Any) -> str:
    line = f" {word(proto.identifier)}"
    if proto.version.producer:
        line += f" producer={proto.version.producer}"
    if proto.version.min_consumer:
        line += f" min_consumer={proto.version.min_consumer}"
    return line + (f" metadata={string(proto.metadata.encode())}" if proto.metadata else "")


def _variable_object(proto: Any) -> str:
    line = f" {word(proto.name)} {dtypes.name(proto.dtype)}{text_values.shape(proto.shape)}"
    line += " trainable=true" if proto.trainable else ""
    for name in ("synchronization", "aggregation"):
        line += f" {name}={getattr(proto, name)}" if getattr(proto, name) else ""
    return line + (f" device={word(proto.device)}" if proto.device else "")


def _bare_function(proto: Any) -> str:
    line = f" {word(proto.concrete_function_name)}"
    line += f" keywords={words(proto.argument_keywords)}" if proto.argument_keywords else ""
    line += f" positional={proto.allowed_positional_arguments}" if proto.allowed_positional_arguments else ""
    return line + (_function_spec(proto.function_spec) if proto.HasField("function_spec") else "")


def _function_spec(proto: Any) -> str:
    line = f" spec={structure_text(proto.fullargspec)} signature={structure_text(proto.input_signature)}"
    line += " is_method=true" if proto.is_method else ""
    return line + (f" jit_compile={proto.jit_compile}" if proto.jit_compile else "")


_OBJECTS: dict[str, Callable[[Any], str]] = {
    "user_object": _user_object,
    "asset": lambda proto: f" {proto.asset_file_def_index}",
    "function": lambda proto: f" concrete={words(proto.concrete_functions)}{_function_spec(proto.function_spec)}",
    "variable": _variable_object,
    "bare_concrete_function": _bare_function,
    "constant": lambda proto: f" {word(proto.operation)}",
    "resource": lambda proto: f" device={word(proto.device)}" if proto.device else "",
    "captured_tensor": lambda proto: f" {word(proto.name)} {word(proto.concrete_function)}",
}


def _checkpoint(bundle: TensorBundle, variables: bool, objects: bool) -> Iterator[str]:
    graph = bundle.object_graph()
    if graph is not None and objects:
        for number, node in enumerate(graph.nodes):
            values = (f"{key(v.name)}: {word(v.checkpoint_key)}" for v in node.attributes)
            line = f"trackable {number}{_references('children', node.children)}"
            line += f" values=[{', '.join(values)}]" if node.attributes else ""
            yield line + _slots(node.slot_variables)
    if not variables:
        yield from _left_out(len(bundle.entries), "variables", "variables")
        return
    header = bundle.header
    line = f"checkpoint shards={header.num_shards}"
    line += " endianness=big" if header.endianness == "big" else ""
    line += f" producer={header.version.producer}" if header.version.producer != 1 else ""
    line += f" min_consumer={header.version.min_consumer}" if header.version.min_consumer else ""
    bad = header.version.bad_consumers
    yield line + (f" bad_consumers={list(bad)}" if bad else "")
    for entry in bundle.entries.values():
        yield f"variable {_entry(entry)}"


def _entry(entry: BundleEntry) -> str:
    line = f"{word(entry.key)} {dtypes.name(entry.dtype)}{dtypes.shape_text(entry.shape)}"
    if entry.slices:
        return line + " slices=[" + ", ".join(quoted(str(part)) for part in entry.slices) + "]"
    return f"{line} shard {entry.shard_id} [{entry.offset}, {entry.offset + entry.size})"
