"""``load``: tf.saved_model.load, with its failures explained."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from inspector.errors import UsageError

if TYPE_CHECKING:
    from inspector.restoring.diagnosis import Diagnosis
    from inspector.restoring.exceptions import RestoreError
    from inspector.restoring.session_model import SessionModel
    from inspector.restoring.ways import Attempt

Fallback = Literal["import_packages", "tf1", "clear_devices", "without_slots"]
Path = str | os.PathLike[str]
Tags = str | Iterable[str] | None
_TF2, _TF1 = "tf2", "tf1"
_SERVE = ("serve",)


@overload
def load(
    path: Path, tags: Tags = None, *, loader: Literal["tf2"] = "tf2", first: Literal["try", "check"] = "try",
    fallback: Sequence[Fallback] = (), options: Any = None, session: None = None,
) -> Any: ...  # fmt: skip
@overload
def load(
    path: Path, tags: Tags = None, *, loader: Literal["tf1"], first: Literal["try", "check"] = "try",
    fallback: Sequence[Fallback] = (), options: None = None, session: None = None,
) -> SessionModel: ...  # fmt: skip
@overload
def load(
    path: Path, tags: Tags = None, *, loader: Literal["tf1"], first: Literal["try", "check"] = "try",
    fallback: Sequence[Fallback] = (), options: None = None, session: Any,
) -> Any: ...  # fmt: skip
def load(
    path: Path,
    tags: Tags = None,
    *,
    loader: str = _TF2,
    first: str = "try",
    fallback: Sequence[str] = (),
    options: Any = None,
    session: Any = None,
) -> Any:
    """Load a SavedModel as ``tf.saved_model.load(path, tags, options)`` does, and say why where that fails.

    TensorFlow always tries; only a failure costs more (a static check, some 0.1 s). What is raised then is one of
    ``inspector``'s exceptions that is also an instance of the class that TensorFlow raised: existing handlers keep working.
    Its ``cause``, ``fix``, ``findings`` and ``verdict`` explain it, ``__cause__`` is TensorFlow's own error.

    ``loader="tf1"`` is ``tf.compat.v1.saved_model.load``: in ``session`` if one is given, and it returns the MetaGraphDef;
    else in a session of its own, and it returns a SessionModel, whose ``signatures`` can be called. ``tags`` None is then
    ["serve"], or the tags of the only MetaGraph that the model has.

    ``first="check"`` judges the model before TensorFlow is imported, and refuses what the static check foretells to fail
    (one of our exceptions alone), and what touches the machine when it is loaded or called (UnsafeModel).

    ``fallback`` names other ways that are tried after a failure, in their order, each by itself: ``import_packages``
    (import the installed packages that register what is missing), ``tf1`` (as above), ``clear_devices`` and
    ``without_slots`` (a changed copy of the graph in a scratch folder; weights and assets are linked). The one that works is
    told by the warning RestoredByFallback; if none does, the exception's ``attempts`` tell what was done. A model that was
    refused as unsafe is not loaded in other ways.

    Raises UsageError for an unknown loader or fallback, and RestoreError: MissingDependency where TensorFlow itself cannot
    be imported.
    """
    if loader not in (_TF2, _TF1):
        raise UsageError(f"unknown loader {loader!r}; there are {_TF2}, {_TF1}")
    if first not in ("try", "check"):
        raise UsageError(f"first is 'try' or 'check', not {first!r}")
    if fallback:
        from inspector.restoring import ways

        fallback = ways.checked(fallback)
    folder = os.fspath(path)
    if first == "check":
        refusal = _refusal(folder, tags, loader)
        if refusal is not None:
            return _in_other_ways(folder, tags, fallback, refusal, None, loader, options)
    _import_tensorflow()
    try:
        return _load(folder, tags, loader, options, session)
    except Exception as error:
        return _in_other_ways(folder, tags, fallback, _explained(error, folder, tags, loader), error, loader, options)


def _import_tensorflow() -> None:
    """Raises MissingDependency, of the class of the import's own error, where that fails."""
    try:
        import tensorflow  # noqa: F401
    except Exception as error:
        from inspector.restoring.diagnosis import without_tensorflow

        raise _as_exception(without_tensorflow(error), error, ()) from error


