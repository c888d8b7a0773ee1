"""What TensorFlow knows of one kernel: its KernelDef as plain values, and whether a node's attrs suit it.

Field for field tensorflow/core/framework/kernel_def.proto.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inspector.named_tuple import NamedTuple

# KernelRegistration looks under this device when no kernel of the node's own device suits (op_kernel.cc).
DEFAULT_DEVICE = "DEFAULT"
# Kernels that only XLA's compiler calls; held for the builds where Release.lists_xla_kernels.
XLA_DEVICE = "XLA_CPU_JIT"

Allowed = tuple[int, ...] | tuple[bytes, ...]
AttrValue = int | bytes | tuple[int, ...]


class KernelDef(NamedTuple):
    """One kernel as a build registers it (kernel_def.proto, KernelDef).

    ``constraints`` are pairs of an attr and what it may be: DataType numbers for an attr of type ``type`` or
    ``list(type)``, else numbers (``int``, ``bool``) or strings. ``host_memory`` names the arguments that live in the
    host's memory. A kernel with a ``label`` serves only nodes with the same ``_kernel`` attr.
    """

    op: str
    device: str
    constraints: tuple[tuple[str, Allowed], ...]
    host_memory: tuple[str, ...]
    label: str
    priority: int


def matches(kernel: KernelDef, attrs_of_node: Mapping[str, AttrValue], label: str = "") -> bool:
    """Whether a kernel serves a node with these attrs (defaults included) and this ``_kernel`` attr: under 1 microsecond.

    As KernelAttrsMatch of tensorflow/core/framework/kernel_def_util.cc: every constraint must hold, and a list holds if
    each of its elements does, so an empty list always holds. Where TensorFlow stops with an error of its own (a
    constrained attr that the node lacks, DT_INVALID where a type is meant) the answer is False. The label is part of the
    key under which kernels are registered (op_kernel.cc, Key and GetKernelLabelAttr).
    """
    if kernel.label != label:
        return False
    for attr, allowed in kernel.constraints:
        value = attrs_of_node.get(attr)
        if value is None:
            return False
        if isinstance(value, tuple):
            if not all(element in allowed for element in value):
                return False
        elif value not in allowed:
            return False
    return True


def serving(
    kernels: Iterable[KernelDef], device: str, attrs_of_node: Mapping[str, AttrValue], label: str = ""
) -> tuple[KernelDef, ...]:
    """The kernels that TensorFlow would choose from for a node on a device: none, one, or an error for several.

    As FindKernelRegistration of tensorflow/core/framework/op_kernel.cc: the highest priority of those that match on the
    device; where none does, the same under DEFAULT. Several of the same priority stop TensorFlow with "Multiple OpKernel
    registrations match NodeDef".
    """
    suitable = [kernel for kernel in kernels if matches(kernel, attrs_of_node, label)]
    for place in (device, DEFAULT_DEVICE):
        found = [kernel for kernel in suitable if kernel.device == place]
        if found:
            highest = max(kernel.priority for kernel in found)
            return tuple(kernel for kernel in found if kernel.priority == highest)
    return ()
