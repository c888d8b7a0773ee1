"""Names that nodes may have.

Source: tensorflow/core/common_runtime/graph_constructor.cc (IsValidNodeName, without allow_internal_ops).
"""

from __future__ import annotations

import re

_NAME = r"(?a)[A-Za-z0-9.][\w./-]*(?:>[A-Za-z0-9.][\w./-]*)*\Z"
_PLAIN = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./-\n"
_NO_BEGINNING = ("\n_", "\n/", "\n-", "\n\n")


def is_valid_name(name: str) -> bool:
    """Whether a GraphDef may have a node of this name."""
    return re.match(_NAME, name) is not None


def bad_names(names: list[str]) -> list[int]:
    """The positions of names that a GraphDef may not have. Nearly always there are none, which takes no look at each."""
    joined = "\n".join(["", *names, ""])
    plain = joined.isascii() and not joined.encode().translate(None, _PLAIN) and joined.count("\n") == len(names) + 1
    if plain and not any(beginning in joined for beginning in _NO_BEGINNING):
        return []
    return [i for i, name in enumerate(names) if not is_valid_name(name)]