def _load(path: str, tags: Tags, loader: str, options: Any, session: Any) -> Any:
    if loader == _TF1:
        from inspector.restoring.session_model import load_in_session

        return load_in_session(path, _session_tags(path, tags), session)
    import tensorflow

    if options is None:
        return tensorflow.saved_model.load(path, tags)
    return tensorflow.saved_model.load(path, tags, options)


def _session_tags(path: str, tags: Tags) -> list[str]:
    if tags is not None:
        return _listed(tags)
    from inspector.errors import InspectorError
    from inspector.model.saved_model import open_model

    try:
        model = open_model(path, verify=False)
    except (InspectorError, OSError):
        return list(_SERVE)
    return list(model.meta_graphs[0].tags if len(model.meta_graphs) == 1 else _SERVE)


def _listed(tags: str | Iterable[str]) -> list[str]:
    return [tags] if isinstance(tags, str) else list(tags)


# --- after a failure


def _in_other_ways(
    path: str,
    tags: Tags,
    fallback: Sequence[str],
    diagnosis: Diagnosis,
    error: Exception | None,
    loader: str,
    options: Any,
) -> Any:
    """What the first way that works loads. Raises the exception for the diagnosis where none does."""
    from inspector.restoring.kinds import UNSAFE

    attempts: list[Attempt] = []
    for way in fallback if diagnosis.kind != UNSAFE else ():
        from inspector.restoring.ways import LOADED, attempt

        loaded, made = attempt(
            way, path, diagnosis, lambda folder: _load(folder, tags, loader, options, None),
            lambda folder: _load(folder, tags, _TF1, None, None),
        )  # fmt: skip
        attempts.append(made)
        if made.outcome == LOADED:
            _tell(path, tuple(attempts), diagnosis)
            return loaded
    raise _as_exception(diagnosis, error, tuple(attempts)) from error


def _tell(path: str, attempts: tuple[Attempt, ...], diagnosis: Diagnosis) -> None:
    import warnings

    from inspector.restoring.ways import RestoredByFallback

    text = (
        f"{path} was loaded by the fallback {attempts[-1].way}: {attempts[-1].did}. It failed because {diagnosis.cause}"
    )
    warnings.warn(RestoredByFallback(text, attempts, diagnosis), stacklevel=4)


def _as_exception(diagnosis: Diagnosis, error: Exception | None, attempts: tuple[Attempt, ...]) -> RestoreError:
    from inspector.restoring.exceptions import restore_error

    return restore_error(diagnosis, error, attempts)


def _explained(error: Exception, path: str, tags: Tags, loader: str) -> Diagnosis:
    """Whatever happens while a failure is explained, TensorFlow's error is what is raised."""
    from inspector.restoring import diagnosis

    try:
        return diagnosis.of_failure(
            error, path, None if tags is None else _listed(tags), loader, _packages(), _device()
        )
    except Exception as own:
        return diagnosis.not_explained(own)


def _packages() -> tuple[str, ...]:
    """The companion packages that this process has imported."""
    from inspector.catalogue import companions

    return tuple(sorted(module for module in companions.registering_modules() if module in sys.modules))


def _device() -> str:
    """``gpu`` where TensorFlow, once imported, has one."""
    tensorflow = sys.modules.get("tensorflow")
    try:
        return "gpu" if tensorflow is not None and tensorflow.config.list_physical_devices("GPU") else "cpu"
    except Exception:  # a TensorFlow whose import failed half-way
        return "cpu"


# --- before TensorFlow is imported


def _refusal(path: str, tags: Tags, loader: str) -> Diagnosis | None:
    """Why a model is not to be loaded, by the static check alone; None where nothing speaks against it."""
    from inspector.restoring import diagnosis

    return diagnosis.foretold(path, None if tags is None else _listed(tags), loader, _packages())
