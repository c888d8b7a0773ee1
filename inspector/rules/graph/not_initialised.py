from __future__ import annotations

from collections.abc import Iterator

from inspector.model.graph import Graph, Kind
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule, node_at, with_ops
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.reach import callable_signatures

_TABLES = ("HashTable", "HashTableV2")
_ITERATORS = ("Iterator", "IteratorV2")
_TEXT = """\
words = Placeholder() {dtype: string, shape: [?]}
table = HashTableV2() {key_dtype: string, value_dtype: int64, shared_name: "t"}
keys = Const() {dtype: string, value: string[1] <"a">}
values = Const() {dtype: int64, value: int64[1] <1>}
unknown = Const() {dtype: int64, value: int64[] <-1>}
ids = LookupTableFindV2(table, words, unknown) {Tin: string, Tout: int64}
fill = LookupTableImportV2(table, keys, values) {Tin: string, Tout: int64}
signature serving_default (words: string[?] = words:0) -> (ids: int64[?] = ids:0)
"""
_ITERATOR = """\
it = IteratorV2() {shared_name: "", container: "", output_types: [float32], output_shapes: [[]]}
next = IteratorGetNext(it) {output_types: [float32], output_shapes: [[]]}
size = Const() {dtype: int64, value: int64[] <3>}
range = RangeDataset(size, size, size) {output_types: [float32], output_shapes: [[]]}
make = MakeIterator(range, it)
signature serving_default () -> (y: float32[] = next:0)
"""


class NotInitialised(Rule):
    """Lookup table or iterator that a signature uses and no init op fills.

    What it checks: every HashTable and every Iterator of the main graph that a signature reaches, against what the
    model's init op runs (the signature __saved_model_init_op, or the collections saved_model_main_op and
    legacy_init_op). Two tables of one shared_name are one table.

    Why it matters: the model loads, and the first call stops with "Table not initialized." or "GetNext() failed because
    the iterator has not been initialized". tf.saved_model.load runs the initialisers of the collection table_initializer
    by itself where a V1 model has no init op; TensorFlow Serving and tf.compat.v1.saved_model.load do not. Nobody
    initialises iterators by itself.

    How to fix: export with the initialiser as init op:
    ``builder.add_meta_graph_and_variables(..., main_op=tf.compat.v1.tables_initializer())``, or
    ``main_op=iterator.initializer``; better feed a placeholder instead of an iterator.
    """

    code = "GR012"
    name = "not-initialised"
    otherwise = ADVICE_NOTE
    needs = with_ops(*_TABLES, *_ITERATORS)
    about_nodes = True
    message = "no init op fills the {what} `{node}`, which {signatures} {use}"
    fix = "{cure}"
    good = (
        Example(f"init_op fill\n{_TEXT}"),
        Example("t = HashTableV2() {key_dtype: string, value_dtype: int64}"),
        Example(f"init_op make\n{_ITERATOR}"),
    )
    bad = (Example(_TEXT, expect=("table",)), Example(_ITERATOR, expect=("it",)))

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            kinds = view.meta.graph.kinds
            tables = [at for at, kind in enumerate(kinds) if kind.op in _TABLES]
            if tables:
                cure = "export with main_op=tf.compat.v1.tables_initializer(), or keep the table in a tf.Module"
                yield from _found(view, tables, "lookup table", cure)
            iterators = [at for at, kind in enumerate(kinds) if kind.op in _ITERATORS and not _is_made(view, at)]
            if iterators:
                cure = "export with main_op=iterator.initializer, or let a placeholder take the place of the iterator"
                yield from _found(view, iterators, "iterator", cure)


def _is_made(view: MetaView, iterator: int) -> bool:
    """Whether what a signature runs makes the iterator itself."""
    graph: Graph = view.meta.graph
    makers = {
        at
        for at, kind in enumerate(graph.kinds)
        if kind.op == "MakeIterator" and len(graph.inputs[at]) > 1
        if graph.inputs[at][1].partition(":")[0] == graph.names[iterator]
    }
    return any(makers & view.reach.signature(s).nodes for s in callable_signatures(view.meta))


def _found(view: MetaView, resources: list[int], what: str, cure: str) -> Iterator[Found]:
    names, kinds = view.meta.graph.names, view.meta.graph.kinds
    filled = view.reach.init().nodes
    shared = {_shared_name(kinds[at]) for at in resources if at in filled} - {b""}
    for at in resources:
        if at in filled or _shared_name(kinds[at]) in shared:
            continue
        using = [s.key for s in callable_signatures(view.meta) if at in view.reach.signature(s).nodes]
        if using:
            data = {
                "what": what,
                "node": names[at],
                "cure": cure,
                "signatures": ", ".join(using),
                "use": "uses" if len(using) == 1 else "use",
                "collected": what == "lookup table" and "table_initializer" in view.meta.collections,
            }
            yield Found(node_at(view, "", names[at]), names[at], data)


def _shared_name(kind: Kind) -> bytes:
    attr = kind.attrs.get("shared_name")
    return bytes(attr.proto.s) if attr is not None else b""
