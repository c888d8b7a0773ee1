"""How TensorFlow restores a model: one file a loader, its steps in the order of TensorFlow's source.

A rule says what is wrong; a loader says whether it minds. Begin with ``serving``, the shortest way from a folder to an
answer, then ``tf1`` and ``tf2``; ``step`` says what a step is, and ``inspector.rehearsal`` walks over them. What several
loaders do alike is told once, by what is done:

    session       choose a MetaGraph, reach what a signature runs
    parts         read the graph file, assets, collections; run the init op
    nodes         import a graph and its functions
    objects       make the Python objects of a V2 model
    checkpoint    restore the variables, by the object graph or by the restore op
    placement     place a graph on devices; lowering: what becomes a part of it before
    calls         instantiate functions, run nodes
    releases      what only some releases refuse

The loaders of Keras (``keras``, ``tfsm``, ``tf_keras``) call those of TensorFlow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module

from inspector.findings import KERAS, TENSORFLOW
from inspector.loaders.step import Loader


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
