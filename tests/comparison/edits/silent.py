"""What is no difference: bytes, names, orders, what follows from the rest."""

from __future__ import annotations

from tests.comparison.edits.registry import FLOW, MODULE, TAGS, V1, edit, node, rewire, signature
from tests.differential.workbench import INDEX, Copy


@edit(MODULE)
def derived_attrs_dropped(copy: Copy) -> None:
    for one in copy.functions().values():
        for found in one.node_def:
            found.attr.pop("_output_shapes", None)


@edit(MODULE)
def default_written_out(copy: Copy) -> None:
    node(copy, "MatMul", part="predict").attr["transpose_b"].b = False


@edit(MODULE)
def constant_stored_otherwise(copy: Copy) -> None:
    from struct import pack

    value = node(copy, "Const", part="__inference_halve").attr["value"].tensor
    numbers = list(value.double_val)
    del value.double_val[:]
    value.tensor_content = pack(f"<{len(numbers)}d", *numbers)


@edit(MODULE)
def nodes_reordered(copy: Copy) -> None:
    for one in copy.functions().values():
        nodes = list(reversed(list(one.node_def)))
        del one.node_def[:]
        one.node_def.extend(nodes)


@edit(MODULE)
def fingerprint_changed(copy: Copy) -> None:
    copy.write("fingerprint.pb", b"")


@edit(V1)
def node_renamed(copy: Copy) -> None:
    found = next(one for one in copy.graph.node if one.op == "LookupTableFindV2")
    old = found.name
    for one in copy.graph.node:
        for place, text in enumerate(one.input):
            if text == old:
                one.input[place] = "looked_up"
    found.name = "looked_up"


@edit(TAGS)
def meta_graphs_reordered(copy: Copy) -> None:
    metas = list(copy.saved.meta_graphs)
    del copy.saved.meta_graphs[:]
    copy.saved.meta_graphs.extend(reversed(metas))


@edit(V1)
def unreached_node_added(copy: Copy) -> None:
    copy.graph.node.add(name="nobody", op="NoOp")


@edit(V1)
def placeholder_renamed(copy: Copy) -> None:
    """The signature still calls its input words."""
    rewire(copy.graph.node, "words", "fed")
    next(one for one in copy.graph.node if one.name == "words").name = "fed"
    signature(copy).inputs["words"].name = "fed:0"


@edit(MODULE)
def function_renamed(copy: Copy) -> None:
    (old,) = [name for name in copy.functions() if "__inference_predict" in name]
    new = "__inference_predict_4711"
    copy.functions()[old].signature.name = new
    saved = copy.objects.concrete_functions[old]
    copy.objects.concrete_functions[new].CopyFrom(saved)
    del copy.objects.concrete_functions[old]
    for one in copy.objects.nodes:
        kind = one.WhichOneof("kind")
        if kind == "function" and old in one.function.concrete_functions:
            one.function.concrete_functions[:] = [new]
        elif kind == "bare_concrete_function" and one.bare_concrete_function.concrete_function_name == old:
            one.bare_concrete_function.concrete_function_name = new
    for found in [*copy.graph.node, *(one for f in copy.functions().values() for one in f.node_def)]:
        if found.attr["f"].func.name == old:
            found.attr["f"].func.name = new
        elif not found.attr["f"].WhichOneof("value"):
            del found.attr["f"]


@edit(FLOW)
def library_reordered(copy: Copy) -> None:
    functions = list(reversed(list(copy.library.function)))
    del copy.library.function[:]
    copy.library.function.extend(functions)


@edit(FLOW)
def control_inputs_reordered(copy: Copy) -> None:
    for one in copy.functions().values():
        for found in one.node_def:
            data = [text for text in found.input if text[0] != "^"]
            controls = [text for text in found.input if text[0] == "^"]
            found.input[:] = data + controls[::-1]


@edit(MODULE)
def shared_names_changed(copy: Copy) -> None:
    for one in copy.graph.node:
        if one.op == "VarHandleOp":
            one.attr["shared_name"].s = b"elsewhere/" + one.attr["shared_name"].s


@edit("sharded-checkpoint")
def tensors_moved_within_a_shard(copy: Copy) -> None:
    key = copy.bundle.number()
    copy.bundle.store(key, copy.bundle.data(key))


@edit(MODULE)
def debug_info_added(copy: Copy) -> None:
    copy.graph.debug_info.SetInParent()


@edit(MODULE)
def index_written_in_small_blocks(copy: Copy) -> None:
    copy.bundle.options["entries_per_block"] = 1
    assert INDEX in copy.files


@edit(V1)
def constant_filled_otherwise(copy: Copy) -> None:
    """A tensor of equal numbers says them once."""
    found = next(one for one in copy.graph.node if one.name == "weights/Initializer/initial_value")
    found.attr["value"].tensor.tensor_content = b""
    found.attr["value"].tensor.float_val[:] = [1.0]
