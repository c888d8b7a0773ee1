"""Healthy models in memory, and what a damage needs to take hold of them.

A damage gets a ``Copy`` of a healthy model: its files as bytes, ``saved_model.pb`` and ``variables.index`` as messages
where it asks for them. It changes what it wants and returns the ``Place`` that it damaged. Nothing here needs TensorFlow.
"""

from __future__ import annotations

import hashlib
import os
import random
import tarfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from inspector.wire.schema import full_message
from tests.differential.bundle import Bundle
from tests.differential.places import INDEX, PB, Directory, Link, NoPlace, Place, place

HERE = Path(__file__).parent
GOLDEN = HERE.parent.parent / "golden" / "models"
ARCHIVE, KERAS_ARCHIVE = HERE / "bases.tar.xz", HERE / "keras_bases.tar.xz"
KERAS_METADATA = "keras_metadata.pb"
HEALTHY_GOLDEN = (
    "keras3-mlp", "module-signatures", "nested-control-flow", "table-asset", "v1-two-tagsets", "v1-main-op-table",
    "sharded-checkpoint", "dtypes", "frozen-no-variables", "v1-frozen", "ragged-sparse", "tf-keras-mlp", "pbtxt-module",
    "serving-base/1",
)  # fmt: skip
LOOPS_AND_BRANCHES = ("If", "StatelessIf", "While", "StatelessWhile", "Case", "StatelessCase")
# Healthy models for the loaders of Keras, beside those of keras_bases.tar.xz.
KERAS_GOLDEN = ("tf-keras-mlp", "tf-keras-two-inputs", "keras3-mlp", "module-signatures")
T = TypeVar("T")


@cache
def bases() -> dict[str, dict[str, bytes]]:
    """Every healthy model: its files by relative path."""
    return _read(HEALTHY_GOLDEN, ARCHIVE)


@cache
def keras_bases() -> dict[str, dict[str, bytes]]:
    """The healthy models that are damaged for the loaders of Keras."""
    return _read(KERAS_GOLDEN, KERAS_ARCHIVE)


def _read(names: Iterable[str], archive: Path) -> dict[str, dict[str, bytes]]:
    found: dict[str, dict[str, bytes]] = {}
    for name in names:
        folder = GOLDEN / name
        found[name] = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    if archive.exists():
        with tarfile.open(archive) as tar:
            for member in tar:
                name, _, file = member.name.partition("/")
                content = tar.extractfile(member)
                assert content is not None
                found.setdefault(name, {})[file] = content.read()
    return found


