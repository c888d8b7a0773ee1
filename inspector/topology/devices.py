"""Device strings, as the two parsers of TensorFlow read them.

Sources: tensorflow/core/util/device_name_utils.cc (DeviceNameUtils::ParseFullName), which places nodes;
tensorflow/python/framework/device_spec.py (DeviceSpecV2._string_to_components), through which a Python import of a
graph puts every device.
"""

from __future__ import annotations

import re

from inspector.model.graph import Kind
from inspector.named_tuple import NamedTuple

_PYTHON_TYPES = ("CPU", "GPU", "TPU", "CUSTOM", "EPU")
_CAPITALS = ("cpu", "gpu")
_PART = (
    r"(?a)/job:(?P<job>\*|[A-Za-z]\w*(?=/|\Z))"
    r"|/(?P<number>replica|task):(?P<value>\*|[0-9]+)"
    r"|/device:(?P<type>\*|[A-Za-z]\w*(?=/|:|\Z))(?::(?P<index>\*|[0-9]+))?"
    r"|/(?P<legacy>cpu|CPU|gpu|GPU):(?P<legacy_index>\*|[0-9]+)"
)


class Device(NamedTuple):
    """The parts of a device string, "" where it says nothing or "*"."""

    type: str = ""
    ordinal: str = ""
    job: str = ""
    replica: str = ""
    task: str = ""


def parse(text: str) -> Device | None:
    """What the C++ runtime reads in a device string; None if it refuses it."""
    if text == "/":
        return Device()
    parts: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = re.compile(_PART).match(text, at)  # re keeps it
        if match is None:
            return None
        at = match.end()
        if match["job"]:
            parts["job"] = match["job"]
        elif match["number"]:
            parts[match["number"]] = match["value"]
        elif match["type"]:
            parts["type"], parts["ordinal"] = match["type"], match["index"] or ""
        else:
            parts["type"], parts["ordinal"] = match["legacy"].upper(), match["legacy_index"]
    return Device(**{key: _plain(key, value) for key, value in parts.items()})


def _plain(key: str, value: str) -> str:
    if value == "*":
        return ""
    return value if key in ("type", "job") else str(int(value or 0)) if value else ""


def python_spelling(text: str) -> str | None:
    """The string that tf.DeviceSpec makes of a device string; None if it refuses it."""
    parts: dict[str, str] = {}
    for words in (piece.split(":") for piece in text.split("/")):
        head = words[0]
        if len(words) == 2 and head == "job":
            parts["job"] = words[1]
        elif len(words) == 2 and head in ("replica", "task"):
            if not _is_int(words[1]):
                return None
            parts[head] = words[1]
        elif (len(words) in (1, 2) and head.upper() in _PYTHON_TYPES) or (len(words) == 3 and head == "device"):
            ordinal = words[-1] if len(words) > 1 else "*"
            if "device" in parts or (ordinal != "*" and not _is_int(ordinal)):
                return None
            kind = words[1] if head == "device" else head.upper()
            kind = kind.upper() if kind in _CAPITALS else kind
            parts["device"] = (
                f"{head.upper() if head != 'device' else kind.upper() if kind in _CAPITALS else kind}:{ordinal}"
            )
        elif head:
            return None
    return "".join(f"/{key}:{parts[key]}" for key in ("job", "replica", "task", "device") if key in parts)


def _is_int(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def is_colocated(kind: Kind, node: str) -> bool:
    """Whether a node asks to be placed with another one, in which case Python's import drops its own device.

    Source: tensorflow/python/framework/importer.py (_GetColocationNames, _ProcessNewOps).
    """
    if not kind.raw("_class"):
        return False
    names = kind.attrs["_class"].proto.list.s
    return any(name.startswith(b"loc:@") and name[len(b"loc:@") :] != node.encode() for name in names)
