"""The canonical digest: equal for equal models, whatever their bytes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from inspector.cli import main
from inspector.errors import Unreadable
from inspector.hashing import hash_model
from inspector.wire.schema import full_message
from tests.comparison.shuffling import shuffle
from tests.differential.workbench import GOLDEN, PB, Copy, bases

MODELS = sorted(bases())


@pytest.mark.parametrize("base", MODELS)
def test_other_counters_and_orders_are_the_same_model(base: str, tmp_path: Path) -> None:
    if base == "pbtxt-module":
        pytest.skip("its graph file is text")
    plain, shuffled = Copy(base), Copy(base)
    shuffle(shuffled, 7)
    plain.save(f"{tmp_path}/plain")
    shuffled.save(f"{tmp_path}/shuffled")

    assert (tmp_path / "plain" / PB).read_bytes() != (tmp_path / "shuffled" / PB).read_bytes()
    assert hash_model(tmp_path / "plain")[1:] == hash_model(tmp_path / "shuffled")[1:]


@pytest.mark.parametrize("base", ["keras3-mlp", "nested-control-flow", "v1-main-op-table", "dtypes"])
def test_text_and_binary_are_the_same_model(base: str, tmp_path: Path) -> None:
    from google.protobuf import text_format

    from inspector.wire.schema import full_pool

    plain, text = Copy(base), Copy(base)
    saved = full_message("SavedModel").FromString(plain.pb)
    written = text_format.MessageToString(saved, descriptor_pool=full_pool())
    text.remove(PB)
    text.write("saved_model.pbtxt", written.encode())
    plain.save(f"{tmp_path}/plain")
    text.save(f"{tmp_path}/text")

    assert hash_model(tmp_path / "plain")[1:] == hash_model(tmp_path / "text")[1:]


def test_other_models_have_other_digests() -> None:
    digests = {name: hash_model(GOLDEN / name).digest for name in MODELS if (GOLDEN / name).exists()}

    assert len(set(digests.values())) == len(digests)


def test_another_process_agrees() -> None:
    """Nothing depends on the order of sets."""
    command = [sys.executable, "-m", "inspector", "hash", str(GOLDEN / "nested-control-flow")]
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout

    assert printed.splitlines()[0] == hash_model(GOLDEN / "nested-control-flow").digest


def test_checksums_and_bytes_never_compare_equal() -> None:
    by_index, by_bytes = hash_model(GOLDEN / "keras3-mlp"), hash_model(GOLDEN / "keras3-mlp", verify=True)

    assert by_index.weights.startswith("crc:")
    assert by_bytes.weights.startswith("sha256:")
    assert by_index.digest != by_bytes.digest
    assert by_index[:4] == by_bytes[:4]


def test_what_cannot_be_read_has_no_digest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Unreadable, match="Git LFS pointer"):
        hash_model(GOLDEN / "broken-lfs-pointer")
    assert main(["hash", str(GOLDEN / "broken-lfs-pointer")]) == 3
    assert "cannot be read" in capsys.readouterr().err


def test_the_document_fits_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    schema = json.loads((Path(__file__).parents[2] / "inspector/report/hash_schema.json").read_text())
    assert main(["hash", "--format", "json", str(GOLDEN / "table-asset")]) == 0

    jsonschema.validate(json.loads(capsys.readouterr().out), schema)
