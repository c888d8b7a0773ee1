"""What a file is when it is no SavedModel, and what to do instead.

``KINDS`` below is the closed list of kinds of files (``folder.py`` holds those of folders): kind → (title, cure).
Every artifact's ``data`` has ``certainty`` ("sure" or "likely") and ``name``; what else a kind tells stands beside it.
"""

from __future__ import annotations

import os
import re
import stat
import struct
from collections.abc import Callable, Mapping
from typing import NamedTuple

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
_HEAD = 64 << 10
_ARRIVED_WRONG = (
    "git-lfs-pointer", "git-annex-pointer", "dvc-pointer", "html-page", "error-document", "empty-file", "zero-filled",
    "broken-link", "unreadable", "special-file", "savedmodel-truncated", "savedmodel-damaged", "text-mode-damage",
)  # fmt: skip


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
        "out": "model" if stem in ("saved_model", name) else stem, "x": "INPUT:0", "prefix": _prefix(path),
        **data, **(words or {}),
    }  # fmt: skip
    title, cure = table[kind]
    details = {"certainty": certainty, "name": name, **data}
    return Artifact(kind, title.format(**filling), cure.format(**filling), details)


def _prefix(path: str) -> str:
    return re.sub(r"\.(index|meta|data-\d{5}-of-\d{5})$", "", path)


class _Source:
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


def identify_bytes(head: bytes, size: int, name: str, read_all: Callable[[], bytes] | None = None) -> Artifact | None:
    """What bytes are that should be a SavedModel and do not parse, or hold no meta graph; None: nothing else is known.

    ``name`` is the path for the cure (relative to the model is enough); ``head`` the first 64 KiB or so. Cost: a look
    at the head. ``read_all`` is called at most once, for what stands after the head: the directory of a zip or tar,
    the footer of a checkpoint index, the middle of a file that begins with zeros, the fields of a protobuf message.
    """
    kept: list[bytes] = []

    def far(offset: int, count: int) -> bytes:
        if not kept and read_all is not None:
            kept.append(read_all())
        return kept[0][offset : offset + count]

    found = _look(_Source(head, size, name, far if read_all is not None else None))
    return None if found is None or found.kind == "savedmodel-file" else found


def identify_file(path: str) -> Artifact:
    """What the file at ``path`` is; the path may also be the prefix of a checkpoint. Raises OSError.

    Cost: 64 KiB, and small reads after that where ``identify_bytes`` would call ``read_all`` (at most 4 MiB, the
    directory of a zip). Never opens a pipe or a device.
    """
    try:
        mode = os.stat(path).st_mode
    except ValueError as error:  # a NUL in the path
        raise FileNotFoundError(2, str(error), path) from None
    except OSError as error:
        return _absent(path, error)
    if not stat.S_ISREG(mode) and not stat.S_ISDIR(mode):
        return describe(KINDS, "special-file", path, {})
    try:
        with open(path, "rb") as file:

            def far(offset: int, count: int) -> bytes:
                file.seek(offset)
                return file.read(count)

            head = file.read(_HEAD)
            source = _Source(head, os.fstat(file.fileno()).st_size, path, far)
            found = _look(source) or source.found("unknown-file")
    except PermissionError:
        return describe(KINDS, "unreadable", path, {})
    return _in_its_folder(found, path)


def has_graph_file(folder: str) -> bool:
    """Whether ``folder`` holds saved_model.pb or saved_model.pbtxt. Cost: two stats."""
    return any(os.path.isfile(os.path.join(folder, name)) for name in GRAPH_FILES)


def _absent(path: str, error: OSError) -> Artifact:
    """What stands beside a path that leads nowhere; raises ``error`` where nothing does."""
    if os.path.islink(path):
        return describe(KINDS, "broken-link", path, {"target": os.readlink(path)})
    if os.path.isfile(path + ".index"):
        return describe(KINDS, "checkpoint-prefix", path, {"prefix": path})
    if os.path.isfile(path + ".dvc"):
        return describe(KINDS, "dvc-pointer", path + ".dvc", {})
    if isinstance(error, PermissionError):
        return describe(KINDS, "unreadable", path, {})
    raise error


