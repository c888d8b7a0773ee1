"""What a node does, by itself: its op and the attrs that mean something, defaults left out."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from functools import lru_cache
from typing import Any

from inspector.canonical.ledger import brief
from inspector.canonical.tensors import shape_key, tensor_key
from inspector.catalogue import release, releases
from inspector.model.kinds import ATTR_KINDS, Attr, Kind
from inspector.wire.schema import message

# Attrs that say what follows from the rest, how a machine was configured, or names that were generated.
UNSAID = frozenset((
    "_output_shapes", "_input_shapes", "_user_specified_name", "_construction_context", "_read_only_resource_inputs",
    "_collective_manager_ids", "_has_manual_control_dependencies", "_class", "_num_original_outputs", "_handle_data",
    "_disable_call_shape_inference", "_forward_input_shapes", "_original_func_name", "_stateful_parallelism",
    "_gradient_op_type", "_forward_func_name", "_backward_func_name", "forward_function_name",
    "backward_function_name", "api_implements", "api_preferred_device", "config", "config_proto", "executor_type",
    "shared_name", "container", "debug_name", "_xla_compile_id", "_xla_inferred_shapes",
))  # fmt: skip

SEEDS = ("seed", "seed2")

Said = tuple[tuple[str, Hashable], ...]
Refer = Callable[[str], Hashable]  # the name of a function → what stands for it


def said(kind: Kind, refer: Refer) -> Said:
    """The attrs of a kind that mean something, sorted by name; functions in them by what ``refer`` says.

    Of the seeds of a random op only whether there are any: other seeds are other random numbers, not another computation,
    and TensorFlow takes them from a counter of the graph.
    """
    defaults = _defaults(kind.op)
    random = draws(kind.op)
    found = []
    for name, attr in kind.attrs.items():
        if name in UNSAID or defaults.get(name) == attr.value or (random and name in SEEDS):
            continue
        value = attr_key(attr, refer)
        if name not in defaults or attr_key(Attr(name, defaults[name]), refer) != value:
            found.append((name, value))
    if random and any(seeds(kind)):
        found.append((SEEDS[0], "fixed"))
    return tuple(sorted(found))


def draws(op: str) -> bool:
    """Whether an op draws random numbers with two seeds of its own."""
    defaults = _defaults(op)
    return SEEDS[0] in defaults and SEEDS[1] in defaults


def seeds(kind: Kind) -> tuple[int, int]:
    """The two seeds of a random op; zeros where it takes others in each run."""
    one, other = (kind.attrs[name].proto.i if name in kind.attrs else 0 for name in SEEDS)
    return one, other


@lru_cache(maxsize=4096)
def _defaults(op: str) -> dict[str, bytes]:
    """The defaults of an op's attrs, in the newest release: a default never changes."""
    known = release(releases()[-1]).op(op)
    return {} if known is None else {attr.name: attr.default for attr in known.attrs if attr.default is not None}


def attr_key(attr: Attr, refer: Refer) -> Hashable:
    """An AttrValue, equal for equal values. Scalars stay as they are stored, with their tag."""
    tag = ATTR_KINDS.get(attr.value[0]) if attr.value else None
    if tag == "tensor":
        return ("tensor", *tensor_key(attr.proto.tensor))
    if tag == "func":
        return ("func", _function(attr.proto.func, refer))
    if tag == "shape":
        return ("shape", shape_key(attr.proto.shape))
    if tag == "list":
        return ("list", *_list(attr.proto.list, refer))
    return brief(attr.value)


def _list(proto: Any, refer: Refer) -> list[Hashable]:
    found: list[Hashable] = []
    for field in ("s", "i", "f", "b", "type"):
        values = tuple(getattr(proto, field))
        if values:
            found.append((field, values))
    found += [shape_key(shape) for shape in proto.shape]
    found += [tensor_key(tensor) for tensor in proto.tensor]
    found += [_function(function, refer) for function in proto.func]
    return found


def _function(proto: Any, refer: Refer) -> Hashable:
    attrs = []
    for name in sorted(proto.attr):
        value = proto.attr[name].SerializeToString(deterministic=True)
        if name not in UNSAID:
            attrs.append((name, attr_key(Attr(name, value), refer)))
    return refer(proto.name), tuple(attrs)


def attr_of(raw: bytes) -> Any:
    """The AttrValue message."""
    return message("AttrValue").FromString(raw)
