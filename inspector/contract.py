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

from inspector.canonical.acceptance import against, misfit
from inspector.canonical.calling import call_text, components, nearest, python_call, signature_python
from inspector.canonical.form import Canonical
from inspector.canonical.intent import Intent, read_intent
from inspector.canonical.interface import Call, call_of, spec_of
from inspector.canonical.ledger import Numbers
from inspector.canonical.objects import Flat, Restored
from inspector.canonical.specs import Composite, Parameters, Signature, Tensor, covers, covers_shape, spelled
from inspector.canonical.variables import stored
from inspector.discovery import expand
from inspector.errors import UsageError
from inspector.hashing import refuse_unreadable
from inspector.model.saved_model import Model, open_model
from inspector.named_tuple import NamedTuple
from inspector.version import VERSION

SCHEMA_VERSION = 1
NO_MATCH = "Could not find matching concrete function to call loaded from the SavedModel"


class Answer(NamedTuple):
    """What one signature or function says to an intended call.

    ``why`` are the reasons of a refusal; ``nearest`` is the nearest call that is accepted, spelled like the intended
    one, and ``python`` the line that makes it, empty where no line can.
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
    Unreadable for a model that does not read.
    """
    intent = read_intent(call)
    model = open_model(next(iter(expand(os.fspath(path)))), verify=False)
    if model.gaps or not model.meta_graphs:
        refuse_unreadable(model)  # a call needs the graph file alone
    found: list[Answer] = []
    names: dict[str, None] = {}
    chosen = list(canonicals(model, tags))
    for canonical in chosen:
        of = f" [{', '.join(canonical.meta.tags)}]" if len(chosen) > 1 else ""
        calls = {key: call_of(canonical.meta, one) for key, one in canonical.signatures.items()}
        functions = canonical.functions()
        names.update(dict.fromkeys((*calls, *functions)))
        if intent.name in calls:
            answer = answer_of_signature(intent, calls[intent.name], v2=canonical.meta.objects is not None)
            found.append(answer._replace(of=f"{answer.of}{of}"))
        if intent.name in functions:
            answer = answer_of_function(intent, functions[intent.name])
            found.append(answer._replace(of=f"{answer.of}{of}"))
    if not found:
        near = get_close_matches(intent.name, names, n=3, cutoff=0.4) or list(names)[:8]
        raise UsageError(f"{path} has no signature or function {intent.name!r}; there are {', '.join(near) or 'none'}")
    return Answers(os.fspath(path), call, tuple(found))


def canonicals(model: Model, tags: Sequence[str] | None) -> Iterator[Canonical]:
    """The canonical form of each MetaGraph, or of those with exactly these tags. Raises UsageError where there is none."""
    asked = None if tags is None else tuple(sorted(set(tags)))
    chosen = [meta for meta in model.meta_graphs if asked is None or meta.tags == asked]
    if not chosen and model.meta_graphs:
        there = "; ".join(",".join(meta.tags) for meta in model.meta_graphs)
        raise UsageError(f"{model.path} has no MetaGraph with the tags {','.join(asked or ())}; there are {there}")
    variables = stored(model)
    for meta in chosen:
        yield Canonical(model, meta, variables, Numbers())


# --- signatures: every input by name, none beside


def answer_of_signature(intent: Intent, call: Call, *, v2: bool = True) -> Answer:
    """A signature takes named tensors; one that has a single input takes a tensor without a name too.

    As the restored signatures of tf.saved_model.load have it (concrete_function.py _call_impl): shapes of tensors are
    not checked there, those of Python values are.
    """
    given, why = dict(intent.kwargs), []
    specs = {name: spec_of(end) for name, end in call.inputs.items()}
    if intent.args:
        alone = next(iter(specs), "") if len(specs) == 1 else ""
        if alone and len(intent.args) == 1 and not given and isinstance(intent.args[0], (Tensor, Composite)):
            given = {alone: intent.args[0]}
        else:
            why.append(f"a signature takes its inputs by name: {', '.join(specs) or 'it has none'}")
    wanted = {n: nearest(one, given.get(n)) for n, one in specs.items() if n in given or not call.inputs[n].optional}
    taken = specs
    if not v2:
        given, taken = _apart(given), _apart(specs)
    why += [f"there is no input {name}{_near(name, taken)}" for name in given if name not in taken]
    only_tensors = all(isinstance(value, Tensor) for value in given.values())
    for name, spec in taken.items():
        if name in given:
            why += [f"{name} {reason}" for reason in _against_input(given[name], spec, only_tensors)]
        elif name not in call.inputs or not call.inputs[name].optional:
            why.append(f"the input {name} is missing: {spec}")
    python = signature_python(intent.name, wanted, v2=v2)
    return Answer(f"signature {intent.name}", not why, tuple(why), call_text(intent.name, (), wanted), python)


