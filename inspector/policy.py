"""What a project asks of its models beyond that they load: which rules count and how much, budgets, ops, signatures, tags.

Plain values. ``Demands`` are what the rules of the family PO hold a model to; ``Selectors`` and the severities say what of
all that is found is told and counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from inspector.named_tuple import NamedTuple

ALL = "ALL"


class Demands(NamedTuple):
    """Budgets (None: no limit; sizes in bytes), patterns of ops as in fnmatch, keys of signatures, tag-sets."""

    max_bytes: int | None = None
    max_parameters: int | None = None
    max_graphdef_bytes: int | None = None
    max_nodes: int | None = None
    allowed_ops: tuple[str, ...] = ()
    denied_ops: tuple[str, ...] = ()
    required_signatures: tuple[str, ...] = ()
    required_tags: tuple[str, ...] = ()


NO_DEMANDS = Demands()


class Selectors(NamedTuple):
    """One layer of a choice of rules, by code or prefix. ``select`` None leaves the choice of the layers before it."""

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()

    def chooses(self, code: str, before: bool) -> bool:
        """Whether a rule is on after this layer, if it was (not) ``before``. The longer selector goes before the shorter
        one, and of two that are equally long ``ignore``."""
        wanted = max(_length(self.select or (), code), _length(self.extend_select, code))
        unwanted = _length(self.ignore, code)
        if wanted < 0 and unwanted < 0:
            return before and self.select is None
        return wanted > unwanted


class Policy(NamedTuple):
    """The layers of selectors and of severities (by code or prefix), the later ones over the earlier, and the demands."""

    selectors: tuple[Selectors, ...] = ()
    severities: tuple[Mapping[str, str], ...] = ()
    demands: Demands = NO_DEMANDS

    def is_on(self, code: str) -> bool:
        """Whether what this rule finds is told and counts."""
        on = True
        for layer in self.selectors:
            on = layer.chooses(code, on)
        return on

    def severity(self, code: str) -> str | None:
        """The severity that the policy gives to a rule's findings; None leaves it to what they mean."""
        for layer in reversed(self.severities):
            fitting = [selector for selector in layer if _fits(selector, code)]
            if fitting:
                return layer[max(fitting, key=len)]
        return None


ANY = Policy()


def _fits(selector: str, code: str) -> bool:
    return selector == ALL or code.startswith(selector)


def _length(selectors: Iterable[str], code: str) -> int:
    """How much of a code the longest fitting selector names; -1 where none fits."""
    return max((0 if one == ALL else len(one) for one in selectors if _fits(one, code)), default=-1)
