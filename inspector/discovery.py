"""Where the models of a path are: the folder itself, or what a layout that others made holds.

Layouts are recognised by files that only they have. A folder that is none of them stays itself: that it holds a model two
levels down is a finding, because a loader that is given the folder fails. Nothing is read but listings, and the
configuration of a server.

Sources: tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc (versions), tensorflow_serving/config/
model_server_config.proto, tfx/components/pusher/executor.py and tfx/utils/path_utils.py, mlflow/tensorflow/__init__.py,
tensorflow_hub/resolver.py, sagemaker_tensorflow_serving_container/serve.py.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator

from inspector.errors import UsageError
from inspector.model.saved_model import PB, PBTXT
from inspector.named_tuple import NamedTuple

ITSELF, SERVING_BASE, SERVER_CONFIG = "", "TensorFlow Serving base folder", "models.config of TensorFlow Serving"
MLFLOW, TFX, HUB_CACHE, SAGEMAKER, BELOW = (
    "MLflow model",
    "TFX pipeline",
    "TensorFlow Hub cache",
    "SageMaker model",
    "folder",
)
_ENTRIES = 1_000_000
_SKIPPED = (".git", "__MACOSX", ".ipynb_checkpoints", "node_modules", ".venv")
_LARGEST_CONFIG = 1 << 20
_REMOTE = r"[a-z][a-z0-9+.-]+://"
_DESCRIPTOR = r"[0-9a-f]{40}\.descriptor\.txt"
_LIST = "model_config_list"


class Found(NamedTuple):
    """A model, and the layout in which it was found (ITSELF: the path is the model, or is nothing that we know)."""

    path: str
    layout: str = ITSELF


def expand(path: str, version: int | None = None) -> Iterator[str]:
    """The models that a path stands for. Raises as ``find_models`` does."""
    for found in find_models(path, version):
        yield found.path


def find_models(path: str, version: int | None = None, *, recursive: bool = False) -> list[Found]:
    """The models that a path stands for, versions newest first; the path itself where it is no layout that we know.

    ``version`` picks one of a TensorFlow Serving base folder; ``recursive`` looks below any folder. Raises UsageError for a
    path or a version that does not exist, and for a models.config that cannot be read or names what is not there.
    Cost: some listings; for a layout, and with ``recursive``, one of every folder below.
    """
    if not os.path.lexists(path) and not os.path.exists(path + ".index"):  # the name of a checkpoint is a prefix
        raise UsageError(f"no such path: {path}")
    if os.path.isdir(path):
        found = [Found(path)] if _is_model(path) else _in_folder(path, version, recursive)
    else:
        found = _served(path) if _is_server_config(path) else [Found(path)]
    if version is not None and not any(one.layout == SERVING_BASE for one in found):
        raise UsageError(f"{path} has no version {version} (versions: none)")
    return found


def model_of(file: str) -> str:
    """The folder of the model that a file belongs to: the nearest one above that holds a graph file, or else the one that
    holds the part (variables, assets ...) that the file lies in."""
    from inspector.model.artifact import PART_FOLDERS

    parts = os.path.normpath(file).split(os.sep)
    for end in range(len(parts) - 1, 0, -1):
        folder = os.sep.join(parts[:end]) or os.sep
        if _is_model(folder):
            return folder
    for end in range(len(parts) - 2, -1, -1):
        if parts[end] in PART_FOLDERS:
            return os.sep.join(parts[:end]) or os.curdir
    return os.path.dirname(file) or os.curdir


def _is_model(folder: str) -> bool:
    return any(os.path.lexists(os.path.join(folder, name)) for name in (PB, PBTXT))


def _in_folder(path: str, version: int | None, recursive: bool) -> list[Found]:
    from inspector.model.folder import version_names

    versions = version_names(path)
    if versions:
        if version is not None and version not in versions:
            raise UsageError(f"{path} has no version {version} (versions: {', '.join(map(str, versions))})")
        names = versions.values() if version is None else (versions[version],)
        return [Found(_inside(path, name), SERVING_BASE) for name in names]
    layout = _layout(path)
    if layout or recursive:
        return [Found(below, layout or BELOW) for below in _below(path)] or [Found(path)]
    return [Found(path)]


def _below(path: str) -> list[str]:
    """The models below a folder, at any depth, in natural order; links to folders are not followed."""
    from inspector.canonical.names import natural

    found: list[str] = []
    seen = 0
    for where, folders, files in os.walk(path):
        seen += len(folders) + len(files)
        if seen > _ENTRIES:
            raise UsageError(f"{path} holds more than {_ENTRIES:,} files: name a folder nearer to the models")
        if PB in files or PBTXT in files:
            found.append(where.replace(os.sep, "/"))
            folders.clear()
        folders[:] = [name for name in folders if name not in _SKIPPED]
    return sorted(found, key=natural)


def _layout(path: str) -> str:
    """The layout that a folder has, by what only that layout holds."""
    try:
        with os.scandir(path) as entries:
            names = {entry.name for _, entry in zip(range(10_000), entries, strict=False)}
    except OSError:
        return ""
    if "MLmodel" in names:
        return MLFLOW
    if any(re.fullmatch(_DESCRIPTOR, name) for name in names):
        return HUB_CACHE
    if {"Pusher", "Trainer", "pushed_model", "Format-Serving"} & names:
        return TFX
    if os.path.isdir(os.path.join(path, "export", "Servo")) or ("code" in names and _holds_base(path, names)):
        return SAGEMAKER
    return ""


def _holds_base(path: str, names: set[str]) -> bool:
    """Whether some folder is a base folder: SageMaker unpacks model.tar.gz into <name>/<version>/ and code/."""
    from inspector.model.folder import version_names

    return any(version_names(os.path.join(path, name)) for name in sorted(names)[:100] if name != "code")


def _inside(path: str, name: str) -> str:
    return f"{path.rstrip('/')}/{name.replace(os.sep, '/')}"


def _is_server_config(path: str) -> bool:
    try:
        with open(path, "rb") as stream:
            return _LIST.encode() in stream.read(4096)
    except OSError:
        return False


def _served(path: str) -> list[Found]:
    """The versions that a TensorFlow Serving with this configuration would serve: the newest, all, or those named."""
    from google.protobuf import text_format

    from inspector.model.folder import version_names
    from inspector.wire.schema import full_message, full_pool

    try:
        with open(path, "rb") as stream:
            text = stream.read(_LARGEST_CONFIG).decode()
        config = text_format.Parse(
            text, full_message("ModelServerConfig")(), allow_unknown_field=True, descriptor_pool=full_pool()
        )
    except (OSError, UnicodeDecodeError, RecursionError, text_format.ParseError) as error:
        raise UsageError(f"{path} is no models.config of TensorFlow Serving: {error}") from None
    found = []
    for one in config.model_config_list.config:
        base = _base(path, one.name, one.base_path)
        versions = version_names(base)
        policy = one.model_version_policy
        wanted = list(versions)[: policy.latest.num_versions or 1]
        if policy.HasField("all"):
            wanted = list(versions)
        elif policy.HasField("specific"):
            wanted = sorted(set(policy.specific.versions), reverse=True)
        missing = [number for number in wanted if number not in versions]
        if missing or not wanted:
            there = ", ".join(map(str, versions)) or "none"
            named = f"version {missing[0]}" if missing else "any version"
            raise UsageError(f"{path}: model {one.name!r}: {base} does not hold {named} (versions: {there})")
        found += [Found(_inside(base, versions[number]), SERVER_CONFIG) for number in wanted]
    return found


def _base(config: str, name: str, written: str) -> str:
    """A base path as it is here: as written, or below the configuration's folder, which is another place in the server."""
    if re.match(_REMOTE, written):
        raise UsageError(f"{config}: model {name!r}: its base path {written} is remote: copy it here to judge it")
    if os.path.isdir(written):
        return written
    parts = [part for part in written.split("/") if part]
    beside = os.path.dirname(config)
    for start in range(len(parts)):
        here = os.path.join(beside, *parts[start:])
        if os.path.isdir(here):
            return here
    raise UsageError(f"{config}: model {name!r}: its base path {written} is not here, nor below {beside or '.'}")
