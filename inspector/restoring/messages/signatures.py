"""Signatures, init ops and initial state: what a session is asked to feed, fetch and run."""

from __future__ import annotations

from inspector.restoring.kinds import DTYPE, GRAPH, LIKELY, POSSIBLE, SHAPE, SIGNATURE
from inspector.restoring.messages.message import SYMPTOM, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_NAMES = "python/framework/ops.py Graph.as_graph_element"
_PREDICT = "tensorflow_serving/servables/tensorflow/predict_util.cc"
_CLASSIFY = "tensorflow_serving/servables/tensorflow/classifier.cc"
_REGRESS = "tensorflow_serving/servables/tensorflow/regressor.cc"
_INPUTS = "cc/saved_model/util.cc GetInputValues"
_REST = "tensorflow_serving/util/json_tensor.cc"
_SESSION = "core/common_runtime/direct_session.cc"
_LOADER = "cc/saved_model/loader_util.cc"
_SHOW = "python -m inspector FOLDER lists the signatures with their inputs and outputs"

_MODEL = (
    Message(
        "signature-tensor-missing", SIGNATURE,
        "a signature (or an asset, the saver, an init op) names the tensor `{tensor}`, which the graph does not have",
        f"export the model again; {_SHOW}",
        (
            Wording("The name '{tensor}' refers to a Tensor which does not exist", "", _NAMES),
            Wording("The name '{tensor}' refers to an Operation not in the graph", "", _NAMES),
            Wording("The name '{tensor}' refers to an Operation, not a Tensor", "", _NAMES),
            Wording("The name '{tensor}' looks a like a Tensor name, but is not a valid one", "", _NAMES),
            Wording("The name '{tensor}' looks like an (invalid) Operation name", "", _NAMES),
            Wording("Tensor {tensor:lazy}, specified in either feed_devices or fetch_devices was not found in the Graph", "1.15-2.21", _SESSION),
            Wording("Tensor {tensor:lazy}, of the signature, was not found in the Graph", "", "the C API"),
            Wording("Node '{tensor}' (type: '{}', num of outputs: {:d}) does not have output", "", "c/c_api.cc"),
            Wording("FetchOutputs node {tensor:w} not found", "1.15-2.21", "core/graph/subgraph.cc", seen=SOURCE),
            Wording("FeedInputs: unable to find feed output {tensor:w}", "1.15-2.21", "core/graph/subgraph.cc", seen=SOURCE),
            Wording("FetchOutputs {tensor:w}: output index too large", "1.15-2.21", "core/graph/subgraph.cc", seen=SOURCE),
            Wording("Invalid feed, no such node in graph: {tensor:w}", "2.6-2.21", "core/grappler", seen=SOURCE),
            Wording("Invalid fetch, no such node in graph: {tensor:w}", "2.6-2.21", "core/grappler", seen=SOURCE),
            Wording("Tried to fetch data for '{tensor}', which produces no output", "1.15-2.21", _SESSION, seen=SOURCE),
        ),
        ("SG001", "SM009", "TB011", "SG010"),
        LIKELY,
    ),
    Message(
        "signature-tensor-info", SIGNATURE,
        "a signature describes an input or output in a way that this TensorFlow cannot use",
        f"export the model again; {_SHOW}",
        (
            Wording("Invalid TensorInfo.encoding: ", "1.15-2.21", "python/eager/wrap_function.py"),
            Wording("of argument `feeds` must be tensors", "2.9-2.21", "python/eager/wrap_function.py", seen=SOURCE),
            Wording("Feeds must be tensors", "1.15-2.6", "python/eager/wrap_function.py", seen=SOURCE),
            Wording("Can only prune function whose feeds and fetches", "1.15-2.21", "python/eager/wrap_function.py", seen=SOURCE),
        ),
        ("SG001", "SG008"),
        LIKELY,
    ),
    Message(
        "placeholder-not-fed", SIGNATURE,
        "the outputs need a placeholder that nothing feeds",
        "feed every input of the signature; if it is none of its inputs, export again with the placeholder as an input or with "
        "tf.compat.v1.placeholder_with_default",
        (
            Wording("You must feed a value for placeholder tensor '{node}'", "1.15-2.21", "core/kernels/constant_op.cc PlaceholderOp"),
            Wording("A SavedModel signature needs an input for each placeholder the signature's outputs use", "1.15-2.21", "python/saved_model/load_v1_in_v2.py", seen=SOURCE),
            Wording("Unable to lift tensor", "1.15-2.21", "python/eager/lift_to_graph.py", seen=SOURCE),
        ),
        ("SG007", "SM009", "GR012"),
        LIKELY,
    ),
    Message(
        "fed-twice", GRAPH,
        "one tensor is bound twice: an asset that is listed twice, or two inputs of a signature on one tensor",
        "export again with each asset listed once (tf.compat.v1.GraphKeys.ASSET_FILEPATHS holds it twice)",
        (
            Wording('Endpoint "{tensor}" fed more than once', "1.15-2.21", "core/graph/subgraph.cc"),
            Wording("is both fed and fetched", "1.15-2.21", "core/graph/subgraph.cc"),
            Wording("TF_Output {tensor:w} appears more than once in the input list", "1.15-2.21", "c/c_api_function.cc"),
            Wording("Tensor {tensor:w} is both fed and fetched", "1.15-2.21", _SESSION, seen=SOURCE),
        ),
        ("SM009", "SG011"),
    ),
    Message(
        "nothing-to-run", SIGNATURE,
        "a session is asked for nothing: the signature has no outputs",
        f"name the outputs in the signature and export again; {_SHOW}",
        (
            Wording("Must specify at least one target to fetch or execute", "1.15-2.21", "core/graph/subgraph.cc RewriteGraphForExecution", seen=SOURCE),
        ),
        ("SG012",),
        LIKELY,
    ),
    Message(
        "init-op", GRAPH,
        "the model names an init op or a restore op that its graph does not have, or names several",
        "export the model again, with one main_op",
        (
            Wording("PruneForTargets: Some target nodes not found: {node:line}", "1.15-2.21", "core/graph/subgraph.cc"),
            Wording("Could not find output __saved_model", "", _LOADER),
            Wording('The key "__saved_model_init_op" could not be found in the graph', "", "python/saved_model/signature_def_utils_impl.py load_op_from_signature_def"),
            Wording('The key "__saved_model_train_op" could not be found in the graph', "", "python/saved_model/signature_def_utils_impl.py", seen=QUOTED),
            Wording("Expected exactly one SavedModel init op", "1.15-2.21", "python/saved_model/loader_impl.py", seen=SOURCE),
            Wording("Expected exactly one main op in", "1.15-2.21", "cc/saved_model/loader_util.cc GetInitOp", seen=SOURCE),
            Wording("Expected exactly one SavedModel main op", "", "python/saved_model/loader_impl.py", seen=QUOTED),
        ),
        ("SG010", "TB011"),
    ),
    Message(
        "not-initialised", GRAPH,
        "a lookup table or an iterator is used before anything filled it: the init op does not reach its initializer",
        "export with main_op=tf.compat.v1.tables_initializer(), or keep the table as an attribute of the tf.Module that is "
        "saved",
        (
            Wording("Table not initialized", "1.15-2.21", "core/kernels/lookup_table_op.h"),
            Wording("GetNext() failed because the iterator has not been initialized", "1.15-2.21", "core/kernels/data/iterator_ops.cc"),
            Wording("Table already initialized", "1.15-2.21", "core/framework/lookup_interface.cc", seen=SOURCE),
        ),
        ("GR012", "OB017"),
        LIKELY,
    ),
    Message(
        "collection", GRAPH,
        "a collection of the graph cannot be restored",
        "remove the collection, or export the model again",
        (
            Wording("Failed to unpack", "1.15-2.21", _LOADER),
            Wording("Error parsing message", "2.12-2.15, 2.21", "python/framework/meta_graph.py", frame="meta_graph.py import_scoped_meta_graph"),
            Wording("Error parsing message", "2.12-2.15, 2.21", "python/framework/meta_graph.py", frame="meta_graph.py import_scoped_meta_graph_with_return_elements"),
            Wording("Error parsing message", "2.12-2.15, 2.21", "python/saved_model/loader_impl.py", frame="loader_impl.py get_asset_tensors"),
            Wording("Error parsing message with type 'tensorflow.AssetFileDef'", "", "google.protobuf"),
            Wording("Error parsing message with type 'tensorflow.VariableDef'", "", "google.protobuf"),
            Wording("Error parsing message with type 'tensorflow.WhileContextDef'", "", "google.protobuf"),
            Wording("Expected asset tensor", "", _LOADER, seen=QUOTED),
            Wording('KeyError: "The name \'{tensor}\' refers to', "", _NAMES, frame="meta_graph.py import_scoped_meta_graph_with_return_elements"),
        ),
        ("SM010", "SM009", "TB011"),
        LIKELY,
    ),
    Message(
        "signature-missing", SIGNATURE,
        "the model has no signature `{name}`",
        f"use a signature that it has ({_SHOW}), pass signature_name in the request, or export with "
        "signatures={{'serving_default': ...}}",
        (
            Wording('Serving signature name: "{name}" not found in signature def', "", "tensorflow_serving/servables/tensorflow/util.cc GetTensorInfoMap", seen=SOURCE),
            Wording('Serving signature key "{name}" not found', "", _PREDICT, seen=SOURCE),
            Wording('Serving signature name "{name}" not found', "", "tensorflow_serving", seen=SOURCE),
            Wording("No signature was found with the name: {name:w}", "", _CLASSIFY, seen=SOURCE),
            Wording("No signature found for signature key {name:w}", "", "google-cloud-ml prediction/frameworks/tf_prediction_lib.py", seen=SOURCE),
            Wording("Function with signature [{name}] not found", "", "tensorflow/java SavedModelBundle.java", seen=SOURCE),
            Wording("The SavedModel does not have signature: {name:w}", "", "tfjs-node/src/saved_model.ts", seen=SOURCE),
            Wording("Signature '{name}' does not exist. The following signatures are available", "", "tensorflowjs_converter", seen=QUOTED),
            Wording('Signature "{name}" does not exist in the saved model', "", "tensorflowjs_converter", seen=QUOTED),
            Wording("Invalid signature key '{name}' found. Valid keys are", "1.15-2.21", "lite/python/lite.py", seen=SOURCE),
            Wording("No '{name}' in the SavedModel's SignatureDefs. Possible values are", "1.15-2.21", "lite/python/convert_saved_model.py", seen=SOURCE),
            Wording('Could not find signature "{name}". Please choose from: ', "2.9-2.21", "python/tools/saved_model_cli.py", seen=SOURCE),
            Wording("KeyError: '{name}'", "1.15-2.21", "python/saved_model/signature_serialization.py _SignatureMap.__getitem__", frame="signature_serialization.py"),
            Wording("The endpoint '{name}' is neither an attribute of the reloaded SavedModel, nor an entry", "2.12-2.15, 2.21", "keras/src/export/tfsm_layer.py", seen=SOURCE),
            Wording('Got signature_def_key "{name}". Available signatures are', "1.15", "contrib/predictor/saved_model_predictor.py", seen=SOURCE),
            Wording("Unable to find signature_def_key '{name}' in signature def map", "2.9-2.21", "python/tools/saved_model_aot_compile.py", seen=SOURCE),
            Wording("does not have a signature_def with key: '{name}'", "2.9-2.21", "python/saved_model/method_name_updater.py", seen=SOURCE),
        ),
        ("SG004", "OB018"),
    ),
    Message(
        "default-signature-missing", SIGNATURE,
        "the model has no default signature (serving_default), or it is of another kind than the request",
        f"use a signature that it has ({_SHOW}), or export with signatures={{{{'serving_default': ...}}}}",
        (
            Wording("Default serving signature key not found", "", _PREDICT, seen=SOURCE),
            Wording("KeyError: 'serving_default'", "2.3-2.21", "python/saved_model/signature_serialization.py", seen=SOURCE),
            Wording("Expected classification signature method_name to be", "", _CLASSIFY, seen=SOURCE),
            Wording("Expected regression signature method_name to be", "", "tensorflow_serving", seen=SOURCE),
            Wording("Expected prediction signature method_name to be one of", "", _PREDICT, seen=SOURCE),
            Wording("No classification signature", "", _CLASSIFY, seen=SOURCE),
            Wording("No classification inputs found in SignatureDef: ", "", _CLASSIFY, seen=SOURCE),
            Wording("Expected classification signature outputs to contain at least one of", "", _CLASSIFY, seen=SOURCE),
            Wording("No regression inputs found in SignatureDef: ", "", _REGRESS, seen=SOURCE),
            Wording("No regression outputs found in SignatureDef: ", "", _REGRESS, seen=SOURCE),
            Wording("Expected one or two output Tensors, found {:d}", "", _CLASSIFY, seen=SOURCE),
        ),
        ("SG004",),
    ),
)  # fmt: skip

