"""What the import of a graph minds about its nodes and functions, and under which conditions.

Measured by damaging models in some 120 ways, in the main graph, in functions that the import instantiates, in functions
that nobody calls and in the body of a loop, and loading each with TensorFlow 2.21. What placing the graph minds is in
``placement``, what a call minds in ``calls``.
"""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders.step import Condition, Mind, Walk, has_datum, minds
from inspector.topology import attr_faults
from inspector.topology.shapes import propagation

CALLS = ("PartitionedCall", "StatefulPartitionedCall")


def in_main(finding: Finding, walk: Walk) -> bool:
    return not finding.where.function


def is_live(finding: Finding, walk: Walk) -> bool:
    """A node that the call runs: in a function what nothing needs is pruned before it is looked at."""
    function = finding.where.function
    view = walk.view
    return not function or (view is not None and any(node in view.live(function) for node in walk.members))


def _needs_whole_name(finding: Finding, walk: Walk) -> bool:
    """Python knows only "node:out_arg:index"."""
    return not finding.data["short"]


def names_nothing(finding: Finding, walk: Walk) -> bool:
    """Grappler, which a function of a loop goes through first, also knows "node" and "node:1"."""
    return not finding.data["short"] and not finding.data["flat"]


def value_is_refused(finding: Finding, walk: Walk) -> bool:
    """In functions C++ looks at the types of edges instead: it meets only what is no dtype at all."""
    return in_main(finding, walk) or finding.data["kind"] == attr_faults.NO_DTYPE


# Ops that look up their dimensions by data_format in their shape function: those that return what is wrong with it (the
# MKL ones besides), and those for which it is a failed check (util/tensor_format.h GetTensorDimIndex).
_FORMAT_IS_REFUSED = frozenset((
    "Conv2D", "Conv2DBackpropInput", "FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3", "FusedBatchNormGrad",
    "FusedBatchNormGradV2", "FusedBatchNormGradV3",
))  # fmt: skip

_FORMAT_ABORTS = frozenset(("AvgPool", "DepthToSpace", "SpaceToDepth", "MaxPoolGradGrad"))


def _shape_function_refuses(finding: Finding, walk: Walk) -> bool:
    """In functions only shape inference reads the value of a string attr: each op's that has a padding."""
    data = finding.data
    listed = data["kind"] == attr_faults.NOT_LISTED and not in_main(finding, walk)
    format_is_read = data["attr"] == "data_format" and data["op"] in _FORMAT_IS_REFUSED
    return listed and (data["attr"] == "padding" or format_is_read)


def _shape_function_aborts(finding: Finding, walk: Walk) -> bool:
    data = finding.data
    listed = data["kind"] == attr_faults.NOT_LISTED and not in_main(finding, walk)
    return listed and data["attr"] == "data_format" and data["op"] in _FORMAT_ABORTS


def _type_contradicts_edges(finding: Finding, walk: Walk) -> bool:
    """In functions C++ takes a dtype that the op does not allow, but not edges that do not fit it."""
    view, data = walk.view, finding.data
    function = view.meta.function(finding.where.function) if view is not None else None
    op_def = view.ops.op(str(data["op"])) if view is not None else None
    if view is None or function is None or op_def is None or data["kind"] != attr_faults.NOT_LISTED:
        return False
    wiring = view.wiring(function.body, function)
    places = [wiring.positions[node] for node in walk.members if node in wiring.positions]
    return any(attr_faults.contradicts_edges(str(data["attr"]), at, wiring, op_def) for at in places if at >= 0)


def has_no_inputs(finding: Finding, walk: Walk) -> bool:
    """Shape inference of these ops reads the last of the inputs, of which there is none; the main graph is checked first."""
    small = finding.data["kind"] == attr_faults.TOO_SMALL and finding.data["attr"] == "N"
    return small and not in_main(finding, walk) and finding.data["op"] in ("AddN", "Pack", "Merge")


def _is_left(finding: Finding, walk: Walk) -> bool:
    """Python writes shared_name, and use_node_name_sharing of hash tables, anew (function_deserialization.fix_node_def)."""
    rewritten = finding.data["attr"] == "shared_name"
    rewritten |= finding.data["op"] == "HashTableV2" and finding.data["attr"] == "use_node_name_sharing"
    return not rewritten and not finding.data["filled"]


def _kind_is_refused(finding: Finding, walk: Walk) -> bool:
    """An attr without a value: for a list an empty one, and Python fills in the op's default (importer.py
    _SetDefaultAttrValues); but in a function for C++ a placeholder that nothing fills."""
    if not in_main(finding, walk) or not finding.data["unset"]:
        return True
    is_list = str(finding.data["expected"]).startswith("list(")
    return not is_list if walk.loader == "serving" else not finding.data["filled"]


def name_is_refused(finding: Finding, walk: Walk) -> bool:
    """Names that begin with "_" are the runtime's own: it takes them in functions."""
    return in_main(finding, walk) or not finding.data["internal"]


