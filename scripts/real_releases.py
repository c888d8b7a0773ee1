"""Compare verdicts with what real TensorFlow releases do with the golden models and the corpus beside the repository.

    python scripts/real_releases.py PYTHON ... [--loader tf2] [--keep FOLDER]

Each PYTHON is an interpreter (3.8 or later) with one TensorFlow release. Its loads and calls run in
tests/differential/runner.py; nothing of the inspector is needed there. Exits 1 if a verdict disagrees. A call that fails
with invented inputs says nothing of the model, unless the same call runs on another of the releases.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

TOP = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(TOP))

from inspector.checking import check
from inspector.findings import FAILS, LOADS, RUNS
from inspector.results import ModelReport

RUNNER = TOP / "tests" / "differential" / "runner.py"
GOLDEN = TOP / "golden" / "models"
CORPUS = TOP.parent / "shared" / "corpus"
LOADERS = ("tf2", "tf1", "serving")
ERROR_SHOWN = 160


class Place(NamedTuple):
    """What is compared: a loader's load of a model on a release, or its call of a signature."""

    model: str
    release: str
    loader: str
    signature: str


def jobs() -> Iterator[dict[str, Any]]:
    """The models: golden ones with the versions of TensorFlow Serving base folders, and those of the corpus."""
    for folder in sorted(GOLDEN.iterdir()):
        versions = [child for child in sorted(folder.iterdir()) if child.name.isdigit()]
        for path in versions or [folder]:
            yield {"id": f"golden {path.relative_to(GOLDEN)}", "path": str(path), "tags": None}
    manifest = CORPUS / "manifest.jsonl"
    for line in manifest.read_text(encoding="utf-8").splitlines() if manifest.exists() else ():
        entry = json.loads(line)
        tags = entry["tag_sets"][0] if len(entry["tag_sets"]) == 1 else None
        path = CORPUS / "models" / entry["name"]
        yield {"id": f"corpus {entry['name']}", "path": str(path), "tags": tags}


def loaded(
    python: str, some: list[dict[str, Any]], loaders: tuple[str, ...], keep: Path | None
) -> list[dict[str, Any]]:
    """What one interpreter's TensorFlow does with the models, in the words of the runner."""
    asked = "".join(json.dumps({**job, "loaders": loaders}) + "\n" for job in some)
    run = subprocess.run([python, str(RUNNER)], input=asked, capture_output=True, text=True, check=False)
    results = [json.loads(line) for line in run.stdout.splitlines()]
    if not results:
        sys.exit(f"{python}: {run.stderr[-ERROR_SHOWN:]}")
    if keep is not None:
        keep.mkdir(parents=True, exist_ok=True)
        (keep / f"{results[0]['tensorflow']}.jsonl").write_text(run.stdout, encoding="utf-8")
    return results


def outcomes(results: Iterable[dict[str, Any]]) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Each load and each call. The load's signature is empty."""
    for one in results:
        where = Place(one["id"], one["tensorflow"], one["loader"], "")
        yield where, one["load"]
        yield from ((where._replace(signature=key), call) for key, call in one.get("calls", {}).items())


def predicted(job: dict[str, Any], releases: list[str], loaders: tuple[str, ...]) -> dict[Place, str]:
    """The verdicts of one model for all releases."""
    (report,) = check(job["path"], tensorflow=releases, loaders=loaders, tags=job["tags"]).models
    return dict(_predicted(job["id"], report))


def _predicted(name: str, report: ModelReport) -> Iterator[tuple[Place, str]]:
    for verdict in report.verdicts:
        where = Place(name, verdict.target.tensorflow, verdict.loader, "")
        yield where, verdict.outcome
        yield from ((where._replace(signature=key), call.outcome) for key, call in verdict.signatures.items())


def is_told(where: Place, real: dict[str, Any], running: set[Place]) -> bool:
    """Whether an outcome says something of the model: not a call that was not made, or that refused what we invented."""
    if real["outcome"] not in (LOADS, FAILS, RUNS):
        return False
    refused = real["outcome"] == FAILS and where.signature and real.get("invented") and real.get("how") == "error"
    return not refused or where._replace(release="") in running


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("python", nargs="+", metavar="PYTHON")
    parser.add_argument("--loader", action="append", choices=LOADERS, default=[])
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write what the releases did into RELEASE.jsonl")
    options = parser.parse_args()
    loaders = tuple(options.loader) or LOADERS
    some = list(jobs())
    real: dict[Place, dict[str, Any]] = {}
    for python in options.python:
        real.update(outcomes(loaded(python, some, loaders, options.keep)))
    releases = list(dict.fromkeys(place.release for place in real))
    said = {place: outcome for job in some for place, outcome in predicted(job, releases, loaders).items()}
    running = {place._replace(release="") for place, one in real.items() if one["outcome"] == RUNS}
    compared = [place for place, one in real.items() if place in said and is_told(place, one, running)]
    wrong = [place for place in compared if said[place] != real[place]["outcome"]]
    for release in releases:
        mine = [place for place in compared if place.release == release]
        print(f"TensorFlow {release}: {len(mine)} outcomes, {sum(p in wrong for p in mine)} disagreements")
    for place in wrong:
        one = real[place]
        error = " ".join(f"{one.get('type', '')}: {one.get('message', '')}".split())[:ERROR_SHOWN]
        print(
            f"{' '.join(place)}: said {said[place]}, {one['outcome']} {error if one['outcome'] == FAILS else ''}".rstrip()
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
