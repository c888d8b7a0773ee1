"""Write golden/outcomes.json: what the pinned TensorFlow really does with every golden model, by each loader.

Each load runs in a child process of ``inspector.confirmation``: no rule and no verdict takes part. ``--check``
compares with the file instead; ``--only NAME`` runs one model, ``--loader NAME`` one loader, and leaves the others as they
are.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from inspector.confirmation import confirm  # noqa: E402

PINNED = "2.21.0"
LOADERS = ("tf2", "tf1", "serving", "keras", "tfsm", "tf_keras")
MODELS = HERE / "models"
OUTCOMES = HERE / "outcomes.json"
ERROR_LENGTH = 150

# Real inputs, whose refusal is a failure and never inconclusive. Composite inputs want parts that fit each other.
INPUTS: dict[str, dict[str, dict[str, Any]]] = {
    "broken-variable-shape": {"serving_default": {"x": [[0.5, 0.5, 0.5, 0.5]]}},
    "ragged-sparse": {
        "ragged": {"rows": [0.5], "rows_1": [0, 1]},
        "sparse": {"cells": [[0, 0]], "cells_1": [0.5], "cells_2": [1, 4]},
    },
}

Outcomes = dict[str, dict[str, dict[str, Any]]]


def model_names() -> list[str]:
    """Folders to load, as paths under models/: every model, and for a TensorFlow Serving base folder its versions."""
    names = []
    for folder in sorted(MODELS.iterdir()):
        versions = sorted((child for child in folder.iterdir() if child.name.isdigit()), key=lambda c: int(c.name))
        names += [folder.name, *(f"{folder.name}/{version.name}" for version in versions)]
    return names


def plain(kind: str | None, words: str | None, folder: Path) -> str:
    """An error as one line without paths, host name, addresses: the same on every machine."""
    line = " ".join((words or "").replace(str(folder), "<model>").split())
    line = re.sub(r"(?<=in binary running on )\S+(?=\. )", "<host>", line)
    line = re.sub(r"0x[0-9a-f]{6,}", "<address>", line)
    line = re.sub(r"(?<![\w<>])/(?:[\w.+-]+/)+(?=site-packages/)", "", line)
    return f"{kind}: {line[:ERROR_LENGTH].rstrip()}" if kind else line[:ERROR_LENGTH].rstrip()


def outcome(name: str, loader: str) -> dict[str, Any]:
    """What one loader does with one model: the load, then each signature."""
    folder = MODELS / name
    inputs = None if loader == "tfsm" else INPUTS.get(name)  # its endpoints take other structures than the signatures
    real = confirm(str(folder), loader=loader, signature_inputs=inputs)
    if real.tensorflow != PINNED:
        sys.exit(f"outcomes are TensorFlow {PINNED}'s, this is {real.tensorflow}: {real.error_message}")
    found: dict[str, Any] = {"load": real.outcome}
    if real.outcome != "loads":
        found["error"] = plain(real.error_type, real.error_message, folder)
        if real.how != "error":
            found["how"] = real.how
        return found
    found["signatures"] = {key: call.outcome for key, call in sorted(real.signatures.items())}
    failed = {key: call for key, call in sorted(real.signatures.items()) if call.outcome != "runs"}
    if failed:
        found["signature_errors"] = {
            key: plain(call.error_type, call.error_message, folder) for key, call in failed.items()
        }
    return found


def main() -> int:
    """Write the file, or compare with it."""
    parser = argparse.ArgumentParser(description="write golden/outcomes.json")
    parser.add_argument("--only", action="append", metavar="NAME", help="this model; repeatable")
    parser.add_argument("--loader", action="append", choices=LOADERS, help="by this loader; repeatable")
    parser.add_argument("--check", action="store_true", help="compare with the file instead of writing it")
    options = parser.parse_args()
    kept: Outcomes = json.loads(OUTCOMES.read_text(encoding="utf-8")) if OUTCOMES.is_file() else {}
    known = model_names()
    names = options.only or known
    if unknown := sorted(set(names) - set(known)):
        parser.error(f"no such model: {', '.join(unknown)}")
    made: Outcomes = {}
    for name in names:
        by_loader = {loader: outcome(name, loader) for loader in options.loader or LOADERS}
        found = {**kept.get(name, {}), **by_loader}
        made[name] = {loader: found[loader] for loader in LOADERS if loader in found}
        if not options.check:
            write({**kept, **made}, known)
        print(name, *(f"{loader}={said['load']}" for loader, said in made[name].items()), file=sys.stderr, flush=True)
    if options.check:
        wrong = [name for name in names if made[name] != kept.get(name)]
        wrong += sorted(set(kept) - set(known))
        print(f"differs: {', '.join(wrong)}" if wrong else f"{len(names)} models, every outcome is the same")
        return 1 if wrong else 0
    return 0


def write(outcomes: Outcomes, known: list[str]) -> None:
    """Write the file, in the order of the models; those that are gone are left out."""
    everything = {name: outcomes[name] for name in known if name in outcomes}
    OUTCOMES.write_text(json.dumps(everything, indent=1, ensure_ascii=False) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit(main())