def _apart(values: Mapping[str, Any]) -> dict[str, Any]:
    """Sparse and ragged values by their tensors, which have names of their own; how many there are is not said."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        parts = components(name, value) if isinstance(value, Composite) else {name: value}
        found.update(parts)
    return found


def _near(name: str, names: Mapping[str, Any] | Sequence[str]) -> str:
    near = get_close_matches(name, list(names), n=1, cutoff=0.4)
    return f" (near: {near[0]})" if near else ""


def _against_input(value: Any, wanted: Any, only_tensors: bool) -> Iterator[str]:
    if isinstance(value, Tensor) and isinstance(wanted, Tensor) and value.dtype == wanted.dtype and only_tensors:
        if not covers_shape(wanted.shape, value.shape):
            yield misfit(value.shape, wanted.shape, unchecked=True)
    else:
        yield from against(value, wanted, cast=True)


# --- restored functions: arguments in order, defaults filled in, then the concrete functions one by one


def answer_of_function(intent: Intent, function: Restored) -> Answer:
    """The first concrete function that accepts the call answers it; else the nearest one says what it misses."""
    if not function.traces:
        return Answer(
            f"function {function.path}", False, ("Found zero restored functions for caller function",), "", ""
        )
    if function.flat is not None:
        return _answer_of_bare(intent, function, function.flat)
    bound, why = bind(intent, function.parameters)
    if bound is not None:
        why += _against_constraint(bound, function.parameters)
    refusals = []
    for place, trace in enumerate(function.traces):
        reasons = why or (list(_against_trace(bound, trace.takes, function.parameters)) if bound is not None else [])
        refusals.append((len(reasons), place, reasons))
    _, place, reasons = min(refusals)
    takes = function.traces[place].takes
    args, kwargs = _nearest_call(intent, function.parameters, takes, bound)
    told = (f"{NO_MATCH} ({len(refusals)} there)", *reasons) if reasons and not why else tuple(reasons)
    return Answer(
        f"function {function.path}", not reasons, told, call_text(intent.name, args, kwargs),
        python_call(function.owner, args, kwargs),
    )  # fmt: skip


def bind(intent: Intent, parameters: Parameters) -> tuple[Signature | None, list[str]]:
    """The arguments in order, defaults filled in, as a concrete function takes them; None with the reasons where Python
    would refuse the call (inspect.Signature.bind)."""
    names = (*parameters.positional, *parameters.named)
    values = dict(parameters.defaults)
    given = dict(zip(parameters.positional, intent.args, strict=False))
    rest = intent.args[len(parameters.positional) :]
    more: dict[str, Any] = {}
    why = []
    if rest and not parameters.star:
        why.append(f"takes {len(parameters.positional)} positional arguments, {len(intent.args)} are given")
    for name, value in intent.kwargs:
        if name in given:
            why.append(f"{name} is given twice")
        elif name in names:
            given[name] = value
        elif parameters.double_star:
            more[name] = value
        else:
            why.append(f"there is no argument {name}{_near(name, names)}")
    why += [f"the argument {name} is missing" for name in names if name not in given and name not in values]
    if why:
        return None, why
    full = {**values, **given}
    args = (*[full[name] for name in parameters.positional], *rest)
    kwargs = {**{name: full[name] for name in parameters.named}, **more}
    return Signature(args, tuple(sorted(kwargs.items()))), []


def _against_constraint(bound: Signature, parameters: Parameters) -> list[str]:
    """What the input_signature of a tf.function refuses; TensorFlow casts to it before it looks for a match."""
    found = []
    for place, (value, wanted) in enumerate(zip(bound.args, parameters.constraint or (), strict=False)):
        found += [f"{_named(parameters, place)} {reason}" for reason in against(value, wanted, cast=True)]
    return found


def _named(parameters: Parameters, place: int) -> str:
    """What the argument at a place is called."""
    count = len(parameters.positional)
    return parameters.positional[place] if place < count else f"{parameters.star or 'argument '}[{place - count}]"


def _against_trace(bound: Signature, takes: Signature, parameters: Parameters, *, cast: bool = False) -> Iterator[str]:
    constrained = len(parameters.constraint or ())
    if len(bound.args) != len(takes.args):
        yield f"gives {len(bound.args)} positional arguments, traced were {len(takes.args)}"
    for place, (value, wanted) in enumerate(zip(bound.args, takes.args, strict=False)):
        if place >= constrained:
            yield from (f"{_named(parameters, place)} {reason}" for reason in against(value, wanted, cast=cast))
    its = dict(takes.kwargs)
    for name, value in bound.kwargs:
        if name not in its:
            yield f"{name} is not taken"
        else:
            yield from (f"{name} {reason}" for reason in against(value, its.pop(name), cast=cast))
    yield from (f"the argument {name} is missing: {spelled(wanted)}" for name, wanted in its.items())


def _nearest_call(
    intent: Intent, parameters: Parameters, takes: Signature, bound: Signature | None
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments of the nearest call that a concrete function accepts; what equals its default is left out."""
    known: dict[str, Any] = dict(intent.kwargs)
    known.update(zip(parameters.positional, intent.args, strict=False))
    if bound is not None:
        known.update(zip(parameters.positional, bound.args, strict=False))
        known.update(bound.kwargs)
    values = dict(parameters.defaults)
    named: dict[str, Any] = {}
    args: list[Any] = []
    starred = len(takes.args) > len(parameters.positional)  # what comes before *rest comes by position
    for place, spec in enumerate(takes.args):
        name = parameters.positional[place] if place < len(parameters.positional) else ""
        if starred or not name.isidentifier():
            args.append(nearest(spec, known.get(name), literals=True))
        elif name not in values or not _same(spec, values[name]):
            named[name] = nearest(spec, known.get(name), literals=True)
    for name, spec in takes.kwargs:
        if name not in values or not _same(spec, values[name]):
            named[name] = nearest(spec, known.get(name), literals=True)
    return tuple(args), named


