"""Features of SavedModels that TensorFlow's own Python loader does not take in every release.

Each was exported by one release and loaded by its neighbours on both sides of the border; ``source`` is what changed
between them. TensorFlow Serving and tf.compat.v1.saved_model.load read none of these parts.
"""

from __future__ import annotations

from inspector.named_tuple import NamedTuple

Minor = tuple[int, int]
OLDEST: Minor = (1, 15)
NEVER: Minor = (99, 0)


class Feature(NamedTuple):
    """``since`` and ``until`` bound the releases that refuse it, the latter not included; ``error`` is what they say.

    ``cure`` ends the sentence "load it with another release, or ...".
    """

    name: str
    since: Minor
    until: Minor
    error: str
    cure: str
    source: str

    def is_refused_by(self, minor: Minor) -> bool:
        return self.since <= minor < self.until

    @property
    def refusing(self) -> str:
        """The releases that refuse it, in words."""
        last = f"{self.until[0]}.{self.until[1] - 1}"
        if self.since == OLDEST:
            return f"before {_text(self.until)}"
        return f"from {_text(self.since)} on" if self.until == NEVER else f"{_text(self.since)} to {last}"

    @property
    def taking(self) -> str:
        """The nearest releases that take it, in words."""
        if self.until == NEVER:
            return f"{self.since[0]}.{self.since[1] - 1} or older"
        return f"{_text(self.until)} or newer"


def _text(minor: Minor) -> str:
    return f"{minor[0]}.{minor[1]}"


_NO_ENCODER = "NotEncodableError: No encoder for object of type StructuredValue"
_NO_TYPE = "ValueError: The type ... is not supported by this version of TensorFlow"
_PLAIN_ARGUMENTS = "export it with functions that take and return plain tensors"
_TYPE_SPECS = "struct.proto TypeSpecProto.TypeSpecClass; python/saved_model/nested_structure_coder.py _TypeSpecCodec"

