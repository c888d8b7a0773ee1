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
from tests.differential.workbench import GOLDEN, PB, Copy, bases
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


BINARY = sorted(name for name, files in bases().items() if PB in files)


def as_text(copy: Copy) -> Copy:
    """The same model with saved_model.pbtxt in the place of saved_model.pb."""
    from google.protobuf import text_format

    saved = full_message("SavedModel").FromString(copy.pb)
    copy.remove(PB)
    copy.write("saved_model.pbtxt", text_format.MessageToString(saved, descriptor_pool=full_pool()).encode())
    return copy


def in_other_bytes(base: str, top: Path) -> tuple[Change, ...]:
    """A model against itself with other counters and orders, and in text."""
    shuffled = Copy(base)
    shuffle(shuffled, 3)
    for copy, name in ((Copy(base), "plain"), (shuffled, "shuffled"), (as_text(Copy(base)), "text")):
        copy.save(f"{top}/{name}")
    return changes(top / "plain", top / "shuffled") + changes(top / "plain", top / "text")


@pytest.mark.parametrize("base", BINARY)
def test_other_counters_orders_and_text(base: str, tmp_path: Path) -> None:
    assert in_other_bytes(base, tmp_path) == ()


@pytest.mark.skipif(not MODELS, reason="the corpus of real models is not beside this checkout")
@pytest.mark.parametrize("name", [entry["name"] for entry in MODELS])
def test_real_models_in_other_bytes(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = CORPUS / "models" / name
    files = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    if PB not in files:
        pytest.skip("its graph file is text")
    monkeypatch.setitem(bases(), name, files)

    assert in_other_bytes(name, tmp_path) == ()


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
