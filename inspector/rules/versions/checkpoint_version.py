from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.saved_model import INDEX
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection


class CheckpointVersion(Rule):
    """The checkpoint refuses the target's version.

    What it checks: the version in the header of variables.index: min_consumer and bad_consumers against the checkpoint
    version of the target (1 in all releases), producer against the oldest that it reads.

    Why it matters: every loader that restores stops: "Checkpoint min consumer version 99 above current version 1 for
    TensorFlow ... Please upgrade TensorFlow.", "Checkpoint disallows consumer version 1". No released TensorFlow writes
    such numbers.

    How to fix: the index was damaged or edited, or made by an unreleased TensorFlow: export the model again.
    """

    code = "VR002"
    name = "checkpoint-version"
    otherwise = ADVICE_NOTE
    needs = ("checkpoint",)
    message = "the checkpoint's {problem} is {found}, TensorFlow {tensorflow} has checkpoint version {version}"
    fix = "copy variables/ again or export the model again: no released TensorFlow writes such a checkpoint"
    good = (Example("variable w float32[2]"),)
    bad = (
        Example("checkpoint shards=1 min_consumer=99\nvariable w float32[2]", expect=("min_consumer",)),
        Example("checkpoint shards=1 bad_consumers=[1]\nvariable w float32[2]", expect=("bad_consumers",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        bundle = it.model.bundle
        if bundle is None or any(fault.kind == "header-missing" for fault in bundle.faults):
            return
        version, target = bundle.header.version, it.release
        wrong = []
        if version.producer < target.checkpoint_min_producer:
            wrong.append(("producer", version.producer))
        if version.min_consumer > target.checkpoint_version:
            wrong.append(("min_consumer", version.min_consumer))
        if target.checkpoint_version in version.bad_consumers:
            wrong.append(("bad_consumers", target.checkpoint_version))
        for field, found in wrong:
            data = {
                "problem": field,
                "found": found,
                "version": target.checkpoint_version,
                "tensorflow": target.version,
            }
            yield Found(Location(INDEX, field=f"version.{field}"), field, data)
