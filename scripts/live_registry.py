"""Prints, as one line of JSON, what the TensorFlow of this interpreter registers. Run by make_catalogue.py.

    python live_registry.py             what the C library registers: opened with ctypes, no Python code of TensorFlow runs
    python live_registry.py imported    what is registered once `import tensorflow` ran; the rest is its Python layer's

Standard library only, syntax of Python 3.6. (One process cannot answer both: importing over an opened library crashes.)
"""

import base64
import ctypes
import glob
import importlib.util
import json
import os
import re
import sys

LIBRARIES = (
    ("libtensorflow_framework.so*", "libtensorflow_framework.*dylib"),
    ("libtensorflow_cc.so*", "libtensorflow_cc.*dylib", "python/_pywrap_tensorflow_internal.so"),
)


class Buffer(ctypes.Structure):
    """TF_Buffer of tensorflow/c/tf_buffer.h."""

    _fields_ = [("data", ctypes.c_void_p), ("length", ctypes.c_size_t), ("deallocator", ctypes.c_void_p)]


def open_library(folder):
    """The library that exports the C API, with the framework library loaded before it."""
    library = None
    for patterns in LIBRARIES:
        found = [path for pattern in patterns for path in sorted(glob.glob(os.path.join(folder, pattern)))]
        if found:
            library = ctypes.CDLL(found[0], mode=ctypes.RTLD_GLOBAL)
    if library is None:
        sys.exit("no TensorFlow C library found in " + folder)
    return library


def version_numbers(folder):
    """The #defines of tensorflow/core/public/version.h, as integers."""
    with open(os.path.join(folder, "include", "tensorflow", "core", "public", "version.h")) as file:
        found = re.findall(r"^#define (TF_(?:GRAPH_DEF|CHECKPOINT)_VERSION\w*) (\d+)", file.read(), re.MULTILINE)
    return {name: int(number) for name, number in found}


def is_gpu_build(folder):
    """Whether the build is one for CUDA or ROCm, as its own build_info.py says."""
    path = os.path.join(folder, "python", "platform", "build_info.py")
    if not os.path.exists(path):
        return False
    with open(path) as file:
        return re.search(r"is_(?:cuda|rocm)_build\W+True", file.read()) is not None


def bytes_of(pointer):
    """The content of a TF_Buffer, as text of base 64."""
    buffer = pointer.contents
    return base64.b64encode(ctypes.string_at(buffer.data, buffer.length)).decode()


def kernels_of(library):
    """The serialized tensorflow.KernelList of this moment. TF_Status of tensorflow/c/tf_status.h; 0 is OK."""
    library.TF_NewStatus.restype = ctypes.c_void_p
    library.TF_GetAllRegisteredKernels.restype = ctypes.POINTER(Buffer)
    library.TF_GetAllRegisteredKernels.argtypes = library.TF_GetCode.argtypes = [ctypes.c_void_p]
    status = library.TF_NewStatus()
    pointer = library.TF_GetAllRegisteredKernels(status)
    if library.TF_GetCode(status) != 0 or not pointer:
        sys.exit("TF_GetAllRegisteredKernels failed")
    return bytes_of(pointer)


def main():
    spec = importlib.util.find_spec("tensorflow")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("TensorFlow is not installed for " + sys.executable)
    folder = next(iter(spec.submodule_search_locations))
    if sys.argv[1:] == ["imported"]:
        import tensorflow  # noqa: F401
    library = open_library(folder)
    library.TF_Version.restype = ctypes.c_char_p
    library.TF_GetAllOpList.restype = ctypes.POINTER(Buffer)
    answer = {
        "version": library.TF_Version().decode(),
        "gpu": is_gpu_build(folder),
        "version_h": version_numbers(folder),
        "op_list": bytes_of(library.TF_GetAllOpList()),
        "kernel_list": kernels_of(library),
    }
    print(json.dumps(answer))


if __name__ == "__main__":
    main()