def _in_its_folder(found: Artifact, path: str) -> Artifact:
    """``found``, or its model where the file is a part of one."""
    folder, name = os.path.split(os.path.abspath(path))
    if found.kind == "savedmodel-file" and name not in GRAPH_FILES:
        wanted = GRAPH_FILES[bool(found.data.get("text"))]
        return describe(KINDS, "savedmodel-misnamed", path, {"wanted": wanted})
    if found.kind in _ARRIVED_WRONG or found.kind.startswith("savedmodel"):
        return found
    here = os.path.dirname(path) or "."
    inner = os.path.basename(folder) in PART_FOLDERS
    model = os.path.normpath(os.path.join(here, "..")) if inner else here
    if (inner or name in PARTS) and name not in GRAPH_FILES and has_graph_file(model):
        data = {"contains": found.kind, "model": model}
        return describe(KINDS, "savedmodel-part", os.path.join(model, name), data)
    return found


def _look(s: _Source) -> Artifact | None:
    """The bytes of ``s`` by what they say, then by what they look like."""
    if s.size == 0:
        return s.found("empty-file")
    shard = re.search(r"\.data-\d{5}-of-\d{5}$", s.name)
    if not shard and not s.head.strip(b"\0"):  # a shard of zeros may hold weights that are zero
        return _zeros(s)
    found = _text(s)
    if found is not None and (not shard or found.kind in _ARRIVED_WRONG):
        return found
    if shard:
        return s.found("checkpoint-data", "likely")
    return _magic(s) or _packed(s) or _sstable(s) or _text_mode(s) or _protobuf(s)


