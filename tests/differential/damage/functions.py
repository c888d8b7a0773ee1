"""The function library: calls of what is not there, arguments, results, attrs."""

from __future__ import annotations

from typing import Any

from tests.differential.damage.kind import GRADIENT, IN_FUNCTIONS, MAIN, NESTED, UNUSED, USED, damage, graph_damage
from tests.differential.damage.ops import CALLS
from tests.differential.places import NoPlace, Place, place
from tests.differential.workbench import LOOPS_AND_BRANCHES, Body, Copy, base_of, called_by

GONE = "__inference_gone_77777"


def call_attr(body: Body, node: Any) -> str:
    return body.copy.pick(sorted(node.attr), lambda key: node.attr[key].WhichOneof("value") == "func")


@graph_damage(cases=3)
def call_of_missing(body: Body) -> Place:
    node = body.node(lambda node: list(called_by(node)), ops=CALLS)
    node.attr["f"].func.name = GONE
    return body.at(node, GONE)


@graph_damage()
def branch_of_missing(body: Body) -> Place:
    node = body.node(ops=LOOPS_AND_BRANCHES)
    if node.attr["branches"].list.func:
        node.attr["branches"].list.func[0].name = GONE
    else:
        node.attr[call_attr(body, node)].func.name = GONE
    return body.at(node, GONE)


@graph_damage(cases=1)
def stray_call_of_missing(body: Body) -> Place:
    node = body.add("stray", "PartitionedCall")
    node.attr["f"].func.name = GONE
    node.attr["Tin"].list.SetInParent()
    node.attr["Tout"].list.SetInParent()
    return body.at(node, GONE)


@graph_damage(*IN_FUNCTIONS)
def fn_removed(body: Body) -> Place:
    body.copy.library.function.remove(body.proto)
    return place(body.function)


@graph_damage(USED, NESTED, UNUSED)
def fn_emptied(body: Body) -> Place:
    del body.nodes[:]
    return place(body.function, *[base_of(text) for text in body.proto.ret.values()], function=body.function)


@graph_damage(*IN_FUNCTIONS)
def fn_recursive(body: Body) -> Place:
    node = body.add("stray", "StatefulPartitionedCall")
    node.attr["f"].func.name = body.function
    node.attr["Tin"].list.type.extend([arg.type for arg in body.proto.signature.input_arg])
    node.attr["Tout"].list.type.extend([arg.type for arg in body.proto.signature.output_arg])
    node.input.extend([arg.name for arg in body.proto.signature.input_arg])
    return place("stray", body.function)


@graph_damage(USED, NESTED)
def fn_recursive_in_two(body: Body) -> Place:
    """A function that this one calls calls it back."""
    functions = body.copy.functions()
    callee = body.copy.pick(
        sorted({name for node in body.nodes for name in called_by(node)}), lambda name: name in functions
    )
    node = functions[callee].node_def.add(name="stray", op="PartitionedCall")
    node.attr["f"].func.name = body.function
    node.attr["Tin"].list.SetInParent()
    node.attr["Tout"].list.SetInParent()
    return place("stray", body.function, callee)


@damage()
def library_emptied(copy: Copy) -> Place:
    if not copy.library.function:
        raise NoPlace("does not apply")
    names = sorted(copy.functions())
    copy.graph.ClearField("library")
    return place("library", *names)


@damage(3)
def library_reversed(copy: Copy) -> Place:
    functions = [type(f).FromString(f.SerializeToString()) for f in copy.library.function]
    if len(functions) < 2:
        raise NoPlace("does not apply")
    del copy.library.function[:]
    copy.library.function.extend(reversed(functions))
    return place("library")


@damage()
def fn_doubled(copy: Copy) -> Place:
    function = copy.pick(copy.library.function)
    copy.library.function.add().CopyFrom(function)
    return place(function.signature.name)


