"""All messages, and what finds them in a text."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module

from inspector.restoring.messages.message import Message
from inspector.restoring.messages.wording import Matcher

FAMILIES = ("files", "checkpoint", "checkpoint_mismatch", "versions", "ops", "graph", "functions", "objects",
            "signatures", "calls", "clients", "keras", "keras_code", "keras_weights", "keras_calls", "hub", "servers", "converters",
            "elsewhere", "harmless")  # fmt: skip


@cache
def messages() -> dict[str, Message]:
    """Every message by its code."""
    found: dict[str, Message] = {}
    for family in FAMILIES:
        for message in import_module(f"inspector.restoring.messages.{family}").MESSAGES:
            assert message.code not in found, message.code
            found[message.code] = message
    return found


WORD = re.compile(r"[A-Za-z_]{4,30}")


@cache
def words_of_anchors() -> dict[str, frozenset[str]]:
    """By anchor the words that a text must hold to hold the anchor: those that neither begin nor end it."""
    found = {}
    for anchor in matchers():
        inner = (word for word in WORD.finditer(anchor) if word.start() > 0 and word.end() < len(anchor))
        found[anchor] = frozenset(word[0] for word in inner)
    return found


@cache
def matchers() -> dict[str, list[tuple[Message, Matcher]]]:
    """Every wording of every message, ready to be searched for, by the anchor that finds it."""
    found: dict[str, list[tuple[Message, Matcher]]] = {}
    for message in messages().values():
        for matcher in map(Matcher, message.wordings):
            found.setdefault(matcher.anchor, []).append((message, matcher))
    return found
