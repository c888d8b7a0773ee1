from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from inspector.catalogue import Release, release, releases
from inspector.model import dtypes
from inspector.model.graph import Form, Graph
from inspector.rules.rule import ADVICE_WARNING, Example, Found, KindRule, node_at
from inspector.topology import attr_faults, kernels
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.kernels import Unserved
from inspector.topology.ops import OpSet

_Wrong = dict[Form, dict[str, Any]]
_SHOWN = 8
_UNCOMPILED = "export the model without jit_compile=True, or keep the op out of the function that has it"
_INTERNAL = ("XLA_CPU", "XLA_CPU_JIT", "XLA_GPU", "XLA_GPU_JIT", "TPU_SYSTEM")


class NoKernel(KindRule):
    """Node's op has no kernel on the target's device.

    What it checks: for every node, in the main graph and in all functions, whether a kernel of the target's TensorFlow
    release takes the op with the node's attrs (T: float16, data_format: "NCHW" ...) on the target's device; on a GPU
    target, on the GPU or the CPU. Functions that XLA compiles, and those that are for another device only (the CuDNN
    half of a Keras LSTM), are left out.

    Why it matters: an op is registered apart from what computes it, so the model loads. The call stops with "No OpKernel
    was registered to support Op 'BoostedTreesBucketize' used by {{node ...}} with these attrs: [...]". A main graph is
    placed as a whole: TensorFlow Serving and tf.compat.v1.saved_model.load stop at load, used or not.

    How to fix: load the model where the kernel is (a GPU, an older TensorFlow); cast to a dtype that the op's kernels
    take (float16 and bfloat16 have the fewest); or export the model without the op.
    """

    code = "OP007"
    name = "no-kernel"
    otherwise = ADVICE_WARNING
    message = "op `{op}` {lack} in TensorFlow {tensorflow} on {device}"
    fix = "{cure}"
    good = (
        Example("x = Placeholder() {dtype: float32}\ny = Relu(x) {T: float32}"),
        Example("x = Placeholder() {dtype: float32}\ny = NoOp(^x)\nz = IdentityN(x) {T: [float32]}"),
        Example("x = Placeholder() {dtype: float16}\ny = MatMul(x, x) {T: float16}"),
        Example("x = Placeholder() {dtype: float32}\ny = AccumulateNV2(x, x) {T: float32, N: 2, shape: [2]}"),
    )
    bad = (
        Example(
            "x = Placeholder() {dtype: float32}\n"
            'y = NcclAllReduce(x) {T: float32, reduction: "sum", num_devices: 1, shared_name: "s"}',
            expect=("y",),
        ),
        Example("x = Placeholder() {dtype: uint16}\ny = MatMul(x, x) {T: uint16}", expect=("y",)),
        Example(
            'x = Placeholder() {dtype: float32}\ny = SpaceToDepth(x) {T: float32, block_size: 2, data_format: "NCHW"}',
            expect=("y",),
        ),
        Example(
            "function f (a: float16) -> (r: float16 = y:output:0)\n  y = Cholesky(a) {T: float16}",
            expect=("y",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        device = it.target.device
        build = kernels.build_of(it.release.version, device)
        if build is None:
            return
        for view in it.meta_views:
            on_device = _wrong(view, it, build, device)
            compiled = kernels.compiled(view) if build.lists_xla_kernels or on_device else frozenset()
            by_itself = kernels.compiled_by_itself(view) if build.lists_xla_kernels else frozenset()
            by_xla = _wrong(view, it, build, kernels.XLA) if compiled | by_itself and build.lists_xla_kernels else {}
            if on_device or by_xla:
                idle = kernels.passed_over(view, device)
                for graph in view.meta.graphs():
                    if graph.function not in idle:
                        eager = graph.function in by_itself
                        wrong = by_xla if eager or graph.function in compiled else on_device
                        for found in _found(view, graph, wrong, build, device):
                            yield found._replace(data={**found.data, "eager": True}) if eager else found


def _found(view: MetaView, graph: Graph, wrong: _Wrong, build: Release, device: str) -> Iterator[Found]:
    for name, kind in zip(graph.names, graph.kinds, strict=True):
        data = wrong.get(kind.form)
        if data is None:
            continue
        label = kernels.label_of(kind)
        if not label or kernels.unserved(kind.form, view.ops, build, device, label) is not None:
            yield Found(node_at(view, graph.function, name), name, data)


def _wrong(view: MetaView, it: Inspection, build: Release, device: str) -> _Wrong:
    found = {}
    for form in it.model.kinds.forms:
        fault = kernels.unserved(form, view.ops, build, device)
        if fault is not None and _is_sound(form, view.ops):
            found[form] = _data(form, fault, it, device)
    return found


def _is_sound(form: Form, ops: OpSet) -> bool:
    """Whether the attrs are as the op wants them: where they are not, other rules tell."""
    op_def = ops.release.op(form.op)
    return op_def is not None and not (
        attr_faults.missing(op_def, form)
        or any(attr_faults.wrong_kinds(op_def, form))
        or any(attr_faults.not_allowed(op_def, form))
    )


def _data(form: Form, fault: Unserved, it: Inspection, device: str) -> dict[str, Any]:
    op_def = it.release.op(form.op)
    types = {attr.name for attr in op_def.attrs if "type" in attr.type} if op_def is not None else set()
    shown = [d for d in fault.devices if d not in _INTERNAL]
    return {
        "op": form.op,
        "why": fault.why,
        "devices": fault.devices,
        "attrs": tuple(name for name, _, _ in fault.attrs),
        "lack": _lack(fault, shown, types),
        "cure": _cure(form.op, fault, shown, types, it) if device != kernels.XLA else _UNCOMPILED,
        "tensorflow": it.release.version,
        "device": "XLA (jit_compile)" if device == kernels.XLA else it.target.device,
    }


def _lack(fault: Unserved, shown: list[str], types: set[str]) -> str:
    if fault.why == kernels.OTHER_ATTRS:
        taken = [
            f"{name} {_value(name, value, types)} (there are {_some(name, allowed, types)})"
            for name, value, allowed in fault.attrs
        ]
        return f"has no kernel for {' and '.join(taken) or 'these attrs'}"
    if fault.why == kernels.PYTHON_ONLY:
        return "has a kernel only where TensorFlow's Python is loaded, not in TensorFlow Serving,"
    if fault.why == kernels.OTHER_DEVICE and shown:
        return f"has kernels only for {', '.join(shown)}, none"
    return "is registered without a kernel"


def _cure(op: str, fault: Unserved, shown: list[str], types: set[str], it: Inspection) -> str:
    if fault.why == kernels.OTHER_ATTRS:
        for name, value, allowed in fault.attrs[:1]:
            if name in types:
                some = _some(name, allowed, types)
                return f"cast to one of {some} before `{op}` and back after it, and export the model again"
            return (
                f"export the model with `{name}` {_some(name, allowed, types)} in place of {_value(name, value, types)}"
            )
    if fault.why == kernels.PYTHON_ONLY:
        return f"load the model with Python, or export it again without `{op}`"
    older = _last_with_kernel(op, it)
    if older:
        return f"load the model with TensorFlow {older} or older, which has a kernel, or export it without `{op}`"
    if "tpu" in op.lower():
        return "export the model for serving outside of the TPU strategy's scope"
    place = "a GPU" if shown or "cudnn" in op.lower() or "nccl" in op.lower() else "the device it was made for"
    return f"load the model on {place}, or export it again without `{op}`"


def _last_with_kernel(op: str, it: Inspection) -> str:
    """The newest release before the target's that has a kernel of the op for the target's first device."""
    order = releases()
    before = order[: order.index(it.release.version)] if it.release.version in order else ()
    places = ("CPU", "DEFAULT", *(["GPU"] if it.target.device == "gpu" else []))
    for version in reversed(before):
        build = release(version)
        if any(kernel.device in places and not kernel.label for kernel in build.kernels(op)):
            return version
    return ""


def _value(name: str, value: object, types: set[str]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(_value(name, one, types) for one in value)}]"
    if isinstance(value, bytes):
        return f'"{value.decode("utf-8", "backslashreplace")}"'
    return dtypes.name(value) if name in types and isinstance(value, int) else str(value)


def _some(name: str, allowed: Iterable[int | bytes], types: set[str]) -> str:
    words = [_value(name, one, types) for one in allowed]
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more
