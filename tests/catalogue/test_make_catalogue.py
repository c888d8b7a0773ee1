"""The data file against what it is made from, and against the registry of an installed TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from inspector.catalogue.building import age, build_file, unpack
from inspector.catalogue.registry import DATA_FILE

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "make_catalogue.py"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def common_ops() -> list[str]:
    lines = (ROOT / "scripts" / "common_ops.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def test_data_file_rewrites_itself() -> None:
    data = Path(DATA_FILE).read_bytes()
    registries = unpack(data)
    assert sorted(registries, key=age) == list(registries)
    assert unpack(build_file(registries, common_ops())) == registries


def test_order_of_builds_does_not_matter() -> None:
    registries = unpack(Path(DATA_FILE).read_bytes())
    some = [build for build in registries if build.version in ("1.3.0", "2.9.3", "2.15.1")]
    forward = build_file({build: registries[build] for build in some}, common_ops())
    assert forward == build_file({build: registries[build] for build in reversed(some)}, common_ops())


def test_listed_common_ops_exist_once() -> None:
    listed = common_ops()
    known = {name for ops in unpack(Path(DATA_FILE).read_bytes()).values() for name in ops}
    assert len(listed) == len(set(listed))
    assert set(listed) <= known


def test_data_file_is_up_to_date() -> None:
    """With the archive where it is there, else with the data file itself."""
    check = run("--check")
    assert check.returncode == 0, check.stdout + check.stderr


def test_interpreter_without_tensorflow_is_named() -> None:
    child = run("--compare", str(ROOT / "no-such-python"))
    assert child.returncode == 1
    assert "no-such-python" in child.stderr
    assert "Traceback" not in child.stderr


def test_no_difference_from_the_installed_tensorflow() -> None:
    if find_spec("tensorflow") is None:
        pytest.skip("tensorflow is not installed for this interpreter")
    compared = run("--compare", sys.executable)
    if compared.returncode == 2:
        pytest.skip(compared.stdout.strip())
    assert compared.returncode == 0, compared.stdout + compared.stderr
    assert "no difference" in compared.stdout
