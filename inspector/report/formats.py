"""The formats of a check: what makes each of the JSON document, and which can be written model by model.

``text`` is none of them: it is made where the model is judged, and shows more than the document holds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

Document = Mapping[str, Any]

TEXT = "text"
# Written model by model, as each is done; the others need the whole document.
STREAMED = ("concise", "jsonl", "github")
WHOLE = ("json", "sarif", "junit", "gitlab", "markdown")
NAMES = (TEXT, *STREAMED, *WHOLE)


def writer(name: str) -> Callable[[Document], str]:
    """What turns a document into a format. A streamed one gives for several documents what it gives for each, in a row."""
    written: Callable[[Document], str] = import_module(f"inspector.report.{name}").written
    return written
