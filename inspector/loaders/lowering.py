"""What the loaders that run a Session mind in functions that become a part of the main graph before it is placed.

A branch or the body of a loop that carries ``_lower_using_switch_merge`` is instantiated and inlined when the graph is
placed, which is the first run: the restore or the init op, so that its faults stop the load. Without a lowering, or
inside of a function, they show when the call comes to it. Sources: core/common_runtime/lower_functional_ops.cc,
lower_while_op.cc, lower_if_op.cc; measured by damaging such functions in some 25 ways.
"""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders import calls, nodes, placement
from inspector.loaders.step import PLACED, Condition, Mind, Walk, minds
from inspector.topology import kernels


def _has_no_inputs_in_reach(finding: Finding, walk: Walk) -> bool:
    """Whatever a function that the import instantiates calls has its shapes inferred before the first run, loops too."""
    if walk.view is None or not nodes.has_no_inputs(finding, walk):
        return False
    reach = walk.view.reach
    return finding.where.function in reach.closure(reach.imported())


def _is_lowered(finding: Finding, walk: Walk) -> bool:
    """Branches and loop bodies become a part of the main graph before it is placed."""
    if walk.view is None or nodes.in_main(finding, walk) or placement.has_kernel_here(finding, walk):
        return False
    return finding.where.function in kernels.lowered_into_main(walk.view)


def _is_in_lowered(finding: Finding, walk: Walk) -> bool:
    return walk.view is not None and finding.where.function in kernels.lowered_into_main(walk.view)


def _missing_is_lowered(finding: Finding, walk: Walk) -> bool:
    """The branch or body of a node that is lowered: C++ then takes its name for that of an op."""
    if walk.view is None or finding.data["op"] not in kernels.LOWERABLE:
        return False
    return nodes.in_main(finding, walk) or finding.where.function in kernels.lowered_into_main(walk.view)


def _missing_body_is_lowered(finding: Finding, walk: Walk) -> bool:
    return _missing_is_lowered(finding, walk) and calls.lacks_body(finding, walk)


def _lowered(condition: Condition) -> Condition:
    """What instantiating a function refuses, in one that becomes a part of the main graph."""
    return lambda finding, walk: _is_in_lowered(finding, walk) and condition(finding, walk)


def _at_first_run(condition: Condition | None) -> Condition:
    """What placing the graph refuses, where nothing has placed it before the call."""
    return lambda finding, walk: PLACED not in walk.given and (condition is None or condition(finding, walk))


def _call_is_lowered(finding: Finding, walk: Walk) -> bool:
    """A While, If or Case whose function takes something else: wiring it into the main graph fails."""
    if walk.view is None or finding.data["mismatch"] == "more outputs":
        return False
    lowered = kernels.lowered_into_main(walk.view)
    return finding.data["function"] in lowered and (nodes.in_main(finding, walk) or finding.where.function in lowered)


def _is_no_const(finding: Finding, walk: Walk) -> bool:
    return not nodes.is_valueless_const(finding, walk)


# Branches and loop bodies that are lowered into the main graph.
_LOWERED = (
    *minds(
        "op-not-registered",
        "input-missing",
        "input-count",
        "dtype-conflict",
        "cycle",
        "duplicate-node",
        "control-input-order",
        "return-dtype",
        when=_is_in_lowered,
    ),
    Mind("attr-missing", when=_lowered(_is_no_const)),
    Mind("attr-type", when=_lowered(calls.kind_is_needed)),
    Mind("attr-value-not-allowed", when=_lowered(nodes.value_is_refused)),
    Mind("output-missing", when=_lowered(nodes.names_nothing)),
    Mind("invalid-node-name", when=_lowered(nodes.name_is_refused)),
    Mind("function-missing", when=_missing_body_is_lowered, how="crash"),
    Mind("function-missing", when=_missing_is_lowered),
    Mind("function-recursive", when=_lowered(calls.recursion_is_run)),
    Mind("return-missing", when=_lowered(nodes.is_data_return)),
    Mind("call-mismatch", when=_call_is_lowered),
    Mind("device-pin", when=_lowered(placement.device_is_refused)),
    Mind("device-malformed", when=_lowered(placement.refused_by_runtime)),
    Mind("no-kernel", when=_is_lowered),
)
PLACED_WITH_MAIN = (Mind("attr-value-not-allowed", when=_has_no_inputs_in_reach, how="crash"), *_LOWERED)
PLACED_WITH_MAIN_AT_FIRST_RUN = tuple(mind._replace(when=_at_first_run(mind.when)) for mind in _LOWERED)
