"""What the loaders mind about nodes, functions and devices, and under which conditions.

Measured by damaging models in some 120 ways, in the main graph, in functions that the import instantiates, in functions
that nobody calls and in the body of a loop, and loading each with TensorFlow 2.21.
"""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders.step import PLACED, Condition, Mind, Walk, has_datum, minds
from inspector.model.dtypes import RESOURCE
from inspector.model.graph import Function
from inspector.topology import attr_faults, kernels
from inspector.topology.shapes import propagation

_CALLS = ("PartitionedCall", "StatefulPartitionedCall")
_LOOPS = ("While", "StatelessWhile")


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


def kind_is_needed(finding: Finding, walk: Walk) -> bool:
    """Instantiating a function needs the attrs that decide types; others are looked at when the node runs."""
    return any((finding.data["decides_types"], finding.data["unset"], is_live(finding, walk)))


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
    return finding.data["op"] in _CALLS and str(finding.data["mismatch"]).startswith("fewer")


def _takes_fewer_tensors(finding: Finding, walk: Walk) -> bool:
    return _takes_fewer(finding, walk) and finding.data["side"] != "attrs"


def _call_is_run(finding: Finding, walk: Walk) -> bool:
    """Outputs of a function that the call leaves out do no harm, nor do wrong ones that nothing takes.

    Grappler removes them (optimizers/function_optimizer.cc, the unused outputs of a specialized function).
    """
    if finding.data["side"] == "outputs" and not finding.data["taken"]:
        return False
    in_time = finding.data["side"] != "attrs" or walk.loader != "tf2"
    return in_time and finding.data["mismatch"] != "fewer outputs" and is_live(finding, walk)


def _is_instantiated_call(finding: Finding, walk: Walk) -> bool:
    return finding.data["op"] in _CALLS


def _is_node(finding: Finding, walk: Walk) -> bool:
    """Not a GradientDef."""
    return finding.where.field != "gradient"


def _is_gradient(finding: Finding, walk: Walk) -> bool:
    return finding.where.field == "gradient"


def _function_is_asked_for(finding: Finding, walk: Walk) -> bool:
    """The function of a custom gradient is asked for only by Python."""
    if finding.data["gradient"] or walk.view is None:
        return False
    if is_live(finding, walk):
        return True
    imported = finding.where.function in walk.view.reach.imported()
    return bool(finding.data["stateful"]) and (imported or finding.data["op"] in _CALLS)


def _return_is_missed(finding: Finding, walk: Walk) -> bool:
    """Grappler also knows "node" and "node:1"."""
    return is_data_return(finding, walk) and not finding.data["flat"]


def _loop_is_run(finding: Finding, walk: Walk) -> bool:
    """A loop whose condition is there and whose body is not."""
    return finding.data["op"] in _LOOPS and finding.data["attr"] == "body" and is_live(finding, walk)


def recursion_is_run(finding: Finding, walk: Walk) -> bool:
    """A call on the way round that is not pruned: those with side effects are followed before anything is."""
    view, name = walk.view, finding.where.function
    body = view.meta.function(name) if view is not None else None
    if view is None or body is None:
        return False
    live = view.live(name)
    nodes = zip(body.body.names, body.body.kinds, strict=True)
    calling = [kind for node, kind in nodes if node in live or kind.op == "StatefulPartitionedCall"]
    return any(name in view.reach.closure(view.reach.callees(kind)) for kind in dict.fromkeys(calling))


def _is_placeholder(finding: Finding, walk: Walk) -> bool:
    """The import of a graph gives no attr a value. One without any does no harm there where the op does not have it."""
    return bool(finding.data["placeholder"])


def _cannot_be_bound(finding: Finding, walk: Walk) -> bool:
    """In functions every attr must have a value, in the main graph those of the op."""
    return not in_main(finding, walk) or (bool(finding.data["own"]) and _is_placeholder(finding, walk))


def _is_instantiated(finding: Finding, walk: Walk) -> bool:
    """A call instantiates functions; tf.saved_model.load makes one of the main graph too."""
    return walk.loader == "tf2" or not in_main(finding, walk)


