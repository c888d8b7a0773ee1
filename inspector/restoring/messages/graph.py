"""Nodes and edges: the graph contradicts itself."""

from __future__ import annotations

from inspector.restoring.kinds import DTYPE, GRAPH, LIKELY, NOT_SAVED_MODEL, POSSIBLE, SHAPE
from inspector.restoring.messages.message import SYMPTOM, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_CONSTRUCTOR = "core/common_runtime/graph_constructor.cc GraphConstructor"
_NODE = "core/framework/node_def_util.cc ValidateNodeDef"
_SHAPES = "core/framework/shape_inference.cc"
_TENSOR = "core/framework/tensor.cc"
_VARIABLES = "core/kernels/resource_variable_ops.cc"
_SAVED = "cc/saved_model/loader.cc ValidateSavedTensors"
_AGAIN = "export the model again; if a tool rewrote the graph, look at what it removed or renamed"


def _invalid_node(message: str) -> tuple[Wording, ...]:
    """What the importer of Python said of a node, with the names of Python 2 and 3."""
    source = "python/framework/importer.py, before 1.8"
    return tuple(
        Wording(f"graph_def is invalid at node {mark}'{{node}}': {message}", "", source, seen=SOURCE)
        for mark in ("", "u")
    )


_STRUCTURE = (
    Message(
        "input-missing", GRAPH,
        "the node `{node}` takes an input `{input}` from a node that is not there",
        _AGAIN,
        (
            Wording("Node '{node}': Unknown input node '{input}'", "1.15-2.21", _CONSTRUCTOR),
            *_invalid_node("Input tensor '{input}' not found in graph_def"),
            *_invalid_node("Control input '{input}' not found in graph_def"),
            Wording("Specified colocation to an op: {input:w} that does not exist during import for op: {node:w}", "2.9-2.21", "python/framework/importer.py", seen=SOURCE),
            Wording("Specified colocation to an op that does not exist during import: {input:w} in {node:w}", "1.15-2.6", "python/framework/importer.py", seen=SOURCE),
        ),
        ("GR001",),
    ),
    Message(
        "output-missing", GRAPH,
        "the node `{node}` takes output {output} of `{source}`, which has no such output",
        _AGAIN,
        (Wording("Node '{node}': Connecting to invalid output {output:d} of source node {source:w} which has", "1.15-2.21", _CONSTRUCTOR),),
        ("GR002",),
    ),
    Message(
        "control-input-order", GRAPH,
        "the node `{node}` lists a control input before a data input",
        _AGAIN,
        (Wording("Node '{node}': Control dependencies must come after regular dependencies", "1.15-2.21", _CONSTRUCTOR),),
        ("GR008",),
    ),
    Message(
        "cycle", GRAPH,
        "nodes of the graph feed each other in a circle",
        _AGAIN,
        (
            Wording("{count:d} nodes in a cycle", "1.15-2.21", _CONSTRUCTOR),
            Wording("Graph had a cycle", "", "core/graph/validate.cc", seen=QUOTED),
            Wording("Graph is invalid, contains a cycle with", "1.15-2.21", "core/graph/validate.cc", seen=SOURCE),
        ),
        ("GR005", "FN002"),
    ),
    Message(
        "input-count", GRAPH,
        "a node has more or fewer inputs than its op takes",
        _AGAIN,
        (
            Wording("NodeDef expected inputs '{wanted}' do not match {found:d} inputs specified", "1.15-2.21", _NODE),
            Wording("Input {input:d} of node {node:w} does not exist. Node only has", "2.3-2.21", _CONSTRUCTOR),
            *_invalid_node("More inputs specified"),
            Wording("Incomplete graph, missing {input:d} inputs for {node:w}", "1.15-2.21", "core/common_runtime/graph_constructor.cc"),
            Wording("has inputs from different frames", "1.15-2.21", "core/common_runtime"),
            Wording("Missing {:d}-th output from", "1.15-2.21", "core/common_runtime/executor.cc"),
            Wording("Attempt to access beyond input size", "1.15-2.21", "core/framework/function.cc"),
            Wording("Expected input[{input:d}] == '{tensor}' to be a control input", "1.15-2.21", "core/framework/function.cc"),
            Wording("inputs specified of {wanted:d} inputs in Op while building NodeDef", "", "core/framework/node_def_builder.cc"),
            Wording("More Input() calls than the {wanted:d} input_args while building NodeDef", "", "core/framework/node_def_builder.cc"),
        ),
        ("GR003", "FN006"),
        LIKELY,
    ),
    Message(
        "duplicate-node", GRAPH,
        "two nodes of one graph have the name `{node}`",
        _AGAIN,
        (
            Wording("Node '{node}' is not unique", "1.15-2.21", _CONSTRUCTOR),
            Wording("Duplicate name '{node}' in GraphDef", "", "python/framework/importer.py, before 1.8", seen=SOURCE),
        ),
        ("GR006",),
    ),
    Message(
        "invalid-node-name", GRAPH,
        "a node has a name (`{node}`) that TensorFlow does not allow",
        _AGAIN,
        (
            Wording("Node '{node}': Node name contains invalid characters", "1.15-2.21", _CONSTRUCTOR),
            Wording("'{node}' is not a valid node name", "1.15-2.6", "python/framework/ops.py", seen=SOURCE),
            Wording("Illegal op name '{node}'", "1.15-2.21", "core/graph/validate.cc", seen=SOURCE),
        ),
        ("GR007",),
    ),
)  # fmt: skip

