"""What a folder is when it is not the folder of a SavedModel, and what to do instead.

``KINDS`` below is the closed list of kinds of folders (``artifact.py`` holds those of files): kind → (title, cure).
Every listing is bounded; a search downwards goes three levels deep and visits each folder once, so that symbolic links
cannot lead it in circles.
"""

from __future__ import annotations

import os
import re

from inspector.model.artifact import (
    GRAPH_FILES,
    PART_FOLDERS,
    Artifact,
    describe,
    has_graph_file,
    identify_file,
)
from inspector.model.artifact import KINDS as FILE_KINDS

KINDS: dict[str, tuple[str, str]] = {
    # data: versions (numbers, newest first) and folders (their names); inside (where the graph file's folder is,
    # relative) and others; model; file, contains; latest and prefixes; entries
    "serving-base": ("a TensorFlow Serving base folder ({count} versions)", "python -m inspector {there}"),
    "too-high": ("a folder above a SavedModel", "python -m inspector {there}"),
    "too-low": ("the {name} folder of a SavedModel", "python -m inspector {there}"),
    "graph-file-in-variables": (
        "a SavedModel whose graph file lies in variables/",
        "mv {moved} {path}/ && python -m inspector {path}",
    ),
    "graph-file-missing": (
        "a SavedModel whose saved_model.pb is missing",
        "copy or export the model again: saved_model.pb did not arrive",
    ),
    "graph-file-misnamed": (
        "a SavedModel whose graph file has another name ({file})",
        "mv {moved} {path}/{wanted} && python -m inspector {path}",
    ),
    "graph-file-is-a-folder": (
        "a folder whose {file} is a folder",
        "find {moved} -type f  # look for the graph file in it, or copy the model again",
    ),
    "graph-file-is-a-broken-link": (
        "a folder whose {file} is a symbolic link to nothing",
        "restore {target}, or copy the model again with cp -rL (git annex get, or a new download, where it was one)",
    ),
    "keras-without-graph-file": (
        "a Keras 2 SavedModel whose saved_model.pb is missing",
        "copy the whole folder again; keras_metadata.pb alone holds no graph",
    ),
    "cpb-only": (
        "a SavedModel in chunks (saved_model.cpb), which pip's TensorFlow does not read",
        "export again without chunking: tf.saved_model.SaveOptions(experimental_image_format=False)",
    ),
    "hub-cache": (
        "an entry of the TensorFlow Hub cache whose files are gone",
        "rm -r {path} {path}.descriptor.txt  # then load it again; TFHUB_CACHE_DIR sets a lasting place",
    ),
    "mlflow": ("an MLflow model", "python -m inspector {there}"),
    "mlflow-other": ("an MLflow model of another flavor ({flavor})", "mlflow.pyfunc.load_model({py})"),
    "tfjs": ("a TensorFlow.js model ({format})", FILE_KINDS["tfjs"][1]),
    "keras-v3-folder": (
        "an unzipped Keras 3 model",
        (
            "cd {path} && zip -r ../{out}.keras . && cd .. && "
            "python -c \"import tensorflow as tf; tf.keras.models.load_model('{out}.keras').export('{out}_export')\""
        ),
    ),
    "coreml": ("a Core ML package", FILE_KINDS["coreml"][1]),
    "checkpoint-folder": (
        "a folder of checkpoints: weights without a graph",
        "tf.train.load_checkpoint({prefix!r})  # build the model in code, restore, tf.saved_model.save",
    ),
    "other-model": ("a folder with {contains_title} ({file})", "{cure}"),
    "empty-folder": ("an empty folder", "copy or export the model again: nothing arrived"),
    "unreadable": ("a folder that cannot be read", "chmod -R u+rX {path}"),
    "unknown-folder": ("a folder without a SavedModel", "give the folder that holds saved_model.pb"),
}

