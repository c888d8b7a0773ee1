"""Programs that call a model by name (Java, Go, Rust, JavaScript, converters, a cloud), and requests that no server reads."""

from __future__ import annotations

from inspector.restoring.kinds import LIKELY, SIGNATURE, UNKNOWN
from inspector.restoring.messages.message import SYMPTOM, Message
from inspector.restoring.messages.wording import SOURCE, Wording

_JAVA = "tensorflow/java"
_TFJS = "tfjs-converter/src/executor/graph_executor.ts"
_NODE = "tfjs-node/src/saved_model.ts"
_TFGO = "tfgo model.go"
_CLOUD = "google-cloud-ml prediction/frameworks/tf_prediction_lib.py"
_IMPORTER = "python/framework/importer.py"
_CONSTRUCTOR = "core/common_runtime/graph_constructor.cc"
_CONCRETE = "python/eager/polymorphic_function/concrete_function.py"
_SHOW = "python -m inspector show FOLDER lists the signatures with the names of their tensors"

MESSAGES = (
    Message(
        "operation-not-in-graph", SIGNATURE,
        "the program asks for `{tensor}`, which the graph of the model does not have",
        f"use the name that the signature gives ({_SHOW}): the tensor NAME:0 is output 0 of the operation NAME",
        (
            Wording("No Operation named [{tensor}] in the Graph", "", f"{_JAVA} Graph.java, Session.java", seen=SOURCE),
            Wording("op {tensor:w} has {:d} outputs. Requested output number", "", f"{_TFGO} Model.Op", seen=SOURCE),
            Wording("The output '{tensor}' is not found in the graph", "", f"{_TFJS} checkOutputs", seen=SOURCE),
            Wording("The dict provided in model.execute(dict) has keys: [{tensor}] that are not part of graph", "", f"{_TFJS} checkInputs", seen=SOURCE),
            Wording("Requested return_element '{tensor}' not found in graph_def", "", f"{_IMPORTER}, before 1.8", seen=SOURCE),
            Wording("Requested return_element u'{tensor}' not found in graph_def", "", f"{_IMPORTER}, before 1.8", seen=SOURCE),
            Wording("Requested return tensor '{tensor}' not found in graph def", "1.15-2.21", _CONSTRUCTOR, seen=SOURCE),
            Wording("Requested return node '{tensor}' not found in graph def", "1.15-2.21", _CONSTRUCTOR, seen=SOURCE),
            Wording("Attempted to map inputs that were not found in graph_def: [{tensor}]", "1.15-2.21", _IMPORTER, seen=SOURCE),
            Wording('No operation named "{tensor}" exists', "", "cppflow/model.h", seen=SOURCE),
        ),
        ("SG001",),
    ),
    Message(
        "operation-not-found", SIGNATURE,
        "the program uses an operation that the graph of the model does not have",
        f"use the name that the signature gives, without :0 where only the operation is asked for: {_SHOW}",
        (
            Wording("nil-Operation. If the Output was created with a Scope object", "", "tensorflow/go/operation.go Output.c", seen=SOURCE),
            Wording("panic: op {tensor:w} not found", "", f"{_TFGO} Model.Op", seen=SOURCE),
            Wording('Unavailable: Operation "{tensor}" not found', "", "tensorflow/rust Graph::operation_by_name_required", seen=SOURCE),
        ),
        ("SG001",),
        LIKELY,
    ),
    Message(
        "no-only-signature", SIGNATURE,
        "the program takes the only signature of the model, which has none, or several",
        "name the signature (signature_keys=[...]), or export the model with signatures={{'serving_default': ...}}; "
        f"{_SHOW}",
        (
            Wording("Only support a single signature key.", "2.3-2.21", "lite/python/lite.py TFLiteConverterV2.from_saved_model", seen=SOURCE),
            Wording("Only support at least one signature key.", "2.6-2.21", "lite/python/lite.py TFLiteConverterV2.from_saved_model", seen=SOURCE),
            Wording("Only supports a single signature key.", "2.18-2.21", "lite/python/lite.py", seen=SOURCE),
            Wording("This converter can only convert a single ConcreteFunction", "1.15-2.21", "lite/python/lite.py", seen=SOURCE),
            Wording("MetaGraph must have at least one signature_def", "", f"{_CLOUD} load_tf_model", seen=SOURCE),
            Wording("Cannot elect a default function for this model", "", f"{_JAVA} SavedModelBundle.java", seen=SOURCE),
        ),
        ("SG004", "OB018"),
    ),
    Message(
        "call-inputs", SIGNATURE,
        "the call and the signature have other inputs",
        f"pass exactly the inputs of the signature, by its names; {_SHOW}",
        (
            Wording('No argument found for parameter "{name}"', "", f"{_JAVA} SessionFunction.java", seen=SOURCE),
            Wording('has parameter "{name}", but no argument was passed for it', "", f"{_JAVA} ConcreteFunction.java", seen=SOURCE),
            Wording("Can't pass null as an argument to a function.", "", f"{_JAVA} SessionFunction.java", seen=SOURCE),
            Wording("Can't use call(Tensor) on function", "", f"{_JAVA} TensorFunction.java", seen=SOURCE),
            Wording("Function [{name}] requires multiple inputs", "", f"{_JAVA} ConcreteFunction.java", seen=SOURCE),
            Wording("Function [{name}] has multiple outputs", "", f"{_JAVA} ConcreteFunction.java", seen=SOURCE),
            Wording("Expected tensor name: {name:lazy}, got tensor name: ", "", f"{_CLOUD} canonicalize_single_tensor_input", seen=SOURCE),
            Wording("Unexpected tensor name: {name:w}", "", f"{_CLOUD} _get_columns", seen=SOURCE),
            Wording("Input {name:w} was missing in at least one input instance", "", f"{_CLOUD} _get_columns", seen=SOURCE),
            Wording("Got unexpected keys in input_dict: {name:line}", "1.15", "contrib/predictor/predictor.py, before 2.0", seen=SOURCE),
            Wording("Input tensor count mismatch,{:lazy} placeholders, while there are", "", "tfjs-converter/src/executor/graph_model.ts", seen=SOURCE),
            Wording("The dict provided in model.execute(dict) has the keys [{}], but is missing the required keys", "", _TFJS, seen=SOURCE),
            Wording("The model signatureDef input names are {:lazy}, however the provided input names are", "", _NODE, seen=SOURCE),
            Wording('"{name}" is not a valid input key. Please choose from', "1.15-2.21", "python/tools/saved_model_cli.py", seen=SOURCE),
        ),
        ("SG009",),
    ),
    Message(
        "concrete-function-inputs", SIGNATURE,
        "a function of the model takes its tensors by name, and was called by position, or with other names",
        "pass every input as a keyword: f(name=tensor); print(f.structured_input_signature) or python -m inspector show "
        "FOLDER gives the names",
        (
            Wording("TypeError: {:lazy}) takes {:d} positional arguments, got {:d}", "2.9-2.21", f"{_CONCRETE} _call_with_flat_signature"),
            Wording("TypeError: {:lazy}) got two values for '", "2.12-2.21", f"{_CONCRETE} _call_with_flat_signature", seen=SOURCE),
            Wording("When calling a concrete function, positional arguments may not be bound to Tensors", "1.15", "python/eager/function.py, before 2.3", seen=SOURCE),
            Wording("TypeError: Got two values for keyword '", "1.15", "python/eager/function.py, before 2.3", seen=SOURCE),
            Wording("TypeError: Keyword arguments {:lazy} unknown.", "1.15-2.21", "python/eager/function.py, before 2.3", seen=SOURCE),
            Wording("Keyword arguments are not supported when calling a wrap_function-decorated function", "2.9-2.21", "python/eager/wrap_function.py", seen=SOURCE),
            Wording("Keyword arguments not supported when calling a wrap_function-decorated function", "1.15-2.6", "python/eager/function.py, before 2.3", seen=SOURCE),
        ),
        ("SG009",),
        LIKELY,
    ),
    Message(
        "request-malformed", UNKNOWN,
        "the server cannot read the request: its address or its JSON is malformed; the model has no part in it",
        "POST to /v1/models/NAME:predict with {{\"instances\": [...]}} or {{\"inputs\": {{...}}}}, and the header "
        "Content-Type: application/json",
        (
            Wording("JSON Parse error: {:lazy} at offset: {:d}", "", "tensorflow_serving/util/json_tensor.cc ParseJson", seen=SOURCE),
            Wording("JSON Parse error: The document is empty", "", "tensorflow_serving/util/json_tensor.cc ParseJson", seen=SOURCE),
            Wording("Malformed request: {:w} /v1/", "", "tensorflow_serving/model_servers/http_rest_api_handler.cc", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "model-not-served", UNKNOWN,
        "the server has no model of that name and version that is ready: another name, or its load failed or goes on",
        "look at what the server printed when it loaded the model, and ask it: GET /v1/models/NAME (Serving), "
        "/v2/repository/index (Triton)",
        (
            Wording("Servable not found for request: ", "", "tensorflow_serving/core/basic_manager.cc", seen=SOURCE),
            Wording("Request for unknown model: '", "", "triton core/src/model_repository_manager", seen=SOURCE),
            Wording("Could not find any versions of model", "", "tensorflow_serving/model_servers/get_model_status_impl.cc", seen=SOURCE),
            Wording("Unrecognized servable version label: ", "", "tensorflow_serving/model_servers/server_core.cc", seen=SOURCE),
            Wording("which was requested to be served as a 'specific' version in the servable's version policy, was not found", "", "tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc", seen=SOURCE),
        ),
        certainty=LIKELY,
        rank=SYMPTOM,
    ),
)  # fmt: skip
