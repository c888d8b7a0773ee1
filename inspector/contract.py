"""Whether a caller's intended call will be accepted: by a signature, by each concrete function of a restored function.

A restored tf.function cannot be traced anew; a call has to match one of its concrete functions, after the arguments were
put in order and the defaults filled in (tensorflow/python/saved_model/function_deserialization.py,
``restored_function_body``: "Could not find matching concrete function to call loaded from the SavedModel").
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from inspector.canonical.form import Canonical
from inspector.canonical.intent import Intent, read_intent, read_value
from inspector.canonical.interface import Call, End, call_of
from inspector.canonical.ledger import Numbers
from inspector.canonical.objects import Restored
from inspector.canonical.specs import Dict, Signature, Tensor, Tuple, covers, spelled
from inspector.canonical.variables import stored
from inspector.discovery import expand
from inspector.errors import UsageError
from inspector.hashing import refuse_unreadable
from inspector.model import dtypes
from inspector.model.saved_model import Model, open_model
from inspector.named_tuple import NamedTuple
from inspector.version import VERSION

SCHEMA_VERSION = 1
NO_MATCH = "Could not find matching concrete function to call loaded from the SavedModel"
_NUMERIC = (bool, int, float)


class Answer(NamedTuple):
    """What one signature or function says to an intended call.

    ``why`` are the reasons of a refusal; ``nearest`` is the nearest call that is accepted, spelled like the intended
    one, and ``python`` the line that makes it.
    """

    of: str
    accepted: bool
    why: tuple[str, ...]
    nearest: str
    python: str

    def as_dict(self) -> dict[str, Any]:
        return {**self._asdict(), "why": list(self.why)}


class Answers(NamedTuple):
    """All that go by the name in the call."""

    path: str
    call: str
    answers: tuple[Answer, ...]

    @property
    def accepted(self) -> bool:
        """Whether any of them accepts the call."""
        return any(answer.accepted for answer in self.answers)

    def as_dict(self) -> dict[str, Any]:
        """The JSON document, version 1. Its schema is ``inspector/report/call_schema.json``."""
        return {
            "schema_version": SCHEMA_VERSION, "inspector": VERSION, "path": self.path, "call": self.call,
            "accepted": self.accepted, "answers": [answer.as_dict() for answer in self.answers],
        }  # fmt: skip


def explain_call(path: str | os.PathLike[str], call: str, *, tags: Sequence[str] | None = None) -> Answers:
    """Whether ``"serving_default(x: float32[1,10])"`` will be accepted, and if not, what would be.

    The name is the key of a signature or the path of a restored function (``f``, ``layers.0``; ``__call__`` for the
    loaded object itself). Runs nothing. Raises UsageError for a call that does not read or a name that is not there,
    CannotHash for a model that does not read.
    """
    intent = read_intent(call)
    model = open_model(next(iter(expand(os.fspath(path)))), verify=False)
    refuse_unreadable(model)
    found: list[Answer] = []
    names: dict[str, None] = {}
    for canonical in canonicals(model, tags):
        calls = {key: call_of(canonical.meta, one) for key, one in canonical.signatures.items()}
        functions = canonical.functions()
        names.update(dict.fromkeys((*calls, *functions)))
        if intent.name in calls:
            found.append(answer_of_signature(intent, calls[intent.name]))
        if intent.name in functions:
            found.append(answer_of_function(intent, functions[intent.name]))
    if not found:
        near = get_close_matches(intent.name, names, n=3, cutoff=0.4) or list(names)[:8]
        raise UsageError(f"{path} has no signature or function {intent.name!r}; there are {', '.join(near) or 'none'}")
    return Answers(os.fspath(path), call, tuple(found))


def canonicals(model: Model, tags: Sequence[str] | None) -> Iterator[Canonical]:
    """The canonical form of each MetaGraph, or of those with exactly these tags."""
    asked = None if tags is None else tuple(sorted(set(tags)))
    for meta in model.meta_graphs:
        if asked is None or meta.tags == asked:
            yield Canonical(model, meta, stored(model), Numbers())


# --- signatures: every input by name, none beside


def answer_of_signature(intent: Intent, call: Call) -> Answer:
    """A signature takes named tensors; one that has a single input takes it without a name too."""
    why: list[str] = []
    given = dict(intent.kwargs)
    if intent.args:
        if len(intent.args) == 1 and len(call.inputs) == 1 and not given:
            given = {next(iter(call.inputs)): intent.args[0]}
        else:
            why.append(f"a signature takes its inputs by name: {', '.join(call.inputs)}")
    for name in given:
        if name not in call.inputs:
            near = get_close_matches(name, call.inputs, n=1, cutoff=0.4)
            why.append(f"there is no input {name}" + (f" (near: {near[0]})" if near else ""))
    for name, end in call.inputs.items():
        if name in given:
            why += [f"{name} {reason}" for reason in _against_end(given[name], end)]
        elif not end.optional:
            why.append(f"the input {name} is missing: {end.described}")
    wanted = {
        name: _nearest(Tensor(dtypes.NUMBERS.get(end.dtype, 0), end.shape), given.get(name))
        for name, end in call.inputs.items() if name in given or not end.optional
    }  # fmt: skip
    nearest = f"{intent.name}({', '.join(f'{name}: {value}' for name, value in wanted.items())})"
    arguments = ", ".join(_keyword(name, value) for name, value in wanted.items())
    python = f'loaded.signatures["{intent.name}"]({arguments})'
    return Answer(f"signature {intent.name}", not why, tuple(why), nearest, python)


def _against_end(value: Any, end: End) -> Iterator[str]:
    if end.encoding:
        if isinstance(value, Tensor) and dtypes.name(value.dtype) != end.dtype:
            yield f"is {spelled(value)}, wanted is {end.described}"
        return
    yield from _against(value, Tensor(dtypes.NUMBERS.get(end.dtype, 0), end.shape))


def _against(value: Any, wanted: Any) -> Iterator[str]:
    """Why a value is not accepted where ``wanted`` is."""
    if isinstance(wanted, Tensor):
        if isinstance(value, Tensor):
            if value.dtype != wanted.dtype:
                yield f"is {dtypes.name(value.dtype)}, wanted is {dtypes.name(wanted.dtype)}: nothing converts it"
            if not covers(Tensor(0, wanted.shape), Tensor(0, value.shape)):
                yield f"has the shape {dtypes.shape_text(value.shape)}, wanted is {dtypes.shape_text(wanted.shape)}"
        elif not _converts(value, wanted):
            yield f"is {spelled(value)}, wanted is {wanted}"
    elif isinstance(wanted, (Tuple, Dict)):
        yield from _against_nest(value, wanted)
    elif isinstance(value, Tensor) or value != wanted:  # True is 1, here as there
        yield f"is {spelled(value)}, traced was {spelled(wanted)}"


def _against_nest(value: Any, wanted: Tuple | Dict) -> Iterator[str]:
    if type(value) is not type(wanted) or len(value.items) != len(wanted.items):
        yield f"is {spelled(value)}, wanted is the structure {spelled(wanted)}"
        return
    if isinstance(wanted, Dict):
        if [name for name, _ in value.items] != [name for name, _ in wanted.items]:
            yield f"has the keys {', '.join(n for n, _ in value.items)}, wanted are {', '.join(n for n, _ in wanted.items)}"
            return
        for (name, one), (_, other) in zip(value.items, wanted.items, strict=True):
            yield from (f"[{name!r}] {reason}" for reason in _against(one, other))
        return
    for place, (one, other) in enumerate(zip(value.items, wanted.items, strict=True)):
        yield from (f"[{place}] {reason}" for reason in _against(one, other))


def _converts(value: Any, wanted: Tensor) -> bool:
    """Whether a Python number becomes such a tensor by itself: a scalar of a dtype that fits."""
    if wanted.shape not in ((), None):
        return False
    name = dtypes.name(wanted.dtype)
    if isinstance(value, bool):
        return name == "bool" or "int" in name
    if isinstance(value, int):
        return "int" in name or "float" in name
    return (isinstance(value, float) and "float" in name) or (isinstance(value, str) and name == "string")


# --- restored functions: arguments in order, defaults filled in, then the concrete functions one by one


def answer_of_function(intent: Intent, function: Restored) -> Answer:
    """The first concrete function that accepts the call answers it; else the nearest one says what it misses."""
    bound, why = _bind(intent, function)
    refusals: list[tuple[int, Signature, list[str]]] = []
    for trace in function.traces:
        reasons = list(_against_trace(bound, trace.takes, function)) if bound is not None else list(why)
        refusals.append((len(reasons), trace.takes, reasons))
    if not refusals:
        refused = (f"{NO_MATCH}: it has none",)
        return Answer(f"function {function.path}", False, refused, "", "")
    _, takes, reasons = min(refusals, key=lambda one: one[0])
    nearest, python = _nearest_call(intent, function, takes, bound)
    told = tuple(reasons) if not reasons else (f"{NO_MATCH} ({len(refusals)} there)", *reasons)
    return Answer(f"function {function.path}", not reasons, told, nearest, python)


def _bind(intent: Intent, function: Restored) -> tuple[dict[str, Any] | None, list[str]]:
    """Argument → value, defaults filled in; None with the reasons where Python would refuse the call."""
    names = [name for name in function.arguments if name[0] != "*"]
    only = function.arguments.index("*") if "*" in function.arguments else len(names)
    if any(name[0] == "*" and name != "*" for name in function.arguments):
        return {**{str(i): v for i, v in enumerate(intent.args)}, **dict(intent.kwargs)}, []
    values = {text.partition("=")[0]: _literal(text.partition("=")[2]) for text in function.defaults}
    why = []
    if len(intent.args) > only:
        why.append(f"takes {only} positional arguments, {len(intent.args)} are given")
    given = dict(zip(names, intent.args, strict=False))
    for name, value in intent.kwargs:
        if name in given:
            why.append(f"{name} is given twice")
        elif name not in names:
            near = get_close_matches(name, names, n=1, cutoff=0.4)
            why.append(f"there is no argument {name}" + (f" (near: {near[0]})" if near else ""))
        given[name] = value
    missing = [name for name in names if name not in given and name not in values]
    why += [f"the argument {name} is missing" for name in missing]
    return (None, why) if why else ({**values, **given}, [])


def _literal(text: str) -> Any:
    try:
        return read_value(text)
    except UsageError:
        return text


def _against_trace(bound: Mapping[str, Any], takes: Signature, function: Restored) -> Iterator[str]:
    names = [name for name in function.arguments if name[0] != "*"] or list(bound)
    wanted = [*zip(names, takes.args, strict=False), *takes.kwargs]
    for name, spec in wanted:
        if name not in bound:
            yield f"the argument {name} is missing: {spelled(spec)}"
        else:
            value = bound[name]
            yield from (f"{name} {reason}" for reason in _against(value, spec))
    for name in bound.keys() - {name for name, _ in wanted}:
        yield f"{name} is not taken"


def _nearest_call(
    intent: Intent, function: Restored, takes: Signature, bound: Mapping[str, Any] | None
) -> tuple[str, str]:
    names = [name for name in function.arguments if name[0] != "*"]
    known = bound if bound is not None else dict(intent.kwargs)
    defaults = {text.partition("=")[0]: _literal(text.partition("=")[2]) for text in function.defaults}
    spelled_parts, python_parts = [], []
    for place, spec in enumerate(takes.args):
        name = names[place] if place < len(names) else ""
        if name in defaults and defaults[name] == spec and not isinstance(spec, Tensor):
            continue
        value = _nearest(spec, known.get(name))
        spelled_parts.append(f"{name}: {spelled(value)}" if name else spelled(value))
        python_parts.append(_keyword(name, value) if name.isidentifier() else _python(value))
    for name, spec in takes.kwargs:
        value = _nearest(spec, known.get(name))
        spelled_parts.append(f"{name}: {spelled(value)}")
        python_parts.append(_keyword(name, value))
    owner = "loaded" if function.path == "__call__" else f"loaded.{function.path}"
    return f"{intent.name}({', '.join(spelled_parts)})", f"{owner}({', '.join(python_parts)})"


def _nearest(spec: Any, value: Any) -> Any:
    """What is accepted where ``spec`` is, as near to the intended value as can be; 1 for a size that is free."""
    if isinstance(spec, Tensor):
        given = value.shape if isinstance(value, Tensor) else None
        if spec.shape is None:
            return Tensor(spec.dtype, given if given is not None else ())
        sizes = given if given is not None and len(given) == len(spec.shape) else (None,) * len(spec.shape)
        return Tensor(spec.dtype, tuple([
            dim if dim is not None else (size or 1) for dim, size in zip(spec.shape, sizes, strict=True)
        ]))  # fmt: skip
    if isinstance(spec, Tuple):
        items = (
            value.items
            if isinstance(value, Tuple) and len(value.items) == len(spec.items)
            else (None,) * len(spec.items)
        )
        return Tuple(tuple([_nearest(one, other) for one, other in zip(spec.items, items, strict=True)]))
    if isinstance(spec, Dict):
        known = dict(value.items) if isinstance(value, Dict) else {}
        return Dict(tuple([(name, _nearest(one, known.get(name))) for name, one in spec.items]))
    return spec


def _keyword(name: str, value: Any) -> str:
    return f"{name}={_python(value)}" if name.isidentifier() else f"**{{{name!r}: {_python(value)}}}"


def _python(value: Any) -> str:
    """The Python that makes a value."""
    if isinstance(value, Tensor):
        shape = [1 if dim is None else dim for dim in value.shape or ()]
        return f"tf.zeros({shape}, tf.{dtypes.name(value.dtype)})"
    if isinstance(value, Tuple):
        inner = ", ".join(map(_python, value.items))
        return f"({inner},)" if len(value.items) == 1 else f"({inner})"
    if isinstance(value, Dict):
        return "{" + ", ".join(f"{name!r}: {_python(item)}" for name, item in value.items) + "}"
    return repr(value) if isinstance(value, (*_NUMERIC, str)) or value is None else f"...  # {value}"
