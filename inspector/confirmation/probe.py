"""The child of a confirmation: loads one SavedModel for real, calls its signatures, and says what happened.

Run as ``python probe.py REQUEST.json`` by any interpreter that has TensorFlow; ``inspector`` never imports it.
Standard library and TensorFlow (with the numpy that TensorFlow itself needs) only, in the syntax of Python 3.6, in one
file. It reports by JSON lines, each written before the next step begins, so that the parent knows which step killed it.

Each loader hands the outputs of a call to its ``took``, which does nothing here: the differential tests compare them.
"""

import base64
import collections
import ctypes
import importlib.util
import json
import os
import struct
import sys
import time
from typing import Any

LIMIT = 1 << 28  # elements of an invented tensor

# One tensor to be fed. ``dtype`` is the number of types.proto, ``shape`` a list with None for an unknown dimension or
# None for an unknown rank. ``role`` is "splits" (of a ragged tensor), "extent" (dense shape of a sparse one) or "".
Leaf = collections.namedtuple("Leaf", "tensor dtype shape role")

STRING, INT64 = 7, 9
# types.proto number -> (struct format of one element, what is invented for it)
DTYPES = {
    1: ("f", 0.5), 2: ("d", 0.5), 3: ("i", 0), 4: ("B", 0), 5: ("h", 0), 6: ("b", 0), 7: ("", b"a"), 8: ("ff", 0.5),
    9: ("q", 0), 10: ("?", False), 11: ("b", 0), 12: ("B", 0), 13: ("i", 0), 14: ("bfloat16", 0.5), 15: ("h", 0),
    16: ("H", 0), 17: ("H", 0), 18: ("dd", 0.5), 19: ("e", 0.5), 22: ("I", 0), 23: ("Q", 0),
}  # fmt: skip

# Errors that a wrong guess can cause: the call is tried again with the next guess.
GUESS_ERRORS = ("InvalidArgumentError", "ValueError", "UnimplementedError", "OutOfRangeError")

# Codes of tensorflow/core/protobuf/error_codes.proto, by the names of TensorFlow's Python exceptions.
CODES = (
    "OK", "CancelledError", "UnknownError", "InvalidArgumentError", "DeadlineExceededError", "NotFoundError",
    "AlreadyExistsError", "PermissionDeniedError", "ResourceExhaustedError", "FailedPreconditionError", "AbortedError",
    "OutOfRangeError", "UnimplementedError", "InternalError", "UnavailableError", "DataLossError",
    "UnauthenticatedError",
)  # fmt: skip


class NoTensorFlow(Exception):
    """This interpreter has no TensorFlow that can be used."""


class BadInputs(Exception):
    """The file with real inputs cannot be used."""


class CannotInvent(Exception):
    """No value can be invented for an input."""


class NothingToFetch(Exception):
    """The signature has no outputs."""


class StatusError(Exception):
    """A TF_Status that is not OK."""

    def __init__(self, name: str, message: str) -> None:
        Exception.__init__(self, message)
        self.name = name


# --- protobuf: just enough to read a SignatureDef ---------------------------------------------------------------------


def varint(data: Any, at: int) -> "tuple[int, int]":
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def fields(data: Any) -> Any:
    """(field number, int or memoryview) of each field of a message."""
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        wire = key & 7
        if wire == 0:
            number, at = varint(data, at)
            yield key >> 3, number
            continue
        size = {1: 8, 5: 4}.get(wire)
        if size is None:
            size, at = varint(data, at)
        yield key >> 3, data[at : at + size]
        at += size


def text(data: Any) -> str:
    return bytes(data).decode("utf-8", "replace")


def entry(data: Any) -> "tuple[str, Any]":
    """Key and value of an entry of a map<string, message>."""
    found = dict(fields(data))
    return text(found.get(1, b"")), found.get(2, b"")


def shape_of(data: Any) -> Any:
    """The dimensions of a TensorShapeProto."""
    dims = []
    for number, value in fields(data):
        if number == 3 and value:
            return None
        if number == 2:
            size = dict(fields(value)).get(1, 0)
            dims.append(None if size >> 63 else size)
    return dims


def sparse_leaves(names: Any, dtype: int, shape: Any) -> "list[Leaf]":
    """values, indices and dense shape of a coo_sparse."""
    rank = 1 if shape is None else len(shape)
    return [
        Leaf(names[0], dtype, [None], ""),
        Leaf(names[1], INT64, [None, rank], ""),
        Leaf(names[2], INT64, shape or [None], "extent"),
    ]