def _zeros(s: _Source) -> Artifact | None:
    """Zeros in the head: looks at the middle and the end as well."""
    rest = b"" if len(s.head) == s.size else s.at(s.size // 2, 4096) + s.at(max(0, s.size - 4096), 4096)
    if rest.strip(b"\0"):
        return None
    return s.found("zero-filled", "sure" if s.size <= len(s.head) else "likely", size=s.size)


# Text


def _decoded(s: _Source) -> str | None:
    """The head as text, or None where it is none."""
    head = s.head
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = head.decode("utf-16", "replace")
        if sum(character.isascii() for character in text) * 2 < len(text):
            return None
    else:
        try:
            text = head.removeprefix(b"\xef\xbb\xbf").decode()
        except UnicodeDecodeError as error:
            if len(head) == s.size or error.start < len(error.object) - 3:
                page = re.match(rb"(?:\s|<!--[^>]{0,300}>)*<(?:!doctype html|html|head)\b", head, re.I)
                return head.decode("latin-1") if page else None
            text = error.object[: error.start].decode()
    return None if re.search("[\x00-\x08\x0b\x0e-\x1f]", text) else text


def _text(s: _Source) -> Artifact | None:
    text = _decoded(s)
    if text is None:
        return None
    start = text.lstrip()
    says = " ".join(start[:200].split())[:60]
    if start.startswith(("version https://git-lfs", "version https://hawser")):
        return _lfs(s, start)
    if re.match(r"(\.\./)*(\.git)?/annex/objects/", start):
        return s.found("git-annex-pointer")
    if start.startswith(("outs:", "md5:")) and re.search(r"^(?:- )?[ \t]*md5: [0-9a-f]{32}", start, re.M):
        return s.found("dvc-pointer")
    if re.match(r"<(!doctype html|html|head|body)\b", re.sub(r"(?s)^(<\?xml.*?\?>|<!--.*?-->|\s)*", "", start), re.I):
        title = re.search(r"(?is)<title[^>]{0,200}>(.{0,300}?)</title>", start)
        return s.found("html-page", page=" ".join(title[1].split())[:80] if title else "")
    if start.startswith(("{", "[")):
        return _json(s, start, says)
    if start.startswith("<?xml") or re.match(r"<[A-Za-z][\w:]*[ />]", start):
        error = re.search(r"<(?:Code|Message)>([^<]{0,200})", start)
        return s.found("error-document", says=error[1]) if error else s.found("xml-text")
    if start.startswith(("CAES", "EgA")) and re.fullmatch(r"[A-Za-z0-9+/=\s]+", start):
        return s.found("base64", "likely")
    return _pbtxt(s, start) or _plain(s, start, says)


def _lfs(s: _Source, text: str) -> Artifact:
    from shlex import quote

    oid, size = re.search(r"^oid \w+:(\w+)", text, re.M), re.search(r"^size (\d{1,18})\b", text, re.M)
    ours = s.name in GRAPH_FILES or s.name.startswith("variables.")
    include = quote("saved_model.*,variables.*" if ours else s.name)
    data = {"oid": oid[1] if oid else "", "size": int(size[1]) if size else None}
    return describe(KINDS, "git-lfs-pointer", s.path, data, words={"include": include})


def _json(s: _Source, text: str, says: str) -> Artifact:
    if '"modelTopology"' in text or '"weightsManifest"' in text:
        form = re.search(r'"format"\s*:\s*"([\w-]{1,40})"', text)
        return s.found("tfjs", format=form[1] if form else "layers-model")
    error = re.search(r'"(?:error|message|Message|error_description)"\s*:\s*"([^"]{1,200})', text)
    if s.size < 8192 and error:
        return s.found("error-document", "likely", says=error[1])
    if s.size < 8192 and re.search(r'^\s*\{\s*"errors?"\s*:', text):
        return s.found("error-document", "likely", says=says)
    return s.found("json-text", "likely")


_FIRST_FIELDS = {
    "savedmodel": ("saved_model_schema_version", "meta_graphs"),
    "metagraph-text": ("meta_info_def", "graph_def", "saver_def", "collection_def", "signature_def"),
    "graphdef-text": ("node", "library", "versions"),
    "serving-config": ("model_config_list", "platform", "backend", "max_batch_size"),
    "checkpoint-state": ("model_checkpoint_path", "all_model_checkpoint_paths"),
}


def _pbtxt(s: _Source, text: str) -> Artifact | None:
    """Protobuf text by its first field."""
    match = re.match(r"(?:#[^\n]*\n\s*)*(\w{1,100})\s*[:{<]", text)
    if match is None:
        return None
    kind = next((kind for kind, names in _FIRST_FIELDS.items() if match[1] in names), "")
    if kind == "savedmodel":
        ours = s.name.endswith(".pbtxt")
        return s.found("savedmodel-file" if ours or s.name not in GRAPH_FILES else "savedmodel-text", text=True)
    if kind == "checkpoint-state":
        latest = re.search(r'model_checkpoint_path:\s*"([^"\n]{0,500})"', text)
        return s.found(kind, latest=latest[1] if latest else "none")
    if match[1] == "name" and re.search(r"^(platform|backend|max_batch_size|instance_group)\b", text, re.M):
        kind = "serving-config"
    if kind:
        return s.found(kind, "sure" if "{" in text else "likely")
    named = s.name.endswith((".pbtxt", ".prototxt", ".textproto", ".config"))
    return s.found("pbtxt-other", "likely", field=match[1]) if named else None


def _plain(s: _Source, text: str, says: str) -> Artifact:
    errors = r"not found|access ?denied|forbidden|unauthori[sz]ed|invalid (user|cred)|expired|rate limit|^error"
    if s.size < 2048 and re.search(errors, text, re.I):
        return s.found("error-document", "likely", says=says)
    return s.found("text-file", says=says)


# Magic bytes

_MAGICS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"TFL3", "tflite"), (0, b"ftrt", "tensorrt-plan"), (0, b"ptrt", "tensorrt-plan"), (0, b"GGUF", "gguf"),
    (0, b"\x93NUMPY", "numpy"), (0, b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19", "pytorch"),
)  # fmt: skip
_PACKERS: tuple[tuple[bytes, str, str], ...] = (
    (b"BZh", "bzip2", "tar -xjf {path}"), (b"\xfd7zXZ\0", "xz", "tar -xJf {path}"),
    (b"\x28\xb5\x2f\xfd", "zstd", "tar --zstd -xf {path}"), (b"7z\xbc\xaf\x27\x1c", "7z", "7z x {path}"),
    (b"Rar!\x1a\x07", "rar", "unrar x {path}"),
)  # fmt: skip


