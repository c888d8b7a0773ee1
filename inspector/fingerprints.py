"""What identifies a finding over time: equal for the same fault of the same program, however often it is exported."""

from __future__ import annotations

import re
from contextlib import suppress
from importlib import import_module
from typing import Any

from inspector.canonical.names import function_base
from inspector.findings import Finding

VERSION = "v1"  # of the recipe below: fingerprints of two recipes are never equal
_GENERATED = r"\b__(?:inference|forward|backward)_\w+"
_COUNTER = r"_\d+\b"
_OF_TARGETS = ("tensorflow",)
_LENGTH = 20


def fingerprint(finding: Finding, path: str) -> str:
    """Hexadecimal, from the rule, the graph or file that it is about, and the data of its words.

    Left out are counters in names, the nodes and how many they are (equal faults of one graph are one finding), the target's
    release and the model's own path. Two findings of one model may be equal: of two layers of the same kind, say.
    """
    where = finding.where
    data = sorted((key, _plain(value, path)) for key, value in finding.data.items() if key not in _OF_TARGETS)
    parts = (
        VERSION,
        finding.rule,
        where.file,
        where.meta_graph,
        function_base(where.function),
        _plain(where.field, path),
        data,
    )
    return _sha256(repr(parts).encode())[:_LENGTH]


def _sha256(data: bytes) -> str:
    """By the interpreter's own module where there is one, as ``random`` does: hashlib loads OpenSSL, 3 to 10 ms."""
    for name in ("_sha2", "_sha256"):  # since Python 3.12, and before
        with suppress(ImportError):
            return str(import_module(name).sha256(data).hexdigest())
    from hashlib import sha256

    return sha256(data).hexdigest()


def _plain(value: Any, path: str) -> str:
    text = str(value)
    if path and path != ".":
        text = re.sub(rf"(?<![\w./-]){re.escape(path.rstrip('/'))}(?![\w.-])", ".", text)
    return re.sub(_COUNTER, "", re.sub(_GENERATED, lambda match: function_base(match[0]), text))