def composite_leaves(kind: int, leaves: "list[Leaf]") -> "list[Leaf]":
    """Gives components their roles. ``kind``: TypeSpecProto.TypeSpecClass, 1 sparse, 3 ragged."""
    if kind == 3:
        return leaves[:1] + [leaf._replace(role="splits") for leaf in leaves[1:]]
    if kind == 1 and len(leaves) == 3:
        rank = (leaves[2].shape or [None])[0] or 1
        return [
            leaves[0]._replace(shape=[None, rank]),
            leaves[1],
            leaves[2]._replace(shape=[None] * rank, role="extent"),
        ]
    return leaves


def leaves_of(data: Any) -> "list[Leaf]":
    """The tensors of a TensorInfo."""
    name, dtype, shape = "", 0, None  # type: Any, int, Any
    parts = None  # type: Any
    kind = 0
    for number, value in fields(data):
        if number == 1:
            name = text(value)
        elif number == 2:
            dtype = value % 100  # a reference type is its type plus 100
        elif number == 3:
            shape = shape_of(value)
        elif number == 4:
            found = dict(fields(value))
            name = [text(found.get(index, b"")) for index in (1, 2, 3)]
        elif number == 5:
            parts = []
            for inner, part in fields(value):
                if inner == 1:
                    kind = dict(fields(part)).get(1, 0)
                elif inner == 2:
                    parts.extend(leaves_of(part))
    if parts is not None:
        return composite_leaves(kind, parts)
    if isinstance(name, list):
        return sparse_leaves(name, dtype, shape)
    return [Leaf(name, dtype, shape, "")]


def signature_of(data: Any, dtype_of: Any) -> "tuple[dict[str, list[Leaf]], list[str]]":
    """Inputs by name and the tensor names of the outputs of a SignatureDef.

    TensorFlow before 0.12 left the dtypes out: ``dtype_of`` looks one up in the graph.
    """
    inputs = {}
    outputs = []  # type: list[str]
    for number, value in fields(data):
        if number in (1, 2):
            name, info = entry(value)
            leaves = leaves_of(info)
            if number == 2:
                outputs.extend(leaf.tensor for leaf in leaves)
            else:
                inputs[name] = [leaf if leaf.dtype else with_dtype(leaf, dtype_of) for leaf in leaves]
    return inputs, sorted(outputs)


def with_dtype(leaf: Leaf, dtype_of: Any) -> Leaf:
    try:
        return leaf._replace(dtype=dtype_of(leaf.tensor) % 100)
    except Exception:  # the call will say what is wrong with this tensor
        return leaf


# --- values to feed: (flat list, shape); a list of one element is repeated --------------------------------------------


def invent(leaf: Leaf, rank: int) -> "tuple[list[Any], list[int]]":
    if leaf.dtype not in DTYPES:
        raise CannotInvent(f"no value can be invented for dtype {leaf.dtype} of `{leaf.tensor}`")
    if leaf.role == "splits":
        rows = (leaf.shape or [None])[0] or 2
        return [0] + [1] * (rows - 1), [rows]
    if leaf.role == "extent":
        return [dim or 1 for dim in leaf.shape], [len(leaf.shape)]
    shape = [1] * rank if leaf.shape is None else [1 if dim is None else dim for dim in leaf.shape]
    if count_of(shape) > LIMIT:
        raise CannotInvent(f"the declared shape {shape} of `{leaf.tensor}` is too large to invent")
    return [DTYPES[leaf.dtype][1]], shape


def count_of(shape: "list[int]") -> int:
    count = 1
    for dim in shape:
        count *= dim
    return count


def given(value: Any, dtype: int) -> "tuple[list[Any], list[int]]":
    """Nested lists as a flat list and a shape; {"b64": ...} is a string of bytes, as in TensorFlow Serving's REST."""
    shape = []
    level = [value]
    while level and isinstance(level[0], list):
        shape.append(len(level[0]))
        if any(not isinstance(item, list) or len(item) != shape[-1] for item in level):
            raise BadInputs("an input is not rectangular")
        level = [inner for item in level for inner in item]
    if dtype == STRING:
        level = [base64.b64decode(item["b64"]) if isinstance(item, dict) else item for item in level]
        level = [item if isinstance(item, bytes) else str(item).encode("utf-8") for item in level]
    try:
        packed(dtype, level, [])
    except (struct.error, KeyError, TypeError, ValueError, OverflowError) as error:
        raise BadInputs(f"an input does not fit dtype {dtype}: {error}") from error
    return level, shape