def _magic(s: _Source) -> Artifact | None:
    head = s.head
    for offset, magic, kind in _MAGICS:
        if head.startswith(magic, offset):
            return s.found(kind, "likely" if kind == "tensorrt-plan" else "sure")
    if any(head.startswith(b"\x89HDF\r\n\x1a\n", offset) for offset in (0, 512, 1024, 2048, 4096)):
        whole = b"model_config" in head
        weights = not whole and "weights" in s.name.lower()
        return s.found("hdf5-weights" if weights else "hdf5", "sure" if whole else "likely")
    if re.match(rb"\x80[\2-\5][}\](c)\x95\x8aXK]", head):
        return s.found("pickle", "likely")
    if head[8:9] == b"{" and len(head) > 8 and struct.unpack_from("<Q", head)[0] <= s.size - 8:
        return s.found("safetensors")
    return s.found("pickle", "likely") if s.name.endswith((".pkl", ".pickle", ".joblib")) else None


def _packed(s: _Source) -> Artifact | None:
    """Archives and the model files that are zips."""
    if s.head.startswith((b"PK\3\4", b"PK\5\6")):
        return _zip(s)
    if s.head.startswith(b"\x1f\x8b"):
        return _gzip(s)
    if s.head[257:262] == b"ustar":
        return _archive(s, "tar", "tar -xf {path}", _tar_names(s))
    for magic, form, unpack in _PACKERS:
        if s.head.startswith(magic):
            return _archive(s, form, unpack, [])
    return None


def _archive(s: _Source, form: str, unpack: str, names: list[str]) -> Artifact:
    """An archive, and the folder in it that holds the graph file, where its listing tells."""
    from shlex import quote

    into = re.sub(r"(\.tar)?\.\w+$", "", s.name) or "model"
    into = into if into != s.name else into + ".d"
    inside = [os.path.dirname(name) for name in names if os.path.basename(name) in GRAPH_FILES]
    command = unpack.format(path=quote(s.path), into=quote(into))
    if unpack.startswith("tar"):
        command = f"mkdir {quote(into)} && {command} -C {quote(into)}"
    elif "{into}" not in unpack:
        into = "."
    there = os.path.normpath(os.path.join(into, inside[0].lstrip("/")) if inside else into)
    data = {"format": form, "inside": inside[0] or "."} if inside else {"format": form}
    return describe(KINDS, "archive", s.path, data, words={"unpack": command, "there": quote(there)})


def _zip(s: _Source) -> Artifact:
    names = _zip_names(s)
    bases = {os.path.basename(name) for name in names}
    if "config.json" in names and ("metadata.json" in names or "model.weights.h5" in names):
        return s.found("keras-v3")
    if "data.pkl" in bases:
        return s.found("pytorch", "sure" if bases & {"version", "constants.pkl"} else "likely")
    if names and all(name.endswith(".npy") for name in names):
        return s.found("numpy")
    if s.name.endswith(".keras") and not names:
        return s.found("keras-v3", "likely")
    return _archive(s, "zip", "unzip {path} -d {into}", names)


def _zip_names(s: _Source) -> list[str]:
    """The names in a zip: of its directory (at most 4 MiB, 10,000 entries), or where that is gone of the head."""
    tail_at = max(0, s.size - 65557)
    tail = s.at(tail_at, 65557)
    end = tail.rfind(b"PK\5\6")
    names: list[str] = []
    if end >= 0 and len(tail) >= end + 22:
        size = int(struct.unpack_from("<I", tail, end + 12)[0])
        start = tail_at + end - size
        names = _entries(s.at(start, min(size, 4 << 20)), b"PK\1\2", 46, 28) if start >= 0 else []
    return names or _entries(s.head, b"PK\3\4", 30, 26)


