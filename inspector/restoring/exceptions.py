"""The exceptions of a load that failed, and how each is joined with the class that TensorFlow raised.

An error that ``inspector.load`` raises is an instance of one of these classes and of the class that TensorFlow raised, so
``except inspector.MissingDependency`` and ``except tf.errors.NotFoundError``, ``except OSError``, ``except ValueError``
all catch it. TensorFlow's own error is its ``__cause__``.
"""

from __future__ import annotations

import inspect
import pickle
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from inspector.errors import InspectorError
from inspector.findings import Finding, Verdict

if TYPE_CHECKING:
    from inspector.restoring.diagnosis import Diagnosis
    from inspector.restoring.ways import Attempt

_PLAIN = (Exception, BaseException, object)
_OURS = ("diagnosis", "attempts", "tensorflow_said")


class RestoreError(InspectorError):
    """A model could not be restored. The root of the tree; ``raise`` is always one of the classes below it.

    ``diagnosis`` is everything that is known; ``cause`` and ``fix`` are its words, ``findings`` and ``verdict`` what the
    static check says of the model. ``attempts`` are the other ways that were tried (``fallback=``). ``tensorflow_said``
    is the text of TensorFlow's own error, empty where TensorFlow was not asked (``first="check"``).
    """

    def __init__(self, diagnosis: Diagnosis, attempts: tuple[Attempt, ...] = ()) -> None:
        super().__init__(diagnosis.cause)
        self._settle(diagnosis, attempts, "")

    def _settle(self, diagnosis: Diagnosis, attempts: tuple[Attempt, ...], said: str) -> None:
        self.diagnosis = diagnosis
        self.attempts = attempts
        self.tensorflow_said = said

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The findings of the static check that explain the failure, the first cause first."""
        return self.diagnosis.findings

    @property
    def verdict(self) -> Verdict | None:
        """What the static check foretells of this load here; None where the model could not be judged."""
        return self.diagnosis.verdict

    @property
    def cause(self) -> str:
        """Why the load failed, in one sentence."""
        return self.diagnosis.cause

    @property
    def fix(self) -> str:
        """What to do."""
        return self.diagnosis.fix

    @property
    def certainty(self) -> str:
        """``sure``, ``likely``, ``possible`` or ``unknown``."""
        return self.diagnosis.certainty

    def __str__(self) -> str:
        """The cause and the fix, then what TensorFlow said, to the letter."""
        lines = [self.cause]
        if self.fix:
            lines.append(f"  fix: {self.fix}")
        lines += [f"  {attempt}" for attempt in self.attempts]
        if self.tensorflow_said:
            lines.append(f"TensorFlow said: {self.tensorflow_said}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.cause!r})"

    def __reduce__(self) -> tuple[Any, ...]:
        """By the names of the two classes: the joined one exists nowhere but here.

        What cannot be pickled of TensorFlow's error (the op of a graph) is left out. Without TensorFlow the error comes
        back with what the other process has of its classes: at least as our own class.
        """
        theirs = [(base.__module__, base.__qualname__) for base in type(self).__mro__ if _is_theirs(base)]
        carried = {"args": self.args, "cause": self.__cause__}
        state = {key: value for key, value in vars(self).items() if key not in _OURS}
        ours = (self.diagnosis, self.attempts, self.tensorflow_said)
        return _revived, (
            type(self).__name__,
            theirs,
            _packed(carried),
            _packed(state),
            _packed(dict(_native(self))),
            ours,
        )


class VersionMismatch(RestoreError):
    """The model was made for another TensorFlow or Keras than the one that loads it."""


class MissingDependency(RestoreError):
    """Something that is not in the file is missing: ops, types, classes, savers, Python functions, or TensorFlow itself."""

    @property
    def packages(self) -> tuple[str, ...]:
        """What pip has to install: ``tensorflow-text==2.15.*``; empty where nobody is known to own what is missing."""
        return self.diagnosis.packages

    @property
    def imports(self) -> tuple[str, ...]:
        """The import statements that have to run before the load: ``import tensorflow_text``."""
        return self.diagnosis.imports


class SignatureMismatch(RestoreError):
    """What is asked for is not what the model offers: a signature, tags, or a call of a restored function."""


class HardwareMismatch(RestoreError):
    """A device that is not there, or an op, dtype or layout that the device has no kernel for."""


class DTypeMismatch(RestoreError):
    """A tensor has another dtype than is wanted of it: in the graph, or as it is fed."""


class ShapeMismatch(RestoreError):
    """A tensor has another shape than is wanted of it: in the graph, or as it is fed."""


class CheckpointDamaged(RestoreError):
    """The files below variables/ are there and are not what was written: truncated, overwritten, mixed up."""


class CheckpointMismatch(RestoreError):
    """The checkpoint is sound and does not belong to this graph: other names, dtypes or shapes of variables."""


class ModelFilesMissing(RestoreError):
    """Files of the model are missing: the index or a shard of the checkpoint, an asset."""


class NotASavedModel(RestoreError):
    """The path is not what the loader takes: another folder, another format, a pointer or a page in the place of the file."""


class GraphDamaged(RestoreError):
    """The graph, its functions or its object graph contradict themselves, or a file that holds them does not parse."""


class UnsafeModel(RestoreError):
    """Loading or calling the model touches the machine, and ``first="check"`` asked not to."""


class UnknownRestoreError(RestoreError):
    """Nothing is known of this failure. ``diagnosis.report`` is a bug report that is ready to be sent."""


KINDS: Mapping[str, type[RestoreError]] = {
    kind.__name__: kind
    for kind in (
        VersionMismatch, MissingDependency, SignatureMismatch, HardwareMismatch, DTypeMismatch, ShapeMismatch,
        CheckpointDamaged, CheckpointMismatch, ModelFilesMissing, NotASavedModel, GraphDamaged, UnsafeModel,
        UnknownRestoreError,
    )
}  # fmt: skip
for _class in (RestoreError, *KINDS.values()):
    _class.__module__ = "inspector"  # where users import them from, and what a traceback shows


def restore_error(
    diagnosis: Diagnosis, original: BaseException | None = None, attempts: tuple[Attempt, ...] = ()
) -> RestoreError:
    """The exception for a diagnosis: our class alone, or joined with that of an ``original``, which is its cause."""
    ours = KINDS[diagnosis.kind]
    if original is None:
        return ours(diagnosis, attempts)
    error = _made(ours, type(original), original.args, vars(original), dict(_native(original)))
    error._settle(diagnosis, attempts, _said(original))
    error.__cause__ = original
    return error


def _said(original: BaseException) -> str:
    text = str(original)
    return f"{type(original).__name__}: {text}" if text else type(original).__name__


_classes: dict[tuple[type[RestoreError], type[BaseException]], type[RestoreError]] = {}


def _joined(ours: type[RestoreError], theirs: type[BaseException]) -> type[RestoreError]:
    """The one class that is both; where the two cannot be one, the nearest base of theirs that can."""
    if (ours, theirs) not in _classes:
        _classes[ours, theirs] = _join(ours, theirs)
    return _classes[ours, theirs]


def _join(ours: type[RestoreError], theirs: type[BaseException]) -> type[RestoreError]:
    for base in theirs.__mro__:
        if base in _PLAIN or issubclass(ours, base):
            break
        names = {"__module__": ours.__module__, "__qualname__": ours.__qualname__, "__doc__": ours.__doc__}
        try:
            made: type[RestoreError] = type(ours.__name__, (ours, base), names)
        except Exception:  # a metaclass or a hook of theirs refuses: nothing that a load may fail for
            continue
        return made
    return ours


def _made(
    ours: type[RestoreError],
    theirs: type[BaseException],
    arguments: tuple[Any, ...],
    state: Mapping[str, Any],
    native: Mapping[str, Any],
) -> RestoreError:
    """An instance of the joined class in the state of another exception, whatever its constructor asks for."""
    made = _joined(ours, theirs)
    error: RestoreError
    try:
        error = made.__new__(made, *arguments)
    except Exception:  # it wants other arguments, or is one of Python's that only makes its own
        error = Exception.__new__(made)
    error.args = arguments
    vars(error).update(state)
    for name, value in native.items():
        try:
            setattr(error, name, value)
        except (AttributeError, TypeError):  # of a base that could not be joined
            continue
    return error


def _native(error: BaseException) -> Iterator[tuple[str, Any]]:
    """What Python's own classes keep beside ``__dict__``: errno and filename of an OSError, name of an ImportError."""
    for base in type(error).__mro__:
        if base.__module__ != "builtins" or base in _PLAIN:
            continue
        for name, member in vars(base).items():
            if inspect.ismemberdescriptor(member) or inspect.isgetsetdescriptor(member):
                value = getattr(error, name, None)
                if value is not None and not name.startswith("__"):
                    yield name, value


