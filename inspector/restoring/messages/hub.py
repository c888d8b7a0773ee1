"""TensorFlow Hub: handles, modules in the format of TensorFlow 1, layers around loaded models."""

from __future__ import annotations

from inspector.restoring.kinds import DEPENDENCY, LIKELY, NOT_SAVED_MODEL, SHAPE, SIGNATURE, VERSION
from inspector.restoring.messages.message import Message
from inspector.restoring.messages.wording import SOURCE, Wording

_LOAD = "tensorflow_hub/module_v2.py"
_RESOLVER = "tensorflow_hub/resolver.py"
_LAYER = "tensorflow_hub/keras_layer.py"
_NATIVE = "tensorflow_hub/native_module.py"
_SAVED = "tensorflow_hub/saved_model_lib.py"
_HUB = "tensorflow_hub"

MESSAGES = (
    Message(
        "hub-handle", NOT_SAVED_MODEL,
        "the handle is neither an address that TensorFlow Hub knows nor a folder that is there",
        "correct the path (relative paths start at the current folder of the process) or the address; delete a half-filled cache",
        (
            Wording("No resolvers found that can successfully resolve it", "", _RESOLVER, seen=SOURCE),
            Wording("{handle:w} does not appear to be a valid module", "", _RESOLVER, seen=SOURCE),
            Wording("Missing implementation that supports: loader(", "", "tensorflow_hub/registry.py", seen=SOURCE),
            Wording("Missing implementation that supports: resolver(", "", "tensorflow_hub/registry.py", seen=SOURCE),
            Wording("Trying to load a model of incompatible/unknown type", "", _LOAD, seen=SOURCE),
            Wording("HTTPError: HTTP Error 404", "", "tensorflow_hub/compressed_module_resolver.py", seen=SOURCE, frame="compressed_module_resolver.py"),
            Wording("HTTPError: HTTP Error 403", "", "tensorflow_hub/compressed_module_resolver.py", seen=SOURCE, frame="compressed_module_resolver.py"),
        ),
        certainty=LIKELY,
    ),
    Message(
        "hub-module-of-tf1", NOT_SAVED_MODEL,
        "the module is in the format of TensorFlow Hub 1, not a SavedModel of TensorFlow 2",
        "use the newer version of the module, or a newer tensorflow_hub; under TensorFlow 1: hub.Module(HANDLE)",
        (
            Wording("is stored using TF 1.x format", "", _LOAD, seen=SOURCE),
            Wording("Setting hub.KerasLayer.trainable = True is unsupported when loading from the TF1 Hub format", "", _LAYER, seen=SOURCE),
            Wording("Unsupported module def format: ", "", _NATIVE, seen=SOURCE),
        ),
    ),
    Message(
        "hub-version", VERSION,
        "this tensorflow_hub and this TensorFlow do not fit each other, or the module is of a newer one",
        "pip install -U tensorflow_hub, beside a TensorFlow that it asks for",
        (
            Wording("hub.load() is not implemented for TF <", "", _LOAD, seen=SOURCE),
            Wording("options are not supported for TF <", "", _LOAD, seen=SOURCE),
            Wording("This version of tensorflow_hub requires tensorflow version >=", "", _HUB, seen=SOURCE),
            Wording("Unsupported features: [", "", _NATIVE, seen=SOURCE),
            Wording("This version of tensorflow_hub requires Python", "", _HUB, seen=SOURCE),
            Wording("Unsupported TensorInfo encoding ", "", "tensorflow_hub/tensor_info.py", seen=SOURCE),
            Wording("This version of TensorFlow does not support composite tensors", "", "tensorflow_hub/tf_utils.py", seen=SOURCE),
        ),
    ),
    Message(
        "hub-signature", SIGNATURE,
        "the module has no such signature, tags, inputs or outputs, or its object cannot be called",
        "python -m inspector FOLDER lists tags and signatures; hub.KerasLayer(handle, signature='serving_default', "
        "signature_outputs_as_dict=True) for a model without __call__",
        (
            Wording("Unknown signature {name:w} in ", "2.3-2.21", _LAYER, seen=SOURCE),
            Wording("Loaded object has no signatures", "", _LAYER, seen=SOURCE),
            Wording("Loaded object is not callable and has no signatures", "", _LAYER, seen=SOURCE),
            Wording("Signature name has to be specified for non-callable saved models", "", _LAYER, seen=SOURCE),
            Wording("KerasLayer output does not contain the output key", "", _LAYER, seen=SOURCE),
            Wording("When using a signature, either output_key or signature_outputs_as_dict=True should be set", "", _LAYER, seen=SOURCE),
            Wording("is missing from meta graph.", "", _NATIVE, seen=SOURCE),
            Wording("No such graph variant: tags=", "", "tensorflow_hub/module.py", seen=SOURCE),
            Wording("SavedModelHandler has no graph with tags: ", "", _SAVED, seen=SOURCE),
            Wording("Signature expects multiple inputs. Use a dict", "", "tensorflow_hub/module.py", seen=SOURCE),
            Wording("Signature expects no inputs.", "", "tensorflow_hub/module.py", seen=SOURCE),
            Wording("There is no output named 'default'. Use as_dict=True", "", "tensorflow_hub/module.py", seen=SOURCE),
            Wording("Setting hub.KerasLayer.trainable = True is unsupported when calling a SavedModel signature", "", _LAYER, seen=SOURCE),
            Wording("is forbidden if output type {:lazy} is not a dict", "", _LAYER, seen=SOURCE),
            Wording("signature_outputs_as_dict is only valid if specifying a signature", "", _LAYER, seen=SOURCE),
            Wording("Module is missing input '{name}' in signature", "", "tensorflow_hub/image_util.py", seen=SOURCE),
            Wording("Cannot convert dict_inputs: missing", "", "tensorflow_hub/module.py", seen=SOURCE),
            Wording("Module is not a text-embedding: ", "", "tensorflow_hub/feature_column.py", seen=SOURCE),
            Wording("Module is not usable as image embedding: ", "", "tensorflow_hub/feature_column.py", seen=SOURCE),
            Wording("SavedModelHandler has multiple graphs with tags", "", _SAVED, seen=SOURCE),
        ),
    ),
    Message(
        "hub-image-size", SHAPE,
        "the module takes images of another size than is asked for",
        "resize the images to hub.get_expected_image_size(module)",
        (
            Wording("The selected TF Hub module expects image size {wanted:lazy}, but size {found:lazy} is requested", "", "tensorflow_hub/tools/make_image_classifier", seen=SOURCE),
            Wording("Shape of module input is {found:lazy}, expected [batch_size, height, width, num_channels]", "", "tensorflow_hub/image_util.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "hub-ops", DEPENDENCY,
        "the module uses ops that nothing in this process registers: {ops}",
        "import the package that registers them before the module is loaded (import tensorflow_text); python -m inspector ops "
        "FOLDER says which",
        (Wording("Graph ops missing from the python registry ({ops}) are also absent from the c++ registry", "", _NATIVE, seen=SOURCE),),
        ("OP001",),
    ),
)  # fmt: skip
