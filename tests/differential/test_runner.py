"""The runner: one file for any interpreter from Python 3.8 on, and what it says of three models."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.differential.outcomes import LOADERS, RUNNER, differ
from tests.differential.workbench import GOLDEN


def run(*models: str) -> dict[tuple[str, str], dict[str, Any]]:
    jobs = "".join(json.dumps({"id": name, "path": str(GOLDEN / name)}) + "\n" for name in models)
    command = [sys.executable, str(RUNNER), "--outputs", "--timeout", "60"]
    done = subprocess.run(command, input=jobs, stdout=subprocess.PIPE, text=True, check=True)
    results = [json.loads(line) for line in done.stdout.splitlines()]
    return {(result["id"], result["loader"]): result for result in results}


def test_it_is_of_the_syntax_of_python_3_8() -> None:
    ast.parse(Path(RUNNER).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_it_tells_loads_calls_outputs_and_errors() -> None:
    results = run("table-asset", "broken-asset-missing")

    assert len(results) == 2 * len(LOADERS)
    for loader in LOADERS:
        sound = results["table-asset", loader]
        assert sound["load"] == {"outcome": "loads"}
        (call,) = [call for key, call in sound["calls"].items() if key == "serving_default"]
        assert call["outcome"] == "runs"
        assert call["outputs"][0][1:] == [[1], [-1]]
        broken = results["broken-asset-missing", loader]
        assert (broken["load"]["outcome"], broken["load"]["how"]) == ("fails", "error")
        assert "No such file" in broken["load"]["message"]


def test_outputs_differ_beyond_the_last_digits() -> None:
    assert not differ([["float32", [2], [0.5, 1.0]]], [["float32", [2], [0.5000001, 1.0]]])
    assert not differ([["float32", [1], [float("nan")]]], [["float32", [1], [float("nan")]]])
    assert differ([["float32", [2], [0.5, 1.0]]], [["float32", [2], [0.6, 1.0]]])
    assert differ([["float32", [2], [0.5, 1.0]]], [["float32", [1, 2], [0.5, 1.0]]])
    assert differ([["object", [1], ["a"]]], [["object", [1], ["b"]]])
