"""Whether a text that looks like a message is one: other programs miss modules, files and keys too."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

OWN = ("tensorflow", "tf_keras", "keras")
# What belongs to a program's data or settings, wherever it lies: no part of a model is named so.
_OF_DATA = (".pbtxt", ".tfrecord", ".record", ".csv", ".jpg", ".jpeg", ".png", ".gif", ".wav", ".mp3", ".mp4", ".config", ".yaml",
            ".yml", ".py")  # fmt: skip
_OF_MODEL = ("assets", "variables", "saved_model.pbtxt", "graph.pbtxt")
_OP_LIBRARY = re.compile(r"(?:_ops?|_kernels|tokenizer)\.(?:so|dll|dylib)$")
_OP_NAME = re.compile(r"(?:[A-Z]+[a-z0-9]+[A-Z0-9]|[A-Z][a-z]+>)\w")
# Arguments that some release of Keras added to the configuration of its layers, or took from it.
_OF_CONFIGS = frozenset((
    "ragged", "batch_shape", "batch_input_shape", "groups", "synchronized", "renorm", "reset_after", "time_major", "use_cudnn",
    "zero_output_for_mask", "dilation_rate", "depth_multiplier", "noise_shape", "quantization_config", "lora_rank",
    "use_legacy_config", "is_legacy_optimizer", "activity_regularizer", "bias_regularizer", "dim_ordering", "border_mode",
    "subsample", "nb_filter", "input_dtype",
))  # fmt: skip


def belongs(code: str, fields: Mapping[str, str]) -> bool:
    """Whether the fields of a text fit what the message is about."""
    fits = _FITS.get(code)
    return fits is None or fits(fields)


def _module(fields: Mapping[str, str]) -> bool:
    from inspector.catalogue import companions

    return fields.get("module", "") in OWN or companions.package(fields.get("module", "").partition(".")[0]) is not None


def _library(fields: Mapping[str, str]) -> bool:
    """A library of ops, or any of a package that has ops; TensorFlow's own is a TensorFlow that cannot be imported."""
    from inspector.catalogue import companions

    path = fields.get("library", "").replace("\\", "/")
    if path.startswith("libtensorflow_framework.so"):  # what libraries of ops are linked with: that of another release
        return True
    return _OP_LIBRARY.search(path.lower()) is not None or any(map(companions.package, path.split("/")))


def _proto(fields: Mapping[str, str]) -> bool:
    return fields.get("proto", "").startswith("tensorflow.")


def _bytes(fields: Mapping[str, str]) -> bool:
    """Where the type is told, another message takes those of TensorFlow."""
    return not fields.get("rest", "").startswith("with type")


def _op(fields: Mapping[str, str]) -> bool:
    """A key that is the name of an op, and of nothing else: of a package, or not of all releases."""
    from inspector.catalogue import companions, releases, releases_with

    op = fields.get("op", "")
    if _OP_NAME.match(op) is None:
        return False
    return any(one.package for one in companions.owners(op)) or 0 < len(releases_with(op)) < len(releases())


def _argument(fields: Mapping[str, str]) -> bool:
    return fields.get("argument", "") in _OF_CONFIGS


def _file(fields: Mapping[str, str]) -> bool:
    name = fields.get("file", "").lower()
    return any(part in name for part in _OF_MODEL) or not name.endswith(_OF_DATA)


_FITS: Mapping[str, Callable[[Mapping[str, str]], bool]] = {
    "op-without-module": _module,
    "op-library-not-loaded": _library,
    "graph-def-not-parsed": _proto,
    "bytes-not-parsed": _bytes,
    "op-not-known": _op,
    "keras-argument": _argument,
    "file-missing": _file,
    "file-missing-on-windows": _file,
}
