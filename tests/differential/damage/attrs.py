"""Attrs that do not fit their op."""

from __future__ import annotations

from tests.differential.damage.kind import MAIN, graph_damage
from tests.differential.damage.ops import CALLS, DOUBLE, FLOAT, INT32, computing, with_attr
from tests.differential.places import Place
from tests.differential.workbench import Body, called_by


@graph_damage(cases=3)
def attr_missing(body: Body) -> Place:
    node = body.node(lambda node: computing(node) and "T" in node.attr)
    del node.attr["T"]
    return body.at(node, "T")


@graph_damage(cases=1)
def attr_dtype_missing(body: Body) -> Place:
    node = body.node(lambda node: "dtype" in node.attr)
    del node.attr["dtype"]
    return body.at(node, "dtype")


@graph_damage(cases=1)
def attr_unset(body: Body) -> Place:
    """An attr whose value holds nothing."""
    node = with_attr(body, "T", "type")
    node.attr["T"].Clear()
    return body.at(node, "T")


@graph_damage()
def attr_kind_wrong(body: Body) -> Place:
    node = with_attr(body, "T", "type")
    node.attr["T"].i = 1
    return body.at(node, "T")


@graph_damage(cases=1)
def attr_bool_as_int(body: Body) -> Place:
    node = body.node(lambda node: any(value.WhichOneof("value") == "b" for value in node.attr.values()))
    key = body.copy.pick(sorted(node.attr), lambda key: node.attr[key].WhichOneof("value") == "b")
    node.attr[key].i = 1
    return body.at(node, key)


@graph_damage(cases=1)
def attr_list_for_one(body: Body) -> Place:
    node = with_attr(body, "T", "type")
    node.attr["T"].list.type.append(FLOAT)
    return body.at(node, "T")


@graph_damage(cases=1)
def attr_one_for_list(body: Body) -> Place:
    node = body.node(lambda node: any(len(value.list.type) for value in node.attr.values()))
    key = body.copy.pick(sorted(node.attr), lambda key: len(node.attr[key].list.type))
    node.attr[key].type = FLOAT
    return body.at(node, key)


@graph_damage(cases=1)
def attr_list_cleared(body: Body) -> Place:
    node = body.node(lambda node: any(len(value.list.type) for value in node.attr.values()))
    key = body.copy.pick(sorted(node.attr), lambda key: len(node.attr[key].list.type))
    node.attr[key].list.Clear()
    return body.around(node, key)


@graph_damage()
def attr_type_not_allowed(body: Body) -> Place:
    node = with_attr(body, "T", "type", ops=("MatMul", "Mul", "Sub", "Tanh", "Relu", "Softplus", "BiasAdd", "Add"))
    node.attr["T"].type = 10
    return body.around(node, "T")


@graph_damage(cases=1)
def attr_enum_unknown(body: Body) -> Place:
    node = with_attr(body, "T", "type")
    node.attr["T"].type = 777
    return body.around(node, "T")


@graph_damage(cases=1)
def attr_type_0(body: Body) -> Place:
    node = with_attr(body, "T", "type")
    node.attr["T"].type = 0
    return body.around(node, "T")


@graph_damage(cases=1)
def attr_type_reference(body: Body) -> Place:
    node = with_attr(body, "T", "type")
    node.attr["T"].type = 100 + node.attr["T"].type
    return body.around(node, "T")


@graph_damage(cases=3)
def attr_type_conflict(body: Body) -> Place:
    node = with_attr(body, "T", "type", ops=("MatMul", "Mul", "AddV2", "Add", "Sub", "Relu", "Tanh", "Identity"))
    node.attr["T"].type = DOUBLE if node.attr["T"].type != DOUBLE else FLOAT
    return body.around(node)


@graph_damage()
def attr_read_dtype(body: Body) -> Place:
    """ReadVariableOp reads another dtype than its variable has."""
    node = with_attr(body, "dtype", "type", ops=("ReadVariableOp",))
    node.attr["dtype"].type = INT32 if node.attr["dtype"].type != INT32 else FLOAT
    return body.around(node)


@graph_damage()
def attr_unknown(body: Body) -> Place:
    node = body.node(computing)
    node.attr["future_attr"].i = 7
    return body.at(node, "future_attr")