_DTYPES = (
    Message(
        "dtype-conflict", DTYPE,
        "input {input} of the node `{node}` is {found}, {wanted} is expected",
        "cast where the model is built, tf.cast(x, tf.{wanted}), and export again",
        (
            Wording("Input {input:d} of node {node:w} was passed {found:lazy} from {tensor:w} incompatible with expected {wanted:w}", "1.15-2.21", _CONSTRUCTOR),
            *_invalid_node("Input tensor '{input}' Cannot convert a tensor of type {found:w} to an input of type {wanted:w}"),
        ),
        ("GR004", "FN005", "FN006", "SG002"),
    ),
    Message(
        "dtype-of-op", DTYPE,
        "an op is given a tensor of another dtype than it takes",
        "cast the tensor (tf.cast) where the op is called, or the input of the model where it is fed",
        (
            Wording("Op has type {found:w} that does not match type {wanted:w} of argument", "1.15-2.21", "python/framework/op_def_library.py", seen=SOURCE),
            Wording("has DataType {found:w} not in list of allowed values", "1.15-2.21", "python/framework/op_def_library.py", seen=SOURCE),
            Wording("Tensor conversion requested dtype {wanted:w} for Tensor with dtype {found:w}", "1.15-2.21", "python/framework/ops.py", seen=SOURCE),
            Wording("Signature mismatch, have: ", "1.15-2.21", "core/framework/op_kernel.cc", seen=SOURCE),
        ),
        certainty=POSSIBLE,
        rank=SYMPTOM,
    ),
    Message(
        "dtype-conflict-in-function", DTYPE,
        "the input `{input}` of a node in a function is {found}, {wanted} is expected",
        "cast where the model is built, and export again",
        (
            Wording("input {input} expected type {wanted:lazy} != {found:lazy}, the type of", "1.15-2.21", "core/framework/function.cc"),
            Wording("Input '{input}' passed {found:lazy} expected {wanted:w} while building NodeDef", "1.15-2.21", "core/framework/node_def_builder.cc"),
        ),
        ("GR004", "FN005", "FN006", "FN012"),
    ),
    Message(
        "read-dtype", DTYPE,
        "a node reads a variable of {found} as {wanted}",
        "make the dtype of the node that reads and of the variable the same where the model is built, and export again",
        (Wording("Trying to read variable with wrong dtype. Expected {wanted:lazy} got {found:w}", "1.15-2.21", _VARIABLES),),
        ("GR004",),
    ),
    Message(
        "const-dtype", DTYPE,
        "a constant holds {found} values under the dtype {wanted}",
        "write the constant again: tf.make_tensor_proto(values, dtype, shape), with the same dtype in its attr",
        (
            Wording("Type mismatch between value ({found}) and dtype ({wanted})", "1.15-2.21", "core/kernels/constant_op.cc"),
            Wording("Check failed: dtype() == expected_dtype ({:d} vs. {:d})\n{wanted:w} expected, got {found:w}", "", _TENSOR),
        ),
        ("GR009",),
    ),
)  # fmt: skip

