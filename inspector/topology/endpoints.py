"""What keras.layers.TFSMLayer can call of a model: its call endpoints, and what each of them takes.

TFSMLayer looks a name up among the attributes of the loaded object first, then in its ``signatures``, and calls what it
finds with one positional argument, which Keras has cast to the layer's dtype. Sources: keras/src/export/tfsm_layer.py;
keras/src/layers/layer.py (Layer.__call__), keras/src/dtype_policies/dtype_policy.py (convert_input);
tensorflow/python/saved_model/function_deserialization.py (recreate_function); python/eager/polymorphic_function/
concrete_function.py (_call_with_flat_signature).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from inspector.model import dtypes
from inspector.model.objects import ObjectGraph
from inspector.model.saved_model import MetaGraph
from inspector.model.structures import Leaf, Named, Spec, leaves
from inspector.named_tuple import NamedTuple
from inspector.topology.parameters import Unfit, parameters_of, sanitized
from inspector.topology.reach import callable_signatures
from inspector.wire.schema import message

SIGNATURE, ATTRIBUTE = "signature", "attribute"
# Why an endpoint cannot be called.
NO_INPUT, SEVERAL, UNTRACED, NO_FUNCTION = "no input", "several inputs", "another trace", "no function"
CALL = "__call__"
# The best names first: what model.export() writes, what every exporter writes, what a Keras 2 model has.
_PREFERRED = ("serve", "serving_default", CALL)
# Methods of a restored Keras 2 model that serve Keras itself.
_INTERNAL = ("call_and_return_all_conditional_losses", "call_and_return_conditional_losses")
_HALF, _DOUBLE, _BFLOAT16 = 19, 2, 14
_CAST = {_HALF: "float16", _DOUBLE: "float64", _BFLOAT16: "bfloat16"}


class Endpoint(NamedTuple):
    """One name for ``call_endpoint``.

    ``functions`` are the concrete functions that a call may run (none for a V1 model). ``problem`` is why it cannot be
    called with one argument, empty where it can; ``inputs`` names what it takes. ``casts`` are the dtypes of floating
    inputs that Keras makes float32 of, unless the layer has another dtype. ``takes`` is the structure of its argument,
    told only of the best one.
    """

    name: str
    of: str
    functions: tuple[str, ...]
    inputs: tuple[str, ...]
    problem: str = ""
    casts: tuple[str, ...] = ()
    takes: str = ""

    def line(self, path: str) -> str:
        """The Python that makes a layer of it, and what that is called with."""
        dtype = f", dtype={self.casts[0]!r}" if len(self.casts) == 1 else ""
        made = f"layer = keras.layers.TFSMLayer({path!r}, call_endpoint={self.name!r}{dtype})"
        cast = "; layer.autocast = False" if len(self.casts) > 1 else ""
        return f"{made}{cast}; layer(x)" + (f" with x: {self.takes}" if self.takes else "")


def best(meta: MetaGraph, *, v2: bool) -> Endpoint | None:
    """The endpoint to recommend; None where there is none that can be called."""
    usable = [endpoint for endpoint in endpoints_of(meta, v2=v2).values() if not endpoint.problem]
    rank = {name: place for place, name in enumerate(_PREFERRED)}
    found = min(usable, key=lambda one: (bool(one.casts), rank.get(one.name, len(rank))), default=None)
    return None if found is None else found._replace(takes=_takes(meta, found))


def _takes(meta: MetaGraph, endpoint: Endpoint) -> str:
    """``{'a': float32[?,4], 'b': int32[?]}``; empty where it is not known."""
    if not endpoint.functions or meta.objects is None:
        (info,) = meta.signatures[endpoint.name].inputs.values()
        return f"{dtypes.name(info.dtype)}{dtypes.shape_text(info.shape)}"
    if endpoint.functions[0] not in meta.objects.proto.concrete_functions:
        return ""
    raw = meta.objects.proto.concrete_functions[endpoint.functions[0]].canonicalized_input_signature
    both = message("StructuredValue").FromString(raw).tuple_value.values
    if len(both) != 2:
        return ""
    named = both[1].dict_value.fields
    given = [*both[0].tuple_value.values, *(named[key] for key in sorted(named))]
    return _spelled(given[0]) if given else ""


def _spelled(value: Any) -> str:
    kind = value.WhichOneof("kind")
    if kind in ("tensor_spec_value", "bounded_tensor_spec_value"):
        spec = getattr(value, kind)
        return f"{dtypes.name(spec.dtype)}{dtypes.shape_text(dtypes.shape_of(spec.shape))}"
    if kind == "dict_value":
        fields = value.dict_value.fields
        return "{" + ", ".join(f"{key!r}: {_spelled(fields[key])}" for key in sorted(fields)) + "}"
    if kind in ("list_value", "tuple_value"):
        return f"[{', '.join(_spelled(one) for one in getattr(value, kind).values)}]"
    return str(value.type_spec_value.type_spec_class_name) or "a value of its own type"


def endpoints_of(meta: MetaGraph, *, v2: bool) -> dict[str, Endpoint]:
    """Name → endpoint, sorted by name. ``v2``: the loaded object comes of the object graph."""
    objects = meta.objects
    if not v2 or objects is None:
        found = [_of_v1(signature.key, list(signature.inputs.items())) for signature in callable_signatures(meta)]
        return {one.name: one for one in found}
    named = {key: _of_signature(objects, key, node) for key, node in objects.signature_children().items()}
    for name, node in objects.children[0] if objects.nodes else ():
        if objects.kinds[node] in ("function", "bare_concrete_function"):
            public = name == CALL or not (name.startswith("_") or name in _INTERNAL)
            if public and objects.functions_of(node):
                named[name] = _of_function(objects, name, node)
        elif name in named:
            named[name] = Endpoint(name, ATTRIBUTE, (), (), NO_FUNCTION)
    return {name: named[name] for name in sorted(named)}


def _of_v1(key: str, inputs: list[tuple[str, Any]]) -> Endpoint:
    names = tuple(name for name, _ in inputs)
    casts = tuple(dict.fromkeys(_CAST[info.dtype] for _, info in inputs if info.dtype in _CAST))
    return Endpoint(key, SIGNATURE, (), names, _count_problem(len(inputs)), casts)


def _count_problem(count: int) -> str:
    return "" if count == 1 else SEVERAL if count else NO_INPUT


def _of_signature(objects: ObjectGraph, key: str, node: int) -> Endpoint:
    """A signature takes keywords; a single one may be given without its name."""
    functions = objects.functions_of(node)[:1]
    if not functions:
        return Endpoint(key, SIGNATURE, (), (), NO_FUNCTION)
    args, kwargs = _traced(objects, functions[0])
    named = {**{str(i): one for i, one in enumerate(args)}, **kwargs}
    problem = _count_problem(len(named))
    if not problem and objects.kinds[node] == "bare_concrete_function":
        problem = "" if objects.nodes[node].bare_concrete_function.allowed_positional_arguments else SEVERAL
    return Endpoint(key, SIGNATURE, functions, tuple(named), problem, _casts(named.values()))


def _of_function(objects: ObjectGraph, name: str, node: int) -> Endpoint:
    """A tf.function: one argument is given, the others have to have defaults with which it was traced."""
    functions = objects.functions_of(node)
    given = _arguments(objects, node)
    if given is None:  # its load stops before any call
        return Endpoint(name, ATTRIBUTE, functions, ())
    if len(given.required) > 1:
        return Endpoint(name, ATTRIBUTE, functions, given.required, SEVERAL)
    if not given.first:
        return Endpoint(name, ATTRIBUTE, functions, (), NO_INPUT)
    fitting = [one for one in functions if _fits(objects, one, given)]
    if not fitting:
        return Endpoint(name, ATTRIBUTE, functions, (given.first,), UNTRACED)
    taken = [args[0] for args, _ in (_traced(objects, one) for one in fitting) if args]
    return Endpoint(name, ATTRIBUTE, tuple(fitting), (given.first,), "", _casts(taken))


class _Arguments(NamedTuple):
    """What a tf.function takes: all positional names, those without a default, the defaults of the others."""

    names: tuple[str, ...]
    first: str
    required: tuple[str, ...]
    defaults: dict[str, Any]


def _arguments(objects: ObjectGraph, node: int) -> _Arguments | None:
    """None where the function cannot be restored."""
    spec = objects.spec(node)
    structure = objects.structure(spec.fullargspec) if spec is not None else None
    if spec is None or structure is None or structure.fault:
        return None
    try:
        parameters = parameters_of(structure.value, spec.is_method)
    except Unfit:
        return None
    fields = structure.value.fields
    names = parameters.positional
    values = list(fields["defaults"] or ())
    defaults = dict(zip(names[len(names) - len(values) :], values, strict=False))
    defaults.update({sanitized(name): value for name, value in (fields["kwonlydefaults"] or {}).items()})
    required = tuple(name for name in (*names, *parameters.keyword_only) if name not in parameters.optional)
    first = names[0] if names else str(fields["varargs"] or "")
    return _Arguments(names, first, required, defaults)


def _fits(objects: ObjectGraph, function: str, given: _Arguments) -> bool:
    """Whether a concrete function was traced with the defaults in all arguments but the first."""
    args, kwargs = _traced(objects, function)
    traced = dict(zip(given.names, args, strict=False))
    traced.update({sanitized(name): value for name, value in kwargs.items()})
    others = {name: value for name, value in given.defaults.items() if name != given.first and name in traced}
    return all(_same(traced[name], value) for name, value in others.items())


def _same(traced: Any, default: Any) -> bool:
    """What is opaque is not compared; TensorFlow makes a tensor of a value where one was traced."""
    if isinstance(default, Leaf) or isinstance(traced, Leaf):
        return True
    return default is not None if isinstance(traced, Spec) else bool(traced == default)


def _traced(objects: ObjectGraph, function: str) -> tuple[list[Any], dict[str, Any]]:
    """The positional and keyword arguments that a concrete function was traced with; none where that cannot be told."""
    if function not in objects.proto.concrete_functions:
        return [], {}
    value = objects.structure(objects.proto.concrete_functions[function].canonicalized_input_signature).value
    if not isinstance(value, (tuple, list)) or isinstance(value, (Spec, Leaf, Named)) or len(value) != 2:
        return [], {}
    args, kwargs = value
    return list(args) if isinstance(args, (tuple, list)) else [], kwargs if isinstance(kwargs, dict) else {}


def _casts(values: Iterable[Any]) -> tuple[str, ...]:
    found = (leaf.dtype for value in values for leaf in leaves(value) if isinstance(leaf, Spec))
    return tuple(dict.fromkeys(_CAST[dtype] for dtype in found if dtype in _CAST))
