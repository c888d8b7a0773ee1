"""The interface of a MetaGraph as plain values: what clients see of signatures and of restored functions."""

from __future__ import annotations

from collections.abc import Hashable

from inspector.canonical.form import Canonical
from inspector.canonical.intent import read_value
from inspector.canonical.objects import Restored
from inspector.canonical.specs import RAGGED, SPARSE, Composite, Other, Tensor, composite_of
from inspector.canonical.tensors import tensor_key
from inspector.model import dtypes
from inspector.model.dtypes import Shape
from inspector.model.saved_model import MetaGraph, Signature, TensorInfo
from inspector.named_tuple import NamedTuple


class End(NamedTuple):
    """One input or output of a signature. ``encoding`` is "" for a plain tensor, "sparse", "ragged" (with its ragged rank
    where that is not the usual one) or the name of another type."""

    dtype: str
    shape: Shape
    encoding: str = ""
    optional: bool = False

    @property
    def described(self) -> str:
        """``float32[?,3]``, ``sparse float32[?,3]``"""
        return f"{self.encoding} {self.dtype}{dtypes.shape_text(self.shape)}".strip()


class Call(NamedTuple):
    """A signature as a client sees it."""

    inputs: dict[str, End]
    outputs: dict[str, End]
    method: str


def call_of(meta: MetaGraph, signature: Signature) -> Call:
    """The interface of one signature; an input with a default is optional."""
    defaults = meta.proto.signature_def[signature.key].defaults
    inputs = {name: _end(meta, signature.key, "inputs", name, info)._replace(optional=name in defaults)
              for name, info in sorted(signature.inputs.items())}  # fmt: skip
    outputs = {
        name: _end(meta, signature.key, "outputs", name, info) for name, info in sorted(signature.outputs.items())
    }
    return Call(inputs, outputs, signature.method_name)


def _end(meta: MetaGraph, key: str, side: str, name: str, info: TensorInfo) -> End:
    if not info.components:
        return End(dtypes.name(info.dtype), info.shape)
    proto = getattr(meta.proto.signature_def[key], side)[name]
    if proto.WhichOneof("encoding") == "coo_sparse":
        return End(dtypes.name(info.dtype), info.shape, SPARSE)
    spec = proto.composite_tensor.type_spec
    found = composite_of(spec)
    if found is None:
        return End(dtypes.name(info.dtype), info.shape, spec.type_spec_class_name or "composite")
    return End(dtypes.name(found.dtype), found.shape, str(found).rpartition(" ")[0])


def spec_of(end: End) -> Tensor | Composite | Other:
    """What an input takes."""
    if not end.encoding or end.dtype not in dtypes.NUMBERS:
        return Tensor(dtypes.NUMBERS.get(end.dtype, 0), end.shape)
    if not end.encoding.startswith((SPARSE, RAGGED)):
        return Other(end.described)
    found = read_value(end.described)
    assert isinstance(found, Composite)
    return found


def defaults_of(meta: MetaGraph, key: str) -> dict[str, tuple[object, ...]]:
    """Input → its default value, for those that have one."""
    defaults = meta.proto.signature_def[key].defaults
    return {name: tensor_key(defaults[name]) for name in sorted(defaults)}


def interface(canonical: Canonical) -> Hashable:
    """All of it, to be hashed."""
    meta = canonical.meta
    signatures = []
    for key, signature in sorted(canonical.signatures.items()):
        call = call_of(meta, signature)
        signatures.append(
            (key, call.method, *call.inputs.items(), "->", *call.outputs.items(), repr(defaults_of(meta, key)))
        )
    functions = tuple([described(one) for _, one in sorted(canonical.functions().items())])
    return tuple(signatures), functions


def described(function: Restored) -> tuple[object, ...]:
    """A restored function as a caller sees it."""
    traces = tuple(sorted((str(trace.takes), trace.returns) for trace in function.traces))
    return function.path, str(function.parameters), traces