def read_inputs(paths: "list[str]") -> "dict[str, Any]":
    """Real inputs of all files, later ones first, as {"signature/input" or "input": nested lists}."""
    real = {}
    for path in paths:
        try:
            if path.endswith(".npz"):
                import numpy

                with numpy.load(path, allow_pickle=False) as arrays:
                    real.update({key: arrays[key].tolist() for key in arrays.files})
            else:
                with open(path, encoding="utf-8") as stream:
                    tree = json.load(stream)
                real.update({key + "/" + name: value for key in tree for name, value in tree[key].items()})
        except Exception as error:
            raise BadInputs(f"{type(error).__name__}: {error}") from error
    return real


def values_for(key: str, inputs: "dict[str, list[Leaf]]", real: "dict[str, Any]", rank: int) -> "dict[str, Any]":
    """Values of each input's tensors, in the order of its leaves. A composite is given as a list of its components."""
    values = {}
    for name, leaves in inputs.items():
        value = real.get(key + "/" + name, real.get(name))
        if value is None:
            values[name] = [invent(leaf, rank) for leaf in leaves]
        elif len(leaves) == 1:
            values[name] = [given(value, leaves[0].dtype)]
        else:
            if len(value) != len(leaves):
                raise BadInputs(f"`{name}` wants a list of its {len(leaves)} components")
            values[name] = [given(part, leaf.dtype) for part, leaf in zip(value, leaves)]  # noqa: B905 (3.6)
    return values


# --- the three loaders ------------------------------------------------------------------------------------------------


def import_tensorflow() -> Any:
    find_tensorflow()
    import tensorflow

    return tensorflow


def find_tensorflow() -> str:
    """The folder of the package, found without importing it."""
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or not spec.origin:
        raise NoTensorFlow("tensorflow is not installed")
    return os.path.dirname(spec.origin)


def array_of(tf: Any, leaf: Leaf, value: Any) -> Any:
    import numpy

    flat, shape = value
    dtype = object if leaf.dtype == STRING else tf.as_dtype(leaf.dtype).as_numpy_dtype
    if len(flat) == 1:
        return numpy.full(shape, flat[0], dtype)
    array = numpy.empty(len(flat), dtype)
    array[:] = flat
    return array.reshape(shape)


class Python:
    """What the loaders of TensorFlow's Python have in common."""

    def __init__(self, env: "dict[str, str]") -> None:
        self.env = env
        self.tf = import_tensorflow()
        self.version = self.tf.__version__
        self.load_v2 = self.tf.saved_model.load
        if self.version.startswith("1."):
            self.tf.compat.v1.enable_v2_behavior()
            self.load_v2 = self.tf.saved_model.load_v2

    def open_library(self, path: str) -> None:
        self.tf.load_op_library(path)

    def run_import(self, statement: str) -> None:
        exec(statement, {})


class Tf2(Python):
    """tf.saved_model.load, then each function of ``signatures``."""

    def load(self, path: str, tags: Any) -> "dict[str, dict[str, list[Leaf]]]":
        configure_eager(self.tf, self.env)
        self.loaded = self.load_v2(path, tags=tags)
        self.functions = signatures_of(self.loaded)
        return {key: self.inputs_of(function) for key, function in self.functions.items()}

    def specs_of(self, function: Any) -> "dict[str, Any]":
        structured = function.structured_input_signature
        if structured and structured[1]:
            return dict(structured[1])
        names = getattr(function, "_arg_keywords", None) or ()
        return {name: self.tf.TensorSpec(t.shape, t.dtype) for name, t in zip(names, function.inputs)}  # noqa: B905

    def inputs_of(self, function: Any) -> "dict[str, list[Leaf]]":
        return {name: self.leaves_of(name, spec) for name, spec in self.specs_of(function).items()}

    def leaves_of(self, name: str, spec: Any) -> "list[Leaf]":
        leaves = []
        for part in self.tf.nest.flatten(spec, expand_composites=True):
            shape = None if part.shape.rank is None else part.shape.as_list()
            leaves.append(Leaf(name, part.dtype.as_datatype_enum, shape, ""))
        kind = {"SparseTensorSpec": 1, "RaggedTensorSpec": 3}.get(type(spec).__name__, 0)
        leaves = composite_leaves(kind, leaves)
        if kind == 1 and spec.shape.rank:
            leaves[2] = leaves[2]._replace(shape=spec.shape.as_list())
        return leaves

    def call(self, key: str, inputs: Any, values: Any) -> None:
        function = self.functions[key]
        feeds = {}
        for name, spec in self.specs_of(function).items():
            feeds[name] = self.value_of(spec, inputs[name], values[name])
        self.took(function(**feeds))

    def value_of(self, spec: Any, leaves: "list[Leaf]", values: Any) -> Any:
        """A tensor, or a composite of tensors."""
        tensors = [
            self.tf.constant(array_of(self.tf, leaf, value), dtype=self.tf.as_dtype(leaf.dtype))
            for leaf, value in zip(leaves, values)  # noqa: B905 (3.6)
        ]
        return self.tf.nest.pack_sequence_as(spec, tensors, expand_composites=True)

    def took(self, outputs: Any) -> None:
        """Tensors and composite tensors by name."""


