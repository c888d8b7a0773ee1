from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.objects import SIGNATURE_MAP, SIGNATURES
from inspector.rules.rule import ADVICE_WARNING, Example, Found, Rule
from inspector.rules.wording import listed
from inspector.topology.inspection import Inspection

_MODEL = """
object 0 user_object _generic_user_object children=[signatures: 1, w: 3]
object 1 user_object {kind} producer=1 min_consumer={consumer} children=[serving_default: {target}]
object 2 bare_concrete_function f
object 3 user_object _generic_user_object
concrete_function f bound_inputs=[] inputs=((), {{x: float32[2] as x}}) outputs={{y: float32[2]}}
function f (x: float32) -> (y: float32 = y:activations:0)
  y = Relu(x) {{T: float32}}
"""


class SignaturesUnusable(Rule):
    """The loaded object will have no signatures that can be called.

    What it checks: the child ``signatures`` of the root: that it is a signature map of a version that TensorFlow knows, and
    that its children are functions.

    Why it matters: tf.saved_model.load turns an object of a type or version that it does not know into a plain one, without
    a word. ``loaded.signatures["serving_default"]`` then fails with "'_UserObject' object is not subscriptable". All other
    loaders take their signatures from signature_def.

    How to fix: load with the TensorFlow that saved the model, or export again with signatures=.
    """

    code = "OB018"
    name = "signatures-unusable"
    otherwise = ADVICE_WARNING
    needs = ("object graph",)
    message = "{why}: {lost}"
    fix = "export the model again: tf.saved_model.save(obj, path, signatures=...)"
    good = (Example(_MODEL.format(kind=SIGNATURE_MAP, consumer=1, target=2)),)
    bad = (
        Example(_MODEL.format(kind=SIGNATURE_MAP, consumer=9, target=2), expect=("serving_default",)),
        Example(_MODEL.format(kind="_generic_user_object", consumer=1, target=2), expect=("serving_default",)),
        Example(_MODEL.format(kind=SIGNATURE_MAP, consumer=1, target=3), expect=("serving_default",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            holder = objects.child(0, SIGNATURES) if objects is not None else None
            if objects is None or holder is None:
                continue
            where = Location("", view.meta.index, field=f"object_graph_def.nodes[{holder}]")
            keys = list(objects.signature_children())
            if objects.revived(0):
                why, lost = "the root comes back as a collection, which has no `signatures`", keys
            elif objects.revived(holder) not in (SIGNATURE_MAP, "trackable_dict_wrapper"):
                why, lost = "`signatures` is no signature map that this TensorFlow knows", keys
            else:
                why = "these signatures are no functions"
                lost = [key for key, node in objects.signature_children().items() if not objects.functions_of(node)]
            for key in lost:
                yield Found(where, key, {"why": why, "lost": listed(lost), "keys": tuple(lost)})
