from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.model import dtypes
from inspector.model.graph import Form
from inspector.rules.rule import ADVICE_WARNING, Example, Found, KindRule, node_at
from inspector.topology import kernels
from inspector.topology.inspection import Inspection
from inspector.topology.ops import OpSet, attr_value

# With oneDNN these take channels first for _ONEDNN's dtypes. Measured with 2.21, oneDNN on and off; MaxPool and AvgPool
# with 2.15 too, oneDNN on.
_ONEDNN_OPS = (
    "AvgPool", "AvgPool3D", "Conv2D", "Conv2DBackpropInput", "Conv3D", "DepthwiseConv2dNative", "MaxPool", "MaxPool3D",
)  # fmt: skip
_NEVER = ("MaxPoolV2",)
_CHANNELS_FIRST = (b"NCHW", b"NCDHW")
_FLOAT, _BFLOAT16 = 1, 14
_ONEDNN = (_FLOAT, _BFLOAT16)


class LayoutNotOnCpu(KindRule):
    """Convolution or pooling with the channels first (NCHW), which CPUs compute only with oneDNN.

    What it checks: data_format NCHW or NCDHW of convolutions and poolings, in the main graph and in all functions, when
    the target is a CPU. FusedBatchNorm and BiasAdd take both layouts.

    Why it matters: such kernels exist for GPUs. On CPUs oneDNN computes float32 and bfloat16 (on by default in x86
    wheels from TensorFlow 2.9 on); with TF_ENABLE_ONEDNN_OPTS=0, on other builds and for float64 and float16 the call
    stops with "The Conv2D op currently only supports the NHWC tensor format on the CPU. The op was given the format:
    NCHW" or "Default MaxPoolingOp only supports NHWC on device type CPU". (CPUs with AVX512-FP16 may run float16.)

    How to fix: export the model with channels last (``data_format="channels_last"``, "NHWC"), or serve it on a GPU.
    """

    code = "OP008"
    name = "layout-not-on-cpu"
    otherwise = ADVICE_WARNING
    needs = ("channels first",)
    message = "op `{op}` of {dtype} has its channels first ({layout}): {meaning}"
    fix = "export the model with channels last (data_format NHWC or NDHWC), or load it on a GPU"
    good = (
        Example(
            "x = Placeholder() {dtype: float32}\n"
            "y = MaxPool(x) {T: float32, ksize: list [1, 2, 2, 1], strides: list [1, 2, 2, 1], "
            'padding: "SAME", data_format: "NHWC"}'
        ),
        Example('x = Placeholder() {dtype: float32}\ny = BiasAdd(x, x) {T: float32, data_format: "NCHW"}'),
    )
    bad = (
        Example(
            "x = Placeholder() {dtype: float32}\n"
            "y = MaxPool(x) {T: float32, ksize: list [1, 1, 2, 2], strides: list [1, 1, 2, 2], "
            'padding: "SAME", data_format: "NCHW"}',
            expect=("y",),
        ),
        Example(
            "function f (a: float64) -> (r: float64 = y:output:0)\n"
            '  y = Conv2D(a, a) {T: float64, strides: list [1, 1, 1, 1], padding: "SAME", data_format: "NCHW"}',
            expect=("y",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        if it.target.device != "cpu":
            return
        for view in it.meta_views:
            wrong = {form: data for form in it.model.kinds.forms if (data := _data(form, view.ops, it.target.onednn))}
            if not wrong:
                continue
            elsewhere = kernels.compiled(view) | kernels.passed_over(view, "cpu")
            for graph in view.meta.graphs():
                if graph.function in elsewhere:
                    continue
                for name, kind in zip(graph.names, graph.kinds, strict=True):
                    if kind.form in wrong:
                        yield Found(node_at(view, graph.function, name), name, wrong[kind.form])


def _data(form: Form, ops: OpSet, onednn: bool) -> dict[str, Any] | None:
    if form.op not in _ONEDNN_OPS and form.op not in _NEVER:
        return None
    op_def = ops.release.op(form.op)
    if op_def is None:
        return None
    layout, dtype = (attr_value(name, op_def, form.attrs) for name in ("data_format", "T"))
    if layout is None or dtype is None or layout.s not in _CHANNELS_FIRST or not dtype.type:
        return None
    build = kernels.build_of(ops.release.version, "cpu")
    if build is None or kernels.unserved(form, ops, build, "cpu") is not None:
        return None
    number = dtype.type
    by_onednn = form.op in _ONEDNN_OPS and number in _ONEDNN
    fails = not by_onednn or not onednn
    if not by_onednn:
        meaning = "no CPU computes that"
    elif fails:
        meaning = "a CPU computes that only with oneDNN, which is off in this target"
    else:
        meaning = "a CPU computes that only where oneDNN is on"
    return {
        "op": form.op, "layout": layout.s.decode("ascii"), "dtype": dtypes.name(number), "fails": fails,
        "meaning": meaning,
    }  # fmt: skip
