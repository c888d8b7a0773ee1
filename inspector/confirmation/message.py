"""What TensorFlow said, freed of what is about the machine and of lines that say nothing."""

from __future__ import annotations

import os
import re

KEPT = 2000

_FATAL = re.compile(r"^(?:\S+ \S+: F |F\d{4} \S+\s+\d+ )(.*)$")
_CRASH = re.compile(
    r"^(?:terminate called|\s*what\(\):|Fatal Python error|double free|free\(\)|malloc|munmap_chunk|corrupted)"
)
_NOISE = re.compile(r"^(?:\d{4}-\d\d-\d\d |[IWE]\d{4} |WARNING|INFO|I tensorflow|Instructions for updating|To enable )")
_REPLACED = (
    (re.compile(r"\x1b\[[0-9;]*m"), ""),
    (re.compile(r"^Exception encountered when calling .*?\.\s+"), ""),  # Keras says so before what happened
    (re.compile(r"\s*Arguments received by \S+:\n.*", re.DOTALL), ""),
    (re.compile(r"\n*Original stack trace for .*", re.DOTALL), ""),
    (re.compile(r"^Graph execution error:\s*"), ""),
    (re.compile(r" ?\[Op:[^\]\n]*\]"), ""),
    (re.compile(r"(running on )\S+?(\. )"), r"\1<host>\2"),
    (re.compile(r"0x[0-9a-f]{6,}"), "0x..."),
    (re.compile(r"[^\s'\"(<]*/site-packages/"), "<site-packages>/"),
)


def clean(text: str, path: str, scratch: str = "", kept: int = KEPT) -> str:
    """An error message with ``<model>`` for the model's path, without stack traces, the host or addresses."""
    for place, name in ((path, "<model>"), (scratch, "<scratch>")):
        for spelling in sorted(spellings(place), key=len, reverse=True):
            text = text.replace(spelling, name)
    text = without_traces(text)
    for pattern, instead in _REPLACED:
        text = pattern.sub(instead, text)
    lines = [line.rstrip() for line in text.splitlines()]
    text = "\n".join(line for line in lines if line).strip()
    return text if len(text) <= kept else text[: kept - 3] + "..."


def spellings(path: str) -> set[str]:
    """The ways in which a loader may write a path. Short ones (``.``, ``/``) would replace too much."""
    ways = {path, path.rstrip("/"), os.path.abspath(path), os.path.realpath(path)} if path else set()
    return {way for way in ways if len(way) > 3 or (way.startswith("/") and len(way) > 1)}


def without_traces(text: str) -> str:
    """Drops the blocks ``Detected at node ... defined at (most recent call last)``, which name files of other days."""
    kept = []
    inside = False
    for line in text.splitlines():
        if line.startswith("Detected at node"):
            inside = True
        elif not (inside and (line.startswith((" ", "\t", "<stack traces")) or not line)):
            inside = False
            kept.append(line)
    return "\n".join(kept)


def last_words(output: str) -> str:
    """Why a process died, from what it printed: the failed check or the runtime's complaint, else its last lines."""
    lines = output.splitlines()
    fatal = [found.group(1) for found in map(_FATAL.match, lines) if found]
    if fatal:
        return fatal[-1]
    complaints = [line.strip() for line in lines if _CRASH.match(line)]
    if complaints:
        return "\n".join(complaints)
    return "\n".join([line for line in lines if line.strip() and not _NOISE.match(line)][-5:])
