"""Any bytes at all give findings or a clear error, never a traceback."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from inspector.checking import default_target
from inspector.engine import judge
from inspector.model.saved_model import open_model
from inspector.report.style import Style
from inspector.report.text import lines

GOLDEN = Path(__file__).parent.parent.parent / "golden" / "models"
MODELS = ("keras3-mlp", "v1-main-op-table", "nested-control-flow", "dtypes", "tf-keras-mlp", "v1-two-tagsets")
TARGET = default_target("2.21")
ROUNDS = 40


def damaged(data: bytes, chance: random.Random) -> bytes:
    """A few bytes changed, a piece cut out, doubled or moved, or the end cut off."""
    out = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at, size = chance.randrange(len(out)), chance.randrange(1, 40)
        match chance.randrange(6):
            case 0 | 1:
                out[at] = chance.randrange(256)
            case 2:
                out[at] ^= 1 << chance.randrange(8)
            case 3:
                del out[at : at + size]
            case 4:
                out[at:at] = out[at : at + size]
            case 5:
                other = chance.randrange(len(out))
                out[other : other + size] = out[at : at + size]
        if len(out) < 2:
            return data[:1]
    return bytes(out)


@pytest.mark.parametrize(
    "file", ["saved_model.pb", "variables/variables.index", "variables/variables.data-00000-of-00001"]
)
@pytest.mark.parametrize("name", MODELS)
def test_damaged_files_give_findings(name: str, file: str, tmp_path: Path) -> None:
    """Every rule, every loader's walk and the report get through; the rules may not hide behind XX000."""
    folder = tmp_path / name
    shutil.copytree(GOLDEN / name, folder)
    healthy = (folder / file).read_bytes()
    chance = random.Random(f"{name} {file}")
    for _ in range(ROUNDS):
        (folder / file).write_bytes(damaged(healthy, chance))
        check_all(folder)


def check_all(folder: Path) -> None:
    from inspector.checking import examine

    model = open_model(folder)
    judge(model, TARGET, strict=True)
    report = examine(model, (TARGET,), ("tf2", "tf1", "serving"), None)
    assert list(lines(report, Style(colour=False)))


@pytest.mark.parametrize(
    "content", [b"", b"\x00", b"\xff" * 100, b"\x0a" * 64, b"\x12\x80\x80\x80\x80\x10", b"{}", b"\x08\x01\x12\x00"]
)
def test_tiny_files(content: bytes, tmp_path: Path) -> None:
    """The smallest ways to be wrong, as pb and as pbtxt."""
    for name in ("saved_model.pb", "saved_model.pbtxt"):
        folder = tmp_path / name
        folder.mkdir()
        (folder / name).write_bytes(content)
        check_all(folder)
