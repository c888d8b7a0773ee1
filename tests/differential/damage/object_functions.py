"""The functions of the object graph: names, captures, signatures, type specs."""

from __future__ import annotations

from typing import Any

from tests.differential.damage.functions import GONE
from tests.differential.damage.kind import damage
from tests.differential.damage.objects import at, concrete, node_of
from tests.differential.places import Place, place
from tests.differential.workbench import Copy


@damage()
def function_names_missing(copy: Copy) -> Place:
    number = node_of(copy, "function", lambda saved: saved.function.concrete_functions)
    copy.objects.nodes[number].function.concrete_functions[0] = GONE
    return at(copy, number, GONE)


@damage(3)
def function_of_no_concrete(copy: Copy) -> Place:
    number = node_of(copy, "function")
    del copy.objects.nodes[number].function.concrete_functions[:]
    return at(copy, number)


@damage(3)
def function_twice_the_same(copy: Copy) -> Place:
    number = node_of(copy, "function", lambda saved: saved.function.concrete_functions)
    names = copy.objects.nodes[number].function.concrete_functions
    names.append(names[0])
    return at(copy, number, names[0])


@damage(3)
def bare_function_names_missing(copy: Copy) -> Place:
    number = node_of(copy, "bare_concrete_function")
    copy.objects.nodes[number].bare_concrete_function.concrete_function_name = GONE
    return at(copy, number, GONE)


@damage(3)
def argument_keywords_wrong(copy: Copy) -> Place:
    number = node_of(copy, "bare_concrete_function", lambda saved: saved.bare_concrete_function.argument_keywords)
    copy.objects.nodes[number].bare_concrete_function.argument_keywords[0] = "renamed"
    return at(copy, number, "renamed")


@damage(2)
def argument_keywords_removed(copy: Copy) -> Place:
    number = node_of(copy, "bare_concrete_function", lambda saved: saved.bare_concrete_function.argument_keywords)
    del copy.objects.nodes[number].bare_concrete_function.argument_keywords[:]
    return at(copy, number)


@damage(2)
def positional_arguments_too_many(copy: Copy) -> Place:
    number = node_of(copy, "bare_concrete_function")
    copy.objects.nodes[number].bare_concrete_function.allowed_positional_arguments = 99
    return at(copy, number)


@damage(2)
def positional_arguments_negative(copy: Copy) -> Place:
    number = node_of(copy, "bare_concrete_function")
    copy.objects.nodes[number].bare_concrete_function.allowed_positional_arguments = -3
    return at(copy, number)


@damage()
def concrete_function_missing(copy: Copy) -> Place:
    name, _ = concrete(copy)
    del copy.objects.concrete_functions[name]
    return place(name)


@damage(2)
def concrete_functions_cleared(copy: Copy) -> Place:
    names = sorted(copy.objects.concrete_functions)
    copy.objects.ClearField("concrete_functions")
    return place("concrete_functions", *names)


@damage(3)
def concrete_function_extra(copy: Copy) -> Place:
    """An entry for a function that is not in the library."""
    copy.objects.concrete_functions[GONE].canonicalized_input_signature.tuple_value.SetInParent()
    return place(GONE)