def _shapes_are_counted(finding: Finding, walk: Walk) -> bool:
    """Newer releases leave out what is too much (function_def_to_graph.py; 2.4 does not, 2.12 does)."""
    return bool(finding.data["fewer"]) or walk.target.minor <= (2, 4)


def is_valueless_const(finding: Finding, walk: Walk) -> bool:
    return finding.data["op"] == "Const" and "value" in finding.data["attrs"]


def _const_fault(finding: Finding, *kinds: str) -> bool:
    return finding.data["fault"] in kinds


def _shape_is_impossible(finding: Finding, walk: Walk) -> bool:
    return _const_fault(finding, "negative", "overflow")


def _shape_is_not_whole(finding: Finding, walk: Walk) -> bool:
    return _const_fault(finding, "negative", "rank")


def _shape_overflows(finding: Finding, walk: Walk) -> bool:
    return _const_fault(finding, "overflow")


def _cannot_be_parsed(finding: Finding, walk: Walk) -> bool:
    return not finding.data["parses"]


def _dtype_is_another(finding: Finding, walk: Walk) -> bool:
    return _const_fault(finding, "dtype") and bool(finding.data["parses"]) and is_live(finding, walk)


def _const_is_run(finding: Finding, walk: Walk) -> bool:
    return _cannot_be_parsed(finding, walk) and is_live(finding, walk)


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


def _far(finding: Finding) -> bool:
    """A job, task or replica of a cluster."""
    data = finding.data
    return data["job"] not in ("", "localhost") or data["task"] not in ("", "0") or data["replica"] not in ("", "0")


def other_job(finding: Finding, walk: Walk) -> bool:
    """A pin to a job or task of a cluster: soft placement does not help. Python's import drops pins of colocated nodes."""
    return _far(finding) and not finding.data["colocated"]


def absent_device(finding: Finding, walk: Walk) -> bool:
    """A pin to a device that the target does not have. Python puts the types of CPU and GPU into capitals first."""
    kind = finding.data["type"]
    if walk.loader != "serving":
        if finding.data["colocated"]:
            return False
        kind = kind.upper() if kind in ("cpu", "gpu") else kind
    return _far(finding) or int(finding.data["index"] or 0) >= walk.target.devices(kind or "CPU")


def device_is_refused(finding: Finding, walk: Walk) -> bool:
    """A pin that placement cannot follow: softly it goes elsewhere within the process, else it needs the device.

    tf.saved_model.load places softly by default, a Session does not.
    """
    soft = walk.target.soft_placement
    if soft is None:
        soft = walk.loader == "tf2"
    return other_job(finding, walk) if soft else absent_device(finding, walk)


def _goes_with_resource(finding: Finding, walk: Walk) -> bool:
    """A node of a function that takes a resource: it is placed where that is, wherever the function was pinned to."""
    view = walk.view
    function = view.meta.function(finding.where.function) if view is not None else None
    if view is None or function is None:
        return False
    pinned = {kind for name, kind in zip(function.body.names, function.body.kinds, strict=True) if name in walk.members}
    types = [view.ops.resolve(kind.form) for kind in pinned]
    return all(one is not None and one.inputs is not None and RESOURCE in one.inputs for one in types)


def _refused_in_program(finding: Finding, walk: Walk) -> bool:
    return device_is_refused(finding, walk) and not _goes_with_resource(finding, walk)


def _absent_at_first_run(finding: Finding, walk: Walk) -> bool:
    return in_main(finding, walk) and PLACED not in walk.given and device_is_refused(finding, walk)


def _refused_at_first_run(finding: Finding, walk: Walk) -> bool:
    return in_main(finding, walk) and PLACED not in walk.given and _refused_after_python(finding, walk)


def _refused_by_python(finding: Finding, walk: Walk) -> bool:
    return bool(finding.data["python"]) and not finding.data["colocated"]


def refused_by_runtime(finding: Finding, walk: Walk) -> bool:
    return bool(finding.data["native"])


