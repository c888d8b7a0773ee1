"""Nodes and edges: inputs that point nowhere, cycles, names."""

from __future__ import annotations

from typing import Any

from tests.differential.damage.kind import IN_FUNCTIONS, MAIN, graph_damage
from tests.differential.damage.ops import computing
from tests.differential.places import NoPlace, Place
from tests.differential.workbench import Body, base_of


def with_input(body: Body) -> Any:
    return body.node(lambda node: any(text[0] != "^" for text in node.input if text))


def data_inputs(node: Any) -> int:
    return len([text for text in node.input if not text.startswith("^")])


@graph_damage(cases=3)
def input_dangling(body: Body) -> Place:
    node = with_input(body)
    node.input[0] = "nowhere" if body.is_main else "nowhere:output:0"
    return body.at(node, "nowhere")


@graph_damage(cases=3)
def input_output_index(body: Body) -> Place:
    node = body.node(lambda node: data_inputs(node) and (body.is_main or ":" in node.input[0]))
    node.input[0] = base_of(node.input[0]) + ":7" if body.is_main else node.input[0].rpartition(":")[0] + ":7"
    return body.at(node, base_of(node.input[0]))


@graph_damage(*IN_FUNCTIONS)
def input_output_name(body: Body) -> Place:
    node = body.node(lambda node: data_inputs(node) and ":" in node.input[0])
    node.input[0] = f"{base_of(node.input[0])}:nothing:0"
    return body.at(node, base_of(node.input[0]))


@graph_damage()
def input_control_first(body: Body) -> Place:
    node = with_input(body)
    others = [other.name for other in body.nodes if not other.input and other.name != node.name]
    node.input.insert(0, "^" + body.copy.pick(others))
    return body.at(node)


@graph_damage()
def input_control_dangling(body: Body) -> Place:
    node = with_input(body)
    node.input.append("^nowhere")
    return body.at(node, "nowhere")


@graph_damage(cases=1)
def input_control_with_index(body: Body) -> Place:
    node = with_input(body)
    other = body.node(lambda other: not other.input and other.name != node.name)
    node.input.append(f"^{other.name}:0")
    return body.at(node, other.name)


@graph_damage(cases=1)
def input_control_doubled(body: Body) -> Place:
    node = with_input(body)
    other = body.node(lambda other: not other.input and other.name != node.name)
    node.input.extend([f"^{other.name}", f"^{other.name}"])
    return body.at(node, other.name)


@graph_damage(cases=1)
def input_control_on_itself(body: Body) -> Place:
    node = with_input(body)
    node.input.append(f"^{node.name}")
    return body.at(node)


@graph_damage()
def input_cycle(body: Body) -> Place:
    """A node takes what is computed from it."""
    node = body.node(lambda node: body.consumers(node.name) and computing(node) and node.op != "Merge")
    consumer = body.copy.pick(body.consumers(node.name))
    node.input.append(f"^{consumer.name}")
    return body.around(node, consumer.name)


@graph_damage(cases=1)
def input_of_itself(body: Body) -> Place:
    node = body.node(lambda node: computing(node) and body.consumers(node.name))
    node.input[0] = body.tensor(node)
    return body.at(node)


@graph_damage()
def input_removed_last(body: Body) -> Place:
    node = body.node(lambda node: data_inputs(node) > 1 and data_inputs(node) == len(node.input))
    del node.input[-1]
    return body.around(node)


@graph_damage(cases=1)
def inputs_all_removed(body: Body) -> Place:
    node = with_input(body)
    gone = [base_of(text) for text in node.input]
    del node.input[:]
    return body.around(node, *gone)


@graph_damage()
def input_added(body: Body) -> Place:
    node = body.node(lambda node: data_inputs(node) and data_inputs(node) == len(node.input))
    node.input.append(node.input[0])
    return body.around(node)


@graph_damage()
def inputs_swapped(body: Body) -> Place:
    node = body.node(lambda node: data_inputs(node) > 1 and node.input[0] != node.input[1])
    node.input[0], node.input[1] = node.input[1], node.input[0]
    return body.around(node)


@graph_damage(cases=1)
def input_empty(body: Body) -> Place:
    node = with_input(body)
    node.input[0] = ""
    return body.at(node)


@graph_damage(cases=1)
def input_caret_alone(body: Body) -> Place:
    node = with_input(body)
    node.input.append("^")
    return body.at(node)


@graph_damage(cases=1)
def input_malformed(body: Body) -> Place:
    node = with_input(body)
    node.input[0] = base_of(node.input[0]) + ":a:b:0"
    return body.at(node, base_of(node.input[0]))


@graph_damage(cases=1)
def input_index_negative(body: Body) -> Place:
    node = with_input(body)
    node.input[0] = base_of(node.input[0]) + ":-1"
    return body.at(node, base_of(node.input[0]))


@graph_damage(cases=1)
def input_ends_in_colon(body: Body) -> Place:
    node = with_input(body)
    node.input[0] = base_of(node.input[0]) + ":"
    return body.at(node, base_of(node.input[0]))


@graph_damage(cases=1)
def input_with_space(body: Body) -> Place:
    node = with_input(body)
    node.input[0] = " " + node.input[0]
    return body.at(node, base_of(node.input[0]))


