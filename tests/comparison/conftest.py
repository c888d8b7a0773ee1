"""What several tests of comparisons need: programs, exported."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def exports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every program three times, each time by another process: twice with one seed, once with another."""
    if importlib.util.find_spec("tensorflow") is None:
        pytest.skip("needs TensorFlow")
    top = tmp_path_factory.mktemp("exports")
    root = Path(__file__).parents[2]
    started = []
    for name, *arguments in (("first", "1"), ("again", "1", "shift"), ("other", "2")):
        command = [sys.executable, "-m", "tests.comparison.programs", str(top / name), *arguments]
        started.append(subprocess.Popen(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE))
    for process in started:
        _, errors = process.communicate()
        assert process.returncode == 0, errors.decode()[-2000:]
    return top
