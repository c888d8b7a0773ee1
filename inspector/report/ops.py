"""The ops of a model as text, Markdown and JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from inspector.report.style import Style

if TYPE_CHECKING:
    from inspector.op_inventory import ModelOps, OpsReport, OpUse

_HAS = {"yes": "has", "no": "does not have", "unknown": "may have"}


def written(report: OpsReport, form: str, style: Style) -> str:
    """The ops of a report's models in one format."""
    if form == "json":
        import json

        return json.dumps(report.as_dict(), indent=1, ensure_ascii=False) + "\n"
    one = markdown_lines if form == "markdown" else text_lines
    parts = ["\n".join(one(model, style)) for model in report.models]
    return "\n\n".join(parts) + "\n" if parts else ""


def text_lines(model: ModelOps, style: Style) -> Iterator[str]:
    """For people: a row for each op, and below what does not fit into a row."""
    from tabulate import tabulate

    yield style.title(model.path)
    if not model.uses:
        yield "  no ops"
        return
    heads = [style.head(head) for head in _heads(model)]
    rows = [[f"  {cells[0]}", *cells[1:]] for cells in map(_cells, model.uses)]
    yield tabulate(rows, headers=["  " + heads[0], *heads[1:]], tablefmt="plain", disable_numparse=True,
                   preserve_whitespace=True, colalign=("left", "right", "right"))  # fmt: skip
    notes = list(_notes(model))
    if notes:
        yield ""
        yield from (f"  {note}" for note in notes)


def markdown_lines(model: ModelOps, style: Style) -> Iterator[str]:
    """For a README or a pull request: one table."""
    yield f"### {model.path}"
    yield ""
    yield f"| {' | '.join(_heads(model))} |"
    yield "|---|---:|---:|---|---|---|---|"
    for use in model.uses:
        yield f"| {' | '.join(_escaped(cell) for cell in _cells(use))} |"
    notes = list(_notes(model))
    if notes:
        yield ""
        yield from (f"- {_escaped(note)}" for note in notes)


def _heads(model: ModelOps) -> list[str]:
    return [
        "op",
        "main",
        "functions",
        "of",
        "releases",
        "kernels",
        f"{model.target.tensorflow} on {model.target.device}",
    ]


def _cells(use: OpUse) -> list[str]:
    releases = "-" if use.first is None else use.first if use.first == use.last else f"{use.first} – {use.last}"
    devices = "?" if use.devices is None else ", ".join(use.devices) or "none"
    served = {"unknown": "?"}.get(use.served, use.served)
    return [use.op, f"{use.main:,}", f"{use.functions:,}", use.owner.name or "?", releases, devices, served]


def _notes(model: ModelOps) -> Iterator[str]:
    hints: dict[str, list[str]] = {}
    for use in model.uses:
        if use.owner.hint:
            serving = f"TensorFlow Serving {_HAS[use.tf_serving]} it built in"
            hints.setdefault(f"{use.owner.hint}  ({serving})", []).append(use.op)
    for hint, ops in hints.items():
        yield f"{', '.join(ops)}: {hint}"
    for use in model.uses:
        if use.deprecation is not None:
            version, explanation = use.deprecation
            yield f"{use.op}: deprecated since GraphDef version {version}: {explanation}"
    for use in model.uses:
        if use.refused:
            yield f"{use.op}: {'; '.join(use.refused)} on {model.target.device}"


def _escaped(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")
