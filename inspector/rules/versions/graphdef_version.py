from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from inspector.catalogue import Release, release, releases
from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_NODE = "x = Placeholder() {dtype: float32}"


class GraphdefVersion(Rule):
    """The GraphDef refuses the target's version, or is too old for it.

    What it checks: ``versions`` of each GraphDef: min_consumer and bad_consumers against the GraphDef version of the
    target, producer against the oldest that the target still reads.

    Why it matters: tf.compat.v1.saved_model.load, TensorFlow Serving and tf.saved_model.load for a model without an object
    graph stop: "GraphDef min consumer version 9999 above current version 2474 for TensorFlow 2.21.0. Please upgrade
    TensorFlow.", "GraphDef disallows consumer version ...", "GraphDef producer version ... below min producer ...
    supported". tf.saved_model.load never looks at these numbers in a V2 model.

    How to fix: load it with the TensorFlow that the finding names, or export again with the older one.
    """

    code = "VR001"
    name = "graphdef-version"
    otherwise = ADVICE_NOTE
    message = "GraphDef {problem}: {found}, TensorFlow {tensorflow} has version {version}"
    fix = "{cure}"
    good = (Example(f"meta_graph tags=[serve] producer=1645\n{_NODE}"),)
    bad = (
        Example(f"meta_graph tags=[serve] producer=9999 min_consumer=9999\n{_NODE}", expect=("min_consumer",)),
        Example(
            f"meta_graph tags=[serve] producer=1645 bad_consumers=[1645]\n{_NODE}",
            expect=("bad_consumers",),
            target="2.15.1",
        ),
        Example(f"meta_graph tags=[serve] producer=-1\n{_NODE}", expect=("producer",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for field, found in _wrong(view.meta.versions, it.release):
                data: dict[str, Any] = {
                    "problem": field,
                    "found": found,
                    "version": it.release.graph_def_version,
                    "tensorflow": it.release.version,
                    "cure": _cure(field, found),
                }
                yield Found(Location("", view.meta.index, field=f"versions.{field}"), field, data)


def _wrong(versions: Any, target: Release) -> Iterator[tuple[str, int]]:
    """The fields that core/framework/versions.cc CheckVersions refuses, with what they say."""
    if versions.producer < target.graph_def_min_producer:
        yield "producer", versions.producer
    if versions.min_consumer > target.graph_def_version:
        yield "min_consumer", versions.min_consumer
    if target.graph_def_version in versions.bad_consumers:
        yield "bad_consumers", target.graph_def_version


def _cure(field: str, found: int) -> str:
    if field == "producer":
        return "the number was edited or is damaged: export the model again"
    if field == "bad_consumers":
        return "use a newer patch release of TensorFlow: this model calls the target's version buggy"
    able = [version for version in releases() if release(version).graph_def_version >= found]
    if not able:
        return "no released TensorFlow reads it: export again with a released TensorFlow"
    return f"load it with TensorFlow {able[0]} or newer, or export again with the older TensorFlow"
