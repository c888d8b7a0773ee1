"""README: the rule table is the generated one, and its example is what the command prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from inspector.checking import check
from inspector.report.rules import listing
from inspector.report.style import Style
from inspector.report.text import lines

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize(
    ("page", "mark", "differences"),
    [("README.md", "rules", False), ("docs/compare-two-versions.md", "differences", True)],
)
def test_the_tables_are_generated(page: str, mark: str, differences: bool) -> None:
    """What stands between the two comments is what `rules --format markdown` prints of its kind."""
    _, _, rest = (
        (ROOT / page).read_text().partition(f"<!-- {mark}: made by `python -m inspector rules --format markdown` -->\n")
    )
    table, _, _ = rest.partition(f"<!-- end of {mark} -->")
    head, line, *rows = listing("markdown")

    assert table.splitlines() == [head, line, *(row for row in rows if row.startswith("| DF") == differences)]


def test_the_example_is_real(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first report of the README, to the letter, but for spaces at the ends of lines."""
    monkeypatch.chdir(ROOT)
    (one,) = check("golden/models/broken-missing-index", tensorflow="2.21").models
    printed = "\n".join(lines(one, Style(colour=False)))
    shown = README.split("```")[1].split("broken-missing-index\n", 1)[1]

    assert [line.rstrip() for line in shown.strip().splitlines()] == [line.rstrip() for line in printed.splitlines()]
