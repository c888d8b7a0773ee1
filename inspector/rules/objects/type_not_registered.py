from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.objects import ObjectGraph
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection
from inspector.topology.signs import REGISTERED_TYPE

_OWN = ("tf",)
# First part of a registered name → the module that registers it, and what to pip install.
_PACKAGES = {
    "tfp": ("tensorflow_probability", "tensorflow-probability"),
    "tf_agents": ("tf_agents", "tf-agents"),
    "text": ("tensorflow_text", "tensorflow-text"),
    "tf_text": ("tensorflow_text", "tensorflow-text"),
    "tfio": ("tensorflow_io", "tensorflow-io"),
    "tfgnn": ("tensorflow_gnn", "tensorflow-gnn"),
    "tensorflow_gnn": ("tensorflow_gnn", "tensorflow-gnn"),
    "tff": ("tensorflow_federated", "tensorflow-federated"),
    "tfrs": ("tensorflow_recommenders", "tensorflow-recommenders"),
}
_MODEL = """
object 0 user_object _generic_user_object children=[f: 1]
object 1 function concrete=[__inference_f_1]
concrete_function __inference_f_1 bound_inputs=[]{outputs}
function __inference_f_1 (x: float32) -> (y: float32 = y:activations:0)
  y = Relu(x) {{T: float32}}
"""


class TypeNotRegistered(Rule):
    """A function takes or returns a type that another package must register.

    What it checks: the structured arguments and results of all functions of the object graph for TypeSpecs that are
    looked up by name, other than TensorFlow's own.

    Why it matters: tf.saved_model.load stops with "The type 'tfp.distributions.Deterministic_ACTTypeSpec' has not been
    registered. It must be registered before you load this object (typically by importing its module)." TensorFlow
    Serving and tf.compat.v1.saved_model.load ignore it.

    How to fix: import the package before the load, in the version that saved the model; or call the model through
    signatures that take and return plain tensors, and export without that function.
    """

    code = "OB003"
    name = "type-not-registered"
    otherwise = ADVICE_NOTE
    needs = ("registered type",)
    message = "the type {type} must be registered by importing {import} before the load"
    fix = "pip install {package}, then: import {import}  # before tf.saved_model.load"
    good = (
        Example(_MODEL.format(outputs="")),
        Example(_MODEL.format(outputs=" outputs=spec 12 tf.StructuredTensor.Spec 1 (none)")),
    )
    bad = (
        Example(
            _MODEL.format(outputs=" outputs=spec 12 tfp.Some_ACTTypeSpec 1 (none)"), expect=("tfp.Some_ACTTypeSpec",)
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            for name in dict.fromkeys(_types(objects)):
                first = name.partition(".")[0]
                if first in _OWN:
                    continue
                module, package = _PACKAGES.get(first, (first, first))
                where = Location("", view.meta.index, field="object_graph_def")
                yield Found(where, name, {"type": name, "import": module, "package": package})


def _types(objects: ObjectGraph) -> Iterator[str]:
    """The names of registered TypeSpecs, in file order."""
    for raw in objects.structured():
        if any(mark in raw for mark in REGISTERED_TYPE):  # a cheap look at the bytes, before values are decoded
            yield from objects.structure(raw).registered
