"""Write what the inspector says of the golden models: <model>.txt, <model>.json, <old>__<new>.json and MATRIX.txt.

    python golden/make_golden.py [--check]

Judged against one named target, so that the files are the same on every machine. ``--check`` writes nothing, prints what
differs and exits 1 if anything does: `git diff golden/` is the review of a change of behaviour.
"""

from __future__ import annotations

import argparse
import difflib
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

GOLDEN = Path(__file__).resolve().parent
ROOT = GOLDEN.parent
TENSORFLOW = "2.21"
PAIRS = (
    ("frozen-no-variables", "v1-frozen"),
    ("keras3-mlp", "tf-keras-mlp"),
    ("table-asset", "v1-main-op-table"),
)  # fmt: skip

sys.path.insert(0, str(ROOT))

from inspector.checking import check  # noqa: E402
from inspector.comparison import diff  # noqa: E402
from inspector.model.saved_model import open_model  # noqa: E402
from inspector.model.text import print_model  # noqa: E402
from inspector.results import Report  # noqa: E402


def models() -> list[str]:
    """The golden models, relative to the repository."""
    return [f"golden/models/{folder.name}" for folder in sorted((GOLDEN / "models").iterdir()) if folder.is_dir()]


def files() -> Iterator[tuple[str, str]]:
    """(file name below golden/, content) of everything that is generated."""
    matrix: dict[str, dict[str, int]] = {}
    for path in models():
        name = Path(path).name
        report = check(path, tensorflow=TENSORFLOW)
        yield f"{name}.txt", shown(report)
        yield f"{name}.json", json.dumps(report.as_dict(), indent=1, ensure_ascii=False) + "\n"
        counts = matrix.setdefault(name, {})
        for finding in report.findings:
            counts[finding.rule] = counts.get(finding.rule, 0) + finding.count
    yield "MATRIX.txt", table(matrix)
    for old, new in PAIRS:
        found = diff(f"golden/models/{old}", f"golden/models/{new}", tensorflow=TENSORFLOW)
        yield f"{old}__{new}.json", json.dumps(found.as_dict(), indent=1, ensure_ascii=False) + "\n"


def shown(report: Report) -> str:
    """What ``show --signatures --variables --functions --ops`` prints of each model in a report."""
    lines = []
    for one in report.models:
        lines.append(f"# {one.path}")
        model = open_model(one.path, verify=False)
        if model.meta_graphs:
            lines += print_model(model, signatures=True, variables=True, functions=True, ops=True)
    return "\n".join(lines) + "\n"


def table(matrix: dict[str, dict[str, int]]) -> str:
    """Rules down, models across would be too wide: one line a model, its rules with their counts."""
    width = max(map(len, matrix))
    return "".join(
        f"{name:{width}}  {' '.join(f'{rule}:{count}' for rule, count in sorted(counts.items())) or '-'}\n"
        for name, counts in sorted(matrix.items())
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    only_check = parser.parse_args().check
    os.chdir(ROOT)
    made = dict(files())
    stale = {file.name for pattern in ("*.txt", "*.json") for file in GOLDEN.glob(pattern)}
    stale -= {*made, "outcomes.json"}
    changed = [
        name for name, text in made.items() if not (GOLDEN / name).exists() or (GOLDEN / name).read_text() != text
    ]
    for name in changed:
        if only_check:
            old = (GOLDEN / name).read_text() if (GOLDEN / name).exists() else ""
            diff = difflib.unified_diff(
                old.splitlines(), made[name].splitlines(), f"golden/{name}", "now", lineterm="", n=1
            )
            print("\n".join(list(diff)[:60]))
        else:
            (GOLDEN / name).write_text(made[name])
    for name in sorted(stale):
        print(f"no model for golden/{name}")
        if not only_check:
            (GOLDEN / name).unlink()
    print(f"golden: {len(made)} files, {len(changed)} {'differ' if only_check else 'written'}")
    return int(only_check and bool(changed or stale))


if __name__ == "__main__":
    sys.exit(main())
