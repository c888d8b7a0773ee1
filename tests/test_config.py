"""inspector.toml and [tool.inspector]: where they are found, what they may hold, and that the command line goes first."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from inspector.cli import main
from inspector.configuration import Configuration, TargetDefaults, read_configuration
from inspector.errors import UsageError

MODEL = str(Path(__file__).parent.parent / "golden" / "models" / "keras3-mlp")
WHOLE = """
targets = [
  {tensorflow = "2.15", device = "cpu", packages = ["tensorflow-text"]},
  {tensorflow = [">=2.17,<2.19"], device = ["cpu", "gpu"], env = "soft-placement=on"},
]
loaders = ["tf2", "serving"]
tags = ["serve"]
fail-on = "warning"
"""


def document(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    main([MODEL, "--no-confirm", "--format", "json", *arguments])
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_all_keys(tmp_path: Path) -> None:
    """In inspector.toml at the top, in pyproject.toml under tool.inspector."""
    (tmp_path / "inspector.toml").write_text(WHOLE)
    found = read_configuration(str(tmp_path))

    assert found.everywhere.targets == (
        TargetDefaults(("2.15",), ("cpu",), ("tensorflow-text",)),
        TargetDefaults((">=2.17,<2.19",), ("cpu", "gpu"), (), ("soft-placement=on",)),
    )
    assert found.everywhere[1:4] == (("tf2", "serving"), ("serve",), "warning")

    (tmp_path / "inspector.toml").unlink()
    (tmp_path / "pyproject.toml").write_text("[tool.inspector]\n" + WHOLE)
    assert read_configuration(str(tmp_path))[1:] == found[1:]


def test_the_nearest_file_counts(tmp_path: Path) -> None:
    """Upward from the current folder; a pyproject.toml without our section is passed by; inspector.toml goes first."""
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    (below / "pyproject.toml").write_text('[project]\nname = "inspector-of-something"\n')
    (tmp_path / "a" / "pyproject.toml").write_text('[tool.inspector]\nloaders = ["tf1"]\n')
    (tmp_path / "inspector.toml").write_text('loaders = ["tf2"]\n')
    assert read_configuration(str(below)).everywhere.loaders == ("tf1",)

    (tmp_path / "a" / "inspector.toml").write_text('loaders = "serving"\n')
    assert read_configuration(str(below)).everywhere.loaders == ("serving",)


@pytest.mark.parametrize(
    "text",
    [
        "[tool.inspector]\nloaders = ['tf1']",
        "[ tool . 'inspector' ]\nloaders = ['tf1']",
        '["tool"."inspector"]\nloaders = ["tf1"]',
        "[tool]\ninspector = {loaders = ['tf1']}",
        "tool.inspector.loaders = ['tf1']",
    ],
)
def test_the_section_in_any_spelling(text: str, tmp_path: Path) -> None:
    """TOML has several ways to write one table; the quick look before parsing misses none."""
    (tmp_path / "pyproject.toml").write_text(text)

    assert read_configuration(str(tmp_path)).everywhere.loaders == ("tf1",)


def test_no_file(tmp_path: Path) -> None:
    """Nothing above: the empty configuration, and no TOML parser is imported."""
    script = (
        "import sys; from inspector.configuration import read_configuration;"
        f"print(read_configuration({str(tmp_path)!r}).file, 'tomllib' in sys.modules or 'tomli' in sys.modules)"
    )
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)

    assert read_configuration(str(tmp_path)) == Configuration()
    assert run.stdout == " False\n"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("fail_on = 'note'", "fail-on"),
        ("loader = ['tf2']", "loaders"),
        ("colour = true", "there are targets"),
        ("targets = [{tensorflw = '2.15'}]", "tensorflow"),
        ("targets = '2.15'", "list of tables"),
        ("loaders = [2]", "list of strings"),
        ("fail-on = 'fatal'", "one of error"),
        ("loaders = [", "no TOML"),
        ("targets = [{host = ['capi']}]", "host must be a string"),
        ("op-lists = [3]", "op-lists must be"),
    ],
)
def test_what_is_wrong_is_named(text: str, says: str, tmp_path: Path) -> None:
    """The file, the key, and what may have been meant."""
    (tmp_path / "inspector.toml").write_text(text)
    with pytest.raises(UsageError, match=says) as caught:
        read_configuration(str(tmp_path))

    assert "inspector.toml" in str(caught.value)


def test_the_command_line_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Any target option replaces all targets of the file; --isolated reads no file."""
    (tmp_path / "inspector.toml").write_text(WHOLE)
    monkeypatch.chdir(tmp_path)

    assert [target["tensorflow"] for target in document(capsys)["targets"]] == [
        "2.15.1", "2.17.1", "2.17.1", "2.18.1", "2.18.1"
    ]  # fmt: skip
    assert document(capsys)["targets"][0]["packages"] == ["tensorflow_text"]
    assert [target["tensorflow"] for target in document(capsys, "--tensorflow", "2.12")["targets"]] == ["2.12.1"]
    assert len(document(capsys, "--isolated", "--tensorflow", "2.21")["targets"]) == 1

    (tmp_path / "inspector.toml").write_text("loaders = ['tf3']")
    assert main([MODEL, "--no-confirm", "--tensorflow", "2.21"]) == 2
    assert main([MODEL, "--no-confirm", "--tensorflow", "2.21", "--loader", "tf2"]) == 0
    assert main([MODEL, "--no-confirm", "--tensorflow", "2.21", "--isolated"]) == 0


