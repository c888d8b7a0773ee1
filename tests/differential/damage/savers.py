"""saver_def, collections, the init op, and the nodes that restore."""

from __future__ import annotations

from typing import Any

from inspector.wire.schema import full_message
from tests.differential.damage.kind import damage
from tests.differential.damage.signatures import OWN
from tests.differential.places import NoPlace, Place, place
from tests.differential.workbench import Copy, base_of

INIT_COLLECTIONS = ("saved_model_main_op", "legacy_init_op")


def saver(copy: Copy) -> Any:
    if not copy.meta.HasField("saver_def"):
        raise NoPlace("no saver")
    return copy.meta.saver_def


@damage()
def saver_cleared(copy: Copy) -> Place:
    saver(copy)
    copy.meta.ClearField("saver_def")
    return place("saver_def")


@damage(3)
def saver_restore_op_missing(copy: Copy) -> Place:
    saver(copy).restore_op_name = "nowhere"
    return place("saver_def", "nowhere", "restore_op_name")


@damage(3)
def saver_restore_op_empty(copy: Copy) -> Place:
    saver(copy).restore_op_name = ""
    return place("saver_def", "restore_op_name")


@damage(2)
def saver_restore_op_with_index(copy: Copy) -> Place:
    saver(copy).restore_op_name += ":0"
    return place("saver_def", saver(copy).restore_op_name, "restore_op_name")


@damage(3)
def saver_filename_missing(copy: Copy) -> Place:
    saver(copy).filename_tensor_name = "nowhere:0"
    return place("saver_def", "nowhere:0", "filename_tensor_name")


@damage(2)
def saver_filename_empty(copy: Copy) -> Place:
    saver(copy).filename_tensor_name = ""
    return place("saver_def", "filename_tensor_name")


@damage(2)
def saver_filename_without_index(copy: Copy) -> Place:
    found = saver(copy)
    found.filename_tensor_name = base_of(found.filename_tensor_name)
    return place("saver_def", found.filename_tensor_name, "filename_tensor_name")


@damage(2)
def saver_filename_of_other_type(copy: Copy) -> Place:
    found = saver(copy)
    node = copy.pick(copy.graph.node, lambda node: node.op == "Placeholder" and node.attr["dtype"].type == 1)
    found.filename_tensor_name = node.name + ":0"
    return place("saver_def", found.filename_tensor_name, node.name, "filename_tensor_name")


@damage(2)
def saver_save_tensor_missing(copy: Copy) -> Place:
    saver(copy).save_tensor_name = "nowhere:0"
    return place("saver_def", "nowhere:0", "save_tensor_name")


@damage(2)
def saver_save_tensor_empty(copy: Copy) -> Place:
    saver(copy).ClearField("save_tensor_name")
    return place("saver_def", "save_tensor_name")


@damage(2)
def saver_version_0(copy: Copy) -> Place:
    saver(copy).version = 0
    return place("saver_def", "version")


@damage(2)
def saver_version_unknown(copy: Copy) -> Place:
    saver(copy).version = 7
    return place("saver_def", "version")


@damage(2)
def saver_sharded_flipped(copy: Copy) -> Place:
    saver(copy).sharded = not saver(copy).sharded
    return place("saver_def", "sharded")


# collections


@damage(3)
def collection_unknown(copy: Copy) -> Place:
    copy.meta.collection_def["future"].bytes_list.value.append(b"\xff\xff")
    return place("future")


@damage(2)
def collection_of_unknown_type(copy: Copy) -> Place:
    copy.meta.collection_def["future"].any_list.value.add().type_url = "type.googleapis.com/my.Thing"
    return place("future")


@damage(2)
def collection_without_kind(copy: Copy) -> Place:
    copy.meta.collection_def["future"].SetInParent()
    return place("future")


def variables(copy: Copy) -> Any:
    if "variables" not in copy.meta.collection_def or not copy.meta.collection_def["variables"].bytes_list.value:
        raise NoPlace("no collection of variables")
    return copy.meta.collection_def["variables"].bytes_list.value


