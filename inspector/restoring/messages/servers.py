"""Servers other than TensorFlow Serving: NVIDIA Triton, which compares a model and a request with config.pbtxt; clouds."""

from __future__ import annotations

from inspector.restoring.kinds import DTYPE, FILES, LIKELY, NOT_SAVED_MODEL, SHAPE, SIGNATURE, UNKNOWN
from inspector.restoring.messages.message import Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_LOADER = "triton tensorflow_backend/src/tensorflow_backend_tf.cc"
_BACKEND = "triton tensorflow_backend/src/tensorflow.cc"
_SHAPES = "triton tensorflow_backend/src/tensorflow_utils.cc CompareDims"
_COMMON = "triton backend/src/backend_common.cc"
_REQUEST = "triton core/src/infer_request.cc InferenceRequest::Normalize"
_CLIENT = "triton client/src/python/library/tritonclient"
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
            Wording("input '{name}', allowed inputs are: {allowed:line}", "", f"{_COMMON} CheckAllowedModelInput", seen=SOURCE),
            Wording("output '{name}', allowed outputs are: {allowed:line}", "", f"{_COMMON} CheckAllowedModelOutput", seen=SOURCE),
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
            Wording("input '{name}' data-type {found:w} doesn't match configuration data-type {wanted:w}", "", "triton server/src/backends/tensorflow/savedmodel_backend.cc", seen=SOURCE),
            Wording("output '{name}' data-type {found:w} doesn't match configuration data-type {wanted:w}", "", "triton server/src/backends/tensorflow/savedmodel_backend.cc", seen=SOURCE),
            Wording("sequence control '{name}' data-type {found:w} doesn't match required data-type {wanted:w}", "", "triton server/src/backends/tensorflow/savedmodel_backend.cc", seen=SOURCE),
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
            Wording("tensor '{name}': the model expects {found:d} dimensions", "", _SHAPES, seen=SOURCE),
            Wording("tensor '{name}' shape expected by framework", "", "triton server/src/backends/tensorflow/tf_utils.cc", seen=SOURCE),
            Wording("first dimension of tensor '{name}' expected by framework is not a variable-size batch dimension", "", "triton server/src/backends/tensorflow/tf_utils.cc", seen=SOURCE),
            Wording("sequence control '{name}' dims {found:shape} don't match expected dims", "", "triton server/src/backends/tensorflow/savedmodel_backend.cc", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "triton-request-names", SIGNATURE,
        "the request has other inputs or outputs than the model has in Triton",
        f"send the inputs and ask for the outputs that GET /v2/models/NAME lists. {_SHOW}",
        (
            Wording("unexpected inference input '{name}' for model '{model}'", "", "triton core/src/model.cc Model::GetInput", seen=SOURCE),
            Wording("unexpected inference output '{name}' for model '{model}'", "", "triton core/src/model.cc Model::GetOutput", seen=SOURCE),
            Wording("Unexpected inference output '{name}' for model '{model}'", "", "kserve", seen=QUOTED),
            Wording("expected {wanted:d} inputs but got {found:d} inputs for model '{model}'", "", _REQUEST, seen=SOURCE),
            Wording("expected number of inputs between {:d} and {:d} but got {found:d} inputs for model '{model}'", "", _REQUEST, seen=SOURCE),
            Wording("input '{name}' already exists in request", "", "triton core/src/infer_request.cc", seen=SOURCE),
        ),
    ),
    Message(
        "triton-request-dtype", DTYPE,
        "an input of the request is {found}, {wanted} is expected",
        f"convert the array, and name its datatype: InferInput(name, shape, 'FP32'). {_SHOW}",
        (
            Wording("inference input '{name}' data-type is '{found}', but model '{model}' expects '{wanted}'", "", _REQUEST, seen=SOURCE),
            Wording("got unexpected datatype {found:w} from numpy array, expected {wanted:w}", "", _CLIENT, seen=SOURCE),
        ),
    ),
    Message(
        "triton-request-shape", SHAPE,
        "an input of the request has another shape than the model takes",
        f"send the shape that GET /v2/models/NAME lists, with the batch dimension where max_batch_size > 0. {_SHOW}",
        (
            Wording("unexpected shape for input '{name}' for model '{model}'. Expected {wanted:shape}, got {found:shape}", "", _REQUEST, seen=SOURCE),
            Wording("All input dimensions should be specified for input '{name}'", "", _REQUEST, seen=SOURCE),
            Wording("input '{name}' has no shape but model requires batch dimension", "", _REQUEST, seen=SOURCE),
            Wording("input '{name}' batch size does not match other inputs for '{model}'", "", _REQUEST, seen=SOURCE),
            Wording("inference request batch-size must be <= {wanted:d} for '{model}'", "", _REQUEST, seen=SOURCE),
            Wording("got unexpected numpy array shape {found:shape}, expected {wanted:shape}", "", _CLIENT, seen=SOURCE),
        ),
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
        (
            Wording("is expected to contain exactly one of:\n[saved_model.pb, saved_model.pbtxt]", "", "Vertex AI", seen=QUOTED),
            Wording("Cloud ML only supports TF 1.0 or above and models saved in SavedModel format", "", "google-cloud-ml prediction/frameworks/tf_prediction_lib.py load_tf_model", seen=SOURCE),
            Wording("is expected to contain exactly one of{:lazy}saved_model.pb", "", "Vertex AI", seen=QUOTED),
        ),
        ("SM001",),
    ),
    Message(
        "sagemaker-no-model", NOT_SAVED_MODEL,
        "SageMaker finds no SavedModel in what it unpacked from model.tar.gz: none was exported, or not below a number",
        "pack it as NAME/1/saved_model.pb with NAME/1/variables/, by model.export(...) or tf.saved_model.save; a .h5, a .keras or a "
        "checkpoint is not served",
        (
            Wording("no SavedModel bundles found!", "", "sagemaker-tensorflow-serving-container serve.py", seen=SOURCE),
            Wording("Your model will NOT be servable with SageMaker TensorFlow Serving container", "", "sagemaker-tensorflow-training training.py", seen=SOURCE),
        ),
        ("SM001",),
        LIKELY,
    ),
    Message(
        "triton-no-version", NOT_SAVED_MODEL,
        "Triton finds no version of the model in its folder",
        "the layout is REPOSITORY/NAME/config.pbtxt and REPOSITORY/NAME/1/model.savedmodel/saved_model.pb",
        (
            Wording("at least one version must be available under the version policy of model '{name}'", "", "triton core/src/model_repository_manager", seen=SOURCE),
            Wording("Could not determine backend for model '{name}' with no backend in model configuration", "", "triton core/src/model_config_utils.cc", seen=SOURCE),
            Wording("unexpected platform type '{name}' for", "", "triton core/src/model_config_utils.cc", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "serving-no-checkpoint", FILES,
        "the export has no variables/variables.index, which this release of TensorFlow Serving needs",
        "copy the whole folder; a model without variables: serve it with a newer release",
        (
            Wording("Checkpoint index file not found in SavedModel directory", "", "cc/saved_model/loader.cc, before 1.2", seen=SOURCE),
        ),
        ("TB001",),
    ),
    Message(
        "serving-batch", SHAPE,
        "the inputs of a request, or the request and the server, do not agree on the size of the batch",
        "give all inputs the same first dimension, not greater than max_batch_size of the server's batching parameters",
        (
            Wording("has inconsistent batch size: {found:d} expecting: {wanted:d}", "", "tensorflow_serving/util/json_tensor.cc", seen=SOURCE),
            Wording("Task size {found:d} is larger than maximum batch size", "1.15-2.21", "core/kernels/batching_util", seen=SOURCE),
            Wording("Task size {found:d} is larger than maximum input batch size", "2.6-2.21", "core/kernels/batching_util", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "server-settings", UNKNOWN,
        "the server cannot read its own settings (model_config_file, batching_parameters_file, config.pbtxt): the model has "
        "no part in it",
        "correct the text of the file: it is protobuf in text form",
        (
            Wording("Error parsing text-format tensorflow.serving.", "", "tensorflow_serving", seen=SOURCE),
            Wording("Error parsing text-format inference.ModelConfig", "", "triton", seen=SOURCE),
            Wording("Error parsing text-format nvidia.inferenceserver.ModelConfig", "", "triton", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
)  # fmt: skip