@graph_damage(cases=1)
def attr_unknown_private(body: Body) -> Place:
    node = body.node(computing)
    node.attr["_future"].s = b"\xff"
    return body.at(node, "_future")


@graph_damage()
def attr_stripped(body: Body) -> Place:
    """Attrs with a default are left out, whatever their value."""
    keys = ("transpose_a", "transpose_b", "data_format", "N", "keep_dims", "validate_shape", "Tidx", "_output_shapes")
    node = body.node(lambda node: any(key in node.attr for key in keys if key != "N"))
    key = body.copy.pick(keys, lambda key: key in node.attr and key != "N")
    del node.attr[key]
    return body.at(node, key)


@graph_damage(cases=1)
def attr_placeholder(body: Body) -> Place:
    node = with_attr(body, "T", "type")
    node.attr["T"].placeholder = "T"
    return body.at(node, "T")


@graph_damage(cases=1)
def attr_function_unset(body: Body) -> Place:
    node = body.node(lambda node: list(called_by(node)))
    key = body.copy.pick(sorted(node.attr), lambda key: node.attr[key].WhichOneof("value") == "func")
    node.attr[key].func.name = ""
    return body.at(node, key)


@graph_damage(cases=1)
def attr_function_is_string(body: Body) -> Place:
    node = body.node(lambda node: list(called_by(node)))
    key = body.copy.pick(sorted(node.attr), lambda key: node.attr[key].WhichOneof("value") == "func")
    node.attr[key].s = node.attr[key].func.name.encode()
    return body.at(node, key)


@graph_damage()
def attr_string_not_allowed(body: Body) -> Place:
    node = body.node(lambda node: any(key in node.attr for key in ("padding", "data_format", "rounding", "mode")))
    key = next(key for key in ("padding", "data_format", "rounding", "mode") if key in node.attr)
    node.attr[key].s = b"SIDEWAYS"
    return body.at(node, key)


@graph_damage(cases=1)
def attr_strides_negative(body: Body) -> Place:
    node = body.node(lambda node: "strides" in node.attr)
    node.attr["strides"].list.i[:] = [1, -1, -1, 1]
    return body.around(node, "strides")


@graph_damage(cases=1)
def attr_strides_short(body: Body) -> Place:
    node = body.node(lambda node: "strides" in node.attr)
    node.attr["strides"].list.i[:] = [1, 1]
    return body.around(node, "strides")


@graph_damage()
def attr_count_wrong(body: Body) -> Place:
    node = with_attr(body, "N", "i")
    node.attr["N"].i += 1
    return body.around(node, "N")


@graph_damage(cases=1)
def attr_count_0(body: Body) -> Place:
    node = with_attr(body, "N", "i")
    node.attr["N"].i = 0
    return body.around(node, "N")


@graph_damage(cases=1)
def attr_axis_out_of_range(body: Body) -> Place:
    node = with_attr(body, "axis", "i")
    node.attr["axis"].i = 9
    return body.around(node, "axis")


@graph_damage()
def attr_transposed(body: Body) -> Place:
    node = body.node(ops=("MatMul", "BatchMatMulV2"))
    key = "transpose_b" if node.op == "MatMul" else "adj_y"
    node.attr[key].b = not node.attr[key].b
    return body.around(node, key)


@graph_damage()
def attr_mask_wrong(body: Body) -> Place:
    node = with_attr(body, "shrink_axis_mask", "i")
    node.attr["shrink_axis_mask"].i = 7
    return body.around(node, "shrink_axis_mask")


@graph_damage(cases=1)
def attr_colocated_with_nothing(body: Body) -> Place:
    node = body.node(computing)
    node.attr["_class"].list.s.append(b"loc:@nowhere")
    return body.at(node, "_class", "nowhere")


@graph_damage(cases=1)
def attr_class_malformed(body: Body) -> Place:
    node = body.node(computing)
    node.attr["_class"].s = b"loc:@nowhere"
    return body.at(node, "_class")


@graph_damage()
def attr_shape_of_source(body: Body) -> Place:
    node = body.node(lambda node: node.attr["shape"].shape.dim, ops=("Placeholder", "VarHandleOp", "VariableV2"))
    node.attr["shape"].shape.dim[-1].size += 3
    return body.around(node, "shape")


