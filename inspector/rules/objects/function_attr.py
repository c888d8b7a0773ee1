from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.rules.wording import some_of
from inspector.topology.inspection import Inspection

# Of all releases from 2.12 on: tensorflow/python/eager/polymorphic_function/attributes.py MONOMORPHIC_FUNCTION_ALLOWLIST.
_ALLOWED = frozenset(
    (
        "api_implements", "api_preferred_device", "backward_function_name", "_disable_acd",
        "_disable_call_shape_inference", "disable_summaries_at_runtime", "_construction_context",
        "forward_function_name", "go_backwards", "_implements", "_input_shapes", "experimental_ints_on_device",
        "_noinline", "_original_func_name", "_OutputsOnOpDevice", "tf_quant.composite_function",
        "tf_quant.quantized_ops", "function_runs_at_most_once", "runtime_constant_optimization", "shared_rendezvous",
        "_tf_data_function", "_tftrt_allow_build_at_runtime", "_tftrt_convert_function", "_tftrt_is_dyn_op",
        "_tftrt_trt_logger_name", "_tftrt_max_batch_size", "_tftrt_max_cached_engines",
        "_tftrt_max_workspace_size_bytes", "_tftrt_minimum_segment_size", "_tftrt_precision_mode",
        "_tftrt_profile_strategy", "_tftrt_use_calibration", "_tftrt_use_implicit_batch", "time_major",
        "_XlaMustCompile", "_XlaCompile", "_XlaScope", "_XlaSeparateCompiledGradients",
    )
)  # fmt: skip
_FUNCTION = "function f (x: float32) -> (y: float32 = y:activations:0){attrs}\n  y = Relu(x) {{T: float32}}"


class FunctionAttr(Rule):
    """A function has an attr that tf.saved_model.load does not let pass.

    What it checks: the attrs of every function of the library, called or not, against the list in TensorFlow's
    attributes.py.

    Why it matters: tf.saved_model.load, for V1 models too, stops with "Allowlist does not support `x` as an attribute." All
    other loaders ignore such an attr. It comes from tools that mark functions (quantizers, converters, other builds of
    TensorFlow), and a function that nobody calls suffices.

    How to fix: load with the build of TensorFlow that wrote it, or take the attr out of the FunctionDef.
    """

    code = "OB008"
    name = "function-attr"
    otherwise = ADVICE_NOTE
    message = "the attr `{attr}` of {functions} is not on the list of those that tf.saved_model.load lets pass"
    fix = (
        "for function in saved_model.meta_graphs[0].graph_def.library.function: "
        'function.attr.pop("{attr}", None)  # and write saved_model.pb again'
    )
    good = (
        Example(_FUNCTION.format(attrs="")),
        Example(_FUNCTION.format(attrs=' {_noinline: true, _tftrt_precision_mode: "FP16"}')),
    )
    bad = (Example(_FUNCTION.format(attrs=" {my_attr: true}"), expect=("f",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            holders: dict[str, list[str]] = {}
            for function in view.meta.library.functions:
                for attr in function.proto.attr:
                    if attr not in _ALLOWED:
                        holders.setdefault(attr, []).append(function.name)
            for attr, names in sorted(holders.items()):
                data = {"attr": attr, "functions": some_of(names)}
                where = Location("", view.meta.index, field=f"graph_def.library.function.attr[{attr}]")
                yield from (Found(where, name, data) for name in names)
