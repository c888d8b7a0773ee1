"""Kinds of damage, one module a family. Importing this package registers them all."""

import importlib
import pkgutil

from tests.differential.damage.kind import KINDS, Kind, applied

__all__ = ["KINDS", "Kind", "applied"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
