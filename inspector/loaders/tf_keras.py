"""The load_model of Keras 2: tf_keras.models.load_model, up to TensorFlow 2.15 also tf.keras.models.load_model.

It reads the metadata that Keras wrote, builds the layers whose classes it has, revives the others as layers that call the
saved functions, hands all of them to tf.saved_model.load, which makes the rest, and compiles the model. Where there are
no objects of Keras, it is tf.saved_model.load and nothing else.
"""

from __future__ import annotations

import re

from inspector.findings import Finding
from inspector.loaders import objects, parts, tf2
from inspector.loaders.step import DOUBT, Condition, Entry, Loader, Mind, Precondition, Step, Walk, has_datum, minds
from inspector.topology.endpoints import CALL
from inspector.topology.inspection import MetaView
from inspector.topology.keras import REVIVED, called_by_keras

_LOAD = "tf_keras/src/saving/legacy/saved_model/load.py"
_NODE = r"nodes\[(\d+)\]"


def has_metadata_file(walk: Walk) -> bool:
    return bool(walk.it.keras.metadata.file)


IN_OBJECT_GRAPH = Precondition(lambda walk: not has_metadata_file(walk), "the metadata is in keras_metadata.pb")
IN_FILE = Precondition(has_metadata_file, "no keras_metadata.pb: the metadata is looked for in the object graph")


def has_keras_objects(walk: Walk) -> bool:
    return bool(walk.it.keras.metadata.objects)


def is_compiled(walk: Walk) -> bool:
    return walk.it.keras.plan.compile is not None


COMPILED = Precondition(is_compiled, "the model was not compiled when it was saved")

READ = (
    Step("read the graph file", parts.READ_GRAPH_FILE, f"{_LOAD} load; python/saved_model/loader_impl.py"),
    Step("take the first MetaGraph", minds("no-meta-graph"), f"{_LOAD} load"),
    Step(
        "read keras_metadata.pb",
        (
            Mind("keras-metadata-damaged", when=has_datum("read", True)),
            Mind("keras-metadata-damaged", when=has_datum("read", False), how=DOUBT),
        ),
        f"{_LOAD} load",
        runs_if=IN_FILE,
    ),
    Step(
        "look for metadata in the object graph",
        (*minds("no-object-graph"), Mind("object-id", when=objects.of_part("child")), *minds("keras-metadata-missing")),
        f"{_LOAD} _read_legacy_metadata, _generate_object_paths",
        runs_if=IN_OBJECT_GRAPH,
    ),
)

LAYERS = Step(
    "make the layers, models and metrics",
    (
        *minds("keras-object-metadata"),
        Mind("keras-object-lost", when=has_datum("case", "node")),
        Mind("custom-object", when=has_datum("needed", "load")),
    ),
    f"{_LOAD} KerasObjectLoader.load_layers",
)


def _node_of(finding: Finding) -> int | None:
    found = re.search(_NODE, finding.where.field)
    return int(found[1]) if found else None


def not_made(condition: Condition | None) -> Condition:
    """Findings about objects that TensorFlow has to make: not about those that Keras made already."""

    def holds(finding: Finding, walk: Walk) -> bool:
        if _node_of(finding) in walk.it.keras.plan.made:
            return False
        return condition is None or condition(finding, walk)

    return holds


def slots_of_no_optimizer(finding: Finding, walk: Walk) -> bool:
    """Keras 2, which is there, brings back the slots of its optimizers."""
    return not finding.data.get("optimizer", True)


# What of tf.saved_model.load minds only objects that it makes itself, or sets children of.
_OWN = ("object-kind", "asset-index", "constant-value", "saved-variable", "child-name")


def _beside_keras(step: Step) -> Step:
    """A step of tf.saved_model.load as load_partial takes it, with what Keras made handed in."""
    found = []
    for mind in step.minds:
        if mind.rule == "slot-variables":
            mind = mind._replace(when=slots_of_no_optimizer)
        elif mind.rule in _OWN:
            mind = mind._replace(when=not_made(mind.when))
        found.append(mind)
    return step._replace(minds=tuple(found))


PATHS = Step(
    "find the objects by their paths",
    minds("keras-object-lost"),
    "python/saved_model/load.py Loader._convert_node_paths_to_ints",
)
FINISH = Step(
    "put the models together",
    (*minds("network-layers"), Mind("layer-not-traced", when=has_datum("case", "network"))),
    f"{_LOAD} KerasObjectLoader.finalize_objects",
)
COMPILE = Step(
    "compile",
    (Mind("custom-object", when=has_datum("needed", "compile")), *minds("training-config")),
    "tf_keras/src/saving/legacy/saving_utils.py compile_args_from_training_config",
    runs_if=COMPILED,
)


def steps(walk: Walk) -> tuple[Step, ...]:
    whole = [_beside_keras(step) for step in tf2.steps(walk)[1:]]
    if not has_keras_objects(walk):
        return (*READ, *whole)
    load = [step for step in whole if step.stage == "load"]
    call = [_of_model(step) if is_model(walk) else step for step in whole if step.stage == "call"]
    at = 1 + next(place for place, step in enumerate(load) if step.name == tf2.LIBRARY.name)
    return (*READ, LAYERS, *load[:at], PATHS, *load[at:], FINISH, COMPILE, *call)


def _of_model(step: Step) -> Step:
    kept = tuple(mind for mind in step.minds if mind.rule != "signatures-unusable")
    return step._replace(
        name="call the model",
        minds=(*minds("class-named-like-keras"), Mind("layer-not-traced", when=has_datum("case", "root")), *kept),
    )


def choose(walk: Walk) -> MetaView | None:
    return tf2.choose(walk)


def is_model(walk: Walk) -> bool:
    """Whether the loaded object is a model of Keras, that is called itself."""
    has_objects = walk.view is not None and walk.view.meta.objects is not None
    return has_objects and walk.it.keras.plan.has_model


def signatures(walk: Walk) -> list[str]:
    return [CALL] if is_model(walk) else tf2.signatures(walk)


def entry(walk: Walk, key: str) -> Entry:
    view = walk.view
    assert view is not None
    if view.meta.objects is None or not is_model(walk):
        return tf2.entry(walk, key)
    revived = walk.it.keras.plan.of(REVIVED)
    first = frozenset(name for one in revived for name in called_by_keras(view.meta.objects, one.object.node))
    return Entry(frozenset(), view.reach.closure(first), first)


LOADER = Loader(
    "tf_keras", "tf_keras.models.load_model", choose, steps, signatures, entry,
    like="tf2", takes_tags=False, calls="calls",
)  # fmt: skip
