"""What tf.saved_model.load minds about the object graph: conditions on its OB findings, step by step.

Python objects come back in an order: functions of the library, then objects after what they need, then their children,
then savers; values and initializers last. Only the last two run anything (python/saved_model/load.py Loader).
"""

from __future__ import annotations

from inspector.findings import Finding
from inspector.loaders.step import Condition, Walk, has_datum
from inspector.model.objects import ObjectGraph

SIGNATURE_FIELDS = ("canonicalized_input_signature", "output_signature")  # decoded with the library, before any object
SPEC_FIELDS = ("fullargspec", "input_signature")  # decoded with the object that holds them


def of_part(*parts: str) -> Condition:
    """An id of this part of the object graph, which no object has."""
    return has_datum("part", *parts)


def of_library(finding: Finding, walk: Walk) -> bool:
    """Structures of concrete functions, which are decoded as the library is loaded."""
    return finding.data.get("field") in SIGNATURE_FIELDS or finding.data.get("of") == "library"


def signature_is_refused(finding: Finding, walk: Walk) -> bool:
    """Structured arguments that are no pair. 2.15 takes them apart for each function, 2.12 for those that objects name."""
    objects = _graph(walk)
    if not of_library(finding, walk) or objects is None:
        return False
    named = walk.target.minor >= (2, 15)
    return named or any(finding.data["holder"] in objects.functions_of(node) for node in range(len(objects.nodes)))


def arguments_are_refused(finding: Finding, walk: Walk) -> bool:
    """A FunctionSpec that makes no signature, or one that the traced arguments do not fit: these 2.15 looks at, 2.12 does
    not (function_deserialization.py set_preinitialized_function_spec)."""
    return bool(finding.data["of"] == "object" and (finding.data["bound"] or walk.target.minor >= (2, 15)))


def argument_is_called(finding: Finding, walk: Walk) -> bool:
    """An argument of another dtype than its input, of the signature's own function: callers give what it is said to be."""
    return bool(finding.data["of"] == "call" and finding.data["holder"] in walk.first)


def of_object(finding: Finding, walk: Walk) -> bool:
    """Structures of the objects that make tf.functions out of concrete ones."""
    return not of_library(finding, walk)


def _graph(walk: Walk) -> ObjectGraph | None:
    return walk.view.meta.objects if walk.view is not None else None


def misfit_runs_at_load(finding: Finding, walk: Walk) -> bool:
    """Captures that fail when called, of a function that the load itself calls."""
    objects = _graph(walk)
    fails = finding.data["case"] in ("count", "type")
    return fails and objects is not None and finding.data["function"] in objects.run_by_load()


def misfit_is_called(finding: Finding, walk: Walk) -> bool:
    """Captures that fail when called, of the signature's own function: others get theirs from their callers."""
    return finding.data["case"] in ("count", "type", "shape") and _is_called(finding, walk)


def results_are_used_at_load(finding: Finding, walk: Walk) -> bool:
    """The load itself calls the function."""
    objects = _graph(walk)
    return objects is not None and finding.data["function"] in objects.run_by_load()


def results_are_returned(finding: Finding, walk: Walk) -> bool:
    """The signature's own function. Measured from 2.15 on; 2.12 does not count results, but misses what is not there."""
    return (walk.target.minor >= (2, 15) or bool(finding.data["too_few"])) and _is_called(finding, walk)


def _is_called(finding: Finding, walk: Walk) -> bool:
    return finding.data["function"] in walk.first


def is_lost(finding: Finding, walk: Walk) -> bool:
    """The signature cannot be looked up, or is nothing to be called."""
    return walk.signature in finding.data["keys"]


def _captured(walk: Walk) -> tuple[int, ...]:
    objects = _graph(walk)
    return () if objects is None else tuple(one for name in walk.first for one in objects.bound_inputs(name))


def stays_empty(finding: Finding, walk: Walk) -> bool:
    """A table that nothing fills, captured by the signature's function."""
    return finding.data["case"] == "empty" and finding.data["node"] in _captured(walk)