def _refused_after_python(finding: Finding, walk: Walk) -> bool:
    """Python accepts it, and hands on a string that the C++ runtime refuses."""
    return bool(finding.data["after_python"]) and not finding.data["colocated"]


def has_kernel_here(finding: Finding, walk: Walk) -> bool:
    """A kernel that only TensorFlow's Python brings along: serving has none. XLA compiles "eager" functions only in tf2."""
    if finding.data.get("eager") and walk.loader != "tf2":
        return True
    return finding.data["why"] == kernels.PYTHON_ONLY and walk.loader != "serving"


def _is_placed(finding: Finding, walk: Walk) -> bool:
    """Every node of a main graph needs a kernel when the graph is placed, dead or not."""
    return in_main(finding, walk) and not has_kernel_here(finding, walk)


def _is_placed_at_first_run(finding: Finding, walk: Walk) -> bool:
    return PLACED not in walk.given and _is_placed(finding, walk)


def _called(walk: Walk) -> frozenset[str]:
    """The functions that the step calls first: the signature's, or those that restore and initialise."""
    view = walk.view
    assert view is not None
    objects = view.meta.objects
    if walk.loader == "tf2" and walk.model.is_v2 and objects is not None:
        return frozenset((objects.signatures()[walk.signature],) if walk.signature else objects.initializers())
    graph = view.meta.graph
    if walk.signature:
        kinds = {kind for name, kind in zip(graph.names, graph.kinds, strict=True) if name in walk.nodes}
    else:
        kinds = {graph.kinds[i] for i in view.reach.restore().nodes | view.reach.init().nodes}
    if walk.loader != "tf2":  # a branch that is not taken calls nothing; its own nodes are placed with the main graph
        kinds = {kind for kind in kinds if not kernels.is_branching(kind)}
    return frozenset(name for kind in kinds if kernels.is_certain(kind) for name in view.reach.callees(kind))


def _kernel_is_needed(finding: Finding, walk: Walk) -> bool:
    """Functions of tf.saved_model.load are placed before anything is pruned, those of a Session afterwards."""
    if walk.view is None or has_kernel_here(finding, walk):
        return False
    function = finding.where.function
    if walk.loader != "tf2":
        return _is_run(finding, walk)
    return not function or function in kernels.placed_by_call(walk.view, _called(walk))


def _is_run(finding: Finding, walk: Walk) -> bool:
    """A node that a call computes, in a function that it calls."""
    if walk.view is None or in_main(finding, walk):
        return walk.view is not None
    run = kernels.run_by_session(walk.view, _called(walk)).get(finding.where.function, frozenset())
    return any(node in run for node in walk.members)


def _taken(walk: Walk) -> frozenset[str]:
    """The functions that a call runs whatever its inputs: none of a branch."""
    view = walk.view
    assert view is not None
    if walk.loader == "tf2" and walk.model.is_v2:
        todo = list(_called(walk))
    else:
        graph = view.meta.graph
        nodes = {name: kind for name, kind in zip(graph.names, graph.kinds, strict=True) if name in walk.nodes}
        kinds = set(nodes.values()) if walk.signature else {graph.kinds[i] for i in view.reach.init().nodes}
        todo = [name for kind in kinds if not kernels.is_branching(kind) for name in view.reach.callees(kind)]
    seen: set[str] = set()
    while todo:
        name = todo.pop()
        function = view.meta.function(name)
        if name in seen or function is None:
            continue
        seen.add(name)
        for kind in set(function.body.kinds):
            if not kernels.is_branching(kind):
                todo.extend(view.reach.callees(kind))
    return frozenset(seen)


def _is_computed(finding: Finding, walk: Walk) -> bool:
    """A node that a call computes whatever its inputs."""
    function = finding.where.function
    if walk.view is None or not function:
        return walk.view is not None
    return function in _taken(walk) and is_live(finding, walk) and _is_run(finding, walk)