TENSOR_DEFAULT = Feature(
    "a tensor as default of a tf.function's argument", OLDEST, (2, 13), _NO_ENCODER,
    "export it with a Python number as default", "struct.proto StructuredValue.tensor_value",
)  # fmt: skip
NUMPY_DEFAULT = Feature(
    "a numpy array as default of a tf.function's argument", OLDEST, (2, 14), _NO_ENCODER,
    "export it with a Python number as default", "struct.proto StructuredValue.numpy_value",
)  # fmt: skip
BOUNDED_SPEC = Feature(
    "a BoundedTensorSpec", OLDEST, (2, 3), _NO_ENCODER, _PLAIN_ARGUMENTS,
    "struct.proto StructuredValue.bounded_tensor_spec_value",
)  # fmt: skip
VARIABLE_SPEC = Feature(
    "a tf.function that takes a tf.Variable", OLDEST, (2, 1), _NO_TYPE, _PLAIN_ARGUMENTS, _TYPE_SPECS
)
VARIABLE_SPEC_WITH_ALIAS = Feature(
    "a tf.function that takes a tf.Variable, with an alias_id", (2, 1), (2, 11),
    "TypeError: VariableSpec.__init__() takes from 2 to 4 positional arguments but 5 were given", _PLAIN_ARGUMENTS,
    "python/ops/resource_variable_ops.py VariableSpec._serialize",
)  # fmt: skip
RAGGED_SPEC_WITH_VALUES = Feature(
    "a RaggedTensorSpec with a flat_values_spec", OLDEST, (2, 4),
    "TypeError: __init__() takes from 1 to 5 positional arguments but 6 were given", _PLAIN_ARGUMENTS,
    "python/ops/ragged/ragged_tensor.py RaggedTensorSpec._serialize",
)  # fmt: skip
ITERATOR_SPEC = Feature(
    "a tf.function that takes a tf.data.Iterator", OLDEST, (2, 1),
    "SystemError: <built-in function Flatten> returned a result with an error set", _PLAIN_ARGUMENTS,
    "python/data/ops/iterator_ops.py IteratorSpec",
)  # fmt: skip
NDARRAY_SPEC = Feature("an ndarray of tf.experimental.numpy", OLDEST, (2, 4), _NO_TYPE, _PLAIN_ARGUMENTS, _TYPE_SPECS)
NDARRAY_SPEC_DROPPED = Feature(
    "an ndarray of tf.experimental.numpy as TensorFlow 2.4 wrote it", (2, 5), NEVER, _NO_TYPE, _PLAIN_ARGUMENTS,
    _TYPE_SPECS,
)  # fmt: skip
ROW_PARTITION_SPEC = Feature("a RowPartitionSpec", OLDEST, (2, 3), _NO_TYPE, _PLAIN_ARGUMENTS, _TYPE_SPECS)
REGISTERED_SPEC = Feature("a registered TypeSpec", OLDEST, (2, 6), _NO_TYPE, _PLAIN_ARGUMENTS, _TYPE_SPECS)
EXTENSION_SPEC = Feature("a tf.experimental.ExtensionType", OLDEST, (2, 6), _NO_TYPE, _PLAIN_ARGUMENTS, _TYPE_SPECS)
OLD_STRUCTURED_SPEC = Feature(
    "a StructuredTensor as TensorFlow 2.9 wrote it", (2, 10), NEVER,
    "ValueError: The type 'tf.StructuredTensorSpec' has not been registered", _PLAIN_ARGUMENTS,
    "python/ops/structured/structured_tensor.py, registered as tf.StructuredTensorSpec up to 2.9",
)  # fmt: skip
NEW_STRUCTURED_SPEC = Feature(
    "a StructuredTensor or DynamicRaggedShape as TensorFlow 2.10 writes it", OLDEST, (2, 10),
    "ValueError: The type 'tf.StructuredTensor.Spec' has not been registered", _PLAIN_ARGUMENTS,
    "python/ops/structured/structured_tensor.py; python/ops/ragged/dynamic_ragged_shape.py",
)  # fmt: skip
SAVER_WITHOUT_SIGNATURE = Feature(
    "a table whose save function has no input_signature", (2, 11), (2, 13),
    "TypeError: save_fn(checkpoint_key) expected a Tensor in checkpoint_key, but got str value",
    "export it with TensorFlow 2.12 or older",
    "python/training/saving/saveable_object_util.py recreate_saveable_objects; eager/polymorphic_function",
)  # fmt: skip
REGISTERED_SAVER = Feature(
    "an object with a registered checkpoint saver", (2, 8), (2, 16),
    "LookupError: The checkpoint saver registry does not have name ... registered",
    "import the module that registers the saver before the load",
    "python/saved_model/registration/registration.py get_strict_predicate_restore",
)  # fmt: skip
CAPTURED_TENSOR = Feature(
    "a function that captures a tensor of another one", OLDEST, (2, 6), "ValueError: Unknown SavedObject type: None",
    _PLAIN_ARGUMENTS, "saved_object_graph.proto CapturedTensor; python/saved_model/load.py Loader._recreate",
)  # fmt: skip
FUNCTION_AS_ROOT = Feature(
    "a concrete function as the saved object itself", OLDEST, (2, 8),
    "AttributeError: '_WrapperFunction' object has no attribute '_restore_from_checkpoint_position'",
    "export a tf.Module that holds the function", "python/eager/function.py ConcreteFunction, a Trackable",
)  # fmt: skip
COMPOSITE_INPUT = Feature(
    "a sparse or ragged input of a signature", OLDEST, (2, 1),
    "KeyError: The name '' refers to an Operation not in the graph", "call it with tf.compat.v1.saved_model.load",
    "python/saved_model/load_v1_in_v2.py _EagerSavedModelLoader._extract_signatures",
)  # fmt: skip

# DataTypes that not every judged release has (core/framework/types.proto), by number: older ones refuse them.
DTYPES_SINCE: dict[int, Minor] = {
    24: (2, 12), 25: (2, 12), 26: (2, 20), 27: (2, 20), 28: (2, 20), 29: (2, 15), 30: (2, 15), 31: (2, 20), 32: (2, 20),
    33: (2, 21),
}  # fmt: skip

# The attrs of functions that python/eager/polymorphic_function/attributes.py MONOMORPHIC_FUNCTION_ALLOWLIST
# has as of 2.12.
FUNCTION_ATTRS = frozenset(
    (
        "api_implements", "api_preferred_device", "backward_function_name", "_disable_call_shape_inference",
        "_construction_context", "forward_function_name", "go_backwards", "_implements", "_input_shapes",
        "experimental_ints_on_device", "_noinline", "_original_func_name", "_OutputsOnOpDevice",
        "tf_quant.composite_function", "tf_quant.quantized_ops", "shared_rendezvous", "_tf_data_function",
        "_tftrt_allow_build_at_runtime", "_tftrt_convert_function", "_tftrt_is_dyn_op", "_tftrt_trt_logger_name",
        "_tftrt_max_batch_size", "_tftrt_max_cached_engines", "_tftrt_max_workspace_size_bytes",
        "_tftrt_minimum_segment_size", "_tftrt_precision_mode", "_tftrt_profile_strategy", "_tftrt_use_calibration",
        "_tftrt_use_implicit_batch", "time_major", "_XlaMustCompile", "_XlaCompile", "_XlaScope",
        "_XlaSeparateCompiledGradients",
    )
)  # fmt: skip
