"""The exit codes of every command."""

from __future__ import annotations

OK, FINDINGS, USAGE, COULD_NOT_TELL = 0, 1, 2, 3
