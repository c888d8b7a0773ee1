"""The object graph: ids, kinds, captures, function specs, variables, slots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.differential.damage.functions import GONE
from tests.differential.damage.kind import damage
from tests.differential.workbench import Copy, NoPlace, Place, place


def node_of(copy: Copy, kind: str, test: Callable[[Any], object] = lambda saved: True) -> int:
    """The number of an object of this kind."""
    nodes = copy.objects.nodes
    return copy.pick(range(len(nodes)), lambda i: nodes[i].WhichOneof("kind") == kind and test(nodes[i]))


def path_of(copy: Copy, number: int) -> str:
    """How the root reaches an object, by the shortest way."""
    nodes = copy.objects.nodes
    paths = {0: ""}
    waiting = [0]
    while waiting:
        here = waiting.pop(0)
        for child in nodes[here].children:
            if 0 <= child.node_id < len(nodes) and child.node_id not in paths:
                paths[child.node_id] = f"{paths[here]}.{child.local_name}".lstrip(".")
                waiting.append(child.node_id)
    return paths.get(number, "")


def at(copy: Copy, number: int, *more: str) -> Place:
    path = path_of(copy, number)
    last = path.rpartition(".")[2]
    key = path.replace(".", "/")
    names = [f"nodes[{number}]", f"object {number}", f"node {number}", path, key, f"{key}/.ATTRIBUTES/VARIABLE_VALUE"]
    return place(*names, *([] if last.isdigit() else [last]), *(["root"] if not number else []), *more)


def parent(copy: Copy, test: Callable[[Any], object] = lambda child: True) -> tuple[int, Any]:
    """The number of an object with a child that passes the test, and the reference."""
    nodes = copy.objects.nodes
    references = [(i, child) for i, saved in enumerate(nodes) for child in saved.children if test(child)]
    return copy.pick(references)


def concrete(copy: Copy, test: Callable[[Any], object] = lambda function: True) -> tuple[str, Any]:
    functions = copy.objects.concrete_functions
    name = copy.pick(sorted(functions), lambda name: test(functions[name]))
    return name, functions[name]


# ids and children


@damage()
def child_id_out_of_range(copy: Copy) -> Place:
    number, child = parent(copy)
    child.node_id = 9999
    return at(copy, number, child.local_name, "9999")


@damage(3)
def child_id_negative(copy: Copy) -> Place:
    number, child = parent(copy)
    child.node_id = -1
    return at(copy, number, child.local_name)


@damage(2)
def child_id_very_negative(copy: Copy) -> Place:
    number, child = parent(copy)
    child.node_id = -9999
    return at(copy, number, child.local_name, "-9999")


@damage(3)
def child_cycle(copy: Copy) -> Place:
    number = copy.pick(range(1, len(copy.objects.nodes)))
    copy.objects.nodes[number].children.add(node_id=0, local_name="up")
    return at(copy, number, "up")


@damage(3)
def child_of_itself(copy: Copy) -> Place:
    copy.objects.nodes[0].children.add(node_id=0, local_name="me")
    return at(copy, 0, "me")


@damage(2)
def child_named_class(copy: Copy) -> Place:
    number, child = parent(copy, lambda child: child.local_name != "signatures")
    child.local_name = "__class__"
    return at(copy, number, "__class__")


@damage(3)
def child_name_empty(copy: Copy) -> Place:
    number, child = parent(copy, lambda child: child.local_name != "signatures")
    found = at(copy, child.node_id, child.local_name)
    child.local_name = ""
    return place(*at(copy, number).names, *found.names)


@damage(2)
def child_twice(copy: Copy) -> Place:
    number, child = parent(copy)
    copy.objects.nodes[number].children.add().CopyFrom(child)
    return at(copy, number, child.local_name)


@damage(2)
def child_on_variable(copy: Copy) -> Place:
    number = node_of(copy, "variable")
    copy.objects.nodes[number].children.add(node_id=0, local_name="owner")
    return at(copy, number, "owner")


@damage(3)
def child_variable_renamed(copy: Copy) -> Place:
    nodes = copy.objects.nodes

    def is_variable(child: Any) -> bool:
        return child.node_id < len(nodes) and nodes[child.node_id].WhichOneof("kind") == "variable"

    number, child = parent(copy, is_variable)
    old, child.local_name = child.local_name, "renamed"
    return at(copy, number, old, "renamed")


@damage(3)
def signatures_removed(copy: Copy) -> Place:
    children = copy.objects.nodes[0].children
    children.remove(copy.pick(children, lambda child: child.local_name == "signatures"))
    return at(copy, 0, "signatures")


@damage(3)
def nodes_emptied(copy: Copy) -> Place:
    del copy.objects.nodes[:]
    return place("object_graph_def", "nodes", "root")


@damage(3)
def node_last_removed(copy: Copy) -> Place:
    nodes = copy.objects.nodes
    last = len(nodes) - 1
    found = at(copy, last, str(last))
    referrers = [i for i, saved in enumerate(nodes) if any(child.node_id == last for child in saved.children)]
    del nodes[-1]
    more = [name for number in referrers for name in at(copy, number).names]
    return place(*found.names, *more, "object_graph_def")


@damage(3)
def kind_unset(copy: Copy) -> Place:
    number = copy.pick(range(1, len(copy.objects.nodes)))
    saved = copy.objects.nodes[number]
    saved.ClearField(saved.WhichOneof("kind") or "user_object")
    return at(copy, number)


@damage(3)
def node_is_user_object(copy: Copy) -> Place:
    number = node_of(copy, "function")
    copy.objects.nodes[number].user_object.identifier = "_generic_user_object"
    return at(copy, number)


@damage(3)
def variable_is_user_object(copy: Copy) -> Place:
    number = node_of(copy, "variable")
    copy.objects.nodes[number].user_object.identifier = "_generic_user_object"
    return at(copy, number)


@damage(3)
def dependency_out_of_range(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)))
    copy.objects.nodes[number].dependencies.add(node_id=9999, local_name="dep")
    return at(copy, number, "dep", "9999")


@damage(2)
def dependency_cycle(copy: Copy) -> Place:
    number = copy.pick(range(1, len(copy.objects.nodes)))
    copy.objects.nodes[number].dependencies.add(node_id=0, local_name="dep")
    copy.objects.nodes[0].dependencies.add(node_id=number, local_name="dep")
    return at(copy, number, "dep", "root")


@damage(2)
def dependency_not_a_child(copy: Copy) -> Place:
    number = node_of(copy, "variable")
    copy.objects.nodes[0].dependencies.add(node_id=number, local_name="other name")
    return at(copy, number, "other name", "root")


# user objects and registration


@damage(3)
def identifier_unknown(copy: Copy) -> Place:
    number = node_of(copy, "user_object")
    copy.objects.nodes[number].user_object.identifier = "_future_object"
    return at(copy, number, "_future_object")


@damage(2)
def identifier_of_list(copy: Copy) -> Place:
    number = node_of(copy, "user_object", lambda saved: saved.user_object.identifier == "_generic_user_object")
    copy.objects.nodes[number].user_object.identifier = "trackable_list_wrapper"
    return at(copy, number, "trackable_list_wrapper")


@damage(3)
def identifier_too_new(copy: Copy) -> Place:
    number = node_of(copy, "user_object")
    copy.objects.nodes[number].user_object.version.producer = 99
    copy.objects.nodes[number].user_object.version.min_consumer = 99
    return at(copy, number)


@damage(3)
def identifier_of_optimizer(copy: Copy) -> Place:
    number = node_of(copy, "user_object", lambda saved: saved.user_object.identifier == "_generic_user_object")
    copy.objects.nodes[number].user_object.identifier = "optimizer"
    return at(copy, number, "optimizer")


@damage(2)
def user_metadata_garbage(copy: Copy) -> Place:
    number = node_of(copy, "user_object")
    copy.objects.nodes[number].user_object.metadata = "{not json"
    return at(copy, number)


@damage(3)
def registered_name_unknown(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)))
    copy.objects.nodes[number].registered_name = "my_package.Thing"
    return at(copy, number, "my_package.Thing")


@damage(2)
def registered_saver_unknown(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)))
    copy.objects.nodes[number].registered_saver = "my_package.Saver"
    return at(copy, number, "my_package.Saver")


@damage(2)
def user_proto_unknown(copy: Copy) -> Place:
    number = node_of(copy, "user_object")
    copy.objects.nodes[number].serialized_user_proto.type_url = "type.googleapis.com/my.Thing"
    return at(copy, number)


# functions


@damage()
def function_names_missing(copy: Copy) -> Place:
    number = node_of(copy, "function", lambda saved: saved.function.concrete_functions)
    copy.objects.nodes[number].function.concrete_functions[0] = GONE
    return at(copy, number, GONE)


@damage(3)
def function_of_no_concrete(copy: Copy) -> Place:
    number = node_of(copy, "function")
    del copy.objects.nodes[number].function.concrete_functions[:]
    return at(copy, number)


@damage(3)
def function_twice_the_same(copy: Copy) -> Place:
    number = node_of(copy, "function", lambda saved: saved.function.concrete_functions)
    names = copy.objects.nodes[number].function.concrete_functions
    names.append(names[0])
    return at(copy, number, names[0])


@damage(3)
def bare_function_names_missing(copy: Copy) -> Place:
    number = node_of(copy, "bare_concrete_function")
    copy.objects.nodes[number].bare_concrete_function.concrete_function_name = GONE
    return at(copy, number, GONE)


@damage(3)
def argument_keywords_wrong(copy: Copy) -> Place:
    number = node_of(copy, "bare_concrete_function", lambda saved: saved.bare_concrete_function.argument_keywords)
    copy.objects.nodes[number].bare_concrete_function.argument_keywords[0] = "renamed"
    return at(copy, number, "renamed")


@damage(2)
def argument_keywords_removed(copy: Copy) -> Place:
    number = node_of(copy, "bare_concrete_function", lambda saved: saved.bare_concrete_function.argument_keywords)
    del copy.objects.nodes[number].bare_concrete_function.argument_keywords[:]
    return at(copy, number)


@damage(2)
def positional_arguments_too_many(copy: Copy) -> Place:
    number = node_of(copy, "bare_concrete_function")
    copy.objects.nodes[number].bare_concrete_function.allowed_positional_arguments = 99
    return at(copy, number)


@damage(2)
def positional_arguments_negative(copy: Copy) -> Place:
    number = node_of(copy, "bare_concrete_function")
    copy.objects.nodes[number].bare_concrete_function.allowed_positional_arguments = -3
    return at(copy, number)


@damage()
def concrete_function_missing(copy: Copy) -> Place:
    name, _ = concrete(copy)
    del copy.objects.concrete_functions[name]
    return place(name)


@damage(2)
def concrete_functions_cleared(copy: Copy) -> Place:
    names = sorted(copy.objects.concrete_functions)
    copy.objects.ClearField("concrete_functions")
    return place("concrete_functions", *names)


@damage(3)
def concrete_function_extra(copy: Copy) -> Place:
    """An entry for a function that is not in the library."""
    copy.objects.concrete_functions[GONE].canonicalized_input_signature.tuple_value.SetInParent()
    return place(GONE)


@damage(3)
def bound_inputs_id(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    function.bound_inputs[0] = 9999
    return place(name, "9999")


@damage(2)
def bound_inputs_negative(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    function.bound_inputs[0] = -1
    return place(name, "-1")


@damage(3)
def bound_inputs_to_root(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    function.bound_inputs[-1] = 0
    return place(name, "bound_inputs", "root")


@damage(3)
def bound_inputs_short(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    del function.bound_inputs[-1]
    return place(name, "bound_inputs")


@damage(3)
def bound_inputs_long(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    function.bound_inputs.append(function.bound_inputs[0])
    return place(name, "bound_inputs")


@damage(3)
def bound_inputs_swapped(copy: Copy) -> Place:
    def differ(function: Any) -> bool:
        return len(function.bound_inputs) > 1 and function.bound_inputs[0] != function.bound_inputs[-1]

    name, function = concrete(copy, differ)
    first, last = function.bound_inputs[0], function.bound_inputs[-1]
    function.bound_inputs[0], function.bound_inputs[-1] = last, first
    return place(name, "bound_inputs")


@damage(3)
def bound_inputs_cleared(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    del function.bound_inputs[:]
    return place(name, "bound_inputs")


@damage(3)
def input_signature_unset(copy: Copy) -> Place:
    name, function = concrete(copy)
    function.ClearField("canonicalized_input_signature")
    return place(name, "canonicalized_input_signature")


@damage(3)
def output_signature_unset(copy: Copy) -> Place:
    name, function = concrete(copy)
    function.ClearField("output_signature")
    return place(name, "output_signature")


@damage(2)
def input_signature_other_kind(copy: Copy) -> Place:
    name, function = concrete(copy)
    function.canonicalized_input_signature.string_value = "text"
    return place(name, "canonicalized_input_signature")


@damage(3)
def output_signature_other_kind(copy: Copy) -> Place:
    name, function = concrete(copy)
    function.output_signature.string_value = "text"
    return place(name, "output_signature")


@damage(2)
def output_signature_none(copy: Copy) -> Place:
    name, function = concrete(copy)
    function.output_signature.none_value.SetInParent()
    return place(name, "output_signature")


@damage(3)
def output_signature_more(copy: Copy) -> Place:
    """One more tensor than the function returns."""
    name, function = concrete(copy, lambda function: function.output_signature.dict_value.fields)
    fields = function.output_signature.dict_value.fields
    fields["zz_extra"].CopyFrom(fields[sorted(fields)[0]])
    return place(name, "output_signature", "zz_extra")


@damage(2)
def output_signature_fewer(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: len(function.output_signature.dict_value.fields) > 1)
    fields = function.output_signature.dict_value.fields
    gone = sorted(fields)[0]
    del fields[gone]
    return place(name, "output_signature", gone)


def full_spec(copy: Copy) -> tuple[int, Any]:
    number = node_of(copy, "function", lambda saved: saved.function.HasField("function_spec"))
    return number, copy.objects.nodes[number].function.function_spec


@damage(3)
def function_spec_unset(copy: Copy) -> Place:
    number, _ = full_spec(copy)
    copy.objects.nodes[number].function.ClearField("function_spec")
    return at(copy, number, "function_spec")


@damage(3)
def fullargspec_unset(copy: Copy) -> Place:
    number, spec = full_spec(copy)
    spec.ClearField("fullargspec")
    return at(copy, number, "fullargspec")


@damage(3)
def fullargspec_other_kind(copy: Copy) -> Place:
    number, spec = full_spec(copy)
    spec.fullargspec.string_value = "args"
    return at(copy, number, "fullargspec")


@damage(2)
def fullargspec_without_args(copy: Copy) -> Place:
    number, spec = full_spec(copy)
    values = spec.fullargspec.named_tuple_value.values
    gone = copy.pick(values, lambda pair: pair.key == "args")
    values.remove(gone)
    return at(copy, number, "fullargspec", "args")


@damage(3)
def function_signature_unset(copy: Copy) -> Place:
    number, spec = full_spec(copy)
    spec.ClearField("input_signature")
    return at(copy, number, "input_signature")


@damage(2)
def jit_compile_unknown(copy: Copy) -> Place:
    number, spec = full_spec(copy)
    spec.jit_compile = 9
    return at(copy, number, "jit_compile")


# type specs


def spec_values(message: Any, field: str) -> list[Any]:
    """Every message in a StructuredValue that has this kind."""
    found = []
    if message.DESCRIPTOR.name == "StructuredValue" and message.WhichOneof("kind") == field:
        found.append(getattr(message, field))
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        if descriptor.message_type.GetOptions().map_entry:
            inner = [value[key] for key in sorted(value)] if hasattr(value, "GetEntryClass") else []
            inner = [item for item in inner if hasattr(item, "ListFields")]
        else:
            inner = list(value) if hasattr(value, "add") else [value]
        for item in inner:
            found.extend(spec_values(item, field))
    return found


def with_spec(copy: Copy, kind: str) -> tuple[str, Any]:
    functions = copy.objects.concrete_functions
    pairs = [
        (name, value)
        for name in sorted(functions)
        for part in (functions[name].canonicalized_input_signature, functions[name].output_signature)
        for value in spec_values(part, kind)
    ]
    return copy.pick(pairs)


@damage(3)
def typespec_enum_unknown(copy: Copy) -> Place:
    name, spec = with_spec(copy, "type_spec_value")
    spec.type_spec_class = 99
    spec.type_spec_class_name = "FutureSpec"
    return place(name, "FutureSpec")


@damage(3)
def typespec_not_registered(copy: Copy) -> Place:
    name, spec = with_spec(copy, "type_spec_value")
    spec.type_spec_class = 12
    spec.type_spec_class_name = "my_package.MyTensorSpec"
    return place(name, "my_package.MyTensorSpec")


@damage(2)
def typespec_state_unset(copy: Copy) -> Place:
    name, spec = with_spec(copy, "type_spec_value")
    spec.ClearField("type_state")
    return place(name)


@damage(3)
def tensorspec_dtype(copy: Copy) -> Place:
    name, spec = with_spec(copy, "tensor_spec_value")
    spec.dtype = 10 if spec.dtype != 10 else 1
    return place(name)


@damage(2)
def tensorspec_dtype_unknown(copy: Copy) -> Place:
    name, spec = with_spec(copy, "tensor_spec_value")
    spec.dtype = 777
    return place(name, "777")


@damage(2)
def tensorspec_shape(copy: Copy) -> Place:
    name, spec = with_spec(copy, "tensor_spec_value")
    spec.shape.Clear()
    for _ in range(4):
        spec.shape.dim.add().size = 13
    return place(name)


@damage(2)
def tensorspec_name_empty(copy: Copy) -> Place:
    name, spec = with_spec(copy, "tensor_spec_value")
    spec.name = ""
    return place(name)


@damage(2)
def namedtuple_name_changed(copy: Copy) -> Place:
    name, spec = with_spec(copy, "tuple_value")
    spec.values.add().none_value.SetInParent()
    return place(name)


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
