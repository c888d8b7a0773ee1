"""All differences, from the modules of the classes. A number that is taken twice stops the program."""

from __future__ import annotations

from functools import lru_cache

from inspector.differences import callers, compatible, load, metadata, numbers, weights
from inspector.differences.difference import CLASSES, Difference

_ROOMS = (load, callers, numbers, weights, compatible, metadata)


@lru_cache(maxsize=1)
def differences() -> dict[str, Difference]:
    """Every difference by code; the hundreds of a code tell its class."""
    found: dict[str, Difference] = {}
    for level, room in zip(CLASSES, _ROOMS, strict=True):
        for one in room.DIFFERENCES:
            hundred = f"DF{CLASSES.index(level)}"
            if one.code in found or not one.code.startswith(hundred) or len(one.code) != 5 or one.level != level:
                raise AssertionError(f"{one.code} {one.name} is taken, or not one of the class {level}")
            found[one.code] = one
    return found


def find(code_or_name: str) -> Difference | None:
    """A difference by code ("DF101") or name ("signature-removed"), in any case."""
    asked = code_or_name.lower()
    return next((one for one in differences().values() if asked in (one.code.lower(), one.name)), None)
