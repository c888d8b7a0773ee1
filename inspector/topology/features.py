"""Which features of SavedModels, of those that some releases refuse, a MetaGraph uses (``inspector.catalogue.features``).

Sources: tensorflow/core/protobuf/saved_object_graph.proto, struct.proto, trackable_object_graph.proto.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.catalogue import features
from inspector.catalogue.features import Feature
from inspector.model.objects import ObjectGraph
from inspector.model.saved_model import MetaGraph
from inspector.named_tuple import NamedTuple
from inspector.topology.reach import callable_signatures
from inspector.wire.schema import full_message, message

# How fields of StructuredValue begin in bytes (type_spec_value, bounded_..., tensor_value, numpy_value): a cheap look,
# before a nest is walked.
_MARKS = (b"\x92\x02", b"\x9a\x02", b"\xba\x03", b"\xc2\x03")
_KINDS = {
    "bounded_tensor_spec_value": features.BOUNDED_SPEC,
    "tensor_value": features.TENSOR_DEFAULT,
    "numpy_value": features.NUMPY_DEFAULT,
}
# TypeSpecProto.TypeSpecClass
_RAGGED, _ITERATOR, _VARIABLE, _ROW_PARTITION, _NDARRAY, _REGISTERED, _EXTENSION = 3, 6, 9, 10, 11, 12, 13
_CLASSES = {
    _ITERATOR: (features.ITERATOR_SPEC,),
    _VARIABLE: (features.VARIABLE_SPEC,),
    _ROW_PARTITION: (features.ROW_PARTITION_SPEC,),
    _NDARRAY: (features.NDARRAY_SPEC, features.NDARRAY_SPEC_DROPPED),
    _REGISTERED: (features.REGISTERED_SPEC,),
    _EXTENSION: (features.EXTENSION_SPEC,),
}
_NAMES = {
    "tf.StructuredTensorSpec": features.OLD_STRUCTURED_SPEC,
    "tf.StructuredTensor.Spec": features.NEW_STRUCTURED_SPEC,
    "tf.DynamicRaggedShape.Spec": features.NEW_STRUCTURED_SPEC,
}
# The number of values in a TypeSpec's state with which it has something more.
_LONGER = {_RAGGED: (5, features.RAGGED_SPEC_WITH_VALUES), _VARIABLE: (4, features.VARIABLE_SPEC_WITH_ALIAS)}
_FUNCTIONS = ("function", "bare_concrete_function")


class Use(NamedTuple):
    """A feature and where it is used: an object by its path from the root, or an input of a signature."""

    feature: Feature
    place: str


def used(meta: MetaGraph, checkpoint: Any | None) -> list[Use]:
    """The features of a MetaGraph, each once a place. ``checkpoint`` is the checkpoint's TrackableObjectGraph."""
    objects = meta.objects
    if objects is None:
        return list(_in_signatures(meta))
    found = [*_of_root(objects), *_of_objects(objects)]
    if checkpoint is not None:
        found += _of_checkpoint(objects, checkpoint)
    paths = dict(objects.walk()) if found else {}
    uses = [Use(feature, paths.get(node) or f"object {node}") for feature, node in found]
    return list(dict.fromkeys([*uses, *_of_functions(objects)]))


def _in_signatures(meta: MetaGraph) -> Iterator[Use]:
    for signature in callable_signatures(meta):
        for name, info in sorted(signature.inputs.items()):
            if info.components:
                yield Use(features.COMPOSITE_INPUT, f"{signature.key} {name}")


def _of_root(objects: ObjectGraph) -> Iterator[tuple[Feature, int]]:
    if objects.nodes and objects.nodes[0].WhichOneof("kind") == "bare_concrete_function":
        yield features.FUNCTION_AS_ROOT, 0


def _of_objects(objects: ObjectGraph) -> Iterator[tuple[Feature, int]]:
    some = {*objects.of_kind(*_FUNCTIONS, "captured_tensor"), *objects.having("saveable_objects")}
    for number in sorted(some):
        node, kind = objects.nodes[number], objects.kinds[number]
        if kind in _FUNCTIONS:
            spec = getattr(node, kind).function_spec
            yield from ((feature, number) for feature in _in_values(spec.fullargspec, spec.input_signature))
        elif kind == "captured_tensor":
            yield features.CAPTURED_TENSOR, number
        for saveable in node.saveable_objects.values():
            if _lacks_signature(objects, saveable.save_function):
                yield features.SAVER_WITHOUT_SIGNATURE, number


def _of_functions(objects: ObjectGraph) -> Iterator[Use]:
    for name in sorted(objects.proto.concrete_functions):
        function = objects.proto.concrete_functions[name]
        for feature in _in_values(function.canonicalized_input_signature, function.output_signature):
            yield Use(feature, name)


def _lacks_signature(objects: ObjectGraph, number: int) -> bool:
    if not 0 <= number < len(objects.nodes):
        return False
    function = objects.nodes[number]
    if function.WhichOneof("kind") != "bare_concrete_function":
        return False
    raw = function.bare_concrete_function.function_spec.input_signature
    return message("StructuredValue").FromString(raw).WhichOneof("kind") in (None, "none_value")


def _of_checkpoint(objects: ObjectGraph, checkpoint: Any) -> Iterator[tuple[Feature, int]]:
    for node, other in sorted(objects.matched(checkpoint).items()):
        saved = checkpoint.nodes[other]
        if saved.HasField("registered_saver") and saved.registered_saver.name:
            yield features.REGISTERED_SAVER, node


def _may_have_some(raw: bytes) -> bool:
    return any(mark in raw for mark in _MARKS)


def _in_values(*blobs: bytes) -> Iterator[Feature]:
    """The features that some serialized StructuredValues use, at any depth."""
    parse = full_message("StructuredValue").FromString if any(map(_may_have_some, blobs)) else None
    todo = [parse(blob) for blob in blobs] if parse is not None else []
    while todo:
        value = todo.pop()
        kind = value.WhichOneof("kind")
        if kind in _KINDS:
            yield _KINDS[kind]
        elif kind in ("list_value", "tuple_value"):
            todo.extend(getattr(value, kind).values)
        elif kind == "dict_value":
            todo.extend(value.dict_value.fields.values())
        elif kind == "named_tuple_value":
            todo.extend(pair.value for pair in value.named_tuple_value.values)
        elif kind == "type_spec_value":
            yield from _of_type_spec(value.type_spec_value)
            todo.append(value.type_spec_value.type_state)


def _of_type_spec(spec: Any) -> Iterator[Feature]:
    yield from _CLASSES.get(spec.type_spec_class, ())
    if spec.type_spec_class_name in _NAMES:
        yield _NAMES[spec.type_spec_class_name]
    length, feature = _LONGER.get(spec.type_spec_class, (0, None))
    if feature is not None and len(spec.type_state.tuple_value.values) == length:
        yield feature
