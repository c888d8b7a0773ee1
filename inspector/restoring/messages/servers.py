"""Servers other than TensorFlow Serving: NVIDIA Triton, which compares a model with its config.pbtxt, and Vertex AI."""

from __future__ import annotations

from inspector.restoring.kinds import DTYPE, LIKELY, NOT_SAVED_MODEL, SHAPE, SIGNATURE
from inspector.restoring.messages.message import Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_LOADER = "triton tensorflow_backend/src/tensorflow_backend_tf.cc"
_BACKEND = "triton tensorflow_backend/src/tensorflow.cc"
_SHAPES = "triton tensorflow_backend/src/tensorflow_utils.cc CompareDims"
_COMMON = "triton backend/src/backend_common.cc"
_SHOW = "python -m inspector show MODEL lists the inputs and outputs of its signatures"

MESSAGES = (
    Message(
        "triton-signature-missing", SIGNATURE,
        "the model `{model}` has no signature that Triton can serve: neither `{name}` nor another one",
        "export with signatures={{'{name}': ...}}, or name a signature that it has in config.pbtxt: parameters "
        "TF_SIGNATURE_DEF",
        (Wording("unable to load model '{model}', expected '{name}' signature", "", _LOADER, seen=SOURCE),),
        ("SG004", "OB018"),
    ),
    Message(
        "triton-tag-missing", SIGNATURE,
        "the model `{model}` has no graph with the tag `{tag}`",
        "export for serving (tag `serve`), or name the tag that it has in config.pbtxt: parameters TF_GRAPH_TAG",
        (Wording("unable to load model '{model}', expected '{tag}' tag", "", _LOADER, seen=SOURCE),),
        ("SG005",),
    ),
    Message(
        "triton-names", SIGNATURE,
        "config.pbtxt and the signature of the model name different inputs or outputs",
        f"write the names of the signature into config.pbtxt, or leave input and output out of it: Triton fills them in. {_SHOW}",
        (
            Wording("unexpected inference input '{name}', allowed inputs are: {allowed:line}", "", f"{_COMMON} CheckAllowedModelInput", seen=SOURCE),
            Wording("unexpected inference output '{name}', allowed outputs are: {allowed:line}", "", f"{_COMMON} CheckAllowedModelOutput", seen=SOURCE),
            Wording("', configuration expects {wanted:d} inputs, model provides", "", _BACKEND, seen=SOURCE),
            Wording("configuration specified sequence control '{name}', but model does not provide that input", "", _BACKEND, seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "triton-dtype", DTYPE,
        "config.pbtxt says that `{name}` is {wanted}, the signature of the model says {found}",
        f"write the dtype of the signature into config.pbtxt. {_SHOW}",
        (
            Wording("configuration expects datatype {wanted:w} for input '{name}', model provides {found:w}", "", _BACKEND, seen=SOURCE),
            Wording("configuration expects datatype {wanted:w} for output '{name}', model provides {found:w}", "", _BACKEND, seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "triton-dtype-unsupported", DTYPE,
        "Triton has no datatype for {found}, which `{name}` of the signature is",
        "export a signature whose inputs and outputs are of a dtype that Triton serves: cast in it",
        (
            Wording("unable to process input '{name}' for '{model}', unsupported datatype '{found}'", "", _LOADER, seen=SOURCE),
            Wording("unable to process output '{name}' for '{model}', unsupported datatype '{found}'", "", _LOADER, seen=SOURCE),
        ),
    ),
    Message(
        "triton-shape", SHAPE,
        "config.pbtxt gives `{name}` another shape than the signature of the model",
        "write the shape of the signature into config.pbtxt, without the batch dimension where max_batch_size > 0; "
        f"max_batch_size: 0 where the first dimension is no batch. {_SHOW}",
        (
            Wording("tensor '{name}': the model expects {found:d} dimensions (shape {shape:shape}) but the model configuration specifies", "", _SHAPES, seen=SOURCE),
            Wording("tensor '{name}': for the model to support batching the shape should have at least 1 dimension", "", _SHAPES, seen=SOURCE),
            Wording("tensor '{name}' is 0 which is not supported", "", _BACKEND, seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "triton-path", NOT_SAVED_MODEL,
        "there is nothing at {path}, where Triton looks for the model",
        "the layout is REPOSITORY/NAME/config.pbtxt and REPOSITORY/NAME/1/model.savedmodel/saved_model.pb",
        (Wording("unable to find '{path}' for model instance '{name}'", "", _BACKEND, seen=SOURCE),),
        certainty=LIKELY,
    ),
    Message(
        "vertex-path", NOT_SAVED_MODEL,
        "the folder that was given to Vertex AI has no saved_model.pb: it is one level too high, or holds something else",
        "pass the folder that holds saved_model.pb itself, as artifact_uri or deployment_uri",
        (Wording("is expected to contain exactly one of:\n[saved_model.pb, saved_model.pbtxt]", "", "Vertex AI", seen=QUOTED),),
        ("SM001",),
    ),
)  # fmt: skip