def _layout_is_refused(finding: Finding, walk: Walk) -> bool:
    """A layout that the CPU refuses however TensorFlow was built."""
    return bool(finding.data["fails"]) and _is_run(finding, walk)


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
SHAPES_OF_LIBRARY = minds("GR013", "GR014", when=_seen_by(propagation.LIBRARY))
SHAPES_OF_MAIN = minds("GR013", "GR014", when=_seen_by(propagation.MAIN))

ATTRS_IN_MAIN = (Mind("OP005", when=_attr_is_left),)

# What Python's shape inference refuses when it imports a graph.
SHAPES_IN_PYTHON = minds("TB013")

# What Python's import of a function library refuses: every function, used or not.
IN_LIBRARY = (
    *SHAPES_IN_PYTHON,
    Mind("FN001", when=_is_node),
    *minds("FN002", "FN004", "FN008", "FN012"),
    Mind("FN007", when=_shapes_are_counted),
    Mind("FN011", when=_is_placeholder),
    Mind("FN003", when=_duplicate_confuses),
    *minds("OP001", "OP002", "OP004", "GR001", "GR002", "GR003", "GR004", "GR005", "GR006", "GR007", "GR008"),
    Mind("OP003", when=_is_left),
    Mind("OP005", when=attr_is_refused),
    Mind("GR009", when=_shape_is_impossible),
    Mind("GR011", when=_refused_by_python),
    Mind("GR019"),
    *SHAPES_OF_LIBRARY,
)

# What the import of the main graph refuses, in it and in the functions that it instantiates.
AT_IMPORT = (
    *minds("OP001", "OP002", "GR001", "GR003", "GR004", "GR005", "GR006", "GR008"),
    Mind("OP003", when=_kind_is_refused),
    Mind("OP004", when=has_no_inputs, how="crash"),
    Mind("OP004", when=value_is_refused),
    Mind("OP004", when=_shape_function_aborts, how="abort"),
    Mind("OP004", when=_shape_function_refuses),
    Mind("OP004", when=_type_contradicts_edges),
    Mind("GR002", when=_needs_whole_name),
    Mind("GR007", when=name_is_refused),
    Mind("GR009", when=_shape_is_impossible),
    Mind("FN002", how="crash"),
    Mind("FN004", when=is_data_return),
    Mind("FN005"),
    Mind("FN006", when=_takes_fewer),
    Mind("FN011", when=_cannot_be_bound),
    Mind("FN012", when=has_datum("undeclared", True)),
    Mind("GR019", when=_colocation_is_refused),
    *SHAPES_OF_MAIN,
)
CALLS_IN_MAIN = (Mind("FN001", when=_is_instantiated_call), Mind("FN003", when=_differs))

# What Python's import of a V1 main graph refuses.
IN_V1_MAIN = (
    *SHAPES_IN_PYTHON,
    Mind("FN001", when=_is_node),
    *minds("OP001", "OP002", "OP004", "GR001", "GR002", "GR003", "GR004", "GR005", "GR006", "GR007", "GR008"),
    Mind("OP003", when=_is_left),
    *ATTRS_IN_MAIN,
    Mind("GR009", when=_shape_is_impossible),
    Mind("FN006", when=_takes_fewer_tensors),
    Mind("FN011", when=_is_placeholder),
    Mind("GR011", when=_refused_by_python),
    Mind("GR019"),
    *SHAPES_OF_MAIN,
)

# What Python makes of the devices of a main graph.
SPELLED_FOR_PYTHON = (Mind("GR011", when=_refused_by_python),)

# A function that is added twice is refused where it does not equal itself (function.cc FunctionDefsEqual).
SAME_FUNCTIONS = (Mind("GR009", when=_cannot_be_parsed),)

# A Session adds each function twice.
ADDED_TWICE = (
    Mind("GR006", when=_is_twice_in_body),
    *SAME_FUNCTIONS,
    Mind("FN001", when=_is_gradient),
    *minds("FN010", "FN012", "FN013"),
)

# cc/saved_model/loader.cc ValidateSavedTensors: all functions.
SAVED_TENSORS = (
    Mind("OP002", when=is_valueless_const),
    Mind("GR009", when=_shape_is_not_whole),
    Mind("GR009", when=_shape_overflows, how="abort"),
)