@graph_damage(*IN_FUNCTIONS, cases=1)
def fn_doubled_with_change(body: Body) -> Place:
    copy = body.copy.library.function.add()
    copy.CopyFrom(body.proto)
    copy.node_def.add(name="stray", op="NoOp")
    return place(body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def fn_name_empty(body: Body) -> Place:
    body.proto.signature.name = ""
    return place(body.function)


@graph_damage(*IN_FUNCTIONS)
def fn_renamed(body: Body) -> Place:
    body.proto.signature.name = GONE
    return place(body.function, GONE)


@graph_damage(UNUSED, cases=2)
def fn_name_invalid(body: Body) -> Place:
    body.proto.signature.name = "has space"
    return place("has space")


@graph_damage(UNUSED, cases=2)
def fn_named_like_op(body: Body) -> Place:
    body.proto.signature.name = "MatMul"
    return place("MatMul")


# results


def result(body: Body) -> str:
    return body.copy.pick(sorted(body.proto.ret))


@graph_damage(*IN_FUNCTIONS)
def ret_missing(body: Body) -> Place:
    key = result(body)
    del body.proto.ret[key]
    return place(key, function=body.function)


@graph_damage(*IN_FUNCTIONS)
def ret_of_missing_node(body: Body) -> Place:
    key = result(body)
    body.proto.ret[key] = "nowhere:output:0"
    return place(key, "nowhere", function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def ret_of_missing_output(body: Body) -> Place:
    key = body.copy.pick(sorted(body.proto.ret), lambda key: ":" in body.proto.ret[key])
    body.proto.ret[key] = base_of(body.proto.ret[key]) + ":nothing:0"
    return place(key, base_of(body.proto.ret[key]), function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def ret_in_form_of_main(body: Body) -> Place:
    key = body.copy.pick(sorted(body.proto.ret), lambda key: body.proto.ret[key].endswith(":0"))
    body.proto.ret[key] = base_of(body.proto.ret[key])
    return place(key, body.proto.ret[key], function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def ret_extra(body: Body) -> Place:
    body.proto.ret["extra"] = body.proto.ret[result(body)]
    return place("extra", function=body.function)


@graph_damage(*IN_FUNCTIONS)
def ret_dtype(body: Body) -> Place:
    arg = body.copy.pick(body.proto.signature.output_arg, lambda arg: arg.type)
    arg.type = 10 if arg.type != 10 else 1
    return place(arg.name, base_of(body.proto.ret[arg.name]), body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def ret_swapped(body: Body) -> Place:
    if len(body.proto.ret) < 2:
        raise NoPlace("does not apply")
    one, other = sorted(body.proto.ret)[:2]
    body.proto.ret[one], body.proto.ret[other] = body.proto.ret[other], body.proto.ret[one]
    return place(one, other, body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS)
def control_ret_of_missing_node(body: Body) -> Place:
    body.proto.control_ret["stray"] = "nowhere"
    body.proto.signature.control_output.append("stray")
    return place("stray", "nowhere", function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def control_ret_not_in_signature(body: Body) -> Place:
    body.proto.control_ret["stray"] = body.node().name
    return place("stray", body.proto.control_ret["stray"], function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def control_output_without_ret(body: Body) -> Place:
    body.proto.signature.control_output.append("stray")
    return place("stray", function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def control_rets_cleared(body: Body) -> Place:
    names = list(body.proto.control_ret.values())
    if not names:
        raise NoPlace("does not apply")
    body.proto.ClearField("control_ret")
    del body.proto.signature.control_output[:]
    return place(*names, function=body.function)


# arguments


@graph_damage(*IN_FUNCTIONS)
def arg_added(body: Body) -> Place:
    body.proto.signature.input_arg.add(name="extra", type=1)
    return place("extra", body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS)
def arg_removed(body: Body) -> Place:
    args = body.proto.signature.input_arg
    if not args:
        raise NoPlace("does not apply")
    gone = args[-1].name
    near = [node.name for node in body.consumers(gone)]
    del args[-1]
    return place(gone, body.function, *near, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def arg_renamed(body: Body) -> Place:
    arg = body.copy.pick(body.proto.signature.input_arg, lambda arg: body.consumers(arg.name))
    near = [node.name for node in body.consumers(arg.name)]
    old, arg.name = arg.name, "renamed"
    return place(old, "renamed", *near, function=body.function)


@graph_damage(*IN_FUNCTIONS)
def arg_dtype(body: Body) -> Place:
    arg = body.copy.pick(body.proto.signature.input_arg, lambda arg: arg.type)
    near = [node.name for node in body.consumers(arg.name)]
    arg.type = 10 if arg.type != 10 else 1
    return place(arg.name, body.function, *near, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def arg_dtype_0(body: Body) -> Place:
    arg = body.copy.pick(body.proto.signature.input_arg)
    near = [node.name for node in body.consumers(arg.name)]
    arg.type = 0
    return place(arg.name, body.function, *near, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def arg_type_attr(body: Body) -> Place:
    """An argument whose type is an attr that the function does not have."""
    arg = body.copy.pick(body.proto.signature.input_arg)
    near = [node.name for node in body.consumers(arg.name)]
    arg.type = 0
    arg.type_attr = "T"
    return place(arg.name, body.function, *near, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def arg_doubled(body: Body) -> Place:
    arg = body.copy.pick(body.proto.signature.input_arg)
    body.proto.signature.input_arg.add().CopyFrom(arg)
    return place(arg.name, body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def arg_attr_out_of_range(body: Body) -> Place:
    body.proto.arg_attr[99].attr["_user_specified_name"].s = b"extra"
    return place("arg_attr", body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS)
def arg_shape_lies(body: Body) -> Place:
    """_output_shapes of an argument says another shape."""
    index = body.copy.pick(sorted(body.proto.arg_attr), lambda i: "_output_shapes" in body.proto.arg_attr[i].attr)
    shape = body.proto.arg_attr[index].attr["_output_shapes"].list.shape[0]
    shape.Clear()
    for _ in range(5):
        shape.dim.add().size = 13
    name = body.proto.signature.input_arg[index].name
    near = [node.name for node in body.consumers(name)]
    return place(name, "_output_shapes", *near, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def arg_handle_data_removed(body: Body) -> Place:
    arg = body.copy.pick(body.proto.signature.input_arg, lambda arg: arg.type == 20)
    arg.ClearField("handle_data")
    return place(arg.name, function=body.function)


# attrs of the function


@graph_damage(*IN_FUNCTIONS)
def fn_attr_unknown(body: Body) -> Place:
    body.proto.attr["future_attr"].b = True
    return place("future_attr", body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def fn_attr_unknown_private(body: Body) -> Place:
    body.proto.attr["_future_attr"].b = True
    return place("_future_attr", body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def fn_attr_api_implements(body: Body) -> Place:
    body.proto.attr["api_implements"].s = b"lstm_99"
    return place("api_implements", body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def fn_attr_noinline(body: Body) -> Place:
    body.proto.attr["_noinline"].b = True
    return place("_noinline", function=body.function)


@graph_damage(USED, UNUSED)
def fn_input_shapes_lie(body: Body) -> Place:
    shapes = body.proto.attr["_input_shapes"].list.shape
    if not shapes:
        raise NoPlace("does not apply")
    shapes[0].Clear()
    for _ in range(5):
        shapes[0].dim.add().size = 13
    near = [node.name for node in body.consumers(body.proto.signature.input_arg[0].name)]
    return place("_input_shapes", body.function, *near, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def fn_input_shapes_short(body: Body) -> Place:
    shapes = body.proto.attr["_input_shapes"].list.shape
    if not shapes:
        raise NoPlace("does not apply")
    del shapes[-1]
    return place("_input_shapes", body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def fn_input_shapes_kind(body: Body) -> Place:
    body.proto.attr["_input_shapes"].s = b"none"
    return place("_input_shapes", body.function, function=body.function)


@graph_damage(USED, cases=2)
def fn_must_compile(body: Body) -> Place:
    body.proto.attr["_XlaMustCompile"].b = True
    return place("_XlaMustCompile", body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def fn_said_stateless(body: Body) -> Place:
    body.proto.signature.is_stateful = not body.proto.signature.is_stateful
    return place("is_stateful", body.function, function=body.function)


@graph_damage(*IN_FUNCTIONS, cases=1)
def fn_attr_declared(body: Body) -> Place:
    """A function with an attr of its own, as only internal functions have."""
    body.proto.signature.attr.add(name="T", type="type")
    return place("T", body.function, function=body.function)


# gradients


@damage(3)
def gradient_def_of_missing(copy: Copy) -> Place:
    function = copy.pick(copy.library.function).signature.name
    copy.library.gradient.add(function_name=function, gradient_func=GONE)
    return place(function, GONE)


@damage(2)
def gradient_def_for_missing(copy: Copy) -> Place:
    function = copy.pick(copy.library.function).signature.name
    copy.library.gradient.add(function_name=GONE, gradient_func=function)
    return place(function, GONE)


@damage(2)
def gradient_def_added(copy: Copy) -> Place:
    names = sorted(copy.functions())
    if len(names) < 2:
        raise NoPlace("does not apply")
    copy.library.gradient.add(function_name=names[0], gradient_func=names[1])
    return place(*names[:2])


@damage(2)
def gradient_def_twice(copy: Copy) -> Place:
    names = sorted(copy.functions())
    if len(names) < 3:
        raise NoPlace("does not apply")
    copy.library.gradient.add(function_name=names[0], gradient_func=names[1])
    copy.library.gradient.add(function_name=names[0], gradient_func=names[2])
    return place(*names[:3])


@damage(3)
def registered_gradient_of_missing(copy: Copy) -> Place:
    gradient = copy.pick(copy.library.registered_gradients)
    gradient.gradient_func = GONE
    return place(GONE, gradient.registered_op_type)


@damage(2)
def registered_gradients_cleared(copy: Copy) -> Place:
    if not copy.library.registered_gradients:
        raise NoPlace("does not apply")
    names = [gradient.registered_op_type for gradient in copy.library.registered_gradients]
    copy.library.ClearField("registered_gradients")
    return place(*names)


@graph_damage(MAIN, USED, UNUSED, GRADIENT)
def gradient_type_unknown(body: Body) -> Place:
    node = body.node(ops=("Identity", "IdentityN", "Relu", "MatMul"))
    node.attr["_gradient_op_type"].s = b"CustomGradient-9999"
    return body.at(node, "_gradient_op_type", "CustomGradient-9999")
