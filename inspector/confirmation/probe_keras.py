"""The child's loaders of Keras: ``keras`` (Keras 3), ``tfsm`` (keras.layers.TFSMLayer) and ``tf_keras`` (Keras 2).

Loaded by ``probe.py``, which hands itself over, when one of them is asked for; nothing else imports it. In the syntax of
Python 3.6, as probe.py is.
"""

import importlib
import importlib.util
import os
from typing import Any

# Callables of a restored Keras 2 model that are no call endpoints: they serve Keras itself.
INTERNAL = ("call_and_return_all_conditional_losses", "call_and_return_conditional_losses")


def define(probe: Any) -> "dict[str, Any]":
    """Name -> class, each with the methods of probe.py's loaders."""

    class Keras(probe.Tf2):
        """keras.models.load_model. Up to TensorFlow 2.15, ``keras`` is Keras 2."""

        def __init__(self, env: "dict[str, str]") -> None:
            os.environ.setdefault("KERAS_BACKEND", "tensorflow")
            probe.Tf2.__init__(self, env)
            self.keras = self.find()
            self.companion = self.keras.__name__.partition(".")[0] + " " + str(self.keras.__version__)

        def find(self) -> Any:
            if importlib.util.find_spec("keras") is None:
                return self.tf.keras  # a part of TensorFlow up to 2.5
            return importlib.import_module("keras")

        def load(self, path: str, tags: Any) -> "dict[str, dict[str, list[Any]]]":
            probe.configure_eager(self.tf, self.env)
            self.loaded = self.keras.models.load_model(path)
            if isinstance(self.loaded, self.keras.Model):
                self.functions = {}
                return {"__call__": self.model_inputs()}
            self.functions = probe.signatures_of(self.loaded)
            return {key: self.inputs_of(function) for key, function in self.functions.items()}

        def model_inputs(self) -> "dict[str, list[Any]]":
            """What the model takes, by Keras's own record of its call."""
            spec = getattr(self.loaded, "save_spec", lambda dynamic_batch: None)(dynamic_batch=True)
            args, _ = spec if spec is not None else ((), {})
            self.spec = args[0] if args else None
            return self.named_leaves(self.spec)

        def named_leaves(self, spec: Any) -> "dict[str, list[Any]]":
            """Leaves of each TensorSpec in a structure, by its name or its place."""
            self.parts = []  # type: list[tuple[str, Any]]
            for place, one in enumerate(self.tf.nest.flatten(spec)):
                name = getattr(one, "name", None) or str(place)
                taken = [known for known, _ in self.parts]
                self.parts.append((name if name not in taken else f"{name}_{place}", one))
            tensors = [(name, one) for name, one in self.parts if isinstance(one, self.tf.TypeSpec)]
            return {name: self.leaves_of(name, one) for name, one in tensors}

        def packed(self, spec: Any, inputs: Any, values: Any) -> Any:
            """Values in a structure; what is no TypeSpec in it stays."""
            flat = [
                self.value_of(one, inputs[name], values[name]) if name in inputs else one for name, one in self.parts
            ]
            return self.tf.nest.pack_sequence_as(spec, flat)

        def call(self, key: str, inputs: Any, values: Any) -> None:
            if self.functions:
                probe.Tf2.call(self, key, inputs, values)
            elif self.spec is None:
                raise probe.CannotInvent("the model does not say what it takes")
            else:
                self.took(self.loaded(self.packed(self.spec, inputs, values)))

    class TfKeras(Keras):
        """tf_keras.models.load_model; the Keras of TensorFlow itself up to 2.15."""

        def find(self) -> Any:
            if importlib.util.find_spec("tf_keras") is not None:
                return importlib.import_module("tf_keras")
            keras = Keras.find(self)
            if not str(keras.__version__).startswith("2."):
                raise probe.NoTensorFlow("tf_keras is not installed")
            return keras

    class Tfsm(Keras):
        """keras.layers.TFSMLayer with each call endpoint in turn: each is a load of its own, and a call."""

        def load(self, path: str, tags: Any) -> "dict[str, dict[str, list[Any]]]":
            probe.configure_eager(self.tf, self.env)
            layer = getattr(self.keras.layers, "TFSMLayer", None)
            if layer is None:
                raise probe.NoTensorFlow(f"there is no keras.layers.TFSMLayer in {self.companion}")
            self.layer, self.path = layer, path
            loaded = self.load_v2(path)
            self.functions = probe.signatures_of(loaded)
            for name, value in sorted(vars(loaded).items()):
                public = name == "__call__" or not (name.startswith("_") or name in INTERNAL)
                if public and getattr(value, "concrete_functions", None):
                    self.functions[name] = value
            if not self.functions:
                layer(path)  # says what is wrong
            return {key: self.named_leaves(self.first_of(function)) for key, function in self.functions.items()}

        def first_of(self, function: Any) -> Any:
            """The structure of a function's first argument, or of its keyword arguments together; None for none."""
            some = getattr(function, "concrete_functions", None) or [function]
            structured = some[0].structured_input_signature
            if structured is None:
                return self.specs_of(some[0])
            args, kwargs = structured
            if args:
                return args[0]
            return next(iter(kwargs.values())) if len(kwargs) == 1 else dict(kwargs) or None

        def call(self, key: str, inputs: Any, values: Any) -> None:
            spec = self.first_of(self.functions[key])
            self.named_leaves(spec)
            layer = self.layer(self.path, call_endpoint=key)
            self.took(layer(*([] if spec is None else [self.packed(spec, inputs, values)])))

    return {"keras": Keras, "tfsm": Tfsm, "tf_keras": TfKeras}