_LISTED = 1_000  # entries of one folder
_VERSIONS = 10_000  # entries of a base folder: versions pile up there
_SEARCHED = 4_000  # entries of all folders that a search downwards looks at
_DEPTH = 3
_SKIPPED = (".git", "__MACOSX", ".ipynb_checkpoints", "node_modules", ".venv")
_MODEL_FILES = (
    ".keras", ".h5", ".hdf5", ".pb", ".pbtxt", ".onnx", ".tflite", ".meta", ".pt", ".pth", ".safetensors", ".plan",
    ".engine", ".zip", ".tgz", ".gz", ".tar", ".gguf", ".mlmodel", ".pkl", ".joblib", ".bin", ".dvc",
)  # fmt: skip


def identify_folder(path: str) -> Artifact | None:
    """What the folder at ``path`` is; None: it holds saved_model.pb or saved_model.pbtxt. Raises OSError.

    Cost: some listings and stats (1,000 entries a folder, 4,000 in all, three levels down); where another model's file
    lies in it, the first 64 KiB of up to 20 files.
    """
    if has_graph_file(path):
        return None
    try:
        names = _names(path, _LISTED)
    except PermissionError:
        return describe(KINDS, "unreadable", path, {})
    except ValueError as error:  # a NUL in the path
        raise FileNotFoundError(2, str(error), path) from None
    for look in (_graph_file, _hub_cache, _nothing, _too_low, _serving_base, _mlflow, _half, _too_high, _others):
        found = look(path, names)
        if found is not None:
            return found
    return describe(KINDS, "unknown-folder", path, {"entries": names[:10]})


def version_folders(path: str) -> list[int]:
    """The versions in a TensorFlow Serving base folder, newest (largest) first. Cost: see ``version_names``."""
    return list(version_names(path))


def version_names(path: str) -> dict[int, str]:
    """Version → name of its folder ("00000123" is version 123), newest first; only those that hold a graph file.

    Cost: a listing of at most 10,000 entries and two stats for each number among them. Empty where ``path`` cannot be
    listed.
    """
    try:
        names = [name for name in _names(path, _VERSIONS) if name.isascii() and name.isdigit() and int(name) < 1 << 63]
    except (OSError, ValueError):
        return {}
    names.sort(key=lambda name: (-int(name), name))
    found: dict[int, str] = {}
    for name in names:
        if int(name) not in found and has_graph_file(os.path.join(path, name)):
            found[int(name)] = name
    return found


def _names(path: str, most: int) -> list[str]:
    """The first ``most`` entries of a folder, sorted."""
    names: list[str] = []
    with os.scandir(path) as entries:
        for entry in entries:
            if len(names) == most:
                break
            names.append(entry.name)
    return sorted(names)


def _made(kind: str, path: str, data: dict[str, object], certainty: str = "sure", **words: str) -> Artifact:
    return describe(KINDS, kind, path, data, certainty, words)


def _quoted(*parts: str) -> str:
    from shlex import quote

    return quote(os.path.normpath(os.path.join(*parts)))


def _own_name(path: str) -> str:
    return os.path.basename(os.path.abspath(path))


def _graph_file(path: str, names: list[str]) -> Artifact | None:
    """A saved_model.pb that is there and is no file."""
    for file in GRAPH_FILES:
        full = os.path.join(path, file)
        if os.path.isdir(full):
            return _made("graph-file-is-a-folder", path, {"file": file}, moved=_quoted(full))
        if os.path.islink(full):
            return _made("graph-file-is-a-broken-link", path, {"file": file, "target": os.readlink(full)})
    return None


def _hub_cache(path: str, names: list[str]) -> Artifact | None:
    """TensorFlow Hub names a cache entry by a SHA-1, and describes it in <entry>.descriptor.txt beside it."""
    hashed = re.fullmatch(r"[0-9a-f]{40}", _own_name(path)) is not None
    beside = os.path.isfile(path.rstrip("/") + ".descriptor.txt")
    only = bool(names) and all(name.endswith("descriptor.txt") for name in names)
    if (hashed and (beside or not names or "variables" in names or "assets" in names)) or only:
        return _made("hub-cache", path, {"entries": names[:10]}, "sure" if beside else "likely")
    return None