def _is_theirs(base: type) -> bool:
    return base not in _PLAIN and not issubclass(base, InspectorError) and issubclass(base, BaseException)


def _packed(values: Mapping[str, Any]) -> dict[str, bytes]:
    """Values of others, each by itself: one that cannot be made again elsewhere does not take the others with it."""
    packed = {}
    for key, value in values.items():
        try:
            raw = pickle.dumps(value)
            pickle.loads(raw)
        except Exception:  # whatever an object of somebody else's raises
            continue
        packed[key] = raw
    return packed


def _unpacked(packed: Mapping[str, bytes]) -> dict[str, Any]:
    values = {}
    for key, raw in packed.items():
        try:
            values[key] = pickle.loads(raw)
        except Exception:  # its module is not there
            continue
    return values


def _revived(
    name: str,
    theirs: list[tuple[str, str]],
    carried: Mapping[str, bytes],
    state: Mapping[str, bytes],
    native: Mapping[str, bytes],
    ours: tuple[Diagnosis, tuple[Attempt, ...], str],
) -> RestoreError:
    """What ``__reduce__`` named."""
    known = _unpacked(carried)
    error = _made(KINDS[name], _first_there(theirs), known.get("args", ()), _unpacked(state), _unpacked(native))
    error._settle(*ours)
    error.__cause__ = known.get("cause")
    return error


def _first_there(names: list[tuple[str, str]]) -> type[BaseException]:
    """The first of some classes that this process has."""
    for module, qualified in names:
        try:
            found: Any = import_module(module)
            for part in qualified.split("."):
                found = getattr(found, part)
        except (ImportError, AttributeError):
            continue
        if isinstance(found, type) and issubclass(found, BaseException):
            return found
    return Exception
