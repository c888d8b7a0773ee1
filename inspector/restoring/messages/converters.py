"""Other runtimes and their converters: TensorFlow Lite, TensorFlow.js, ONNX, Core ML, OpenVINO, freezing tools."""

from __future__ import annotations

from inspector.restoring.kinds import DEPENDENCY, DTYPE, FILES, GRAPH, LIKELY, NOT_SAVED_MODEL, SHAPE, SIGNATURE
from inspector.restoring.messages.message import SYMPTOM, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_LITE = "lite/python/convert.py"
_LITE_PYTHON = "lite/python/lite.py"
_INTERPRETER = "lite/python/interpreter.py"
_WRAPPER = "lite/python/interpreter_wrapper/interpreter_wrapper.cc"
_ONNX = "tf2onnx/tf_loader.py"
_TFJS = "tfjs-converter/src/executor/graph_executor.ts"
_TFJS_PYTHON = "tfjs-converter tf_saved_model_conversion_v2.py"
_COREML = "coremltools/converters/mil/frontend/tensorflow2/load.py"
_OPENVINO = "openvino/tools/mo/front/tf/loader.py"
_SHOW = "python -m inspector show FOLDER lists the signatures with the names of their tensors"

MESSAGES = (
    Message(
        "lite-ops", DEPENDENCY,
        "the model has ops that the TensorFlow Lite runtime does not have",
        "converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS, tf.lite.OpsSet.SELECT_TF_OPS], and link the "
        "Flex delegate; ops of a package must be registered in the runtime",
        (
            Wording("Some ops are not supported by the native TFLite runtime", "2.6-2.21", _LITE, seen=SOURCE),
            Wording("neither a custom op nor a flex op", "1.15-2.21", _LITE, seen=SOURCE),
            Wording("Encountered unresolved custom op: {op:w}", "1.15-2.21", "lite/core/subgraph.cc", seen=SOURCE),
            Wording("Regular TensorFlow ops are not supported by this interpreter", "1.15-2.21", "lite/core/subgraph.cc", seen=SOURCE),
            Wording("Select TensorFlow op(s), included in the given model, is(are) not supported by this interpreter", "2.9-2.21", "lite/core/subgraph.cc", seen=SOURCE),
            Wording("Here is a list of operators for which you will need custom implementations", "1.15-2.21", _LITE, seen=SOURCE),
            Wording("Ops that need custom implementation", "2.3-2.21", _LITE, seen=SOURCE),
            Wording("Ops that can be supported by the flex runtime", "2.3-2.21", _LITE, seen=SOURCE),
            Wording("Didn't find custom op for name", "", "lite/core", seen=QUOTED),
            Wording("Make sure you apply/link the Flex delegate before inference", "2.3-2.21", "lite/core/subgraph.cc", seen=SOURCE),
        ),
    ),
    Message(
        "lite-conversion", DEPENDENCY,
        "the converter has no form of TensorFlow Lite for an op of the model, or not with these dtypes and shapes",
        "allow tf.lite.OpsSet.SELECT_TF_OPS, or export the model with fixed shapes and without that op",
        (
            Wording("that was explicitly marked illegal", "1.15-2.21", _LITE, seen=SOURCE),
            Wording("error: failed while converting: '", "", _LITE, seen=QUOTED),
        ),
        certainty=LIKELY,
        rank=SYMPTOM,
    ),
    Message(
        "lite-not-a-model", NOT_SAVED_MODEL,
        "the file is no TensorFlow Lite model",
        "pass a .tflite file; python -m inspector FILE says what it is instead",
        (
            Wording("Model provided has model identifier '{found}', should be 'TFL3'", "1.15-2.21", "lite/core/model_builder.cc", seen=SOURCE),
            Wording("The model is not a valid Flatbuffer", "1.15-2.21", "lite/core/model_builder.cc", seen=SOURCE),
            Wording("ValueError: Could not open '{path}'.", "1.15-2.21", "lite/core/model_builder.cc", seen=SOURCE),
        ),
    ),
    Message(
        "lite-shape", SHAPE,
        "an input has another shape than the TensorFlow Lite model takes, or the converter needs one that is fixed",
        "interpreter.resize_tensor_input(...), then allocate_tensors(); for the converter give a shape without None but in the "
        "first place",
        (
            Wording("Cannot set tensor: Dimension mismatch. Got {found:d} but expected {wanted:d} for dimension", "1.15-2.21", _WRAPPER, seen=SOURCE),
            Wording("Cannot set tensor: Dimension count mismatch", "2.3-2.21", _WRAPPER, seen=SOURCE),
            Wording("None is only supported in the 1st dimension. Tensor '{name}' has invalid shape", "1.15-2.21", _LITE_PYTHON, seen=SOURCE),
            Wording("Provide an input shape for input array '{name}'", "1.15-2.21", _LITE_PYTHON, seen=SOURCE),
            Wording("The shape of tensor '{name}' cannot be changed from", "1.15-2.21", "lite/python/util.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "lite-dtype", DTYPE,
        "an input is {found}, the TensorFlow Lite model takes {wanted}",
        "cast it to the dtype of interpreter.get_input_details(); a quantized model takes int8 or uint8",
        (
            Wording("Cannot set tensor: Got value of type {found:w} but expected type {wanted:w} for input", "2.3-2.21", _WRAPPER, seen=SOURCE),
            Wording("Cannot set tensor: Got tensor of type {found:w} but expected type {wanted:w} for input", "1.15", _WRAPPER, seen=SOURCE),
        ),
    ),
    Message(
        "lite-signature", SIGNATURE,
        "the TensorFlow Lite model has no such signature, or the signature no such input",
        "interpreter.get_signature_list() lists them",
        (
            Wording("Invalid signature_key provided: ", "2.21", _INTERPRETER, seen=SOURCE),
            Wording("Invalid number of inputs provided for running a SignatureDef", "2.6-2.21", _INTERPRETER, seen=SOURCE),
            Wording("Invalid Input name ({name:w}) for SignatureDef", "2.6-2.21", _INTERPRETER, seen=SOURCE),
            Wording("SignatureDef signature_key is None and model has {count:d} Signatures", "2.9-2.21", _INTERPRETER, seen=SOURCE),
            Wording("Invalid tensors '{name}' were found", "1.15-2.21", "lite/python/util.py", seen=SOURCE),
            Wording("Invalid tensor '{name}' found in tensor shapes map", "1.15-2.21", "lite/python/util.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "js-ops", DEPENDENCY,
        "the model has ops that TensorFlow.js does not have",
        "export only the inference part (without Assert, Print, training ops); --skip_op_check where they are never run",
        (
            Wording("Unsupported Ops in the model before optimization", "", "tensorflowjs", seen=QUOTED),
            Wording("Unsupported Ops in the model after optimization", "", "tensorflowjs", seen=QUOTED),
            Wording("Unknown op '{op}'. File an issue", "", "tensorflowjs", seen=QUOTED),
            Wording("Cannot find the module path for {:w} class", "", "tfjs-converter tf_module_mapper.py", seen=SOURCE),
        ),
    ),
    Message(
        "js-not-a-model", NOT_SAVED_MODEL,
        "there is no model of TensorFlow.js (model.json with its weights) at that address",
        "give the address of model.json, where the server lets it be read; convert a SavedModel by tensorflowjs_converter first",
        (
            Wording("Please verify this URL points to the model JSON of the model to load", "", "tfjs-core/src/io/http.ts", seen=SOURCE),
            Wording("Failed to parse model JSON of response from", "", "tfjs-core/src/io/http.ts", seen=SOURCE),
            Wording("did not contain model topology", "", "tfjs-core", seen=SOURCE),
            Wording("contains neither model topology or manifest for weights", "", "tfjs-core/src/io/http.ts", seen=SOURCE),
            Wording("Nonexistent path to HDF5 file: ", "", "tfjs-converter converter.py", seen=SOURCE),
            Wording("Nonexistent path to .keras file: ", "", "tfjs-converter converter.py", seen=SOURCE),
            Wording("Expected path to point to an HDF5 file, but it points to a directory", "", "tfjs-converter converter.py", seen=SOURCE),
            Wording('Field "modelTopology" is missing from the JSON content', "", "tfjs-converter keras_tfjs_loader.py", seen=SOURCE),
            Wording('Field "weightsManifest" is missing from the JSON content', "", "tfjs-converter keras_tfjs_loader.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "js-call", SIGNATURE,
        "the call in TensorFlow.js does not give what the outputs need, or asks execute() for a graph with control flow",
        "model.predict or model.executeAsync with a dict of all inputs; model.inputs and model.outputs list the names",
        (
            Wording("Cannot compute the outputs [{outputs}] from the provided inputs", "", _TFJS, seen=SOURCE),
            Wording("Please use model.executeAsync() instead", "", _TFJS, seen=SOURCE),
            Wording("has a SparseTensor on input/output", "", _TFJS_PYTHON, seen=SOURCE),
            Wording("Converter only supports dict structured_outputs", "", _TFJS_PYTHON, seen=SOURCE),
            Wording("Converter only supports structured_outputs of form", "", _TFJS_PYTHON, seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "onnx-signature", SIGNATURE,
        "the model has not the signature, function, inputs or outputs that tf2onnx asks for",
        "--signature_def, --concrete_function, --inputs and --outputs name them; python -m inspector show FOLDER lists what "
        "there is",
        (
            Wording("No signatures found in model. Try --concrete_function instead", "", _ONNX, seen=SOURCE),
            Wording("Cannot load multiple signature defs in TF2", "", _ONNX, seen=SOURCE),
            Wording("Model doesn't contain usable concrete functions under __call__", "", _ONNX, seen=SOURCE),
            Wording("Invalid concrete_function value: ", "", _ONNX, seen=SOURCE),
            Wording("Specified signature not in model ", "", _ONNX, seen=SOURCE),
            Wording("inputs/outputs specified do not exist, make sure your passed", "", "tf2onnx/utils.py", seen=SOURCE),
            Wording("ValueError: Inputs/Outputs Not Found", "", "tf2onnx/utils.py", seen=SOURCE),
            Wording("graph input '{name}' not exist", "", "tf2onnx/graph.py", seen=SOURCE),
            Wording("graph output '{name}' not exist", "", "tf2onnx/graph.py", seen=SOURCE),
        ),
    ),
    Message(
        "converter-ops", DEPENDENCY,
        "the model has ops that the converter does not know",
        "export only the inference part; ops of a package need its own converter (tensorflow_text, custom ops): leave them out "
        "of the model",
        (
            Wording("Unsupported ops: Counter(", "", "tf2onnx/tfonnx.py", seen=SOURCE),
            Wording("Tensorflow op [{op:lazy}] is not supported", "", "tf2onnx/tfonnx.py", seen=SOURCE),
            Wording("Conversion for TF op '{op}' not implemented", "", "coremltools/converters/mil/frontend/tensorflow/convert_utils.py", seen=SOURCE),
            Wording("List of operations that cannot be converted to", "", "openvino", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "converter-format", NOT_SAVED_MODEL,
        "the converter does not take what it was given for a model",
        "pass the folder of a SavedModel, by the argument that is for it; python -m inspector PATH says what it is",
        (
            Wording("Expected model format: [SavedModel |", "", _COREML, seen=SOURCE),
            Wording("Unable to determine the type of the model, i.e. the source framework", "", "coremltools/converters/_converters_entry.py", seen=SOURCE),
            Wording("SavedModel file format({path:lazy}) is not supported", "2.3-2.21", _LITE_PYTHON, seen=SOURCE),
            Wording("Unable to parse input file '{path}'", "1.15-2.21", _LITE_PYTHON, seen=SOURCE),
            Wording("RuntimeError: Unable to parse file '{path}'", "", _ONNX, seen=SOURCE, frame="tf_loader.py"),
            Wording("Please freeze the graph using freeze_graph.py", "1.15-2.21", _LITE_PYTHON, seen=SOURCE),
            Wording("No variables were found in this model. It is likely the model was frozen previously", "1.15-2.21", "python/tools/freeze_graph.py", seen=SOURCE),
            Wording("Input graph file '{path}' does not exist", "1.15-2.21", "python/tools/freeze_graph.py", seen=SOURCE),
            Wording("Input meta graph file '{path}' does not exist", "1.15-2.21", "python/tools/freeze_graph.py", seen=SOURCE),
            Wording("File is corrupt or has unsupported format", "", _OPENVINO, seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "converter-checkpoint", FILES,
        "there is no checkpoint at {path}",
        "pass the path up to .index and .data-00000-of-0000N, without them",
        (
            Wording("Input checkpoint '{path}' doesn't exist", "1.15-2.21", "python/tools/freeze_graph.py", seen=SOURCE),
        ),
    ),
    Message(
        "converter-names", SIGNATURE,
        "the tool is told names that the graph does not have",
        "use the names of the graph: NAME is the operation, NAME:0 its output 0; python -m inspector show FOLDER lists them",
        (
            Wording("AssertionError: {tensor:w} is not in graph", "", "python/framework/graph_util_impl.py extract_sub_graph", seen=QUOTED),
            Wording("The following input nodes were not found: ", "1.15-2.21", "python/tools/strip_unused_lib.py", seen=SOURCE),
            Wording("appears to refer to a Tensor, not an Operation", "2.9-2.21", "python/tools/strip_unused_lib.py", seen=SOURCE),
            Wording("No node named '{tensor}' found in map", "1.15-2.21", "python/tools/optimize_for_inference_lib.py", seen=SOURCE),
            Wording("You need to supply the name of a node to --output_node_names", "1.15-2.21", "python/tools/freeze_graph.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
    Message(
        "converter-graph", GRAPH,
        "the graph contradicts itself, or lost what a tool needs to freeze it",
        "export the model again, and give the tool what was exported",
        (
            Wording("Duplicate node names detected for", "1.15-2.21", "python/tools/optimize_for_inference_lib.py", seen=SOURCE),
            Wording("Cannot find the variable that is an input to the ReadVariableOp", "1.15", "python/framework/graph_util_impl.py", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
)  # fmt: skip
