from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.rules.wording import plural
from inspector.topology.inspection import Inspection

_TF_KERAS = (
    "pip install tf_keras (TF_USE_LEGACY_KERAS=1 also makes it tf.keras), or export again without the optimizer "
    "(include_optimizer=False, model.export)"
)
_OPTIMIZER = """
object 0 user_object _generic_user_object children=[optimizer: 1, w: 2]
object 1 user_object {identifier} children=[]{slots}
object 2 variable w float32[2]
object 3 variable m float32[2]
variable w/.ATTRIBUTES/VARIABLE_VALUE float32[2]
"""


class SlotVariables(Rule):
    """The object graph holds an optimizer with slot variables.

    What it checks: slot_variables (momentum and the like) of every object, and whether that object is an optimizer that
    tf_keras can bring back.

    Why it matters: tf.saved_model.load makes the optimizer's object by its identifier "optimizer", a type that only the
    legacy optimizers of Keras 2 register, and lets it make the slots. TensorFlow tries to import tf_keras for that. From
    2.16 on Keras is Keras 3, whose optimizers are another kind: where tf_keras is missing, the optimizer comes back as a
    plain object and the load stops with "'_UserObject' object has no attribute 'add_slot'". The same file loads as soon as
    tf_keras is installed. TensorFlow Serving and tf.compat.v1.saved_model.load ignore it.

    How to fix: ``pip install tf_keras`` beside TensorFlow; nothing else has to change. ``TF_USE_LEGACY_KERAS=1`` (set
    before TensorFlow is imported) or ``import tf_keras`` also brings back the model itself. Or export again without the
    optimizer (``model.save(path, include_optimizer=False)``, ``model.export(path)``).
    """

    code = "OB001"
    name = "slot-variables"
    otherwise = ADVICE_NOTE
    needs = ("slot variables",)
    message = "{path} holds {slots}, which only {needs} can bring back"
    fix = "{cure}"
    good = (Example(_OPTIMIZER.format(identifier="optimizer", slots="")),)
    bad = (
        Example(_OPTIMIZER.format(identifier="optimizer", slots=" slots=[m: 2 3]"), expect=("optimizer",)),
        Example(_OPTIMIZER.format(identifier="_generic_user_object", slots=" slots=[m: 2 3]"), expect=("optimizer",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            for node in objects.having("slot_variables"):
                saved = objects.nodes[node]
                path = objects.path(node)
                is_optimizer = objects.kinds[node] == "user_object" and saved.user_object.identifier == "optimizer"
                data = {
                    "path": f"object `{path}`",
                    "slots": plural(len(saved.slot_variables), "slot variable"),
                    "optimizer": is_optimizer,
                    "cure": _TF_KERAS if is_optimizer else "export the model again without this object",
                    "needs": "an optimizer of Keras 2 (tf_keras)" if is_optimizer else "the class that saved it",
                }
                where = Location("", view.meta.index, field=f"object_graph_def.nodes[{node}].slot_variables")
                yield Found(where, path, data)
