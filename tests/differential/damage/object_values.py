"""What the object graph holds besides functions: constants, assets, resources, variables, slots."""

from __future__ import annotations

from typing import Any

from tests.differential.damage.functions import GONE
from tests.differential.damage.kind import damage
from tests.differential.damage.objects import at, concrete, node_of
from tests.differential.places import NoPlace, Place
from tests.differential.workbench import Copy

# constants, assets, resources, captures


@damage(3)
def constant_operation_missing(copy: Copy) -> Place:
    number = node_of(copy, "constant")
    copy.objects.nodes[number].constant.operation = "nowhere"
    return at(copy, number, "nowhere")


@damage(2)
def constant_operation_not_const(copy: Copy) -> Place:
    number = node_of(copy, "constant")
    other = copy.pick(copy.graph.node, lambda node: node.op != "Const")
    copy.objects.nodes[number].constant.operation = other.name
    return at(copy, number, other.name)


@damage(3)
def constant_content_short(copy: Copy) -> Place:
    number = node_of(copy, "constant")
    name = copy.objects.nodes[number].constant.operation
    node = copy.pick(copy.graph.node, lambda node: node.name == name)
    value = node.attr["value"].tensor
    value.tensor_content = b"\0\0\0"
    return at(copy, number, name)


@damage(2)
def constant_dtype(copy: Copy) -> Place:
    number = node_of(copy, "constant")
    name = copy.objects.nodes[number].constant.operation
    node = copy.pick(copy.graph.node, lambda node: node.name == name)
    node.attr["value"].tensor.dtype = 777
    return at(copy, number, name)


@damage(2)
def asset_index_out_of_range(copy: Copy) -> Place:
    number = node_of(copy, "asset")
    copy.objects.nodes[number].asset.asset_file_def_index = 7
    return at(copy, number, "7")


@damage(2)
def asset_index_negative(copy: Copy) -> Place:
    number = node_of(copy, "asset")
    copy.objects.nodes[number].asset.asset_file_def_index = -1
    return at(copy, number, "-1")


@damage(3)
def resource_without_initialize(copy: Copy) -> Place:
    number = node_of(copy, "resource")
    children = copy.objects.nodes[number].children
    children.remove(copy.pick(children, lambda child: child.local_name == "_initialize"))
    return at(copy, number, "_initialize")


@damage(3)
def resource_without_create(copy: Copy) -> Place:
    number = node_of(copy, "resource")
    children = copy.objects.nodes[number].children
    children.remove(copy.pick(children, lambda child: child.local_name == "_create_resource"))
    return at(copy, number, "_create_resource")


@damage(2)
def resource_without_destroy(copy: Copy) -> Place:
    number = node_of(copy, "resource")
    children = copy.objects.nodes[number].children
    children.remove(copy.pick(children, lambda child: child.local_name == "_destroy_resource"))
    return at(copy, number, "_destroy_resource")


@damage(2)
def resource_create_is_other(copy: Copy) -> Place:
    number = node_of(copy, "resource")
    children = {child.local_name: child for child in copy.objects.nodes[number].children}
    if not {"_create_resource", "_initialize"} <= set(children):
        raise NoPlace("no functions")
    children["_create_resource"].node_id = children["_initialize"].node_id
    return at(copy, number, "_create_resource")


@damage(2)
def resource_device(copy: Copy) -> Place:
    number = node_of(copy, "resource")
    copy.objects.nodes[number].resource.device = "/device:GPU:3"
    return at(copy, number, "/device:GPU:3")


