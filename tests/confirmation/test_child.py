"""How a child is bounded and how its end is told, with stand-ins for the probe: no TensorFlow is needed."""

from __future__ import annotations

import ast
import os
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from inspector.confirmation import child, confirm
from inspector.confirmation.account import RESTARTS
from inspector.errors import UsageError
from inspector.findings import CallConfirmation, Confirmation

HEAD = """
import json, os, signal, subprocess, sys, time
request = json.load(open(sys.argv[1]))
def say(event, **more):
    with open(request["events"], "a") as stream:
        stream.write(json.dumps(dict(more, event=event, at=time.time())) + "\\n")
def die(number):
    os.kill(os.getpid(), number)
    time.sleep(60)
say("started")
"""
IMPORTED = 'say("imported", version="2.0.0")\n'
LOADED = IMPORTED + 'say("loaded", signatures=["a", "b"])\n'


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "stand_in.py"
    monkeypatch.setattr(child, "PROBE", str(path))
    return path


def confirmed(stand_in: Path, body: str, timeout: float = 20.0) -> Confirmation:
    stand_in.write_text(HEAD + body)
    return confirm("/some/model", timeout=timeout)


@pytest.mark.parametrize(
    ("body", "how", "message"),
    [
        ('print("2025-01-01 10:00:00.5: F a/b.cc:7] Check x", flush=True); die(6)', "abort", "a/b.cc:7] Check x"),
        ('print("F0000 00:00:1.5    12 b.cc:7] Check y", flush=True); die(6)', "abort", "b.cc:7] Check y"),
        ("die(signal.SIGSEGV)", "crash", "SIGSEGV"),
        ("die(signal.SIGBUS)", "crash", "SIGBUS"),
        ("sys.exit(139)", "crash", "SIGSEGV"),
        ("sys.exit(3)", "crash", "the process ended with exit code 3"),
        ("sys.exit(0)", "crash", "the process ended with exit code 0"),
        ("die(signal.SIGKILL)", "kill", f"load: {child.manner(-9, False)[1]}"),
    ],
)
def test_ends_of_a_load(stand_in: Path, body: str, how: str, message: str) -> None:
    found = confirmed(stand_in, IMPORTED + body)
    assert (found.outcome, found.how, found.error_type, found.error_message) == ("fails", how, None, message)
    assert found.tensorflow == "2.0.0"


def test_an_error_of_the_load_is_told_without_the_machine(stand_in: Path) -> None:
    said = 'say("load-failed", type="OSError", message="no file at " + request["path"] + "/x, in " + os.getcwd())'
    found = confirmed(stand_in, IMPORTED + said)
    assert (found.how, found.error_type) == ("error", "OSError")
    assert found.error_message == "no file at <model>/x, in <scratch>/home"


def test_a_hang_takes_its_children_along(stand_in: Path, tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    body = f'other = subprocess.Popen(["sleep", "60"]); open({str(mark)!r}, "w").write(str(other.pid)); time.sleep(60)'
    found = confirmed(stand_in, IMPORTED + body, timeout=1.0)
    assert (found.outcome, found.how, found.error_message) == ("fails", "hang", "load: no answer within 1 s")
    assert not runs(int(mark.read_text()))


def runs(pid: int) -> bool:
    for _ in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        if state == "Z":
            return False
        time.sleep(0.02)
    return True


def test_an_interrupt_ends_the_child(stand_in: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def interrupt(pid: int) -> int:
        seen.append(pid)
        raise KeyboardInterrupt

    monkeypatch.setattr(child, "resident", interrupt)
    with pytest.raises(KeyboardInterrupt):
        confirmed(stand_in, "time.sleep(60)")
    assert seen
    assert not runs(seen[0])


def test_the_signature_that_ended_the_child_is_named_and_the_others_are_called(stand_in: Path) -> None:
    body = LOADED + (
        'for key in request["only"] or ["a", "b"]:\n'
        '    say("calling", signature=key)\n'
        '    if key == "a":\n'
        "        die(signal.SIGSEGV)\n"
        '    say("called", signature=key, ok=True)\n'
        'say("done")\n'
    )
    found = confirmed(stand_in, body)
    assert found.outcome == "loads"
    assert found.signatures == {
        "a": CallConfirmation("fails", "crash", None, "SIGSEGV"),
        "b": CallConfirmation("runs"),
    }


def test_restarts_are_bounded(stand_in: Path) -> None:
    keys = [f"s{number}" for number in range(RESTARTS + 3)]
    body = IMPORTED + (
        f'say("loaded", signatures={keys})\n'
        f'say("calling", signature=(request["only"] or {keys})[0])\n'
        "die(signal.SIGABRT)\n"
    )
    found = confirmed(stand_in, body)
    outcomes = [call.outcome for call in found.signatures.values()]
    assert outcomes == ["fails"] * (RESTARTS + 1) + ["not-called"] * 2
    assert found.signatures["s5"].error_message == "4 calls of other signatures ended the process"


def test_without_tensorflow(tmp_path: Path) -> None:
    bare = script(tmp_path / "bare", f'exec "{sys.executable}" -I -S "$@"')
    found = confirm("/some/model", python=bare)
    assert found == Confirmation("tf2", None, "not-confirmed", error_message="tensorflow is not installed")


def test_tensorflow_that_cannot_be_imported(tmp_path: Path) -> None:
    package = tmp_path / "broken" / "tensorflow"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("raise ImportError('no AVX')")
    python = script(tmp_path / "python", f'PYTHONPATH="{package.parent}" exec "{sys.executable}" -S "$@"')
    found = confirm("/some/model", python=python)
    assert found.outcome == "not-confirmed"
    assert found.error_message == "TensorFlow cannot be imported: ImportError: no AVX"


def script(path: Path, line: str) -> str:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_no_interpreter(tmp_path: Path) -> None:
    assert (
        confirm("/some/model", python=str(tmp_path / "none")).error_message == f"interpreter not found: {tmp_path}/none"
    )
    text = tmp_path / "text"
    text.write_bytes(b"\x7fELF not a program")
    text.chmod(0o755)
    found = confirm("/some/model", python=str(text))
    assert found.outcome == "not-confirmed"
    assert found.error_message is not None
    assert found.error_message.startswith("interpreter cannot be started")


def test_usage() -> None:
    with pytest.raises(UsageError, match="pytorch"):
        confirm("/some/model", loader="pytorch")
    with pytest.raises(UsageError, match="no such file"):
        confirm("/some/model", inputs="/no/such/file.json")


def test_the_probe_is_of_the_syntax_of_python_3_6() -> None:
    source = Path(child.__file__).with_name("probe.py").read_text()
    tree = ast.parse(source, feature_version=(3, 6))
    imported = {
        alias.name.partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }
    imported |= {str(node.module).partition(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert imported - set(sys.stdlib_module_names) == {"tensorflow", "numpy"}


def test_importing_the_package_is_cheap() -> None:
    ask = "import sys; old = set(sys.modules); import inspector.confirmation; print(*sorted(set(sys.modules) - old))"
    answer = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True, cwd=os.getcwd())
    loaded = set(answer.stdout.split())
    assert not loaded & {"subprocess", "tempfile", "json", "importlib.metadata", "inspector.confirmation.account"}
