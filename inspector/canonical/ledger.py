"""Tokens for content: numbers that hold within one process, or digests that hold everywhere."""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from typing import Protocol

Token = int | bytes
BIG = 256  # bytes that are kept as they are; longer ones by their digest


class Ledger(Protocol):
    """Gives equal content equal tokens, and other content other ones. Content is a tuple of plain values and tokens."""

    def note(self, content: Hashable) -> Token: ...


class Numbers:
    """Numbers in the order in which content is first seen: cheap, and comparable within one ledger only."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Hashable, int] = {}

    def note(self, content: Hashable) -> Token:
        return self._known.setdefault(content, len(self._known))


class Digests:
    """Digests of 128 bits: equal on any machine and in any run. Costs about three times as much as numbers."""

    __slots__ = ()

    def note(self, content: Hashable) -> Token:
        return hashlib.blake2b(repr(content).encode("utf-8", "surrogatepass"), digest_size=16).digest()


def brief(raw: bytes) -> bytes:
    """Bytes to be compared: themselves, or their digest where they are many."""
    return raw if len(raw) <= BIG else b"blake2b " + hashlib.blake2b(raw, digest_size=32).digest()