def _entries(block: bytes, magic: bytes, fixed: int, lengths: int) -> list[str]:
    names: list[str] = []
    at = block.find(magic)
    while at >= 0 and len(names) < 10_000 and at + fixed <= len(block):
        size = struct.unpack_from("<H", block, at + lengths)[0]
        names.append(block[at + fixed : at + fixed + size].decode("utf-8", "replace"))
        at = block.find(magic, at + fixed + size)
    return names


def _tar_names(s: _Source) -> list[str]:
    """The names in a tar, from the headers of its first 1,000 members."""
    names: list[str] = []
    at = 0
    while len(names) < 1_000 and at < s.size:
        header = s.at(at, 512)
        if header[257:262] != b"ustar":
            break
        name, prefix = (header[a:b].split(b"\0")[0].decode("utf-8", "replace") for a, b in ((0, 100), (345, 500)))
        names.append(f"{prefix}/{name}" if prefix and header[257:263] == b"ustar\0" else name)
        size = re.match(rb"[ 0]*([0-7]{0,11})[ \0]*$", header[124:136])
        if size is None:
            break
        at += 512 + (int(size[1] or b"0", 8) + 511) // 512 * 512
    return names


def _gzip(s: _Source) -> Artifact:
    """A gzip: a look into the first 256 KiB of what it holds."""
    import zlib
    from shlex import quote

    try:
        inner = zlib.decompressobj(31).decompress(s.head, 256 << 10)
    except zlib.error:
        inner = b""
    name = re.sub(r"\.(gz|gzip)$", "", s.name)
    within = _Source(inner, len(inner) + (len(s.head) < s.size or len(inner) == 256 << 10), name, None)
    if not inner or inner[257:262] == b"ustar":
        return _archive(s, "gzip", "tar -xzf {path}", _tar_names(within))
    found = None if inner.startswith(b"\x1f\x8b") else _look(within)
    target = s.path[: len(s.path) - len(s.name)] + (name if name != s.name else name + ".unpacked")
    data = {"format": "gzip", "contains": found.kind if found else "unknown-file"}
    words = {"unpack": f"gunzip -c {quote(s.path)} > {quote(target)}", "there": quote(target)}
    return describe(KINDS, "archive", s.path, data, words=words)


def _sstable(s: _Source) -> Artifact | None:
    """The footer's magic number, which a checkpoint index ends with. Reads 8 bytes at the end."""
    if s.at(max(0, s.size - 8), 8) == b"\x57\xfb\x80\x8b\x24\x75\x47\xdb":
        return s.found("checkpoint-index", "sure" if s.name.endswith(".index") else "likely")
    return None


def _text_mode(s: _Source) -> Artifact | None:
    """Bytes that some program took for text: every line feed has its carriage return, or all is UTF-8 by force."""
    if 8 <= s.head.count(b"\n") == s.head.count(b"\r\n"):
        return s.found("text-mode-damage", "likely", how="line ends changed to CRLF")
    if s.head.count(b"\xef\xbf\xbd") >= 8:
        try:
            s.head[:-3].decode()
        except UnicodeDecodeError as error:
            if error.start < len(s.head) - 7:
                return None
        return s.found("text-mode-damage", "likely", how="bytes replaced by U+FFFD")
    return None


# Protobuf messages, by their structure


class _Field(NamedTuple):
    number: int
    wire: int
    start: int
    stop: int
    value: int


def _varint(window: bytes, at: int) -> tuple[int, int]:
    value = 0
    for place in range(10):
        byte = window[at + place]
        value |= (byte & 127) << 7 * place
        if byte < 128:
            return value, at + place + 1
    raise ValueError


