"""The compact form of the kernels of one op inside a block of the catalogue: text, cut like the OpDefs' (encoding.py).

A block holds ops, an op holds groups of kernels that the same builds register, a group begins with the number of its
set of builds and holds families of kernels that differ only in the values which their constraints allow; so a kernel
costs a few characters more than its DataTypes. The shapes of families (device, attrs, host memory, label, priority) are
numbered over all ops. A kernel that a build registers twice is in two of its groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from inspector.catalogue.encoding import FIELD, ITEM, PART, STRING, escape, unescape
from inspector.catalogue.kerneldef import Allowed, KernelDef

# How the values of a constraint are written: DataTypes and other small numbers as characters, others in decimal, strings.
SMALL, NUMBERS, STRINGS = "t", "n", "s"
SMALL_END = 0xF5
SHAPE, NAME = "\t", ","

Constraint = tuple[str, Allowed]

_constraints: dict[tuple[str, str], Constraint] = {}


class Shape:
    """What the kernels of one family have in common; decoded once for all ops."""

    __slots__ = ("attrs", "device", "host_memory", "label", "priority")

    def __init__(self, line: str) -> None:
        parts = line.split(SHAPE)
        self.device, attrs, host_memory, self.label, priority = parts + [""] * (5 - len(parts))
        self.attrs = attrs.split(NAME) if attrs else []
        self.host_memory = tuple(host_memory.split(NAME)) if host_memory else ()
        self.priority = int(priority or 0)


class Shapes(dict[str, Shape]):
    """The shapes by their numbers, each decoded when first asked for."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__()
        self._lines = lines

    def __missing__(self, number: str) -> Shape:
        shape = self[number] = Shape(self._lines[int(number)])
        return shape


def decode_group(op: str, families: Sequence[str], shapes: Shapes) -> tuple[KernelDef, ...]:
    """The kernels of one group: about 1.5 microseconds each. Equal constraints are the same objects for all ops."""
    kernels = []
    for family in families:
        number, *members = family.split(ITEM)
        shape = shapes[number]
        attrs = shape.attrs
        for member in members:
            constraints = tuple(
                [
                    _constraints.get((attr, values)) or _constraint(attr, values)
                    for attr, values in zip(attrs, member.split(PART), strict=False)
                ]
            )
            kernels.append(KernelDef(op, shape.device, constraints, shape.host_memory, shape.label, shape.priority))
    return tuple(kernels)


def shape_line(kernel: KernelDef) -> str:
    """The shape of a kernel, as :class:`Shape` reads it. An attr is its kind of values and its name."""
    attrs = NAME.join(_kind(allowed) + attr for attr, allowed in kernel.constraints)
    parts = (kernel.device, attrs, NAME.join(kernel.host_memory), kernel.label, str(kernel.priority or ""))
    return SHAPE.join(parts).rstrip(SHAPE)


def encode_group(kernels: Iterable[KernelDef], numbers: dict[str, int]) -> str:
    """One group as :func:`decode_group` reads it, without the number of its builds."""
    families: dict[int, list[str]] = {}
    for kernel in kernels:
        values = PART.join(_encode_values(allowed) for _, allowed in kernel.constraints)
        families.setdefault(numbers[shape_line(kernel)], []).append(values)
    return FIELD.join(ITEM.join([str(number), *sorted(families[number])]) for number in sorted(families))


def _constraint(attr: str, values: str) -> Constraint:
    kind, name = attr[0], attr[1:]
    allowed: Allowed
    if kind == SMALL:
        allowed = tuple(values.encode("latin-1"))
    elif kind == NUMBERS:
        allowed = tuple(map(int, values.split(STRING)))
    else:
        allowed = tuple([unescape(value) for value in values.split(STRING)])
    constraint = _constraints[attr, values] = (name, allowed)
    return constraint


def _encode_values(allowed: Allowed) -> str:
    kind = _kind(allowed)
    if kind == SMALL:
        return bytes(value for value in allowed if isinstance(value, int)).decode("latin-1")
    return STRING.join(escape(value) if isinstance(value, bytes) else str(value) for value in allowed)


def _kind(allowed: Allowed) -> str:
    if any(isinstance(value, bytes) for value in allowed):
        return STRINGS
    small = all(isinstance(value, int) and 0 <= value < SMALL_END for value in allowed)
    return SMALL if small else NUMBERS
