"""What a model needs and weighs: facts to be set side by side."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from inspector.canonical.variables import Stored
from inspector.catalogue import release, releases
from inspector.catalogue.companions import owners
from inspector.model import dtypes
from inspector.model.saved_model import Model
from inspector.named_tuple import NamedTuple

_LARGEST = 1 << 40  # a constant that claims more is not believed


class Environment(NamedTuple):
    """``parameters`` are the numbers in the checkpoint, of a variable that is saved twice once; ``memory`` estimates the
    bytes that variables and constants take when loaded. ``oldest`` maps loader and device to
    the oldest release that will do; empty unless asked for."""

    saved_by: str
    producer: int
    packages: tuple[str, ...]
    disk: int
    parameters: int
    memory: int
    nodes: int
    functions: int
    oldest: dict[str, str]

    def as_dict(self) -> dict[str, Any]:
        return {**self._asdict(), "packages": list(self.packages)}


def environment(model: Model, variables: Mapping[str, Stored], oldest: dict[str, str]) -> Environment:
    """Cost: a stat for each file of the model."""
    metas = model.meta_graphs
    newest = release(releases()[-1])
    functions = {function.name for meta in metas for function in meta.library.functions}
    ops = {form.op for form in model.kinds.forms} - functions
    foreign = sorted({owner.package for op in ops if newest.op(op) is None for owner in owners(op)[:1]})
    return Environment(
        saved_by=next((meta.tensorflow_version for meta in metas if meta.tensorflow_version), ""),
        producer=metas[0].versions.producer if metas else 0,
        packages=tuple(foreign),
        disk=model.bytes_on_disk,
        parameters=model.bundle.parameters if model.bundle is not None else 0,
        memory=sum(one.size for one in variables.values()) + _constants(model),
        nodes=sum(len(graph) for meta in metas for graph in meta.graphs()),
        functions=len(functions),
        oldest=oldest,
    )


def _constants(model: Model) -> int:
    """Bytes of the numeric constants, those that equal nodes share once."""
    total = 0
    for kind in model.kinds.kinds.values():
        if kind.op == "Const" and len(raw := kind.raw("value")) > 8:
            attr = kind.attrs.get("value")
            if attr is not None and attr.kind == "tensor" and len(raw) > 1024:
                tensor = attr.proto.tensor
                count = prod([dim.size for dim in tensor.tensor_shape.dim])
                size = count * dtypes.SIZES.get(tensor.dtype, 0)
                total += size if 0 <= size < _LARGEST else 0
    return total
