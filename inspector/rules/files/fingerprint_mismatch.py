from __future__ import annotations

import os
from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.bundle import ALL_TENSORS
from inspector.model.saved_model import FINGERPRINT, INDEX
from inspector.rules.rule import WRONG_RESULT_WARNING, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.wire.farmhash import fingerprint64

_ALWAYS, _WHEN_VERIFIED = 1 << 15, 1 << 18  # bytes of the index: hashing takes 0.7 s for each MiB


class FingerprintMismatch(Rule):
    """The checkpoint is not the one that fingerprint.pb was made for.

    What it checks: checkpoint_hash of fingerprint.pb against the bytes of variables.index, which hold a checksum of every
    tensor: up to 32 KiB of index, up to 256 KiB where the weights are verified too. The other hashes in fingerprint.pb
    depend on how protobuf serializes the model, and tell nothing for sure.

    Why it matters: no loader compares them. Where keys, dtypes and shapes agree, saved_model.pb with the variables of
    another training step or another export loads, and answers with those weights.

    How to fix: copy saved_model.pb, fingerprint.pb and variables/ from one export. If the variables were replaced on
    purpose, remove fingerprint.pb or write it again.
    """

    code = "SM013"
    name = "fingerprint-mismatch"
    otherwise = WRONG_RESULT_WARNING
    needs = ("fingerprint",)
    message = "variables.index is not the one that fingerprint.pb was made for: the weights were replaced, or mixed up"
    fix = "copy saved_model.pb, fingerprint.pb and variables/ from one export; remove fingerprint.pb if this is on purpose"
    good = (Example("variable w float32[2]", files={FINGERPRINT: b""}), Example("variable w float32[2]"))
    bad = (Example("variable w float32[2]", files={FINGERPRINT: b"\x28\x01"}, expect=(INDEX,)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        if bundle is None or FINGERPRINT not in it.model.side_files:
            return
        fingerprint = it.model.fingerprint
        expected = fingerprint.checkpoint_hash if fingerprint is not None else 0
        raw = self._index(it, _WHEN_VERIFIED if bundle.verified == ALL_TENSORS else _ALWAYS)
        if expected and raw is not None and fingerprint64(raw) != expected:
            yield Found(Location(INDEX), INDEX, {})

    def _index(self, it: Inspection, most: int) -> bytes | None:
        try:
            with open(os.path.join(it.model.folder, INDEX), "rb") as stream:
                raw = stream.read(most + 1)
        except OSError:
            return None
        return raw if len(raw) <= most else None