_SHAPE_MESSAGES = (
    Message(
        "shape-conflict", SHAPE,
        "a node does not take inputs of these shapes: {one} and {other}",
        "find which input has the wrong shape, correct it where the model is built, and export again",
        (
            Wording("Dimensions must be equal, but are {one:w} and {other:w} for", "1.15-2.21", _SHAPES),
            Wording("in both shapes must be equal, but are {one:w} and {other:w}. Shapes are", "1.15-2.21", _SHAPES),
            Wording("Shape must be rank {one:w} but is rank {other:w} for", "1.15-2.21", _SHAPES),
            Wording("Shape must be at least rank {one:w} but is rank {other:w} for", "1.15-2.21", _SHAPES),
            Wording("Shape must be at most rank {one:w} but is rank {other:w} for", "1.15-2.21", _SHAPES, seen=SOURCE),
            Wording("Shapes must be equal rank, but are {one:w} and {other:w}", "1.15-2.21", _SHAPES),
        ),
        ("GR013", "GR014"),
        LIKELY,
    ),
    Message(
        "shape-conflict-at-call", SHAPE,
        "a node was given inputs of shapes that it does not take: by the caller, or by variables of another shape than when the "
        "model was exported",
        "compare what you feed with the signature (python -m inspector call FOLDER 'serving_default(...)'); if that is right, "
        "copy saved_model.pb and variables/ from one export",
        (
            Wording("Incompatible shapes: {one:shape} vs. {other:shape}", "1.15-2.21", "core/util/bcast.h"),
            Wording("Matrix size-incompatible: In[0]: {one:shape}, In[1]: {other:shape}", "1.15-2.21", "core/kernels/matmul_op.cc"),
            Wording("In[0] mismatch In[1] shape", "1.15-2.21", "core/kernels/matmul_op.cc", seen=SOURCE),
            Wording("In[0] and In[1] has different ndims", "1.15-2.21", "core/kernels/matmul_op.cc", seen=SOURCE),
            Wording("In[{:d}] ndims must be >= 2", "1.15-2.21", "core/kernels/matmul_op.cc"),
            Wording("In[{:d}] is not a matrix", "1.15-2.21", "core/kernels/matmul_op.cc"),
            Wording("must be {:d}-dimensional: [", "", "core/kernels/conv_ops.cc"),
            Wording("Must provide as many biases as the last dimension", "1.15-2.21", "core/kernels/bias_op.cc", seen=SOURCE),
            Wording("Must provide as many biases as the channel size", "2.6-2.21", "core/kernels/bias_op.cc"),
            Wording("required broadcastable shapes", "2.6-2.21", "core/kernels/cwise_ops_common.cc", seen=SOURCE),
            Wording("must be the same size as the last dimension of the input", "", "core/kernels/bias_op.cc", seen=QUOTED),
            Wording("Expected begin, end, and strides to be 1D equal size tensors", "1.15-2.21", "core/util/strided_slice_op.cc"),
            Wording("must have the same first dimension", "1.15-2.21", "core/kernels", seen=SOURCE),
            Wording("ConcatOp : Dimension{:w} of inputs should match", "1.15-2.21", "core/kernels/concat_op.cc", seen=SOURCE),
            Wording("ConcatOp : Dimensions of inputs should match", "1.15-2.21", "core/kernels/concat_op.cc", seen=SOURCE),
            Wording("Shape of tensor {tensor:w} {found:shape} is not compatible with expected shape", "1.15-2.21", "core/kernels/ensure_shape_op.cc"),
            Wording("input depth must be evenly divisible by filter depth", "1.15-2.21", "core/kernels/conv_ops.cc", seen=SOURCE),
            Wording("Input to reshape is a tensor with", "1.15-2.21", "core/kernels/reshape_op.h", seen=SOURCE),
            Wording("] is not in [0, {:d})", "", "core/kernels/gather_op.cc", seen=QUOTED),
            Wording(" is not in [0, {:d})", "1.15-2.21", "core/kernels/gather_op.cc"),
            Wording("slice index {:d} of dimension {:d} out of bounds", "1.15-2.21", "core/util/strided_slice_op.cc"),
        ),
        ("TB009", "GR013", "SG003"),
        POSSIBLE,
        SYMPTOM,
    ),
    Message(
        "output-shapes", SHAPE,
        "the attr _output_shapes of a node contradicts what its op and inputs give",
        "remove the attr _output_shapes of the node, or export the model again",
        (
            Wording("has an _output_shapes attribute inconsistent with the GraphDef", "", _CONSTRUCTOR),
            Wording("but the _output_shapes attribute specifies shapes for", "", _CONSTRUCTOR),
            Wording("has an invalid _output_shapes attribute", "", _CONSTRUCTOR),
        ),
        ("GR014",),
    ),
    Message(
        "shape-invalid", GRAPH,
        "the graph has a shape that cannot be: negative, larger than memory can be addressed, or not known where it must be",
        "copy saved_model.pb again, or export the model again",
        (
            Wording("has dimensions with values below -1", "1.15-2.21", "core/framework/tensor_shape.cc"),
            Wording("is too large (more than 2**63 - 1 entries)", "1.15-2.21", "core/framework/tensor_shape.cc"),
            Wording("] is not fully defined for '{{node", "", "core/ops/array_ops.cc"),
            Wording("Check failed: 0 <= new_num_elements", "", "core/framework/tensor_shape.cc"),
        ),
        ("GR009", "GR013", "OB012", "SG003"),
        LIKELY,
    ),
    Message(
        "argument-of-op", GRAPH,
        "an attr or a constant of a node asks for an axis, a size or a stride that its op does not take",
        "export the model again",
        (
            Wording("Invalid axis: {axis:d}; must be in", "1.15-2.21", "core/ops/array_ops.cc"),
            Wording("Dimension size, given by scalar input {axis:d} must be in range", "1.15-2.21", _SHAPES),
            Wording("<= split_dim < input rank", "1.15-2.21", "core/kernels/split_op.cc"),
            Wording("Stride must be > 0, but got", "1.15-2.21", "core/framework/common_shape_fns.cc"),
            Wording("requires the stride attribute to contain {:d} values", "1.15-2.21", "core/framework/common_shape_fns.cc"),
            Wording("Tried to stack list which only contains uninitialized tensors", "", "core/kernels/list_kernels.h"),
        ),
        ("GR013", "OP004", "GR003"),
        LIKELY,
    ),
)  # fmt: skip

