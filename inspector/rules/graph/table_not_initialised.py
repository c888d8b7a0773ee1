from __future__ import annotations

from collections.abc import Iterator

from inspector.model.graph import Kind
from inspector.rules.rule import ADVICE_NOTE, Example, Found, Rule, node_at
from inspector.topology.inspection import Inspection, MetaView
from inspector.topology.reach import callable_signatures

_TABLES = ("HashTable", "HashTableV2")
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


class TableNotInitialised(Rule):
    """Lookup table that a signature uses and no init op fills.

    What it checks: every HashTable of the main graph that a signature reaches, against what the model's init op runs
    (the signature __saved_model_init_op, or the collections saved_model_main_op and legacy_init_op). Two tables of one
    shared_name are one table.

    Why it matters: the model loads, and the first call stops with "Table not initialized." tf.saved_model.load runs the
    initialisers of the collection table_initializer by itself where a V1 model has no init op; TensorFlow Serving and
    tf.compat.v1.saved_model.load do not.

    How to fix: export with the initialiser as init op:
    ``builder.add_meta_graph_and_variables(..., main_op=tf.compat.v1.tables_initializer())``.
    """

    code = "GR012"
    name = "table-not-initialised"
    otherwise = ADVICE_NOTE
    about_nodes = True
    message = "no init op fills the lookup table `{table}`, which {signatures} {use}"
    fix = "export with main_op=tf.compat.v1.tables_initializer(), or keep the table as an attribute of a tf.Module"
    good = (Example(f"init_op fill\n{_TEXT}"), Example("t = HashTableV2() {key_dtype: string, value_dtype: int64}"))
    bad = (Example(_TEXT, expect=("table",)),)

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            kinds = view.meta.graph.kinds
            tables = [at for at, kind in enumerate(kinds) if kind.op in _TABLES]
            if tables:
                yield from _found(view, tables)


def _found(view: MetaView, tables: list[int]) -> Iterator[Found]:
    names, kinds = view.meta.graph.names, view.meta.graph.kinds
    filled = view.reach.init().nodes
    shared = {_shared_name(kinds[at]) for at in tables if at in filled} - {b""}
    for at in tables:
        if at in filled or _shared_name(kinds[at]) in shared:
            continue
        using = [s.key for s in callable_signatures(view.meta) if at in view.reach.signature(s).nodes]
        if using:
            data = {
                "table": names[at],
                "signatures": ", ".join(using),
                "use": "uses" if len(using) == 1 else "use",
                "collected": "table_initializer" in view.meta.collections,
            }
            yield Found(node_at(view, "", names[at]), names[at], data)


def _shared_name(kind: Kind) -> bytes:
    attr = kind.attrs.get("shared_name")
    return bytes(attr.proto.s) if attr is not None else b""
