"""``python -m inspector diagnose``: exit codes, streams, encodings, text and JSON."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from inspector.cli import main
from inspector.restoring.exceptions import KINDS

ROOT = Path(__file__).parent.parent.parent
MODELS = ROOT / "golden" / "models"
SCHEMA = json.loads((ROOT / "inspector" / "report" / "diagnosis_schema.json").read_text())
TENSORFLOW = ["--tensorflow", "2.21"]
CHECKSUM = (
    "tensorflow.python.framework.errors_impl.DataLossError: Checksum does not match: stored 1 vs. calculated on the restored "
    "bytes 2"
)
WRONG_CALL = """ValueError: Could not find matching concrete function to call loaded from the SavedModel. Got:
  Positional arguments (1 total):
    * <tf.Tensor: shape=(3,), dtype=float64, numpy=array([0., 0., 0.])>
  Keyword arguments: {}

 Expected these arguments to match one of the following 1 option(s):

Option 1:
  Positional arguments (1 total):
    * TensorSpec(shape=(3,), dtype=tf.float32, name='x')
  Keyword arguments: {}
"""


class Standard(io.StringIO):
    """Standard input with the bytes below it."""

    def __init__(self, raw: bytes, *, terminal: bool = False) -> None:
        super().__init__(raw.decode(errors="replace"))
        self.buffer = io.BytesIO(raw)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def code(*arguments: str | Path) -> int:
    return main(["diagnose", *map(str, arguments)])


@pytest.mark.parametrize(
    ("text", "expected"),
    [(CHECKSUM, 1), ("KeyError: 'w'", 3), ("all is well\n", 0), ("", 0)],
    ids=["recognised", "not recognised", "no error", "empty"],
)
def test_exit_codes(
    text: str, expected: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The same from a file and from standard input; everything goes to standard output."""
    log = tmp_path / "error.txt"
    log.write_text(text)
    assert code("--log", log, *TENSORFLOW) == expected
    of_file = capsys.readouterr()
    monkeypatch.setattr(sys, "stdin", Standard(text.encode()))
    assert code(*TENSORFLOW) == expected
    of_stream = capsys.readouterr()

    assert of_file.out == of_stream.out
    assert of_file.err == of_stream.err == ""


def test_usage_is_2(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """No such log, no such model, a folder in the place of a log, nobody who pipes anything in."""
    log = tmp_path / "error.txt"
    log.write_text(CHECKSUM)
    monkeypatch.setattr(sys, "stdin", Standard(b"", terminal=True))

    assert code() == 2
    assert code("--log", tmp_path / "no.txt") == 2
    assert code("--log", tmp_path) == 2
    assert code("--log", log, tmp_path / "no_model") == 2
    assert code("--log", log, "--tensorflow", "7.1") == 2
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings(encoding: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """PowerShell's ``2> error.txt`` writes UTF-16; bytes that are no text at all do no harm."""
    log = tmp_path / "error.txt"
    log.write_bytes(CHECKSUM.encode(encoding) + ("\n".encode(encoding)[-2:] if encoding == "utf-16" else b"\n\xff\xfe"))

    assert code("--log", log, *TENSORFLOW) == 1
    assert "CheckpointDamaged (sure)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (CHECKSUM, "broken-bit-flip"), (CHECKSUM, "keras3-mlp"), (CHECKSUM, None), (WRONG_CALL, "module-signatures"),
        ("Op type not registered 'CaseFoldUTF8' in binary running on pod-1", None), ("KeyError: 'w'", "broken-cycle"), ("", None),
    ],
)  # fmt: skip
def test_json(text: str, path: str | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """It is of the published schema, and the same each time."""
    log = tmp_path / "error.txt"
    log.write_text(text)
    model = [] if path is None else [MODELS / path]
    code("--log", log, *model, *TENSORFLOW, "--format", "json")
    said = capsys.readouterr().out
    code("--log", log, *model, *TENSORFLOW, "--format", "json")

    assert capsys.readouterr().out == said
    document = json.loads(said)
    jsonschema.validate(document, SCHEMA)
    assert document["kind"] in KINDS
    assert str(tmp_path) not in said


def test_the_schema_knows_every_kind() -> None:
    assert set(SCHEMA["$defs"]["kind"]["enum"]) == set(KINDS)


def test_text_with_a_model(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The finding and its place; for a call the line that works."""
    log = tmp_path / "error.txt"
    log.write_text(CHECKSUM)
    code("--log", log, MODELS / "broken-bit-flip", *TENSORFLOW)
    damaged = capsys.readouterr().out
    log.write_text(WRONG_CALL)
    code("--log", log, MODELS / "module-signatures", *TENSORFLOW)
    called = capsys.readouterr().out

    assert "finding   TB005" in damaged
    assert "variables.data-00000-of-00001" in damaged
    assert "call it like this: loaded" in called


def test_neither_tensorflow_nor_the_rules_of_a_check_are_imported(tmp_path: Path) -> None:
    """A text alone is read in a fraction of a second, wherever Python is."""
    log = tmp_path / "error.txt"
    log.write_text(CHECKSUM)
    program = (
        "import sys; from inspector.cli import main; "
        f"main(['diagnose', '--log', {str(log)!r}, '--tensorflow', '2.21']); "
        "print([name for name in sys.modules if name in ('tensorflow', 'keras', 'numpy')], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=False)

    assert done.stderr.strip() == "[]"
