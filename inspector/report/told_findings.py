"""What a document tells: the findings that no policy or baseline suppresses, and how their places are written in a line."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Any

Model = Mapping[str, Any]
Told = Mapping[str, Any]


def told_findings(model: Model) -> Iterator[Told]:
    """The findings of a model that are not suppressed, in the order of the document."""
    return (finding for finding in model["findings"] if finding["suppressed"] is None)


def could_not_tell(model: Model) -> Iterator[str]:
    """What is unknown, a line each: the loaders whose verdict is unknown, and what could not be looked at."""
    unknown = dict.fromkeys(
        verdict["loader"] for verdict in model["verdicts"] if verdict["outcome"] == "unknown" and verdict["counts"]
    )
    gaps = "; ".join(f"{gap['where']}: {gap['why']}" for gap in model["gaps"])
    if unknown:
        yield f"verdict of {', '.join(unknown)} unknown" + (f": not looked at {gaps}" if gaps else "")


def file_of(model: Model, finding: Told | None = None) -> str:
    """The file that a finding is in, from where the command was run: the model's path and the file below it."""
    path: str = model["path"]
    file = finding["where"].get("file", "") if finding is not None else ""
    return posixpath.normpath(posixpath.join(path, file)) if file and path != file else posixpath.normpath(path)


def place(finding: Told) -> str:
    """ "function f, node n": where in its file a finding is; how many places it has where there are several."""
    where = finding["where"]
    parts = [f"meta graph {where['meta_graph']}"] if where.get("meta_graph", 0) > 0 else []
    parts += [f"{name} {where[name]}" for name in ("function", "node") if name in where]
    parts += [where["field"]] if "field" in where else []
    if finding["count"] > 1:
        parts.append(f"{finding['count']:,} places")
    return ", ".join(parts)


def breaks(finding: Told) -> str:
    """ "the load in tf2, tf1": what a finding means to the chosen loaders, in words."""
    loaders = ", ".join(finding["loaders"])
    effect = {"load-fails": "breaks the load", "call-fails": "breaks calls"}.get(finding["effect"], "")
    return f"{effect} in {loaders}" if effect and loaders else f"means {finding['effect']}"
