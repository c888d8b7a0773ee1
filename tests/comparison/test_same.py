"""The same against the same is silent: golden models, real models, text against binary, and new exports."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspector.comparison import diff
from inspector.comparison.change import Change
from inspector.differences.difference import WEIGHTS
from inspector.wire.schema import full_message, full_pool
from tests.comparison.programs import PROGRAMS
from tests.comparison.shuffling import shuffle
from tests.differential.workbench import GOLDEN, PB, Copy
from tests.test_corpus import CORPUS, MODELS

READABLE = sorted(folder.name for folder in GOLDEN.iterdir() if folder.is_dir())


def changes(old: object, new: object) -> tuple[Change, ...]:
    return diff(str(old), str(new), tensorflow="2.21", loaders=["tf2"]).changes


@pytest.mark.parametrize("name", READABLE)
def test_golden_models(name: str) -> None:
    assert changes(GOLDEN / name, GOLDEN / name) == ()


@pytest.mark.skipif(not MODELS, reason="the corpus of real models is not beside this checkout")
@pytest.mark.parametrize("name", [entry["name"] for entry in MODELS])
def test_real_models(name: str) -> None:
    assert changes(CORPUS / "models" / name, CORPUS / "models" / name) == ()


@pytest.mark.parametrize("base", ["adam-slots", "lstm", "nested-control-flow", "table-asset", "tf-keras-mlp"])
def test_what_an_export_leaves_to_chance(base: str, tmp_path: Path) -> None:
    plain, shuffled = Copy(base), Copy(base)
    shuffle(shuffled, 3)
    plain.save(f"{tmp_path}/plain")
    shuffled.save(f"{tmp_path}/shuffled")

    assert changes(tmp_path / "plain", tmp_path / "shuffled") == ()


@pytest.mark.parametrize("base", ["keras3-mlp", "nested-control-flow", "v1-main-op-table", "dtypes"])
def test_text_against_binary(base: str, tmp_path: Path) -> None:
    from google.protobuf import text_format

    plain, text = Copy(base), Copy(base)
    saved = full_message("SavedModel").FromString(plain.pb)
    written = text_format.MessageToString(saved, descriptor_pool=full_pool())
    text.remove(PB)
    text.write("saved_model.pbtxt", written.encode())
    plain.save(f"{tmp_path}/plain")
    text.save(f"{tmp_path}/text")

    assert changes(tmp_path / "plain", tmp_path / "text") == ()


@pytest.mark.xdist_group("exports")
@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_exported_again_by_another_process(name: str, exports: Path) -> None:
    assert changes(exports / "first" / name, exports / "again" / name) == ()


@pytest.mark.xdist_group("exports")
@pytest.mark.parametrize("name", sorted(PROGRAMS))
def test_another_seed_is_weights_only(name: str, exports: Path) -> None:
    found = changes(exports / "first" / name, exports / "other" / name)
    seeded = ["DF508"] if name == "tf-keras-trained" else []  # Keras 2 writes the seed into its random ops

    assert [change.code for change in found] == ["DF300", *seeded]
    assert found[0].level == WEIGHTS
    assert json.dumps(found[0].as_dict())
