from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.objects import ObjectGraph
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule
from inspector.topology.inspection import Inspection

_MODEL = """
object 0 user_object _generic_user_object children=[items: 1]
object 1 user_object {kind} producer=1 min_consumer=1 children=[{name}: 2]
object 2 user_object _generic_user_object
"""
_LIST, _DICT, _SIGNATURES = "trackable_list_wrapper", "trackable_dict_wrapper", "signature_map"
_TUPLE = "trackable_tuple_wrapper"
_BY_KEY = (_LIST, _DICT, _SIGNATURES, _TUPLE)
# What Python keeps for itself in every object: setattr refuses another object there.
_PYTHONS = ("__class__", "__dict__", "__weakref__")


class ChildName(Rule):
    """A child has a name under which it cannot be set.

    What it checks: children of lists are named by their position; no child is called like what Python keeps for itself
    (``__class__``, ``__dict__``); the root is no dict.

    Why it matters: tf.saved_model.load sets children one by one and stops with "invalid literal for int() with base 10",
    "__class__ must be set to a class", or for a root that is a dict with "'dict' object has no attribute
    'graph_debug_info'". All other loaders ignore the object graph.

    How to fix: the file was edited: export again. A dict as root: put it into a tf.Module before saving.
    """

    code = "OB014"
    name = "child-name"
    otherwise = ADVICE_NOTE
    needs = ("object graph",)
    message = "{what}"
    fix = "export the model again, with the children as attributes of a tf.Module"
    good = (
        Example(_MODEL.format(kind=_LIST, name="0")),
        Example(_MODEL.format(kind=_DICT, name="__class__")),
        Example(_MODEL.format(kind=_TUPLE, name="first")),
    )
    bad = (
        Example(_MODEL.format(kind=_LIST, name="first"), expect=("items.first",)),
        Example(_MODEL.format(kind="_generic_user_object", name="__class__"), expect=("items.__class__",)),
        Example(f"object 0 user_object {_DICT} producer=1 min_consumer=1", expect=("root",)),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            objects = view.meta.objects
            if objects is None:
                continue
            if objects.revived(0) == _DICT:
                where = Location("", view.meta.index, field="object_graph_def.nodes[0]")
                yield Found(where, "root", {"what": "the root is a dict, which takes no attributes"})
            for node, name in _refused(objects):
                path = objects.path(node)
                place = name if path == "root" else f"{path}.{name}"
                kind = "a list takes whole numbers only" if objects.revived(node) == _LIST else "Python keeps that name"
                where = Location("", view.meta.index, field=f"object_graph_def.nodes[{node}].children")
                yield Found(where, place, {"what": f"`{path}` cannot have a child `{name}`: {kind}"})


def _refused(objects: ObjectGraph) -> Iterator[tuple[int, str]]:
    """(node, name of a child) that the setter of the node's class refuses (python/trackable/data_structures.py)."""
    for node, children in enumerate(objects.children):
        if not children:
            continue
        revived = objects.revived(node)
        if revived == _LIST:
            yield from ((node, name) for name, _ in children if not _is_index(name))
        elif revived not in _BY_KEY:
            yield from ((node, name) for name, _ in children if name in _PYTHONS)


def _is_index(name: str) -> bool:
    if name.isdigit():
        return True
    try:
        return int(name) >= 0
    except ValueError:
        return False
