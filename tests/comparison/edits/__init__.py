"""Edits of healthy models, and the exact changes that each makes, there and back."""

from tests.comparison.edits import checkpoint, computation, interface, loads, metadata, objects, silent
from tests.comparison.edits.registry import EDITS, Edit

__all__ = ["EDITS", "Edit", "checkpoint", "computation", "interface", "loads", "metadata", "objects", "silent"]