class Copy:
    """A healthy model that may be damaged."""

    def __init__(self, base: str, seed: str = "") -> None:
        self.base = base
        files = bases()[base] if base in bases() else keras_bases()[base]
        self.files: dict[str, bytes | Directory | Link] = dict(files)
        self.random = random.Random(f"{base} {seed}")
        self._saved: Any = None
        self._keras: Any = None
        self._bundle: Bundle | None = None

    # files

    def read(self, file: str) -> bytes:
        content = self.files.get(file)
        if not isinstance(content, bytes):
            raise NoPlace(f"no {file}")
        return content

    def remove(self, file: str) -> Place:
        self.read(file)
        if file == KERAS_METADATA:
            self._keras = None
        del self.files[file]
        return place(file)

    def write(self, file: str, content: bytes | Directory | Link) -> Place:
        """Puts bytes in the place of a file; they go before what was done to the message that it held."""
        self.files[file] = content
        if file == PB:
            self._saved = None
        if file == INDEX:
            self._bundle = None
        if file == KERAS_METADATA:
            self._keras = None
        return place(file)

    def under(self, folder: str) -> list[str]:
        return [file for file in self.files if file.startswith(folder + "/")]

    @property
    def pb(self) -> bytes:
        """The bytes of saved_model.pb."""
        return self.read(PB)

    def graph_file(self, content: bytes) -> Place:
        """Puts other bytes in the place of saved_model.pb."""
        self.read(PB)
        return self.write(PB, content)

    def pick(self, things: Iterable[T], test: Callable[[T], object] = lambda thing: True) -> T:
        """One of the things that pass the test, a different one for each base and kind."""
        fitting = [thing for thing in things if test(thing)]
        if not fitting:
            raise NoPlace("nothing that fits")
        return self.random.choice(fitting)

    # messages

    @property
    def saved(self) -> Any:
        """The SavedModel, as a message; written back at the end."""
        if self._saved is None:
            self._saved = full_message("SavedModel").FromString(self.pb)
        return self._saved

    @property
    def keras(self) -> Any:
        """The metadata of Keras, as a message; written back at the end."""
        if self._keras is None:
            self._keras = full_message("KerasMetadata").FromString(self.read(KERAS_METADATA))
        return self._keras

    @property
    def meta(self) -> Any:
        """The MetaGraphDef that the loaders take."""
        return self.saved.meta_graphs[0]

    @property
    def graph(self) -> Any:
        return self.meta.graph_def

    @property
    def library(self) -> Any:
        return self.graph.library

    @property
    def is_v2(self) -> bool:
        return len(self.saved.meta_graphs) == 1 and bool(self.meta.HasField("object_graph_def"))

    def v1(self) -> None:
        if self.is_v2:
            raise NoPlace("a V1 model is wanted")

    @property
    def objects(self) -> Any:
        """The SavedObjectGraph."""
        if not self.is_v2:
            raise NoPlace("no object graph")
        return self.meta.object_graph_def

    @property
    def bundle(self) -> Bundle:
        """The checkpoint; written back at the end."""
        if self._bundle is None:
            self._bundle = Bundle(self)
        return self._bundle

    def functions(self) -> dict[str, Any]:
        return {function.signature.name: function for function in self.library.function}

    # graphs

    def main(self) -> Body:
        return Body(self, "", self.graph, self.graph.node)

    def function(self, name: str) -> Body:
        found = self.functions()[name]
        return Body(self, name, found, found.node_def)

    def body(self, where: str) -> Body:
        """The main graph, or a function of a sort: see SITES."""
        return SITES[where](self)

    # the end

    def finish(self) -> dict[str, bytes | Directory | Link]:
        if self._bundle is not None:
            self._bundle.finish()
        if self._saved is not None and isinstance(self.files.get(PB), bytes):
            self.files[PB] = self._saved.SerializeToString(deterministic=True)
        if self._keras is not None and isinstance(self.files.get(KERAS_METADATA), bytes):
            self.files[KERAS_METADATA] = self._keras.SerializeToString(deterministic=True)
        return self.files

    def digest(self) -> str:
        """Of all files, to tell whether a recorded outcome is about the same damage."""
        total = hashlib.sha256()
        for file, content in sorted(self.finish().items()):
            raw = content if isinstance(content, bytes) else repr(content).encode()
            total.update(f"{file} {len(raw)} ".encode() + raw)
        return total.hexdigest()[:12]

    def save(self, folder: str) -> None:
        """Writes the model into a new folder."""
        os.makedirs(folder)
        for file, content in self.finish().items():
            path = os.path.join(folder, file)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            if isinstance(content, Directory):
                os.makedirs(path, exist_ok=True)
            elif isinstance(content, Link):
                os.symlink(content.target, path)
            else:
                with open(path, "wb") as stream:
                    stream.write(content)


class Body:
    """The nodes of the main graph or of a function."""

    def __init__(self, copy: Copy, function: str, proto: Any, nodes: Any) -> None:
        self.copy = copy
        self.function = function
        self.proto = proto
        self.nodes = nodes

    @property
    def is_main(self) -> bool:
        return not self.function

    def node(self, test: Callable[[Any], object] = lambda node: True, *, ops: Sequence[str] = ()) -> Any:
        """A node that passes the test, and has one of the ops if any are named."""
        return self.copy.pick(self.nodes, lambda node: (not ops or node.op in ops) and test(node))

    def names(self) -> list[str]:
        arguments = [] if self.is_main else [arg.name for arg in self.proto.signature.input_arg]
        return [node.name for node in self.nodes] + arguments

    def consumers(self, name: str) -> list[Any]:
        return [node for node in self.nodes if any(base_of(text) == name for text in node.input)]

    def producers(self, node: Any) -> list[str]:
        return [base_of(text) for text in node.input]

    def tensor(self, node: Any, output: str = "") -> str:
        """How an input names the first output of a node."""
        if self.is_main:
            return str(node.name)
        used = [text for other in self.nodes for text in other.input] + [
            text for _, text in sorted(self.proto.ret.items())
        ]
        known = [text for text in used if text.startswith(f"{node.name}:")]
        return known[0] if known else f"{node.name}:{output or 'output'}:0"

    def is_used(self, node: Any) -> bool:
        """Whether another node or the result takes something of the node."""
        if self.consumers(node.name):
            return True
        return not self.is_main and any(base_of(text) == node.name for text in self.proto.ret.values())

    def add(self, name: str, op: str, inputs: Sequence[str] = (), **attrs: Any) -> Any:
        """A new node; attrs are DataType numbers as ("type", 1) and the like."""
        node = self.nodes.add(name=name, op=op, input=inputs)
        for key, (kind, value) in attrs.items():
            if kind in ("type", "i", "b", "s", "f"):
                setattr(node.attr[key], kind, value)
            else:
                getattr(node.attr[key], kind).CopyFrom(value)
        return node

    def at(self, node: Any, *more: str) -> Place:
        """The node itself."""
        return place(node.name, *more, function=self.function)

    def around(self, node: Any, *more: str) -> Place:
        """The node or one that takes from it or gives to it: a conflict has two ends."""
        near = [other.name for other in self.consumers(node.name)] + self.producers(node)
        return place(node.name, *more, *near, function=self.function)


