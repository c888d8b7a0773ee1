"""What TensorFlow did with the models of the rules' own examples: records it, and reads it.

    python -m tests.rules.recording [--python INTERPRETER]        some 1,300 loads, four minutes of one core

Nobody made these models to be loaded, so that they tell what the differential suite, whose kinds of damage the rules
were written with, cannot.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from inspector.rules.registry import rules
from inspector.rules.rule import Example
from tests.building import LATEST, build

FILE = Path(__file__).parent / "recorded.json"
RUNNER = Path(__file__).parent.parent / "differential" / "runner.py"
LOADERS = ("tf2", "tf1", "serving")


def examples() -> Iterator[tuple[str, Example]]:
    """Those for the newest release, by name: "TB001-bad-1"."""
    for rule in rules():
        for kind in ("good", "bad"):
            for number, example in enumerate(getattr(rule, kind), 1):
                if example.target == LATEST:
                    yield f"{rule.code}-{kind}-{number}", example


def digest(example: Example) -> str:
    return hashlib.sha256(repr((example.text, sorted(example.files.items()), example.damage)).encode()).hexdigest()[:12]


def recorded() -> dict[str, dict[str, Any]]:
    """Example → digest, and for each loader "fails", or what became of the calls."""
    found: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


def record(python: str) -> None:
    known = dict(examples())
    found: dict[str, dict[str, Any]] = {name: {"digest": digest(example)} for name, example in known.items()}
    with tempfile.TemporaryDirectory(prefix="examples-") as scratch:
        jobs = []
        for name, example in known.items():
            path = build(example, Path(scratch) / name)
            jobs.append(json.dumps({"id": name, "path": path, "loaders": LOADERS}))
        command = [python, str(RUNNER), "--processes", "1"]
        done = subprocess.run(command, input="\n".join(jobs), capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        result = json.loads(line)
        loads = result["load"]["outcome"] == "loads"
        calls = {key: call["outcome"] for key, call in sorted(result.get("calls", {}).items())}
        found[result["id"]][result["loader"]] = calls if loads else "fails"
    lines = (f"{json.dumps(name)}: {json.dumps(some, sort_keys=True)}" for name, some in found.items())
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="whose TensorFlow loads: 2.21 without tf_keras")
    record(parser.parse_args().python)
