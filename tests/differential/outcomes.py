"""What a real TensorFlow did with every case: the data files in outcomes/, and how they are recorded.

A file is compressed JSON: the environment, and for each case of a pool a digest of the damaged model and, by loader, the
load and the calls of signatures. A call that runs and gives other outputs than the healthy model gave is "differs".
"""

from __future__ import annotations

import hashlib
import json
import lzma
import math
import os
import random
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from inspector.confirmation import message, packages_of, tensorflow_of
from inspector.confirmation.invented import why_refused
from tests.differential.cases import ALL, HEALTHY, KERAS, Case, select
from tests.differential.workbench import Copy

HERE = Path(__file__).parent
FOLDER = HERE / "outcomes"
RUNNER = HERE / "runner.py"
LOADERS = ("tf2", "tf1", "serving")
LOADERS_OF = {ALL: LOADERS, KERAS: ("keras", "tfsm", "tf_keras")}
RUNS, DIFFERS, FAILS, NOT_CALLED, REFUSED = "runs", "differs", "fails", "not-called", "refused"
ERROR_KEPT = 240
# tf.compat.v1.train.Saver.restore says this of every InvalidArgumentError, and what was wrong after it.
STAMP = re.compile(r"^(?:F\d{4} \S+\s+\d+ |\S+ \S+: F )")
WRAPPED = re.compile(r"^Restoring from checkpoint failed\..*?Original error: ")
BATCH = 600
# Real inputs for the calls of a base, one call for each. Composite inputs want parts that fit each other, serialized
# examples are not invented, and what fails in a branch or a loop shows only where that is taken.
UP, DOWN = [[0.5, 0.5, 0.5]], [[-0.5, -0.5, -0.5]]
Inputs = dict[str, dict[str, Any]]
INPUTS: dict[str, list[Inputs]] = {
    "ragged-sparse": [
        {
            "ragged": {"rows": [0.5], "rows_1": [0, 1]},
            "sparse": {"cells": [[0, 0]], "cells_1": [0.5], "cells_2": [1, 4]},
        }
    ],
    "strings": [{"parse": {"examples": [{"b64": ""}]}}],
    "nested-control-flow": [
        {"serving_default": {"x": x, "steps": steps}} for x, steps in ((UP, 0), (UP, 3), (DOWN, 3), (DOWN, 0))
    ],
    "calls-in-calls": [{"choose": {"which": which, "x": UP}, "iterate": {"x": UP}} for which in range(3)],
    "v1-control-flow": [{"serving_default": {"x": [[0.5, 0.5]], "steps": steps}} for steps in (0, 3)],
    "v1-functions": [{"serving_default": {"x": [[size, size]]}} for size in (5.0, -5.0)],
}


