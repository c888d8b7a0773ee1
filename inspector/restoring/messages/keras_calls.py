"""Calls of Keras models: inputs of another shape, number or name."""

from __future__ import annotations

from inspector.restoring.kinds import LIKELY, POSSIBLE, SHAPE, SIGNATURE
from inspector.restoring.messages.message import HINT, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

MESSAGES = (
    Message(
        "layer-input", SHAPE,
        "a Keras layer was given an input of another shape than it was built with",
        "give the model inputs of the shape that it was built with (mind the batch dimension)",
        (
            Wording("is incompatible with the layer: expected", "1.15-2.21", "keras", seen=SOURCE),
            Wording("is incompatible with layer {layer}: expected", "1.15-2.21", "keras", seen=SOURCE),
            Wording("Error when checking input: expected {name:w} to have", "", "keras/engine/training_utils.py, before 2.3", seen=SOURCE),
            Wording("Error when checking : expected {name:w} to have", "", "keras/engine/training.py, before 2.3", seen=SOURCE),
            Wording("Error when checking model input: expected {name:w} to have", "", "keras/engine/training.py, before 2.3", seen=SOURCE),
            Wording("Invalid input shape for input {name:lazy}. Expected shape", "2.21", "keras/src/models/functional.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "layer-input-warned", SHAPE,
        "a Keras model is called with the shape {found}, it was built with {wanted}",
        "give the model inputs of the shape that it was built with (mind the batch dimension)",
        (
            Wording("Model was constructed with shape {wanted:shape} for input {input:lazy}, but it was called on an input with incompatible shape {found:shape}", "2.3-2.21", "keras", seen=SOURCE),
            Wording("Model was constructed with shape {wanted:shape} for input {input:lazy}, but it was re-called on a Tensor with incompatible shape {found:shape}", "", "keras", seen=QUOTED),
        ),
        certainty=LIKELY,
        rank=HINT,
    ),
    Message(
        "layer-inputs", SIGNATURE,
        "a Keras model is called with other inputs than it has",
        "pass as many inputs as the model has (model.inputs), as a list in their order or as a dict of their names",
        (
            Wording("expects {wanted:d} input(s), but it received {found:d} input tensors", "2.6-2.21", "keras", seen=SOURCE),
            Wording("expects {wanted:d} inputs, but it received {found:d} input tensors", "1.15-2.3", "keras", seen=SOURCE),
            Wording("the list of Numpy arrays that you are passing to your model is not the size the model expected", "1.15-2.21", "keras", seen=SOURCE),
            Wording("Error when checking model input: expected no data, but got", "", "keras/engine/training.py, before 2.3", seen=SOURCE),
            Wording("but the model expects a list of {wanted:d} Numpy arrays instead", "1.15-2.21", "keras", seen=SOURCE),
            Wording('No data provided for "{name}". Need data for each key in', "1.15-2.21", "keras", seen=SOURCE),
            Wording('Missing data for input "{name}". You passed a data dictionary with keys', "2.6-2.21", "keras", seen=SOURCE),
            Wording("Please provide as model inputs either a single array or a list of arrays", "1.15-2.21", "keras", seen=SOURCE),
            Wording("The structure of `inputs` doesn't match the expected structure", "2.21", "keras/src/models/functional.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "keras-tensor-in-function", SIGNATURE,
        "a symbolic Keras tensor was passed to a function that takes tensors",
        "wrap the call into a keras.layers.Layer or keras.layers.TFSMLayer; with Keras 3, tensorflow_hub.KerasLayer needs "
        "tf_keras (TF_USE_LEGACY_KERAS=1)",
        (
            Wording("A KerasTensor cannot be used as input to a TensorFlow function", "2.21", "keras", seen=SOURCE),
            Wording("A KerasTensor is symbolic", "2.21", "keras", seen=SOURCE),
        ),
        certainty=POSSIBLE,
    ),
)  # fmt: skip
