"""A SavedModel folder as a ``Model``: everything that is read from disk, and everything that went wrong in reading.

Reading never judges. What is absent, damaged or something else becomes a ``Fault`` with a stable kind, and rules give
it words. Sources: tensorflow/python/saved_model/loader_impl.py (parse_saved_model), tensorflow/cc/saved_model/reader.cc
(ReadSavedModel), tensorflow/core/protobuf/{saved_model,meta_graph}.proto.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from inspector.errors import DEFAULT_LIMITS, FormatError, LimitExceeded, Limits, UsageError
from inspector.findings import Gap
from inspector.model.dtypes import Shape, shape_of
from inspector.model.graph import Function, Graph, KindTable, Library
from inspector.model.objects import ObjectGraph
from inspector.named_tuple import NamedTuple
from inspector.wire.fields import Span, carve
from inspector.wire.schema import DecodeError, full_message, message

if TYPE_CHECKING:
    import networkx

    from inspector.model.artifact import Artifact
    from inspector.model.bundle import TensorBundle

# Field numbers of the big parts: SavedModel.meta_graphs, MetaGraphDef.graph_def and object_graph_def, GraphDef.library.
_META_GRAPHS, _GRAPH_DEF, _OBJECT_GRAPH_DEF, _LIBRARY = 2, 2, 7, 2

Progress = Callable[[int], None] | None

PB = "saved_model.pb"
PBTXT = "saved_model.pbtxt"
INDEX = "variables/variables.index"
DEBUG_INFO = "debug/saved_model_debug_info.pb"
FINGERPRINT = "fingerprint.pb"
KERAS_METADATA = "keras_metadata.pb"
ASSETS_COLLECTION = "saved_model_assets"


class Fault(NamedTuple):
    """Something that stopped or disturbed the reading of one file. ``data`` says what was expected and found.

    Kinds: ``not-a-saved-model`` · ``graph-file-unreadable`` · ``graph-file-damaged`` · ``graph-file-empty`` ·
    ``both-graph-files`` · ``index-missing`` · ``index-unreadable`` · ``index-damaged`` · ``debug-info-damaged``.
    """

    kind: str
    file: str
    data: dict[str, Any]


class TensorInfo(NamedTuple):
    """One input or output of a signature. ``tensor`` is "x:0"; ``components`` are those of a sparse or ragged one."""

    tensor: str
    dtype: int
    shape: Shape
    components: tuple[str, ...] = ()


class Signature(NamedTuple):
    """A SignatureDef."""

    key: str
    inputs: dict[str, TensorInfo]
    outputs: dict[str, TensorInfo]
    method_name: str

    def tensors(self) -> Iterator[tuple[str, str, TensorInfo]]:
        """("inputs" or "outputs", name, TensorInfo), in the order of names."""
        for field, infos in (("inputs", self.inputs), ("outputs", self.outputs)):
            for name in sorted(infos):
                yield field, name, infos[name]


class MetaGraph:
    """A MetaGraphDef: graph, function library, signatures, saver, collections, assets, object graph.

    ``proto`` is the lean message without the graph and the object graph; what is named here is decoded when the model
    is opened. ``graph_bytes`` is the size of the serialized GraphDef.
    """

    __slots__ = ("graph", "graph_bytes", "index", "library", "objects", "proto", "signatures", "tags", "versions")

    def __init__(self, index: int, raw: bytes, span: Span, table: KindTable) -> None:
        (graphs, objects), rest = carve(raw, span, _GRAPH_DEF, _OBJECT_GRAPH_DEF)
        self.index = index
        self.proto = proto = message("MetaGraphDef").FromString(rest)
        info = proto.meta_info_def
        self.tags: tuple[str, ...] = tuple(sorted(set(info.tags)))
        if info.stripped_op_list:
            message("OpList").FromString(info.stripped_op_list)
        self.graph_bytes = sum(b - a for a, b in graphs)
        libraries: list[Span] = []
        parts = []
        for graph in graphs:
            (some,), more = carve(raw, graph, _LIBRARY)
            libraries += some
            parts.append(more)
        graph_def = message("GraphDef").FromString(b"".join(parts))
        if graph_def.debug_info:
            full_message("GraphDebugInfo").FromString(graph_def.debug_info)
        self.graph = Graph(index, "", graph_def.node, table)
        self.versions = message("VersionDef").FromString(graph_def.versions.SerializeToString())
        self.library = Library(index, raw, libraries, table)
        self.objects = ObjectGraph(b"".join(raw[a:b] for a, b in objects)) if objects else None
        self.signatures = {key: _signature(key, proto.signature_def[key]) for key in sorted(proto.signature_def)}

    @property
    def tensorflow_version(self) -> str:
        """The TensorFlow that saved it ("2.15.0"), an empty string where that is not recorded."""
        return str(self.proto.meta_info_def.tensorflow_version)

    @property
    def saver_def(self) -> Any | None:
        return self.proto.saver_def if self.proto.HasField("saver_def") else None

    @property
    def collections(self) -> Any:
        return self.proto.collection_def

    @property
    def assets(self) -> list[tuple[str, str]]:
        """(tensor name, file name below assets/): asset_file_def, or the collection of the first V1 models."""
        defs = list(self.proto.asset_file_def) or self._packed_assets()
        return [(asset.tensor_info.name, asset.filename) for asset in defs]

    def _packed_assets(self) -> list[Any]:
        if ASSETS_COLLECTION not in self.proto.collection_def:
            return []
        from google.protobuf.any_pb2 import Any as Packed

        found = []
        for raw in self.proto.collection_def[ASSETS_COLLECTION].any_list.value:
            try:
                found.append(message("AssetFileDef").FromString(Packed.FromString(raw).value))
            except DecodeError:
                continue  # another message: a loader looks at it only where asset_file_def is empty
        return found

    def graphs(self) -> Iterator[Graph]:
        """The main graph, then each function's body in file order."""
        yield self.graph
        for function in self.library.functions:
            yield function.body

    def function(self, name: str) -> Function | None:
        return self.library.by_name.get(name)


