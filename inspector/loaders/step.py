"""What a step of a loader is, and what the walk over the steps carries along."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable

from inspector.findings import Finding, Target
from inspector.model.saved_model import Model
from inspector.named_tuple import NamedTuple
from inspector.topology.inspection import Inspection, MetaView

# What a step reads of a MetaGraph. A finding about a node counts only for a step that reads the graph that holds it.
MAIN = "main graph"
ALL_FUNCTIONS = "all functions"
IMPORTED_FUNCTIONS = "functions that the import instantiates"
RESTORE = "what the restore op runs"
INIT = "what the init op runs"
OBJECT_INIT = "what resources run"
SIGNATURE = "what the signature runs"

# What steps leave behind.
VARIABLES = "variables"
TABLES = "tables"
PLACED = "a placed graph"


class Extent(NamedTuple):
    """What a step looks at of a MetaGraph: nodes of the main graph by name (None: all of them), and functions."""

    nodes: frozenset[str] | None
    functions: Container[str]


_NO_NODES: frozenset[str] = frozenset()


class Entry(NamedTuple):
    """What a call runs: nodes of the main graph and functions, among these the concrete ones that it begins with."""

    nodes: frozenset[str]
    functions: frozenset[str]
    first: frozenset[str] = frozenset()


_NOTHING = Entry(_NO_NODES, frozenset())


class Walk:
    """The state of one walk: a model, the MetaGraph that the loader chose, and what earlier steps gave.

    ``view`` is None until a MetaGraph is chosen; ``signature`` is the key of the signature that is being called;
    ``nodes`` and ``functions`` are what its call reaches, ``first`` the concrete functions that it begins with.
    """

    __slots__ = (
        "_extents", "first", "functions", "given", "it", "loader", "members", "nodes", "signature", "tags", "view",
    )  # fmt: skip

    def __init__(self, it: Inspection, loader: str, tags: tuple[str, ...] | None) -> None:
        self.it = it
        self.loader = loader
        self.tags = tags
        self.view: MetaView | None = None
        self.given: set[str] = set()
        self.enter("", _NOTHING)
        self.members: tuple[str, ...] = ()
        self._extents: dict[str, Extent] = {}

    def enter(self, signature: str, entry: Entry) -> None:
        """Begin the call of a signature."""
        self.signature = signature
        self.nodes, self.functions, self.first = entry

    @property
    def model(self) -> Model:
        return self.it.model

    @property
    def target(self) -> Target:
        return self.it.target

    def extent(self, what: str) -> Extent:
        """What one of the words above (MAIN, RESTORE ...) comes to in the chosen MetaGraph; nothing where there is none."""
        if what == SIGNATURE:
            return Extent(self.nodes, self.functions)
        if what not in self._extents:
            self._extents[what] = self._extent(what)
        return self._extents[what]

    def _extent(self, what: str) -> Extent:
        view = self.view
        if view is None:
            return Extent(_NO_NODES, ())
        if what == MAIN:
            return Extent(None, ())
        if what == ALL_FUNCTIONS:
            return Extent(_NO_NODES, view.meta.library.by_name)
        if what == IMPORTED_FUNCTIONS:
            return Extent(_NO_NODES, view.reach.imported())
        if what == OBJECT_INIT:
            return Extent(_NO_NODES, view.reach.object_init())
        reached = view.reach.restore() if what == RESTORE else view.reach.init()
        names = view.meta.graph.names
        return Extent(frozenset(names[i] for i in reached.nodes), reached.functions)

    def calls(self, *ops: str) -> bool:
        """Whether what is being called runs one of these ops."""
        view = self.view
        if view is None:
            return False
        positions = view.reach.positions()
        main = view.meta.graph
        if any(main.kinds[positions[name]].op in ops for name in self.nodes if name in positions):
            return True
        bodies = (view.meta.function(name) for name in self.functions)
        return any(kind.op in ops for f in bodies if f is not None for kind in f.body.kinds)


Condition = Callable[[Finding, Walk], bool]
DOUBT = "doubt"  # not how a failure comes: the load may fail, and what it hangs on is not known


class Mind(NamedTuple):
    """One rule that a step minds, by its name (``python -m inspector explain input-missing`` tells what it finds).

    ``when`` narrows it; ``how`` is the way in which the failure comes, or DOUBT.
    """

    rule: str
    when: Condition | None = None
    how: str = "error"


class Precondition(NamedTuple):
    """What must hold for a step to be taken, and in words why it is skipped otherwise."""

    holds: Callable[[Walk], bool]
    otherwise: str


class Step(NamedTuple):
    """One step of a loader.

    ``reads`` narrows findings about nodes to the graphs that the step looks at; ``runs_if`` is a condition on the walk;
    ``gives`` is what the step leaves behind when it runs; ``source`` is the file and function of TensorFlow.
    """

    name: str
    minds: tuple[Mind, ...]
    source: str
    reads: tuple[str, ...] = ()
    stage: str = "load"
    runs_if: Precondition | None = None
    gives: str = ""


class Loader(NamedTuple):
    """A loader: its name, how it is called, how it chooses a MetaGraph, its steps, and the signatures that it offers.

    ``entry`` gives what a call of one signature runs. ``like`` is the loader of TensorFlow that does the work for one of
    Keras, and what conditions are told. ``calls`` names what it offers; ``one_is_enough``: these are alternatives, of which
    its user takes one.
    """

    name: str
    call: str
    choose: Callable[[Walk], MetaView | None]
    steps: Callable[[Walk], tuple[Step, ...]]
    signatures: Callable[[Walk], Iterable[str]]
    entry: Callable[[Walk, str], Entry]
    like: str = ""
    takes_tags: bool = True
    calls: str = "signatures"
    one_is_enough: bool = False


def minds(*rules: str | Mind, when: Condition | None = None, how: str = "error") -> tuple[Mind, ...]:
    """Several rules under one condition."""
    return tuple(rule if isinstance(rule, Mind) else Mind(rule, when, how) for rule in rules)


def has_datum(key: str, *values: object) -> Condition:
    """Findings whose ``data[key]`` is one of the values."""
    return lambda finding, walk: finding.data.get(key) in values


def of_signature(finding: Finding, walk: Walk) -> bool:
    """Findings about the signature that is being called."""
    return finding.data.get("signature") == walk.signature
