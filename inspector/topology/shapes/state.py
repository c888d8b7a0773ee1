"""Shape functions of variables, checkpoints, tables and control flow.

Sources: tensorflow/core/ops/{resource_variable,state,io,lookup,string,functional,control_flow}_ops.cc.
"""

from __future__ import annotations

from collections.abc import Sequence

from inspector.model.dtypes import Shape
from inspector.topology.shapes.facts import Node
from inspector.topology.shapes.lattice import ShapeError, at_least_rank, concatenate, merge, subshape, with_value

# Ops whose output is the resource that they are given.
PASS_HANDLES = ("Identity", "IdentityN", "Enter", "Switch", "While", "StatelessWhile")


def variable_handle(node: Node) -> Sequence[Shape]:
    node.shape_attr()  # which must be one, though the handle is a scalar whatever it says
    return [()]


def read_variable(node: Node) -> Sequence[Shape]:
    handle = node.inputs[0].handle
    return [None if handle is None else handle[1]]


def assign_variable(node: Node) -> Sequence[Shape]:
    handle = node.inputs[0].handle
    if handle is not None:
        merge(handle[1], node.shape(1))
    return []


def resource_gather(node: Node) -> Sequence[Shape]:
    handle = node.inputs[0].handle
    if handle is None or node.number("batch_dims"):
        return [None]
    return [concatenate(node.shape(1), subshape(at_least_rank(handle[1], 1), 1))]


def assign(node: Node) -> Sequence[Shape]:
    if not node.flag("validate_shape"):
        return [node.shape(1)]
    return [merge(node.shape(0), node.shape(1))]


def assign_update(node: Node) -> Sequence[Shape]:
    return [merge(node.shape(0), node.shape(1))]


def apply_gradient(node: Node) -> Sequence[Shape]:
    node.ranked(1, 0)
    return [merge(node.shape(0), node.shape(2))]


def save_v2(node: Node) -> Sequence[Shape]:
    node.ranked(0, 0)
    for index in (1, 2):
        with_value(node.ranked(index, 1)[0], len(node.inputs) - 3)
    return []


def restore_v2(node: Node) -> Sequence[Shape]:
    node.ranked(0, 0)
    merge(node.ranked(1, 1), node.ranked(2, 1))
    node.value(2)  # whole shapes may stand in it
    return [None] * len(node.outputs)


def merge_checkpoints(node: Node) -> Sequence[Shape]:
    node.ranked(0, 1)
    node.ranked(1, 0)
    return []


def string_join(node: Node) -> Sequence[Shape]:
    shapes = [fact.shape for fact in node.inputs]
    if all(shape == () for shape in shapes):
        return [()]
    whole: Shape = None
    for shape in shapes:
        if shape:
            whole = merge(whole, shape)
    return [whole]


def merge_node(node: Node) -> Sequence[Shape]:
    """Merge: what all inputs agree on; the back edge of a loop is unknown."""
    shapes = [fact.shape for fact in node.inputs]
    whole = shapes[0] if shapes else None
    for shape in shapes[1:]:
        if whole is None or shape is None or len(whole) != len(shape):
            whole = None
            break
        whole = tuple(a if a == b else None for a, b in zip(whole, shape, strict=True))
    return [whole, ()]


def switch(node: Node) -> Sequence[Shape]:
    node.ranked(1, 0)
    return [node.shape(0)] * 2


def enter(node: Node) -> Sequence[Shape]:
    return [node.shape(0) if node.flag("is_constant") else None]


def loop_end(node: Node) -> Sequence[Shape]:
    return [node.shape(0)]


def loop_condition(node: Node) -> Sequence[Shape]:
    node.ranked(0, 0)
    return [()]


def _declared(node: Node) -> tuple[Shape, ...]:
    shapes = node.shapes_attr("output_shapes")
    if shapes and len(shapes) != len(node.outputs):
        counts = f"({len(shapes)} vs. {len(node.outputs)})"
        raise ShapeError(f"`output_shapes` must be the same length as num outputs {counts}")
    return shapes


def branch(node: Node) -> Sequence[Shape]:
    return _declared(node) or [None] * len(node.outputs)


def loop(node: Node) -> Sequence[Shape]:
    return _declared(node) or [fact.shape for fact in node.inputs]


STATE = {
    "VarHandleOp": variable_handle,
    "ReadVariableOp": read_variable,
    "AssignVariableOp": assign_variable,
    "AssignAddVariableOp": assign_variable,
    "AssignSubVariableOp": assign_variable,
    "ResourceGather": resource_gather,
    "Assign": assign,
    "AssignAdd": assign_update,
    "AssignSub": assign_update,
    "ApplyGradientDescent": apply_gradient,
    "SaveV2": save_v2,
    "RestoreV2": restore_v2,
    "MergeV2Checkpoints": merge_checkpoints,
    "StringJoin": string_join,
    "Merge": merge_node,
    "Switch": switch,
    "Enter": enter,
    "Exit": loop_end,
    "NextIteration": loop_end,
    "LoopCond": loop_condition,
    "If": branch,
    "StatelessIf": branch,
    "Case": branch,
    "StatelessCase": branch,
    "While": loop,
    "StatelessWhile": loop,
}
