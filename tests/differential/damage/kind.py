"""What a kind of damage is, and the register of all kinds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.differential.places import NoPlace, Place
from tests.differential.workbench import SITES, Body, Copy

MAIN, USED, NESTED, UNUSED, GRADIENT = SITES
EVERYWHERE = (MAIN, USED, NESTED, UNUSED, GRADIENT)
ATTEMPTS = 4  # a site may be one of several functions
IN_FUNCTIONS = (USED, NESTED, UNUSED, GRADIENT)


class Kind(NamedTuple):
    """A kind of damage: a function on a Copy, or on a Body at one of the ``sites``.

    ``cases`` is how many models are damaged in this way, at each site.
    """

    name: str
    family: str
    apply: Callable[..., Place]
    sites: tuple[str, ...]
    cases: int


KINDS: dict[str, Kind] = {}


def _register(function: Callable[..., Place], sites: tuple[str, ...], cases: int) -> None:
    name = function.__name__.rstrip("_")
    assert name not in KINDS, name
    KINDS[name] = Kind(name, function.__module__.rpartition(".")[2], function, sites, cases)


def damage(cases: int = 4) -> Callable[[Callable[[Copy], Place]], Callable[[Copy], Place]]:
    """Registers a damage to a model."""

    def register(function: Callable[[Copy], Place]) -> Callable[[Copy], Place]:
        _register(function, (), cases)
        return function

    return register


def graph_damage(*sites: str, cases: int = 2) -> Callable[[Callable[[Body], Place]], Callable[[Body], Place]]:
    """Registers a damage to the nodes of a graph, at these sites (default: all)."""

    def register(function: Callable[[Body], Place]) -> Callable[[Body], Place]:
        _register(function, sites or EVERYWHERE, cases)
        return function

    return register


def applied(name: str, base: str) -> tuple[Copy, Place]:
    """A damaged model by the name of the damage (``kind``, ``kind@site``, with ``#number``). Raises NoPlace."""
    kind, _, site = name.partition("#")[0].partition("@")
    for attempt in range(ATTEMPTS if site else 1):
        copy = Copy(base, f"{name} {attempt}")
        try:
            subject: Any = copy.body(site) if site else copy
            return copy, KINDS[kind].apply(subject)
        except NoPlace as error:
            last = error
    raise last
