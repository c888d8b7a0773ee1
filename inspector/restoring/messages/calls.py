"""Calls of what was restored: arguments that no concrete function takes, objects that cannot be called."""

from __future__ import annotations

from inspector.restoring.kinds import DEPENDENCY, DTYPE, GRAPH, LIKELY, SIGNATURE, VERSION
from inspector.restoring.messages.message import Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_RESTORED = "python/saved_model/function_deserialization.py restored_function_body"
_CONCRETE = "python/eager/polymorphic_function/concrete_function.py"
_BINDING = "python/eager/polymorphic_function/function_type_utils.py"
_LOAD = "python/saved_model/load.py"
_NEAREST = "python -m inspector call FOLDER 'NAME(x: float32[1,10])' tells which call is accepted"

MESSAGES = (
    Message(
        "no-matching-function", SIGNATURE,
        "the call fits none of the concrete functions that were saved: a dtype, a shape, a flag or the structure is another",
        f"call it with the dtypes and shapes that it was traced with (tf.cast, tf.expand_dims), or use "
        f"loaded.signatures[...]; {_NEAREST}",
        (
            Wording("Could not find matching concrete function to call loaded from the SavedModel", "2.9-2.21", _RESTORED),
            Wording("Could not find matching function to call loaded from the SavedModel", "1.15-2.6", _RESTORED, seen=SOURCE),
            Wording("Found zero restored functions for caller function", "2.6-2.21", _RESTORED, seen=SOURCE),
        ),
        ("OB007",),
    ),
    Message(
        "arguments-not-bound", SIGNATURE,
        "the call does not fit the arguments of the function: {why}",
        f"name every argument that the function has, and no other; {_NEAREST}",
        (
            Wording("Binding inputs to tf.function failed due to `{why:lazy}`. Received", "2.15-2.21", _BINDING),
            Wording("Binding inputs to tf.function `{function}` failed due to `{why:lazy}`.Received", "2.12-2.21", _BINDING),
            Wording("TypeError: {function:lazy} missing required {why:line}", "1.15-2.21", _CONCRETE, frame="concrete_function.py"),
            Wording("TypeError: {function:lazy} got {why:line}", "", _CONCRETE, frame="concrete_function.py"),
            Wording("TypeError: {function:lazy} takes {why:line}", "", _CONCRETE, seen=QUOTED, frame="concrete_function.py"),
            Wording("TypeError: {function:lazy} missing required arguments: {why:line}", "2.3-2.21", _CONCRETE),
            Wording("TypeError: {function:lazy} got unexpected keyword arguments: {why:line}", "1.15-2.21", _CONCRETE),
            Wording("signature_wrapper({}) {why:line}", "", _CONCRETE, seen=QUOTED),
            Wording("Fallback to flat signature also failed due to: {why:line}", "2.15-2.21", _CONCRETE),
            Wording("Expected argument names {:lazy} but got values for {:lazy}. Missing: {why:line}", "1.15", _CONCRETE, seen=SOURCE),
            Wording("When input_signature is provided, only pass arguments covered by it. Received {why:line}", "1.15", _BINDING, seen=SOURCE),
            Wording("was expected to be of type {why:line}", "2.12-2.21", "core/function/polymorphism/function_type.py", seen=SOURCE, frame="function_type.py"),
        ),
        certainty=LIKELY,
    ),
    Message(
        "argument-dtype", DTYPE,
        "input {input} of the call is {found}, the function takes {wanted}",
        f"cast it: tf.cast(x, tf.{{wanted}}); {_NEAREST}",
        (
            Wording("cannot compute {function:w} as input #{input:d}(zero-based) was expected to be a {wanted:w} tensor but is a {found:w} tensor", "", "core/common_runtime/eager/execute.cc"),
            Wording("as input #{input:d}(zero-based) was expected to be a {wanted:w} tensor but is a {found:w} tensor", "", "core/common_runtime/eager/execute.cc"),
            Wording("as input #{input:d}(zero-based) was expected to be an {wanted:w} tensor but is a {found:w} tensor", "", "core/common_runtime/eager/execute.cc", seen=QUOTED),
            Wording("as input #{input:d}(zero-based) was expected to be a {wanted:w} tensor but is an {found:w} tensor", "", "core/common_runtime/eager/execute.cc", seen=QUOTED),
            Wording("as input #{input:d}(zero-based) was expected to be an {wanted:w} tensor but is an {found:w} tensor", "", "core/common_runtime/eager/execute.cc", seen=QUOTED),
            Wording("as input #{input:d} was expected to be a {wanted:w} tensor but is a {found:w} tensor", "1.15-2.21", "core/common_runtime/eager/execute.cc", seen=SOURCE),
        ),
        ("SG002",),
    ),
    Message(
        "argument-not-tensor", SIGNATURE,
        "an argument of the call is no tensor, or none that the function was traced with",
        f"pass a tensor: tf.constant(x); {_NEAREST}",
        (
            Wording("expected argument #{input:d}(zero-based) to be a Tensor; got", "2.3-2.21", _CONCRETE),
            Wording("(zero-based) to be a Tensor; got", "2.3-2.21", _CONCRETE),
            Wording("ConcreteFunction {} was constructed with {:lazy} value in", "1.15-2.21", _CONCRETE, seen=SOURCE),
            Wording("All inputs to `ConcreteFunction`s must be Tensors", "1.15-2.6", _CONCRETE, seen=SOURCE),
            Wording("Can not cast", "2.15-2.21", "core/function/trace_type", frame="function_type_utils.py"),
            Wording("is not compatible with the shape this function was traced with", "1.15-2.21", _CONCRETE, seen=SOURCE),
            Wording("inputs incompatible with input_signature", "1.15-2.12", "python/eager/polymorphic_function/function_spec.py"),
            Wording("Inputs incompatible with input_signature", "", "python/eager/polymorphic_function/function_spec.py", seen=QUOTED),
            Wording("Python inputs incompatible with input_signature", "1.15-2.12", "python/eager/polymorphic_function/function_spec.py"),
            Wording("argument {argument:w} had incorrect type", "2.3-2.12", _CONCRETE, seen=SOURCE),
            Wording("expected a Tensor in {argument:w}, but got", "2.3-2.12", _CONCRETE),
            Wording("Structure of Python function inputs does not match input_signature", "1.15-2.12", "python/eager/polymorphic_function/function_spec.py", seen=SOURCE),
            Wording("all inputs to the Python function must be convertible to tensors", "1.15-2.12", _BINDING, seen=SOURCE),
            Wording("Expected all args to be Tensors or Variables; but got", "1.15", _CONCRETE, seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "captures-mixed-up", GRAPH,
        "a function is given a {found} tensor in the place of a variable or table that it captures",
        "export the model again; a tool that rewrote the object graph changed the order of what functions capture",
        (
            Wording("cannot compute {function:w} as input #{input:d}(zero-based) was expected to be a resource tensor but is a {found:w} tensor", "", "core/common_runtime/eager/execute.cc"),
            Wording("as input #{input:d}(zero-based) was expected to be a resource tensor but is a {found:w} tensor", "", "core/common_runtime/eager/execute.cc"),
            Wording("as input #{input:d}(zero-based) was expected to be a {found:w} tensor but is a resource tensor", "", "core/common_runtime/eager/execute.cc", seen=QUOTED),
        ),
        ("OB013",),
    ),
    Message(
        "slot-variables", DEPENDENCY,
        "the model holds an optimizer of Keras 2 with slot variables, and nothing here can bring it back: tf_keras is not "
        "installed (with Keras 3, TensorFlow no longer has that optimizer)",
        "pip install tf_keras (of the same minor release as TensorFlow), or export again without the optimizer "
        "(include_optimizer=False, model.export(...)); inspector.load(..., fallback=['without_slots']) loads a copy without it",
        (
            Wording("'_UserObject' object has no attribute 'add_slot'", "", _LOAD),
            Wording("'AutoTrackable' object has no attribute 'add_slot'", "", _LOAD, seen=QUOTED),
            Wording("object has no attribute 'add_slot'", "", _LOAD),
            Wording("Unable to load SavedModel that contains an optimizer without the Keras module", "2.12-2.21", _LOAD, seen=SOURCE),
        ),
        ("OB001",),
    ),
    Message(
        "slot-variables-of-older", VERSION,
        "the model holds an optimizer with slot variables, which this TensorFlow does not bring back: from 2.0 on it does",
        "load it with TensorFlow 2.0 or newer, or export again without the optimizer (include_optimizer=False)",
        (
            Wording("object has no attribute '_create_or_restore_slot_variable'", "", "python/training/tracking/base.py, before 2.0", seen=SOURCE),
        ),
        ("OB001",),
        certainty=LIKELY,
    ),
    Message(
        "object-not-callable", SIGNATURE,
        "the loaded object itself cannot be called: its class was not saved, only its tf.functions and signatures",
        "call loaded.signatures['serving_default'](...) or a tf.function that it has; a Keras model is loaded whole by Keras: "
        "tf.keras.models.load_model (Keras 2), keras.layers.TFSMLayer (Keras 3)",
        (
            Wording("'_UserObject' object is not callable", "", _LOAD),
            Wording("'AutoTrackable' object is not callable", "", _LOAD, seen=QUOTED),
            Wording("'Module' object is not callable", "", _LOAD, seen=QUOTED, frame="saved_model"),
        ),
        ("OB018",),
    ),
    Message(
        "object-without-attribute", SIGNATURE,
        "the loaded object has no `{name}`: its class was not saved, only its tf.functions and signatures",
        "use loaded.signatures['serving_default'](...) or a tf.function that it has; a Keras model (predict, summary) is loaded "
        "whole by Keras: tf.keras.models.load_model (Keras 2), keras.layers.TFSMLayer (Keras 3)",
        (
            Wording("'_UserObject' object has no attribute '{name}'", "", _LOAD),
            Wording("'AutoTrackable' object has no attribute '{name}'", "", _LOAD, seen=QUOTED),
            Wording("'_WrapperFunction' object has no attribute '{name}'", "", _LOAD, seen=QUOTED),
            Wording("'ConcreteFunction' object has no attribute '{name}'", "", _CONCRETE, seen=QUOTED),
            Wording("'RestoredFunction' object has no attribute '{name}'", "", _RESTORED, seen=QUOTED),
            Wording("'TFSMLayer' object has no attribute '{name}'", "", "keras", seen=QUOTED),
        ),
        ("OB018", "SG004"),
        LIKELY,
    ),
)  # fmt: skip
