"""What a rule is: its words, its examples, and the three shapes in which it looks at a model."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, ClassVar

from inspector.findings import ADVICE, ERROR, NOTE, POLICY, UNSAFE, WARNING, WRONG_RESULT, Location, Otherwise
from inspector.model.graph import Form
from inspector.named_tuple import NamedTuple
from inspector.policy import NO_DEMANDS, Demands
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.ops import OpSet
from inspector.topology.wiring import Wiring

ADVICE_NOTE = Otherwise(ADVICE, NOTE)
ADVICE_WARNING = Otherwise(ADVICE, WARNING)
WRONG_RESULT_WARNING = Otherwise(WRONG_RESULT, WARNING)
WRONG_RESULT_ERROR = Otherwise(WRONG_RESULT, ERROR)
UNSAFE_WARNING = Otherwise(UNSAFE, WARNING)
UNSAFE_ERROR = Otherwise(UNSAFE, ERROR)
POLICY_ERROR = Otherwise(POLICY, ERROR)


def with_ops(*names: str) -> tuple[str, ...]:
    """The signs of ops, for ``Rule.needs``."""
    return tuple([f"op {name}" for name in names])


class Example(NamedTuple):
    """A model for which a rule must be silent, or must flag exactly the named places.

    ``text`` is the text form of a model (``inspector.model.text``); ``files`` are raw files that replace or join what
    the text makes (None removes a file); ``damage`` are (file, edit) pairs applied last: ("variables/variables.index",
    "cut 8") cuts the last 8 bytes, "flip 100" flips the lowest bit of byte 100, "remove" removes the file.
    ``expect`` holds the places (node, key, tensor or file names); empty for a good example. ``target`` is the release
    to judge against, the newest by default; ``demands`` are those of the policy.
    """

    text: str = ""
    expect: tuple[str, ...] = ()
    files: Mapping[str, bytes | None] = {}
    damage: tuple[tuple[str, str], ...] = ()
    target: str = "latest"
    demands: Demands = NO_DEMANDS


class Found(NamedTuple):
    """One thing found: where it is, and the data for the rule's words. ``place`` is what an example's expect names."""

    where: Location
    place: str
    data: dict[str, Any]


class Rule:
    """The words and examples of a rule, and its widest shape: it looks at a whole model for a target.

    The docstring of a subclass has a first line and the headings "What it checks", "Why it matters", "How to fix".
    ``message`` and ``fix`` are templates over ``data``. ``needs`` are signs (``inspector.topology.signs``): the rule is
    asked only where one of them is there, or always if it names none.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    otherwise: ClassVar[Otherwise]
    needs: ClassVar[tuple[str, ...]] = ()
    since: ClassVar[str] = "0.1"
    about_nodes: ClassVar[bool] = (
        False  # its findings are at nodes: a loader minds them only in the graphs that it reads
    )
    # Its data hold an empty `tensorflow`, which the engine fills in: so targets with equal ops share what it found.
    names_release: ClassVar[bool] = False
    message: ClassVar[str]
    fix: ClassVar[str]
    good: ClassVar[tuple[Example, ...]]
    bad: ClassVar[tuple[Example, ...]]

    def widening(self, data: Mapping[str, Any], release: str) -> str:
        """What makes the model work on a release where this bars it, for a rule that knows better than its fix."""
        return self.fix.format_map(data)

    def check(self, it: Inspection) -> Iterable[Found]:
        """What is wrong. Yields in file order; never prints, sorts, mutates or catches broadly."""
        raise NotImplementedError


class KindRule(Rule):
    """Judges an op with its type-like attrs, once per form and target, however many nodes share it."""

    about_nodes = True

    def check_form(self, form: Form, ops: OpSet) -> Iterable[dict[str, Any]]:
        """The data of each thing that is wrong with nodes of this form."""
        raise NotImplementedError

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            wrong = {form: found for form in it.model.kinds.forms if (found := list(self.check_form(form, view.ops)))}
            if wrong:
                yield from self._places(view, wrong)

    def _places(self, view: MetaView, wrong: dict[Form, list[dict[str, Any]]]) -> Iterator[Found]:
        for graph in view.meta.graphs():
            for name, kind in zip(graph.names, graph.kinds, strict=True):
                for data in wrong.get(kind.form, ()):
                    yield Found(node_at(view, graph.function, name), name, data)


class GraphRule(Rule):
    """Looks at one graph with its edges resolved: the main graph, then each function."""

    about_nodes = True

    def check_graph(self, wiring: Wiring, view: MetaView) -> Iterable[Found]:
        raise NotImplementedError

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            for wiring in view.wirings():
                yield from self.check_graph(wiring, view)


def node_at(view: MetaView, function: str, node: str, field: str = "") -> Location:
    """The location of a node, or of one of its fields, in the graph file."""
    return Location("", view.meta.index, function, node, field)


def found_node(wiring: Wiring, view: MetaView, at: int, /, field: str = "", **data: Any) -> Found:
    """A finding at the node with this position in its graph."""
    name = wiring.graph.names[at]
    return Found(node_at(view, wiring.function, name, field), name, data)
