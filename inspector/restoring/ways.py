"""Other ways to load a model that failed to load, each tried only when it was asked for."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from inspector.errors import InspectorError, UsageError
from inspector.named_tuple import NamedTuple
from inspector.restoring.diagnosis import Diagnosis
from inspector.restoring.scratch import NothingToChange, changed_copy, clear_devices, remove_slots

LOADED, FAILED, NOT_POSSIBLE = "loaded", "failed", "not possible"
Load = Callable[[str], Any]


class Attempt(NamedTuple):
    """One way that was tried: ``outcome`` is loaded, failed or not possible; ``did`` says what was done, or why not."""

    way: str
    outcome: str
    did: str

    def __str__(self) -> str:
        return f"fallback {self.way}: {self.outcome}: {self.did}"


class RestoredByFallback(UserWarning):
    """A model was loaded in another way than asked for. ``attempts`` are the ways that were tried, the last one did it."""

    def __init__(self, message: str, attempts: tuple[Attempt, ...], diagnosis: Diagnosis) -> None:
        super().__init__(message)
        self.attempts = attempts
        self.diagnosis = diagnosis


class CannotTry(Exception):
    """Why a way cannot be tried with this model."""


def import_packages(path: str, diagnosis: Diagnosis, load: Load, in_session: Load) -> tuple[Any, str]:
    """Import the packages that register what is missing, then load as before."""
    if not diagnosis.imports:
        raise CannotTry("no package is known to own what is missing")
    absent = [wanted for wanted, statement in zip(diagnosis.packages, diagnosis.imports, strict=False)
              if not all(map(_installed, _modules(statement)))]  # fmt: skip
    if absent:
        raise CannotTry(f"not installed: pip install {' '.join(absent)}")
    for statement in diagnosis.imports:
        for module in _modules(statement):
            import_module(module)
    return load(path), f"{'; '.join(diagnosis.imports)}"


def tf1(path: str, diagnosis: Diagnosis, load: Load, in_session: Load) -> tuple[Any, str]:
    """Load it by tf.compat.v1.saved_model.load in a Session: that reads the main graph, not the object graph."""
    return in_session(path), "loaded by tf.compat.v1.saved_model.load: a SessionModel, whose signatures give arrays"


def without_devices(path: str, diagnosis: Diagnosis, load: Load, in_session: Load) -> tuple[Any, str]:
    """Load a copy of the graph without the devices of its nodes."""
    with changed_copy(path, clear_devices) as (copy, count):
        return load(copy), f"{count} device pins were left out of a copy of the graph"


def without_slots(path: str, diagnosis: Diagnosis, load: Load, in_session: Load) -> tuple[Any, str]:
    """Load a copy of the object graph without the slot variables of optimizers."""
    with changed_copy(path, remove_slots) as (copy, count):
        return load(
            copy
        ), f"{count} slot variables were left out of a copy of the object graph: it cannot be trained on"


WAYS: Mapping[str, Callable[[str, Diagnosis, Load, Load], tuple[Any, str]]] = {
    "import_packages": import_packages,
    "tf1": tf1,
    "clear_devices": without_devices,
    "without_slots": without_slots,
}


def checked(fallback: Iterable[str]) -> tuple[str, ...]:
    """The names of ways, as given. Raises UsageError for one that there is not."""
    given = (fallback,) if isinstance(fallback, str) else tuple(fallback)
    for name in given:
        if name not in WAYS:
            raise UsageError(f"unknown fallback {name!r}; there are {', '.join(WAYS)}")
    return given


def attempt(way: str, path: str, diagnosis: Diagnosis, load: Load, in_session: Load) -> tuple[Any, Attempt]:
    """Tries one way; what it loaded is None unless the attempt's outcome is LOADED."""
    try:
        loaded, did = WAYS[way](path, diagnosis, load, in_session)
    except (CannotTry, InspectorError) as error:
        return None, Attempt(way, NOT_POSSIBLE, str(error))
    except NothingToChange:
        return None, Attempt(way, NOT_POSSIBLE, "the model has nothing of that")
    except Exception as error:
        first = next(iter(str(error).splitlines()), "")
        return None, Attempt(way, FAILED, f"{type(error).__name__}: {first}")
    return loaded, Attempt(way, LOADED, did)


def _modules(statement: str) -> list[str]:
    """The modules that an import statement of the catalogue names; empty for words that are none."""
    try:
        tree = ast.parse(statement)
    except SyntaxError:
        return []
    found = []
    for node in tree.body:
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
    return found


def _installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except (ImportError, ValueError):
        return False
