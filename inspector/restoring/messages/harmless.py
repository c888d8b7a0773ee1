"""What stands in logs and is no failure, or misleads."""

from __future__ import annotations

from inspector.restoring.kinds import UNKNOWN
from inspector.restoring.messages.message import HARMLESS, Message
from inspector.restoring.messages.wording import SOURCE, Wording


def _harmless(code: str, cause: str, *wordings: Wording) -> Message:
    return Message(code, UNKNOWN, cause, "", wordings, rank=HARMLESS)


MESSAGES = (
    _harmless(
        "device-hint",
        "the hint about `experimental_io_device` is added to every NotFoundError of tf.saved_model.load: it is not the cause",
        Wording("You may be trying to load on a different device from the computational device", "",
                "python/saved_model/load.py load_partial"),
    ),
    _harmless(
        "attr-ignored",
        "attrs that an op does not know are ignored from TensorFlow 2.5 on: this line is no failure",
        Wording("Unknown attributes will be ignored", "", "core/framework/node_def_util.cc ValidateNodeDef"),
    ),
    _harmless(
        "no-gpu-libraries",
        "lines about CUDA, cuDNN or TensorRT libraries that are not there are no failure where the CPU computes",
        Wording("Could not load dynamic library", "", "stream_executor", SOURCE),
        Wording("Could not find cuda drivers on your machine", "", "stream_executor", SOURCE),
        Wording("failed call to cuInit", "", "stream_executor", SOURCE),
        Wording("TF-TRT Warning", "", "python/compiler/tensorrt", SOURCE),
        Wording("Unable to register cuDNN factory", "", "stream_executor", SOURCE),
        Wording("Cannot dlopen some GPU libraries", "", "core/common_runtime/gpu/gpu_device.cc", SOURCE),
    ),
    _harmless(
        "no-fingerprint",
        "a model without fingerprint.pb loads: older releases wrote none",
        Wording("Fingerprint not found. Saved model loading will continue", "", "python/saved_model/load.py"),
    ),
    _harmless(
        "custom-gradients",
        "functions with custom gradients only matter when gradients are asked for",
        Wording("with ops with custom gradients. Will likely fail if a gradient is requested", "",
                "python/saved_model/function_deserialization.py", SOURCE),
        Wording("with ops with unsaved custom gradients. Will likely fail if a gradient is requested", "",
                "python/saved_model/function_deserialization.py", SOURCE),
    ),
    _harmless(
        "not-compiled",
        "a Keras model that was not compiled still predicts",
        Wording("No training configuration found in", "", "keras", SOURCE),
        Wording("Compiled the loaded model, but the compiled metrics have yet to be built", "", "keras", SOURCE),
    ),
    _harmless(
        "no-warmup",
        "without warm-up requests the first request is slow, nothing else",
        Wording("No warmup data file found at", "", "tensorflow_serving", SOURCE),
    ),
)  # fmt: skip