def _colocation_is_refused(finding: Finding, walk: Walk) -> bool:
    """C++ takes a _class that is no list for none; Python's importer does not."""
    return in_main(finding, walk) and (bool(finding.data["listed"]) or walk.loader != "serving")


def is_data_return(finding: Finding, walk: Walk) -> bool:
    return not finding.data["control"] and not finding.data["short"]


def _takes_fewer(finding: Finding, walk: Walk) -> bool:
    """A call with fewer inputs, outputs or attrs than its function has: shape inference stumbles over it at once."""
    return finding.data["op"] in CALLS and str(finding.data["mismatch"]).startswith("fewer")


def _takes_fewer_tensors(finding: Finding, walk: Walk) -> bool:
    return _takes_fewer(finding, walk) and finding.data["side"] != "attrs"


def _is_node(finding: Finding, walk: Walk) -> bool:
    """Not a GradientDef."""
    return finding.where.field != "gradient"


def _is_gradient(finding: Finding, walk: Walk) -> bool:
    return finding.where.field == "gradient"


def _is_placeholder(finding: Finding, walk: Walk) -> bool:
    """The import of a graph gives no attr a value. One without any does no harm there where the op does not have it."""
    return bool(finding.data["placeholder"])


def _cannot_be_bound(finding: Finding, walk: Walk) -> bool:
    """In functions every attr must have a value, in the main graph those of the op."""
    return not in_main(finding, walk) or (bool(finding.data["own"]) and _is_placeholder(finding, walk))


def _shapes_are_counted(finding: Finding, walk: Walk) -> bool:
    """Newer releases leave out what is too much (function_def_to_graph.py; 2.4 does not, 2.12 does)."""
    return bool(finding.data["fewer"]) or walk.target.minor <= (2, 4)


def is_valueless_const(finding: Finding, walk: Walk) -> bool:
    return finding.data["op"] == "Const" and "value" in finding.data["attrs"]


def const_fault(finding: Finding, *kinds: str) -> bool:
    return finding.data["fault"] in kinds


def _shape_is_impossible(finding: Finding, walk: Walk) -> bool:
    return const_fault(finding, "negative", "overflow")


def _shape_is_not_whole(finding: Finding, walk: Walk) -> bool:
    return const_fault(finding, "negative", "rank")


def _shape_overflows(finding: Finding, walk: Walk) -> bool:
    return const_fault(finding, "overflow")


def _overflow_aborts(finding: Finding, walk: Walk) -> bool:
    """Comparing two functions makes tensors of their Consts. Measured with 2.12; 2.15 finds an error."""
    return _shape_overflows(finding, walk) and walk.target.minor < (2, 15)


def _is_evaluated(view: str) -> Condition:
    """A Const that cannot be read, of which a shape function wants to know the value (eval_const_tensor.cc). Measured from
    2.15 on; 2.12 takes the value for unknown."""

    def condition(finding: Finding, walk: Walk) -> bool:
        if walk.view is None or walk.target.minor < (2, 15) or not cannot_be_parsed(finding, walk):
            return False
        asked = walk.view.shape_troubles.items()
        function = finding.where.function
        return any(one.kind == propagation.UNEVALUATED and one.function == function and view in by for one, by in asked)

    return condition


def cannot_be_parsed(finding: Finding, walk: Walk) -> bool:
    return not finding.data["parses"]


def _is_twice_in_body(finding: Finding, walk: Walk) -> bool:
    return not finding.data["argument"]


def _differs(finding: Finding, walk: Walk) -> bool:
    return not finding.data["identical"]


def _duplicate_confuses(finding: Finding, walk: Walk) -> bool:
    """Python renames a traced function when it meets it first, and counts down the callees of its callers twice."""
    if walk.view is None:
        return False
    name, reach = finding.where.function, walk.view.reach
    traced = name.startswith("__inference_")
    return traced or any(name in reach.calls(one) for one in walk.view.meta.library.by_name)


def _refused_by_python(finding: Finding, walk: Walk) -> bool:
    return bool(finding.data["python"]) and not finding.data["colocated"]


def attr_is_refused(finding: Finding, walk: Walk) -> bool:
    """An attr that the release's op does not know, where that is an error (node_def_util.cc ValidateNodeDef)."""
    return bool(finding.data["does"] == "refuses")


def _attr_is_left(finding: Finding, walk: Walk) -> bool:
    """Python's importer takes unknown attrs away where they have the default of who wrote them (importer.py
    _RemoveDefaultAttrs, by stripped_op_list)."""
    return attr_is_refused(finding, walk) and finding.data["is_default"] is not True


def _seen_by(view: str) -> Condition:
    """Findings of shape inference with what this view of the model knows."""
    return lambda finding, walk: view in finding.data["seen_by"]


