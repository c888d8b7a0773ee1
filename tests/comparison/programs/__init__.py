"""Programs to export again and again: ``python -m tests.comparison.programs FOLDER SEED [shift]`` writes them all."""

from tests.comparison.programs import keras, modules, tf_keras, v1
from tests.comparison.programs.registry import PROGRAMS

__all__ = ["PROGRAMS", "keras", "modules", "tf_keras", "v1"]
