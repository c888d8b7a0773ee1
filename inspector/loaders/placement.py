"""What placing a graph on devices minds: pins, device strings and kernels.

Sources: core/common_runtime/placer.cc, colocation_graph.cc; python/framework/device_spec.py.
"""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders import nodes
from inspector.loaders.step import PLACED, Mind, Walk
from inspector.model.dtypes import RESOURCE
from inspector.model.graph import Function
from inspector.topology import kernels


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
    return nodes.in_main(finding, walk) and PLACED not in walk.given and device_is_refused(finding, walk)


def _refused_at_first_run(finding: Finding, walk: Walk) -> bool:
    return nodes.in_main(finding, walk) and PLACED not in walk.given and _refused_after_python(finding, walk)


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
    return nodes.in_main(finding, walk) and not has_kernel_here(finding, walk)


def _is_placed_at_first_run(finding: Finding, walk: Walk) -> bool:
    return PLACED not in walk.given and _is_placed(finding, walk)


def _call_is_placed(finding: Finding, walk: Walk) -> bool:
    """Placing a call looks at the function's own resources (placer_inspection_required_ops_utils.cc)."""
    return finding.data["op"] in nodes.CALLS and nodes.in_main(finding, walk)


def _call_is_placed_at_first_run(finding: Finding, walk: Walk) -> bool:
    return PLACED not in walk.given and _call_is_placed(finding, walk)


# Placing the main graph, as Python hands it on and as it is written.
PLACED_BY_PYTHON = (
    Mind("function-missing", when=_call_is_placed),
    Mind("device-pin", when=device_is_refused),
    Mind("device-malformed", when=_refused_after_python),
    Mind("no-kernel", when=_is_placed),
)

PLACED_AS_WRITTEN = (
    Mind("function-missing", when=_call_is_placed),
    Mind("device-pin", when=device_is_refused),
    Mind("device-malformed", when=refused_by_runtime),
    Mind("no-kernel", when=_is_placed),
)

PLACED_AT_FIRST_RUN = (
    Mind("function-missing", when=_call_is_placed_at_first_run),
    Mind("device-pin", when=_absent_at_first_run),
    Mind("device-malformed", when=_refused_at_first_run),
    Mind("no-kernel", when=_is_placed_at_first_run),
)

PLACED_IN_PROGRAM = (Mind("device-pin", when=_refused_in_program), Mind("device-malformed", when=_refused_after_python))


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
        return nodes.is_live(finding, walk)
    live = walk.view.live(function.name)
    ops = {name: kind.op for name, kind in zip(function.body.names, function.body.kinds, strict=True)}
    if any(ops[node] == "NoOp" and _noop_is_kept(node, function, live) for node in walk.members):
        return True
    return any(node in live and ops[node] not in ("Identity", "NoOp") for node in walk.members)


def _refused_in_function(finding: Finding, walk: Walk) -> bool:
    return bool(finding.data["native"]) and not nodes.in_main(finding, walk)


# A Session prunes a function before it places it; tf.saved_model.load's functions are placed first.
DEVICES_IN_SESSION_CALL = (
    Mind("device-pin", when=_live_in_other_job),
    Mind("device-malformed", when=_refused_in_function),
)
