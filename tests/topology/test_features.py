"""Features of SavedModels by release: how they are found, and which releases refuse them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from inspector.catalogue import features
from inspector.catalogue.features import Feature
from inspector.findings import Target
from inspector.model.saved_model import open_model
from inspector.topology.inspection import Inspection
from inspector.wire.schema import full_message


def found(objects: Any, folder: Path) -> list[tuple[Feature, str]]:
    """The features of a model with this object graph and no checkpoint."""
    saved_model = full_message("SavedModel")(saved_model_schema_version=1)
    meta = saved_model.meta_graphs.add()
    meta.meta_info_def.tags.append("serve")
    meta.object_graph_def.CopyFrom(objects)
    (folder / "saved_model.pb").write_bytes(saved_model.SerializeToString())
    model = open_model(folder)
    (view,) = Inspection(model, Target("2.21.0")).meta_views
    return [(use.feature, use.place) for use in view.features(model.bundle)]


def graph() -> Any:
    """A root with a child ``f``, a function."""
    objects = full_message("SavedObjectGraph")()
    root, function = objects.nodes.add(), objects.nodes.add()
    root.user_object.identifier = "_generic_user_object"
    root.children.add(local_name="f", node_id=1)
    function.function.concrete_functions.append("g")
    objects.concrete_functions["g"].bound_inputs[:] = []
    return objects


@pytest.mark.parametrize(
    ("field", "feature"),
    [
        ("tensor_value", features.TENSOR_DEFAULT),
        ("numpy_value", features.NUMPY_DEFAULT),
        ("bounded_tensor_spec_value", features.BOUNDED_SPEC),
    ],
)
def test_values(field: str, feature: Feature, tmp_path: Path) -> None:
    """At any depth of the arguments of a tf.function."""
    objects = graph()
    arguments = objects.nodes[1].function.function_spec.fullargspec.named_tuple_value
    defaults = arguments.values.add(key="defaults").value.tuple_value.values.add()
    getattr(defaults.dict_value.fields["deep"].list_value.values.add(), field).dtype = 1

    assert found(objects, tmp_path) == [(feature, "f")]


@pytest.mark.parametrize(
    ("number", "length", "expected"),
    [
        (1, 2, []),
        (3, 4, []),
        (3, 5, [features.RAGGED_SPEC_WITH_VALUES]),
        (6, 3, [features.ITERATOR_SPEC]),
        (9, 3, [features.VARIABLE_SPEC]),
        (9, 4, [features.VARIABLE_SPEC, features.VARIABLE_SPEC_WITH_ALIAS]),
        (10, 1, [features.ROW_PARTITION_SPEC]),
        (11, 1, [features.NDARRAY_SPEC, features.NDARRAY_SPEC_DROPPED]),
        (12, 1, [features.REGISTERED_SPEC]),
        (13, 1, [features.EXTENSION_SPEC]),
    ],
)
def test_type_specs(number: int, length: int, expected: list[Feature], tmp_path: Path) -> None:
    """By their class, and by how many values their state has, in the signature of a concrete function."""
    objects = graph()
    spec = objects.concrete_functions["g"].canonicalized_input_signature.tuple_value.values.add().type_spec_value
    spec.type_spec_class = number
    for _ in range(length):
        spec.type_state.tuple_value.values.add().none_value.SetInParent()

    assert found(objects, tmp_path) == [(feature, "g") for feature in expected]


def test_renamed_type_specs(tmp_path: Path) -> None:
    """TensorFlow's own registered types, where a release renamed them."""
    objects = graph()
    spec = objects.concrete_functions["g"].output_signature.type_spec_value
    spec.type_spec_class, spec.type_spec_class_name = 12, "tf.StructuredTensorSpec"

    assert (features.OLD_STRUCTURED_SPEC, "g") in found(objects, tmp_path)


@pytest.mark.parametrize("has_signature", [True, False])
def test_savers(has_signature: bool, tmp_path: Path) -> None:
    """A table's save function with and without input_signature."""
    objects = graph()
    table = objects.nodes.add()
    table.resource.SetInParent()
    objects.nodes[0].children.add(local_name="t", node_id=2)
    saver = objects.nodes.add()
    saver.bare_concrete_function.concrete_function_name = "g"
    signature = saver.bare_concrete_function.function_spec.input_signature
    (signature.tuple_value if has_signature else signature.none_value).SetInParent()
    table.saveable_objects["table"].save_function = 3

    assert found(objects, tmp_path) == ([] if has_signature else [(features.SAVER_WITHOUT_SIGNATURE, "t")])


def test_registered_savers_are_read_from_the_checkpoint() -> None:
    """The object that the checkpoint saved with a saver of its own, by its path."""
    checkpoint = full_message("TrackableObjectGraph")()
    checkpoint.nodes.add().children.add(local_name="f", node_id=1)
    checkpoint.nodes.add().registered_saver.name = "Mine.S"
    from inspector.model.objects import ObjectGraph
    from inspector.topology.features import _of_checkpoint

    objects = ObjectGraph(graph().SerializeToString())

    assert list(_of_checkpoint(objects, checkpoint)) == [(features.REGISTERED_SAVER, 1)]


def test_words() -> None:
    """Which releases refuse a feature, and the nearest that take it."""
    assert features.TENSOR_DEFAULT.refusing == "before 2.13"
    assert features.SAVER_WITHOUT_SIGNATURE.refusing == "2.11 to 2.12"
    assert features.OLD_STRUCTURED_SPEC.refusing == "from 2.10 on"
    assert features.OLD_STRUCTURED_SPEC.taking == "2.9 or older"
    assert features.REGISTERED_SAVER.taking == "2.16 or newer"
    assert not features.REGISTERED_SAVER.is_refused_by((2, 16))
    assert features.REGISTERED_SAVER.is_refused_by((2, 15))
