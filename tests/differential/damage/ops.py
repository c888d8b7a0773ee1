"""Ops that are not there."""

from __future__ import annotations

from typing import Any

from inspector.wire.schema import full_message
from tests.differential.damage.kind import IN_FUNCTIONS, graph_damage
from tests.differential.places import NoPlace, Place
from tests.differential.workbench import LOOPS_AND_BRANCHES, Body

FLOAT, DOUBLE, INT32, STRING, INT64, RESOURCE = 1, 2, 3, 7, 9, 20
CALLS = ("PartitionedCall", "StatefulPartitionedCall")
SOURCES = ("Placeholder", "Const", "VarHandleOp", "VariableV2", "NoOp", "HashTableV2")


def computing(node: Any) -> bool:
    """A node that computes something out of inputs."""
    return bool(node.input) and node.op not in CALLS + LOOPS_AND_BRANCHES and "Save" not in node.op


def with_attr(body: Body, key: str, kind: str, *, ops: tuple[str, ...] = ()) -> Any:
    """A node that has the attr with a value of this kind."""
    return body.node(lambda node: key in node.attr and node.attr[key].WhichOneof("value") == kind, ops=ops)


def renamed_op(body: Body, op: str) -> Place:
    node = body.node(computing)
    node.op = op
    return body.at(node, op)


@graph_damage(cases=3)
def op_unregistered(body: Body) -> Place:
    return renamed_op(body, "MyCustomOp")


@graph_damage()
def op_unregistered_added(body: Body) -> Place:
    return body.at(body.add("stray", "MyCustomOp"), "MyCustomOp")


@graph_damage(cases=1)
def op_empty(body: Body) -> Place:
    return renamed_op(body, "")


@graph_damage(cases=1)
def op_wrong_case(body: Body) -> Place:
    node = body.node(computing)
    node.op = node.op.lower()
    return body.at(node, node.op)


@graph_damage(cases=1)
def op_of_tensorflow_text(body: Body) -> Place:
    return body.at(body.add("stray", "WhitespaceTokenizeWithOffsetsV2"), "WhitespaceTokenizeWithOffsetsV2")


@graph_damage(cases=1)
def op_of_contrib(body: Body) -> Place:
    return renamed_op(body, "TreeEnsembleSerialize")


@graph_damage(cases=1)
def op_of_tensorrt(body: Body) -> Place:
    return renamed_op(body, "TRTEngineOp")


@graph_damage(cases=1)
def op_deprecated(body: Body) -> Place:
    """BatchCholesky: removed in GraphDef version 13."""
    source = body.add("stray_c", "Placeholder" if body.is_main else "Const", dtype=("type", FLOAT))
    if not body.is_main:
        tensor = full_message("TensorProto")(dtype=FLOAT, float_val=[1.0])
        tensor.tensor_shape.dim.add().size = 1
        tensor.tensor_shape.dim.add().size = 1
        source.attr["value"].tensor.CopyFrom(tensor)
    node = body.add("stray", "BatchCholesky", [body.tensor(source)], T=("type", FLOAT))
    return body.at(node, "BatchCholesky")


@graph_damage()
def op_other_of_same_form(body: Body) -> Place:
    node = body.node(ops=("Relu", "Tanh", "Softplus", "Square", "Neg", "Mul", "Sub", "AddV2", "Add"))
    node.op = {"Mul": "Maximum", "Sub": "Maximum", "AddV2": "Maximum", "Add": "Maximum"}.get(node.op, "Abs")
    return body.at(node)


@graph_damage()
def op_wants_more_inputs(body: Body) -> Place:
    node = body.node(lambda node: len(node.input) == 1 and "T" in node.attr)
    node.op = "AddV2"
    return body.around(node)


@graph_damage()
def op_wants_fewer_inputs(body: Body) -> Place:
    node = body.node(lambda node: len([i for i in node.input if i[0] != "^"]) == 2 and "T" in node.attr)
    node.op = "Neg"
    return body.around(node)


@graph_damage(cases=1)
def op_internal_arg(body: Body) -> Place:
    return body.at(body.add("stray", "_Arg", T=("type", FLOAT), index=("i", 0)), "_Arg")


@graph_damage(cases=1)
def op_internal_switch(body: Body) -> Place:
    return renamed_op(body, "_SwitchN")


@graph_damage(*IN_FUNCTIONS, cases=1)
def op_placeholder_in_function(body: Body) -> Place:
    return body.at(body.add("stray", "Placeholder", dtype=("type", FLOAT)))


@graph_damage(cases=1)
def op_is_function_name(body: Body) -> Place:
    """A node whose op is a function of the library, as V1 calls functions."""
    name = body.copy.pick(sorted(body.copy.functions()), lambda name: name != body.function)
    count = len(body.copy.functions()[name].signature.input_arg)
    if count:
        raise NoPlace("does not apply")
    return body.at(body.add("stray", name), name)
