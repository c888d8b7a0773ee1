"""What a configuration file says, as plain values, and what of it holds for one model."""

from __future__ import annotations

import os
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Any

from inspector.named_tuple import NamedTuple
from inspector.policy import Demands, Policy, Selectors


class TargetDefaults(NamedTuple):
    """One entry of ``targets``, as written: releases, devices, packages, conditions, host (empty: the default)."""

    tensorflow: tuple[str, ...] = ()
    device: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()
    env: tuple[str, ...] = ()
    host: str = ""


class Settings(NamedTuple):
    """What holds for a model. None and empty tuples: not said. Paths are relative to the current folder."""

    targets: tuple[TargetDefaults, ...] | None = None
    loaders: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    fail_on: str | None = None
    lock: str | None = None
    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    severity: Mapping[str, str] = {}
    demands: Mapping[str, Any] = {}

    @property
    def policy(self) -> Policy:
        """The part that says which rules count and what is asked of the model, as one layer."""
        selectors = Selectors(self.select, self.extend_select, self.ignore)
        return Policy((selectors,), (self.severity,), Demands(**self.demands))


class Configuration(NamedTuple):
    """A file; ``file`` is empty where there is none. ``per_model`` are patterns with what they change, in file order.

    ``op_lists``, ``op_libraries`` and ``baseline`` hold for the whole run.
    """

    file: str = ""
    everywhere: Settings = Settings()
    per_model: tuple[tuple[str, Settings], ...] = ()
    op_lists: tuple[str, ...] = ()
    op_libraries: tuple[str, ...] = ()
    baseline: str | None = None

    def settings_for(self, path: str) -> Settings:
        """What holds for the model at ``path``: what is said everywhere, changed by each pattern that fits, in order.

        Lists of ``ignore`` and ``extend-select`` and tables add up; anything else is replaced.
        """
        found = self.everywhere
        for pattern, changes in self.per_model:
            if fits(pattern, path, os.path.dirname(self.file)):
                found = _changed(found, changes)
        return found


def fits(pattern: str, path: str, folder: str) -> bool:
    """Whether a pattern, relative to ``folder``, fits a path or a folder above it. As in fnmatch, ``*`` crosses folders."""
    whole = os.path.relpath(path, folder or os.curdir).replace(os.sep, "/")
    parts = whole.split("/")
    return any(fnmatchcase("/".join(parts[: end + 1]), pattern.rstrip("/")) for end in range(len(parts)))


def _changed(before: Settings, changes: Settings) -> Settings:
    replaced = {
        name: getattr(changes, name)
        for name in ("targets", "loaders", "tags", "fail_on", "lock")
        if getattr(changes, name) is not None
    }
    return before._replace(
        **replaced,
        select=before.select if changes.select is None else changes.select,
        extend_select=(*(before.extend_select if changes.select is None else ()), *changes.extend_select),
        ignore=(*(before.ignore if changes.select is None else ()), *changes.ignore),
        severity={**before.severity, **changes.severity},
        demands={**before.demands, **changes.demands},
    )
