"""How TensorFlow restores a model: one file a loader, its steps in the order of TensorFlow's source.

A rule says what is wrong; a loader says whether it minds. Read these files to learn what each loader looks at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from inspector.loaders.step import Loader

TENSORFLOW = ("tf2", "tf1", "serving")
KERAS = ("keras", "tfsm", "tf_keras")


class _Loaders(Mapping[str, Loader]):
    """Name → loader, each imported when it is asked for: those of Keras are rarely needed."""

    def __getitem__(self, name: str) -> Loader:
        if name not in (*TENSORFLOW, *KERAS):
            raise KeyError(name)
        loader: Loader = import_module(f"inspector.loaders.{name}").LOADER
        return loader

    def __iter__(self) -> Iterator[str]:
        return iter((*TENSORFLOW, *KERAS))

    def __len__(self) -> int:
        return len(TENSORFLOW) + len(KERAS)


LOADERS = _Loaders()
