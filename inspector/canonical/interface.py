"""The interface of a MetaGraph as plain values: what clients see of signatures and of restored functions."""

from __future__ import annotations

from collections.abc import Hashable

from inspector.canonical.form import Canonical
from inspector.canonical.objects import Restored
from inspector.canonical.specs import Signature as CallSignature
from inspector.canonical.specs import spelled
from inspector.canonical.tensors import tensor_key
from inspector.model import dtypes
from inspector.model.dtypes import Shape
from inspector.model.saved_model import MetaGraph, Signature, TensorInfo
from inspector.named_tuple import NamedTuple


class End(NamedTuple):
    """One input or output of a signature. ``encoding`` is "" for a plain tensor, else "sparse" or "composite"."""

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
    encoding = ""
    if info.components:
        kind = getattr(meta.proto.signature_def[key], side)[name].WhichOneof("encoding")
        encoding = "sparse" if kind == "coo_sparse" else "composite"
    return End(dtypes.name(info.dtype), info.shape, encoding)


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
    traces = tuple(sorted((takes(trace.takes), trace.returns) for trace in function.traces))
    return function.path, function.arguments, function.defaults, traces


def takes(signature: CallSignature) -> str:
    """What one concrete function takes: ``(float32[?,4], training=False)``"""
    args, kwargs = signature
    parts = [spelled(value) for value in args] + [f"{name}={spelled(value)}" for name, value in kwargs]
    return f"({', '.join(parts)})"
