"""keras.models.load_model: Keras 3 from TensorFlow 2.16 on, Keras 2 before.

Keras 3 looks at the path and refuses a SavedModel without reading it.
"""

from __future__ import annotations

import os

from inspector.findings import Finding
from inspector.loaders import tf2, tf_keras
from inspector.loaders.releases import has_keras_3
from inspector.loaders.step import Entry, Loader, Mind, Step, Walk, minds
from inspector.model.keras import is_keras_folder
from inspector.topology.inspection import MetaView


def is_other_folder(finding: Finding, walk: Walk) -> bool:
    """Of what is no SavedModel, Keras 3 refuses folders without its config.json; files are not judged."""
    return os.path.isdir(walk.model.folder) and not is_keras_folder(walk.model)


KERAS_3_STEPS = (
    Step(
        "tell the format by the path",
        (*minds("no-keras-archive"), Mind("not-a-saved-model", when=is_other_folder)),
        "keras/src/saving/saving_api.py load_model",
    ),
)


def choose(walk: Walk) -> MetaView | None:
    """None where the folder is one of Keras 3 too, or a file: that is not judged."""
    if has_keras_3(walk) and is_keras_folder(walk.model):
        return None
    return tf2.choose(walk)


def steps(walk: Walk) -> tuple[Step, ...]:
    return KERAS_3_STEPS if has_keras_3(walk) else tf_keras.steps(walk)


def signatures(walk: Walk) -> list[str]:
    return [] if has_keras_3(walk) else tf_keras.signatures(walk)


def entry(walk: Walk, key: str) -> Entry:
    return tf_keras.entry(walk, key)


LOADER = Loader(
    "keras", "keras.models.load_model", choose, steps, signatures, entry, like="tf2", takes_tags=False, calls="calls"
)