# Placing the main graph, as Python hands it on and as it is written.
PLACED_BY_PYTHON = (
    Mind("GR010", when=device_is_refused),
    Mind("GR011", when=_refused_after_python),
    Mind("OP007", when=_is_placed),
)
PLACED_AS_WRITTEN = (
    Mind("GR010", when=device_is_refused),
    Mind("GR011", when=refused_by_runtime),
    Mind("OP007", when=_is_placed),
)
PLACED_AT_FIRST_RUN = (
    Mind("GR010", when=_absent_at_first_run),
    Mind("GR011", when=_refused_at_first_run),
    Mind("OP007", when=_is_placed_at_first_run),
)
PLACED_IN_PROGRAM = (Mind("GR010", when=_refused_in_program), Mind("GR011", when=_refused_after_python))

# A Session's call: functions that the import did not instantiate are looked at only now.
IN_SESSION_CALL = (
    *minds("TB013"),
    Mind("OP002", when=is_valueless_const, how="abort"),
    *minds("OP001", "OP002", "GR001", "GR003", "GR004", "GR005", "GR006"),
    Mind("OP003", when=kind_is_needed),
    Mind("OP004", when=is_live),
    Mind("GR002", when=names_nothing),
    Mind("GR007", when=name_is_refused),
    Mind("FN001", when=_loop_is_run, how="crash"),
    Mind("FN001", when=_function_is_asked_for),
    Mind("FN002", when=recursion_is_run, how="crash"),
    Mind("FN004", when=_return_is_missed),
)
# Any call.
IN_CALL = (
    Mind("GR009", when=_dtype_is_another, how="abort"),
    Mind("FN006", when=_call_is_run),
    Mind("FN011", when=_is_instantiated),
    Mind("GR009", when=_const_is_run),
    Mind("OP007", when=_kernel_is_needed),
    Mind("OP006", when=_is_computed),
    Mind("GR017", when=_is_computed, how="hang"),
    Mind("OP008", when=_layout_is_refused),
)


def _noop_is_kept(node: str, function: Function, live: frozenset[str]) -> bool:
    """Whether a NoOp stays: Grappler takes it away, but not where that would add edges between devices.

    Source: core/grappler/optimizers/dependency_optimizer.cc BypassingNodeIsBeneficial.
    """
    body = function.body
    waits = len(body.inputs[body.names.index(node)])
    needed = zip(body.names, body.inputs, strict=True)
    waiting = sum(name in live and f"^{node}" in inputs for name, inputs in needed)
    waiting += list(function.control_ret.values()).count(node)
    return (waits == 1 and waiting > 1) or (waits > 1 and waiting == 1)


def _live_in_other_job(finding: Finding, walk: Walk) -> bool:
    """Grappler takes an Identity of a function away before its device is looked at, and most NoOps."""
    if walk.view is None or not _far(finding) or _goes_with_resource(finding, walk):
        return False
    function = walk.view.meta.function(finding.where.function)
    if function is None:
        return is_live(finding, walk)
    live = walk.view.live(function.name)
    ops = {name: kind.op for name, kind in zip(function.body.names, function.body.kinds, strict=True)}
    if any(ops[node] == "NoOp" and _noop_is_kept(node, function, live) for node in walk.members):
        return True
    return any(node in live and ops[node] not in ("Identity", "NoOp") for node in walk.members)


def _refused_in_function(finding: Finding, walk: Walk) -> bool:
    return bool(finding.data["native"]) and not in_main(finding, walk)


# A Session prunes a function before it places it; tf.saved_model.load's functions are placed first.
DEVICES_IN_SESSION_CALL = (Mind("GR010", when=_live_in_other_job), Mind("GR011", when=_refused_in_function))

# What only tf.saved_model.load makes of ops.
IN_CALL_OF_TF2 = (Mind("OP010", when=_is_computed),)

# Any run of a Session: a signature's call, the restore op, the init op.
IN_RUN = (*IN_SESSION_CALL, *IN_CALL, *DEVICES_IN_SESSION_CALL)
