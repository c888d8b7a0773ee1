"""Cold start and memory of a check, as ratios within one run.

    python scripts/bench.py [--model FOLDER] [--rounds N]

Without --model a ResNet50 is exported with Keras (random weights, 2 MB graph, 205 MB of weights; needs TensorFlow) into
the user's cache folder once. CPU time is user and system of the child process; the floor is Python with the two modules of
protobuf that everything needs. Commands are interleaved, and the smallest of the rounds counts.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

FLOOR = "from google.protobuf import descriptor_pool, message_factory"
EXPORT = "import sys, keras; keras.applications.ResNet50(weights=None).export(sys.argv[1])"
# name, arguments of Python, what it is compared with, at most how many times that
CASES = (
    ("python -c pass", ["-c", "pass"], "", 0.0),
    ("protobuf", ["-c", FLOOR], "", 0.0),
    ("--help", ["-m", "inspector", "--help"], "python -c pass", 4.0),
    ("--no-confirm --format json", ["-m", "inspector", "--no-confirm", "--format", "json", "MODEL"], "protobuf", 2.5),
    ("--no-confirm", ["-m", "inspector", "--no-confirm", "MODEL"], "protobuf", 4.0),
    (
        "compat --format json",
        ["-m", "inspector", "compat", "--format", "json", "MODEL"],
        "--no-confirm --format json",
        3.0,
    ),
)
MEMORY_LIMIT = 80e6


def cpu_and_memory(arguments: list[str]) -> tuple[float, int]:
    """CPU seconds and peak resident bytes of one run."""
    with open(os.devnull, "w") as nothing:
        child = subprocess.Popen([sys.executable, *arguments], stdout=nothing, stderr=nothing)
        _, _, usage = os.wait4(child.pid, 0)
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_utime + usage.ru_stime, usage.ru_maxrss * unit


def resnet50() -> str:
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache")) / "savedmodel-inspector" / "resnet50"
    if not (cache / "saved_model.pb").exists():
        print("exporting a ResNet50 ...", file=sys.stderr)
        cache.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=cache.parent) as scratch:
            subprocess.run([sys.executable, "-c", EXPORT, f"{scratch}/m"], check=True, stdout=subprocess.DEVNULL)
            os.rename(f"{scratch}/m", cache)
    return str(cache)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model")
    parser.add_argument("--rounds", type=int, default=15)
    options = parser.parse_args()
    model = options.model or resnet50()
    subprocess.run(
        [sys.executable, "-m", "compileall", "-q", str(Path(__file__).parent.parent / "inspector")], check=True
    )
    best: dict[str, float] = {}
    memory: dict[str, int] = {}
    for _ in range(options.rounds):
        for name, arguments, _, _ in CASES:
            cpu, peak = cpu_and_memory([model if a == "MODEL" else a for a in arguments])
            best[name] = min(best.get(name, cpu), cpu)
            memory[name] = max(memory.get(name, peak), peak)
    over = 0
    for name, _, base, most in CASES:
        ratio = best[name] / best[base] if base else 0.0
        verdict = f"{ratio:5.2f} times `{base}` (aim: at most {most})" if base else ""
        over += bool(base) and ratio > most
        print(f"{name:28} {best[name] * 1e3:6.1f} ms CPU  {memory[name] / 1e6:6.1f} MB  {verdict}")
    peak = max(memory[name] for name, arguments, _, _ in CASES if "MODEL" in arguments)
    over += peak > MEMORY_LIMIT
    print(f"peak memory {peak / 1e6:.1f} MB (aim: below {MEMORY_LIMIT / 1e6:.0f} MB)")
    return int(over > 0)


if __name__ == "__main__":
    sys.exit(main())
