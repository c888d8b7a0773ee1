"""Which damage is done to which model, and which kinds are held out."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from tests.differential.damage import KINDS, Kind, applied
from tests.differential.damage.kind import GRADIENT, UNUSED
from tests.differential.places import NoPlace, Place, place
from tests.differential.workbench import Copy, bases, keras_bases

HERE = Path(__file__).parent
HELD_OUT = HERE / "held_out.txt"
HEALTHY = "healthy"
HELD_OUT_SHARE = 0.1
SEED = 20
# Which models are damaged: for all loaders of TensorFlow, or for those of Keras.
ALL, KERAS = "", "keras"
POOLS = {ALL: bases, KERAS: keras_bases}


class Case(NamedTuple):
    """One damaged model. ``damage`` is the name of a kind, with its site and, if there are many, a number."""

    damage: str
    base: str

    def __str__(self) -> str:
        return f"{self.damage} on {self.base}"

    @property
    def kind(self) -> str:
        return self.damage.partition("#")[0].partition("@")[0]

    def make(self) -> tuple[Copy, Place]:
        """The damaged model; raises NoPlace."""
        if self.damage == HEALTHY:
            return Copy(self.base), place()
        return applied(self.damage, self.base)


def parse(text: str) -> Case:
    damage, _, base = text.partition(" on ")
    return Case(damage, base)


def select(pool: str = ALL) -> Iterator[Case]:
    """The healthy models, then all cases. Costs some milliseconds a case: damages are tried until enough apply.

    Of the pool KERAS, which is for its loaders, every kind is done once at each site, those of the family keras often.
    """
    models = sorted(POOLS[pool]())
    yield from (Case(HEALTHY, base) for base in (POOLS[pool]() if pool == ALL else models))
    for kind in KINDS.values():
        own = kind.family == KERAS
        if own and pool != KERAS:
            continue
        for site in kind.sites or ("",):
            few = site in (UNUSED, GRADIENT) or (pool == KERAS and not own)
            name = f"{kind.name}@{site}" if site else kind.name
            yield from _some(kind, name, 1 if few else kind.cases, models)


@cache
def _digest(base: str) -> str:
    return Copy(base).digest()


def _some(kind: Kind, name: str, wanted: int, models: list[str]) -> Iterator[Case]:
    order = list(models)
    random.Random(f"{SEED} {name}").shuffle(order)
    made = 0
    rounds = -(-wanted // len(order))
    numbered = kind.cases > 6
    for number, base in enumerate(order * rounds):
        case = Case(f"{name}#{number}" if numbered else name, base)
        try:
            changed = case.make()[0].digest() != _digest(base)
        except NoPlace:
            continue
        if not changed:
            continue
        yield case
        made += 1
        if made == wanted:
            return


def choose_held_out() -> list[str]:
    """Kinds that developers do not look at: a tenth of each family, by a seeded choice over the sorted names."""
    chosen = []
    families: dict[str, list[str]] = {}
    for kind in KINDS.values():
        families.setdefault(kind.family, []).append(kind.name)
    chance = random.Random(SEED)
    for family in sorted(families):
        names = sorted(families[family])
        chosen += chance.sample(names, max(1, round(len(names) * HELD_OUT_SHARE)))
    return sorted(chosen)


def held_out() -> frozenset[str]:
    return frozenset(HELD_OUT.read_text().split()) if HELD_OUT.exists() else frozenset()
