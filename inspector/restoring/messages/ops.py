"""Ops, their attrs and kernels: what a TensorFlow registers, and what a device computes."""

from __future__ import annotations

from inspector.restoring.kinds import DEPENDENCY, DTYPE, GRAPH, HARDWARE, LIKELY, POSSIBLE, VERSION
from inspector.restoring.messages.message import SYMPTOM, Message
from inspector.restoring.messages.wording import QUOTED, SOURCE, Wording

_REGISTRY = "core/framework/op.cc OpRegistry::LookUp"
_ATTRS = "core/framework/attr_value_util.cc AttrValueHasType"
_VALIDATE = "core/framework/op_def_util.cc ValidateAttrValue"
_NODE = "core/framework/node_def_util.cc ValidateNodeDef"
_KERNEL = "core/framework/op_kernel.cc FindKernelDef"
_PLACER = "core/common_runtime/placer.cc"
_COLOCATION = "core/common_runtime/colocation_graph.cc"
_SPEC = "python/framework/device_spec.py"
_OTHER_DEVICE = "use a device that has it, or export the model for this device"

_REGISTERED = (
    Message(
        "op-not-registered", DEPENDENCY,
        "the op `{op}` is not registered in the process that loads the model{whose}",
        "{cure}",
        (
            Wording("Op type not registered '{op}'", "1.15-2.21", _REGISTRY),
            Wording("No op named {op:w} in defined operations", "", "python/framework/importer.py, before 1.8", seen=SOURCE),
            Wording("Unrecognized Op name {op:w}", "1.15-2.21", "python/framework/op_def_library.py", seen=SOURCE),
            Wording("Op {op:w} is used by the graph, but is not registered", "1.15", "python/framework/meta_graph.py", seen=SOURCE),
        ),
        ("OP001",),
    ),
    Message(
        "op-not-known", DEPENDENCY,
        "the op `{op}` is not registered in the process that loads the model{whose}",
        "{cure}",
        (
            Wording("KeyError: '{op}'", "1.15-2.21", "python/framework/ops.py Graph._get_op_def"),
            Wording("KeyError: u'{op}'", "1.15-2.21", "python/framework/ops.py Graph._get_op_def", seen=SOURCE),
        ),
        ("OP001",),
        certainty=LIKELY,
    ),
    Message(
        "op-without-module", DEPENDENCY,
        "nothing in this process registers the ops of `{module}`: the package is not installed",
        "pip install {package}, in the version that is made for this TensorFlow{cure}",
        (Wording("No module named '{module}'", "2.12-2.15, 2.21", "Python", seen=SOURCE),),
        certainty=LIKELY,
    ),
    Message(
        "op-library-not-loaded", DEPENDENCY,
        "the library {library} of custom ops was built against another TensorFlow, and does not load",
        "install the version of the package that is made for this TensorFlow, or build the library again",
        (
            Wording("{library:w}: undefined symbol: {symbol:w}", "", "the dynamic linker", seen=QUOTED),
            Wording("{library:w}: cannot open shared object file", "", "the dynamic linker", seen=QUOTED),
            Wording("NotFoundError: {library:w} not found", "", "core/platform/windows", seen=SOURCE),
            Wording("{library:w}, 6): Symbol not found", "", "the dynamic linker", seen=QUOTED),
            Wording("{library:w}, 6): image not found", "", "the dynamic linker", seen=QUOTED),
            Wording("{library:w}, 0x0006): symbol not found in flat namespace", "", "the dynamic linker", seen=QUOTED),
        ),
        certainty=LIKELY,
    ),
    Message(
        "op-library-missing", DEPENDENCY,
        "there is no library of ops at {library}",
        "build it, or install the package that brings it, and give its path to tf.load_op_library",
        (
            Wording("The file or folder to load kernel libraries from does not exist. {library:w}", "1.15-2.21", "python/framework/load_library.py", seen=SOURCE),
        ),
    ),
    Message(
        "attr-not-in-op", VERSION,
        "the attr `{attr}` of a node is not known to its op in the TensorFlow that loads it: a newer one wrote it",
        "{cure}",
        (
            Wording("NodeDef mentions attr '{attr}' not in Op<name={op};", "1.15-2.3", _NODE, seen=SOURCE),
            Wording("NodeDef mentions attr '{attr}' not in Op", "1.15-2.3", _NODE, seen=SOURCE),
            Wording("NodeDef mentions attr '{attr}' not in Op<name={op}>", "1.15-2.3", _NODE, seen=SOURCE),
        ),
        ("OP005",),
    ),
    Message(
        "op-deprecated", VERSION,
        "the op `{op}` was removed from TensorFlow in GraphDef version {removed}",
        "load the model with a TensorFlow that still has it, or export it again with what replaces it: {instead}",
        (Wording("Op {op} is not available in GraphDef version {version:d}. It has been removed in version {removed:d}. {instead:line}", "1.15-2.21", "core/framework/op.cc CheckOpDeprecation"),),
        ("OP009",),
    ),
    Message(
        "python-callback", DEPENDENCY,
        "a node calls the Python function `{key}` of the process that exported the model: it is not in the file",
        "export the model again with TensorFlow ops in the place of tf.py_function and tf.numpy_function",
        (
            Wording("Could not find callback with key={key:w} in the registry", "2.9-2.21", "python/ops/script_ops.py"),
            Wording("callback {key:w} is not found", "1.15-2.21", "python/ops/script_ops.py FuncRegistry", seen=SOURCE),
        ),
        ("OP006",),
    ),
)  # fmt: skip

