"""What notebooks show: well-formed HTML with every verdict and finding, and nothing of a model's own markup."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import inspector
from tests.building import build

MODELS = Path(__file__).parent.parent.parent / "golden" / "models"


def parsed(html: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{html}</div>")


def test_a_report() -> None:
    """A table of verdicts and one of findings, a model each."""
    report = inspector.check(MODELS / "broken-missing-index", tensorflow=["2.15", "2.21"])
    found = parsed(report._repr_html_())
    cells = ["".join(cell.itertext()).strip() for cell in found.iter("td")]

    assert len(found.findall("table")) == 2
    assert cells.count("❌ fails") == 4
    assert "TB001" in cells


def test_compat_and_diff() -> None:
    compat = inspector.compat(MODELS / "tf-keras-mlp", loaders=["tf2"])
    assert "OB001" in "".join(parsed(compat._repr_html_()).itertext())
    same = inspector.diff(MODELS / "keras3-mlp", MODELS / "keras3-mlp", tensorflow="2.21")
    assert "no difference" in same._repr_html_()
    other = inspector.diff(MODELS / "keras3-mlp", MODELS / "dtypes", tensorflow="2.21")
    assert "DF101" in "".join(parsed(other._repr_html_()).itertext())


def test_names_are_no_markup(tmp_path: Path) -> None:
    """A node that is named like a script."""
    text = 'graph\n  "<script>alert(1)</script>" = MyOp() {}\n'
    html = inspector.check(build(text, tmp_path / "<b>m"), tensorflow="2.21")._repr_html_()

    assert "<script>" not in html
    assert "<b>m" not in html
    parsed(html)
