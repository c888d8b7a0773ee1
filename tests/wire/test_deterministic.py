"""Maps in the order in which TensorFlow hashes them."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.wire.deterministic import NotDeterministic, deterministic
from inspector.wire.farmhash import fingerprint64
from inspector.wire.schema import DecodeError, full_message, message

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "models"
SOUND = sorted(
    file.parent
    for file in GOLDEN.rglob("fingerprint.pb")
    if not file.relative_to(GOLDEN).parts[0].startswith("broken-") and (file.parent / "saved_model.pb").exists()
)


def saved_model(*keys: str) -> Any:
    whole = full_message("SavedModel")()
    node = whole.meta_graphs.add().graph_def.node.add(name="x", op="Op")
    for key in keys:
        node.attr[key].i = 1
    return whole


def attr_keys(raw: bytes) -> list[bytes]:
    """The keys of a node's attrs in the order of the file."""
    parts = raw.split(b"\x12\x02\x18\x01")[:-1]
    return [part[part.rindex(b"\n") + 2 :] for part in parts]


def test_texts_are_sorted_byte_by_byte_and_a_shorter_one_comes_first() -> None:
    raw = saved_model("Tin", "T", "_x", "", "a", "ab", "é").SerializeToString()

    assert attr_keys(deterministic(raw, "SavedModel")) == sorted(attr_keys(raw))


def test_numbers_are_sorted_upwards() -> None:
    whole = full_message("SavedModel")()
    function = whole.meta_graphs.add().graph_def.library.function.add()
    for number in (3, 300, 0, 70_000):
        function.resource_arg_unique_id[number] = 1
    found = deterministic(whole.SerializeToString(), "SavedModel")
    places = [found.index(b"\x08" + _varint(number) + b"\x10\x01") for number in (0, 3, 300, 70_000)]

    assert places == sorted(places)


def test_equal_ends_of_nodes_are_sorted_alike() -> None:
    whole = saved_model("b", "a")
    whole.meta_graphs[0].graph_def.node.add().CopyFrom(whole.meta_graphs[0].graph_def.node[0])
    raw = whole.SerializeToString()

    assert attr_keys(deterministic(raw, "SavedModel")) == [b"a", b"b", b"a", b"b"]


def test_fields_of_a_later_release_are_not_judged() -> None:
    with pytest.raises(NotDeterministic):
        deterministic(saved_model("a").SerializeToString() + b"\xf8\x07\x01", "SavedModel")


@pytest.mark.parametrize("folder", SOUND, ids=lambda folder: str(folder.relative_to(GOLDEN)))
def test_golden_models_have_the_hash_in_their_fingerprint(folder: Path) -> None:
    fingerprint = message("FingerprintDef").FromString((folder / "fingerprint.pb").read_bytes())
    raw = deterministic((folder / "saved_model.pb").read_bytes(), "SavedModel")

    assert fingerprint64(raw) == fingerprint.saved_model_checksum


@given(st.binary())
def test_any_bytes_are_sorted_or_refused(raw: bytes) -> None:
    try:
        found = deterministic(raw, "SavedModel")
    except (DecodeError, NotDeterministic):
        return

    assert sorted(found) == sorted(raw)


def test_depth_is_bounded() -> None:
    """A list in a list in a list ..., as the structure of a function's arguments."""
    structure = b""
    for _ in range(2000):
        structure = _field(51, _field(1, structure))
    concrete_function = _field(2, _field(1, b"f") + _field(2, _field(3, structure)))
    with pytest.raises(NotDeterministic):
        deterministic(_field(2, _field(7, concrete_function)), "SavedModel")


def _field(number: int, raw: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(raw)) + raw


def _varint(value: int) -> bytes:
    found = bytearray()
    while value >= 0x80:
        found.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*found, value))


@pytest.mark.xdist_group("tensorflow")
def test_the_hash_is_tensorflows(tmp_path: Path) -> None:
    """Maps of every kind in one message, in an order that no writer has."""
    pytest.importorskip("tensorflow")
    native = importlib.import_module("tensorflow.python.saved_model.pywrap_saved_model").fingerprinting
    whole = saved_model("Tin", "T", "f", "_output_shapes")
    meta = whole.meta_graphs[0]
    function = meta.graph_def.library.function.add()
    function.signature.name = "f_1"
    for number in (11, 2, 1, 0):
        function.arg_attr[number].attr["b"].i = function.arg_attr[number].attr["a"].i = 1
        function.ret[f"r{number}"] = function.control_ret[f"c{number}"] = "x"
    meta.graph_def.node[0].attr["f"].func.name = "f_1"
    for key in ("b", "a", "ab"):
        meta.graph_def.node[0].attr["f"].func.attr[key].i = 1
        meta.signature_def[key].inputs[key].name = meta.signature_def[key].outputs[key].name = "x:0"
        meta.collection_def[key].int64_list.value.append(1)
        meta.meta_info_def.function_aliases[key] = "f_1"
    concrete = meta.object_graph_def.concrete_functions["f_1"]
    for key in ("b", "a"):
        concrete.canonicalized_input_signature.dict_value.fields[key].none_value.SetInParent()
    (tmp_path / "saved_model.pb").write_bytes(whole.SerializeToString())

    theirs = message("FingerprintDef").FromString(native.CreateFingerprintDef(str(tmp_path)))

    assert fingerprint64(deterministic(whole.SerializeToString(), "SavedModel")) == theirs.saved_model_checksum
