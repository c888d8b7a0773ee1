"""Confirmation: a real load, and real calls, in a child process with limits.

The child is ``probe.py``; ``child.py`` starts and bounds it; ``account.py`` makes a Confirmation of what it said.
Importing this package imports neither ``subprocess`` nor anything else that a static check does not need.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from inspector.confirmation.interpreter import COMPANIONS, packages_of, tensorflow_of
from inspector.findings import Confirmation

__all__ = [
    "COMPANIONS",
    "DEFAULT_MEMORY",
    "DEFAULT_TIMEOUT",
    "confirm",
    "op_lists_of",
    "packages_of",
    "tensorflow_of",
]

DEFAULT_TIMEOUT = 120.0
DEFAULT_MEMORY = 8 << 30


def confirm(
    path: str,
    *,
    loader: str = "tf2",
    python: str | None = None,
    tags: tuple[str, ...] | None = None,
    skip_calls: Mapping[str, str] = {},
    inputs: str | None = None,
    signature_inputs: Mapping[str, Mapping[str, object]] | None = None,
    libraries: Sequence[str] = (),
    imports: Sequence[str] = (),
    timeout: float = DEFAULT_TIMEOUT,
    memory: int = DEFAULT_MEMORY,
    env: tuple[tuple[str, str], ...] = (),
) -> Confirmation:
    """Loads the SavedModel at ``path`` with a real TensorFlow in a child process and calls each of its signatures.

    **This runs the model's code.** Whoever calls it decides whether that is wanted; ``skip_calls`` maps the
    signatures that are not to be called to the reason.

    ``loader`` is ``tf2`` (tf.saved_model.load), ``tf1`` (tf.compat.v1.saved_model.load in a Session), ``serving``
    (C++ LoadSavedModel by way of TF_LoadSessionFromSavedModel), ``keras`` (keras.models.load_model), ``tfsm``
    (keras.layers.TFSMLayer, each call endpoint by a load and a call of its own) or ``tf_keras``
    (tf_keras.models.load_model, and a call of the model). ``python`` is another interpreter, whose TensorFlow
    is used. ``tags``: None is the loader's own default (``["serve"]`` for tf1 and serving).

    Signatures are called with 0.5, 0, False or ``"a"`` in their declared shapes, unknown dimensions 1; an error that
    only refuses these values is ``inconclusive``. ``inputs`` is a file with real ones: ``.npz`` with keys
    ``signature/input`` or ``input``, or JSON ``{signature: {input: nested lists}}`` (``{"b64": ...}`` for bytes; a
    list of its components for a ragged or sparse input); ``signature_inputs`` is the same as a Python value, and
    goes before the file. The errors of a call whose inputs are all real are never inconclusive.

    ``libraries`` are op libraries (``my_ops.so``) that are loaded before the model, ``imports`` statements that are run
    before it (``import tensorflow_text``; not by ``serving``, which runs without Python's TensorFlow).

    ``timeout`` (seconds) bounds each step: TensorFlow's import, the load, each call. ``memory`` (bytes) bounds the
    resident memory, which is watched where there is a ``/proc``. After a call that kills the child, the remaining
    signatures are called in a new one, three times at most. ``env`` are conditions of the host, as a Target has them
    (``inspector.findings.ENVIRONMENT``): oneDNN, soft placement and the number of CPU devices are made so.

    Costs: TensorFlow's import (2 to 8 s, 0.4 GB) and whatever the model costs. Raises UsageError for an unknown
    loader or for inputs that cannot be used; a failure of the load is the answer, not an exception.
    """
    from inspector.confirmation import account

    return account.confirm(
        path,
        loader=loader,
        python=python,
        tags=tags,
        skip_calls=skip_calls,
        inputs=inputs,
        signature_inputs=signature_inputs,
        libraries=libraries,
        imports=imports,
        timeout=timeout,
        memory=memory,
        env=env,
    )


def op_lists_of(
    libraries: Iterable[str],
    *,
    python: str | None = None,
    timeout: float = DEFAULT_TIMEOUT,
    memory: int = DEFAULT_MEMORY,
) -> dict[str, bytes]:
    """Library → the serialized OpList of the ops that it registers, by loading it in a child process.

    **This runs the library's code.** Raises OpSourceError where there is no TensorFlow, or a library does not load.
    """
    from inspector.confirmation import op_libraries

    return op_libraries.op_lists_of(libraries, python=python, timeout=timeout, memory=memory)