def base_of(text: str) -> str:
    """The name of a node out of an input."""
    return text.lstrip("^").partition(":")[0]


def called_by(node: Any) -> Iterator[str]:
    """The functions that a node names in attrs of kind func."""
    for _, value in sorted(node.attr.items(), key=lambda item: item[0]):
        if value.WhichOneof("value") == "func":
            yield value.func.name
        for function in value.list.func:
            yield function.name


def reached(copy: Copy, starts: Iterable[Any], through: Callable[[Any], bool] = lambda node: True) -> list[str]:
    """Functions that these nodes call, and those that they call, in the order of the walk."""
    functions = copy.functions()
    found: list[str] = []
    waiting = list(starts)
    while waiting:
        node = waiting.pop(0)
        names = list(called_by(node)) if through(node) else []
        for name in [*names, *([node.op] if node.op in functions else [])]:
            if name in functions and name not in found:
                found.append(name)
                waiting.extend(functions[name].node_def)
    return found


def _signature_calls(copy: Copy) -> list[Any]:
    """Nodes of the main graph whose output a signature takes; in V1 every node that calls."""
    if not copy.is_v2:
        return list(copy.graph.node)
    wanted = {base_of(info.name) for key, sig in copy.meta.signature_def.items() for info in sig.outputs.values()}
    return [node for node in copy.graph.node if node.name in wanted]


def _used(copy: Copy) -> Body:
    """A function that a signature calls, with enough nodes to damage."""
    found = [
        name
        for name in reached(copy, _signature_calls(copy), lambda node: node.op not in LOOPS_AND_BRANCHES)
        if len(copy.functions()[name].node_def) > 3
    ]
    return copy.function(copy.pick(found))


def _nested(copy: Copy) -> Body:
    """A branch, or the condition or body of a loop."""
    functions = copy.functions()
    live = reached(copy, _signature_calls(copy))
    nodes = [node for name in live for node in functions[name].node_def] + list(copy.graph.node)
    names = sorted({name for node in nodes if node.op in LOOPS_AND_BRANCHES for name in called_by(node)})
    return copy.function(copy.pick(names, lambda name: name in functions and len(functions[name].node_def) > 1))


def _unused(copy: Copy) -> Body:
    """A function that nothing calls: a copy of one that is called."""
    if not len(copy.library.function):
        raise NoPlace("no functions")
    twin = copy.pick(copy.library.function, lambda function: len(function.node_def) > 2)
    added = copy.library.function.add()
    added.CopyFrom(twin)
    added.signature.name = "__inference_unused_99999"
    return copy.function(added.signature.name)


def _gradient(copy: Copy) -> Body:
    """The function of a custom gradient."""
    names = [gradient.gradient_func for gradient in copy.library.registered_gradients]
    functions = copy.functions()
    return copy.function(copy.pick(names, lambda name: name in functions and len(functions[name].node_def) > 1))


SITES: dict[str, Callable[[Copy], Body]] = {
    "main": Copy.main,
    "used": _used,
    "nested": _nested,
    "unused": _unused,
    "gradient": _gradient,
}
