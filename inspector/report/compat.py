"""The compatibility matrix as text, Markdown and JSON: runs of releases, oldest and newest, and what would widen them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from inspector.assumptions import WEIGHTS_MATCH
from inspector.loaders import LOADERS
from inspector.report.style import Style

if TYPE_CHECKING:
    from inspector.compatibility import Compatibility, CompatReport, Run

OUTCOMES = {"loads": "loads", "partly": "runs partly", "fails": "fails", "unknown": "unknown"}


def written(report: CompatReport, form: str, style: Style) -> str:
    """The matrices of a report in one format."""
    if form == "json":
        import json

        return json.dumps(report.as_dict(), indent=1, ensure_ascii=False) + "\n"
    one = markdown_lines if form == "markdown" else text_lines
    parts = ["\n".join(one(model, style)) for model in report.models]
    return "\n\n".join(parts) + "\n" if parts else ""


def text_lines(model: Compatibility, style: Style) -> Iterator[str]:
    """For people: a block for each loader, a line for each run of releases."""
    yield style.title(model.path)
    paint = {"loads": style.good, "fails": style.bad}
    for loader, devices, runs in _rows(model):
        yield f"  {style.title(loader)} on {', '.join(devices)}  {style.head(LOADERS[loader].call)}"
        width = max(len(run.span) for run in runs)
        for run in runs:
            outcome = paint.get(run.outcome, style.warn)(f"{OUTCOMES[run.outcome]:11}")
            line = f"    {run.span:{width}}  {outcome}"
            yield f"{line}  {run.reason.rule} {run.message}{_more(run)}" if run.reason else line.rstrip()
    yield ""
    yield from (f"  {line}" for line in _answers(model))


def markdown_lines(model: Compatibility, style: Style) -> Iterator[str]:
    """For a README or a pull request: one table."""
    yield f"### {model.path}"
    yield ""
    yield "| loader | device | TensorFlow | outcome | because |"
    yield "|---|---|---|---|---|"
    for loader, devices, runs in _rows(model):
        for run in runs:
            reason = f"{run.reason.rule} {_cell(run.message)}{_more(run)}" if run.reason else ""
            yield f"| {loader} | {', '.join(devices)} | {run.span} | {OUTCOMES[run.outcome]} | {reason} |"
    yield ""
    yield from (f"- {_cell(line)}" for line in _answers(model))


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _rows(model: Compatibility) -> Iterator[tuple[str, tuple[str, ...], list[Run]]]:
    """Each loader's runs; devices that agree in all of them together."""
    for loader in model.loaders:
        alike: dict[tuple[Any, ...], tuple[list[str], list[Run]]] = {}
        for device in model.devices:
            runs = model.runs(loader, device)
            key = tuple((run.span, run.outcome, run.reason and run.reason.key) for run in runs)
            alike.setdefault(key, ([], runs))[0].append(device)
        for devices, runs in alike.values():
            yield loader, tuple(devices), runs


def _more(run: Run) -> str:
    more = max(len(cell.because) for cell in run.cells) - 1
    return f" (and {more} more)" if more > 0 else ""


def _answers(model: Compatibility) -> Iterator[str]:
    """Oldest, newest, and how to widen the range."""
    for loader in model.loaders:
        for device, working in _alike({device: model.working(loader, device) for device in model.devices}):
            told = f"oldest that will do {working[0]}, newest {working[-1]}" if working else "no release will do"
            yield f"{loader} on {device}: {told}"
    for assumed in _assumed(model):
        yield f"assuming that {assumed}"
    yield from _ways_to_win(model)


def _ways_to_win(model: Compatibility) -> Iterator[str]:
    """One line for each cure, with all that it wins: releases, loaders, and the devices if it is not all of them."""
    cures: dict[str, dict[tuple[str, str], dict[str, None]]] = {}
    for widening in model.widenings():
        rules = zip(widening.reasons, widening.fixes, strict=True)
        cure = "; ".join(dict.fromkeys(f"{one.rule}: {fix}" for one, fix in rules))
        won = cures.setdefault(cure, {}).setdefault((widening.span, widening.loader), {})
        won[widening.device] = None
    for cure, places in cures.items():
        loaders: dict[tuple[str, tuple[str, ...]], list[str]] = {}
        for (gains, loader), devices in places.items():
            loaders.setdefault((gains, tuple(devices)), []).append(loader)
        won_by = [
            f"{gains} for {', '.join(names)}"
            + (f" on {', '.join(devices)}" if len(devices) < len(model.devices) else "")
            for (gains, devices), names in loaders.items()
        ]
        yield f"to win {' and '.join(won_by)}: {cure}"


def _assumed(model: Compatibility) -> Iterator[str]:
    """What is taken for granted where the model is said to load, beside the weights."""
    assumed = (text for cell in model.cells if cell.outcome != "fails" for text in cell.assumes)
    yield from (text for text in dict.fromkeys(assumed) if text != WEIGHTS_MATCH)


def _alike(values: dict[str, tuple[str, ...]]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Devices with the same value together."""
    names: dict[tuple[str, ...], list[str]] = {}
    for name, value in values.items():
        names.setdefault(value, []).append(name)
    for value, some in names.items():
        yield ", ".join(some), value
