"""The exit codes of every command."""

from __future__ import annotations

OK, FINDINGS, USAGE, COULD_NOT_TELL, BROKEN_OFF = 0, 1, 2, 3, 130
