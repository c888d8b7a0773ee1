from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_X = """
x = Placeholder() {dtype: float32}
at = Placeholder() {dtype: int64}
size = Placeholder() {dtype: int64}
y = Identity(x) {T: float32}
"""
_SIGNATURE = "signature serving_default (x: float32[?,4] = {}) -> (y: float32[?] = y:0)\n"
_FUNCTION = (
    "object {} bare_concrete_function f children=[]\nconcrete_function f bound_inputs=[]\n"
    "function f (a: float32) -> (r = a)\n"
)


class FeatureRefused(Rule):
    """The model uses a feature of SavedModels that the target's Python loader refuses.

    What it checks: in the object graph: tensors and numpy arrays as default arguments of a tf.function (before 2.13 and
    2.14); arguments and results that are Iterators or tf.Variables (before 2.1; with an alias_id before 2.11),
    BoundedTensorSpecs and RowPartitions (2.3), ragged with a flat_values_spec (2.4), ExtensionTypes and registered
    TypeSpecs (2.6), StructuredTensors (others before 2.10 than from then on), ndarrays of tf.experimental.numpy (all but
    2.4); captured tensors of other functions (before 2.6); tables whose save function has no input_signature (2.11 and
    2.12); objects with a registered checkpoint saver (2.8 to 2.15); a concrete function as the saved object itself
    (before 2.8). Without an object graph: sparse and ragged inputs of signatures (before 2.1).

    Why it matters: tf.saved_model.load stops with the error that the finding quotes. Export and load of each feature were
    tried with the releases on both sides of its border. TensorFlow Serving and tf.compat.v1.saved_model.load read none of
    it.

    How to fix: load it with a release that has the feature, or export it as the finding says.
    """

    code = "VR005"
    name = "feature-refused"
    otherwise = ADVICE_NOTE
    needs = ("features",)
    message = "{feature} at `{place}`, which tf.saved_model.load refuses in TensorFlow {refusing}: {error}"
    fix = "load it with TensorFlow {taking}, or {cure}"
    good = (
        Example(f"{_X}{_SIGNATURE.format('x:0')}", target="2.0.4"),
        Example(f"{_X}{_SIGNATURE.format('sparse(x:0, at:0, size:0)')}", target="2.1.4"),
        Example(f"object 0 user_object _generic_user_object children=[f: 1]\n{_FUNCTION.format(1)}", target="2.7.4"),
    )
    bad = (
        Example(f"{_X}{_SIGNATURE.format('sparse(x:0, at:0, size:0)')}", expect=("serving_default x",), target="2.0.4"),
        Example(_FUNCTION.format(0), expect=("object 0",), target="2.7.4"),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for feature, place in view.features(it.model.bundle):
                if feature.is_refused_by(it.release.minor):
                    data = {
                        "feature": feature.name,
                        "place": place,
                        "refusing": feature.refusing,
                        "error": feature.error,
                        "taking": feature.taking,
                        "cure": feature.cure,
                    }
                    yield Found(Location("", view.meta.index, field="object_graph_def"), place, data)
