"""The protobuf messages of a SavedModel, in private descriptor pools beside any TensorFlow.

``message(name)`` gives a lean class: what most checks never open (nodes, functions, the object graph) is bytes
there. ``full_message(name)`` gives the whole one, for the text format and the rare corners. Both come from
``saved_model.proto``. A private pool never clashes with the names that an imported TensorFlow has registered, and
needs no generated code, so that one wheel works beside every protobuf from 4.22 on.
"""

from __future__ import annotations

import os
from functools import cache
from typing import Any

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import DecodeError

__all__ = ["DecodeError", "full_message", "full_pool", "message"]

_HERE = os.path.dirname(__file__)
_pools: dict[str, descriptor_pool.DescriptorPool] = {}


def _read(name: str) -> bytes:
    with open(os.path.join(_HERE, name), "rb") as file:
        return file.read()


def _lean_pool() -> descriptor_pool.DescriptorPool:
    if "lean" not in _pools:
        pool = descriptor_pool.DescriptorPool()
        pool.AddSerializedFile(_read("lean.binpb"))
        _pools["lean"] = pool
    return _pools["lean"]


def full_pool() -> descriptor_pool.DescriptorPool:
    """The pool with every message as TensorFlow declares it."""
    if "full" not in _pools:
        from google.protobuf.descriptor_pb2 import FileDescriptorSet

        pool = descriptor_pool.DescriptorPool()
        for file in FileDescriptorSet.FromString(_read("full.binpb")).file:
            pool.AddSerializedFile(file.SerializeToString())
        _pools["full"] = pool
    return _pools["full"]


@cache
def message(name: str) -> Any:
    """The lean class of ``tensorflow.<name>``: lazy fields are bytes, enums are int32. ``FromString`` may raise DecodeError."""
    return message_factory.GetMessageClass(_lean_pool().FindMessageTypeByName(f"tensorflow.{name}"))


@cache
def full_message(name: str) -> Any:
    """The whole class of ``tensorflow.<name>``."""
    return message_factory.GetMessageClass(full_pool().FindMessageTypeByName(f"tensorflow.{name}"))
