from __future__ import annotations

from collections.abc import Iterator

from inspector.findings import Location
from inspector.model.graph import Graph, Kind
from inspector.named_tuple import NamedTuple
from inspector.rules.rule import WRONG_RESULT_ERROR, Example, Found, Rule
from inspector.topology.assets import AssetUse, asset_uses, path_of, stays_inside
from inspector.topology.inspection import Inspection, MetaView

_FILLS = ("InitializeTableFromTextFile", "InitializeTableFromTextFileV2")
_WHOLE_LINE, _LINE_NUMBER = -2, -1
_LFS = b"version https://git-lfs.github.com/spec/"
_LARGEST_READ = 8 << 20
_TABLE = """
meta_graph tags=[serve] tensorflow_version=2.15.0 producer=1645
init_op init
asset vocab.txt = path:0
graph
  path = Const() {dtype: string, value: string[] <"vocab.txt">}
  table = HashTableV2() {key_dtype: string, value_dtype: int64}
  fill = InitializeTableFromTextFileV2(table, path) {key_index: -2, value_index: -1, vocab_size: 2}
  init = NoOp(^fill)
"""


class AssetContent(Rule):
    """An asset holds something else than the model expects of it.

    What it checks: whether an asset is the pointer that Git LFS leaves where a file was not fetched; and of the vocabulary
    of a table whether it is empty, has fewer lines than the table's vocab_size, or has a line twice where the line is
    the key. Reads assets up to 8 MiB, once.

    Why it matters: a pointer has lines like any text: where no vocab_size was recorded, every loader fills its table with
    three lines of pointer and answers with other ids, or with that of an unknown word, without a word. A vocabulary that
    is too short stops the load with "Invalid vocab_size in ...: expected 30522 but got 3", a line that is there twice
    with "HashTable has different value for same key", an empty file with "Read less bytes than requested".

    How to fix: ``git lfs pull``, or copy the file again from where the model was exported.
    """

    code = "SM012"
    name = "asset-content"
    otherwise = WRONG_RESULT_ERROR
    needs = ("assets",)
    message = "asset assets/{filename} {problem}"
    fix = "{cure}"
    good = (Example(_TABLE, files={"assets/vocab.txt": b"a\nb\n"}),)
    bad = (
        Example(_TABLE, files={"assets/vocab.txt": b"a\n"}, expect=("vocab.txt",)),
        Example(_TABLE, files={"assets/vocab.txt": b"a\na\n"}, expect=("vocab.txt",)),
        Example(
            "asset data.bin = path:0\npath = Placeholder() {dtype: string}",
            files={"assets/data.bin": _LFS + b"v1\noid sha256:00\nsize 9\n"},
            expect=("data.bin",),
        ),
    )

    def check(self, it: Inspection) -> Iterator[Found]:
        for view in it.meta_views:
            fills: dict[str, list[Fill]] | None = None
            seen: set[str] = set()
            for use in asset_uses(view.meta, view.reach):
                if use.filename in seen or not stays_inside(it.model, use.filename):
                    continue
                seen.add(use.filename)
                raw = _content(path_of(it.model, use.filename))
                if raw is None:
                    continue
                fills = _fills(view) if fills is None else fills
                problem, refused = _problem(raw, _of_asset(view, use, fills))
                if problem:
                    pointer = raw.startswith(_LFS)
                    cure = "git lfs pull" if pointer else f"copy assets/{use.filename} again from the export"
                    data = {"filename": use.filename, "problem": problem, "cure": cure, "refused": refused}
                    data.update(session=use.session, objects=use.objects, functions=use.functions)
                    yield Found(Location(f"assets/{use.filename}", view.meta.index), use.filename, data)


class Fill(NamedTuple):
    """A node that fills a table from a text file: the node or argument that names the file, and what it takes."""

    source: str
    key: int
    value: int
    size: int


def _content(path: str) -> bytes | None:
    """The bytes of a file, None where it cannot be read or is too large: another rule's finding, or none."""
    try:
        with open(path, "rb") as stream:
            raw = stream.read(_LARGEST_READ + 1)
    except OSError:
        return None
    return raw if len(raw) <= _LARGEST_READ else None


def _fills(view: MetaView) -> dict[str, list[Fill]]:
    """Function ("" for the main graph) → the nodes in it that fill tables from files."""
    return {graph.function: found for graph in view.meta.graphs() if (found := list(_in_graph(graph)))}


def _in_graph(graph: Graph) -> Iterator[Fill]:
    for kind, inputs in zip(graph.kinds, graph.inputs, strict=True):
        if kind.op in _FILLS and len(inputs) > 1:
            numbers = [_number(kind, name, default) for name, default in
                       (("key_index", _WHOLE_LINE), ("value_index", _LINE_NUMBER), ("vocab_size", -1))]  # fmt: skip
            yield Fill(inputs[1].partition(":")[0], *numbers)


def _number(kind: Kind, name: str, default: int) -> int:
    attr = kind.attrs.get(name)
    return int(attr.proto.i) if attr is not None else default


def _of_asset(view: MetaView, use: AssetUse, fills: dict[str, list[Fill]]) -> list[Fill]:
    """The fills that read an asset: in the main graph by its node, in a function that captures nothing else that fills."""
    found = [fill for fill in fills.get("", ()) if fill.source == use.node]
    for name in use.functions:
        body = view.meta.function(name)
        if body is not None and len(fills.get(name, ())) == 1:
            found += fills[name]
    return found


def _problem(raw: bytes, fills: list[Fill]) -> tuple[str, bool]:
    """What is wrong with an asset ("" if nothing), and whether what reads it refuses it."""
    refused = ""
    if fills:
        lines = raw.replace(b"\r", b"").split(b"\n")
        if not lines[-1]:
            lines.pop()
        refused = next((text for fill in fills if (text := _refused(lines, fill))), "")
    if raw.startswith(_LFS):
        return f"is a Git LFS pointer, not the file{f', and {refused}' if refused else ''}", bool(refused)
    return refused, bool(refused)


def _refused(lines: list[bytes], fill: Fill) -> str:
    if not lines:
        return "is empty"
    if fill.size > 0 and len(lines) < fill.size:
        return f"has {len(lines)} lines, its table expects {fill.size}"
    if (fill.key, fill.value) != (_WHOLE_LINE, _LINE_NUMBER):
        return ""
    taken = lines[: fill.size] if fill.size > 0 else lines
    if b"" in taken:
        return f"has an empty line ({taken.index(b'') + 1})"
    if len(set(taken)) == len(taken):
        return ""
    first: dict[bytes, int] = {}
    for number, line in enumerate(taken, 1):
        if first.setdefault(line, number) != number:
            return f"has line {first[line]} again as line {number}: {line[:40].decode('utf-8', 'replace')!r}"
    return ""
