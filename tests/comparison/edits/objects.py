"""What the loaded object has: its functions, what they accept and return, its objects."""

from __future__ import annotations

from typing import Any

from tests.comparison.edits.registry import MODULE, edit
from tests.differential.workbench import Copy


@edit(MODULE, "DF120 function outside", "DF407 function outside")
def restored_function_removed(copy: Copy) -> None:
    root = copy.objects.nodes[0]
    kept = [one for one in root.children if one.local_name != "outside"]
    del root.children[:]
    root.children.extend(kept)


def trace(copy: Copy, part: str) -> Any:
    """The concrete function of a restored function."""
    (name,) = [name for name in copy.objects.concrete_functions if f"__inference_{part}" in name]
    return copy.objects.concrete_functions[name]


@edit(MODULE, ("DF122 function halve", "DF408 function halve"), ("DF122 function halve", "DF408 function halve"))
def restored_call_dtype(copy: Copy) -> None:
    spec = trace(copy, "halve").canonicalized_input_signature.tuple_value.values[0].tuple_value.values[0]
    spec.tensor_spec_value.dtype = 1


@edit(MODULE, "DF122 function halve", "DF408 function halve")
def restored_call_narrowed_to_one_shape(copy: Copy) -> None:
    spec = trace(copy, "halve").canonicalized_input_signature.tuple_value.values[0].tuple_value.values[0]
    spec.tensor_spec_value.shape.dim[0].size = 7


@edit(MODULE, "DF408 function outside", "DF122 function outside")
def restored_call_widened(copy: Copy) -> None:
    spec = trace(copy, "outside").canonicalized_input_signature.tuple_value.values[0].tuple_value.values[0]
    spec.tensor_spec_value.shape.dim[0].size = -1


@edit(MODULE, "DF123 function outside", "DF123 function outside")
def restored_result_changed(copy: Copy) -> None:
    trace(copy, "outside").output_signature.tensor_spec_value.dtype = 2


def spec_of(copy: Copy, part: str) -> Any:
    """The FunctionSpec fields of a restored function, by name."""
    (found,) = [one for one in copy.objects.nodes if one.WhichOneof("kind") == "function"
                and any(f"__inference_{part}" in name for name in one.function.concrete_functions)]  # fmt: skip
    pairs = found.function.function_spec.fullargspec.named_tuple_value.values
    return {pair.key: pair.value for pair in pairs}


@edit(MODULE, "DF121 function outside", "DF121 function outside")
def restored_argument_renamed(copy: Copy) -> None:
    spec_of(copy, "outside")["args"].list_value.values[-1].string_value = "values"


@edit(MODULE, "DF409 function outside", "DF121 function outside")
def restored_argument_with_default_added(copy: Copy) -> None:
    tensors = trace(copy, "outside").canonicalized_input_signature.tuple_value.values[0].tuple_value
    tensors.values.add(float64_value=1.0)
    for one in copy.objects.nodes:
        kind = one.WhichOneof("kind")
        held = getattr(one, kind)
        name = (
            held.concrete_function_name
            if kind == "bare_concrete_function"
            else str(getattr(held, "concrete_functions", ""))
        )
        if "__inference_outside" in name:
            spec = {pair.key: pair.value for pair in held.function_spec.fullargspec.named_tuple_value.values}
            spec["args"].list_value.values.add(string_value="scale")
            spec["defaults"].ClearField("none_value")
            spec["defaults"].list_value.values.add(float64_value=1.0)


@edit(MODULE, "DF407 function again", "DF120 function again")
def restored_function_added(copy: Copy) -> None:
    root = copy.objects.nodes[0]
    (child,) = [one for one in root.children if one.local_name == "outside"]
    root.children.add(local_name="again", node_id=child.node_id)


@edit(MODULE, ("DF120 function halve", "DF407 function half"), ("DF120 function half", "DF407 function halve"))
def restored_function_renamed(copy: Copy) -> None:
    (child,) = [one for one in copy.objects.nodes[0].children if one.local_name == "halve"]
    child.local_name = "half"


@edit(MODULE, "DF123 function shout")
def restored_result_key_renamed(copy: Copy) -> None:
    fields = trace(copy, "shout").output_signature.dict_value.fields
    fields["loud"].CopyFrom(fields["text"])
    del fields["text"]


@edit(MODULE, ("DF122 function add", "DF408 function add"))
def restored_call_rank_fixed(copy: Copy) -> None:
    """Of a call that took any vector of two, the argument b is wanted as a matrix."""
    spec = trace(copy, "add").canonicalized_input_signature.tuple_value.values[0].tuple_value.values[1]
    spec.tensor_spec_value.shape.dim.add(size=1)