@graph_damage(cases=1)
def attr_shape_negative(body: Body) -> Place:
    node = body.node(lambda node: node.attr["shape"].shape.dim, ops=("Placeholder", "VarHandleOp", "VariableV2"))
    node.attr["shape"].shape.dim[0].size = -5
    return body.around(node, "shape")


@graph_damage(cases=1)
def attr_shape_unknown(body: Body) -> Place:
    node = body.node(lambda node: "shape" in node.attr, ops=("Placeholder", "VarHandleOp", "VariableV2"))
    node.attr["shape"].shape.Clear()
    node.attr["shape"].shape.unknown_rank = True
    return body.around(node, "shape")


@graph_damage()
def output_shapes_lie(body: Body) -> Place:
    node = body.node(lambda node: len(node.attr["_output_shapes"].list.shape) and node.input)
    shape = node.attr["_output_shapes"].list.shape[0]
    shape.Clear()
    for _ in range(5):
        shape.dim.add().size = 13
    return body.around(node, "_output_shapes")


@graph_damage(cases=1)
def output_shapes_negative(body: Body) -> Place:
    node = body.node(lambda node: len(node.attr["_output_shapes"].list.shape))
    node.attr["_output_shapes"].list.shape[0].dim.add().size = -7
    return body.at(node, "_output_shapes")


@graph_damage(cases=1)
def output_shapes_too_many(body: Body) -> Place:
    node = body.node(lambda node: len(node.attr["_output_shapes"].list.shape))
    node.attr["_output_shapes"].list.shape.add().dim.add().size = 3
    return body.at(node, "_output_shapes")


@graph_damage(cases=1)
def output_shapes_not_a_list(body: Body) -> Place:
    node = body.node(lambda node: "_output_shapes" in node.attr)
    node.attr["_output_shapes"].s = b"[?, 3]"
    return body.at(node, "_output_shapes")


@graph_damage(cases=1)
def call_config_garbage(body: Body) -> Place:
    node = body.node(ops=CALLS)
    node.attr["config_proto"].s = b"\xff\xff garbage"
    return body.at(node, "config_proto")


@graph_damage(cases=1)
def call_executor_unknown(body: Body) -> Place:
    node = body.node(ops=CALLS)
    node.attr["executor_type"].s = b"FUTURE_EXECUTOR"
    return body.at(node, "executor_type")


@graph_damage(cases=1)
def call_types_short(body: Body) -> Place:
    node = body.node(lambda node: len(node.attr["Tin"].list.type) > 1, ops=CALLS)
    del node.attr["Tin"].list.type[-1]
    return body.around(node, "Tin", *called_by(node))


@graph_damage(cases=1)
def call_results_long(body: Body) -> Place:
    node = body.node(lambda node: len(node.attr["Tout"].list.type), ops=CALLS)
    node.attr["Tout"].list.type.append(FLOAT)
    return body.around(node, "Tout", *called_by(node))


@graph_damage(cases=1)
def call_result_type(body: Body) -> Place:
    node = body.node(lambda node: len(node.attr["Tout"].list.type), ops=CALLS)
    node.attr["Tout"].list.type[0] = 10 if node.attr["Tout"].list.type[0] != 10 else FLOAT
    return body.around(node, "Tout", *called_by(node))


@graph_damage(MAIN, cases=3)
def shared_name_changed(body: Body) -> Place:
    node = body.node(ops=("VarHandleOp", "HashTableV2", "MutableHashTableV2"))
    node.attr["shared_name"].s = b"another"
    return body.at(node, "shared_name")


@graph_damage(MAIN, cases=3)
def shared_name_of_another(body: Body) -> Place:
    node = body.node(ops=("VarHandleOp",))
    other = body.node(lambda other: other.name != node.name, ops=("VarHandleOp",))
    node.attr["shared_name"].CopyFrom(other.attr["shared_name"])
    return body.around(node, "shared_name", other.name)


@graph_damage(MAIN, cases=3)
def container_changed(body: Body) -> Place:
    node = body.node(ops=("VarHandleOp", "HashTableV2"))
    node.attr["container"].s = b"elsewhere"
    return body.at(node, "container")


@graph_damage(MAIN, cases=3)
def varhandle_dtype(body: Body) -> Place:
    node = body.node(ops=("VarHandleOp", "VariableV2"))
    node.attr["dtype"].type = DOUBLE if node.attr["dtype"].type != DOUBLE else FLOAT
    return body.around(node, "dtype")