def test_loaders_tags_and_fail_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file says decides the exit code, unless the command line says otherwise."""
    models = Path(MODEL).parent
    (tmp_path / "inspector.toml").write_text("fail-on = 'warning'\ntags = 'serve'")
    monkeypatch.chdir(tmp_path)
    static = ["--no-confirm", "--tensorflow", "2.21"]

    assert main([str(models / "broken-both-forms"), *static]) == 1
    assert main([str(models / "broken-both-forms"), *static, "--fail-on", "error"]) == 0
    assert main([str(models / "v1-two-tagsets"), *static, "--fail-on", "error"]) == 0


def test_hosts_and_own_ops(tmp_path: Path) -> None:
    """A target's host as written; files of ops lie below the folder of the configuration."""
    (tmp_path / "inspector.toml").write_text(
        'targets = [{tensorflow = "2.15", host = "tf-serving"}]\nop-lists = "ops.pbtxt"\nop-libraries = ["a/b.so"]\n'
    )
    (tmp_path / "below").mkdir()
    found = read_configuration(str(tmp_path / "below"))

    assert found.everywhere.targets == (TargetDefaults(("2.15",), host="tf-serving"),)
    assert [Path(path).resolve() for path in (*found.op_lists, *found.op_libraries)] == [
        (tmp_path / name).resolve() for name in ("ops.pbtxt", "a/b.so")
    ]


def test_a_configured_host_and_list_are_judged_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown host is wrong usage; --host replaces the file's targets; what the file teaches stays."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "ops.pbtxt").write_text('op { name: "Mine" }')
    (tmp_path / "inspector.toml").write_text(
        'targets = [{tensorflow = "2.15", host = "tf-serving"}]\nop-lists = "ops.pbtxt"\n'
    )
    assert document(capsys)["targets"][0]["host"] == "tf-serving"
    assert document(capsys, "--host", "capi", "--tensorflow", "2.12")["targets"][0]["host"] == "capi"

    (tmp_path / "ops.pbtxt").write_text("op {")
    assert main([MODEL, "--no-confirm"]) == 2
    assert "ops.pbtxt:1:" in capsys.readouterr().err
    (tmp_path / "inspector.toml").write_text('targets = [{host = "triton"}]\n')
    assert main([MODEL, "--no-confirm"]) == 2
    assert "unknown host" in capsys.readouterr().err
