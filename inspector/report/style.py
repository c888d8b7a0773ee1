"""Colour, where the terminal wants it: never in a pipe, never against NO_COLOR."""

from __future__ import annotations

import os
from typing import IO

_RED, _GREEN, _YELLOW, _BOLD, _DIM = "31", "32", "33", "1", "2"


class Style:
    """Paints words, or leaves them as they are."""

    __slots__ = ("colour",)

    def __init__(self, colour: bool) -> None:
        self.colour = colour

    @classmethod
    def of(cls, stream: IO[str]) -> Style:
        """FORCE_COLOR over NO_COLOR over what the stream is (https://no-color.org)."""
        if os.environ.get("FORCE_COLOR"):
            return cls(True)
        return cls(stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb")

    def _paint(self, text: str, code: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self.colour else text

    def good(self, text: str) -> str:
        return self._paint(text, _GREEN)

    def bad(self, text: str) -> str:
        return self._paint(text, _RED)

    def warn(self, text: str) -> str:
        return self._paint(text, _YELLOW)

    def title(self, text: str) -> str:
        return self._paint(text, _BOLD)

    def head(self, text: str) -> str:
        return self._paint(text, _DIM)

    def severity(self, severity: str) -> str:
        return {"error": self.bad, "warning": self.warn}.get(severity, self.head)(f"{severity:7}")
