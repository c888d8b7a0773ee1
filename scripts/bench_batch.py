"""Throughput of many small models, as ratios within one run.

    python scripts/bench_batch.py [--models N] [--rounds N]

Copies of a small model that we ship are judged with one process and with two, in turn; the best of the rounds counts. The
aim is at least 1.7 times the throughput with two processes on two idle cores, and 20 models a second per process.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
MODEL = ROOT / "golden" / "models" / "keras3-mlp"
AIM, MODELS_A_SECOND = 1.7, 20.0


def seconds(folder: Path, jobs: int) -> float:
    command = [
        sys.executable,
        "-m",
        "inspector",
        "--no-confirm",
        "--isolated",
        "--tensorflow",
        "latest",
        "-r",
        str(folder),
    ]
    before = time.perf_counter()
    subprocess.run(
        [*command, "--jobs", str(jobs), "--format", "jsonl"], check=True, stdout=subprocess.DEVNULL,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return time.perf_counter() - before


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for number in range(options.models):
            shutil.copytree(MODEL, folder / f"m{number:05}")
        best = {1: float("inf"), 2: float("inf")}
        for _ in range(options.rounds):
            for jobs in best:
                best[jobs] = min(best[jobs], seconds(folder, jobs))
    speed = options.models / best[1]
    ratio = best[1] / best[2]
    print(f"--jobs 1  {best[1]:6.2f} s  {speed:6.1f} models a second (aim: at least {MODELS_A_SECOND:.0f})")
    print(
        f"--jobs 2  {best[2]:6.2f} s  {ratio:6.2f} times the throughput (aim: at least {AIM}; load {os.getloadavg()[0]:.1f})"
    )
    return int(ratio < AIM or speed < MODELS_A_SECOND)


if __name__ == "__main__":
    sys.exit(main())
