"""What stands in logs and is no failure, or misleads."""

from __future__ import annotations

from inspector.restoring.kinds import UNKNOWN
from inspector.restoring.messages.message import HARMLESS, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording


def _harmless(code: str, cause: str, *wordings: Wording) -> Message:
    return Message(code, UNKNOWN, cause, "", wordings, rank=HARMLESS)


MESSAGES = (
    _harmless(
        "device-hint",
        "the hint about `experimental_io_device` is added to every NotFoundError of tf.saved_model.load: it is not the cause",
        Wording("If trying to load on a different device from the computational device", "2.3-2.6", "python/saved_model/load.py load_internal", seen=SOURCE),
        Wording("You may be trying to load on a different device from the computational device", "2.9-2.21", "python/saved_model/load.py load_partial"),
    ),
    _harmless(
        "attr-ignored",
        "attrs that an op does not know are ignored from TensorFlow 2.5 on: this line is no failure",
        Wording("Unknown attributes will be ignored", "2.6-2.21", "core/framework/node_def_util.cc ValidateNodeDef"),
    ),
    _harmless(
        "no-gpu-libraries",
        "lines about CUDA, cuDNN or TensorRT libraries that are not there are no failure where the CPU computes",
        Wording("Could not load dynamic library", "1.15-2.21", "stream_executor", seen=SOURCE),
        Wording("Could not find cuda drivers on your machine", "", "stream_executor", seen=QUOTED),
        Wording("failed call to cuInit", "", "stream_executor", seen=QUOTED),
        Wording("TF-TRT Warning", "", "python/compiler/tensorrt", seen=QUOTED),
        Wording("Unable to register cuDNN factory", "", "stream_executor", seen=QUOTED),
        Wording("Cannot dlopen some GPU libraries", "", "core/common_runtime/gpu/gpu_device.cc", seen=QUOTED),
    ),
    _harmless(
        "no-fingerprint",
        "a model without fingerprint.pb loads: older releases wrote none",
        Wording("Fingerprint not found. Saved model loading will continue", "2.15-2.21", "python/saved_model/load.py", seen=SOURCE),
    ),
    _harmless(
        "custom-gradients",
        "functions with custom gradients only matter when gradients are asked for",
        Wording("with ops with custom gradients. Will likely fail if a gradient is requested", "1.15-2.3", "python/saved_model/function_deserialization.py", seen=SOURCE),
        Wording("with ops with unsaved custom gradients. Will likely fail if a gradient is requested", "2.6-2.21", "python/saved_model/function_deserialization.py", seen=SOURCE),
    ),
    _harmless(
        "not-compiled",
        "a Keras model that was not compiled still predicts",
        Wording("Error in loading the saved optimizer state. As a result, your model is starting with a freshly initialized optimizer", "1.15-2.21", "keras", seen=SOURCE),
        Wording("Skipping variable loading for optimizer", "2.12-2.15, 2.21", "keras", seen=SOURCE),
        Wording("No training configuration found in", "1.15-2.21", "keras", seen=SOURCE),
        Wording("Compiled the loaded model, but the compiled metrics have yet to be built", "2.3-2.21", "keras", seen=SOURCE),
    ),
    _harmless(
        "no-warmup",
        "without warm-up requests the first request is slow, nothing else",
        Wording("No warmup data file found at", "", "tensorflow_serving", seen=SOURCE),
    ),
    _harmless(
        "values-not-used",
        "values of the checkpoint that nothing asks for (an optimizer, a counter) are left: the objects that are there were restored",
        Wording("A checkpoint was restored (e.g. tf.train.Checkpoint.restore or tf.keras.Model.load_weights) but not all checkpointed values were used", "1.15-2.6", "python/checkpoint/checkpoint.py", seen=SOURCE),
        Wording("Detecting that an object or model or tf.train.Checkpoint is being deleted with unrestored values", "2.9-2.21", "python/checkpoint/checkpoint.py", seen=SOURCE),
        Wording("Unable to create a python object for variable", "1.15-2.21", "python/saved_model/load_v1_in_v2.py", seen=SOURCE),
    ),
)  # fmt: skip