def _signature(key: str, proto: Any) -> Signature:
    inputs = {name: _tensor_info(info) for name, info in proto.inputs.items()}
    outputs = {name: _tensor_info(info) for name, info in proto.outputs.items()}
    return Signature(key, inputs, outputs, proto.method_name)


def _tensor_info(info: Any) -> TensorInfo:
    components: tuple[str, ...] = ()
    encoding = info.WhichOneof("encoding")
    if encoding == "coo_sparse":
        sparse = info.coo_sparse
        components = (sparse.values_tensor_name, sparse.indices_tensor_name, sparse.dense_shape_tensor_name)
    elif encoding == "composite_tensor":
        components = tuple(component.name for component in info.composite_tensor.components)
    shape = shape_of(info.tensor_shape) if info.HasField("tensor_shape") else None
    return TensorInfo(info.name, info.dtype, shape, components)


class Model:
    """What one path holds.

    ``path`` is as given; ``format`` is "saved_model.pb", "saved_model.pbtxt" or the kind of artifact that was found
    instead; ``faults`` are what went wrong; ``gaps`` what could not be looked at; ``assets`` maps the files below
    assets/ (relative, "/"-separated) to their sizes in bytes, ``extra_assets`` those below assets.extra/; ``side_files``
    are fingerprint.pb, keras_metadata.pb and the debug info, where they are there; ``verify`` says whether all bytes are
    to be compared with their checksums.
    """

    __slots__ = (
        "artifact", "assets", "bundle", "extra_assets", "faults", "folder", "format", "gaps", "kinds",
        "meta_graphs", "path", "schema_version", "side_files", "verify",
    )  # fmt: skip

    def __init__(self, path: str, folder: str) -> None:
        self.path = path
        self.folder = folder
        self.format = ""
        self.artifact: Artifact | None = None
        self.kinds = KindTable()
        self.meta_graphs: list[MetaGraph] = []
        self.schema_version = 0
        self.bundle: TensorBundle | None = None
        self.assets: dict[str, int] = {}
        self.extra_assets: dict[str, int] = {}
        self.side_files: tuple[str, ...] = ()
        self.verify = False
        self.faults: list[Fault] = []
        self.gaps: list[Gap] = []

    def faults_of(self, *kinds: str) -> list[Fault]:
        return [fault for fault in self.faults if fault.kind in kinds]

    @property
    def fingerprint(self) -> Any | None:
        """The FingerprintDef message of fingerprint.pb; None where there is none or it does not parse. Reads the file."""
        try:
            with open(os.path.join(self.folder, FINGERPRINT), "rb") as stream:
                return message("FingerprintDef").FromString(stream.read())
        except (OSError, DecodeError):
            return None

    @property
    def is_v2(self) -> bool:
        """Whether tf.saved_model.load takes its V2 path: one MetaGraph, with an object graph (load.py load_partial)."""
        return len(self.meta_graphs) == 1 and self.meta_graphs[0].objects is not None

    @property
    def by_keras(self) -> bool:
        """Whether a version of Keras saved or exported the model. Costs next to nothing."""
        graphs = (meta.objects for meta in self.meta_graphs)
        return KERAS_METADATA in self.side_files or any(graph is not None and graph.of_keras for graph in graphs)

    @property
    def has_index(self) -> bool:
        """Whether a checkpoint index is there, readable or not."""
        return self.bundle is not None or bool(self.faults_of("index-damaged", "index-unreadable"))

    @property
    def bytes_on_disk(self) -> int:
        """The size of all files below the folder. Cost: a stat for each file."""
        total = 0
        for where, _, names in os.walk(self.folder):
            for name in names:
                with suppress(OSError):
                    total += os.path.getsize(os.path.join(where, name))
        return total

    def op_graph(self, *, meta_graph: int = 0, function: str | None = None) -> networkx.MultiDiGraph[str]:
        """The ops of the main graph or of one function, as networkx. See ``inspector.topology.op_graph``."""
        from inspector.topology.views import op_graph

        return op_graph(self, meta_graph=meta_graph, function=function)

    def call_graph(self, *, meta_graph: int = 0) -> networkx.MultiDiGraph[str]:
        """Which function calls which, with roots for signatures and initializers. See ``topology.call_graph``."""
        from inspector.topology.views import call_graph

        return call_graph(self, meta_graph=meta_graph)


