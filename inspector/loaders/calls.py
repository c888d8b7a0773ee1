"""What running a graph minds: what it calls is instantiated only then, and what it computes needs kernels and values.

Sources: core/common_runtime/direct_session.cc, process_function_library_runtime.cc, core/framework/function.cc.
"""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders import nodes, placement
from inspector.loaders.step import Mind, Walk, minds
from inspector.topology import kernels
from inspector.topology.shapes import propagation

_LOOPS = ("While", "StatelessWhile")


def kind_is_needed(finding: Finding, walk: Walk) -> bool:
    """Instantiating a function needs the attrs that decide types; others are looked at when the node runs."""
    return any((finding.data["decides_types"], finding.data["unset"], nodes.is_live(finding, walk)))


def _call_is_run(finding: Finding, walk: Walk) -> bool:
    """Outputs of a function that the call leaves out do no harm, nor do wrong ones that nothing takes.

    Grappler removes them (optimizers/function_optimizer.cc, the unused outputs of a specialized function).
    """
    if finding.data["side"] == "outputs" and not finding.data["taken"]:
        return False
    in_time = finding.data["side"] != "attrs" or walk.loader != "tf2"
    return in_time and finding.data["mismatch"] != "fewer outputs" and nodes.is_live(finding, walk)


def _function_is_asked_for(finding: Finding, walk: Walk) -> bool:
    """The function of a custom gradient is asked for only by Python."""
    if finding.data["gradient"] or walk.view is None:
        return False
    if nodes.is_live(finding, walk):
        return True
    imported = finding.where.function in walk.view.reach.imported()
    return bool(finding.data["stateful"]) and (imported or finding.data["op"] in nodes.CALLS)


def _return_is_missed(finding: Finding, walk: Walk) -> bool:
    """Grappler also knows "node" and "node:1"."""
    return nodes.is_data_return(finding, walk) and not finding.data["flat"]


def lacks_body(finding: Finding, walk: Walk) -> bool:
    """A loop whose condition is there and whose body is not: lowering it follows a null pointer. Measured from 2.15 on;
    2.12 says "Op type not registered" (lower_while_op.cc)."""
    return finding.data["op"] in _LOOPS and finding.data["attr"] == "body" and walk.target.minor >= (2, 15)


def _loop_is_run(finding: Finding, walk: Walk) -> bool:
    return lacks_body(finding, walk) and nodes.is_live(finding, walk)


def _valueless_const_crashes(finding: Finding, walk: Walk) -> bool:
    """A Const without a value, which Grappler comes to: a null pointer (measured from 2.12 to 2.18), later a failed check."""
    return nodes.is_valueless_const(finding, walk) and walk.target.minor < (2, 21)


def recursion_is_run(finding: Finding, walk: Walk) -> bool:
    """A call on the way round that is not pruned: those with side effects are followed before anything is."""
    view, name = walk.view, finding.where.function
    body = view.meta.function(name) if view is not None else None
    if view is None or body is None:
        return False
    live = view.live(name)
    named = zip(body.body.names, body.body.kinds, strict=True)
    calling = [kind for node, kind in named if node in live or kind.op == "StatefulPartitionedCall"]
    return any(name in view.reach.closure(view.reach.callees(kind)) for kind in dict.fromkeys(calling))


def _is_instantiated(finding: Finding, walk: Walk) -> bool:
    """A call instantiates functions; tf.saved_model.load makes one of the main graph too."""
    return walk.loader == "tf2" or not nodes.in_main(finding, walk)


def _dtype_is_another(finding: Finding, walk: Walk) -> bool:
    return nodes.const_fault(finding, "dtype") and bool(finding.data["parses"]) and nodes.is_live(finding, walk)


def _const_is_run(finding: Finding, walk: Walk) -> bool:
    return nodes.cannot_be_parsed(finding, walk) and nodes.is_live(finding, walk)


def _called(walk: Walk) -> frozenset[str]:
    """The functions that the step calls first: the signature's, or those that restore and initialise."""
    view = walk.view
    assert view is not None
    objects = view.meta.objects
    if walk.loader == "tf2" and walk.model.is_v2 and objects is not None:
        return walk.first if walk.signature else frozenset(objects.initializers())
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
    if walk.view is None or placement.has_kernel_here(finding, walk):
        return False
    function = finding.where.function
    if walk.loader != "tf2":
        return _is_run(finding, walk)
    return not function or function in kernels.placed_by_call(walk.view, _called(walk))


def _is_run(finding: Finding, walk: Walk) -> bool:
    """A node that a call computes, in a function that it calls."""
    if walk.view is None or nodes.in_main(finding, walk):
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
        reached = {kind for name, kind in zip(graph.names, graph.kinds, strict=True) if name in walk.nodes}
        kinds = reached if walk.signature else {graph.kinds[i] for i in view.reach.init().nodes}
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
    return function in _taken(walk) and nodes.is_live(finding, walk) and _is_run(finding, walk)


def _shapes_cannot_be(finding: Finding, walk: Walk) -> bool:
    """Shapes that no kernel takes, in the body of a loop: the import of the graph does not follow calls into it."""
    return propagation.CALLED in finding.data["seen_by"] and _is_computed(finding, walk)


def _layout_is_refused(finding: Finding, walk: Walk) -> bool:
    """A layout that the CPU refuses however TensorFlow was built."""
    return bool(finding.data["fails"]) and _is_run(finding, walk)


# A Session's call: functions that the import did not instantiate are looked at only now.
IN_SESSION_CALL = (
    *minds("restore-op"),
    Mind("attr-missing", when=_valueless_const_crashes, how="crash"),
    Mind("attr-missing", when=nodes.is_valueless_const, how="abort"),
    *minds(
        "op-not-registered", "attr-missing", "input-missing", "input-count", "dtype-conflict", "cycle", "duplicate-node"
    ),
    Mind("attr-type", when=kind_is_needed),
    Mind("attr-value-not-allowed", when=nodes.is_live),
    Mind("output-missing", when=nodes.names_nothing),
    Mind("invalid-node-name", when=nodes.name_is_refused),
    Mind("function-missing", when=_loop_is_run, how="crash"),
    Mind("function-missing", when=_function_is_asked_for),
    Mind("function-recursive", when=recursion_is_run, how="crash"),
    Mind("return-missing", when=_return_is_missed),
    Mind("shape-conflict", when=_shapes_cannot_be),
)

# Any call.
IN_CALL = (
    Mind("const-dtype", when=_dtype_is_another, how="abort"),
    Mind("call-mismatch", when=_call_is_run),
    Mind("attr-unbound", when=_is_instantiated),
    Mind("const-dtype", when=_const_is_run),
    Mind("no-kernel", when=_kernel_is_needed),
    Mind("python-callback", when=_is_computed),
    Mind("waits-for-others", when=_is_computed, how="hang"),
    Mind("layout-not-on-cpu", when=_layout_is_refused),
)

# What only tf.saved_model.load makes of ops.
IN_CALL_OF_TF2 = (Mind("one-shot-iterator", when=_is_computed),)

# Any run of a Session: a signature's call, the restore op, the init op.
IN_RUN = (*IN_SESSION_CALL, *IN_CALL, *placement.DEVICES_IN_SESSION_CALL)