_REQUESTS = (
    Message(
        "request-inputs", SIGNATURE,
        "the request and the signature have other inputs or outputs",
        f"send exactly the inputs of the signature, by its names; {_SHOW}",
        (
            Wording("input tensor alias not found in signature: {name:w}", "", _PREDICT, seen=SOURCE),
            Wording("output tensor alias not found in signature: {name:w}", "", _PREDICT, seen=SOURCE),
            Wording("input size does not match signature", "", _PREDICT, seen=SOURCE),
            Wording("JSON object: does not have named input: {name:w}", "", _REST, seen=SOURCE),
            Wording("of 'instances' list. JSON object: {:lazy} keys must be equal to: ", "", _REST, seen=SOURCE),
            Wording("Missing named input: {name:w} in 'inputs' object", "", _REST, seen=SOURCE),
            Wording("inputs is a plain value/list, but expecting an object as multiple", "", _REST, seen=SOURCE),
            Wording("instances is a plain list, but expecting list of objects as multiple", "", _REST, seen=SOURCE),
            Wording("Missing 'inputs' or 'instances' key", "", _REST, seen=SOURCE),
            Wording("Failed to get input map for signature: {name:w}", "", _REST, seen=SOURCE),
            Wording("Not formatted correctly expecting only one of 'inputs' or 'instances' keys", "", _REST, seen=SOURCE),
            Wording("Excepting 'instances' to be an list/array", "", _REST, seen=SOURCE),
            Wording("No values in 'instances' array", "", _REST, seen=SOURCE),
            Wording("Expecting object but got list at item {:d} of input list", "", _REST, seen=SOURCE),
            Wording("Expecting value/list but got object at item {:d} of input list", "", _REST, seen=SOURCE),
            Wording("When method is classify, key 'examples' is expected and was not found", "", _REST, seen=SOURCE),
            Wording("Expecting 'examples' value to be an list/array", "", _REST, seen=SOURCE),
            Wording("Signature input alias: {name:lazy}(feed name: {:lazy}) not found in request", "2.15-2.21", _INPUTS, seen=SOURCE),
            Wording("Inputs contains invalid name. Used request inputs: ", "2.15-2.21", _INPUTS, seen=SOURCE),
            Wording("duplicate output tensor alias: {name:w}", "", _PREDICT, seen=SOURCE),
        ),
        ("SG009",),
    ),
    Message(
        "request-dtype", DTYPE,
        "an input has values of another dtype than the signature takes",
        f"cast before sending; {_SHOW}",
        (
            Wording("Expects arg[{input:d}] to be {wanted:lazy} but {found:lazy} is provided", "1.15-2.21", "core/common_runtime/function.cc"),
            Wording("JSON Value: {value:lazy} Type: {found:w} is not of expected type: {wanted:w}", "", _REST, seen=SOURCE),
            Wording("JSON Value: {value:lazy} not formatted correctly for base64 data", "", _REST, seen=SOURCE),
            Wording("Cannot convert JSON value: {value:lazy} without loss of precision", "", _REST, seen=SOURCE),
            Wording("Type: {found:w} is not of expected type: {wanted:w}", "", _REST, seen=SOURCE),
            Wording("Unsupported object type {found:w}", "1.15-2.21", "python/lib/core/py_func.cc", frame="session.py"),
            Wording("Unable to base64 decode", "", _REST, seen=SOURCE),
            Wording("Conversion of JSON Value: {value:lazy} to type: {wanted:w}", "", _REST, seen=SOURCE),
            Wording("Unexpected element type in feature: {name:lazy} expecting type: {found:w}", "", _REST, seen=SOURCE),
            Wording("The dtype of dict['{tensor}'] provided in model.execute(dict) must be {wanted:w}, but was {found:w}", "", "tfjs-converter/src/executor/graph_executor.ts", seen=SOURCE),
            Wording("Type of feed value {value:lazy} with type {found:lazy} is not compatible with Tensor type {wanted:w}", "1.15-2.21", "python/client/session.py", seen=SOURCE),
            Wording("Unable to get element as bytes", "1.15-2.21", "c/python/python_api", seen=SOURCE),
        ),
        ("SG002",),
        LIKELY,
    ),
    Message(
        "request-shape", SHAPE,
        "an input has values of another shape than the signature takes",
        f"send the batch dimension too, and equal sizes for all inputs; {_SHOW}",
        (
            Wording("Cannot feed value of shape {found:lazy} for Tensor {tensor:lazy}, which has shape {wanted:line}", "1.15-2.21", "python/client/session.py"),
            Wording("Encountered list at unexpected size: ", "", _REST, seen=SOURCE),
            Wording("Encountered list at unexpected level: ", "", _REST, seen=SOURCE),
            Wording("found at incorrect level: ", "", _REST, seen=SOURCE),
            Wording("of 'instances' list. Error: Invalid argument: Expecting", "", _REST, seen=SOURCE),
            Wording("of 'instances' list. Error: INVALID_ARGUMENT: Expecting", "", _REST, seen=SOURCE),
            Wording("tensor parsing error: {tensor:w}", "2.15-2.21", _PREDICT, seen=SOURCE),
            Wording("The shape of dict['{tensor}'] provided in model.execute(dict) must be {wanted:shape}, but was {found:shape}", "", "tfjs-converter/src/executor/graph_executor.ts", seen=SOURCE),
            Wording("Batching session Run() input tensors must have equal 0th-dimension size", "", "tensorflow_serving/batching/batching_session.cc", seen=SOURCE),
            Wording("Batching session Run() input tensors must have at least one dimension", "", "tensorflow_serving/batching/batching_session.cc", seen=SOURCE),
        ),
        ("SG003",),
        LIKELY,
    ),
    Message(
        "request-example", SIGNATURE,
        "the signature takes serialized tf.Examples, and was given something else",
        "send tf.train.Example messages, serialized (base64 in REST: {{\"b64\": ...}}), with the features that the model parses",
        (
            Wording("Could not parse example input", "1.15-2.21", "core/util/example_proto_fast_parsing.cc"),
            Wording("is required but could not be found", "1.15-2.21", "core/util/example_proto_fast_parsing.cc", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "fetch-or-feed", SIGNATURE,
        "a tensor that is to be fed or fetched is not one of the graph",
        f"use the tensors of the signature; {_SHOW}",
        (
            Wording("cannot be interpreted as a Tensor", "1.15-2.21", "python/client/session.py"),
            Wording("Cannot interpret feed_dict key as Tensor", "1.15-2.21", "python/client/session.py"),
            Wording("Argument `fetch` = {:lazy} has invalid type", "2.9-2.21", "python/client/session.py", seen=SOURCE),
            Wording("Fetch argument {:lazy} has invalid type", "1.15-2.21", "python/client/session.py", seen=SOURCE),
            Wording("The value of a feed cannot be a tf.Tensor object", "1.15-2.21", "python/client/session.py", seen=SOURCE),
        ),
        ("SG001", "SM009", "TB011"),
        POSSIBLE,
        SYMPTOM,
    ),
)  # fmt: skip

MESSAGES = (*_MODEL, *_REQUESTS)