@damage(3)
def collection_variables_garbage(copy: Copy) -> Place:
    variables(copy)[0] = b"\xff\xff garbage"
    return place("variables", "collection_def")


@damage(3)
def collection_variables_cleared(copy: Copy) -> Place:
    variables(copy)
    del copy.meta.collection_def["variables"]
    return place("variables", "collection_def")


@damage(2)
def collection_variables_of_nodes(copy: Copy) -> Place:
    """node_list where a bytes_list belongs."""
    variables(copy)
    name = copy.pick(copy.graph.node).name
    copy.meta.collection_def["variables"].node_list.value.append(name)
    return place("variables", "collection_def", name)


def changed_variable(copy: Copy, field: str, value: str) -> Place:
    values = variables(copy)
    number = copy.pick(range(len(values)))
    variable = full_message("VariableDef").FromString(values[number])
    old = getattr(variable, field)
    setattr(variable, field, value)
    values[number] = variable.SerializeToString(deterministic=True)
    return place("variables", "collection_def", old, base_of(old), value, variable.variable_name)


@damage(3)
def collection_variable_missing(copy: Copy) -> Place:
    return changed_variable(copy, "variable_name", "nowhere:0")


@damage(2)
def collection_initializer_missing(copy: Copy) -> Place:
    return changed_variable(copy, "initializer_name", "nowhere")


@damage(2)
def collection_snapshot_missing(copy: Copy) -> Place:
    return changed_variable(copy, "snapshot_name", "nowhere:0")


@damage(3)
def collection_node_missing(copy: Copy) -> Place:
    copy.v1()
    copy.meta.collection_def["train_op"].node_list.value.append("nowhere")
    return place("train_op", "nowhere", "collection_def")


@damage(2)
def collection_while_garbage(copy: Copy) -> Place:
    copy.v1()
    copy.meta.collection_def["while_context"].bytes_list.value.append(b"\xff\xff garbage")
    return place("while_context", "collection_def")


# the init op


def init(copy: Copy) -> tuple[str, Any]:
    """The collection or signature that names the init op."""
    found = copy.meta.collection_def
    for key in INIT_COLLECTIONS:
        if key in found and found[key].node_list.value:
            return key, found[key].node_list.value
    raise NoPlace("no init op in a collection")


def init_signature(copy: Copy) -> Any:
    if OWN not in copy.meta.signature_def:
        raise NoPlace("no init op in signature_def")
    return copy.meta.signature_def[OWN]


@damage(3)
def init_removed(copy: Copy) -> Place:
    copy.v1()
    found = False
    for key in INIT_COLLECTIONS:
        if key in copy.meta.collection_def:
            del copy.meta.collection_def[key]
            found = True
    if OWN in copy.meta.signature_def:
        del copy.meta.signature_def[OWN]
        found = True
    if not found:
        raise NoPlace("no init op")
    tables = [node.name for node in copy.graph.node if "Table" in node.op or "Var" in node.op or "Iter" in node.op]
    return place(*INIT_COLLECTIONS, OWN, "init_op", *tables)


@damage(3)
def init_node_missing(copy: Copy) -> Place:
    key, values = init(copy)
    values[0] = "nowhere"
    return place(key, "nowhere", "init_op")


@damage(2)
def init_node_is_tensor(copy: Copy) -> Place:
    key, values = init(copy)
    values[0] += ":0"
    return place(key, values[0], "init_op")


@damage(3)
def init_two(copy: Copy) -> Place:
    key, values = init(copy)
    values.append(copy.pick(copy.graph.node, lambda node: node.op == "NoOp").name)
    return place(key, *values, "init_op")


@damage(2)
def init_none_in_collection(copy: Copy) -> Place:
    key, values = init(copy)
    del values[:]
    return place(key, "init_op")


@damage(3)
def init_signature_missing_node(copy: Copy) -> Place:
    init_signature(copy).outputs[OWN].name = "nowhere"
    return place(OWN, "nowhere")