_PYTHON_OPS = (
    Message(
        "python-op", DEPENDENCY,
        "a node calls a Python function of the process that exported the model: it is not in the file, and programs without "
        "Python have no kernel for it",
        "export the model again with TensorFlow ops in the place of tf.py_function and tf.numpy_function",
        (
            Wording("No OpKernel was registered to support Op 'PyFunc'", "", _KERNEL),
            Wording("No OpKernel was registered to support Op 'EagerPyFunc'", "", _KERNEL),
            Wording("No OpKernel was registered to support Op 'PyFuncStateless'", "", _KERNEL, seen=QUOTED),
            Wording("Op type not registered 'PyFunc'", "", _REGISTRY, seen=QUOTED),
            Wording("Op type not registered 'EagerPyFunc'", "", _REGISTRY, seen=QUOTED),
            Wording("Op type not registered 'PyFuncStateless'", "", _REGISTRY, seen=QUOTED),
        ),
        ("OP006", "OP007", "OP001"),
    ),
)  # fmt: skip

_ATTRIBUTES = (
    Message(
        "attr-missing", GRAPH,
        "a node lacks the attr `{attr}`, which its op requires{since}",
        "{cure}",
        (
            Wording("NodeDef missing attr '{attr}' from Op<name={op};", "", _NODE),
            Wording("NodeDef missing attr '{attr}' from Op<name={op}>", "", _NODE),
            Wording("NodeDef missing attrs {attr:lazy} from Op<name={op};", "", _NODE),
            Wording("No attr named '{attr}' in NodeDef", "1.15-2.21", "core/framework/node_def_util.cc AttrSlice::Find"),
            Wording("No attr named '{attr}' in NodeDef:\n[[Node: {node:w} = {op}[", "1.15-2.21", "core/framework/node_def_util.cc AttrSlice::Find, before 1.12", seen=SOURCE),
            Wording("No attr named '{attr}' in NodeDef:\n[[{{node {node}}} = {op}[", "1.15-2.21", "core/framework/node_def_util.cc AttrSlice::Find, before 1.13", seen=SOURCE),
            Wording("type attr not found: {attr:w}", "1.15-2.21", "core/framework/function.cc"),
            Wording("number attr not found: {attr:w}", "2.12-2.21", "core/framework/function.cc"),
            Wording("NodeDef missing attr '{attr}'", "", _NODE),
        ),
        ("OP002", "FN012"),
        LIKELY,
    ),
    Message(
        "attr-kind", GRAPH,
        "an attr of a node holds another kind of value than its op says",
        "export the model again; a tool that rewrote the graph wrote a wrong attr",
        (
            Wording("AttrValue had value with type '{found}' when '{wanted}' expected", "1.15-2.21", _ATTRS),
            Wording("AttrValue missing value with expected type '{wanted}'", "1.15-2.21", _ATTRS),
            Wording("AttrValue had value with unexpected type '{found}'", "1.15-2.21", _ATTRS, seen=SOURCE),
            Wording("AttrValue has invalid DataType", "1.15-2.21", _ATTRS),
            Wording("AttrValue must not have reference type value of {found:w}", "1.15-2.21", _ATTRS),
            Wording("has value {found:lazy} that can't be converted to a Tensor", "1.15-2.21", "core/framework/node_def_util.cc", seen=SOURCE),
            Wording("does not specify an operation", "1.15-2.21", "core/common_runtime/graph_constructor.cc"),
        ),
        ("OP003", "OP004"),
        LIKELY,
    ),
    Message(
        "attr-value", GRAPH,
        "the attr `{attr}` of a node has a value that its op does not allow",
        "export the model again, with the TensorFlow that loads it",
        (
            Wording('Value for attr \'{attr}\' of "{value}" is not in the list of allowed values', "1.15-2.21", _VALIDATE),
            Wording("Value for attr '{attr}' of {value:lazy} must be at least minimum", "1.15-2.21", _VALIDATE),
            Wording("Length for attr '{attr}' of {value:lazy} must be at least minimum", "1.15-2.21", _VALIDATE),
        ),
        ("OP004", "GR003"),
        LIKELY,
    ),
    Message(
        "attr-dtype", DTYPE,
        "the attr `{attr}` of a node is the dtype {value}, which its op does not take in this TensorFlow",
        "cast to one of the allowed dtypes where the model is built; or load it with the TensorFlow that exported it",
        (
            Wording("Value for attr '{attr}' of {value:w} is not in the list of allowed values", "1.15-2.21", _VALIDATE),
            Wording("Value for attr '{attr}' of unknown dtype enum ({value}", "", _VALIDATE, seen=QUOTED),
        ),
        ("OP004",),
        LIKELY,
    ),
    Message(
        "attr-text-not-allowed", GRAPH,
        "an attr of a node has the value {value}, which its op does not take",
        "export the model again",
        (
            Wording("{value:w} is not an allowed padding type", "1.15-2.21", "core/util/padding.cc"),
            Wording("Invalid data format string: {value:w}", "1.15-2.21", "core/util/tensor_format.cc", seen=SOURCE),
        ),
        ("OP004", "GR013"),
        LIKELY,
    ),
    Message(
        "attr-not-bound", GRAPH,
        "an attr of a node in a function waits for a value that nothing gives it",
        "export the model again",
        (
            Wording("Failed to bind all placeholders in", "1.15-2.21", "core/framework/function.cc"),
            Wording("No type fields in", "1.15-2.21", "core/framework/node_def_util.cc AddArgToSig"),
            Wording("Expected binary or unicode string, got", "1.15-2.21", "python/util/compat.py", frame="importer.py"),
            Wording("Expected binary or unicode string, got", "1.15-2.21", "python/util/compat.py", frame="function_def_to_graph.py"),
        ),
        ("FN011", "FN012"),
        LIKELY,
    ),
)  # fmt: skip

