"""What a file is when it is no SavedModel, and what to do instead.

``KINDS`` is the closed list of kinds of files (``folder.py`` holds those of folders): kind → (title, cure).
Every artifact's ``data`` has ``certainty`` ("sure" or "likely") and ``name``; what else a kind tells stands beside it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping

from inspector.named_tuple import NamedTuple

_ORIGINAL = "inspect the SavedModel that it was made from; it cannot be turned back into one"
_AGAIN = "download it again: "
_WEIGHTS = "tf.train.load_checkpoint({prefix!r})  # weights only: build the model in code, restore, tf.saved_model.save"
_SESSION = "import tensorflow as tf\nwith tf.compat.v1.Session(graph=tf.Graph()) as sess:\n"
_SAVE = (
    "    find = sess.graph.get_tensor_by_name  # name your model's inputs and outputs below\n"
    "    tf.compat.v1.saved_model.simple_save(sess, {out!r}, {{'x': find({x!r})}}, {{'y': find('OUTPUT:0')}})"
)

KINDS: dict[str, tuple[str, str]] = {
    # Placeholders of a file that never arrived. data: oid, size (git-lfs); page (html); says (the first words)
    "git-lfs-pointer": ("a Git LFS pointer, not the file itself",
                        "git lfs install && git lfs pull --include {include}"),
    "git-annex-pointer": ("a git-annex pointer, not the file itself", "git annex get {path}"),
    "dvc-pointer": ("a DVC pointer, not the file itself", "dvc pull {path}"),
    "html-page": (
        "an HTML page: the download answered with an error or login page",
        _AGAIN + "from the raw or download link, logged in or with a token",
    ),
    "error-document": (
        "an error message of a server, stored as a file",
        _AGAIN + "with the right address and access rights (it says: {says})",
    ),
    "empty-file": ("an empty file", _AGAIN + "the export, download or copy never finished"),
    "zero-filled": ("a file of zero bytes only", _AGAIN + "the disk space was reserved, the content never arrived"),
    "broken-link": ("a symbolic link to nothing", "restore {target}, or copy the model again with cp -rL"),
    "unreadable": ("a path that cannot be read", "chmod -R u+rX {path}"),
    "special-file": ("a device, pipe or socket", "give the folder of a SavedModel"),
    # A SavedModel that is damaged, or is given by its file. data: model (its folder); declared, size, missing; offset
    "savedmodel-file": ("the graph file of a SavedModel; its path is the folder", "python -m inspector {folder}"),
    "savedmodel-misnamed": (
        "the graph file of a SavedModel under another name",
        "mkdir {out} && cp {path} {out}/{wanted} && python -m inspector {out}",
    ),
    "savedmodel-part": ("a file of a SavedModel; the model is its folder", "python -m inspector {folder}"),
    "savedmodel-truncated": (
        "the beginning of a SavedModel: the file ends too early",
        _AGAIN + "the file ends at byte {size}, its content at byte {declared}",
    ),
    "savedmodel-damaged": (
        "a damaged SavedModel: from byte {offset} on the content is wrong",
        _AGAIN + "or export the model again",
    ),
    "text-mode-damage": (
        "a binary file that was treated as text ({how})",
        _AGAIN + "in binary mode (FTP: `binary`; Git: `*.pb -text` in .gitattributes; Maven: no resource filtering)",
    ),
    "savedmodel-text": (
        "a SavedModel in protobuf text format under a binary name",
        "mv {path} {folder}/saved_model.pbtxt && python -m inspector {folder}",
    ),
    # Other messages of TensorFlow. data: placeholders (names of input nodes), truncated; prefix of a checkpoint
    "frozen-graphdef": (
        "a GraphDef (a frozen graph)",
        _SESSION + "    graph_def = tf.compat.v1.GraphDef.FromString(open({py}, 'rb').read())\n"
        "    tf.import_graph_def(graph_def, name='')\n" + _SAVE,
    ),
    "graphdef-text": (
        "a GraphDef (a graph without variables' values) in protobuf text format",
        "from google.protobuf import text_format\n" + _SESSION +
        "    graph_def = text_format.Parse(open({py}).read(), tf.compat.v1.GraphDef())\n"
        "    tf.import_graph_def(graph_def, name='')\n" + _SAVE,
    ),
    "metagraph": (
        "a MetaGraphDef (the .meta file of a TensorFlow 1 checkpoint)",
        _SESSION + "    tf.compat.v1.train.import_meta_graph({py}).restore(sess, {prefix!r})\n" + _SAVE,
    ),
    "metagraph-text": (
        "a MetaGraphDef in protobuf text format",
        "from google.protobuf import text_format\n" + _SESSION +
        "    meta_graph = text_format.Parse(open({py}).read(), tf.compat.v1.MetaGraphDef())\n"
        "    tf.compat.v1.train.import_meta_graph(meta_graph).restore(sess, 'CHECKPOINT')\n" + _SAVE,
    ),
    "hlo-module": ("an HloModule of XLA", _ORIGINAL),
    "checkpoint-state": ("the `checkpoint` file, which only names checkpoints (latest: {latest})",
                         "tf.train.load_checkpoint({folder_py})  # weights only; tf.saved_model.save saves a model"),
    "checkpoint-data": ("a data shard of a checkpoint: weights without a graph", _WEIGHTS),
    "checkpoint-index": ("the index of a checkpoint: weights without a graph", _WEIGHTS),
    "checkpoint-prefix": ("the prefix of a checkpoint: weights without a graph", _WEIGHTS),
    "serving-config": ("a configuration of a model server, not a model",
                       "give the folder that its base_path or model repository names"),
    "pbtxt-other": ("protobuf text of another message (its first field is {field})", "give the folder of a SavedModel"),
    # Keras, other frameworks and data. data: format (archive, tfjs), inside (folder with the graph file in an archive)
    "keras-v3": ("a Keras 3 model file (.keras)",
                 "tf.keras.models.load_model({py}).export({out!r})  # then: python -m inspector {out}"),
    "hdf5": ("an HDF5 file (a Keras model or its weights)",
             "tf.keras.models.load_model({py}, compile=False).export({out!r})  # then: python -m inspector {out}"),
    "hdf5-weights": ("Keras weights in HDF5, without a graph",
                     "model.load_weights({py})  # on the model built in code; then model.export({out!r})"),
    "tflite": ("a TensorFlow Lite model", "tf.lite.experimental.Analyzer.analyze(model_path={py})  # or " + _ORIGINAL),
    "onnx": ("an ONNX model", "onnx2tf -i {path} -o {out} && python -m inspector {out}"),
    "tfjs": ("a TensorFlow.js model ({format})", _ORIGINAL),
    "coreml": ("a Core ML model", _ORIGINAL),
    "tensorrt-plan": ("a TensorRT engine, tied to one GPU and release", _ORIGINAL),
    "pytorch": ("a PyTorch checkpoint or TorchScript file", "torch.load({py}, weights_only=True)  # PyTorch reads it"),
    "safetensors": ("weights in safetensors, without a graph", "safetensors.safe_open({py}, framework='np')"),
    "gguf": ("a GGUF model (llama.cpp)", "llama.cpp reads it; TensorFlow does not"),
    "pickle": ("a Python pickle: loading one runs its code", _ORIGINAL),
    "numpy": ("NumPy arrays, without a graph", "numpy.load({py})"),
    "archive": ("an archive ({format})", "{unpack} && python -m inspector {there}"),
    "base64": ("base64 text of a SavedModel", "base64 -d {path} > {out}.pb && mv {out}.pb {path}"),
    "json-text": ("a JSON document", "give the folder of a SavedModel"),
    "xml-text": ("an XML document", "give the folder of a SavedModel"),
    "text-file": ("a text file (it begins: {says})", "give the folder of a SavedModel"),
    "unknown-file": ("a file of an unknown kind", "give the folder that holds saved_model.pb"),
}  # fmt: skip

GRAPH_FILES = ("saved_model.pb", "saved_model.pbtxt")
PART_FOLDERS = ("variables", "assets", "assets.extra", "debug")
PARTS = ("fingerprint.pb", "keras_metadata.pb", "saved_model.cpb")


class Artifact(NamedTuple):
    """What something is: a stable ``kind``, its ``title`` for people, the ``cure`` to paste, and the details."""

    kind: str
    title: str
    cure: str
    data: dict[str, object]


def describe(
    table: Mapping[str, tuple[str, str]], kind: str, path: str, data: Mapping[str, object], certainty: str = "sure",
    words: Mapping[str, object] | None = None,
) -> Artifact:  # fmt: skip
    """The artifact of ``kind`` at ``path``, its title and cure filled in from ``data`` and ``words``. Reads nothing."""
    from shlex import quote

    name = os.path.basename(path.rstrip("/")) or path
    folder = os.path.dirname(path) or "."
    stem = re.sub(r"[^\w.-]+", "_", re.sub(r"(\.tar)?\.\w+$", "", name)).strip(".-") or "model"
    filling: dict[str, object] = {
        "path": quote(path), "py": repr(path), "folder": quote(folder), "folder_py": repr(folder), "name": quote(name),
        "out": "model" if stem in ("saved_model", name) else stem, "x": "INPUT:0", "prefix": prefix_of(path),
        **data, **(words or {}),
    }  # fmt: skip
    title, cure = table[kind]
    details = {"certainty": certainty, "name": name, **data}
    return Artifact(kind, title.format(**filling), cure.format(**filling), details)


def prefix_of(path: str) -> str:
    return re.sub(r"\.(index|meta|data-\d{5}-of-\d{5})$", "", path)


class Source:
    """The bytes of one file: its head at hand, the rest by place and only when asked for."""

    __slots__ = ("_far", "head", "name", "path", "size")

    def __init__(self, head: bytes, size: int, path: str, far: Callable[[int, int], bytes] | None) -> None:
        self.head = head
        self.size = max(size, len(head))
        self.path = path
        self.name = os.path.basename(path)
        self._far = far

    def near(self, offset: int, count: int) -> bytes:
        """Bytes of the head; fewer than asked for where the head ends."""
        return self.head[offset : offset + count]

    def at(self, offset: int, count: int) -> bytes:
        """Bytes of the file; those of the head where there is no more to read."""
        if offset + count <= len(self.head) or self.size == len(self.head) or self._far is None:
            return self.near(offset, count)
        return self._far(offset, count)

    def found(self, kind: str, certainty: str = "sure", **data: object) -> Artifact:
        return describe(KINDS, kind, self.path, data, certainty)
