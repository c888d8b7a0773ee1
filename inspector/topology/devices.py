"""Device strings, as the two parsers of TensorFlow read them.

Sources: tensorflow/core/util/device_name_utils.cc (DeviceNameUtils::ParseFullName), which places nodes;
tensorflow/python/framework/device_spec.py (DeviceSpecV2._string_to_components), through which a Python import of a
graph puts every device.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_PYTHON_TYPES = ("CPU", "GPU", "TPU", "CUSTOM", "EPU")
_PART = re.compile(
    r"/job:(?P<job>\*|[A-Za-z]\w*(?=/|\Z))"
    r"|/(?P<number>replica|task):(?P<value>\*|[0-9]+)"
    r"|/device:(?P<type>\*|[A-Za-z]\w*(?=/|:|\Z))(?::(?P<index>\*|[0-9]+))?"
    r"|/(?P<legacy>cpu|CPU|gpu|GPU):(?P<legacy_index>\*|[0-9]+)",
    re.ASCII,
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
        match = _PART.match(text, at)
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


def python_accepts(text: str) -> bool:
    """Whether tf.DeviceSpec.from_string takes a device string."""
    typed = False
    for part in (piece.split(":") for piece in text.split("/")):
        if len(part) == 2 and part[0] == "job":
            continue
        if len(part) == 2 and part[0] in ("replica", "task"):
            if not _is_int(part[1]):
                return False
        elif (len(part) in (1, 2) and part[0].upper() in _PYTHON_TYPES) or (len(part) == 3 and part[0] == "device"):
            if typed or (len(part) > 1 and part[-1] != "*" and not _is_int(part[-1])):
                return False
            typed = True
        elif part[0]:
            return False
    return True


def _is_int(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True
