"""The same model in other bytes: what an export leaves to chance, dealt again."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from typing import Any

from tests.differential.workbench import Copy

_GENERATED = re.compile(r"^(__inference_.*_|.*_(?:true|false|cond|body)_|.*_branch\d+_)\d+$")


def shuffle(copy: Copy, seed: int) -> None:
    """Functions get other counters and another order, objects other numbers, attrs and stored defaults stay."""
    chance = random.Random(seed)
    for meta in copy.saved.meta_graphs:
        _rename_functions(meta, chance)
        functions = list(meta.graph_def.library.function)
        chance.shuffle(functions)
        del meta.graph_def.library.function[:]
        meta.graph_def.library.function.extend(functions)
        for function in functions:
            for node in function.node_def:
                node.attr.pop("_output_shapes", None)
    if copy.is_v2:
        _renumber_objects(copy.meta.object_graph_def, chance)


def _rename_functions(meta: Any, chance: random.Random) -> None:
    old = [function.signature.name for function in meta.graph_def.library.function]
    numbers = list(range(9000, 9000 + len(old)))
    chance.shuffle(numbers)
    names = {}
    for name, number in zip(old, numbers, strict=True):
        match = _GENERATED.match(name)
        names[name] = f"{match[1]}{number}" if match else name
    for function in meta.graph_def.library.function:
        function.signature.name = names[function.signature.name]
    for gradient in meta.graph_def.library.registered_gradients:
        gradient.gradient_func = names.get(gradient.gradient_func, gradient.gradient_func)
    nodes = [*meta.graph_def.node, *(node for f in meta.graph_def.library.function for node in f.node_def)]
    for node in nodes:
        node.op = names.get(node.op, node.op)
        for func in _functions_in(node.attr):
            func.name = names.get(func.name, func.name)
    objects = meta.object_graph_def
    saved = {name: bytes(one.SerializeToString()) for name, one in objects.concrete_functions.items()}
    for name in list(saved):
        del objects.concrete_functions[name]
    for name, raw in saved.items():
        objects.concrete_functions[names.get(name, name)].MergeFromString(raw)
    for node in objects.nodes:
        kind = node.WhichOneof("kind")
        if kind == "function":
            renamed = [names.get(name, name) for name in node.function.concrete_functions]
            del node.function.concrete_functions[:]
            node.function.concrete_functions.extend(renamed)
        elif kind == "bare_concrete_function":
            bare = node.bare_concrete_function
            bare.concrete_function_name = names.get(bare.concrete_function_name, bare.concrete_function_name)
        elif kind == "captured_tensor":
            tensor = node.captured_tensor
            tensor.concrete_function = names.get(tensor.concrete_function, tensor.concrete_function)


def _functions_in(attrs: Any) -> Iterator[Any]:
    for value in attrs.values():
        kind = value.WhichOneof("value")
        yield from (value.func,) if kind == "func" else value.list.func if kind == "list" else ()


def _renumber_objects(objects: Any, chance: random.Random) -> None:
    """Every node but the root gets another number; children come in another order."""
    count = len(objects.nodes)
    moved = list(range(1, count))
    chance.shuffle(moved)
    new = {0: 0, **{old: place for place, old in enumerate(moved, start=1)}}
    nodes = sorted(((new[old], type(node).FromString(node.SerializeToString())) for old, node in enumerate(objects.nodes)),
                   key=lambda pair: pair[0])  # fmt: skip
    del objects.nodes[:]
    for _, node in nodes:
        for reference in [*node.children, *node.dependencies]:
            reference.node_id = new[reference.node_id]
        children = list(node.children)
        chance.shuffle(children)
        del node.children[:]
        node.children.extend(children)
        for slot in node.slot_variables:
            slot.original_variable_node_id = new[slot.original_variable_node_id]
            slot.slot_variable_node_id = new[slot.slot_variable_node_id]
        for saveable in node.saveable_objects.values():
            saveable.save_function = new.get(saveable.save_function, saveable.save_function)
            saveable.restore_function = new.get(saveable.restore_function, saveable.restore_function)
    for name in list(objects.concrete_functions):
        function = objects.concrete_functions[name]
        bound = [new[one] for one in function.bound_inputs]
        del function.bound_inputs[:]
        function.bound_inputs.extend(bound)
    objects.nodes.extend(node for _, node in nodes)
