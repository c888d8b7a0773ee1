"""Edits of healthy models, and the exact changes that each makes, there and back.

An edit takes a ``Copy`` of a base and changes it; ``there`` are the changes of diff(base, edited), ``back`` those of
diff(edited, base), each as ``CODE where``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from inspector.wire import crc32c
from tests.differential.workbench import INDEX, Copy


class Edit(NamedTuple):
    name: str
    base: str
    there: tuple[str, ...]
    back: tuple[str, ...]
    make: Callable[[Copy], None]


EDITS: list[Edit] = []
MODULE, MLP, FLOW = "module-signatures", "keras3-mlp", "nested-control-flow"
V1, TAGS, TABLE = "v1-main-op-table", "v1-two-tagsets", "table-asset"


def edit(base: str, there: str | tuple[str, ...] = (), back: str | tuple[str, ...] = ()) -> Any:
    def register(make: Callable[[Copy], None]) -> Callable[[Copy], None]:
        one, other = ((text,) if isinstance(text, str) else text for text in (there, back))
        EDITS.append(Edit(make.__name__, base, one, other, make))
        return make

    return register


def signature(copy: Copy, key: str = "serving_default") -> Any:
    return copy.meta.signature_def[key]


def dims(info: Any, *sizes: int) -> None:
    info.tensor_shape.unknown_rank = False
    del info.tensor_shape.dim[:]
    for size in sizes:
        info.tensor_shape.dim.add(size=size)


def function(copy: Copy, part: str) -> Any:
    """The function with this in its name."""
    (found,) = [one for name, one in copy.functions().items() if part in name]
    return found


def node(copy: Copy, op: str, *, part: str = "") -> Any:
    """The first node with this op in the functions with this in their names, or in the main graph."""
    bodies = [one.node_def for name, one in copy.functions().items() if part in name] if part else [copy.graph.node]
    return next(one for nodes in bodies for one in nodes if one.op == op)


# --- signatures


@edit(MODULE, "DF101 signature halve", "DF400 signature halve")
def signature_removed(copy: Copy) -> None:
    del copy.meta.signature_def["halve"]


@edit(MODULE, "DF114 signature serving_default", "DF400 signature serving_default")
def default_signature_removed(copy: Copy) -> None:
    del copy.meta.signature_def["serving_default"]


@edit(MODULE, "DF102 signature halve", "DF102 signature half")
def signature_renamed(copy: Copy) -> None:
    copy.meta.signature_def["half"].CopyFrom(signature(copy, "halve"))
    del copy.meta.signature_def["halve"]


@edit(MODULE, "DF104 signature add, input b", "DF103 signature add, input b")
def input_removed(copy: Copy) -> None:
    del signature(copy, "add").inputs["b"]


@edit(MODULE, "DF105 signature serving_default, input x", "DF105 signature serving_default, input features")
def input_renamed(copy: Copy) -> None:
    inputs = signature(copy).inputs
    inputs["features"].CopyFrom(inputs["x"])
    del inputs["x"]


@edit(MODULE, "DF106 signature serving_default, input x", "DF106 signature serving_default, input x")
def input_dtype(copy: Copy) -> None:
    signature(copy).inputs["x"].dtype = 2


@edit(MODULE, "DF107 signature serving_default, input x", "DF401 signature serving_default, input x")
def input_batch_fixed(copy: Copy) -> None:
    dims(signature(copy).inputs["x"], 8, 4)


@edit(MODULE, "DF107 signature serving_default, input x", "DF107 signature serving_default, input x")
def input_other_dimension(copy: Copy) -> None:
    dims(signature(copy).inputs["x"], -1, 5)


@edit(MODULE, "DF107 signature serving_default, input x", "DF107 signature serving_default, input x")
def input_wider_here_narrower_there(copy: Copy) -> None:
    dims(signature(copy).inputs["x"], 8, -1)


@edit(MODULE, "DF401 signature serving_default, input x", "DF107 signature serving_default, input x")
def input_dimension_freed(copy: Copy) -> None:
    dims(signature(copy).inputs["x"], -1, -1)


@edit(MODULE, "DF401 signature serving_default, input x", "DF107 signature serving_default, input x")
def input_rank_freed(copy: Copy) -> None:
    dims(signature(copy).inputs["x"])
    signature(copy).inputs["x"].tensor_shape.unknown_rank = True


@edit(MODULE, "DF108 signature serving_default, input x", "DF108 signature serving_default, input x")
def input_rank(copy: Copy) -> None:
    dims(signature(copy).inputs["x"], -1, 4, 1)


@edit(MODULE, "DF404 signature halve, input bias", "DF104 signature halve, input bias")
def optional_input_added(copy: Copy) -> None:
    found = signature(copy, "halve")
    found.inputs["bias"].CopyFrom(signature(copy, "add").inputs["a"])
    found.defaults["bias"].dtype = 9
    found.defaults["bias"].int64_val.append(3)


@edit(MODULE, "DF405 signature add, input a", "DF115 signature add, input a")
def input_default_added(copy: Copy) -> None:
    signature(copy, "add").defaults["a"].dtype = 9
    signature(copy, "add").defaults["a"].int64_val.append(3)


@edit(MODULE, "DF109 signature add, output sum", "DF403 signature add, output sum")
def output_removed(copy: Copy) -> None:
    del signature(copy, "add").outputs["sum"]


@edit(MODULE, "DF110 signature halve, output half", "DF110 signature halve, output part")
def output_renamed(copy: Copy) -> None:
    outputs = signature(copy, "halve").outputs
    outputs["part"].CopyFrom(outputs["half"])
    del outputs["half"]


@edit(MODULE, "DF403 signature halve, output again", "DF109 signature halve, output again")
def output_added(copy: Copy) -> None:
    outputs = signature(copy, "halve").outputs
    outputs["again"].CopyFrom(outputs["half"])


@edit(MODULE, "DF111 signature halve, output half", "DF111 signature halve, output half")
def output_dtype(copy: Copy) -> None:
    signature(copy, "halve").outputs["half"].dtype = 1


@edit(MODULE, "DF402 signature serving_default, output scores", "DF112 signature serving_default, output scores")
def output_batch_fixed(copy: Copy) -> None:
    dims(signature(copy).outputs["scores"], 8, 3)


@edit(MODULE, "DF112 signature serving_default, output scores", "DF402 signature serving_default, output scores")
def output_dimension_freed(copy: Copy) -> None:
    dims(signature(copy).outputs["scores"], -1, -1)


@edit(MODULE, "DF112 signature serving_default, output scores", "DF112 signature serving_default, output scores")
def output_rank(copy: Copy) -> None:
    dims(signature(copy).outputs["scores"], -1, 3, 1)


@edit(MODULE, "DF112 signature serving_default, output scores", "DF112 signature serving_default, output scores")
def output_other_dimension(copy: Copy) -> None:
    dims(signature(copy).outputs["scores"], -1, 4)


@edit(MODULE, "DF113 signature halve", "DF113 signature halve")
def method_name(copy: Copy) -> None:
    signature(copy, "halve").method_name = "tensorflow/serving/regress"


@edit(V1, "DF100 meta graph serve", "DF100 meta graph gpu, serve")
def tags_changed(copy: Copy) -> None:
    copy.meta.meta_info_def.tags.append("gpu")


@edit(TAGS, "DF100 meta graph gpu, serve", "DF406 meta graph gpu, serve")
def meta_graph_removed(copy: Copy) -> None:
    del copy.saved.meta_graphs[1]


@edit(MODULE, "DF106 signature add, input a", "DF106 signature add, input a")
def input_encoding(copy: Copy) -> None:
    info = signature(copy, "add").inputs["a"]
    info.coo_sparse.values_tensor_name = info.name


# --- computations


@edit(
    MODULE,
    ("DF200 signature serving_default", "DF201 function predict"),
    ("DF200 signature serving_default", "DF201 function predict"),
)
def op_replaced(copy: Copy) -> None:
    node(copy, "Relu", part="predict").op = "Relu6"


@edit(MODULE, ("DF200 signature halve", "DF201 function halve"), ("DF200 signature halve", "DF201 function halve"))
def constant_changed(copy: Copy) -> None:
    value = node(copy, "Const", part="__inference_halve").attr["value"].tensor
    value.ClearField("tensor_content")
    del value.double_val[:]
    value.double_val.append(4.0)


@edit(MODULE, "DF201 function outside", "DF201 function outside")
def function_outside_changed(copy: Copy) -> None:
    node(copy, "Softmax", part="outside").op = "LogSoftmax"


@edit(
    MODULE,
    ("DF200 signature serving_default", "DF201 function predict"),
    ("DF200 signature serving_default", "DF201 function predict"),
)
def attr_changed(copy: Copy) -> None:
    node(copy, "MatMul", part="predict").attr["transpose_b"].b = True


@edit(MODULE, ("DF200 signature add", "DF201 function add"), ("DF200 signature add", "DF201 function add"))
def inputs_swapped_in_a_function(copy: Copy) -> None:
    found = node(copy, "Minimum", part="__inference_add")
    found.input[0], found.input[1] = found.input[1], found.input[0]


@edit(
    FLOW,
    ("DF200 signature serving_default", "DF201 function __call__", "DF201 function power"),
    ("DF200 signature serving_default", "DF201 function __call__", "DF201 function power"),
)
def branch_changed(copy: Copy) -> None:
    for name, one in copy.functions().items():
        if "while_cond_false" in name:
            next(found for found in one.node_def if found.op == "Sub").op = "AddV2"


@edit(
    FLOW,
    ("DF200 signature serving_default", "DF201 function __call__", "DF201 function power"),
    ("DF200 signature serving_default", "DF201 function __call__", "DF201 function power"),
)
def loop_condition_changed(copy: Copy) -> None:
    for name, one in copy.functions().items():
        if "while_cond_" in name and any(found.op == "Less" for found in one.node_def):
            next(found for found in one.node_def if found.op == "Less").op = "LessEqual"


@edit(
    MODULE,
    ("DF200 signature serving_default", "DF201 function predict"),
    ("DF200 signature serving_default", "DF201 function predict"),
)
def op_inserted(copy: Copy) -> None:
    found = function(copy, "__inference_predict")
    relu = next(one for one in found.node_def if one.op == "Relu")
    added = found.node_def.add(name="Twice", op="Relu", input=[f"{relu.name}:activations:0"])
    added.attr["T"].type = 1
    for one in found.node_def:
        if one.name != "Twice":
            for place, text in enumerate(one.input):
                if text == f"{relu.name}:activations:0":
                    one.input[place] = "Twice:activations:0"


@edit(TAGS, "DF200 signature serving_default", "DF200 signature serving_default")
def v1_op_replaced(copy: Copy) -> None:
    found = next(one for one in copy.saved.meta_graphs[0].graph_def.node if one.name == "y")
    found.op = "BiasAddV1"
    found.attr.pop("data_format", None)


@edit(V1, "DF200 signature serving_default", "DF200 signature serving_default")
def v1_attr_changed(copy: Copy) -> None:
    next(one for one in copy.graph.node if one.op == "ResourceGather").attr["batch_dims"].i = 1


@edit(V1, "DF202 initialisation", "DF202 initialisation")
def table_initialised_otherwise(copy: Copy) -> None:
    node(copy, "InitializeTableFromTextFileV2").attr["offset"].i = 1


@edit(TABLE, "DF202 initialisation", "DF202 initialisation")
def v2_table_initialised_otherwise(copy: Copy) -> None:
    node(copy, "InitializeTableFromTextFileV2", part="_initializer").attr["vocab_size"].i = 2


@edit(
    "frozen-no-variables",
    ("DF200 signature serving_default", "DF201 function __call__"),
    ("DF200 signature serving_default", "DF201 function __call__"),
)
def weights_in_a_constant(copy: Copy) -> None:
    found = node(copy, "Const", part="__inference___call__").attr["value"].tensor
    found.tensor_content = found.tensor_content[:-1] + b"\x40"


@edit("v1-frozen", "DF200 signature serving_default", "DF200 signature serving_default")
def v1_weights_in_a_constant(copy: Copy) -> None:
    found = next(one for one in copy.graph.node if one.name == "weights").attr["value"].tensor
    found.tensor_content = found.tensor_content[:-1] + b"\x40"


# --- what is no difference


@edit(MODULE)
def derived_attrs_dropped(copy: Copy) -> None:
    for one in copy.functions().values():
        for found in one.node_def:
            found.attr.pop("_output_shapes", None)


@edit(MODULE)
def default_written_out(copy: Copy) -> None:
    node(copy, "MatMul", part="predict").attr["transpose_b"].b = False


@edit(MODULE)
def constant_stored_otherwise(copy: Copy) -> None:
    from struct import pack

    value = node(copy, "Const", part="__inference_halve").attr["value"].tensor
    numbers = list(value.double_val)
    del value.double_val[:]
    value.tensor_content = pack(f"<{len(numbers)}d", *numbers)


@edit(MODULE)
def nodes_reordered(copy: Copy) -> None:
    for one in copy.functions().values():
        nodes = list(reversed(list(one.node_def)))
        del one.node_def[:]
        one.node_def.extend(nodes)


@edit(MODULE)
def fingerprint_changed(copy: Copy) -> None:
    copy.write("fingerprint.pb", b"")


@edit(V1)
def node_renamed(copy: Copy) -> None:
    found = next(one for one in copy.graph.node if one.op == "LookupTableFindV2")
    old = found.name
    for one in copy.graph.node:
        for place, text in enumerate(one.input):
            if text == old:
                one.input[place] = "looked_up"
    found.name = "looked_up"


@edit(TAGS)
def meta_graphs_reordered(copy: Copy) -> None:
    metas = list(copy.saved.meta_graphs)
    del copy.saved.meta_graphs[:]
    copy.saved.meta_graphs.extend(reversed(metas))


@edit(V1)
def unreached_node_added(copy: Copy) -> None:
    copy.graph.node.add(name="nobody", op="NoOp")


# --- restored functions


@edit(MODULE, "DF120 function outside", "DF407 function outside")
def restored_function_removed(copy: Copy) -> None:
    root = copy.objects.nodes[0]
    kept = [one for one in root.children if one.local_name != "outside"]
    del root.children[:]
    root.children.extend(kept)


def trace(copy: Copy, part: str) -> Any:
    """The concrete function of a restored function."""
    (name,) = [name for name in copy.objects.concrete_functions if f"__inference_{part}" in name]
    return copy.objects.concrete_functions[name]


@edit(MODULE, ("DF122 function halve", "DF408 function halve"), ("DF122 function halve", "DF408 function halve"))
def restored_call_dtype(copy: Copy) -> None:
    spec = trace(copy, "halve").canonicalized_input_signature.tuple_value.values[0].tuple_value.values[0]
    spec.tensor_spec_value.dtype = 1


@edit(MODULE, "DF122 function halve", "DF408 function halve")
def restored_call_narrowed_to_one_shape(copy: Copy) -> None:
    spec = trace(copy, "halve").canonicalized_input_signature.tuple_value.values[0].tuple_value.values[0]
    spec.tensor_spec_value.shape.dim[0].size = 7


@edit(MODULE, "DF408 function outside", "DF122 function outside")
def restored_call_widened(copy: Copy) -> None:
    spec = trace(copy, "outside").canonicalized_input_signature.tuple_value.values[0].tuple_value.values[0]
    spec.tensor_spec_value.shape.dim[0].size = -1


@edit(MODULE, "DF123 function outside", "DF123 function outside")
def restored_result_changed(copy: Copy) -> None:
    trace(copy, "outside").output_signature.tensor_spec_value.dtype = 2


def spec_of(copy: Copy, part: str) -> Any:
    """The FunctionSpec fields of a restored function, by name."""
    (found,) = [one for one in copy.objects.nodes if one.WhichOneof("kind") == "function"
                and any(f"__inference_{part}" in name for name in one.function.concrete_functions)]  # fmt: skip
    pairs = found.function.function_spec.fullargspec.named_tuple_value.values
    return {pair.key: pair.value for pair in pairs}


@edit(MODULE, "DF121 function outside", "DF121 function outside")
def restored_argument_renamed(copy: Copy) -> None:
    spec_of(copy, "outside")["args"].list_value.values[-1].string_value = "values"


@edit(MODULE, "DF409 function outside", "DF121 function outside")
def restored_argument_with_default_added(copy: Copy) -> None:
    spec = spec_of(copy, "outside")
    spec["args"].list_value.values.add(string_value="scale")
    spec["defaults"].ClearField("none_value")
    spec["defaults"].list_value.values.add(float64_value=1.0)
    trace(copy, "outside").canonicalized_input_signature.tuple_value.values[0].tuple_value.values.add(float64_value=1.0)


# --- the checkpoint


def flip(copy: Copy, key: str) -> None:
    """Another last byte of a tensor, with the checksum to fit."""
    entry = copy.bundle.entries[key.encode()]
    shard = copy.bundle.shard(entry.shard_id)
    raw = bytearray(copy.read(shard))
    raw[entry.offset + entry.size - 1] ^= 1
    copy.write(shard, bytes(raw))
    entry.crc32c = crc32c.mask(crc32c.value(bytes(raw[entry.offset : entry.offset + entry.size])))


KERNEL = "kernel/.ATTRIBUTES/VARIABLE_VALUE"


@edit(MODULE, "DF300 variables", "DF300 variables")
def weights_changed(copy: Copy) -> None:
    flip(copy, KERNEL)


@edit("sharded-checkpoint", "DF300 variables", "DF300 variables")
def weights_changed_in_a_shard(copy: Copy) -> None:
    flip(copy, "second/.ATTRIBUTES/VARIABLE_VALUE")


@edit(V1, "DF300 variables", "DF300 variables")
def v1_weights_changed(copy: Copy) -> None:
    flip(copy, "weights")


@edit(MODULE, "DF301 variable extra", "DF302 variable extra")
def tensor_added(copy: Copy) -> None:
    added = copy.bundle.entries.setdefault(b"extra", type(copy.bundle.entries[KERNEL.encode()])())
    added.CopyFrom(copy.bundle.entries[b"bias/.ATTRIBUTES/VARIABLE_VALUE"])
    added.size = 8
    added.shape.dim[0].size = 2
    raw = copy.read(copy.bundle.shard(0))[added.offset : added.offset + 8]
    added.crc32c = crc32c.mask(crc32c.value(raw))


@edit(TABLE, "DF203 asset vocab.txt", "DF203 asset vocab.txt")
def asset_content(copy: Copy) -> None:
    copy.write("assets/vocab.txt", b"alpha\nbeta\ndelta\n")


@edit(MODULE, "DF205 asset more.txt", "DF204 asset more.txt")
def asset_added(copy: Copy) -> None:
    copy.write("assets/more.txt", b"more\n")


# --- metadata


@edit(MODULE, "DF500 meta graph", "DF500 meta graph")
def saved_by(copy: Copy) -> None:
    copy.meta.meta_info_def.tensorflow_version = "2.20.0"


@edit(MODULE, "DF501 graph versions", "DF501 graph versions")
def producer(copy: Copy) -> None:
    copy.graph.versions.producer = 1395


@edit(V1, "DF502 collections", "DF502 collections")
def collection_added(copy: Copy) -> None:
    copy.meta.collection_def["mine"].node_list.value.append("rows")


@edit(V1, "DF504 assets.extra", "DF504 assets.extra")
def extra_asset(copy: Copy) -> None:
    copy.write("assets.extra/more.txt", b"more\n")


@edit(MODULE, "DF505 side files", "DF505 side files")
def side_file_removed(copy: Copy) -> None:
    copy.remove("fingerprint.pb")


@edit(TAGS, "DF507 devices", "DF507 devices")
def device_changed(copy: Copy) -> None:
    next(one for one in copy.saved.meta_graphs[0].graph_def.node if one.name == "y").device = "/device:CPU:0"


@edit(MODULE, "DF503 objects", "DF503 objects")
def object_added(copy: Copy) -> None:
    number = len(copy.objects.nodes)
    copy.objects.nodes.add().user_object.identifier = "_generic_user_object"
    copy.objects.nodes[0].children.add(local_name="helper", node_id=number)


# --- loads


@edit(MODULE, "DF001 tf2 (TensorFlow 2.21.0 on cpu)", "DF410 tf2 (TensorFlow 2.21.0 on cpu)")
def index_missing(copy: Copy) -> None:
    copy.remove(INDEX)
