"""What every loader takes, and computes wrongly: the only damage is in the numbers, and only evidence of another kind tells."""

from __future__ import annotations

import struct

from tests.differential.damage.checkpoint_data import track, tracked
from tests.differential.damage.constants import const, tensor
from tests.differential.damage.kind import MAIN, NESTED, USED, damage, graph_damage
from tests.differential.places import NoPlace, Place, place
from tests.differential.workbench import Body, Copy

FINGERPRINT = "fingerprint.pb"


@damage(3)
def values_crosswise(copy: Copy) -> Place:
    """The checkpoint's object graph gives two variables each other's values. No fingerprint is there to tell."""
    graph = tracked(copy)
    entries = copy.bundle.entries

    def form(node: object) -> tuple[int, bytes]:
        entry = entries.get(node.attributes[0].checkpoint_key.encode())  # type: ignore[attr-defined]
        return (entry.dtype, entry.shape.SerializeToString()) if entry is not None else (0, b"")

    single = [node for node in graph.nodes if len(node.attributes) == 1 and form(node)[0]]
    pairs = [(one, other) for i, one in enumerate(single) for other in single[:i] if form(one) == form(other)]
    one, other = copy.pick(pairs)
    names = [node.attributes[0].full_name for node in (one, other)]
    kept = type(one)()
    kept.CopyFrom(one)
    one.attributes[0].CopyFrom(other.attributes[0])
    other.attributes[0].CopyFrom(kept.attributes[0])
    track(copy, graph)
    copy.files.pop(FINGERPRINT, None)
    return place(*names)


@graph_damage(MAIN, USED, NESTED, cases=2)
def const_bit_flipped(body: Body) -> Place:
    """The sign of a float32 constant's first number."""
    node = const(body, dtype=1)
    value = tensor(node)
    if value.tensor_content:
        (first,) = struct.unpack_from("<I", value.tensor_content)
        value.tensor_content = struct.pack("<I", first ^ 1 << 31) + value.tensor_content[4:]
    elif value.float_val:
        value.float_val[0] = -value.float_val[0] or 1.0
    else:
        raise NoPlace("no numbers")
    return body.at(node, "value")