def _scan(read: Callable[[int, int], bytes], start: int, end: int, most: int) -> tuple[list[_Field], str]:
    """The fields of a message and how the scan ended: whole, more, cut (no more bytes to read), short, bad.

    Short: a field reaches beyond ``end``. Cost: 20 bytes for each field, contents are skipped.
    """
    fields: list[_Field] = []
    while start < end:
        if len(fields) == most:
            return fields, "more"
        window = read(start, min(20, end - start))
        try:
            tag, used = _varint(window, 0)
            wire, value = tag & 7, 0
            if not 0 < tag >> 3 < 1 << 29 or wire not in (0, 1, 2, 5):
                return fields, "bad"
            if wire in (0, 2):
                value, used = _varint(window, used)
        except IndexError:
            return fields, "short" if len(window) == end - start else "cut"
        except ValueError:
            return fields, "bad"
        stop = start + used + {0: 0, 1: 8, 2: value, 5: 4}[wire]
        fields.append(_Field(tag >> 3, wire, start + used, stop, value))
        if stop > end:
            return fields, "short"
        start = stop
    return fields, "whole"


def _inside(s: _Source, field: _Field, most: int = 8) -> list[_Field] | None:
    """The first fields of the message in ``field``, as far as the head shows them; None: it is no message."""
    if field.wire != 2:
        return None
    fields, end = _scan(s.near, field.start, min(field.stop, s.size), most)
    return None if end == "bad" or (end == "short" and field.stop <= s.size) else fields


def _string(s: _Source, field: _Field, pattern: bytes) -> bytes | None:
    """The string in ``field`` if the first 256 bytes of it match ``pattern``."""
    value = s.head[field.start : min(field.stop, field.start + 256)]
    return value if field.wire == 2 and re.fullmatch(pattern, value) else None


_NAME = rb"[A-Za-z0-9._][A-Za-z0-9_.\\/>:-]*"
_PRINTABLE = rb"[\x20-\x7e]+"


def _fits(fields: list[_Field], wires: dict[int, int]) -> bool:
    return bool(fields) and all(wires.get(field.number) == field.wire for field in fields)


def _first(fields: list[_Field] | None, number: int) -> _Field | None:
    """The first field with ``number``: writers differ in the order of fields, some write them backwards."""
    return next((field for field in fields or () if field.number == number), None)


def _node(s: _Source, field: _Field) -> tuple[bytes, bytes] | None:
    """Name and op of a NodeDef."""
    parts = _inside(s, field, 64)
    name_field, op_field = _first(parts, 1), _first(parts, 2)
    if name_field is None or op_field is None:
        return None
    name, op = _string(s, name_field, _NAME), _string(s, op_field, rb"[A-Za-z_][A-Za-z0-9_>.]*")
    return (name, op) if name and op else None


def _library(s: _Source, field: _Field) -> bool:
    """Whether this is a FunctionDefLibrary: a function in it has an OpDef that has a name."""
    function = _first(_inside(s, field, 64), 1)
    signature = _first(_inside(s, function, 64), 1) if function else None
    name = _first(_inside(s, signature, 64), 1) if signature else None
    return bool(name and _string(s, name, _NAME))


def _graph(s: _Source, fields: list[_Field]) -> bool:
    if not _fits(fields, {1: 2, 2: 2, 3: 0, 4: 2, 5: 2}):
        return False
    node, library, versions = (_first(fields, number) for number in (1, 2, 4))
    if node is not None:
        return _node(s, node) is not None
    if library is not None:
        return _library(s, library)
    numbers = _inside(s, versions) if versions is not None else None
    return bool(numbers) and all(part.number <= 3 for part in numbers or ())


def _meta_info(s: _Source, field: _Field) -> bool:
    parts = _inside(s, field)
    if not parts or not _fits(parts, {1: 2, 2: 2, 3: 2, 4: 2, 5: 2, 6: 2, 7: 0, 8: 2}):
        return False
    words = [part for part in parts if part.number in (1, 4, 5, 6)]
    seen = [part for part in words if part.start < min(part.stop, len(s.head))]
    readable = all(_string(s, part, _PRINTABLE) for part in seen)
    ops = [part for part in parts if part.number == 2]
    return readable and all(_inside(s, part, 1) is not None for part in ops)