@damage(3)
def init_signature_without_output(copy: Copy) -> Place:
    init_signature(copy).ClearField("outputs")
    return place(OWN)


@damage(2)
def init_signature_renamed_output(copy: Copy) -> Place:
    outputs = init_signature(copy).outputs
    outputs["other"].CopyFrom(outputs[OWN])
    del outputs[OWN]
    return place(OWN, "other")


@damage(3)
def init_signature_removed(copy: Copy) -> Place:
    init_signature(copy)
    del copy.meta.signature_def[OWN]
    return place(OWN, "init_op")


@damage(2)
def init_signature_of_missing(copy: Copy) -> Place:
    """An init op that is not there, added to a model that had none."""
    if OWN in copy.meta.signature_def:
        raise NoPlace("has one")
    copy.meta.signature_def[OWN].outputs[OWN].name = "nowhere"
    return place(OWN, "nowhere")


@damage(2)
def train_op_of_missing(copy: Copy) -> Place:
    copy.meta.signature_def["__saved_model_train_op"].outputs["__saved_model_train_op"].name = "nowhere"
    return place("__saved_model_train_op", "nowhere")


# what the restore op reads


def restore(copy: Copy) -> tuple[Any, Any]:
    """A RestoreV2 and the Const of its tensor names."""
    graphs = [copy.graph.node, *[function.node_def for function in copy.library.function]]
    for nodes in graphs:
        for node in nodes:
            if node.op != "RestoreV2":
                continue
            for other in nodes:
                if other.name == base_of(node.input[1]) and other.op == "Const":
                    return node, other
    raise NoPlace("no RestoreV2")


@damage()
def restore_name_missing(copy: Copy) -> Place:
    """The restore op asks for a tensor that the checkpoint does not have."""
    node, names = restore(copy)
    values = names.attr["value"].tensor.string_val
    number = copy.pick(range(len(values)))
    old, values[number] = values[number], b"nowhere"
    return place(node.name, names.name, "nowhere", old.decode(), old.decode().partition("/.ATTR")[0])


@damage(3)
def restore_names_swapped(copy: Copy) -> Place:
    node, names = restore(copy)
    values = names.attr["value"].tensor.string_val
    if len(values) < 3:
        raise NoPlace("too few")
    values[0], values[1] = values[1], values[0]
    keys = [value.decode() for value in values[:2]]
    return place(node.name, names.name, *keys, *[key.partition("/.ATTR")[0] for key in keys])


@damage(3)
def restore_dtype(copy: Copy) -> Place:
    node, names = restore(copy)
    types = node.attr["dtypes"].list.type
    number = copy.pick(range(len(types)))
    types[number] = 2 if types[number] != 2 else 1
    key = names.attr["value"].tensor.string_val[number].decode()
    return place(node.name, names.name, key, key.partition("/.ATTR")[0], "dtypes")


@damage(2)
def restore_dtypes_short(copy: Copy) -> Place:
    node, names = restore(copy)
    if len(node.attr["dtypes"].list.type) < 2:
        raise NoPlace("one tensor")
    del node.attr["dtypes"].list.type[-1]
    return place(node.name, names.name, "dtypes")


@damage(2)
def restore_slice_of_nothing(copy: Copy) -> Place:
    """shape_and_slices names a slice of a whole tensor."""
    node, names = restore(copy)
    graphs = [copy.graph.node, *[function.node_def for function in copy.library.function]]
    for nodes in graphs:
        for other in nodes:
            if other.name == base_of(node.input[2]) and other.op == "Const":
                values = other.attr["value"].tensor.string_val
                if len(values) == len(names.attr["value"].tensor.string_val):
                    values[0] = b"7 7 0,3:0,3"
                    return place(
                        node.name, other.name, "7 7 0,3:0,3", names.attr["value"].tensor.string_val[0].decode()
                    )
    raise NoPlace("no slices")