def _nothing(path: str, names: list[str]) -> Artifact | None:
    return None if names else _made("empty-folder", path, {})


def _too_low(path: str, names: list[str]) -> Artifact | None:
    parent = os.path.join(path, "..")
    if _own_name(path) not in PART_FOLDERS or not has_graph_file(parent):
        return None
    above = os.path.normpath(parent)
    return _made("too-low", path, {"model": above}, there=_quoted(above), name=_own_name(path))


def _serving_base(path: str, names: list[str]) -> Artifact | None:
    versions = version_names(path)
    if not versions:
        return None
    data: dict[str, object] = {"versions": list(versions), "folders": list(versions.values())}
    newest = next(iter(versions.values()))
    return _made("serving-base", path, data, there=_quoted(path, newest), count=str(len(versions)))


def _mlflow(path: str, names: list[str]) -> Artifact | None:
    """An MLmodel file says which flavor; the SavedModel lies below. Reads 64 KiB of MLmodel."""
    if "MLmodel" not in names:
        return None
    inside = _search(path)
    if inside:
        return _made("mlflow", path, {"inside": inside[0]}, there=_quoted(path, inside[0]))
    try:
        with open(os.path.join(path, "MLmodel"), encoding="utf-8", errors="replace") as file:
            text = file.read(64 << 10)
    except OSError:
        text = ""
    flavors = re.findall(r"^  (\w{1,40}):[ \t]*$", text, re.M)
    flavor = next((name for name in flavors if name != "python_function"), "unknown")
    return _made("mlflow-other", path, {"flavor": flavor}, "likely")


def _half(path: str, names: list[str]) -> Artifact | None:
    """A SavedModel that is almost there: its parts, without the graph file in its place."""
    if has_graph_file(os.path.join(path, "variables")):
        file = next(name for name in GRAPH_FILES if os.path.isfile(os.path.join(path, "variables", name)))
        inside = os.path.join("variables", file)
        return _made("graph-file-in-variables", path, {"inside": inside}, moved=_quoted(path, inside))
    for name in names:
        if re.match(r"saved[ _-]?model\b.*\.pb(txt)?", name, re.I) and os.path.isfile(os.path.join(path, name)):
            return _misnamed(path, name)
    if "keras_metadata.pb" in names:
        return _made("keras-without-graph-file", path, {"entries": names[:10]})
    if "saved_model.cpb" in names:
        return _made("cpb-only", path, {})
    if os.path.isfile(os.path.join(path, "variables", "variables.index")) or "fingerprint.pb" in names:
        return _made("graph-file-missing", path, {"entries": names[:10]})
    return None


def _misnamed(path: str, name: str) -> Artifact | None:
    """A file whose name or bytes are almost those of a graph file."""
    found = _file(path, name)
    if found is None:
        return None
    if found.kind.startswith("savedmodel"):
        wanted = GRAPH_FILES[1 if found.kind == "savedmodel-text" or found.data.get("wanted") == GRAPH_FILES[1] else 0]
        data: dict[str, object] = {"file": name, "contains": found.kind, "wanted": wanted}
        return _made("graph-file-misnamed", path, data, moved=_quoted(path, name))
    return _other(path, name, found)


def _file(path: str, name: str) -> Artifact | None:
    try:
        return identify_file(os.path.join(path, name))
    except OSError:
        return None


def _too_high(path: str, names: list[str]) -> Artifact | None:
    inside = _search(path)
    if not inside:
        return None
    data: dict[str, object] = {"inside": inside[0], "others": inside[1:20]}
    return _made("too-high", path, data, "sure" if len(inside) == 1 else "likely", there=_quoted(path, inside[0]))