def open_model(
    path: str | os.PathLike[str],
    *,
    verify: bool | None = None,
    limits: Limits = DEFAULT_LIMITS,
    progress: Callable[[int], None] | None = None,
) -> Model:
    """Read a SavedModel. Whatever is wrong with it is in ``faults``; only a path that does not exist raises.

    ``verify`` True reads all checkpoint data and checks each tensor's crc32c, and has fingerprint.pb compared with files
    of any size; None does so up to 16 MiB of data.
    ``progress`` is told the bytes of checkpoint data read so far.
    Cost: the graph file, the index, and as much of the shards as ``verify`` asks for.
    Raises UsageError for a path that does not exist.
    """
    given = os.fspath(path)
    folder = os.path.abspath(given)
    model = Model(given, folder)
    if not os.path.isdir(folder):
        if not os.path.lexists(folder) and not os.path.exists(folder + ".index"):
            raise UsageError(f"no such path: {given}")
        return _something_else(model)
    if not any(os.path.lexists(os.path.join(folder, name)) for name in (PB, PBTXT)):
        return _something_else(model)
    return _read(model, verify, limits, progress)


def _read(model: Model, verify: bool | None, limits: Limits, progress: Progress) -> Model:
    model.verify = bool(verify)
    _read_graph_file(model, limits)
    _list_side_files(model)
    if model.meta_graphs:
        _read_checkpoint(model, verify, limits, progress)
    return model


def _something_else(model: Model) -> Model:
    from inspector.model.artifact import identify_file
    from inspector.model.folder import identify_folder

    try:
        found = identify_folder(model.path) if os.path.isdir(model.folder) else identify_file(model.path)
    except OSError as error:
        model.format = "unreadable"
        model.faults.append(Fault("graph-file-unreadable", "", {"why": error.strerror or str(error)}))
        return model
    if found is None:  # a graph file has arrived since we looked
        return _read(model, None, DEFAULT_LIMITS, None)
    model.artifact = found
    model.format = found.kind
    data = {"kind": found.kind, "title": found.title, "cure": found.cure}
    model.faults.append(Fault("not-a-saved-model", "", data))
    return model


