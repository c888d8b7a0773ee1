"""What TensorFlow knows of one op: its OpDef without the descriptions, as plain values.

Field for field tensorflow/core/framework/op_def.proto; ``summary``, ``description`` and the full types are left out,
since nothing that validates a node reads them (node_def_util.cc, ValidateNodeDef).
"""

from __future__ import annotations

from inspector.named_tuple import NamedTuple


class ArgDef(NamedTuple):
    """One input or output (op_def.proto, OpDef.ArgDef).

    ``type`` is a DataType number, 0 where the type comes from ``type_attr`` or ``type_list_attr``.
    """

    name: str
    type: int
    type_attr: str
    number_attr: str
    type_list_attr: str
    is_ref: bool


class AttrDef(NamedTuple):
    """One attr (op_def.proto, OpDef.AttrDef).

    ``default`` is a serialized AttrValue, None where the node must give the attr. ``minimum`` is None without
    ``has_minimum``. ``allowed`` holds DataType numbers or strings, None where everything is allowed.
    """

    name: str
    type: str
    default: bytes | None
    minimum: int | None
    allowed: tuple[int, ...] | tuple[bytes, ...] | None


class OpDef(NamedTuple):
    """One op as a release registers it (op_def.proto, OpDef).

    ``deprecation`` is the GraphDef version from which on the op is refused, and what to use instead.
    """

    name: str
    inputs: tuple[ArgDef, ...]
    outputs: tuple[ArgDef, ...]
    control_outputs: tuple[str, ...]
    attrs: tuple[AttrDef, ...]
    is_stateful: bool
    is_commutative: bool
    is_aggregate: bool
    allows_uninitialized_input: bool
    is_distributed_communication: bool
    deprecation: tuple[int, str] | None
