"""Keras: formats and versions, classes that the loading process must know, configurations that do not fit."""

from __future__ import annotations

from inspector.restoring.kinds import (
    DEPENDENCY,
    FILES,
    GRAPH,
    LIKELY,
    NOT_SAVED_MODEL,
    VERSION,
)
from inspector.restoring.messages.message import Message
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
            Wording("Unable to load model. Filepath is not an hdf5 file (or h5py is not available) or SavedModel.", "1.15-2.21", f"{_LEGACY}/save.py", seen=SOURCE),
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
            Wording("`load_weights` requires h5py", "1.15-2.21", f"{_LEGACY}/save.py", seen=SOURCE),
            Wording("Loading HDF5 files requires the h5py package", "2.21", _API, seen=SOURCE),
        ),
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
        (
            *(Wording("'str' object has no attribute 'decode'", "", "keras", seen=QUOTED, frame=frame)
              for frame in ("hdf5_format.py", "keras/engine/saving.py", "keras/engine/topology.py", "keras/saving/save.py")),
            Wording("['keras_version'].decode('utf8')\nAttributeError: 'str' object has no attribute 'decode'", "", "keras", seen=QUOTED),
            Wording("['backend'].decode('utf8')\nAttributeError: 'str' object has no attribute 'decode'", "", "keras", seen=QUOTED),
            Wording("json.loads(model_config.decode('utf-8'))\nAttributeError: 'str' object has no attribute 'decode'", "", "keras", seen=QUOTED),
        ),
    ),
)  # fmt: skip
