"""Write corpus_keras.json: what the installed Keras 3 and tf_keras really do with each model of the corpus.

    python -m tests.record_corpus [--only NAME]

Needs the corpus beside the repository, TensorFlow, keras and tf_keras. Each load runs in a child of
``inspector.confirmation``: no rule and no verdict takes part.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from inspector.confirmation import confirm
from inspector.findings import KERAS

CORPUS = Path(__file__).parent.parent.parent / "shared" / "corpus" / "models"
FILE = Path(__file__).parent / "corpus_keras.json"


def outcome(folder: Path, loader: str) -> dict[str, Any]:
    """The load, and each call that says something."""
    real = confirm(str(folder), loader=loader)
    found: dict[str, Any] = {"load": real.outcome}
    if real.outcome != "loads":
        words = " ".join((real.error_message or "").split())
        found["error"] = f"{real.error_type}: {words[:100]}"
    else:
        found["calls"] = {key: call.outcome for key, call in sorted(real.signatures.items())}
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", action="append", metavar="NAME")
    only = parser.parse_args().only
    made: dict[str, dict[str, Any]] = json.loads(FILE.read_text()) if FILE.exists() else {}
    for folder in sorted(CORPUS.iterdir()):
        if only is None or folder.name in only:
            made[folder.name] = {loader: outcome(folder, loader) for loader in KERAS}
            print(folder.name, *(f"{loader}={said['load']}" for loader, said in made[folder.name].items()), flush=True)
            FILE.write_text(json.dumps(dict(sorted(made.items())), indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
