"""Write the tables of rules and differences into README.md and docs/compare-two-versions.md. A test holds them to it."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from inspector.report.rules import listing

TABLES = (("README.md", "rules", False), ("docs/compare-two-versions.md", "differences", True))


def main() -> None:
    head, line, *rows = listing("markdown")
    for page, mark, differences in TABLES:
        text = (ROOT / page).read_text()
        before, start, rest = text.partition(
            f"<!-- {mark}: made by `python -m inspector rules --format markdown` -->\n"
        )
        _, end, after = rest.partition(f"<!-- end of {mark} -->")
        table = [head, line, *(row for row in rows if row.startswith("| DF") == differences)]
        (ROOT / page).write_text(before + start + "\n".join(table) + "\n" + end + after)


if __name__ == "__main__":
    main()