@damage(3)
def bound_inputs_id(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    function.bound_inputs[0] = 9999
    return place(name, "9999")


@damage(2)
def bound_inputs_negative(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    function.bound_inputs[0] = -1
    return place(name, "-1")


@damage(3)
def bound_inputs_to_root(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    function.bound_inputs[-1] = 0
    return place(name, "bound_inputs", "root")


@damage(3)
def bound_inputs_short(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    del function.bound_inputs[-1]
    return place(name, "bound_inputs")


@damage(3)
def bound_inputs_long(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    function.bound_inputs.append(function.bound_inputs[0])
    return place(name, "bound_inputs")


@damage(3)
def bound_inputs_swapped(copy: Copy) -> Place:
    def differ(function: Any) -> bool:
        return len(function.bound_inputs) > 1 and function.bound_inputs[0] != function.bound_inputs[-1]

    name, function = concrete(copy, differ)
    first, last = function.bound_inputs[0], function.bound_inputs[-1]
    function.bound_inputs[0], function.bound_inputs[-1] = last, first
    return place(name, "bound_inputs")


@damage(3)
def bound_inputs_cleared(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: function.bound_inputs)
    del function.bound_inputs[:]
    return place(name, "bound_inputs")


@damage(3)
def input_signature_unset(copy: Copy) -> Place:
    name, function = concrete(copy)
    function.ClearField("canonicalized_input_signature")
    return place(name, "canonicalized_input_signature")


@damage(3)
def output_signature_unset(copy: Copy) -> Place:
    name, function = concrete(copy)
    function.ClearField("output_signature")
    return place(name, "output_signature")


@damage(2)
def input_signature_other_kind(copy: Copy) -> Place:
    name, function = concrete(copy)
    function.canonicalized_input_signature.string_value = "text"
    return place(name, "canonicalized_input_signature")


@damage(3)
def output_signature_other_kind(copy: Copy) -> Place:
    name, function = concrete(copy)
    function.output_signature.string_value = "text"
    return place(name, "output_signature")


@damage(2)
def output_signature_none(copy: Copy) -> Place:
    name, function = concrete(copy)
    function.output_signature.none_value.SetInParent()
    return place(name, "output_signature")


@damage(3)
def output_signature_more(copy: Copy) -> Place:
    """One more tensor than the function returns."""
    name, function = concrete(copy, lambda function: function.output_signature.dict_value.fields)
    fields = function.output_signature.dict_value.fields
    fields["zz_extra"].CopyFrom(fields[sorted(fields)[0]])
    return place(name, "output_signature", "zz_extra")


@damage(2)
def output_signature_fewer(copy: Copy) -> Place:
    name, function = concrete(copy, lambda function: len(function.output_signature.dict_value.fields) > 1)
    fields = function.output_signature.dict_value.fields
    gone = sorted(fields)[0]
    del fields[gone]
    return place(name, "output_signature", gone)


def full_spec(copy: Copy) -> tuple[int, Any]:
    number = node_of(copy, "function", lambda saved: saved.function.HasField("function_spec"))
    return number, copy.objects.nodes[number].function.function_spec


@damage(3)
def function_spec_unset(copy: Copy) -> Place:
    number, _ = full_spec(copy)
    copy.objects.nodes[number].function.ClearField("function_spec")
    return at(copy, number, "function_spec")


@damage(3)
def fullargspec_unset(copy: Copy) -> Place:
    number, spec = full_spec(copy)
    spec.ClearField("fullargspec")
    return at(copy, number, "fullargspec")


@damage(3)
def fullargspec_other_kind(copy: Copy) -> Place:
    number, spec = full_spec(copy)
    spec.fullargspec.string_value = "args"
    return at(copy, number, "fullargspec")


@damage(2)
def fullargspec_without_args(copy: Copy) -> Place:
    number, spec = full_spec(copy)
    values = spec.fullargspec.named_tuple_value.values
    gone = copy.pick(values, lambda pair: pair.key == "args")
    values.remove(gone)
    return at(copy, number, "fullargspec", "args")


@damage(3)
def function_signature_unset(copy: Copy) -> Place:
    number, spec = full_spec(copy)
    spec.ClearField("input_signature")
    return at(copy, number, "input_signature")


@damage(2)
def jit_compile_unknown(copy: Copy) -> Place:
    number, spec = full_spec(copy)
    spec.jit_compile = 9
    return at(copy, number, "jit_compile")


# type specs


def spec_values(message: Any, field: str) -> list[Any]:
    """Every message in a StructuredValue that has this kind."""
    found = []
    if message.DESCRIPTOR.name == "StructuredValue" and message.WhichOneof("kind") == field:
        found.append(getattr(message, field))
    for descriptor, value in message.ListFields():
        if descriptor.message_type is None:
            continue
        if descriptor.message_type.GetOptions().map_entry:
            inner = [value[key] for key in sorted(value)] if hasattr(value, "GetEntryClass") else []
            inner = [item for item in inner if hasattr(item, "ListFields")]
        else:
            inner = list(value) if hasattr(value, "add") else [value]
        for item in inner:
            found.extend(spec_values(item, field))
    return found


def with_spec(copy: Copy, kind: str) -> tuple[str, Any]:
    functions = copy.objects.concrete_functions
    pairs = [
        (name, value)
        for name in sorted(functions)
        for part in (functions[name].canonicalized_input_signature, functions[name].output_signature)
        for value in spec_values(part, kind)
    ]
    return copy.pick(pairs)


@damage(3)
def typespec_enum_unknown(copy: Copy) -> Place:
    name, spec = with_spec(copy, "type_spec_value")
    spec.type_spec_class = 99
    spec.type_spec_class_name = "FutureSpec"
    return place(name, "FutureSpec")


@damage(3)
def typespec_not_registered(copy: Copy) -> Place:
    name, spec = with_spec(copy, "type_spec_value")
    spec.type_spec_class = 12
    spec.type_spec_class_name = "my_package.MyTensorSpec"
    return place(name, "my_package.MyTensorSpec")


@damage(2)
def typespec_state_unset(copy: Copy) -> Place:
    name, spec = with_spec(copy, "type_spec_value")
    spec.ClearField("type_state")
    return place(name)


@damage(3)
def tensorspec_dtype(copy: Copy) -> Place:
    name, spec = with_spec(copy, "tensor_spec_value")
    spec.dtype = 10 if spec.dtype != 10 else 1
    return place(name)


@damage(2)
def tensorspec_dtype_unknown(copy: Copy) -> Place:
    name, spec = with_spec(copy, "tensor_spec_value")
    spec.dtype = 777
    return place(name, "777")


@damage(2)
def tensorspec_shape(copy: Copy) -> Place:
    name, spec = with_spec(copy, "tensor_spec_value")
    spec.shape.Clear()
    for _ in range(4):
        spec.shape.dim.add().size = 13
    return place(name)


@damage(2)
def tensorspec_name_empty(copy: Copy) -> Place:
    name, spec = with_spec(copy, "tensor_spec_value")
    spec.name = ""
    return place(name)


@damage(2)
def namedtuple_name_changed(copy: Copy) -> Place:
    name, spec = with_spec(copy, "tuple_value")
    spec.values.add().none_value.SetInParent()
    return place(name)
