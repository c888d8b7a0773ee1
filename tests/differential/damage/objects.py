"""The object graph: ids, kinds, captures, function specs, variables, slots."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.differential.damage.kind import damage
from tests.differential.places import Place, place
from tests.differential.workbench import Copy


def node_of(copy: Copy, kind: str, test: Callable[[Any], object] = lambda saved: True) -> int:
    """The number of an object of this kind."""
    nodes = copy.objects.nodes
    return copy.pick(range(len(nodes)), lambda i: nodes[i].WhichOneof("kind") == kind and test(nodes[i]))


def path_of(copy: Copy, number: int) -> str:
    """How the root reaches an object, by the shortest way."""
    nodes = copy.objects.nodes
    paths = {0: ""}
    waiting = [0]
    while waiting:
        here = waiting.pop(0)
        for child in nodes[here].children:
            if 0 <= child.node_id < len(nodes) and child.node_id not in paths:
                paths[child.node_id] = f"{paths[here]}.{child.local_name}".lstrip(".")
                waiting.append(child.node_id)
    return paths.get(number, "")


def at(copy: Copy, number: int, *more: str) -> Place:
    path = path_of(copy, number)
    last = path.rpartition(".")[2]
    key = path.replace(".", "/")
    names = [f"nodes[{number}]", f"object {number}", f"node {number}", path, key, f"{key}/.ATTRIBUTES/VARIABLE_VALUE"]
    return place(*names, *([] if last.isdigit() else [last]), *(["root"] if not number else []), *more)


def parent(copy: Copy, test: Callable[[Any], object] = lambda child: True) -> tuple[int, Any]:
    """The number of an object with a child that passes the test, and the reference."""
    nodes = copy.objects.nodes
    references = [(i, child) for i, saved in enumerate(nodes) for child in saved.children if test(child)]
    return copy.pick(references)


def concrete(copy: Copy, test: Callable[[Any], object] = lambda function: True) -> tuple[str, Any]:
    functions = copy.objects.concrete_functions
    name = copy.pick(sorted(functions), lambda name: test(functions[name]))
    return name, functions[name]


# ids and children


@damage()
def child_id_out_of_range(copy: Copy) -> Place:
    number, child = parent(copy)
    child.node_id = 9999
    return at(copy, number, child.local_name, "9999")


@damage(3)
def child_id_negative(copy: Copy) -> Place:
    number, child = parent(copy)
    child.node_id = -1
    return at(copy, number, child.local_name)


@damage(2)
def child_id_very_negative(copy: Copy) -> Place:
    number, child = parent(copy)
    child.node_id = -9999
    return at(copy, number, child.local_name, "-9999")


@damage(3)
def child_cycle(copy: Copy) -> Place:
    number = copy.pick(range(1, len(copy.objects.nodes)))
    copy.objects.nodes[number].children.add(node_id=0, local_name="up")
    return at(copy, number, "up")


@damage(3)
def child_of_itself(copy: Copy) -> Place:
    copy.objects.nodes[0].children.add(node_id=0, local_name="me")
    return at(copy, 0, "me")


@damage(2)
def child_named_class(copy: Copy) -> Place:
    number, child = parent(copy, lambda child: child.local_name != "signatures")
    child.local_name = "__class__"
    return at(copy, number, "__class__")


@damage(3)
def child_name_empty(copy: Copy) -> Place:
    number, child = parent(copy, lambda child: child.local_name != "signatures")
    found = at(copy, child.node_id, child.local_name)
    child.local_name = ""
    return place(*at(copy, number).names, *found.names)


@damage(2)
def child_twice(copy: Copy) -> Place:
    number, child = parent(copy)
    copy.objects.nodes[number].children.add().CopyFrom(child)
    return at(copy, number, child.local_name)


@damage(2)
def child_on_variable(copy: Copy) -> Place:
    number = node_of(copy, "variable")
    copy.objects.nodes[number].children.add(node_id=0, local_name="owner")
    return at(copy, number, "owner")


@damage(3)
def child_variable_renamed(copy: Copy) -> Place:
    nodes = copy.objects.nodes

    def is_variable(child: Any) -> bool:
        return child.node_id < len(nodes) and nodes[child.node_id].WhichOneof("kind") == "variable"

    number, child = parent(copy, is_variable)
    old, child.local_name = child.local_name, "renamed"
    return at(copy, number, old, "renamed")


@damage(3)
def signatures_removed(copy: Copy) -> Place:
    children = copy.objects.nodes[0].children
    children.remove(copy.pick(children, lambda child: child.local_name == "signatures"))
    return at(copy, 0, "signatures")


@damage(3)
def nodes_emptied(copy: Copy) -> Place:
    del copy.objects.nodes[:]
    return place("object_graph_def", "nodes", "root")


@damage(3)
def node_last_removed(copy: Copy) -> Place:
    nodes = copy.objects.nodes
    last = len(nodes) - 1
    found = at(copy, last, str(last))
    referrers = [i for i, saved in enumerate(nodes) if any(child.node_id == last for child in saved.children)]
    del nodes[-1]
    more = [name for number in referrers for name in at(copy, number).names]
    return place(*found.names, *more, "object_graph_def")


@damage(3)
def kind_unset(copy: Copy) -> Place:
    number = copy.pick(range(1, len(copy.objects.nodes)))
    saved = copy.objects.nodes[number]
    saved.ClearField(saved.WhichOneof("kind") or "user_object")
    return at(copy, number)


@damage(3)
def node_is_user_object(copy: Copy) -> Place:
    number = node_of(copy, "function")
    copy.objects.nodes[number].user_object.identifier = "_generic_user_object"
    return at(copy, number)


@damage(3)
def variable_is_user_object(copy: Copy) -> Place:
    number = node_of(copy, "variable")
    copy.objects.nodes[number].user_object.identifier = "_generic_user_object"
    return at(copy, number)


@damage(3)
def dependency_out_of_range(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)))
    copy.objects.nodes[number].dependencies.add(node_id=9999, local_name="dep")
    return at(copy, number, "dep", "9999")


@damage(2)
def dependency_cycle(copy: Copy) -> Place:
    number = copy.pick(range(1, len(copy.objects.nodes)))
    copy.objects.nodes[number].dependencies.add(node_id=0, local_name="dep")
    copy.objects.nodes[0].dependencies.add(node_id=number, local_name="dep")
    return at(copy, number, "dep", "root")


@damage(2)
def dependency_not_a_child(copy: Copy) -> Place:
    number = node_of(copy, "variable")
    copy.objects.nodes[0].dependencies.add(node_id=number, local_name="other name")
    return at(copy, number, "other name", "root")


# user objects and registration


@damage(3)
def identifier_unknown(copy: Copy) -> Place:
    number = node_of(copy, "user_object")
    copy.objects.nodes[number].user_object.identifier = "_future_object"
    return at(copy, number, "_future_object")


@damage(2)
def identifier_of_list(copy: Copy) -> Place:
    number = node_of(copy, "user_object", lambda saved: saved.user_object.identifier == "_generic_user_object")
    copy.objects.nodes[number].user_object.identifier = "trackable_list_wrapper"
    return at(copy, number, "trackable_list_wrapper")


@damage(3)
def identifier_too_new(copy: Copy) -> Place:
    number = node_of(copy, "user_object")
    copy.objects.nodes[number].user_object.version.producer = 99
    copy.objects.nodes[number].user_object.version.min_consumer = 99
    return at(copy, number)


@damage(3)
def identifier_of_optimizer(copy: Copy) -> Place:
    number = node_of(copy, "user_object", lambda saved: saved.user_object.identifier == "_generic_user_object")
    copy.objects.nodes[number].user_object.identifier = "optimizer"
    return at(copy, number, "optimizer")


@damage(2)
def user_metadata_garbage(copy: Copy) -> Place:
    number = node_of(copy, "user_object")
    copy.objects.nodes[number].user_object.metadata = "{not json"
    return at(copy, number)


@damage(3)
def registered_name_unknown(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)))
    copy.objects.nodes[number].registered_name = "my_package.Thing"
    return at(copy, number, "my_package.Thing")


@damage(2)
def registered_saver_unknown(copy: Copy) -> Place:
    number = copy.pick(range(len(copy.objects.nodes)))
    copy.objects.nodes[number].registered_saver = "my_package.Saver"
    return at(copy, number, "my_package.Saver")


@damage(2)
def user_proto_unknown(copy: Copy) -> Place:
    number = node_of(copy, "user_object")
    copy.objects.nodes[number].serialized_user_proto.type_url = "type.googleapis.com/my.Thing"
    return at(copy, number)
