"""Reads a serialized tensorflow.KernelList, as TF_GetAllRegisteredKernels returns it, into KernelDefs.

Field numbers: tensorflow/core/framework/kernel_def.proto and attr_value.proto. No part of the runtime path.
"""

from __future__ import annotations

from inspector.catalogue.kerneldef import Allowed, KernelDef
from inspector.catalogue.protobytes import fields, grouped, messages, number_of, numbers, signed, text

# The lists of an AttrValue that KernelAttrsMatch reads, by field number: ints, bools, types.
NUMBER_LISTS = (6, 3, 5)


def read_kernel_list(data: bytes, seen: dict[bytes, KernelDef] | None = None) -> list[KernelDef]:
    """The kernels of a serialized KernelList, in its order; ``seen`` remembers equal bytes from one list to the next."""
    known: dict[bytes, KernelDef] = {} if seen is None else seen
    kernels = []
    for number, value in fields(data):
        if number == 1 and isinstance(value, bytes):
            kernel = known.get(value)
            if kernel is None:
                kernel = known[value] = read_kernel(value)
            kernels.append(kernel)
    return kernels


def read_kernel(data: bytes) -> KernelDef:
    """A serialized KernelDef."""
    kernel = grouped(data)
    return KernelDef(
        op=text(kernel, 1),
        device=text(kernel, 2),
        constraints=tuple(map(_read_constraint, messages(kernel, 3))),
        host_memory=tuple(value.decode("utf-8") for value in messages(kernel, 4)),
        label=text(kernel, 5),
        priority=signed(number_of(kernel, 6)),
    )


def _read_constraint(data: bytes) -> tuple[str, Allowed]:
    constraint = grouped(data)
    value = grouped(messages(constraint, 2)[-1])
    listed = grouped(messages(value, 1)[-1])
    strings = messages(listed, 2)
    if strings:
        return text(constraint, 1), tuple(strings)
    found = [tuple(map(signed, numbers(listed, number))) for number in NUMBER_LISTS if number in listed]
    if len(found) != 1:
        raise ValueError(f"the constraint on {text(constraint, 1)} does not say one kind of value")
    return text(constraint, 1), found[0]
