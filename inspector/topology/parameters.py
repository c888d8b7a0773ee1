"""What a restored function takes, and whether the arguments that it was traced with can be bound to that.

tf.saved_model.load makes a signature of Python out of a FunctionSpec and binds to it the arguments of each concrete
function. This follows it step by step; what stops there raises Unfit.
Sources: tensorflow/python/saved_model/function_deserialization.py (_deserialize_function_spec_as_nonmethod,
set_preinitialized_function_spec); python/eager/polymorphic_function/function_type_utils.py (to_function_type,
_validate_signature); core/function/polymorphism/function_type.py (add_type_constraints, canonicalize_to_monomorphic,
from_structured_signature); Python's inspect.Signature.bind.
"""

from __future__ import annotations

from collections.abc import Sequence
from keyword import iskeyword
from typing import Any

from inspector.model.structures import Leaf, Named, Spec, leaves
from inspector.named_tuple import NamedTuple


class Unfit(Exception):
    """A load stops here, for the reason in the text."""


class Unbound(Unfit):
    """The traced arguments do not fit the function."""


class Parameters(NamedTuple):
    """What a function takes: names of arguments. ``optional`` are those with a default."""

    positional: tuple[str, ...]
    keyword_only: tuple[str, ...]
    optional: frozenset[str]
    any_positional: bool
    any_keyword: bool


def pair_fault(value: Any) -> str:
    """Why canonicalized_input_signature is no pair of arguments (function_type.py from_structured_signature)."""
    if value is None:
        return ""
    if not isinstance(value, (tuple, list)) or isinstance(value, (Spec, Leaf, Named)) or len(value) != 2:
        return "canonicalized_input_signature is no pair of positional and keyword arguments"
    args, kwargs = value
    if not isinstance(args, (tuple, list, dict, str)) or not isinstance(kwargs, dict):
        return "canonicalized_input_signature holds no tuple of positional and dict of keyword arguments"
    try:
        _names(list(kwargs), "keyword arguments")
    except Unfit as error:
        return str(error)
    return ""


def parameters_of(spec: Any, is_method: bool) -> Parameters:
    """function_deserialization.py _deserialize_function_spec_as_nonmethod; function_type_utils.py to_function_type."""
    if not isinstance(spec, Named):
        raise Unfit("fullargspec is no FullArgSpec")
    for field in ("args", "varargs", "varkw", "defaults", "kwonlyargs", "kwonlydefaults", "annotations"):
        if field not in spec.fields:
            raise Unfit(f"fullargspec has no {field}")
    fields = spec.fields
    args = _sequence(fields["args"], "args")
    if is_method or (args and args[0] == "self"):
        if not args:
            raise Unbound("it is a method without the argument `self`")
        args = args[1:]
    positional = _names(args, "args")
    keyword_only = _names(_sequence(fields["kwonlyargs"], "kwonlyargs"), "kwonlyargs")
    defaults = [] if fields["defaults"] is None else _sequence(fields["defaults"], "defaults")
    keyword_defaults = fields["kwonlydefaults"]
    if keyword_defaults or not (keyword_defaults is None or _is_sequence(keyword_defaults)):
        _dict(keyword_defaults, "kwonlydefaults")
    extra = [name for name in (fields["varargs"], fields["varkw"]) if name is not None]
    if any(not isinstance(name, str) or not name.isidentifier() or iskeyword(name) for name in extra):
        raise Unfit("varargs or varkw is no name")
    names = [*positional, *keyword_only, *extra]
    if len(set(names)) != len(names):
        raise Unfit("two arguments have one name")
    optional = set(positional[-len(defaults) :]) if defaults else set()
    optional.update(map(sanitized, keyword_defaults or ()))
    return Parameters(
        positional, keyword_only, frozenset(optional), fields["varargs"] is not None, fields["varkw"] is not None
    )


def _sequence(value: Any, field: str) -> list[Any]:
    if _is_sequence(value):
        return list(value)
    raise Unfit(f"{field} of fullargspec is no list")


def _dict(value: Any, field: str) -> None:
    if not isinstance(value, dict):
        raise Unfit(f"{field} of fullargspec is no dict")


def _is_sequence(value: Any) -> bool:
    """Whether Python iterates over it; Spec, Leaf and Named stand for objects that it does not."""
    return isinstance(value, (list, tuple, str, dict)) and not isinstance(value, (Spec, Leaf, Named))


def _names(names: Sequence[Any], field: str) -> tuple[str, ...]:
    """Names of arguments as inspect.Parameter takes them, after function_type.py sanitize_arg_name."""
    found = []
    for name in names:
        if not isinstance(name, str) or not name:
            raise Unfit(f"{field} holds {name!r}, which is no name")
        becomes = sanitized(name)
        if iskeyword(becomes) or not becomes.isidentifier():
            raise Unfit(f"the argument name `{name}` is a word of Python")
        found.append(becomes)
    if len(set(found)) != len(found):
        raise Unfit("two arguments have one name")
    return tuple(found)


def sanitized(name: str) -> str:
    """The name of an argument that a name becomes (function_type.py sanitize_arg_name)."""
    swapped = "".join([char if char.isalnum() else "_" for char in name])
    return swapped if swapped[:1].isalpha() else f"arg_{swapped}"


def constrained(parameters: Parameters, signature: Any) -> Parameters:
    """function_type_utils.py _validate_signature; function_type.py add_type_constraints."""
    if not isinstance(signature, (list, tuple)) or isinstance(signature, (Spec, Leaf, Named)):
        raise Unfit("input_signature is no sequence of TensorSpecs")
    if any(not isinstance(leaf, Spec) for leaf in leaves(signature)):
        raise Unfit("input_signature holds something that is no TensorSpec")
    positional, left = list(parameters.positional), len(signature)
    for name in parameters.positional:
        if left:
            left -= 1
        elif name not in parameters.optional:
            raise Unfit(f"input_signature has no TensorSpec for `{name}`")
    if parameters.any_positional:
        positional += [f"*{i}" for i in range(left)]
        left = 0
    for name in parameters.keyword_only:
        if name not in parameters.optional:
            raise Unfit(f"the keyword-only argument `{name}` has an input_signature and no default")
        left -= left > 0
    if left:
        raise Unfit(f"input_signature has {left} TensorSpecs too many")
    return Parameters(tuple(positional), parameters.keyword_only, parameters.optional, False, False)


def bind(parameters: Parameters, count: int, keywords: Sequence[str]) -> None:
    """inspect.Signature.bind, for this many positional and these keyword arguments."""
    names = {sanitized(name) for name in keywords}
    positional = parameters.positional
    if count > len(positional) and not parameters.any_positional:
        raise Unbound(f"{count} positional arguments were traced, it takes {len(positional)}")
    for i, name in enumerate((*positional, *parameters.keyword_only)):
        given = name in names
        names.discard(name)
        if i < min(count, len(positional)):
            if given:
                raise Unbound(f"`{name}` was traced as positional and as keyword argument")
        elif not given and name not in parameters.optional:
            raise Unbound(f"the argument `{name}` was not traced")
    if names and not parameters.any_keyword:
        raise Unbound(f"it does not take the argument `{min(names)}`")