def _same(spec: Any, value: Any) -> bool:
    return not isinstance(spec, (Tensor, Composite)) and covers(spec, value)


def _answer_of_bare(intent: Intent, function: Restored, flat: Flat) -> Answer:
    """A concrete function that was saved as one: it takes the arguments of its Python function, where it knows them, and
    its tensors by name (concrete_function.py _call_impl)."""
    takes = function.traces[0].takes
    why = _against_flat(intent, flat)
    if flat.structured:
        bound, reasons = bind(intent, function.parameters)
        if bound is not None:
            reasons = list(_against_trace(bound, takes, function.parameters._replace(constraint=None), cast=True))
        why = min(why, reasons, key=len)
    known = {**dict(zip([name for name, _ in flat.specs], intent.args, strict=False)), **dict(intent.kwargs)}
    wanted = {name: nearest(spec, known.get(name)) for name, spec in flat.specs}
    return Answer(
        f"function {function.path}", not why, tuple(why), call_text(intent.name, (), wanted),
        python_call(function.owner, (), wanted),
    )  # fmt: skip


def _against_flat(intent: Intent, flat: Flat) -> list[str]:
    specs = dict(flat.specs)
    given, why = dict(zip(specs, intent.args, strict=False)), []
    if len(intent.args) > flat.by_position:
        why.append(f"takes {flat.by_position} arguments by position, {len(intent.args)} are given")
    for name, value in intent.kwargs:
        if name in given:
            why.append(f"{name} is given twice")
        elif name not in specs:
            why.append(f"there is no argument {name}{_near(name, specs)}")
        given[name] = value
    for name, spec in specs.items():
        value = given.get(name)
        if name not in given:
            why.append(f"the argument {name} is missing: {spec}")
        elif not isinstance(value, Tensor):
            why.append(f"{name} is {spelled(value)}, wanted is the tensor {spec}")
        elif value.dtype == spec.dtype and not covers_shape(spec.shape, value.shape):
            why.append(f"{name} {misfit(value.shape, spec.shape, unchecked=True)}")
        else:
            why += [f"{name} {reason}" for reason in against(value, spec)]
    return why


__all__ = ["Answer", "Answers", "answer_of_function", "answer_of_signature", "explain_call"]
