"""Intended calls by the thousand: those that a model accepts, and each of them a little wrong in every way.

``calls(model)`` needs no TensorFlow; ``refusal`` makes a call with it and says why it was refused.
"""

from __future__ import annotations

import collections
import random
from collections.abc import Iterator
from typing import Any

from inspector.canonical.calling import components, nearest
from inspector.canonical.form import Canonical
from inspector.canonical.intent import Intent
from inspector.canonical.interface import call_of, spec_of
from inspector.canonical.ledger import Numbers
from inspector.canonical.objects import Restored
from inspector.canonical.specs import LIST, RAGGED, TUPLE, Composite, Dict, DType, Named, Sequence, Tensor
from inspector.canonical.variables import stored
from inspector.contract import NO_MATCH, Answer, answer_of_function, answer_of_signature
from inspector.model import dtypes
from inspector.model.saved_model import Model

_OTHER = ("float32", "float64", "int32", "int64", "string", "bool")
_LITERALS: tuple[Any, ...] = (
    True, 1, 0, 2.5, "a", None, Sequence(LIST, (1, 2)), Sequence(LIST, (1.5, 2.0)), Sequence(TUPLE, (1, 2)),
    Sequence(LIST, (Sequence(LIST, (1.0, 2.0)),)), Sequence(LIST, (True, 1)), Sequence(LIST, ()), Dict((("a", 1),)),
    Sequence(LIST, ("a",)), Sequence(LIST, (1, Sequence(LIST, (2, 3)))),
)  # fmt: skip


class Case:
    """One intended call: what is called, with what, and the answer to it."""

    __slots__ = ("answer", "intent", "owner", "signature", "v2")

    def __init__(self, intent: Intent, answer: Answer, v2: bool, owner: str = "") -> None:
        self.intent = intent
        self.answer = answer
        self.v2 = v2
        self.signature = not owner
        self.owner = owner or f"loaded.signatures[{intent.name!r}]"

    def __str__(self) -> str:
        return f"{'signature' if self.signature else 'function'} {self.intent}"


def calls(model: Model, chance: random.Random, most: int) -> Iterator[Case]:
    """At most so many calls of each signature and function."""
    for meta in model.meta_graphs[:1]:
        v2 = meta.objects is not None
        canonical = Canonical(model, meta, stored(model), Numbers())
        for key, one in canonical.signatures.items():
            call = call_of(meta, one)
            base = Intent(key, (), tuple((name, nearest(spec_of(end), None)) for name, end in call.inputs.items()))
            for intent in _some([base, *_wrong(base, chance)], chance, most):
                yield Case(intent, answer_of_signature(intent, call, v2=v2), v2)
        for function in canonical.functions().values():
            found = [base for trace in function.traces for base in _bases(function, trace.takes)]
            every = [*found, *(intent for base in found for intent in _wrong(base, chance))]
            for intent in _some(every, chance, most):
                yield Case(intent, answer_of_function(intent, function), v2, function.owner)


def _some(intents: list[Intent], chance: random.Random, most: int) -> list[Intent]:
    return intents if len(intents) <= most else [*intents[:2], *chance.sample(intents[2:], most - 2)]


def _bases(function: Restored, takes: Any) -> Iterator[Intent]:
    """A call by position, and one by name."""
    args = [nearest(spec, None) for spec in takes.args]
    kwargs = [(name, nearest(spec, None)) for name, spec in takes.kwargs]
    yield Intent(function.path, tuple(args), tuple(kwargs))
    names = function.parameters.positional
    if len(names) >= len(args):
        yield Intent(function.path, (), (*zip(names, args, strict=False), *kwargs))


def _wrong(base: Intent, chance: random.Random) -> Iterator[Intent]:
    args, kwargs = base.args, base.kwargs
    for place in range(len(args)):
        for value in _others(args[place], chance):
            yield base._replace(args=(*args[:place], value, *args[place + 1 :]))
        yield base._replace(args=(*args[:place], *args[place + 1 :]))
    for place, (name, value) in enumerate(kwargs):
        rest = kwargs[:place], kwargs[place + 1 :]
        for other in _others(value, chance):
            yield base._replace(kwargs=(*rest[0], (name, other), *rest[1]))
        yield base._replace(kwargs=(*rest[0], *rest[1]))
        yield base._replace(kwargs=(*rest[0], (f"{name}_", value), *rest[1]))
    yield base._replace(args=(*args, Tensor(1, ())))
    yield base._replace(kwargs=(*kwargs, ("unheard", 1)))
    if len(kwargs) > 1:
        yield Intent(base.name, (kwargs[0][1],), kwargs[1:])
        yield Intent(base.name, tuple(value for _, value in kwargs), ())
        yield Intent(base.name, (kwargs[1][1],), (kwargs[0], *kwargs[2:]))
    elif kwargs:
        yield Intent(base.name, (kwargs[0][1],), ())
    if len(args) > 1:
        yield base._replace(args=(args[1], args[0], *args[2:]))


