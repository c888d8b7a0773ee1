"""The data file against what it is made from, and against the registry of an installed TensorFlow."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from inspector.catalogue.building import Registries, age, registry_sections, unpack
from inspector.catalogue.companion_building import NOTHING, companion_sections, unpack_companions
from inspector.catalogue.container import Container, pack, shipped

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "scripts" / "make_catalogue.py"


def run(*options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(SCRIPT), *options]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def common_ops() -> list[str]:
    lines = (ROOT / "scripts" / "common_ops.txt").read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.fixture(scope="module")
def registries() -> Registries:
    return unpack(shipped())


def test_data_file_rewrites_itself(registries: Registries) -> None:
    assert sorted(registries, key=age) == list(registries)
    sections = registry_sections(registries, common_ops()) | companion_sections(unpack_companions(shipped()))
    assert sections == {name: shipped().read(name) for name in shipped().names()}
    assert list(sections) == list(shipped().names())


def test_order_of_builds_does_not_matter(registries: Registries) -> None:
    some = [build for build in registries if build.version in ("1.3.0", "2.9.3", "2.15.1")]
    forward = registry_sections({build: registries[build] for build in some}, common_ops())
    assert forward == registry_sections({build: registries[build] for build in reversed(some)}, common_ops())


def test_order_of_kernels_does_not_matter(registries: Registries) -> None:
    some = {build: held for build, held in registries.items() if build.version == "2.15.1"}
    turned = {
        build: held._replace(kernels={op: kernels[::-1] for op, kernels in held.kernels.items()})
        for build, held in some.items()
    }
    assert registry_sections(some, ()) == registry_sections(turned, ())


def test_a_file_of_a_part_reads_back(registries: Registries) -> None:
    some = {build: held for build, held in registries.items() if build.version in ("2.0.4", "2.21.0")}
    data = pack(registry_sections(some, common_ops()))
    again = unpack(Container(data))
    assert list(again) == list(some)
    for build, held in some.items():
        assert again[build].ops == held.ops
        assert again[build].python_kernels == held.python_kernels
        assert {op: sorted(kernels, key=repr) for op, kernels in again[build].kernels.items()} == {
            op: sorted(kernels, key=repr) for op, kernels in held.kernels.items()
        }
    assert unpack_companions(Container(data)) == NOTHING


def test_listed_common_ops_exist_once(registries: Registries) -> None:
    listed = common_ops()
    known = {name for held in registries.values() for name in held.ops}
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
    assert "kernels and " in compared.stdout
    assert "no difference" in compared.stdout
