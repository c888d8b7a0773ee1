"""Messages and versions: what is kept of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.confirmation import message, packages_of, tensorflow_of


def test_traces_hosts_and_addresses_are_left_out() -> None:
    text = (
        "Graph execution error:\n\nDetected at node Conv2D defined at (most recent call last):\n"
        '  File "/home/somebody/train.py", line 3, in <module>\n    main()\n<stack traces unavailable>\n'
        "Op type not registered 'X' in binary running on my-laptop. Make sure of /m/model/variables at 0x7f00dead.\n"
        "\t [[{{node Conv2D}}]] [Op:__inference_signature_wrapper_12]\n"
        "/opt/python/lib/python3.11/site-packages/tensorflow/x.so: bad\n"
        "Original stack trace for 'Conv2D':\n  File ..."
    )
    assert message.clean(text, "/m/model") == (
        "Op type not registered 'X' in binary running on <host>. Make sure of <model>/variables at 0x....\n"
        "\t [[{{node Conv2D}}]]\n"
        "<site-packages>/tensorflow/x.so: bad"
    )


def test_long_messages_are_cut() -> None:
    assert len(message.clean("x" * 5000, "/m")) == message.KEPT


def test_a_short_relative_path_replaces_nothing() -> None:
    assert message.clean("a.b", ".") == "a.b"


@pytest.mark.parametrize(
    ("folder", "version"),
    [
        ("tensorflow-2.21.0.dist-info", "2.21.0"),
        ("tensorflow_cpu-2.15.1.dist-info", "2.15.1"),
        ("tf_nightly-2.22.0.dev20250101.dist-info", "2.22.0.dev20250101"),
        ("tensorflow-2.4.1-py3.8.egg-info", "2.4.1"),
        ("tensorflow_estimator-2.12.0.dist-info", None),
    ],
)
def test_tensorflow_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, folder: str, version: str | None) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    (tmp_path / folder).mkdir()
    assert tensorflow_of() is None
    (tmp_path / "tensorflow").mkdir()
    (tmp_path / "tensorflow" / "__init__.py").touch()
    assert tensorflow_of() == version


def test_packages_of(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.path", [str(tmp_path)])
    assert packages_of() == ()
    (tmp_path / "tf_keras").mkdir()
    (tmp_path / "tf_keras" / "__init__.py").touch()
    assert packages_of() == ("tf_keras",)


def test_an_interpreter_that_is_none(tmp_path: Path) -> None:
    assert tensorflow_of(str(tmp_path / "python")) is None
    assert packages_of(str(tmp_path / "python")) == ()
