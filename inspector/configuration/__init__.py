"""Defaults and policy from a file: what it may say, where it is found, what of it holds for one model."""

from inspector.configuration.reading import read_configuration, read_configuration_file
from inspector.configuration.settings import Configuration, Settings, TargetDefaults

__all__ = ["Configuration", "Settings", "TargetDefaults", "read_configuration", "read_configuration_file"]