def _search(path: str) -> list[str]:
    """The folders with a graph file below ``path``, relative to it: nearest first, of versions the newest first."""
    found: list[str] = []
    seen: set[tuple[int, int]] = set()
    budget = _SEARCHED
    level = [""]
    for _ in range(_DEPTH):
        below: list[str] = []
        for folder in level:
            budget = _children(path, folder, below, seen, budget)
        found += [folder for folder in below if has_graph_file(os.path.join(path, folder))]
        level = [folder for folder in below if folder not in found]
    return found


def _children(path: str, folder: str, below: list[str], seen: set[tuple[int, int]], budget: int) -> int:
    """Adds the folders in ``folder`` to ``below``; returns what is left of the budget."""
    try:
        names = _names(os.path.join(path, folder), min(_LISTED, budget))
    except (OSError, ValueError):
        return budget
    names.sort(key=lambda name: (-int(name) if name.isascii() and name.isdigit() else 1, name))
    for name in names:
        inner = os.path.join(folder, name)
        full = os.path.join(path, inner)
        if name in _SKIPPED or not os.path.isdir(full):
            continue
        try:
            known = os.stat(full)
        except OSError:
            continue
        if (known.st_dev, known.st_ino) not in seen:
            seen.add((known.st_dev, known.st_ino))
            below.append(inner)
    return budget - len(names)


def _others(path: str, names: list[str]) -> Artifact | None:
    """Models of other kinds, by the names in the folder and the bytes of the likely files."""
    if "Manifest.json" in names and os.path.isdir(os.path.join(path, "Data", "com.apple.CoreML")):
        return _made("coreml", path, {})
    if "config.json" in names and "metadata.json" in names and "model.weights.h5" in names:
        return _made("keras-v3-folder", path, {})
    if "model.json" in names and (found := _file(path, "model.json")) and found.kind == "tfjs":
        return _made("tfjs", path, {"format": found.data["format"]})
    kept: list[tuple[str, Artifact]] = []
    for name in sorted((name for name in names if name.endswith(_MODEL_FILES)), key=_rank)[:20]:
        found = _file(path, name)
        if found is None or found.kind in ("unknown-file", "text-file", "json-text", "pbtxt-other"):
            continue
        if found.kind == "savedmodel-misnamed":
            return _misnamed(path, name)
        kept.append((name, found))
    whole = [pair for pair in kept if pair[1].kind != "metagraph"]
    return (_other(path, *whole[0]) if whole else None) or _checkpoints(path, names)


def _rank(name: str) -> tuple[int, str]:
    return next(place for place, end in enumerate(_MODEL_FILES) if name.endswith(end)), name


def _other(path: str, name: str, found: Artifact) -> Artifact:
    data: dict[str, object] = {"file": name, "contains": found.kind}
    certainty = str(found.data["certainty"])
    return _made("other-model", path, data, certainty, contains_title=found.title, cure=found.cure)


def _checkpoints(path: str, names: list[str]) -> Artifact | None:
    """A `checkpoint` file or indexes; the latest checkpoint is the one that the file names."""
    prefixes = [name[: -len(".index")] for name in names if name.endswith(".index")]
    shards = [name for name in names if re.search(r"\.data-\d{5}-of-\d{5}$", name)]
    state = _file(path, "checkpoint") if "checkpoint" in names else None
    if not prefixes and not shards and (state is None or state.kind != "checkpoint-state"):
        return None
    latest = os.path.basename(str(state.data["latest"])) if state and state.kind == "checkpoint-state" else ""
    prefixes.sort(key=lambda name: [(int(part) if part.isdigit() else -1, part) for part in re.split(r"(\d+)", name)])
    latest = latest if latest in prefixes or not prefixes else prefixes[-1]
    meta = [name for name in names if name.endswith(".meta")]
    if latest + ".meta" in meta and (found := _file(path, latest + ".meta")) and found.kind == "metagraph":
        cure = found.cure
    else:
        cure = ""
    data: dict[str, object] = {"latest": latest, "prefixes": prefixes[-20:]}
    made = _made("checkpoint-folder", path, data, prefix=os.path.join(path, latest))
    return made._replace(cure=cure) if cure else made
