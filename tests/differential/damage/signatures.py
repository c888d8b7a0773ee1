"""signature_def: keys, tensors, dtypes, shapes."""

from __future__ import annotations

from typing import Any

from tests.differential.damage.kind import damage
from tests.differential.places import NoPlace, Place, place
from tests.differential.workbench import Copy, base_of

OWN = "__saved_model_init_op"


def signature(copy: Copy, part: str = "") -> tuple[str, Any]:
    """A signature to be called, with at least one input or output."""
    found = copy.meta.signature_def
    key = copy.pick(sorted(found), lambda key: key != OWN and (not part or len(getattr(found[key], part))))
    return key, found[key]


def end(copy: Copy, part: str) -> tuple[str, str, Any]:
    """A signature's key, an input or output of it by name, and its TensorInfo."""
    key, found = signature(copy, part)
    ends = getattr(found, part)
    name = copy.pick(sorted(ends), lambda name: ends[name].WhichOneof("encoding") in ("name", None))
    return key, name, ends[name]


@damage()
def sig_output_missing_tensor(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    info.name = "nowhere:0"
    return place(key, name, "nowhere:0", "nowhere")


@damage()
def sig_input_missing_tensor(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    info.name = "nowhere:0"
    return place(key, name, "nowhere:0", "nowhere")


@damage(3)
def sig_output_index(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    info.name = base_of(info.name) + ":55"
    return place(key, name, info.name)


@damage(3)
def sig_output_without_index(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    info.name = base_of(info.name)
    return place(key, name, info.name)


@damage(2)
def sig_input_without_index(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    info.name = base_of(info.name)
    return place(key, name, info.name)


@damage(3)
def sig_output_malformed(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    info.name = "a:b:c"
    return place(key, name, info.name)


@damage(2)
def sig_output_index_not_number(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    info.name = base_of(info.name) + ":first"
    return place(key, name, info.name)


@damage(3)
def sig_output_name_empty(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    info.name = ""
    return place(key, name)


@damage(2)
def sig_input_name_empty(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    info.name = ""
    return place(key, name)


@damage(2)
def sig_output_encoding_unset(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    info.ClearField("name")
    return place(key, name)


@damage(2)
def sig_output_control(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    info.name = "^" + base_of(info.name)
    return place(key, name, info.name)


@damage(3)
def sig_input_removed(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    tensor = info.name
    del copy.meta.signature_def[key].inputs[name]
    return place(key, name, tensor, base_of(tensor))


@damage(3)
def sig_inputs_cleared(copy: Copy) -> Place:
    key, found = signature(copy, "inputs")
    names = [info.name for info in found.inputs.values()]
    found.ClearField("inputs")
    return place(key, *names, *[base_of(name) for name in names])


@damage(3)
def sig_outputs_cleared(copy: Copy) -> Place:
    key, found = signature(copy, "outputs")
    found.ClearField("outputs")
    return place(key)


@damage(3)
def sig_input_renamed(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    inputs = copy.meta.signature_def[key].inputs
    inputs["renamed"].CopyFrom(info)
    del inputs[name]
    return place(key, "renamed", name)


@damage(3)
def sig_input_is_variable(copy: Copy) -> Place:
    """An input that feeds a tensor which is computed."""
    key, name, info = end(copy, "inputs")
    outputs = copy.meta.signature_def[key].outputs
    info.name = outputs[copy.pick(sorted(outputs), lambda name: outputs[name].name)].name
    return place(key, name, info.name)


@damage(3)
def sig_two_inputs_one_tensor(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    copy.meta.signature_def[key].inputs["again"].CopyFrom(info)
    return place(key, name, "again", info.name)


@damage(3)
def sig_input_dtype(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    info.dtype = 9 if info.dtype != 9 else 1
    return place(key, name)


@damage(2)
def sig_input_dtype_0(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    info.dtype = 0
    return place(key, name)


@damage(2)
def sig_input_dtype_unknown(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    info.dtype = 777
    return place(key, name)


@damage(3)
def sig_output_dtype(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    info.dtype = 9 if info.dtype != 9 else 1
    return place(key, name)


@damage(3)
def sig_input_shape(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    info.tensor_shape.Clear()
    for _ in range(4):
        info.tensor_shape.dim.add().size = 3
    return place(key, name)


@damage(3)
def sig_input_last_dim(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    if not info.tensor_shape.dim:
        raise NoPlace("a scalar")
    info.tensor_shape.dim[-1].size = 17
    return place(key, name)


@damage(2)
def sig_input_shape_negative(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    info.tensor_shape.Clear()
    info.tensor_shape.dim.add().size = -7
    return place(key, name)


@damage(3)
def sig_output_shape(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    info.tensor_shape.Clear()
    for _ in range(4):
        info.tensor_shape.dim.add().size = 13
    return place(key, name)


@damage(2)
def sig_shape_unknown(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    info.tensor_shape.Clear()
    info.tensor_shape.unknown_rank = True
    return place(key, name)


@damage(3)
def sig_default_renamed(copy: Copy) -> Place:
    found = copy.meta.signature_def
    if "serving_default" not in found:
        raise NoPlace("no serving_default")
    found["predict_images"].CopyFrom(found["serving_default"])
    del found["serving_default"]
    return place("serving_default", "predict_images")


@damage(3)
def sig_all_removed(copy: Copy) -> Place:
    for key in [key for key in copy.meta.signature_def if key != OWN]:
        del copy.meta.signature_def[key]
    return place("signature_def", "serving_default")


@damage(2)
def sig_key_empty(copy: Copy) -> Place:
    _, found = signature(copy)
    copy.meta.signature_def[""].CopyFrom(found)
    return place("signature_def")


@damage(2)
def sig_method_name_cleared(copy: Copy) -> Place:
    key, found = signature(copy)
    found.method_name = ""
    return place(key)


@damage(2)
def sig_added_empty(copy: Copy) -> Place:
    copy.meta.signature_def["empty"].method_name = "tensorflow/serving/predict"
    return place("empty")


@damage(2)
def sig_sparse_missing_parts(copy: Copy) -> Place:
    key, name, info = end(copy, "inputs")
    info.coo_sparse.values_tensor_name = "nowhere:0"
    info.coo_sparse.indices_tensor_name = "nowhere:1"
    info.coo_sparse.dense_shape_tensor_name = "nowhere:2"
    return place(key, name, "nowhere:0", "nowhere:1", "nowhere:2")


@damage(2)
def sig_composite_of_unknown(copy: Copy) -> Place:
    key, name, info = end(copy, "outputs")
    part = type(info).FromString(info.SerializeToString())
    info.composite_tensor.type_spec.type_spec_class = 99
    info.composite_tensor.type_spec.type_spec_class_name = "FutureSpec"
    info.composite_tensor.components.add().CopyFrom(part)
    return place(key, name, "FutureSpec")


@damage(2)
def sig_defaults_set(copy: Copy) -> Place:
    """A default for an input, which no Python loader knows of."""
    key, name, info = end(copy, "inputs")
    default = copy.meta.signature_def[key].defaults[name]
    default.dtype = info.dtype
    default.tensor_shape.SetInParent()
    return place(key, name)


@damage(2)
def sig_defaults_of_nothing(copy: Copy) -> Place:
    key, _ = signature(copy, "inputs")
    copy.meta.signature_def[key].defaults["nothing"].dtype = 1
    return place(key, "nothing")