_KERNELS = (
    Message(
        "no-kernel", HARDWARE,
        "no device of this host has a kernel for the op `{op}` with these dtypes",
        "use a device that has one, or export the model with a dtype and op that the CPU computes",
        (
            Wording("No OpKernel was registered to support Op '{op}'", "1.15-2.21", _KERNEL),
            Wording("Could not find device for node: {{node {node}}} = {op}[", "", _KERNEL, seen=QUOTED),
            Wording("No registered '{op}' OpKernel for", "1.15-2.21", _KERNEL),
        ),
        ("OP007",),
    ),
    Message(
        "no-device-for-node", HARDWARE,
        "no device of this host has a kernel for an op of the model",
        _OTHER_DEVICE,
        (
            Wording("Could not find valid device for node", "1.15", "core/common_runtime/eager/placement_utils.cc", seen=SOURCE),
            Wording("no supported kernel for GPU devices is available", "", _COLOCATION, seen=QUOTED),
            Wording("no supported kernel for XLA_GPU devices is available", "", _COLOCATION, seen=QUOTED),
            Wording("no supported kernel for TPU devices is available", "", _COLOCATION, seen=QUOTED),
            Wording("Node had no OpKernel registered to support this operation", "1.15-2.21", "core/framework/op_kernel.cc", seen=SOURCE),
            Wording("Failed to place the graph without changing the devices of some resources", "1.15-2.21", _COLOCATION, seen=SOURCE),
            Wording("Cannot place the graph because a reference or resource edge connects", "1.15-2.21", _COLOCATION, seen=SOURCE),
            Wording("Nodes were connected by a reference or resource connection (requiring them to be on the same device)", "2.6-2.21", _COLOCATION, seen=SOURCE),
        ),
        ("OP007", "GR010"),
    ),
    Message(
        "layout-not-on-cpu", HARDWARE,
        "a convolution or pooling has its channels first (NCHW), which this CPU does not compute",
        "export with data_format='channels_last', or load it where a GPU (or oneDNN on the CPU) is",
        (
            Wording("only supports the NHWC tensor format on the CPU", "1.15-2.21", "core/kernels/conv_ops.cc", seen=SOURCE),
            Wording("only supports NHWC on device type", "", "core/kernels/maxpooling_op.cc", seen=QUOTED),
            Wording("on CPU is only supported for NHWC format", "1.15-2.21", "core/kernels/depthwise_conv_op.cc", seen=SOURCE),
            Wording("only supports NHWC tensor format for now", "1.15-2.21", "core/kernels/fused_batch_norm_op.cc", seen=SOURCE),
            Wording("CPU BiasOp only supports NHWC", "", "core/kernels/bias_op.cc", seen=QUOTED),
            Wording("only supports NHWC data format", "1.15-2.21", "core/kernels/conv_ops.cc", seen=SOURCE),
            Wording("only supports NHWC and doesn't support", "", "core/kernels/pooling_ops_3d.cc", seen=QUOTED),
            Wording("CustomBackpropInputOp only supports NHWC", "1.15-2.21", "core/kernels/conv_grad_input_ops.cc", seen=SOURCE),
            Wording("CustomBackpropFilterOp only supports NHWC", "1.15-2.21", "core/kernels/conv_grad_filter_ops.cc", seen=SOURCE),
            Wording("Conversion from NHWC to NCHW is currently not  available for CPU", "2.6-2.21", "core/kernels", seen=SOURCE),
            Wording("does not support grouped convolutions for now", "1.15-2.21", "core/kernels/conv_ops_fused_impl.h", seen=SOURCE),
        ),
        ("OP008",),
    ),
    Message(
        "xla-unsupported", HARDWARE,
        "a function is to be compiled by XLA (jit_compile), and has an op that XLA cannot compile for this device",
        "export the model with jit_compile=False",
        (
            Wording("Detected unsupported operations when trying to compile graph", "1.15-2.21", "compiler/tf2xla/xla_compiler.cc"),
            Wording("Function invoked by the following node is not compilable", "1.15-2.3", "compiler/jit/kernels/xla_ops.cc", seen=SOURCE),
        ),
    ),
    Message(
        "gpu-library", HARDWARE,
        "the GPU cannot be used: its driver or libraries (CUDA, cuDNN) do not fit this TensorFlow, or its memory is taken",
        "compare the versions of driver, CUDA and cuDNN with those that this TensorFlow was built for; "
        "tf.config.experimental.set_memory_growth(gpu, True); CUDA_VISIBLE_DEVICES=-1 loads on the CPU",
        (
            Wording("This is probably because cuDNN failed to initialize", "", "core/kernels/conv_ops.cc", seen=QUOTED),
            Wording("DNN library is not found", "2.6-2.15", "stream_executor", seen=SOURCE),
            Wording("Could not create cudnn handle: CUDNN_STATUS", "", "stream_executor", seen=QUOTED),
            Wording("Loaded runtime CuDNN library: {found:lazy} but source was compiled with", "", "stream_executor", seen=QUOTED),
            Wording("CUDA driver version is insufficient for CUDA runtime version", "", "CUDA", seen=QUOTED),
            Wording("Blas GEMM launch failed", "", "core/kernels/matmul_op.cc", seen=QUOTED),
            Wording("Internal: no kernel image is available for execution on the device", "", "CUDA", seen=QUOTED),
            Wording("CUDA_ERROR_NO_BINARY_FOR_GPU", "", "CUDA", seen=QUOTED),
            Wording("CUDA_ERROR_INVALID_PTX", "", "CUDA", seen=QUOTED),
            Wording("operation using StreamExecutor without BLAS support", "1.15-2.15", "stream_executor", seen=SOURCE),
            Wording("operation using StreamExecutor without DNN support", "1.15-2.15", "stream_executor", seen=SOURCE),
            Wording("No DNN in stream executor", "", "stream_executor", seen=QUOTED),
            Wording("Could not load library libcudnn", "", "cuDNN", seen=QUOTED),
            Wording("Could not load library cudnn", "", "cuDNN", seen=QUOTED),
            Wording("JIT compilation failed.", "", "core/kernels", seen=QUOTED),
            Wording("libdevice not found at", "", "compiler/xla", seen=QUOTED),
        ),
        certainty=LIKELY,
    ),
    Message(
        "tensorrt-engine", HARDWARE,
        "a TensorRT engine in the model was built for another TensorRT or another GPU",
        "convert the model again on this GPU with this TensorRT, or serve the model from before the conversion",
        (
            Wording("is not compatible with this version of TensorRT", "", "TensorRT", seen=QUOTED),
            Wording("engine plan file is generated on an incompatible device", "", "TensorRT", seen=QUOTED),
            Wording("Using an engine plan file across different models of devices", "", "TensorRT", seen=QUOTED),
            Wording("Version tag does not match", "", "TensorRT", seen=QUOTED),
        ),
        certainty=LIKELY,
    ),
    Message(
        "memory", HARDWARE,
        "the device has too little free memory for the model",
        "free the device, make batches smaller, set_memory_growth(gpu, True), or use a device with more memory",
        (
            Wording("OOM when allocating tensor with shape", "1.15-2.21", "core/framework/op_kernel.cc", seen=SOURCE),
            Wording("failed to allocate memory", "2.9-2.15", "core/framework/op_kernel.cc", seen=SOURCE),
            Wording("CUDA_ERROR_OUT_OF_MEMORY", "", "CUDA", seen=QUOTED),
            Wording("Dst tensor is not initialized", "1.15-2.21", "core/common_runtime/gpu/gpu_util.cc", seen=SOURCE),
        ),
        certainty=LIKELY,
    ),
)  # fmt: skip

