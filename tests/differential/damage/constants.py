"""Const nodes: values that are absent, too short, or of another type than their attr says."""

from __future__ import annotations

from typing import Any

from tests.differential.damage.kind import graph_damage
from tests.differential.places import Place
from tests.differential.workbench import Body


def const(body: Body, *, used: bool = True, dtype: int = 0) -> Any:
    """A Const that another node takes."""
    return body.node(
        lambda node: (
            node.attr["value"].HasField("tensor")
            and (body.is_used(node) or not used)
            and (not dtype or node.attr["dtype"].type == dtype)
        ),
        ops=("Const",),
    )


def tensor(node: Any) -> Any:
    return node.attr["value"].tensor


def stray(body: Body) -> Any:
    """A Const that nothing takes."""
    node = body.add("stray", "Const", dtype=("type", 1))
    tensor(node).dtype = 1
    tensor(node).tensor_shape.SetInParent()
    tensor(node).float_val.append(1.0)
    return node


@graph_damage()
def const_value_missing(body: Body) -> Place:
    node = const(body)
    del node.attr["value"]
    return body.at(node, "value")


@graph_damage(cases=1)
def const_value_missing_dead(body: Body) -> Place:
    node = stray(body)
    del node.attr["value"]
    return body.at(node, "value")


@graph_damage()
def const_negative_dim(body: Body) -> Place:
    node = const(body)
    tensor(node).tensor_shape.dim.add().size = -1
    return body.at(node, "value")


@graph_damage(cases=1)
def const_negative_dim_dead(body: Body) -> Place:
    node = stray(body)
    tensor(node).tensor_shape.dim.add().size = -1
    return body.at(node, "value")


@graph_damage()
def const_overflow_shape(body: Body) -> Place:
    node = const(body)
    for _ in range(3):
        tensor(node).tensor_shape.dim.add().size = 1 << 40
    return body.at(node, "value")


@graph_damage(cases=1)
def const_overflow_shape_dead(body: Body) -> Place:
    node = stray(body)
    for _ in range(3):
        tensor(node).tensor_shape.dim.add().size = 1 << 40
    return body.at(node, "value")


@graph_damage(cases=1)
def const_unknown_rank(body: Body) -> Place:
    node = const(body)
    tensor(node).tensor_shape.Clear()
    tensor(node).tensor_shape.unknown_rank = True
    return body.at(node, "value")


@graph_damage()
def const_content_short(body: Body) -> Place:
    """Fewer bytes in tensor_content than the shape wants."""
    node = const(body, dtype=1)
    value = tensor(node)
    value.tensor_content = b"\0\0\0"
    value.ClearField("float_val")
    return body.at(node, "value")


@graph_damage(cases=1)
def const_content_long(body: Body) -> Place:
    node = const(body, dtype=3)
    value = tensor(node)
    value.tensor_content = b"\1\0\0\0" * 99
    value.ClearField("int_val")
    return body.at(node, "value")


@graph_damage(cases=1)
def const_too_many_values(body: Body) -> Place:
    node = const(body, dtype=3)
    value = tensor(node)
    value.ClearField("tensor_content")
    value.int_val[:] = [1] * 99
    return body.at(node, "value")


@graph_damage(cases=1)
def const_no_values(body: Body) -> Place:
    """Neither content nor values: zeros."""
    node = const(body, dtype=3)
    value = tensor(node)
    value.ClearField("tensor_content")
    value.ClearField("int_val")
    return body.at(node, "value")


@graph_damage()
def const_values_of_other_type(body: Body) -> Place:
    """dtype of the tensor and of the attr agree, the values are in another field."""
    node = const(body, dtype=1)
    value = tensor(node)
    value.ClearField("tensor_content")
    value.ClearField("float_val")
    value.int64_val.append(3)
    return body.at(node, "value")


@graph_damage(cases=3)
def const_dtype_of_value(body: Body) -> Place:
    """The tensor says int32, the attr float."""
    node = const(body, dtype=1)
    value = tensor(node)
    value.dtype = 3
    value.ClearField("float_val")
    return body.at(node, "value", "dtype")


@graph_damage(cases=1)
def const_dtype_of_value_dead(body: Body) -> Place:
    node = stray(body)
    tensor(node).dtype = 3
    return body.at(node, "value", "dtype")


@graph_damage()
def const_dtype_of_attr(body: Body) -> Place:
    """The attr says double, the tensor and everyone who takes it something else."""
    node = const(body)
    node.attr["dtype"].type = 2 if node.attr["dtype"].type != 2 else 1
    return body.around(node, "value", "dtype")


@graph_damage(cases=1)
def const_dtype_0(body: Body) -> Place:
    node = const(body)
    tensor(node).dtype = 0
    return body.at(node, "value", "dtype")


@graph_damage(cases=1)
def const_dtype_unknown(body: Body) -> Place:
    node = const(body)
    tensor(node).dtype = 777
    return body.at(node, "value", "dtype")


@graph_damage(cases=1)
def const_is_resource(body: Body) -> Place:
    node = stray(body)
    node.attr["dtype"].type = 20
    tensor(node).dtype = 20
    tensor(node).resource_handle_val.add().name = "thing"
    return body.at(node, "value", "dtype")


@graph_damage(cases=1)
def const_is_variant(body: Body) -> Place:
    """A variant of a type that nobody registers."""
    node = stray(body)
    node.attr["dtype"].type = 21
    tensor(node).dtype = 21
    tensor(node).ClearField("float_val")
    tensor(node).variant_val.add().type_name = "my::Variant"
    return body.at(node, "value", "dtype")


@graph_damage(cases=1)
def const_huge(body: Body) -> Place:
    """Four TiB of one value, in a few bytes; nothing takes it."""
    node = stray(body)
    tensor(node).tensor_shape.dim.add().size = 1 << 40
    return body.at(node, "value")


@graph_damage()
def const_other_number(body: Body) -> Place:
    node = const(body, dtype=1)
    value = tensor(node)
    if value.tensor_content:
        value.tensor_content = b"\0\0\0\x41" * (len(value.tensor_content) // 4)
    else:
        value.float_val[:] = [8.0]
    return body.at(node, "value")


@graph_damage()
def const_other_shape(body: Body) -> Place:
    """One more dimension, of size 1: the same bytes."""
    node = const(body)
    tensor(node).tensor_shape.dim.add().size = 1
    return body.around(node, "value")


@graph_damage()
def const_axis_out_of_range(body: Body) -> Place:
    """An integer scalar, an axis or a number of rows for whoever takes it, is 99."""
    node = const(body, dtype=3)
    value = tensor(node)
    value.ClearField("tensor_content")
    value.int_val[:] = [99]
    return body.around(node, "value")


@graph_damage()
def const_text_replaced(body: Body) -> Place:
    node = const(body, dtype=7)
    tensor(node).string_val[0] = b"\xff other"
    return body.around(node, "value")
