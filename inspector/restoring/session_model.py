"""What ``load(..., loader="tf1")`` returns: a model in a Session of its own, with signatures that can be called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class SessionSignature:
    """A signature in a Session: called with its inputs by name, it gives its outputs as a dict of arrays.

    ``inputs`` and ``outputs`` map names to TensorFlow's TensorInfo. A sparse input takes a SparseTensorValue.
    """

    def __init__(self, session: Any, definition: Any) -> None:
        self.inputs: Mapping[str, Any] = dict(definition.inputs)
        self.outputs: Mapping[str, Any] = dict(definition.outputs)
        self._session = session

    def __call__(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Runs the signature. A single input may be given without its name. Raises TypeError for other inputs."""
        from tensorflow.compat.v1.saved_model.utils import get_tensor_from_tensor_info

        if args and len(args) == len(self.inputs) == 1 and not kwargs:
            kwargs = dict(zip(self.inputs, args, strict=True))
        elif args:
            raise TypeError(f"a signature takes its inputs by name: {', '.join(self.inputs)}")
        if kwargs.keys() != self.inputs.keys():
            raise TypeError(f"the inputs are {', '.join(self.inputs)}; given are {', '.join(kwargs) or 'none'}")
        graph = self._session.graph
        feeds = {get_tensor_from_tensor_info(self.inputs[name], graph): value for name, value in kwargs.items()}
        fetches = {name: get_tensor_from_tensor_info(info, graph) for name, info in self.outputs.items()}
        found: dict[str, Any] = self._session.run(fetches, feeds)
        return found


class SessionModel:
    """A model in a Session of its own. ``close()``, or leaving a ``with`` block, frees it.

    ``session`` and ``graph`` are TensorFlow's, ``meta_graph_def`` is what ``tf.compat.v1.saved_model.load`` returned.
    """

    def __init__(self, session: Any, meta_graph_def: Any) -> None:
        self.session = session
        self.graph = session.graph
        self.meta_graph_def = meta_graph_def
        self.signatures: Mapping[str, SessionSignature] = {
            key: SessionSignature(session, definition)
            for key, definition in sorted(meta_graph_def.signature_def.items())
            if not key.startswith("__saved_model_")
        }

    def close(self) -> None:
        """Close the session."""
        self.session.close()

    def __enter__(self) -> SessionModel:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def load_in_session(path: str, tags: Any, session: Any = None) -> Any:
    """``tf.compat.v1.saved_model.load`` in a given session, or in a new one: then the result is a SessionModel."""
    import tensorflow as tf

    v1 = tf.compat.v1
    if session is not None:
        with session.graph.as_default():
            return v1.saved_model.load(session, tags, path)
    graph = tf.Graph()
    with graph.as_default():
        session = v1.Session(graph=graph)
        try:
            return SessionModel(session, v1.saved_model.load(session, tags, path))
        except BaseException:
            session.close()
            raise
