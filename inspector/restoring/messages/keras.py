"""Keras: formats and versions, classes that the loading process must know, configurations that do not fit."""

from __future__ import annotations

from inspector.restoring.kinds import (
    DEPENDENCY,
    FILES,
    GRAPH,
    LIKELY,
    NOT_SAVED_MODEL,
    POSSIBLE,
    UNSAFE,
    VERSION,
)
from inspector.restoring.messages.message import SYMPTOM, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_API = "keras/src/saving/saving_api.py"
_OBJECTS = "keras/src/saving/serialization_lib.py"
_LEGACY = "keras/saving/legacy"
_SAVED = "keras/saving/legacy/saved_model/load.py"
_TFSM = "keras/src/export/tfsm_layer.py"

MESSAGES = (
    Message(
        "keras3-format", NOT_SAVED_MODEL,
        "the path is no file of Keras: load_model of Keras 3 takes .keras and .h5 files, and no SavedModel folder any more",
        "for inference: keras.layers.TFSMLayer(FOLDER, call_endpoint='serving_default'); for the whole model: pip install "
        "tf_keras, then tf_keras.models.load_model(FOLDER), or TF_USE_LEGACY_KERAS=1; or save it as .keras with Keras 2",
        (
            Wording("Keras 3 only supports V3 `.keras` files and legacy H5 format files", "", _API, seen=QUOTED),
            Wording("File format not supported: filepath={path:w}", "2.21", _API, seen=SOURCE),
            Wording("The `save_format` argument is deprecated in Keras 3", "2.21", _API, seen=SOURCE),
            Wording("Invalid filepath extension for saving", "2.21", _API, seen=SOURCE),
            Wording("`keras.optimizers.legacy` is not supported in Keras 3", "2.21", "keras/src/legacy", seen=SOURCE),
            Wording("Your currently installed version of Keras is Keras 3, but this is not yet supported", "", "transformers", seen=QUOTED),
        ),
    ),
    Message(
        "keras3-layer-of-keras2", VERSION,
        "a layer of Keras 2 (tensorflow_hub.KerasLayer, tf_keras) is used in a model of Keras 3",
        "set TF_USE_LEGACY_KERAS=1 before TensorFlow is imported and pip install tf_keras; or wrap the SavedModel by "
        "keras.layers.TFSMLayer",
        (
            Wording("Only instances of `keras.Layer` can be added to a Sequential model", "2.21", "keras", seen=SOURCE),
            Wording("Only instances of keras.Layer can be added to a Sequential model", "", "keras", seen=QUOTED),
        ),
        certainty=LIKELY,
    ),
    Message(
        "keras-file-missing", NOT_SAVED_MODEL,
        "there is no file or folder of a Keras model at the path",
        "correct the path; relative paths start at the current folder of the process",
        (
            Wording("No file or directory found at {path:w}", "2.12-2.15, 2.21", f"{_LEGACY}/save.py", seen=SOURCE),
            Wording("File not found: filepath={path:w}", "2.21", _API, seen=SOURCE),
            Wording("Please ensure the file is an accessible `.keras` zip file", "2.21", _API, seen=SOURCE),
        ),
    ),
    Message(
        "keras-file-not-zip", NOT_SAVED_MODEL,
        "the .keras file is no zip file: another format under that name (HDF5), or cut",
        "python -m inspector FILE says what it is; rename it to .h5 if it is HDF5, or download it again",
        (
            Wording("BadZipFile: File is not a zip file", "", "Python", seen=QUOTED, frame="saving_lib.py"),
        ),
    ),
    Message(
        "keras-neither-format", NOT_SAVED_MODEL,
        "the path is neither an HDF5 file nor a SavedModel folder; or h5py cannot be imported, so that HDF5 is not known",
        "python -m inspector PATH says what it is; pip install h5py",
        (
            Wording("Unable to load model. Filepath is not an hdf5 file (or h5py is not available) or SavedModel.", "2.12-2.15, 2.21", f"{_LEGACY}/save.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "keras-h5py-missing", DEPENDENCY,
        "h5py is not installed, which Keras needs to read an HDF5 file",
        "pip install h5py",
        (
            Wording("`load_model()` using h5 format requires h5py.", "2.12-2.15, 2.21", f"{_LEGACY}/hdf5_format.py", seen=SOURCE),
            Wording("Filepath looks like a hdf5 file but h5pyis not available", "2.12-2.15, 2.21", f"{_LEGACY}/save.py", seen=SOURCE),
            Wording("`load_weights` requires h5py", "2.12-2.15, 2.21", f"{_LEGACY}/save.py", seen=SOURCE),
            Wording("Loading HDF5 files requires the h5py package", "2.21", _API, seen=SOURCE),
        ),
    ),
    Message(
        "keras-custom-object", DEPENDENCY,
        "the model needs {what} `{name}`{whose}",
        "{cure}",
        (
            Wording("Unknown {what:w}: '{name}'", "1.15-2.21", "keras/saving", seen=SOURCE),
            Wording("Unknown {what:w}: {name:w}. Please ensure", "1.15-2.21", "keras/saving", seen=SOURCE),
            Wording("Unknown {what:w} function: '{name}'", "1.15-2.21", "keras/saving", seen=SOURCE),
            Wording("Unknown {what:w} function: {name:w}", "1.15-2.21", "keras/saving", seen=SOURCE),
            Wording("Unknown {what:w}: {name:w}. Please", "1.15-2.21", "keras/saving", seen=SOURCE),
            Wording("Could not locate {what:w} '{name}'. Make sure custom classes", "2.12-2.15, 2.21", _OBJECTS, seen=SOURCE),
            Wording("Unable to restore a {what:w} of class {name:w}. ", "2.3-2.21", _SAVED, seen=SOURCE),
            Wording("Unable to restore custom {what:w} of type {name:w}", "2.3-2.21", _SAVED, seen=SOURCE),
            Wording("Unable to restore object of {what:w} '{name}'.", "2.12-2.15, 2.21", _SAVED, seen=SOURCE),
            Wording("Cannot deserialize object of {what:w} `{name:w}`. If", "2.15, 2.21", _OBJECTS, seen=SOURCE),
            Wording("ValueError: Unknown {what:w}: {name:w}", "1.15-2.21", "keras/saving", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "keras-parent-module", DEPENDENCY,
        "the model needs {what} `{name}` of the module `{module}`, which cannot be imported here{why}",
        "{cure}",
        (Wording("Could not deserialize {what:w} '{name}' because its parent module {module:w} cannot be imported", "2.12-2.15, 2.21", _OBJECTS, seen=SOURCE),),
    ),
    Message(
        "keras-custom-class", DEPENDENCY,
        "the model needs a class that is code and not in the file, or one whose arguments are objects of such classes",
        "import the module that defines it and pass custom_objects=; give the class a from_config that rebuilds its parts",
        (
            Wording("could not be deserialized properly. Please ensure that components that are Python object instances", "2.15, 2.21", _OBJECTS, seen=SOURCE),
            Wording("Please make sure that this layer is included in the `custom_objects` arg", "", _SAVED, seen=QUOTED),
            Wording("because the call function was not serialized to the SavedModel", "2.12-2.15, 2.21", _SAVED, seen=SOURCE),
            Wording("because the class is missing a `from_config()` method", "2.12-2.15, 2.21", _OBJECTS, seen=SOURCE),
            Wording("Please ensure this object is passed to the `custom_objects` argument", "2.6-2.21", "keras/saving", seen=SOURCE),
            Wording("Please ensure you are using a `keras.utils.custom_object_scope`", "2.12-2.15, 2.21", "keras/saving", seen=SOURCE),
        ),
        certainty=LIKELY, rank=SYMPTOM,
    ),
    Message(
        "keras-metadata-missing", FILES,
        "the SavedModel has no keras_metadata.pb: it was written by tf.saved_model.save or model.export, or the file got lost",
        "load it by tf.saved_model.load (inference), or save it again by model.save; copy the whole folder",
        (
            Wording("lacks the Keras metadata", "2.6-2.21", _SAVED, seen=SOURCE),
            Wording("Unable to create a Keras model from SavedModel at {path:w}", "2.12-2.15", _SAVED, seen=SOURCE),
            Wording("Unable to create a TF-Keras model from SavedModel at {path:w}", "2.21", _SAVED, seen=SOURCE),
            Wording("Unable to create a Keras model from this SavedModel", "2.6-2.21", _SAVED, seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "keras-metadata-damaged", GRAPH,
        "keras_metadata.pb does not parse",
        "copy the file again, or load the model by tf.saved_model.load, which does not read it",
        (
            Wording("Cannot parse keras metadata", "2.6-2.21", _SAVED, seen=SOURCE),
            Wording("json.decoder.JSONDecodeError: ", "", _SAVED, seen=QUOTED, frame="saved_model/load.py"),
        ),
    ),
    Message(
        "keras-not-of-keras", NOT_SAVED_MODEL,
        "Keras 2 finds no Keras model in the SavedModel: it is of TensorFlow 1, or was not written by Keras",
        "load it by tf.saved_model.load, or wrap it by tensorflow_hub.KerasLayer or keras.layers.TFSMLayer",
        (
            Wording("IndexError: list index out of range", "2.21", _SAVED, frame="keras/saving/legacy/saved_model/load.py"),
            Wording("IndexError: list index out of range", "2.21", _SAVED, frame="keras/saving/saved_model/load.py"),
            Wording("IndexError: list index out of range", "2.21", _SAVED, frame="keras/src/saving/legacy/saved_model/load.py"),
        ),
        certainty=LIKELY,
    ),
    Message(
        "keras-config-argument", VERSION,
        "the configuration of a layer has an argument that this Keras does not know: another version of Keras wrote it",
        "load it with the Keras that saved it (Keras 3 and Keras 2 differ: tf_keras, TF_USE_LEGACY_KERAS=1), or save it again",
        (
            Wording("Unrecognized keyword arguments passed to {layer:w}:", "2.21", "keras", seen=SOURCE),
            Wording("Unrecognized keyword arguments: [", "", "keras", seen=QUOTED),
            Wording("Unrecognized keyword arguments:', ", "", "python/keras/engine/input_layer.py, before 2.3", seen=SOURCE),
            Wording("Keyword argument not understood:", "1.15-2.21", "keras", seen=SOURCE),
            Wording("Error when deserializing class '{layer}' using config=", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("__init__() got an unexpected keyword argument '{argument}'", "2.12-2.15, 2.21", "keras", seen=SOURCE, frame="from_config"),
            Wording("__init__() got an unexpected keyword argument '{argument}'", "2.12-2.15, 2.21", "keras", seen=SOURCE, frame="deserialize"),
            Wording("__init__() got an unexpected keyword argument '{argument}'", "2.12-2.15, 2.21", "keras", seen=SOURCE, frame="deserialize_keras_object"),
            Wording("Argument(s) not recognized: ", "2.3-2.21", "keras", seen=SOURCE),
            Wording("is deprecated in the new Keras optimizer", "2.12-2.15", "keras", seen=SOURCE),
            Wording("Unable to revive model from config", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("Error loading model(s) in the SavedModel format.", "2.12-2.15, 2.21", _SAVED, seen=SOURCE),
            Wording("ValueError: Could not parse config: ", "2.12-2.15, 2.21", _OBJECTS, seen=SOURCE),
            Wording("Saved configuration not understood.", "2.12-2.15, 2.21", f"{_LEGACY}/saving_utils.py", seen=SOURCE),
            Wording("Unable to decode Keras layer config.", "2.12-2.15", _SAVED, seen=SOURCE),
            Wording("Unable to decode TF-Keras layer config.", "2.21", _SAVED, seen=SOURCE),
            Wording("Cannot deserialize the model (invalid config data?)", "2.21", "keras/src/models/functional.py", seen=SOURCE),
            Wording("Invalid Functional model configuration.", "2.21", "keras/src/models/functional.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "keras-lambda-bytecode", VERSION,
        "a Lambda layer holds the bytecode of another Python release",
        "load it with the Python that saved it, or save the model again with a layer class in the place of the Lambda",
        (
            Wording("bad marshal data", "", "Python", seen=QUOTED),
            Wording("unknown opcode", "2.18-2.21", "Python", seen=SOURCE, frame="func_load"),
        ),
    ),
    Message(
        "keras-lambda-unsafe", UNSAFE,
        "a Lambda layer holds Python code, which loading the model would run",
        "only if you trust its author: load_model(..., safe_mode=False), or keras.config.enable_unsafe_deserialization()",
        (
            Wording("Requested the deserialization of a `Lambda` layer", "2.21", _OBJECTS, seen=SOURCE),
            Wording("Requested the deserialization of a Lambda layer", "2.12-2.15, 2.21", _OBJECTS, seen=SOURCE),
            Wording("Deserializing it is unsafe", "", _OBJECTS, seen=QUOTED),
            Wording("you can pass `safe_mode=False`", "2.12-2.15, 2.21", _OBJECTS, seen=SOURCE),
            Wording("carries a potential risk of arbitrary code execution", "2.12-2.15, 2.21", _OBJECTS, seen=SOURCE),
        ),
    ),
    Message(
        "keras-weights-only", NOT_SAVED_MODEL,
        "the file holds weights and no model",
        "build the model in code, then model.load_weights(FILE)",
        (
            Wording("No model config found in the file", "2.12-2.15, 2.21", _LEGACY, seen=SOURCE),
            Wording("No model found in config file", "1.15-2.21", _LEGACY, seen=SOURCE),
            Wording("Checkpoint does not contain model configuration.", "2.21", _API, seen=SOURCE),
            Wording("Cannot create group in read-only mode", "", "h5py", seen=QUOTED, frame="hdf5_format.py"),
        ),
    ),
    Message(
        "keras-h5py", VERSION,
        "this Keras is too old for the installed h5py: its strings are str now, not bytes",
        "pip install 'h5py<3' beside this TensorFlow, or use TensorFlow 2.5 or newer",
        tuple(Wording("'str' object has no attribute 'decode'", "", "keras", seen=QUOTED, frame=frame)
              for frame in ("hdf5_format.py", "keras/engine/saving.py", "keras/engine/topology.py", "keras/saving/save.py")),
    ),
    Message(
        "keras-class-other", VERSION,
        "a class of the model is named by a module of another Keras version",
        "load it with the Keras that saved it, or save it again",
        (
            Wording("Could not deserialize class '{name}' because", "", _OBJECTS, seen=QUOTED),
            Wording("cannot import name '{name}' from 'keras{}'", "", "Python", seen=QUOTED),
            Wording("No module named 'keras.{name}'", "", "Python", seen=QUOTED),
        ),
        certainty=POSSIBLE,
    ),
)  # fmt: skip
