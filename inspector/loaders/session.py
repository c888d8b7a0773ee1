"""What the loaders that run a Session share: how they choose a MetaGraph, and what a call of a signature executes."""

from __future__ import annotations

from inspector.loaders.step import Entry, Walk
from inspector.topology.inspection import MetaView
from inspector.topology.reach import callable_signatures

DEFAULT_TAGS = ("serve",)
TRANSFORM_TAGS = ("transform",)  # TensorFlow Transform loads its own graph and initialises the tables itself


def by_tags(walk: Walk) -> MetaView | None:
    """The first MetaGraph whose tags are exactly those asked for (cc/saved_model/reader.cc FindMetaGraphDef)."""
    asked = frozenset(walk.tags if walk.tags is not None else DEFAULT_TAGS)
    for view in walk.it.meta_views:
        if frozenset(view.meta.tags) == asked:
            return view
    return None


def signature_defs(walk: Walk) -> list[str]:
    """The keys of signature_def, without those of the init and train ops."""
    return [signature.key for signature in callable_signatures(walk.view.meta)] if walk.view is not None else []


def session_entry(walk: Walk, key: str) -> Entry:
    """The main graph's nodes and the functions that a Session run of a signature executes."""
    view = walk.view
    assert view is not None
    reached = view.reach.signature(view.meta.signatures[key])
    names = view.meta.graph.names
    return Entry(frozenset(names[i] for i in reached.nodes), reached.functions)