_CONSTANTS = (
    Message(
        "const-without-value", GRAPH,
        "a constant of the graph has no value",
        "copy saved_model.pb again, or export the model again",
        (
            Wording("which is a constant tensor but no value has been provided", "2.3-2.21", _SAVED),
            Wording("No attr named 'value' in NodeDef", "", "core/framework/node_def_util.cc"),
            Wording("NodeDef missing attr 'value' from Op<name=Const", "", _NODE),
            Wording("Check failed: it != end() key not found: value", "", "google/protobuf/map.h"),
            Wording("CHECK failed: it != end(): key not found: value", "", "google/protobuf/map.h"),
        ),
        ("GR009", "OP002"),
    ),
    Message(
        "const-not-parsed", GRAPH,
        "the value of a constant cannot be read: it has fewer bytes than its shape asks for, or a dtype that there is not",
        "copy saved_model.pb again, or export the model again",
        (
            Wording("Cannot parse tensor from proto", "1.15-2.21", "core/kernels/constant_op.cc"),
            Wording("Cannot parse tensor from tensor_proto", "1.15-2.21", "core/kernels/constant_op.cc", seen=SOURCE),
            Wording("which initializes from a tensor with -1 elements", "", _SAVED),
            Wording("Unable to evaluate a constant node", "2.15-2.21", "core/common_runtime"),
        ),
        ("GR009",),
    ),
    Message(
        "graph-not-there", GRAPH,
        "the model holds no graph",
        "copy saved_model.pb again, or export the model again",
        (Wording("Session was not created with a graph before", "1.15-2.21", "core/common_runtime/direct_session.cc"),),
        ("SM004", "SG001"),
        LIKELY,
    ),
    Message(
        "graph-serialization", NOT_SAVED_MODEL,
        "the bytes are no GraphDef: the file is cut, or of another kind (a SavedModel is no GraphDef)",
        "load a SavedModel by its folder (SavedModelBundle.load, LoadSavedModel); else copy the file again in binary mode",
        (
            Wording("Not a valid TensorFlow Graph serialization", "", "tensorflow/java TensorFlowInferenceInterface.java", seen=SOURCE),
            Wording("Invalid GraphDef", "1.15-2.21", "c/c_api.cc TF_GraphImportGraphDefWithResults", seen=SOURCE),
        ),
        certainty=POSSIBLE,
        rank=SYMPTOM,
    ),
)  # fmt: skip

MESSAGES = (*_STRUCTURE, *_DTYPES, *_SHAPE_MESSAGES, *_CONSTANTS)
