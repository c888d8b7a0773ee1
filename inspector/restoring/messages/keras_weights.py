"""Keras: weights in a file that are not those of the model, or are read before the model has any."""

from __future__ import annotations

from inspector.restoring.kinds import CHECKPOINT_DAMAGED, CHECKPOINT_MISMATCH, FILES, LIKELY, POSSIBLE, UNSAFE, VERSION
from inspector.restoring.messages.message import HINT, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_LIB = "keras/src/saving/saving_lib.py"
# Where Keras reads HDF5: h5py says the same to other programs.
_READERS = ("hdf5_format.py", "saving_lib.py", "engine/saving.py", "engine/topology.py")


def _of_h5py(template: str) -> tuple[Wording, ...]:
    return tuple(Wording(template, "", "h5py", seen=QUOTED, frame=frame) for frame in _READERS)


MESSAGES = (
    Message(
        "layer-weights-shape", CHECKPOINT_MISMATCH,
        "the weights of a layer have another shape in the file than in the model",
        "build the model with the configuration of the file (classes, input shape, include_top), or load by_name with "
        "skip_mismatch=True",
        (
            Wording("not compatible with provided weight shape", "1.15-2.21", "keras", seen=SOURCE),
            Wording("Shape mismatch in layer #{:d} (named {layer:w}) for weight", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("Shape mismatch in model for top-level weight", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("The shape of the target variable and the shape of the target value in `variable.assign(value)` must match", "2.21", "keras", seen=SOURCE),
            Wording("but the saved weight has shape {found:shape}", "1.15-2.21", "keras", seen=SOURCE),
            Wording("Received saved weight with shape", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("Weights must be of equal size to apply a reshape operation.", "", "keras/engine/saving.py, before 2.3", seen=SOURCE),
            Wording("GRU(reset_after=True) is not compatible with", "", "keras", seen=QUOTED),
            Wording("GRU(reset_after=False) is not compatible with", "", "keras", seen=QUOTED),
            Wording("LSTM is not compatible with CuDNNLSTM", "", "keras", seen=QUOTED),
            Wording("CuDNNLSTM is not compatible with LSTM", "", "keras", seen=QUOTED),
            Wording("ValueError: axes don't match array", "", "numpy", seen=QUOTED, frame="hdf5_format.py"),
            Wording("ValueError: axes don't match array", "", "numpy", seen=QUOTED, frame="engine/saving.py"),
            Wording("ValueError: axes don't match array", "", "numpy", seen=QUOTED, frame="engine/topology.py"),
            Wording("are incompatible", "1.15-2.21", "python/framework/tensor_shape.py", seen=SOURCE, frame="load_weights_from_hdf5_group"),
            Wording("are incompatible", "1.15-2.21", "python/framework/tensor_shape.py", seen=SOURCE, frame="load_weights_from_hdf5_group_by_name"),
        ),
        certainty=LIKELY,
    ),
    Message(
        "layer-weights-count", CHECKPOINT_MISMATCH,
        "the file has another number of layers or weights than the model",
        "build the model with the code that wrote the file; load by_name=True for parts of it",
        (
            Wording("You are trying to load a weight file containing {found:d} layers into a model with {wanted:d} layers", "1.15-2.21", "keras", seen=SOURCE),
            Wording("Layer count mismatch when loading weights from file", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("Weight count mismatch for layer", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("Weight count mismatch for top-level weights", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("weight(s), but the saved weights have {found:d} element(s)", "1.15-2.21", "keras", seen=SOURCE),
            Wording("variables, but received {found:d} variables during loading", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("objects could not be loaded. Example error message", "2.21", "keras", seen=SOURCE),
            Wording("was found to correspond to layer {layer:w} in the save file", "1.15-2.21", "keras", seen=SOURCE),
            Wording("weights, but the saved weights have {found:d} elements", "1.15-2.21", "keras", seen=SOURCE),
            Wording("with a weight list of length {found:d}, but the layer was expecting {wanted:d} weights", "1.15-2.21", "keras", seen=SOURCE),
            Wording("with a  weight list of length {found:d}, but the layer was expecting {wanted:d} weights", "1.15-2.21", "keras", seen=SOURCE),
            Wording("does not match the number of weights of the optimizer", "1.15-2.21", "keras", seen=SOURCE),
            Wording("Key {key:lazy} not found in any of the shards", "2.21", "keras/src/saving/saving_lib.py", seen=SOURCE),
            Wording("Provided weight data has no target variable: ", "", "tfjs-layers/src/engine/container.ts", seen=SOURCE),
            Wording("weights are not set: {names:line}", "", "tfjs-layers/src/engine/container.ts", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "layer-weights-none", VERSION,
        "the file has no weights at the place where this Keras looks for those of a layer: another release of Keras laid it "
        "out, or it is of another model",
        "load it with the Keras that saved it; or build the very same model in code and load the weights into it",
        (
            Wording("variables, but received 0 variables during loading", "", "keras", seen=QUOTED),
        ),
        certainty=POSSIBLE,
    ),
    Message(
        "layer-not-built", CHECKPOINT_MISMATCH,
        "the model has no variables yet when its weights are loaded: its layers are created by the first call",
        "call the model once, or model.build(input_shape), then load the weights; a custom layer must build its parts in "
        "build()",
        (
            Wording("You are loading weights into a model that has not yet been built", "2.21", _LIB, seen=SOURCE),
            Wording("was never built and thus it doesn't have any variables. However the weights file lists", "2.21", "keras", seen=SOURCE),
            Wording("Unable to load weights saved in HDF5 format into a subclassed Model which has not created its variables yet", "1.15-2.21", "keras", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "weights-layout", CHECKPOINT_MISMATCH,
        "the HDF5 file has not the groups that this Keras looks for: weights of another layout, of a whole model, or of "
        "another program",
        "load a whole model by load_model; load weights with the Keras that saved them (Keras 3 writes .weights.h5), into the "
        "same model",
        (
            Wording("(can't locate attribute: 'layer_names')", "", "h5py", seen=QUOTED),
            Wording("(can't locate attribute: 'weight_names')", "", "h5py", seen=QUOTED),
            Wording("(object 'layer_names' doesn't exist)", "", "h5py", seen=QUOTED),
            Wording("(object 'vars' doesn't exist)", "", "h5py", seen=QUOTED),
            Wording("(object 'layers' doesn't exist)", "", "h5py", seen=QUOTED),
            Wording("(object 'model_weights' doesn't exist)", "", "h5py", seen=QUOTED),
            *_of_h5py("object (object '{group}' doesn't exist)"),
            Wording("Invalid H5 file, expected Group but received", "2.21", _LIB, seen=SOURCE),
            Wording("Invalid H5 file, expected Dataset, received", "2.21", _LIB, seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "weights-damaged", CHECKPOINT_DAMAGED,
        "the bytes of the weights in the file are not those that were written",
        "copy or download the file again, and compare its size and checksum",
        (
            *_of_h5py("Can't read data (inflate() failed)"),
            *_of_h5py("Can't read data (file read failed"),
            *_of_h5py("read data (wrong"),
        ),
        certainty=LIKELY,
    ),
    Message(
        "js-weights-short", CHECKPOINT_DAMAGED,
        "the files of the weights hold {found} values where model.json says {wanted}",
        "copy all files that belong to model.json again, in binary mode; convert the model again",
        (
            Wording("the tensor should have {wanted:d} values but has {found:d}", "", "tfjs-core/src/io/io_utils.ts", seen=SOURCE),
        ),
        certainty=POSSIBLE,
    ),
    Message(
        "weights-unsafe", UNSAFE,
        "the file is made so that reading it takes far more memory than it has bytes, or reads other files",
        "do not load it; get the model from its author",
        (
            Wording("refusing to load a potential decompression", "2.21", _LIB, seen=SOURCE),
            Wording("refusing to extract a potential decompression bomb", "2.21", _LIB, seen=SOURCE),
            Wording("Not allowed: H5 file with", "2.21", _LIB, seen=SOURCE),
            Wording("Not allowed: ZIP member", "2.21", _LIB, seen=SOURCE),
            Wording("HDF5 dataset too large to load safely", "2.21", "keras/src/saving/file_editor.py", seen=SOURCE),
            Wording("Malformed HDF5 dataset shape encountered in .keras file", "2.21", "keras/src/saving/file_editor.py", seen=SOURCE),
            Wording("escapes the asset directory", "2.21", _LIB, seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "weights-file-missing", FILES,
        "the weights are not there: the .keras file, or the folder, holds only the rest of the model",
        "save the model again, or copy all of it",
        (
            Wording("Expected a model.weights.h5 or model.weights.npz file", "", _LIB, seen=QUOTED),
            Wording("appears to be a SavedModel directory, but checkpoint either doesn't exist, or is incorrectly formatted", "2.6-2.21", "keras", seen=SOURCE),
            Wording('"There is no item named \'model.weights.h5\' in the archive"', "", "Python", seen=QUOTED),
        ),
        certainty=LIKELY,
    ),
    Message(
        "weights-skipped", CHECKPOINT_MISMATCH,
        "weights of layers were left out when the file was loaded: they do not fit the model",
        "build the model with the code and the numbers (classes, input shape) of the file",
        (
            Wording("Skipping loading of weights for layer", "2.3-2.21", "keras", seen=SOURCE),
            Wording("Skipping loading weights for layer", "2.12-2.15, 2.21", "keras", seen=SOURCE),
            Wording("Skipping loading of weights for model", "", "keras", seen=QUOTED),
        ),
        certainty=POSSIBLE,
        rank=HINT,
    ),
)  # fmt: skip