def _others(value: Any, chance: random.Random) -> Iterator[Any]:
    """Values that are a little different, and some that are quite different."""
    if isinstance(value, (Tensor, Composite)):
        for name in chance.sample(_OTHER, 3):
            yield value._replace(dtype=dtypes.NUMBERS[name])
        shape = value.shape or ()
        yield value._replace(shape=(*shape, 1))
        yield value._replace(shape=(2, *shape))
        for place in range(len(shape)):
            yield value._replace(shape=(*shape[:place], (shape[place] or 0) + 1, *shape[place + 1 :]))
        if shape and isinstance(value, Tensor):
            yield value._replace(shape=shape[1:])
            yield _literal(shape, 1 if value.dtype in (3, 9) else "a" if value.dtype == dtypes.STRING else 0.5)
            if shape[0]:
                yield Sequence(LIST, (value._replace(shape=shape[1:]),) * shape[0])
        if isinstance(value, Composite):
            yield Tensor(value.dtype, value.shape)
    elif isinstance(value, Sequence):
        yield value._replace(kind=LIST if value.kind == TUPLE else TUPLE)
        yield value._replace(items=value.items[:-1])
        yield value._replace(items=(*value.items, Tensor(1, ())))
        for place in range(len(value.items)):
            for other in list(_others(value.items[place], chance))[:4]:
                yield value._replace(items=(*value.items[:place], other, *value.items[place + 1 :]))
    elif isinstance(value, (Dict, Named)):
        yield Dict(value.items) if isinstance(value, Named) else Named("Pair", value.items)
        yield value._replace(items=value.items[:-1])
        yield value._replace(items=(*value.items, ("zz", Tensor(1, ()))))
        yield Sequence(TUPLE, tuple(item for _, item in value.items))
        for place, (name, item) in enumerate(value.items):
            for other in list(_others(item, chance))[:4]:
                yield value._replace(items=(*value.items[:place], (name, other), *value.items[place + 1 :]))
    yield from chance.sample(_LITERALS, 4)


def _literal(shape: tuple[int | None, ...], of: Any) -> Any:
    return Sequence(LIST, (_literal(shape[1:], of),) * (shape[0] or 0)) if shape else of


def made(value: Any, tf: Any) -> Any:
    """The value for TensorFlow."""
    if isinstance(value, Tensor):
        return tf.zeros([dim or 0 for dim in value.shape or ()], dtypes.name(value.dtype))
    if isinstance(value, Composite):
        dense = made(Tensor(value.dtype, value.shape), tf)
        if value.kind == RAGGED:
            splits = getattr(tf, dtypes.name(value.splits))
            return tf.RaggedTensor.from_tensor(dense, ragged_rank=value.ragged_rank, row_splits_dtype=splits)
        return tf.sparse.from_dense(dense)
    if isinstance(value, Sequence):
        items = [made(item, tf) for item in value.items]
        return items if value.kind == LIST else tuple(items)
    if isinstance(value, Dict):
        return {name: made(item, tf) for name, item in value.items}
    if isinstance(value, Named):
        kind = collections.namedtuple(value.name, [name for name, _ in value.items])  # type: ignore[misc]
        return kind(*[made(item, tf) for _, item in value.items])
    return getattr(tf, dtypes.name(value.dtype)) if isinstance(value, DType) else value


class Unmakeable(Exception):
    """TensorFlow cannot make the value: nothing is called."""


def refusal(case: Case, loaded: Any, tf: Any) -> str | None:
    """Why TensorFlow refuses a call; empty where it was accepted, None where it failed in a way that does not tell.
    Raises Unmakeable."""
    try:
        args = [made(value, tf) for value in case.intent.args]
        kwargs = {}
        for name, value in case.intent.kwargs:
            apart = case.signature and not case.v2 and isinstance(value, Composite)
            parts = components(name, value) if apart else {name: value}
            kwargs.update((part, made(one, tf)) for part, one in parts.items())
    except Exception as error:
        raise Unmakeable(str(error)) from error
    function = eval(case.owner, {"loaded": loaded})
    try:
        function(*args, **kwargs)
    except ValueError as error:  # of another kind: the graph that was found does not take these sizes
        return str(error) if NO_MATCH in str(error) or "Binding inputs" in str(error) else ""
    except (TypeError, AttributeError, OverflowError) as error:
        return f"{type(error).__name__}: {error}"
    except tf.errors.OpError as error:
        return str(error) if "was expected to be a" in str(error) else None
    return ""