def signatures_of(loaded: Any) -> "dict[str, Any]":
    """The functions in ``signatures`` of a loaded object."""
    try:
        named = dict(getattr(loaded, "signatures", {}))
    except TypeError:  # a signature map that was not revived
        return {}
    return {key: one for key, one in named.items() if hasattr(one, "structured_input_signature")}


class Tf1(Python):
    """tf.compat.v1.saved_model.load in a Session, then each signature of the MetaGraphDef by session.run."""

    def load(self, path: str, tags: Any) -> "dict[str, dict[str, list[Leaf]]]":
        v1 = self.tf.compat.v1
        graph = self.tf.Graph()
        with graph.as_default():  # made in here, a session of TensorFlow 2 places nodes as strictly as one of 1.x
            config = v1.ConfigProto.FromString(session_config(self.env)) if self.env else None
            self.session = v1.Session(graph=graph, config=config)
            meta_graph = v1.saved_model.load(self.session, ["serve"] if tags is None else tags, path)
        self.signatures = {
            key: signature_of(
                memoryview(signature.SerializeToString()),
                lambda tensor: graph.get_tensor_by_name(tensor).dtype.base_dtype.as_datatype_enum,
            )
            for key, signature in meta_graph.signature_def.items()
        }
        return {key: inputs for key, (inputs, _) in self.signatures.items()}

    def call(self, key: str, inputs: Any, values: Any) -> None:
        feeds = {}
        for name, leaves in inputs.items():
            for leaf, value in zip(leaves, values[name]):  # noqa: B905 (3.6)
                feeds[leaf.tensor] = array_of(self.tf, leaf, value)
        self.took(self.session.run(self.signatures[key][1], feeds))

    def took(self, outputs: Any) -> None:
        """Arrays, in the order of their tensors' names."""


class Buffer(ctypes.Structure):
    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t), ("deallocator", ctypes.c_void_p)]


class Output(ctypes.Structure):
    _fields_ = [("operation", ctypes.c_void_p), ("index", ctypes.c_int)]