def _meta_graph(s: _Source, fields: list[_Field]) -> bool:
    if not _fits(fields, dict.fromkeys(range(1, 8), 2)):
        return False
    info, graph = _first(fields, 1), _first(fields, 2)
    if info is not None:
        return _node(s, info) is None and _meta_info(s, info)
    if graph is not None:
        return _graph(s, _inside(s, graph) or [])
    return len(fields) > 1 and all(_inside(s, field) is not None for field in fields)


def _protobuf(s: _Source) -> Artifact | None:
    """A message by its fields: at most 200 of them, contents looked into as far as the head goes."""
    fields, end = _scan(s.at, 0, s.size, 200)
    if not fields:
        return None
    other = _onnx(s, fields, end) or _coreml(s, fields, end)
    if other is not None:
        return other
    good = fields if end != "bad" else fields[:8]
    graphs = [_inside(s, field) for field in good if field.number == 2]
    likely = any(_meta_graph(s, parts) for parts in graphs if parts)
    if _fits(good, {1: 0, 2: 2}) and (likely or _first(good, 1)):
        return _saved_model(s, fields, end, likely)
    if end == "bad":
        return None
    if _meta_graph(s, fields):
        return s.found("metagraph", "sure" if _first(fields, 1) else "likely")
    if _graph(s, fields):
        return _graph_def(s, fields, end)
    return _hlo(s, fields)


def _saved_model(s: _Source, fields: list[_Field], end: str, likely: bool) -> Artifact | None:
    """A SavedModel: whole on the outside, cut off, or followed by something else."""
    last = fields[-1]
    if end == "short":
        if not likely and last.number == 2 and last.stop <= s.size:
            return None
        seen = min(last.stop, s.size) - last.start if last.number == 2 else 0
        if not likely and seen > 1024:
            return None
        declared = last.stop if last.stop > s.size else s.size + 1
        return s.found("savedmodel-truncated", "sure" if likely else "likely",
                       declared=declared, size=s.size, missing=declared - s.size)  # fmt: skip
    if end == "bad":
        return s.found("savedmodel-damaged", "likely", offset=last.stop, size=s.size) if likely else None
    return s.found("savedmodel-file", "sure" if likely else "likely")


def _graph_def(s: _Source, fields: list[_Field], end: str) -> Artifact:
    nodes = [node for field in fields if field.number == 1 and (node := _node(s, field))]
    inputs = [name.decode() for name, op in nodes if op.startswith(b"Placeholder")][:5]
    data = {"placeholders": inputs, "truncated": end == "short"}
    words = {"x": f"{inputs[0]}:0"} if inputs else None
    return describe(KINDS, "frozen-graphdef", s.path, data, "sure" if nodes else "likely", words)


def _onnx(s: _Source, fields: list[_Field], end: str) -> Artifact | None:
    wires = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
    if not _fits(fields, wires) or end == "bad":
        return None
    words = [field for field in fields if field.number in (2, 3, 4)]
    if any(field.stop > field.start and not _string(s, field, _PRINTABLE) for field in words):
        return None
    if _first(fields, 7) is None and _first(fields, 8) is None:
        return None
    return s.found("onnx") if _first(fields, 1) else None


def _coreml(s: _Source, fields: list[_Field], end: str) -> Artifact | None:
    version, description = _first(fields, 1), _first(fields, 2)
    if end == "bad" or version is None or version.wire != 0 or description is None:
        return None
    parts = _inside(s, description) or []
    if any(part.number in (10, 100) for part in parts) or any(200 <= field.number < 4000 for field in fields):
        return s.found("coreml", "likely")
    return None


def _hlo(s: _Source, fields: list[_Field]) -> Artifact | None:
    begins = [field.number for field in fields[:3]] == [1, 2, 3]
    if begins and all(_string(s, field, _PRINTABLE) for field in fields[:2]) and _inside(s, fields[2]):
        return s.found("hlo-module", "likely")
    return None