@damage(2)
def captured_tensor_missing(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    number = len(copy.objects.nodes)
    captured = copy.objects.nodes.add().captured_tensor
    captured.name, captured.concrete_function = "nowhere:0", GONE
    function.bound_inputs[-1] = number
    return at(copy, number, name, GONE, "nowhere:0")


# variables and slots


def variable(copy: Copy) -> tuple[int, Any]:
    number = node_of(copy, "variable")
    return number, copy.objects.nodes[number].variable


@damage(3)
def variable_dtype_0(copy: Copy) -> Place:
    number, saved = variable(copy)
    saved.dtype = 0
    return at(copy, number, "dtype")


@damage(3)
def variable_dtype(copy: Copy) -> Place:
    number, saved = variable(copy)
    saved.dtype = 2 if saved.dtype != 2 else 1
    return at(copy, number, "dtype", saved.name)


@damage(2)
def variable_dtype_unknown(copy: Copy) -> Place:
    number, saved = variable(copy)
    saved.dtype = 777
    return at(copy, number, "dtype", "777")


@damage(2)
def variable_dtype_reference(copy: Copy) -> Place:
    number, saved = variable(copy)
    saved.dtype += 100
    return at(copy, number, "dtype")


@damage(3)
def variable_shape(copy: Copy) -> Place:
    number, saved = variable(copy)
    saved.shape.dim.add().size = 3
    return at(copy, number, "shape", saved.name)


@damage(2)
def variable_shape_unknown(copy: Copy) -> Place:
    number, saved = variable(copy)
    saved.shape.Clear()
    saved.shape.unknown_rank = True
    return at(copy, number, "shape")


@damage(2)
def variable_shape_partly_unknown(copy: Copy) -> Place:
    number = node_of(copy, "variable", lambda saved: saved.variable.shape.dim)
    copy.objects.nodes[number].variable.shape.dim[0].size = -1
    return at(copy, number, "shape")


@damage(2)
def variable_shape_negative(copy: Copy) -> Place:
    number = node_of(copy, "variable", lambda saved: saved.variable.shape.dim)
    copy.objects.nodes[number].variable.shape.dim[0].size = -5
    return at(copy, number, "shape")


@damage(2)
def variable_shape_overflow(copy: Copy) -> Place:
    number, saved = variable(copy)
    for _ in range(3):
        saved.shape.dim.add().size = 1 << 40
    return at(copy, number, "shape")


@damage(2)
def variable_synchronization_unknown(copy: Copy) -> Place:
    number, saved = variable(copy)
    saved.synchronization = 77
    return at(copy, number, "synchronization", "77")


@damage(2)
def variable_aggregation_unknown(copy: Copy) -> Place:
    number, saved = variable(copy)
    saved.aggregation = 77
    return at(copy, number, "aggregation", "77")


@damage(2)
def variable_name_changed(copy: Copy) -> Place:
    number, saved = variable(copy)
    saved.name = "another name/with spaces"
    return at(copy, number, saved.name)


@damage(2)
def variable_device(copy: Copy) -> Place:
    number, saved = variable(copy)
    saved.device = "/device:GPU:0"
    return at(copy, number, "/device:GPU:0")


@damage(2)
def slots_removed(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)), lambda i: copy.objects.nodes[i].slot_variables)
    del copy.objects.nodes[number].slot_variables[:]
    return at(copy, number, "slot_variables")


@damage(3)
def slots_added(copy: Copy) -> Place:
    """Slots on an object that is no optimizer."""
    number = node_of(copy, "user_object")
    of, slot = node_of(copy, "variable"), node_of(copy, "variable")
    copy.objects.nodes[number].slot_variables.add(
        original_variable_node_id=of, slot_name="momentum", slot_variable_node_id=slot
    )
    return at(copy, number, "slot_variables")


@damage(2)
def slot_id_out_of_range(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)), lambda i: copy.objects.nodes[i].slot_variables)
    copy.objects.nodes[number].slot_variables[0].slot_variable_node_id = 9999
    return at(copy, number, "slot_variables", "9999")


@damage(2)
def slot_of_missing_variable(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)), lambda i: copy.objects.nodes[i].slot_variables)
    copy.objects.nodes[number].slot_variables[0].original_variable_node_id = 9999
    return at(copy, number, "slot_variables", "9999")


@damage(2)
def saveable_function_missing(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)), lambda i: copy.objects.nodes[i].saveable_objects)
    saveables = copy.objects.nodes[number].saveable_objects
    saveables[sorted(saveables)[0]].restore_function = 9999
    return at(copy, number, "saveable_objects", "9999", sorted(saveables)[0])


@damage(2)
def saveables_removed(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)), lambda i: copy.objects.nodes[i].saveable_objects)
    copy.objects.nodes[number].ClearField("saveable_objects")
    return at(copy, number, "saveable_objects")


@damage(2)
def saveable_renamed(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)), lambda i: copy.objects.nodes[i].saveable_objects)
    saveables = copy.objects.nodes[number].saveable_objects
    name = sorted(saveables)[0]
    saveables["renamed"].CopyFrom(saveables[name])
    del saveables[name]
    return at(copy, number, "renamed", name)