class Serving:
    """The C++ LoadSavedModel through TF_LoadSessionFromSavedModel, then each signature by TF_SessionRun."""

    def __init__(self, env: "dict[str, str]") -> None:
        self.env = env
        folder = find_tensorflow()
        core = os.path.join(os.path.dirname(folder), "tensorflow_core")  # 1.15 to 2.1 have the libraries in there
        folder = core if os.path.isdir(core) else folder
        mac = sys.platform == "darwin"
        major = ".1" if os.path.exists(os.path.join(folder, "libtensorflow_framework.so.1")) else ".2"
        names = ("libtensorflow_framework", "libtensorflow_cc")
        found = [os.path.join(folder, name + (major + ".dylib" if mac else ".so" + major)) for name in names]
        found.append(os.path.join(folder, "python", "_pywrap_tensorflow_internal.so"))
        libraries = [path for path in found if os.path.exists(path)]
        if len(libraries) == 3:  # the C API is in libtensorflow_cc
            libraries.pop()
        self.libraries = [ctypes.CDLL(path, mode=ctypes.RTLD_GLOBAL) for path in libraries]
        self.version = ctypes.cast(self.c("TF_Version")(), ctypes.c_char_p).value.decode()  # type: ignore[union-attr]
        self.status = self.c("TF_NewStatus")()

    def c(self, name: str) -> Any:
        """A function of the C API. Arguments are given as ctypes values; what it returns is a pointer."""
        for library in self.libraries:
            function = getattr(library, name, None)
            if function is not None:
                function.restype = ctypes.c_void_p
                return function
        raise NoTensorFlow(f"TensorFlow's shared libraries have no {name}")

    def check(self) -> None:
        status = ctypes.c_void_p(self.status)
        code = (self.c("TF_GetCode")(status) or 0) & 0xFFFFFFFF
        if code:
            message = ctypes.cast(self.c("TF_Message")(status), ctypes.c_char_p).value or b""
            name = CODES[code] if code < len(CODES) else f"error code {code}"
            raise StatusError(name, message.decode("utf-8", "replace"))

    def open_library(self, path: str) -> bytes:
        """Loads an op library; returns the OpList of what it registers."""
        handle = self.c("TF_LoadLibrary")(path.encode("utf-8", "surrogateescape"), ctypes.c_void_p(self.status))
        self.check()
        function = self.c("TF_GetOpList")
        function.restype = Buffer  # a struct by value, for this function alone
        found = function(ctypes.c_void_p(handle))
        return ctypes.string_at(found.data, found.length)

    def run_import(self, statement: str) -> None:
        """Nothing: this process has no TensorFlow of Python's."""

    def load(self, path: str, tags: Any) -> "dict[str, dict[str, list[Leaf]]]":
        names = [tag.encode() for tag in (["serve"] if tags is None else tags)]
        self.graph = self.c("TF_NewGraph")()
        buffer = ctypes.cast(self.c("TF_NewBuffer")(), ctypes.POINTER(Buffer))
        options = ctypes.c_void_p(self.c("TF_NewSessionOptions")())
        config = session_config(self.env)
        if config:
            self.c("TF_SetConfig")(options, config, ctypes.c_size_t(len(config)), ctypes.c_void_p(self.status))
            self.check()
        self.session = self.c("TF_LoadSessionFromSavedModel")(
            options,
            None,
            path.encode("utf-8", "surrogateescape"),
            (ctypes.c_char_p * len(names))(*names),
            ctypes.c_int(len(names)),
            ctypes.c_void_p(self.graph),
            buffer,
            ctypes.c_void_p(self.status),
        )
        self.check()
        data = memoryview(ctypes.string_at(buffer.contents.data, buffer.contents.length))
        entries = [entry(value) for number, value in fields(data) if number == 5]
        self.signatures = {key: signature_of(value, self.dtype_of) for key, value in entries}
        return {key: inputs for key, (inputs, _) in self.signatures.items()}

    def dtype_of(self, tensor: str) -> int:
        return int(self.c("TF_OperationOutputType")(self.output(tensor)) or 0)

    def output(self, tensor: str) -> Output:
        node, _, index = tensor.rpartition(":") if ":" in tensor else (tensor, "", "0")
        operation = self.c("TF_GraphOperationByName")(ctypes.c_void_p(self.graph), node.encode())
        if not operation:
            raise StatusError("NotFoundError", f"Tensor {tensor}, of the signature, was not found in the Graph")
        return Output(operation, int(index))

    def tensor(self, leaf: Leaf, value: Any) -> int:
        flat, shape = value
        count = count_of(shape)
        data = packed(leaf.dtype, flat, self.kept) * (count if len(flat) == 1 else 1)
        made = self.c("TF_AllocateTensor")(
            ctypes.c_int(leaf.dtype),
            (ctypes.c_int64 * len(shape))(*shape),
            ctypes.c_int(len(shape)),
            ctypes.c_size_t(len(data)),
        )
        if data:
            ctypes.memmove(self.c("TF_TensorData")(ctypes.c_void_p(made)), data, len(data))
        return int(made)

    def call(self, key: str, inputs: Any, values: Any) -> None:
        self.kept = []  # type: list[Any]
        pairs = [pair for name in inputs for pair in zip(inputs[name], values[name])]  # noqa: B905 (3.6)
        feeds = [self.output(leaf.tensor) for leaf, _ in pairs]
        tensors = [self.tensor(leaf, value) for leaf, value in pairs]
        fetches = [self.output(tensor) for tensor in self.signatures[key][1]]
        if not fetches:  # TF_SessionRun refuses that, whatever the model
            raise NothingToFetch("the signature has no outputs")
        results = (ctypes.c_void_p * len(fetches))()
        self.c("TF_SessionRun")(
            ctypes.c_void_p(self.session),
            None,
            (Output * len(feeds))(*feeds),
            (ctypes.c_void_p * len(tensors))(*tensors),
            ctypes.c_int(len(feeds)),
            (Output * len(fetches))(*fetches),
            results,
            ctypes.c_int(len(fetches)),
            None,
            ctypes.c_int(0),
            None,
            ctypes.c_void_p(self.status),
        )
        self.took([result for result in results if result])
        for tensor in tensors + [result for result in results if result]:
            self.c("TF_DeleteTensor")(ctypes.c_void_p(tensor))
        self.check()

    def took(self, outputs: Any) -> None:
        """Pointers to TF_Tensors, in the order of their tensors' names."""