# Shape inference of each function on its own, and of the main graph with the functions that it calls.
SHAPES_OF_LIBRARY = minds("shape-conflict", "output-shapes-inconsistent", when=_seen_by(propagation.LIBRARY))

SHAPES_OF_MAIN = minds("shape-conflict", "output-shapes-inconsistent", when=_seen_by(propagation.MAIN))

ATTRS_IN_MAIN = (Mind("attr-unknown", when=_attr_is_left),)

# What the shape function of a RestoreV2 refuses.
SHAPES_OF_RESTORE = minds("restore-op")

# What Python's importer refuses of any graph that it is given.
OF_PYTHON = minds(
    "op-not-registered",
    "attr-missing",
    "attr-value-not-allowed",
    "input-missing",
    "output-missing",
    "input-count",
    "dtype-conflict",
    "cycle",
    "duplicate-node",
    "invalid-node-name",
    "control-input-order",
)

# What Python's import of a function library refuses: every function, used or not.
IN_LIBRARY = (
    *SHAPES_OF_RESTORE,
    Mind("function-missing", when=_is_node),
    *minds("function-recursive", "return-missing", "function-attr-refused", "argument-dtype"),
    Mind("input-shapes-count", when=_shapes_are_counted),
    Mind("attr-unbound", when=_is_placeholder),
    Mind("function-duplicate", when=_duplicate_confuses),
    *OF_PYTHON,
    Mind("attr-type", when=_is_left),
    Mind("attr-unknown", when=attr_is_refused),
    Mind("const-dtype", when=_shape_is_impossible),
    Mind("const-dtype", when=_is_evaluated(propagation.LIBRARY)),
    Mind("device-malformed", when=_refused_by_python),
    Mind("colocation"),
    *SHAPES_OF_LIBRARY,
)

# What the import of the main graph refuses, in it and in the functions that it instantiates.
AT_IMPORT = (
    *minds(
        "op-not-registered",
        "attr-missing",
        "input-missing",
        "input-count",
        "dtype-conflict",
        "cycle",
        "duplicate-node",
        "control-input-order",
    ),
    Mind("attr-type", when=_kind_is_refused),
    Mind("attr-value-not-allowed", when=has_no_inputs, how="crash"),
    Mind("attr-value-not-allowed", when=value_is_refused),
    Mind("attr-value-not-allowed", when=_shape_function_aborts, how="abort"),
    Mind("attr-value-not-allowed", when=_shape_function_refuses),
    Mind("attr-value-not-allowed", when=_type_contradicts_edges),
    Mind("output-missing", when=_needs_whole_name),
    Mind("invalid-node-name", when=name_is_refused),
    Mind("const-dtype", when=_shape_is_impossible),
    Mind("const-dtype", when=_is_evaluated(propagation.MAIN)),
    Mind("function-recursive", how="crash"),
    Mind("return-missing", when=is_data_return),
    Mind("return-dtype"),
    Mind("call-mismatch", when=_takes_fewer),
    Mind("attr-unbound", when=_cannot_be_bound),
    Mind("argument-dtype", when=has_datum("undeclared", True)),
    Mind("colocation", when=_colocation_is_refused),
    *SHAPES_OF_MAIN,
)

# What Python's import of a V1 main graph refuses.
IN_V1_MAIN = (
    *SHAPES_OF_RESTORE,
    Mind("function-missing", when=_is_node),
    *OF_PYTHON,
    Mind("attr-type", when=_is_left),
    *ATTRS_IN_MAIN,
    Mind("const-dtype", when=_shape_is_impossible),
    Mind("const-dtype", when=_is_evaluated(propagation.MAIN)),
    Mind("call-mismatch", when=_takes_fewer_tensors),
    Mind("attr-unbound", when=_is_placeholder),
    Mind("device-malformed", when=_refused_by_python),
    Mind("colocation"),
    *SHAPES_OF_MAIN,
)

# What Python makes of the devices of a main graph.
SPELLED_FOR_PYTHON = (Mind("device-malformed", when=_refused_by_python),)

# A function that is added twice is refused where it does not equal itself (function.cc FunctionDefsEqual).
SAME_FUNCTIONS = (Mind("const-dtype", when=_overflow_aborts, how="abort"), Mind("const-dtype", when=cannot_be_parsed))

# A session knows one function of a name.
ADDED = (Mind("function-duplicate", when=_differs),)

# A Session of Python adds each function twice.
ADDED_TWICE = (
    *ADDED,
    Mind("duplicate-node", when=_is_twice_in_body),
    *SAME_FUNCTIONS,
    Mind("function-missing", when=_is_gradient),
    *minds("gradient-definition", "argument-dtype", "function-named-like-op"),
)

# cc/saved_model/loader.cc ValidateSavedTensors: all functions.
SAVED_TENSORS = (
    Mind("attr-missing", when=is_valueless_const),
    Mind("const-dtype", when=_shape_is_not_whole),
    Mind("const-dtype", when=_shape_overflows, how="abort"),
)