def _read_graph_file(model: Model, limits: Limits) -> None:
    pb, pbtxt = os.path.join(model.folder, PB), os.path.join(model.folder, PBTXT)
    has_pb = os.path.exists(pb) or not os.path.lexists(pbtxt)  # else a broken link, and named as such
    model.format = PB if has_pb else PBTXT
    if has_pb and os.path.exists(pbtxt):
        model.faults.append(Fault("both-graph-files", PBTXT, {"used": PB}))
    file = os.path.join(model.folder, model.format)
    try:
        state = os.stat(file)
        if not stat.S_ISREG(state.st_mode):
            raise OSError(0, "not a regular file")
        size = state.st_size
        if size > (limits.graph_file if has_pb else limits.pbtxt_file):
            model.gaps.append(Gap(model.format, f"over limit: {size} bytes"))
            return
        with open(file, "rb") as stream:
            raw = stream.read()
    except OSError as error:
        model.faults.append(Fault("graph-file-unreadable", model.format, {"why": error.strerror or str(error)}))
        return
    try:
        _decode(model, raw if has_pb else _from_text(raw))
    except (DecodeError, FormatError) as error:
        model.meta_graphs = []
        model.faults.append(Fault("graph-file-damaged", model.format, _damage(raw, model.format, str(error))))
        return
    if not model.meta_graphs:
        model.faults.append(Fault("graph-file-empty", model.format, _damage(raw, model.format, "")))


def _decode(model: Model, raw: bytes) -> None:
    (metas,), rest = carve(raw, (0, len(raw)), _META_GRAPHS)
    model.schema_version = message("SavedModel").FromString(rest).saved_model_schema_version
    model.meta_graphs = [MetaGraph(i, raw, span, model.kinds) for i, span in enumerate(metas)]


def _from_text(raw: bytes) -> bytes:
    from google.protobuf import text_format

    from inspector.wire.schema import full_pool

    proto = full_message("SavedModel")()
    try:
        text_format.Parse(raw.decode(), proto, descriptor_pool=full_pool())
    except (text_format.ParseError, UnicodeDecodeError, RecursionError) as error:
        raise FormatError("pbtxt", PBTXT, str(error)) from None
    return bytes(proto.SerializeToString(deterministic=True))


def _damage(raw: bytes, name: str, why: str) -> dict[str, Any]:
    from inspector.model.artifact import identify_bytes

    artifact = identify_bytes(raw[:65536], len(raw), name, lambda: raw)
    if artifact is None:
        return {"why": why, "size": len(raw)}
    return {"why": why, "size": len(raw), "kind": artifact.kind, "title": artifact.title, "cure": artifact.cure}


def _list_side_files(model: Model) -> None:
    model.assets = _sizes(model, "assets")
    model.extra_assets = _sizes(model, "assets.extra")
    names = (FINGERPRINT, KERAS_METADATA, DEBUG_INFO)
    model.side_files = tuple(name for name in names if os.path.exists(os.path.join(model.folder, name)))
    try:
        with open(os.path.join(model.folder, DEBUG_INFO), "rb") as stream:
            full_message("GraphDebugInfo").FromString(stream.read())
    except (FileNotFoundError, NotADirectoryError):
        return
    except (OSError, DecodeError) as error:
        data = {"why": str(error), "folder": isinstance(error, IsADirectoryError)}
        model.faults.append(Fault("debug-info-damaged", DEBUG_INFO, data))


def _sizes(model: Model, folder: str, most: int = 100_000) -> dict[str, int]:
    """Relative path → size of each file below ``folder``; -1 for one that cannot be looked at."""
    found: dict[str, int] = {}
    top = os.path.join(model.folder, folder)
    for where, _, names in os.walk(top):
        for name in sorted(names):
            if len(found) >= most:
                model.gaps.append(Gap(folder, f"over limit: more than {most} files"))
                return found
            file = os.path.join(where, name)
            try:
                size = os.path.getsize(file)
            except OSError:
                size = -1
            found[os.path.relpath(file, top).replace(os.sep, "/")] = size
    return dict(sorted(found.items()))


def _read_checkpoint(model: Model, verify: bool | None, limits: Limits, progress: Progress) -> None:
    from inspector.model.bundle import open_bundle

    try:
        model.bundle = open_bundle(model.folder, verify=verify, limits=limits, progress=progress)
    except (FileNotFoundError, NotADirectoryError):
        there = os.path.isdir(os.path.join(model.folder, "variables"))
        model.faults.append(Fault("index-missing", INDEX, {"folder": there}))
    except OSError as error:
        model.faults.append(Fault("index-unreadable", INDEX, {"why": error.strerror or str(error)}))
    except LimitExceeded as error:
        model.gaps.append(Gap(error.file, f"over limit: {error.message}"))
    except FormatError as error:
        model.faults.append(Fault("index-damaged", INDEX, {"kind": error.kind, "why": error.message}))