def packed(dtype: int, flat: "list[Any]", kept: "list[Any]") -> bytes:
    """Elements as they lie in a TF_Tensor; ``kept`` keeps alive what long strings point to.

    A string is a TF_TString (core/platform/ctstring_internal.h): up to 22 bytes inline, longer ones as a view.
    """
    if dtype != STRING:
        form = DTYPES[dtype][0]
        if form == "bfloat16":
            return b"".join(struct.pack("<f", item)[2:] for item in flat)
        if len(form) == 2:
            return b"".join(struct.pack(form, complex(item).real, complex(item).imag) for item in flat)
        return struct.pack(f"{len(flat)}{form}", *flat)
    parts = []
    for item in flat:
        if len(item) <= 22:
            parts.append((bytes([len(item) << 2]) + item).ljust(24, b"\0"))
        else:
            kept.append(ctypes.create_string_buffer(item))
            parts.append(struct.pack("<QQQ", len(item) << 2 | 3, ctypes.addressof(kept[-1]), 0))
    return b"".join(parts)


LOADERS = {"tf2": Tf2, "tf1": Tf1, "serving": Serving}


def loader_class(name: str) -> Any:
    """A loader by its name; those of Keras are in a file of their own, beside this one."""
    if name in LOADERS:
        return LOADERS[name]
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "probe_keras.py")
    spec = importlib.util.spec_from_file_location("probe_keras", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.define(Names(globals()))[name]


class Names:
    """Names of this file as attributes: run as a script, and loaded by path, it is no module that can be imported."""

    def __init__(self, names: "dict[str, Any]") -> None:
        self.__dict__.update(names)


# --- conditions of the host ---------------------------------------------------------------------------------------------


def session_config(env: "dict[str, str]") -> bytes:
    """A serialized ConfigProto with the soft placement and the number of CPU devices that were asked for."""
    config = b""
    if "cpus" in env:
        number, count = int(env["cpus"]), b""
        while number > 127:
            count, number = count + bytes([number & 127 | 128]), number >> 7
        pair = b"\x0a\x03CPU\x10" + count + bytes([number])
        config += b"\x0a" + bytes([len(pair)]) + pair  # device_count
    if "soft-placement" in env:
        config += b"\x38" + bytes([env["soft-placement"] == "on"])  # allow_soft_placement
    return config


def configure_eager(tf: Any, env: "dict[str, str]") -> None:
    """The same for functions that run eagerly. Must come before the first tensor."""
    if "soft-placement" in env:
        tf.config.set_soft_device_placement(env["soft-placement"] == "on")
    if "cpus" in env:
        (cpu,) = tf.config.list_physical_devices("CPU")[:1]
        tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * int(env["cpus"]))


# --- the run ----------------------------------------------------------------------------------------------------------


def failure(error: BaseException) -> "dict[str, str]":
    name = error.name if isinstance(error, StatusError) else type(error).__name__
    return {"type": name, "message": str(error)[:100000]}