@graph_damage(cases=1)
def input_index_padded(body: Body) -> Place:
    """x:00 for x:0."""
    node = body.node(lambda node: data_inputs(node) and (body.is_main or node.input[0].endswith(":0")))
    node.input[0] = base_of(node.input[0]) + ":00" if body.is_main else node.input[0] + "0"
    return body.at(node, base_of(node.input[0]))


@graph_damage(MAIN, cases=3)
def input_with_index_0(body: Body) -> Place:
    """x:0 for x, which is the same."""
    node = body.node(lambda node: data_inputs(node) and ":" not in node.input[0])
    node.input[0] += ":0"
    return body.at(node, base_of(node.input[0]))


@graph_damage(MAIN, cases=2)
def input_in_form_of_functions(body: Body) -> Place:
    node = body.node(lambda node: data_inputs(node) and ":" not in node.input[0])
    node.input[0] += ":output:0"
    return body.at(node, base_of(node.input[0]))


@graph_damage(*IN_FUNCTIONS, cases=2)
def input_in_form_of_main(body: Body) -> Place:
    """x for x:output:0 in a function."""
    node = body.node(lambda node: data_inputs(node) and node.input[0].endswith(":0"))
    node.input[0] = base_of(node.input[0])
    return body.at(node, node.input[0])


@graph_damage(cases=1)
def input_becomes_control(body: Body) -> Place:
    node = body.node(lambda node: data_inputs(node) and base_of(node.input[-1]) in [n.name for n in body.nodes])
    node.input[-1] = "^" + base_of(node.input[-1])
    return body.around(node)


@graph_damage()
def input_of_other_type(body: Body) -> Place:
    """A string where numbers are wanted."""
    node = body.node(lambda node: data_inputs(node) and computing(node) and node.op not in ("Identity", "NoOp", "Pack"))
    other = body.add("stray", "Const", dtype=("type", 7))
    other.attr["value"].tensor.dtype = 7
    other.attr["value"].tensor.tensor_shape.SetInParent()
    other.attr["value"].tensor.string_val.append(b"text")
    node.input[0] = "stray" if body.is_main else "stray:output:0"
    return body.around(node)


@graph_damage()
def input_of_other_shape(body: Body) -> Place:
    node = body.node(ops=("MatMul", "BiasAdd", "Conv2D", "ConcatV2", "Mul", "AddV2", "Add", "Sub"))
    if node.attr["T"].type != 1:
        raise NoPlace("does not apply")
    other = body.add("stray", "Const", dtype=("type", 1))
    tensor = other.attr["value"].tensor
    tensor.dtype = 1
    for _ in range(2):
        tensor.tensor_shape.dim.add().size = 11
    tensor.float_val.append(0.0)
    node.input[min(1, data_inputs(node) - 1)] = "stray" if body.is_main else "stray:output:0"
    return body.around(node)


# names


@graph_damage()
def node_doubled(body: Body) -> Place:
    node = body.node(computing)
    body.nodes.add().CopyFrom(node)
    return body.at(node)


@graph_damage(cases=1)
def node_doubled_dead(body: Body) -> Place:
    """The name of an existing node on a stray NoOp."""
    node = body.node(computing)
    body.add(node.name, "NoOp")
    return body.at(node)


@graph_damage(*IN_FUNCTIONS, cases=1)
def node_named_as_argument(body: Body) -> Place:
    arguments = [arg.name for arg in body.proto.signature.input_arg]
    return body.at(body.add(body.copy.pick(arguments), "NoOp"))


@graph_damage()
def node_removed(body: Body) -> Place:
    node = body.node(body.is_used)
    near = body.around(node)
    body.nodes.remove(node)
    return near


@graph_damage(cases=1)
def node_removed_dead(body: Body) -> Place:
    node = body.node(lambda node: not body.is_used(node))
    near = body.around(node)
    body.nodes.remove(node)
    return near


@graph_damage()
def node_renamed(body: Body) -> Place:
    node = body.node(lambda node: body.consumers(node.name))
    near = body.around(node, "renamed")
    node.name = "renamed"
    return near


@graph_damage(cases=1)
def node_name_empty(body: Body) -> Place:
    return body.at(body.add("", "NoOp"), "NoOp", "name")


@graph_damage()
def node_name_invalid(body: Body) -> Place:
    return body.at(body.add("has space", "NoOp"))


@graph_damage(cases=1)
def node_name_not_ascii(body: Body) -> Place:
    return body.at(body.add("caf\u00e9", "NoOp"))


@graph_damage(cases=1)
def node_name_underscore(body: Body) -> Place:
    return body.at(body.add("_internal", "NoOp"))


@graph_damage(cases=1)
def node_name_slashes(body: Body) -> Place:
    return body.at(body.add("a//b/", "NoOp"))


@graph_damage(cases=1)
def node_name_like_tensor(body: Body) -> Place:
    return body.at(body.add("x:0", "NoOp"))


@graph_damage(cases=1)
def nodes_reversed(body: Body) -> Place:
    nodes = [type(node).FromString(node.SerializeToString()) for node in body.nodes]
    del body.nodes[:]
    body.nodes.extend(reversed(nodes))
    return body.at(body.nodes[0])


@graph_damage(cases=1)
def node_added_island(body: Body) -> Place:
    return body.at(body.add("stray", "NoOp"))


@graph_damage(cases=1)
def node_type_lies(body: Body) -> Place:
    """experimental_type says something else than the op gives."""
    node = body.node(computing)
    node.experimental_type.type_id = 3
    node.experimental_type.args.add().type_id = 1002
    return body.at(node)
