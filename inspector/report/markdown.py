"""Markdown, for a comment on a pull request and for the summary of a job."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from inspector.findings import SEVERITIES
from inspector.report.formats import Document
from inspector.report.told_findings import breaks, could_not_tell, file_of, place, told_findings

_MARKS = {"error": "❌", "warning": "⚠️", "note": "ℹ️"}
_OUTCOMES = {"loads": "✅", "fails": "❌", "unknown": "❔"}
_EFFECTS = 3  # consequences of one finding
_KEPT = 50  # findings of one model that are written out: a comment has at most 65,536 characters


def written(document: Document) -> str:
    """A table of models and loaders, then the findings of each model; what is known or fine is folded away."""
    models = document["models"]
    lines = [f"### SavedModel inspector: {_verdict(document)}", ""]
    if not document["complete"]:
        lines += ["**The run was broken off: some models are missing.**", ""]
    lines += [f"- ❔ `{problem['path']}`: {escaped(problem['why'])}" for problem in document["problems"]]
    loaders = list(dict.fromkeys(v["loader"] for model in models for v in model["verdicts"] if v["counts"]))
    if models:
        lines += [f"| model | {' | '.join(loaders)} | findings |", f"|---|{'---|' * len(loaders)}---|"]
        lines += [_row(model, loaders) for model in models]
    for model in models:
        lines += _of_model(model)
    targets = ", ".join(_target(target) for target in document["targets"])
    lines += ["", f"<sub>savedmodel-inspector {document['inspector']}, judged for {targets or 'nothing'}</sub>", ""]
    return "\n".join(lines)


def _verdict(document: Document) -> str:
    errors = sum(f["severity"] == "error" for model in document["models"] for f in told_findings(model))
    unknown = any(True for model in document["models"] for _ in could_not_tell(model))
    if errors:
        return f"{errors} error{'s' * (errors != 1)}"
    return "could not tell everything" if unknown or document["problems"] or not document["complete"] else "no errors"


def _row(model: Any, loaders: Sequence[str]) -> str:
    cells = []
    for loader in loaders:
        alike: dict[str, list[str]] = {}
        for verdict in model["verdicts"]:
            if verdict["loader"] == loader:
                alike.setdefault(_outcome(verdict), []).append(_target(verdict["target"]))
        several = len(alike) > 1
        cells.append("<br>".join(f"{text} ({', '.join(on)})" if several else text for text, on in alike.items()) or "–")
    told = [f["severity"] for f in told_findings(model)]
    known = len(model["findings"]) - len(told)
    counts = [f"{told.count(s)} {s}{'s' * (told.count(s) != 1)}" for s in _MARKS if s in told]
    counts += [f"{known} known"] if known else []
    return f"| `{_cell(model['path'])}` | {' | '.join(cells)} | {', '.join(counts) or 'none'} |"


def _outcome(verdict: Any) -> str:
    calls = list(verdict["signatures"].values())
    running = sum(call["outcome"] == "runs" for call in calls)
    text = f"{_OUTCOMES[verdict['outcome']]} {verdict['outcome']}"
    if verdict["outcome"] == "loads" and running < len(calls):
        unknown = sum(call["outcome"] == "unknown" for call in calls)
        text = f"{'❔' if running + unknown == len(calls) else '❌'} {running} of {len(calls)} signatures run"
    return text


def _target(target: Any) -> str:
    beside = "".join(f" + {package}" for package in target["packages"])
    conditions = "".join(f", {name}={value}" for name, value in target["env"].items())
    return f"TensorFlow {target['tensorflow']} {target['device']}{beside}{conditions}"


def _of_model(model: Any) -> Iterator[str]:
    causes, effects = _by_cause(model)
    told = sorted(causes, key=lambda finding: SEVERITIES.index(finding["severity"]))
    unknown = list(could_not_tell(model))
    if not told and not unknown:
        return
    yield from ("", f"#### `{model['path']}`", "")
    for why in unknown:
        yield f"- ❔ {escaped(why)}"
    for finding in [f for f in told if f["severity"] != "note"][:_KEPT]:
        yield from _item(model, finding)
        for effect in effects.get(id(finding), ())[:_EFFECTS]:
            yield f"  - so {effect['rule']} {escaped(effect['message'])}"
    notes = [f for f in told if f["severity"] == "note"]
    if notes:
        yield from ("", f"<details><summary>{len(notes)} note{'s' * (len(notes) != 1)}</summary>", "")
        for finding in notes[:_KEPT]:
            yield from _item(model, finding)
        yield from ("", "</details>")


def _by_cause(model: Any) -> tuple[list[Any], dict[int, list[Any]]]:
    """The findings that are no mere consequence of one that is told, and by those (as id) what follows from them."""
    causes: list[Any] = []
    effects: dict[int, list[Any]] = {}
    for finding in told_findings(model):
        cause = None if finding["follows"] is None else model["findings"][finding["follows"]]
        if cause is None or cause["suppressed"] is not None:
            causes.append(finding)
        else:
            effects.setdefault(id(cause), []).append(finding)
    return causes, effects


def _item(model: Any, finding: Any) -> Iterator[str]:
    where = ", ".join(part for part in (f"`{file_of(model, finding)}`", escaped(place(finding))) if part)
    head = f"{_MARKS[finding['severity']]} **{finding['rule']}** {escaped(finding['message'])}"
    yield f"- {head} ({breaks(finding)})<br>{where}"
    yield f"  <br>**fix** {escaped(finding['fix'])}"


def escaped(text: str) -> str:
    """As one line, with nothing in it that Markdown or HTML would take for markup, but for code in backticks."""
    parts = " ".join(text.split()).split("`")
    if len(parts) % 2 == 0:  # one backtick too many: none of them is markup
        parts = ["'".join(parts)]
    for at in range(0, len(parts), 2):
        plain = parts[at].replace("&", "&amp;").replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
        parts[at] = plain.replace("|", "\\|")
    return "`".join(parts)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("`", "'")
