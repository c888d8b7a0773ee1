"""Where models are found: the layouts of servers, pipelines and stores, each recognised by what only it has."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.cli import main
from inspector.discovery import (
    BELOW,
    HUB_CACHE,
    ITSELF,
    MLFLOW,
    SAGEMAKER,
    SERVER_CONFIG,
    SERVING_BASE,
    TFX,
    Found,
    find_models,
)
from inspector.errors import UsageError

MODEL = Path(__file__).parent.parent / "golden" / "models" / "keras3-mlp"
HASH = "0123456789abcdef0123456789abcdef01234567"
STATIC = ["--no-confirm", "--tensorflow", "2.21"]


def lay(folder: Path, *models: str, files: tuple[str, ...] = ()) -> str:
    """A folder with models (saved_model.pb is enough to be found) and empty files."""
    for name in (*(f"{model}/saved_model.pb".lstrip("/") for model in models), *files):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    return str(folder)


@pytest.mark.parametrize(
    ("layout", "models", "files"),
    [
        (SERVING_BASE, ("10", "9", "1"), ()),
        (MLFLOW, ("data/model",), ("MLmodel", "conda.yaml")),
        (MLFLOW, ("tfmodel",), ("MLmodel",)),
        (HUB_CACHE, (HASH,), (f"{HASH}.descriptor.txt", f"{HASH[::-1]}.descriptor.txt")),
        (TFX, ("Pusher/pushed_model/9", "Trainer/model/8/Format-Serving"), ("Pusher/x", "Trainer/model/8/eval/events")),
        (TFX, ("Format-Serving",), ("Format-TFMA/x",)),
        (TFX, ("pushed_model/7",), ()),
        (SAGEMAKER, ("export/Servo/1",), ("code/inference.py",)),
        (SAGEMAKER, ("half_plus_two/1", "half_plus_two/2"), ("code/inference.py",)),
    ],
)
def test_layouts(layout: str, models: tuple[str, ...], files: tuple[str, ...], tmp_path: Path) -> None:
    """All models of a layout, versions newest first."""
    top = lay(tmp_path / "top", *models, files=files)

    assert find_models(top) == [Found(f"{top}/{model}", layout) for model in models]


def test_what_is_no_layout_is_itself(tmp_path: Path) -> None:
    """A model, a folder above one, a file: they are judged as they are, and found only when asked for."""
    for name, models in (("model", ("",)), ("above", ("a/b", "a/c10", "a/c9"))):
        top = lay(tmp_path / name, *models)
        assert find_models(top) == [Found(top, ITSELF)]
    assert [Path(found.path).name for found in find_models(top, recursive=True)] == ["b", "c9", "c10"]
    assert {found.layout for found in find_models(top, recursive=True)} == {BELOW}
    (tmp_path / "x.h5").touch()
    assert find_models(str(tmp_path / "x.h5")) == [Found(str(tmp_path / "x.h5"))]
    with pytest.raises(UsageError, match="no such path"):
        find_models(str(tmp_path / "nope"))


def test_versions(tmp_path: Path) -> None:
    top = lay(tmp_path / "base", "3", "7")
    assert find_models(top, 3) == [Found(f"{top}/3", SERVING_BASE)]
    with pytest.raises(UsageError, match=r"no version 4 \(versions: 7, 3\)"):
        find_models(top, 4)
    with pytest.raises(UsageError, match="versions: none"):
        find_models(f"{top}/3", 3)


CONFIG = """
model_config_list {
  config {
    name: "a" base_path: "/models/a" model_platform: "tensorflow"
    logging_config { sampling_config { sampling_rate: 0.1 } }
  }
  config {
    name: "b"
    base_path: "/models/b"
    model_version_policy { specific { versions: 1 versions: 3 } }
    version_labels { key: "stable" value: 1 }
  }
  config { name: "c" base_path: "/elsewhere/models/c" model_version_policy { all {} } }
  config { name: "d" base_path: "d" model_version_policy { latest { num_versions: 2 } } }
}
"""


def test_the_configuration_of_a_server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The versions that it would serve, of base folders that lie elsewhere in the server."""
    lay(tmp_path / "models", "a/1", "a/2", "b/1", "b/2", "b/3", "c/1", "c/2", "d/1", "d/2", "d/3")
    (tmp_path / "models" / "models.config").write_text(CONFIG)
    monkeypatch.chdir(tmp_path)
    found = find_models("models/models.config")

    assert {one.layout for one in found} == {SERVER_CONFIG}
    assert [one.path.removeprefix("models/") for one in found] == [
        "a/2", "b/3", "b/1", "c/2", "c/1", "d/3", "d/2"
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("model_config_list { config { name: 3 } }", "is no models.config"),
        ("model_config_list {", "is no models.config"),
        ('model_config_list { config { name: "a" base_path: "gs://b/a" } }', "is remote"),
        ('model_config_list { config { name: "a" base_path: "/nope/nowhere" } }', "nor below"),
        ('model_config_list { config { name: "a" base_path: "/x/a" } }', "does not hold any version"),
        (
            'model_config_list { config { name: "b" base_path: "/x/b" model_version_policy { specific { versions: 9 } } } }',
            r"does not hold version 9 \(versions: 1\)",
        ),
        ("# model_config_list\n" + "a {" * 10_000, "is no models.config"),
    ],
)
def test_what_a_server_could_not_serve(text: str, says: str, tmp_path: Path) -> None:
    """Named with the model and what is there instead: the server would say it only when it starts."""
    (tmp_path / "a").mkdir()
    lay(tmp_path / "b", "1")
    (tmp_path / "models.config").write_text(text)
    with pytest.raises(UsageError, match=says):
        find_models(str(tmp_path / "models.config"))


def test_the_report_says_where(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the text; with -r every model below is judged."""
    (tmp_path / "m" / "data").mkdir(parents=True)
    (tmp_path / "m" / "MLmodel").touch()
    (tmp_path / "m" / "data" / "model").symlink_to(MODEL)
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path)
    assert main([str(tmp_path / "m" / "data" / "model"), *STATIC]) == 0
    assert "found in" not in capsys.readouterr().out
    lay(tmp_path / "n", "a", "b")
    assert main(["n", *STATIC, "-r", "--format", "concise"]) == 1
    assert [line.split(":")[0] for line in capsys.readouterr().out.splitlines()] == [
        "n/a/saved_model.pb",
        "n/b/saved_model.pb",
    ]
