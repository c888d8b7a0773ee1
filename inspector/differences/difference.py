"""What a difference between two models is: its class, its words. The classes, worst first."""

from __future__ import annotations

from inspector.named_tuple import NamedTuple

# Classes of change, from worst to harmless. LOAD: the new model no longer loads or runs where the old one did. CALLERS:
# a call that was right is refused, or its answer is of another type. NUMBERS: another computation. WEIGHTS: other values.
# COMPATIBLE: more is accepted or promised than before. METADATA: nothing that a load or a call would notice.
LOAD, CALLERS, NUMBERS, WEIGHTS, COMPATIBLE, METADATA = (
    "load",
    "callers",
    "numbers",
    "weights",
    "compatible",
    "metadata",
)
CLASSES = (LOAD, CALLERS, NUMBERS, WEIGHTS, COMPATIBLE, METADATA)
SAME = "same"  # the class of two models without any change

MAJOR, MINOR, PATCH, NO_BUMP = "major", "minor", "patch", "none"
BUMPS = {
    LOAD: MAJOR, CALLERS: MAJOR, NUMBERS: MINOR, COMPATIBLE: MINOR, WEIGHTS: PATCH, METADATA: PATCH, SAME: NO_BUMP,
}  # fmt: skip


class Difference(NamedTuple):
    """One kind of change. ``message`` is a template over a change's data.

    ``what`` says when it is reported, ``why`` who notices, ``advice`` what to do about it.
    """

    code: str
    name: str
    level: str
    summary: str
    what: str
    why: str
    advice: str
    message: str
    since: str = "0.1"


def worst(levels: set[str]) -> str:
    """The worst class among some; SAME for none."""
    return next((level for level in CLASSES if level in levels), SAME)