def guesses(inputs: "dict[str, list[Leaf]]", invented: "list[str]") -> "list[tuple[int, dict[str, list[Leaf]]]]":
    """Ranks for unknown ranks, and roles for inputs, in the order in which they are tried.

    A ragged or sparse argument of a tf.function is exported as plain inputs ``x``, ``x_1``, ``x_2``: only these names
    hint that zeros will not do for ``x_1`` or ``x_2``.
    """
    tries = [(0, inputs)]
    if any(leaf.shape is None for name in invented for leaf in inputs[name]):
        tries.append((1, inputs))
    roles = {}
    for name in invented:
        base, _, digits = name.rpartition("_")
        leaf = inputs[name][0]
        if digits.isdigit() and base in inputs and leaf.dtype == INT64 and len(leaf.shape or ()) == 1:
            sparse = inputs[base][0].dtype == INT64 and len(inputs[base][0].shape or ()) == 2
            known = leaf._replace(shape=[None] * (leaf.shape[0] or 1), role="extent")
            roles[name] = [known if sparse else leaf._replace(role="splits")]
    if roles:
        merged = dict(inputs)
        merged.update(roles)
        tries.append((0, merged))
    return tries


def attempt(loader: Any, key: str, inputs: "dict[str, list[Leaf]]", real: "dict[str, Any]") -> "dict[str, Any]":
    """Calls one signature; again with the next guess where an error may come of the last one."""
    invented = [name for name in sorted(inputs) if key + "/" + name not in real and name not in real]
    report = {"ok": False, "invented": bool(invented)}  # type: dict[str, Any]
    for rank, leaves in guesses(inputs, invented):
        try:
            loader.call(key, leaves, values_for(key, leaves, real, rank))
            return {"ok": True}
        except BadInputs:
            raise
        except NothingToFetch as error:
            return {"ok": False, "not_called": str(error)}
        except BaseException as error:
            report.update(failure(error))
        if report["type"] not in GUESS_ERRORS:
            break
    return report


def settle() -> None:
    """Dies with the parent, is the first to go when memory runs out, leaves no core file, writes no huge one."""
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = [path for path in sys.path if os.path.abspath(path) != here]
    try:
        import resource
        import signal

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30))
        if sys.platform.startswith("linux"):
            ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
            with open("/proc/self/oom_score_adj", "w") as stream:
                stream.write("1000")
    except (ImportError, OSError, ValueError, AttributeError):
        pass


def run(request: "dict[str, Any]", say: Any) -> Any:
    try:
        real = read_inputs(request["inputs"])
        env = request.get("env") or {}
        if "onednn" in env:
            os.environ["TF_ENABLE_ONEDNN_OPTS"] = "1" if env["onednn"] == "on" else "0"
        loader = loader_class(request["loader"])(env)  # type: Any
    except BadInputs as error:
        return say("bad-inputs", message=str(error))
    except BaseException as error:
        return say("no-tensorflow", absent=isinstance(error, NoTensorFlow), **failure(error))
    say("imported", version=loader.version, keras=getattr(loader, "companion", None))
    for library in request["libraries"]:
        try:
            ops = loader.open_library(library) or b""
        except BaseException as error:
            return say("library-failed", library=library, **failure(error))
        say("library", library=library, ops=base64.b64encode(ops).decode("ascii"))
    if request["path"] is None:
        return say("done")
    for statement in request["imports"]:
        try:
            loader.run_import(statement)
        except BaseException as error:
            return say("library-failed", library="`" + statement + "`", **failure(error))
    try:
        found = loader.load(request["path"], request["tags"])
    except BaseException as error:
        return say("load-failed", **failure(error))
    signatures = {key: inputs for key, inputs in found.items() if not key.startswith("__saved_model_")}
    say("loaded", signatures=sorted(signatures))
    known = {prefix + name for key, inputs in signatures.items() for name in inputs for prefix in ("", key + "/")}
    stray = sorted(set(real) - known)
    if stray:
        return say("bad-inputs", message=f"no signature has the input `{stray[0]}`")
    wanted = request["only"]
    for key in sorted(signatures):
        if key not in request["skip"] and (wanted is None or key in wanted):
            say("calling", signature=key)
            try:
                report = attempt(loader, key, signatures[key], real)
            except BadInputs as error:
                return say("bad-inputs", message=f"signature `{key}`: {error}")
            say("called", signature=key, **report)
    return say("done")


def main() -> None:
    with open(sys.argv[1], encoding="utf-8") as stream:
        request = json.load(stream)
    log = os.open(request["events"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def say(event: str, **more: Any) -> None:
        more.update(event=event, at=time.time())
        os.write(log, json.dumps(more).encode() + b"\n")

    settle()
    say("started")
    run(request, say)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(0)  # what is left to be torn down is not the model's load


if __name__ == "__main__":
    main()