_DEVICES = (
    Message(
        "device-not-there", HARDWARE,
        "a node is pinned to `{device}`, which this host does not have",
        "allow soft placement (tf.config.set_soft_device_placement(True), allow_soft_placement=True), or export with "
        "clear_devices=True; inspector.load(..., fallback=['clear_devices']) loads a copy without the pins",
        (
            Wording("was explicitly assigned to {device:lazy} but available devices are", "1.15-2.21", _PLACER),
            Wording("Could not satisfy explicit device specification '{device}' because", "1.15-2.21", _PLACER),
            Wording("Could not satisfy device specification '{device}'", "1.15-2.21", _PLACER, seen=SOURCE),
            Wording("Error copying tensor to device: {device:lazy}. ", "", "core/common_runtime/eager", seen=QUOTED),
            Wording("{device:w} unknown device.", "1.15-2.21", "core/common_runtime/eager", seen=SOURCE),
        ),
        ("GR010", "GR019"),
    ),
    Message(
        "local-files-on-tpu", HARDWARE,
        "the model is read by a TPU worker, which sees no local files",
        "copy the model to Google Cloud Storage (gs://...), or load it on the CPU: "
        "tf.saved_model.LoadOptions(experimental_io_device='/job:localhost')",
        (Wording("File system scheme '[local]' not implemented", "1.15-2.21", "core/platform/env.cc Env::GetFileSystemForFile", seen=SOURCE),),
    ),
    Message(
        "no-place-for-node", HARDWARE,
        "there is no device for the operation {node}",
        "allow soft placement, or export with clear_devices=True",
        (Wording("Cannot assign a device for operation {node:w}", "1.15-2.21", _PLACER),
         Wording("Cannot assign a device to node '{node}'", "", _PLACER, seen=QUOTED)),
        ("GR010", "GR019"),
        LIKELY,
        SYMPTOM,
    ),
    Message(
        "device-malformed", GRAPH,
        "the device string `{device}` of a node cannot be parsed",
        "clear the device where the model is exported (clear_devices=True), or write it as /device:GPU:0",
        (
            Wording("Malformed device specification '{device}'", "1.15-2.21", _PLACER),
            Wording("is encountered while parsing the device spec: '{device}'", "2.9-2.21", _SPEC),
            Wording("Unknown attribute: '{device}'", "1.15-2.6, 2.21", _SPEC, seen=SOURCE),
            Wording("invalid literal for int() with base 10: '{device}'", "", _SPEC, frame="device_spec.py"),
            Wording("invalid literal for int() with base 10: '{device}'", "", _SPEC, frame="importer.py import_graph_def"),
        ),
        ("GR011",),
    ),
    Message(
        "colocation", GRAPH,
        "a node asks to be placed with a node that the graph does not have, or that must be elsewhere",
        "export the model again; a tool that removed nodes must remove their names from the attr _class",
        (
            Wording("expects to be colocated with unknown node", "1.15-2.21", "core/common_runtime/graph_constructor.cc"),
            Wording("Cannot colocate nodes", "1.15-2.21", _COLOCATION),
        ),
        ("GR019", "GR010"),
        POSSIBLE,
    ),
)  # fmt: skip

MESSAGES = (*_REGISTERED, *_PYTHON_OPS, *_ATTRIBUTES, *_KERNELS, *_DEVICES)
