from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

from inspector.findings import Location
from inspector.model.saved_model import FINGERPRINT, INDEX, PB
from inspector.rules.rule import WRONG_RESULT_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.wire.deterministic import NotDeterministic, deterministic
from inspector.wire.farmhash import fingerprint64
from inspector.wire.schema import DecodeError

_INDEX, _GRAPH, _VERIFIED = (
    1 << 18,
    1 << 16,
    1 << 26,
)  # bytes that are hashed: always, always, and where all is verified
# Versions of fingerprint.pb whose saved_model_checksum is measured: 1 by TensorFlow 2.12 to 2.18, 4 by 2.21.
_PRODUCERS = (1, 4)
_EDITED = b"\x08\x01\x32\x02\x08\x01"  # saved_model_checksum: 1 version { producer: 1 }


class FingerprintMismatch(Rule):
    """A file is not the one that fingerprint.pb was made for.

    What it checks: checkpoint_hash against the bytes of variables.index, which hold a checksum of every tensor, up to
    256 KiB; and saved_model_checksum against saved_model.pb, its maps put into the order in which TensorFlow hashes them,
    up to 64 KiB. ``--verify`` compares up to 64 MiB of each.

    Why it matters: no loader compares them. A bit that flipped in a constant, or an attr that another tool dropped, loads
    and runs, and answers something else. Where keys, dtypes and shapes agree, the variables of another training step or
    another export do so too.

    How to fix: copy saved_model.pb, fingerprint.pb and variables/ from one export. If a file was changed on purpose,
    remove fingerprint.pb, or write it again: tensorflow.python.saved_model.fingerprinting_utils.write_fingerprint.
    """

    code = "SM013"
    name = "fingerprint-mismatch"
    otherwise = WRONG_RESULT_WARNING
    needs = ("fingerprint",)
    message = "{file} is not the one that fingerprint.pb was made for: {why}"
    fix = "copy saved_model.pb, fingerprint.pb and variables/ from one export; remove fingerprint.pb if this is on purpose"
    good = (Example("variable w float32[2]", files={FINGERPRINT: b""}), Example("variable w float32[2]"))
    bad = (
        Example("variable w float32[2]", files={FINGERPRINT: b"\x28\x01"}, expect=(INDEX,)),
        Example("x = NoOp()", files={FINGERPRINT: _EDITED}, expect=(PB,)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        fingerprint = it.model.fingerprint if FINGERPRINT in it.model.side_files else None
        if fingerprint is None:
            return
        if _is_another_index(it, fingerprint):
            yield _found(INDEX, "the weights were replaced, or mixed up")
        if it.model.format == PB and fingerprint.version.producer in _PRODUCERS and _is_another_graph(it, fingerprint):
            yield _found(PB, "it was changed after the export, or damaged on its way")


def _is_another_index(it: Inspection, fingerprint: Any) -> bool:
    """cc/saved_model/fingerprinting_utils.cc HashCheckpointIndexFile."""
    expected = fingerprint.checkpoint_hash if it.model.bundle is not None else 0
    raw = _read(it, INDEX, _INDEX) if expected else None
    return raw is not None and fingerprint64(raw) != expected


def _is_another_graph(it: Inspection, fingerprint: Any) -> bool:
    """cc/saved_model/fingerprinting.cc HashSavedModel: the whole message as C++ serializes it."""
    raw = _read(it, PB, _GRAPH) if fingerprint.saved_model_checksum else None
    if raw is None:
        return False
    try:
        return bool(fingerprint64(deterministic(raw, "SavedModel")) != fingerprint.saved_model_checksum)
    except (DecodeError, NotDeterministic):
        return False


def _read(it: Inspection, file: str, most: int) -> bytes | None:
    """The bytes of a file; None where there are too many, or none."""
    most = _VERIFIED if it.model.verify else most
    try:
        with open(os.path.join(it.model.folder, file), "rb") as stream:
            raw = stream.read(most + 1)
    except OSError:
        return None
    return raw if len(raw) <= most else None


def _found(file: str, why: str) -> Found:
    return Found(Location(file), file, {"file": file, "why": why})
