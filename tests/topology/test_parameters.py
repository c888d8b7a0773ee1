"""Binding traced arguments: as Python's inspect module does it, which TensorFlow uses."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inspector.topology.parameters import Parameters, Unfit, bind, sanitized

NAMES = st.lists(st.sampled_from("abcde"), unique=True, max_size=5)


@given(
    NAMES, st.integers(0, 5), st.sets(st.sampled_from("abcde")), st.booleans(), st.booleans(), st.integers(0, 4), NAMES
)
def test_it_binds_what_python_binds(
    names: list[str], split: int, optional: set[str], many: bool, more: bool, count: int, keywords: list[str]
) -> None:
    positional, keyword_only = names[:split], names[split:]
    while positional and any(one in optional for one in positional) and positional[-1] not in optional:
        optional.add(positional[-1])
        positional.sort(key=lambda name: name in optional)
    positional.sort(key=lambda name: name in optional)
    taken = Parameters(tuple(positional), tuple(keyword_only), frozenset(optional & set(names)), many, more)
    assert _fits(taken, count, keywords) == _python_fits(taken, count, keywords)


def _fits(taken: Parameters, count: int, keywords: list[str]) -> bool:
    try:
        bind(taken, count, keywords)
    except Unfit:
        return False
    return True


def _python_fits(taken: Parameters, count: int, keywords: list[str]) -> bool:
    kind = inspect.Parameter
    made = [_made(name, kind.POSITIONAL_OR_KEYWORD, taken) for name in taken.positional]
    made += [kind("many", kind.VAR_POSITIONAL)] if taken.any_positional else []
    made += [_made(name, kind.KEYWORD_ONLY, taken) for name in taken.keyword_only]
    made += [kind("more", kind.VAR_KEYWORD)] if taken.any_keyword else []
    try:
        inspect.Signature(made).bind(*range(count), **dict.fromkeys(keywords))
    except TypeError:
        return False
    return True


def _made(name: str, kind: inspect._ParameterKind, taken: Parameters) -> inspect.Parameter:
    return inspect.Parameter(name, kind, default=None if name in taken.optional else inspect.Parameter.empty)


@pytest.mark.parametrize(("name", "becomes"), [("x/y:0", "x_y_0"), ("_x", "arg__x"), ("1", "arg_1"), ("é", "é")])
def test_names_become_arguments(name: str, becomes: str) -> None:
    assert sanitized(name) == becomes
