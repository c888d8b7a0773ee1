"""The protobuf messages of a SavedModel, in private descriptor pools beside any TensorFlow.

``message(name)`` gives a lean class: what most checks never open (nodes, functions, the object graph) is bytes
there. ``full_message(name)`` gives the whole one, for the text format and the rare corners. Both come from
``saved_model.proto``. A private pool never clashes with the names that an imported TensorFlow has registered, and
needs no generated code, so that one wheel works beside every protobuf from 4.22 on.

Where protobuf's C implementation (upb) is there, its module is used directly: the Python modules around it, which it
does not need for parsing, cost three times as much to import as everything else of protobuf together (40 ms of 60).
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from google.protobuf.message import DecodeError

from inspector.wire.fields import carve

__all__ = ["DecodeError", "full_message", "full_pool", "message"]

_HERE = os.path.dirname(__file__)
_pools: dict[str, Any] = {}


def _read(name: str) -> bytes:
    with open(os.path.join(_HERE, name), "rb") as file:
        return file.read()


def _upb() -> Any:
    """protobuf's C module; None where there is another implementation, or the user's environment asks for one."""
    if os.environ.get("PROTOCOL_BUFFERS_PYTHON_IMPLEMENTATION", "upb") != "upb":
        return None
    try:
        from google._upb import _message
    except ImportError:
        return None
    return _message


def _new_pool() -> Any:
    upb = _upb()
    if upb is not None:
        return upb.DescriptorPool()
    from google.protobuf import descriptor_pool

    return descriptor_pool.DescriptorPool()


def _class_of(descriptor: Any) -> Any:
    """The class of a message, made as google.protobuf.message_factory makes it; those of its fields come by themselves."""
    upb = _upb()
    if upb is not None:
        return upb.MessageMeta(descriptor.name, (), {"DESCRIPTOR": descriptor, "__module__": __name__})
    from google.protobuf.message_factory import GetMessageClass

    return GetMessageClass(descriptor)


def _lean_pool() -> Any:
    if "lean" not in _pools:
        pool = _new_pool()
        pool.AddSerializedFile(_read("lean.binpb"))
        _pools["lean"] = pool
    return _pools["lean"]


def full_pool() -> Any:
    """The pool with every message as TensorFlow declares it."""
    if "full" not in _pools:
        raw = _read("full.binpb")
        (files,), _ = carve(raw, (0, len(raw)), 1)  # FileDescriptorSet.file: descriptor_pb2 costs 25 ms to import
        pool = _new_pool()
        for start, end in files:
            pool.AddSerializedFile(raw[start:end])
        _pools["full"] = pool
    return _pools["full"]


@cache
def message(name: str) -> Any:
    """The lean class of ``tensorflow.<name>``: lazy fields are bytes, enums are int32. ``FromString`` may raise DecodeError."""
    return _class_of(_lean_pool().FindMessageTypeByName(f"tensorflow.{name}"))


@cache
def full_message(name: str) -> Any:
    """The whole class of ``tensorflow.<name>``."""
    return _class_of(full_pool().FindMessageTypeByName(f"tensorflow.{name}"))