class Outcomes(NamedTuple):
    """What one TensorFlow did, by the text of a case."""

    tensorflow: str
    packages: tuple[str, ...]
    cases: dict[str, dict[str, Any]]
    pool: str = ALL

    @property
    def name(self) -> str:
        return "+".join([self.tensorflow, *self.packages]) + (f"@{self.pool}" if self.pool else "")

    @property
    def loaders(self) -> tuple[str, ...]:
        return LOADERS_OF[self.pool]

    @property
    def file(self) -> Path:
        return FOLDER / f"{self.name}.json.xz"

    def write(self) -> None:
        FOLDER.mkdir(exist_ok=True)
        tree: dict[str, Any] = {"tensorflow": self.tensorflow, "packages": list(self.packages), "cases": self.cases}
        if self.pool:
            tree["pool"] = self.pool
        raw = json.dumps(tree, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        self.file.write_bytes(lzma.compress(raw, preset=9 | lzma.PRESET_EXTREME))


def read(file: Path) -> Outcomes:
    tree = json.loads(lzma.decompress(file.read_bytes()))
    return Outcomes(tree["tensorflow"], tuple(tree["packages"]), tree["cases"], tree.get("pool", ALL))


def recorded() -> list[Outcomes]:
    """All that is recorded, newest release first."""

    def release(outcomes: Outcomes) -> tuple[list[int], int]:
        return [int(part) for part in outcomes.tensorflow.split(".")], -len(outcomes.packages)

    return sorted(map(read, FOLDER.glob("*.json.xz")), key=release, reverse=True)


# recording


def record(
    python: str | None,
    processes: int,
    *,
    anew: bool = False,
    only: Iterable[str] = (),
    on: Iterable[str] = (),
    pool: str = ALL,
) -> Outcomes:
    """Loads what is not recorded yet, or is not the same damage any more, with an interpreter's TensorFlow."""
    version = tensorflow_of(python)
    if version is None:
        sys.exit(f"no TensorFlow in {python or sys.executable}")
    outcomes = Outcomes(version, packages_of(python), {}, pool)
    kept = read(outcomes.file).cases if outcomes.file.exists() else {}
    wanted, where = set(only), set(on)
    due: list[Case] = []
    for case in select(pool):
        if (wanted and case.kind not in wanted and case.damage != HEALTHY) or (where and case.base not in where):
            continue
        now = digest(case, case.make()[0])
        found = kept.get(str(case))
        if found is not None and found["digest"] == now and not anew:
            outcomes.cases[str(case)] = found
        else:
            due.append(case)
            outcomes.cases[str(case)] = {"digest": now}
    if wanted or where:  # the others stay as they are
        outcomes.cases.update({name: found for name, found in kept.items() if name not in outcomes.cases})
    print(f"{len(due)} of {len(outcomes.cases)} cases are to be loaded by TensorFlow {outcomes.name}", file=sys.stderr)
    random.Random(version).shuffle(due)  # so that a part of it is a fair sample
    wanted_healthy = [Case(HEALTHY, base) for base in sorted({case.base for case in due})]
    jobs = wanted_healthy + [case for case in due if case.damage != HEALTHY]
    sound: dict[tuple[str, str], dict[str, Any]] = {}
    results: list[tuple[Case, dict[str, Any]]] = []
    for number, (case, result) in enumerate(load(jobs, python, processes, loaders=outcomes.loaders), 1):
        if case.damage == HEALTHY:
            sound[case.base, result["loader"]] = result
        results.append((case, result))
        if number % BATCH == 0:
            take(outcomes, results, sound)
            print(f"{number} of {len(jobs) * len(outcomes.loaders)} loads", file=sys.stderr, flush=True)
    take(outcomes, results, sound)
    return outcomes


def take(
    outcomes: Outcomes, results: list[tuple[Case, dict[str, Any]]], sound: dict[tuple[str, str], dict[str, Any]]
) -> None:
    """Puts results into the file, as far as the healthy model's are known."""
    waiting = []
    for case, result in results:
        healthy = sound.get((case.base, result["loader"]))
        if healthy is None:
            waiting.append((case, result))
        elif str(case) in outcomes.cases:
            outcomes.cases[str(case)][result["loader"]] = summary(result, healthy)
    results[:] = waiting
    whole = {name: found for name, found in outcomes.cases.items() if len(found) == 1 + len(outcomes.loaders)}
    outcomes._replace(cases=whole).write()


def load(
    some: Sequence[Case],
    python: str | None,
    processes: int,
    tidy: Callable[[dict[str, Any], str], None] | None = None,
    loaders: Sequence[str] = LOADERS,
) -> Iterator[tuple[Case, dict[str, Any]]]:
    """Runs the runner over damaged models in a scratch folder: each result as it comes, its texts made tidy."""
    with tempfile.TemporaryDirectory(prefix="differential-") as scratch:
        jobs = os.path.join(scratch, "jobs.jsonl")
        with open(jobs, "w", encoding="utf-8") as stream:
            for number, case in enumerate(some):
                folder = os.path.join(scratch, str(number), "model")
                case.make()[0].save(folder)
                inputs = inputs_of(case.base, scratch)
                job = {"id": number, "path": folder, "loaders": list(loaders), "inputs": inputs}
                stream.write(json.dumps(job) + "\n")
        command = [python or sys.executable, str(RUNNER), "--processes", str(processes), "--outputs"]
        with open(jobs, encoding="utf-8") as stream:
            process = subprocess.Popen(command, stdin=stream, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        for line in process.stdout:
            result = json.loads(line)
            (tidy or clean)(result, os.path.join(scratch, str(result["id"]), "model"))
            yield some[result["id"]], result
        if process.wait():
            sys.exit("the runner failed")


def inputs_of(base: str, scratch: str) -> list[str] | None:
    """Files with the real inputs for a base."""
    paths = [
        os.path.join(scratch, f"{base.replace('/', '_')}-{number}.json") for number in range(len(INPUTS.get(base, ())))
    ]
    for path, inputs in zip(paths, INPUTS.get(base, ()), strict=True):
        if not os.path.exists(path):
            with open(path, "w", encoding="utf-8") as stream:
                json.dump(inputs, stream)
    return paths or None


def digest(case: Case, copy: Copy) -> str:
    """Of the damaged model and of the inputs with which it is called."""
    if case.base not in INPUTS:
        return copy.digest()
    return hashlib.sha256(copy.digest().encode() + json.dumps(INPUTS[case.base]).encode()).hexdigest()[:12]


def clean(result: dict[str, Any], folder: str) -> None:
    """Messages without paths of this machine."""
    for told in (result["load"], *result["calls"].values()):
        if "message" in told:
            died = told.get("how") in ("abort", "crash")
            words = (died and told.get("words")) or told["message"] or ""
            words = STAMP.sub("", " ".join(message.clean(words, folder).split()))
            told["message"] = WRAPPED.sub("", words).removeprefix("Graph execution error: ")


def summary(result: dict[str, Any], healthy: dict[str, Any]) -> dict[str, Any]:
    """One result as it is kept, its calls compared with those of the healthy model."""
    found = told(result["load"])
    calls = {}
    for key, call in result["calls"].items():
        calls[key] = told(call)
        sound = healthy["calls"].get(key, {})
        if call["outcome"] == RUNS and sound.get("outcome") == RUNS and differ(call["outputs"], sound["outputs"]):
            calls[key]["outcome"] = DIFFERS
        if call["outcome"] == FAILS and call.get("how") == "error" and call.get("invented"):
            refused = why_refused(call["type"], call["message"]) is not None
            if refused and sound.get("outcome") != RUNS:
                calls[key]["outcome"] = REFUSED
    if calls:
        found["calls"] = calls
    return found


def told(part: dict[str, Any]) -> dict[str, Any]:
    found = {"outcome": part["outcome"]}
    if part["outcome"] == FAILS:
        found["how"] = part["how"]
        found["error"] = f"{part.get('type') or part['how']}: {part['message']}"[:ERROR_KEPT]
    return found


def differ(one: list[Any], other: list[Any]) -> bool:
    """Whether outputs are not the same numbers and strings, but for the last digits."""
    if len(one) != len(other):
        return True
    return any(_differs(a, b) for a, b in zip(_flat(one), _flat(other), strict=False)) or len(list(_flat(one))) != len(
        list(_flat(other))
    )


def _flat(value: Any) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _flat(item)
    else:
        yield value


def _differs(a: Any, b: Any) -> bool:
    if isinstance(a, float) and isinstance(b, float):
        return not (math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-5) or (math.isnan(a) and math.isnan(b)))
    return bool(a != b)
